"""What a change of the registers would move in open cases, shown before anybody accepts it.

A meeting, a seat, a Party: the act is tried in a transaction that is undone, and each open case is asked what
it would make of it. A calendar: published, it moves nothing; each date it would change is proposed here and
set anew only where an officer accepts it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Engine, Row, select
from sqlalchemy.orm import Session

from states.commands import Actor, Command, Step
from states.facts import Case, Deadline
from states.periods import HorizonError, WorkingDays, local_day
from states.procedure import Procedure
from states.reasons import Refused
from states.zones import zone_of
from workflow import db, engine, models, people, queries
from workflow.engine import Outcome
from workflow.explanations import counted_anew
from workflow.queries import CASES, DEADLINES

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Shift:
    """One date of a case that becomes another."""

    name: str
    #: What it is, in the law file's words; "" for a window.
    title: str
    #: window, task, expiry, reminder, joining, leaving, term.
    kind: str
    #: Member, Party or body it is about.
    about: str
    #: None: it begins to run.
    old: date | None
    #: None: it ends.
    new: date | None


@dataclass(frozen=True, slots=True)
class Moved:
    """A case in which dates would be others."""

    case_id: int
    reference: str
    title: str
    officer: str
    #: Number of its last event when this was worked out.
    seq: int
    shifts: tuple[Shift, ...]
    #: How many people would be written to.
    letters: int = 0


class _Undo(Exception):
    """Ends a transaction without a trace."""


def foreseen(on: Engine, act: Callable[[Session], _T], why: str, now: datetime) -> tuple[_T, list[Moved]]:
    """What an act on the registers would move. Nothing of it is kept.

    act      does it, in a transaction that will be undone
    Returns  what the act returned; the cases that would change
    Raises   what the act raises
    """
    found: list[Moved] = []
    try:
        with db.transaction(on) as session:
            done = act(session)
            for case_id, law, case, step in engine.register_would_change(session, why, now):
                found.append(_moved(session, case_id, law, case, step, now))
            raise _Undo
    except _Undo:
        return done, found


def _moved(session: Session, case_id: int, law: Procedure, case: Case, step: Step, now: datetime) -> Moved:
    letters = 0
    for post in step.posts:
        written_to = people.recipients(
            session, law, step.case, post.audience, post.members, post.round, now, post.purpose
        )
        letters += len(written_to)
    shifts = tuple(_shifts(case.deadlines, step.case.deadlines))
    return Moved(case_id, case.reference, case.title, case.officer, case.seq, shifts, letters)


def _shifts(before: Sequence[Deadline], after: Sequence[Deadline]) -> Iterator[Shift]:
    old, new = ({d.name: d for d in those} for those in (before, after))
    for name in sorted({*old, *new}):
        was, will_be = old.get(name), new.get(name)
        either = will_be or was
        assert either is not None
        days = (was.last_day if was else None, will_be.last_day if will_be else None)
        if days[0] != days[1] or (was and will_be and was.due_at != will_be.due_at):
            yield Shift(name, either.title, either.kind, either.about, *days)


# ------------------------------------------------------------------------------------- calendars


def uncounted(session: Session, now: datetime) -> list[Moved]:
    """The open cases with dates that a newer snapshot of their calendar makes others, oldest first.

    A date that others have been told is never proposed earlier, nor any in the past.
    """
    rows = session.execute(
        select(DEADLINES, CASES.c.reference, CASES.c.title.label("case_title"), CASES.c.officer, CASES.c.seq)
        .join(CASES, CASES.c.id == DEADLINES.c.case_id)
        .where(
            models.IS_RUNNING,
            DEADLINES.c.status.in_(("armed", "overdue")),
            DEADLINES.c.kind.in_(("window", "task", "expiry")),
        )
        .order_by(DEADLINES.c.case_id, DEADLINES.c.last_day, DEADLINES.c.id)
    ).all()
    stored = queries.load_cases(session, sorted({row.case_id for row in rows if row.calendar}))
    worlds: dict[str, queries.World] = {}
    found: dict[int, list[Shift]] = {}
    told: dict[int, Row[Any]] = {}
    for row in rows:
        if row.case_id not in stored:
            continue
        law = engine.law_of(session, stored[row.case_id])
        if law.parties not in worlds:
            worlds[law.parties] = queries.world(session, law.parties)
        digest, days = queries.calendar_of(worlds[law.parties], law.calendar)
        if row.calendar == digest:
            continue
        shift = _recounted(session, row, law, days, now)
        if shift is not None:
            found.setdefault(row.case_id, []).append(shift)
            told[row.case_id] = row
    return [
        Moved(case_id, row.reference, row.case_title, row.officer, row.seq, tuple(found[case_id]))
        for case_id, row in told.items()
    ]


def tried(on: Engine, act: Callable[[Session], object], now: datetime) -> list[Moved]:
    """What `uncounted` would list after an act, such as publishing a calendar. Nothing of it is kept."""
    found: list[Moved] = []
    try:
        with db.transaction(on) as session:
            act(session)
            found = uncounted(session, now)
            raise _Undo
    except _Undo:
        return found


def _recounted(
    session: Session, row: Row[Any], law: Procedure, days: WorkingDays, now: datetime
) -> Shift | None:
    """The date a deadline would have, if that is another one."""
    zone = zone_of(law.timezone)
    try:
        day = counted_anew(session, row, law, days)
        if row.kind != "task":
            day = max(day, row.last_day)
        if row.kind == "window" and day == row.last_day and row.status == "armed":
            # The same last day; but the working day until whose morning answers count may be another.
            closes = law.grace.closes_at(day, days, zone)
            if closes <= row.due_at:
                return None
        elif day == row.last_day:
            return None
    except HorizonError:
        return None
    if day < local_day(now, zone):
        return None
    return Shift(row.name, row.title, row.kind, row.about, row.last_day, day)


def accept(
    session: Session, moved: Moved, reason: str, by: str, key: str, now: datetime
) -> Outcome | Refused:
    """Set the dates of one case anew, as proposed.

    by       sign-in name of the officer who accepts it
    """
    dates: Mapping[str, date] = {shift.name: shift.new for shift in moved.shifts if shift.new is not None}
    details = {"dates": dates, "reason": reason}
    command = Command("recount", Actor("clock", by), details, expected_seq=moved.seq, key=key)
    return engine.perform(session, moved.case_id, command, now)
