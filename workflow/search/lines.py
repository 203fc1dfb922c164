"""The lines of the register: what is shown of each case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from workflow import models
from workflow.queries import DEADLINES, OBJECTIONS

#: Columns of a case that a line is made of.
COLUMNS = (
    "id", "reference", "procedure", "edition", "state", "since", "opened_at", "officer", "title", "partner",
    "territory", "held_on",
)  # fmt: skip
#: Kinds of dates by which something happens.
KINDS = ("window", "task", "expiry")


@dataclass(frozen=True, slots=True)
class Next:
    """The date that comes next in a case."""

    day: date
    #: What has to be done by then; "": a window closes.
    title: str
    is_overdue: bool
    is_held: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One case of the register."""

    id: int
    reference: str
    procedure: str
    edition: str
    state: str
    since: datetime
    opened_at: datetime
    officer: str
    title: str
    partner: str
    territory: tuple[str, ...]
    held_on: date | None
    next: Next | None
    #: Parties whose objections stand.
    objecting: tuple[str, ...]


def lines(session: Session, rows: Sequence[Row[Any]], now: datetime) -> Iterator[Line]:
    ids = [row.id for row in rows]
    due = _next(session, ids, now)
    objecting: dict[int, list[str]] = {}
    standing = select(OBJECTIONS.c.case_id, OBJECTIONS.c.party).where(
        OBJECTIONS.c.case_id.in_(ids), OBJECTIONS.c.ended_at.is_(None)
    )
    for case_id, party in session.execute(standing.distinct().order_by(OBJECTIONS.c.party)):
        objecting.setdefault(case_id, []).append(party)
    for row in rows:
        yield Line(
            row.id,
            row.reference,
            row.procedure,
            row.edition,
            row.state,
            row.since,
            row.opened_at,
            row.officer,
            row.title,
            str(row.partner.get("name", "")),
            tuple(row.territory),
            row.held_on,
            due.get(row.id),
            tuple(objecting.get(row.id, ())),
        )


def _next(session: Session, ids: Sequence[int], now: datetime) -> dict[int, Next]:
    running = session.execute(
        select(
            DEADLINES.c.case_id,
            DEADLINES.c.last_day,
            DEADLINES.c.title,
            DEADLINES.c.status,
            DEADLINES.c.kind,
            DEADLINES.c.due_at,
        )
        .where(
            models.IS_RUNNING,
            DEADLINES.c.case_id.in_(ids),
            DEADLINES.c.kind.in_(KINDS),
        )
        .order_by(DEADLINES.c.last_day.desc(), DEADLINES.c.id.desc())
    )
    # The earliest comes last, and stays.
    return {
        row.case_id: Next(
            row.last_day,
            row.title,
            row.status == "overdue" or (row.status == "armed" and row.kind == "task" and row.due_at < now),
            row.status == "held",
        )
        for row in running
    }
