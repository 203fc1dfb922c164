"""Compare what a rehearsal expects of a case with what is there; only what is named is compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from states.agreements import form_of
from states.facts import Case, Deadline, Round
from states.membership import members_on
from states.periods import end_of
from states.positions import tally, whole_window
from states.procedure import Procedure
from states.zones import zone_of

Told = list[tuple[str, str, str]]
"""Key, what was expected and what was found, in words."""

#: Letters of a round, by purpose.
Mailed = Callable[[int], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Seen:
    """A case at one moment of a rehearsal."""

    procedure: Procedure
    case: Case
    mailed: Mailed
    #: The day it is where the procedure counts its days.
    day: date
    #: Those of the open round whom nothing has reached.
    unreached: frozenset[str] = field(default=frozenset())

    @property
    def zone(self) -> ZoneInfo:
        """Where the procedure counts its days."""
        return zone_of(self.procedure.timezone)


def differences(expected: Mapping[str, Any], seen: Seen) -> Told:
    """(key, expected, found) in words, for everything that is not as expected."""
    name = expected.get("round")
    round_ = newest(seen.case, name)
    found: Told = []
    for key, wanted in expected.items():
        if key == "round":
            if round_ is None:
                found.append((key, str(wanted), "nothing was asked in that state yet"))
        else:
            found += COMPARE[key](key, wanted, seen, round_, name)
    return found


def newest(case: Case, state: str | None) -> Round | None:
    """The newest round, or the newest that was put in a state."""
    return next((r for r in reversed(case.rounds) if state in (None, r.state)), None)


def _plainly(read: Callable[[Seen, Round | None], Any]) -> Callable[..., Told]:
    def compare(key: str, wanted: Any, seen: Seen, round_: Round | None, name: str | None) -> Told:
        found = read(seen, round_)
        return [] if found == wanted else [(key, _words(wanted), _words(found))]

    return compare


def _counts(read: Callable[[Seen, Round | None], Mapping[str, int]]) -> Callable[..., Told]:
    """Only the words that are named are compared; what is not there is there 0 times."""

    def compare(key: str, wanted: Any, seen: Seen, round_: Round | None, name: str | None) -> Told:
        found = read(seen, round_)
        if all(found.get(word, 0) == number for word, number in wanted.items()):
            return []
        return [(key, _words(wanted), _words({**dict.fromkeys(wanted, 0), **found}))]

    return compare


def _due(key: str, wanted: Any, seen: Seen, round_: Round | None, name: str | None) -> Told:
    """The printed last day of the open window (or of the round that is named); else of the next task."""
    open_round = round_ if name is not None else seen.case.open_round
    if open_round is not None:
        last: date | None = open_round.reply_by
        moments = [open_round.closes_at]
    else:
        task = next_task(seen.case)
        last = task.last_day if task is not None else None
        moments = [task.due_at] if task is not None else []
    if not isinstance(wanted, datetime):
        return [] if last == wanted else [(key, _words(wanted), _words(last))]
    if last is not None:
        end = end_of(last, seen.zone)
        moments += [end, end - timedelta(seconds=1), end - timedelta(minutes=1)]
    if wanted in moments:
        return []
    return [(key, _local(wanted, seen), _local(moments[0], seen) if moments else _words(None))]


def next_task(case: Case) -> Deadline | None:
    """The running task, or act of the clock, whose last day comes first."""
    tasks = [d for d in case.deadlines if d.kind in ("task", "expiry")]
    return min(tasks, key=lambda d: (d.last_day, d.name), default=None)


def _closes(key: str, wanted: Any, seen: Seen, round_: Round | None, name: str | None) -> Told:
    """The window in general, or the last of the members' own windows."""
    if round_ is None:
        return [(key, _local(wanted, seen), _words(None))]
    moments = [round_.closes_at, whole_window(round_)]
    if wanted in moments:
        return []
    return [(key, _local(wanted, seen), " or ".join(dict.fromkeys(_local(m, seen) for m in moments)))]


def _positions(seen: Seen, round_: Round | None) -> Mapping[str, int]:
    if round_ is None:
        return {}
    ask = seen.procedure.states[round_.state].ask
    assert ask is not None  # a round exists only where a question does
    return tally(round_, seen.case, ask, seen.unreached if round_.is_open else frozenset())


COMPARE: Mapping[str, Callable[..., Told]] = {
    "state": _plainly(lambda seen, round_: seen.case.state),
    "asked": _plainly(lambda seen, round_: len(round_.asked) if round_ is not None else 0),
    "positions": _counts(_positions),
    "objections_standing": _plainly(lambda seen, round_: len({o.party for o in seen.case.standing})),
    "due": _due,
    "closes": _closes,
    "target": _plainly(lambda seen, round_: seen.case.target),
    "mailed": _counts(lambda seen, round_: seen.mailed(round_.no) if round_ is not None else {}),
    "held": _plainly(lambda seen, round_: seen.case.is_held),
    "marks": lambda key, wanted, seen, round_, name: _marks(key, wanted, seen),
    "form": _plainly(lambda seen, round_: _form(seen)),
    "members": _plainly(lambda seen, round_: len(members_on(seen.case, seen.day))),
    "risks": _counts(lambda seen, round_: Counter(risk.level for risk in seen.case.risks)),
    "signatures": _plainly(lambda seen, round_: len(seen.case.signatures)),
}


def _marks(key: str, wanted: Any, seen: Seen) -> Told:
    """Every mark that is named must be there; others may be."""
    if set(wanted) <= seen.case.marks:
        return []
    return [(key, ", ".join(wanted), ", ".join(sorted(seen.case.marks)) or "none")]


def _form(seen: Seen) -> str:
    form = form_of(seen.procedure, seen.case)
    return form.form if form is not None else ""


def _words(value: Any) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{word} = {number}" for word, number in value.items()) or "none"
    return str(value)


def _local(moment: datetime, seen: Seen) -> str:
    return f"{moment.astimezone(seen.zone):%Y-%m-%d %H:%M:%S}".removesuffix(":00")
