"""Find cases: every filter that asks for something must hold; then their order, then a page of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, exists, false, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from workflow import models
from workflow.gather import HEAD
from workflow.queries import CASES, DEADLINES, OBJECTIONS
from workflow.search.hits import hits
from workflow.search.lines import COLUMNS, KINDS, Line, lines
from workflow.search.wanted import NOBODY, Wanted

PAGE = 50


@dataclass(frozen=True, slots=True)
class Found:
    """One page of the register."""

    lines: tuple[Line, ...]
    #: On all pages.
    total: int
    page: int
    pages: int


def find(session: Session, wanted: Wanted, now: datetime) -> Found:
    """One page of the cases that are wanted. A page beyond the last is the last."""
    where = _where(session, wanted, now)
    total = session.scalar(select(func.count()).select_from(CASES).where(*where)) or 0
    pages = max(1, -(-total // PAGE))
    page = min(wanted.page, pages)
    if not total:
        return Found((), 0, 1, 1)
    rows = session.execute(_ordered(session, wanted, where).limit(PAGE).offset((page - 1) * PAGE)).all()
    return Found(tuple(lines(session, rows, now)), total, page, pages)


def every(session: Session, wanted: Wanted, now: datetime) -> Iterator[Line]:
    """All cases that are wanted, as on all pages together."""
    rows = session.execute(_ordered(session, wanted, _where(session, wanted, now))).all()
    for first in range(0, len(rows), 500):
        yield from lines(session, rows[first : first + 500], now)


# ------------------------------------------------------------------------------------------ filters


def _where(session: Session, wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if wanted.q:
        found = [hits(session, term).subquery() for term in wanted.terms]
        # Signs alone are no words: they are found nowhere.
        where += [CASES.c.id.in_(select(each.c.case_id)) for each in found] or [false()]
    if wanted.state:
        where.append(CASES.c.state == wanted.state)
    if wanted.procedure:
        where.append(CASES.c.procedure == wanted.procedure)
    if wanted.officer:
        where.append(CASES.c.officer == ("" if wanted.officer == NOBODY else wanted.officer))
    if wanted.party:
        ways = {"concerned": _concerned(wanted.party), "objecting": _objecting(wanted.party)}
        where.append(ways[wanted.as_] if wanted.as_ else or_(*ways.values()))
    if wanted.objected:
        stands = OBJECTIONS.c.ended_at.is_(None) if wanted.objected == "standing" else None
        where.append(and_(CASES.c.objections > 0, _has_objection(stands)))
    if wanted.overdue:
        late = select(DEADLINES.c.case_id).where(is_overdue(now))
        where.append(CASES.c.id.in_(late))
    if wanted.year:
        # The year of its reference, which is that of the Secretariat's own days.
        where.append(CASES.c.reference.like(f"%-{wanted.year}-%"))
    return where


def is_overdue(now: datetime) -> ColumnElement[bool]:
    """Deadlines that are overdue, also where nothing has swept yet."""
    unswept = and_(DEADLINES.c.status == "armed", DEADLINES.c.kind == "task", DEADLINES.c.due_at < now)
    return or_(DEADLINES.c.status == "overdue", unswept)


def _concerned(party: str) -> ColumnElement[bool]:
    # Canonical JSON: ["CH","FR"]. A code is two letters, checked here, so it cannot be a pattern.
    return type_coerce(CASES.c.territory, Text).like(f'%"{party}"%') if party.isalpha() else false()


def _objecting(party: str) -> ColumnElement[bool]:
    return and_(CASES.c.objections > 0, _has_objection(OBJECTIONS.c.party == party))


def _has_objection(condition: ColumnElement[bool] | None) -> ColumnElement[bool]:
    of_case = [OBJECTIONS.c.case_id == CASES.c.id]
    return exists().where(*of_case, *([condition] if condition is not None else []))


# -------------------------------------------------------------------------------------------- order


def _ordered(session: Session, wanted: Wanted, where: list[ColumnElement[bool]]) -> Select[Any]:
    asked = select(*(CASES.c[name] for name in COLUMNS)).where(*where)
    newest = CASES.c.id.desc()
    if wanted.ordered == "oldest":
        return asked.order_by(CASES.c.id)
    if wanted.ordered == "longest":
        return asked.order_by(CASES.c.since, CASES.c.id)
    if wanted.ordered == "next":
        due = _next_days().subquery()
        joined = asked.outerjoin(due, due.c.case_id == CASES.c.id)
        return joined.order_by(due.c.day.is_(None), due.c.day, newest)
    if wanted.ordered == "best":
        found = [hits(session, term).subquery() for term in wanted.terms]
        known_by = [CASES.c.id.in_(select(each.c.case_id).where(each.c.places >= HEAD)) for each in found]
        return asked.order_by(and_(*known_by).desc(), newest)
    return asked.order_by(newest)


def _next_days() -> Select[Any]:
    return (
        select(DEADLINES.c.case_id, func.min(DEADLINES.c.last_day).label("day"))
        .where(models.IS_RUNNING, DEADLINES.c.kind.in_(KINDS))
        .group_by(DEADLINES.c.case_id)
    )
