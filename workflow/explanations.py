""" "How was this date calculated?": a deadline told line by line, from what is stored of it.

A deadline keeps its rule, its anchor and the calendar it was counted with; the holds and extensions that
moved it are registers of their own. From these the same date is arrived at again, and each step said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from states.explained import (
    Line,
    explain_closing,
    explain_counted_back,
    explain_hold,
    explain_meeting,
    explain_moved,
    explain_period,
)
from states.periods import Grace, Period, PeriodError, WorkingDays
from states.procedure import Procedure
from states.zones import zone_of
from workflow import calendars, models
from workflow.queries import CALENDARS, DEADLINES, table

HOLDS, EXTENSIONS = table(models.Hold), table(models.Extension)
_NO_GRACE = Grace()


@dataclass(frozen=True, slots=True)
class Explained:
    """A date and how it came about."""

    name: str
    title: str
    status: str
    last_day: date
    lines: tuple[Line, ...]


def explain_dates(session: Session, case_id: int, law: Procedure) -> list[Explained]:
    """Every window, task and expiry that runs in a case, each with the lines that lead to its date."""
    rows = session.execute(
        select(DEADLINES)
        .where(
            models.IS_RUNNING,
            DEADLINES.c.case_id == case_id,
            DEADLINES.c.kind.in_(("window", "task", "expiry")),
        )
        .order_by(DEADLINES.c.last_day, DEADLINES.c.id)
    ).all()
    return [
        Explained(row.name, row.title, row.status, row.last_day, tuple(explain(session, row, law)))
        for row in rows
    ]


def explain(session: Session, deadline: Row[Any], law: Procedure) -> list[Line]:
    """The lines that lead to one deadline's date; the last ones say when it acts."""
    days, zone = _days(session, deadline.calendar, law.calendar), zone_of(law.timezone)
    grace = law.grace if deadline.kind == "window" else _NO_GRACE
    reached, lines = _beginning(deadline, days, law, grace)
    for moved, more in _moves(session, deadline, days, law, grace):
        reached, lines = moved, [*lines, *more]
    if reached != deadline.last_day:
        # A corrigendum or a meeting that moved has set it anew; what is stored is what counts.
        lines = [
            *explain_moved(reached, deadline.last_day),
            *explain_closing(deadline.last_day, days, zone, grace),
        ]
    return lines


def counted_anew(session: Session, deadline: Row[Any], law: Procedure, days: WorkingDays) -> date:
    """The last day a deadline has when the same steps are counted with another calendar.

    Where its date was set by something else - a corrigendum, a meeting that moved - only a day off is left.
    """
    grace = law.grace if deadline.kind == "window" else _NO_GRACE
    before = _days(session, deadline.calendar, law.calendar)
    day = deadline.last_day
    if _end_of_steps(session, deadline, before, law, grace) == day:
        day = _end_of_steps(session, deadline, days, law, grace)
    is_counted_back = " before " in deadline.rule
    return days.previous_working(day) if is_counted_back else days.next_working(day)


def _end_of_steps(
    session: Session, deadline: Row[Any], days: WorkingDays, law: Procedure, grace: Grace
) -> date:
    reached, _ = _beginning(deadline, days, law, grace)
    for moved, _ in _moves(session, deadline, days, law, grace):
        reached = moved
    return reached


def _beginning(
    deadline: Row[Any], days: WorkingDays, law: Procedure, grace: Grace
) -> tuple[date, list[Line]]:
    zone = zone_of(law.timezone)
    period, joint, _ = deadline.rule.partition(" before ")
    try:
        counted = Period.parse(period)
    except PeriodError:
        # "the last day of SC63"
        return deadline.last_day, explain_meeting(deadline.rule, deadline.anchor, days, zone)
    if joint:
        lines = explain_counted_back(counted, deadline.anchor, days, zone)
    else:
        lines = explain_period(counted, deadline.anchor, days, zone, grace)
    closing = next(line for line in reversed(lines) if line.message == "close.last_day")
    day = closing.values["day"]
    assert isinstance(day, date)
    return day, lines


def _moves(
    session: Session, deadline: Row[Any], days: WorkingDays, law: Procedure, grace: Grace
) -> Iterator[tuple[date, list[Line]]]:
    """What has moved it since, in the order in which it happened."""
    zone = zone_of(law.timezone)
    found: list[tuple[date, date, list[Line]]] = []
    holds = session.execute(select(HOLDS).where(HOLDS.c.case_id == deadline.case_id).order_by(HOLDS.c.id))
    for hold in holds:
        mine = next((w for w in hold.windows if w["name"] == deadline.name), None)
        if mine is None or hold.resumed_on is None or hold.held_on < deadline.anchor:
            continue
        lines = explain_hold(
            date.fromisoformat(mine["last_day"]), hold.held_on, hold.resumed_on, days, zone, grace
        )
        closing = next(line for line in lines if line.message == "close.last_day")
        day = closing.values["day"]
        assert isinstance(day, date)
        found.append((hold.resumed_on, day, lines))
    if deadline.kind == "window":
        extensions = session.execute(
            select(EXTENSIONS)
            .where(EXTENSIONS.c.case_id == deadline.case_id, EXTENSIONS.c.round == deadline.round)
            .order_by(EXTENSIONS.c.id)
        )
        for extension in extensions:
            lines = explain_moved(extension.old, extension.new, by=extension.by, reason=extension.reason)
            found.append(
                (extension.old, extension.new, lines + explain_closing(extension.new, days, zone, grace))
            )
    for _, day, lines in sorted(found, key=lambda each: each[0]):
        yield day, lines


@lru_cache(maxsize=32)
def _parsed(text: str) -> WorkingDays:
    return calendars.parse(text).working_days


def _days(session: Session, digest: str, name: str) -> WorkingDays:
    """The working days of the snapshot a deadline was counted with."""
    text = session.scalar(select(CALENDARS.c.text).where(CALENDARS.c.digest == digest))
    return _parsed(text) if text is not None else calendars.shipped(name).working_days
