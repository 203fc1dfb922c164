"""What may be given with an action: which details there are, of what kind, and how they are read from text.

Rehearsals, forms, the command line and the API all hand over texts; here they become what guards and
acts expect, in one way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from states import money
from states.periods import PeriodError, at


@dataclass(frozen=True, slots=True)
class Detail:
    """One kind of detail."""

    #: What is expected, as the end of a sentence: "Give a date such as 2024-05-09".
    expected: str
    #: Whether a value is of this kind.
    fits: Callable[[Any], bool]
    #: A text (or a TOML value) -> the value. Raises ValueError.
    read: Callable[[Any, ZoneInfo], Any]


def _text(value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, bool | list | dict):
        raise ValueError
    return str(value).strip()


def _day(value: Any, zone: ZoneInfo) -> date:
    if isinstance(value, datetime):
        raise ValueError
    return value if isinstance(value, date) else date.fromisoformat(str(value).strip())


def _moment(value: Any, zone: ZoneInfo) -> datetime:
    return moment(value, zone)


def _truth(value: Any, zone: ZoneInfo) -> bool:
    if isinstance(value, bool):
        return value
    words = {"true": True, "yes": True, "1": True, "on": True, "false": False, "no": False, "0": False}
    return words[str(value).strip().casefold()]


def _number(value: Any, zone: ZoneInfo) -> int:
    if isinstance(value, bool | float):
        raise ValueError
    return int(value)


def _amount(value: Any, zone: ZoneInfo) -> str:
    return money.as_typed(value)


def _list(value: Any, zone: ZoneInfo) -> tuple[str, ...]:
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
        raise ValueError
    return tuple(item.strip() for item in items if item.strip())


def _is_list(value: Any) -> bool:
    return isinstance(value, tuple | list) and all(isinstance(item, str) for item in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_day(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _is_moment(value: Any) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None


TEXT = Detail("Give a text", lambda v: isinstance(v, str), _text)
DAY = Detail("Give a date such as 2024-05-09", _is_day, _day)
MOMENT = Detail("Give a date and time such as 2024-05-09 14:30", _is_moment, _moment)
TRUTH = Detail("Give true or false", lambda v: isinstance(v, bool), _truth)
NUMBER = Detail("Give a whole number", _is_number, _number)
AMOUNT = Detail("Give an amount such as 1250.50, with a full stop", money.is_amount, _amount)
LIST = Detail("Give a list, such as FR, BE", _is_list, _list)

#: Details that are not plain text.
KINDS: Mapping[str, Detail] = {
    "until": DAY,
    "due": DAY,
    "on": DAY,
    "amount": AMOUNT,
    "entry": NUMBER,
    "indicator": NUMBER,
    "duty": NUMBER,
    "starts": DAY,
    "ends": DAY,
    "signed_on": DAY,
    "decided_on": DAY,
    "received_at": MOMENT,
    "in_writing": TRUTH,
    "for_all": TRUTH,
    "terms_changed": TRUTH,
    "expertise": TRUTH,
    "yes": NUMBER,
    "no": NUMBER,
    "abstain": NUMBER,
    "present": NUMBER,
    "reply": NUMBER,
    "territory": LIST,
    "parties": LIST,
    "without": LIST,
}

#: Details that every answer may come with.
OF_ANSWERS = ("reasons", "conditions", "text", "channel", "language", "reason", "name", "title", "scan")
#: Details that every action may be given without its saying so.
ALWAYS = ("reason", "text", "channel", "language", "without")
#: What the act of the register takes that moves a meeting.
OF_MOVE_MEETING = ("ordinal", "starts", "ends", "reason")


def kind_of(name: str) -> Detail:
    """The kind of the detail of that name."""
    return KINDS.get(name, TEXT)


def read(name: str, value: Any, zone: ZoneInfo) -> Any:
    """The value of a detail as guards and acts expect it.

    value    a text, or what TOML and JSON make of it
    Raises   ValueError with what is expected instead
    """
    kind = kind_of(name)
    try:
        return kind.read(value, zone)
    except (ValueError, KeyError, TypeError, PeriodError):
        raise ValueError(f"'{name}' is not understood: {value!r}. {kind.expected}.") from None


def moment(value: Any, zone: ZoneInfo) -> datetime:
    """An instant from "2024-05-09 14:30", on the wall of `zone` unless an offset or a zone's name follows.

    Raises   ValueError
    """
    if isinstance(value, datetime):
        found = value
    else:
        words = str(value).strip().split()
        if len(words) == 3 and "/" in words[2]:
            zone, words = ZoneInfo(words[2]), words[:2]
        found = datetime.fromisoformat("T".join(words) if len(words) == 2 else " ".join(words))
    return found if found.tzinfo is not None else at(found.date(), found.time(), zone)
