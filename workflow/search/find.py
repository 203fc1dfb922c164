"""Find cases: every filter that asks for something must hold; then their order, then a page of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Text,
    and_,
    exists,
    false,
    func,
    or_,
    select,
    type_coerce,
)
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
    asked = _Asked(session, wanted, now)
    # Looking words up costs more than all the rest and is done once: the page comes with the count. Without
    # words to count alone is cheaper, and nothing but the page is read.
    total = None if wanted.terms else asked.count(session)
    rows = session.execute(asked.page(_page(wanted, total), counted=total is None)).all()
    if total is None:
        total = int(rows[0].total) if rows else asked.count(session)
        if total and not rows:
            rows = session.execute(asked.page(_page(wanted, total), counted=False)).all()
    pages = max(1, -(-total // PAGE))
    return Found(tuple(lines(session, rows, now)), total, _page(wanted, total), pages)


def _page(wanted: Wanted, total: int | None) -> int:
    """The page that is shown; as long as nobody has counted, the one that is asked for."""
    return wanted.page if total is None else min(wanted.page, max(1, -(-total // PAGE)))


def every(session: Session, wanted: Wanted, now: datetime) -> Iterator[Line]:
    """All cases that are wanted, as on all pages together."""
    rows = session.execute(_Asked(session, wanted, now).ordered()).all()
    for first in range(0, len(rows), 500):
        yield from lines(session, rows[first : first + 500], now)


class _Asked:
    """The SELECTs of one search."""

    def __init__(self, session: Session, wanted: Wanted, now: datetime) -> None:
        self._wanted = wanted
        self._where = _where(wanted, now)
        self._from: FromClause = CASES
        #: The cases in which every word stands; None: there are no words.
        self._found: Subquery | None = None
        if wanted.terms:
            self._found = _with_every_word(session, wanted.terms).subquery()
            self._from = CASES.join(self._found, self._found.c.case_id == CASES.c.id)

    def count(self, session: Session) -> int:
        """How many there are."""
        counted = select(func.count()).select_from(self._from).where(*self._where)
        return session.scalar(counted) or 0

    def page(self, number: int, *, counted: bool) -> Select[Any]:
        """One page; each row with the number of all as `total`, if it is to be counted."""
        if self._found is not None and not self._where and self._wanted.ordered in _BY_NUMBER:
            return self._page_of_words(self._found, number)
        asked = self.ordered()
        if counted:
            asked = asked.add_columns(func.count().over().label("total"))
        return asked.limit(PAGE).offset((number - 1) * PAGE)

    def _page_of_words(self, found: Subquery, number: int) -> Select[Any]:
        """The same where words alone are asked for: only the cases of the page are read."""
        order = _BY_NUMBER[self._wanted.ordered]
        shown = (
            select(found, func.count().over().label("total"))
            .order_by(*order(found.c.known, found.c.case_id))
            .limit(PAGE)
            .offset((number - 1) * PAGE)
            .subquery()
        )
        columns = [CASES.c[name] for name in COLUMNS]
        asked = select(*columns, shown.c.total).join(shown, shown.c.case_id == CASES.c.id)
        return asked.order_by(*order(shown.c.known, CASES.c.id))

    def ordered(self) -> Select[Any]:
        """All of them in their order."""
        columns = [CASES.c[name] for name in COLUMNS]
        asked = select(*columns).select_from(self._from).where(*self._where)
        newest = CASES.c.id.desc()
        order = self._wanted.ordered
        if order == "oldest":
            return asked.order_by(CASES.c.id)
        if order == "longest":
            return asked.order_by(CASES.c.since, CASES.c.id)
        if order == "next":
            due = _next_days().subquery()
            joined = asked.outerjoin(due, due.c.case_id == CASES.c.id)
            return joined.order_by(due.c.day.is_(None), due.c.day, newest)
        if order == "best" and self._found is not None:
            return asked.order_by(*_BY_NUMBER["best"](self._found.c.known, CASES.c.id))
        return asked.order_by(newest)


#: Orders that the words and the number of a case decide -> by what.
_BY_NUMBER: Mapping[str, Callable[[ColumnElement[bool], ColumnElement[int]], Sequence[Any]]] = {
    "best": lambda known, number: (known.desc(), number.desc()),
    "newest": lambda known, number: (number.desc(),),
    "oldest": lambda known, number: (number,),
}


def _with_every_word(session: Session, terms: Sequence[str]) -> Select[Any]:
    """Cases in which every word stands: case_id, and `known`, whether all stand in what it is called.

    The words are held against each other before any case is read: a database that takes a frequent word for a
    rare one would read thousands of cases to leave them out again.
    """
    of_each = []
    for term in terms:
        stands = hits(session, term).subquery()
        most = func.max(stands.c.places).label("places")
        of_each.append(select(stands.c.case_id, most).group_by(stands.c.case_id).subquery())
    first = of_each[0]
    joined: FromClause = first
    for each in of_each[1:]:
        joined = joined.join(each, each.c.case_id == first.c.case_id)
    known = and_(*(each.c.places >= HEAD for each in of_each)).label("known")
    return select(first.c.case_id, known).select_from(joined)


def _next_days() -> Select[Any]:
    return (
        select(DEADLINES.c.case_id, func.min(DEADLINES.c.last_day).label("day"))
        .where(models.IS_RUNNING, DEADLINES.c.kind.in_(KINDS))
        .group_by(DEADLINES.c.case_id)
    )


# ------------------------------------------------------------------------------------------ filters


def _where(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if wanted.q and not wanted.terms:
        # Signs alone are no words: they are found nowhere.
        where.append(false())
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
