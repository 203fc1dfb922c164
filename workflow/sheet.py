"""One table of a rehearsal file: like one of a law file, with moments, days, counts and voices besides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, TypeVar
from zoneinfo import available_timezones

from states.commands import Actor
from states.details import AMOUNT, DAY, LIST, MOMENT, NUMBER, TEXT, TRUTH, Detail, kind_of
from states.faults import meant, nearest
from states.periods import at
from states.tables import Table
from states.zones import zone_of

_Read = TypeVar("_Read")
_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:[T ](?P<wall>\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)"
    r"(?:[ ]?(?P<offset>[Zz]|[+-]\d\d(?::?\d\d)?)|[ ](?P<zone>[A-Za-z][A-Za-z0-9_+/-]*))?)?"
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT_FORMS = "Write '2024-02-01 09:30'; a zone such as 'America/New_York' or an offset may follow."
_DAY_FORMS = "Write '2024-02-01'."
#: What a value of each kind is in a file, and how a fault calls it.
_OF_KIND: Mapping[Detail, tuple[type, str]] = {
    TEXT: (str, "a text"),
    AMOUNT: (str, "an amount in quotation marks"),
    TRUTH: (bool, "true or false"),
    NUMBER: (int, "a whole number"),
    LIST: (list, "a list of texts"),
}


class NotAMoment(ValueError):
    """A text that says no moment or no day; `says` and `remedy` as a Fault has them."""

    def __init__(self, says: str, remedy: str) -> None:
        self.says, self.remedy = says, remedy
        super().__init__(f"{says}. {remedy}")


def moment(value: object, timezone: str) -> datetime:
    """The instant (UTC) that a file means.

    value      "2024-02-01 09:30", with seconds, a T, an offset or a zone's name if wanted; or TOML's own
    timezone   the wall clock that is meant where the text names none; what a clock skips moves forward by
               the gap, what it shows twice means the first
    Raises     NotAMoment
    """
    if isinstance(value, datetime):
        return _placed(value, timezone)
    if isinstance(value, date):
        raise NotAMoment(f"'{value}' has no time of day", f"Write '{value} 09:00'.")
    if not isinstance(value, str):
        raise NotAMoment("a date and time is wanted", _MOMENT_FORMS)
    found = _MOMENT.fullmatch(" ".join(value.split()))
    if found is None:
        raise NotAMoment(f"'{value}' is not a date and time", _MOMENT_FORMS)
    if not found["wall"]:
        raise NotAMoment(f"'{value}' has no time of day", f"Write '{value} 09:00'.")
    zone = found["zone"] or timezone
    if zone not in available_timezones():
        near = nearest(zone, available_timezones())
        remedy = f"did you mean '{near}'?" if near else "Write a name such as 'America/New_York'."
        raise NotAMoment(f"'{zone}' is not a time zone", remedy)
    offset = (found["offset"] or "").upper()
    try:
        return _placed(datetime.fromisoformat(f"{found['day']}T{found['wall']}{offset}"), zone)
    except (ValueError, OverflowError):
        raise NotAMoment(f"'{value}' is no moment of any calendar", _MOMENT_FORMS) from None


def _placed(value: datetime, timezone: str) -> datetime:
    if value.tzinfo is not None:
        return value.astimezone(UTC)
    return at(value.date(), value.time(), zone_of(timezone))


def day(value: object) -> date:
    """The day that a file means: "2024-02-01", or TOML's own date.

    Raises   NotAMoment
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise NotAMoment("a date is wanted", _DAY_FORMS)
    try:
        if _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        raise NotAMoment(f"'{value}' is no day of any calendar", _DAY_FORMS) from None
    raise NotAMoment(f"'{value}' is not a date", _DAY_FORMS)


class Sheet(Table):
    """A table of a rehearsal file; what is wrong is noted, and something harmless is given back."""

    def moment(self, key: str, timezone: str) -> datetime | None:
        """A moment that must be given."""
        self.asked_for.add(key)
        if key not in self.content:
            self._note_missing(key)
            return None
        return self._understood(key, lambda value: moment(value, timezone))

    def day(self, key: str, *, required: bool = False) -> date | None:
        """A day, if it is given."""
        self.asked_for.add(key)
        if key not in self.content:
            if required:
                self._note_missing(key)
            return None
        return self._understood(key, day)

    def day_or_moment(self, key: str, timezone: str) -> date | datetime | None:
        """A day, or a moment where a time of day is told."""
        value = self.content[key]
        has_time = isinstance(value, datetime) or (isinstance(value, str) and ":" in value)
        return self.moment(key, timezone) if has_time else self.day(key)

    def _understood(self, key: str, read: Callable[[object], _Read]) -> _Read | None:
        try:
            return read(self.content[key])
        except NotAMoment as error:
            self.fault(error.says, error.remedy, key)
            return None

    def one_of(self, key: str, kind: str, known: Iterable[str], *, required: bool = False) -> str:
        """A word that must be known."""
        word = self.text(key, None if required else "")
        names = list(known)
        if word and word not in names:
            self.fault(f"unknown {kind} '{word}'", meant(word, names), key)
        return word

    def some_of(self, key: str, kind: str, known: Iterable[str]) -> tuple[str, ...]:
        """A list of words that must all be known."""
        words = self.words(key, ())
        names = list(known)
        for place, word in enumerate(words):
            if word not in names:
                steps = (key, place) if isinstance(self.content[key], list) else (key,)
                self.fault(f"unknown {kind} '{word}'", meant(word, names), *steps)
        return words

    def counts(self, key: str, kind: str, known: Iterable[str]) -> Mapping[str, int]:
        """A table of how many: word -> number."""
        names = list(known)
        found: dict[str, int] = {}
        for table in self.subtable(key):
            for word in table.content:
                if word not in names:
                    table.fault(f"unknown {kind} '{word}'", meant(word, names), word)
                found[word] = table.number(word)
        return MappingProxyType(found)

    def voices(self, key: str) -> tuple[Actor, ...]:
        """Who speaks: "officer", "party:FR/mission", or a list of such."""
        found = []
        for place, words in enumerate(self.words(key)):
            try:
                found.append(Actor.parse(words))
            except ValueError as error:
                steps = (key, place) if isinstance(self.content[key], list) else (key,)
                says, _, choice = str(error).rpartition(": ")
                self.fault(says, f"Use one of: {choice}.", *steps)
        return tuple(found)

    def detail(self, key: str, timezone: str) -> Any:
        """A detail of an action, of the kind that its name says."""
        self.asked_for.add(key)
        kind = kind_of(key)
        if kind is MOMENT:
            return self.moment(key, timezone)
        if kind is DAY:
            return self.day(key)
        return self._of_kind(key, kind)

    def _of_kind(self, key: str, kind: Detail) -> Any:
        value = self.content[key]
        wanted, words = _OF_KIND[kind]
        right = isinstance(value, wanted) and not (wanted is int and isinstance(value, bool))
        if not right or (wanted is list and not all(isinstance(item, str) for item in value)):
            self.fault(f"{words} is wanted for '{key}'", f"{kind.expected}.", key)
            return None
        return tuple(value) if isinstance(value, list) else value
