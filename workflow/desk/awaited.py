"""What waits for others: open windows, other roles, cases on hold; for the head, what is overdue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import ColumnElement, Table, func, select
from sqlalchemy.orm import Session

from workflow import house, models
from workflow.desk.item import CASE, Awaited, Hats, law_of, rows_of
from workflow.queries import ANSWERS, ASKED, CASES, DEADLINES, ROUNDS

LIMIT = 100


def awaited(session: Session, hats: Hats, now: datetime) -> list[Awaited]:
    """Everything that others must do first in somebody's cases, the nearest date first."""
    found = [*_windows(session, hats), *_roles(session, hats), *_held(session, hats)]
    if hats.role in ("head", "auditor"):
        found += _overdue(session, hats, now)
    return sorted(found, key=_order)


def _order(each: Awaited) -> tuple[bool, date, str]:
    # A case on hold has the day since when it is, which is no date to wait for.
    is_undated = each.until is None or each.why == "hold"
    return is_undated, each.until or date.max, each.reference


def _windows(session: Session, hats: Hats) -> Iterator[Awaited]:
    rows = rows_of(
        session,
        select(*CASE, ROUNDS.c.no, ROUNDS.c.state.label("asks"), ROUNDS.c.reply_by)
        .join(ROUNDS, ROUNDS.c.case_id == CASES.c.id)
        .where(ROUNDS.c.closed_at.is_(None), CASES.c.held_on.is_(None), hats.own())
        .order_by(ROUNDS.c.reply_by, CASES.c.id)
        .limit(LIMIT),
    )
    ids = [row.id for row in rows]
    asked = _counted(session, ASKED, ASKED.c.code, ids)
    answered = _counted(session, ANSWERS, ANSWERS.c.member, ids)
    for row in rows:
        law = law_of(session, row)
        of_round = (row.id, row.no)
        yield Awaited(
            row.id,
            row.reference,
            row.title,
            "window",
            law.states[row.asks].title if law is not None else row.asks,
            row.reply_by,
            asked.get(of_round, 0),
            answered.get(of_round, 0),
            row.officer,
        )


def _counted(
    session: Session, of: Table, what: ColumnElement[str], ids: list[int]
) -> dict[tuple[int, int], int]:
    """Case and round -> how many different ones there are."""
    counted = (
        select(of.c.case_id, of.c.round, func.count(func.distinct(what)))
        .where(of.c.case_id.in_(ids))
        .group_by(of.c.case_id, of.c.round)
    )
    return {(row[0], row[1]): row[2] for row in session.execute(counted)}


def _roles(session: Session, hats: Hats) -> Iterator[Awaited]:
    """Items of checklists that only another role can confirm."""
    if not hats.is_officer:
        return
    laws = house.of(session).laws.all
    actions = [action for law in laws for same in law.actions.values() for action in same]
    states = {state for each in actions if each.does == "confirm_own_item" for state in each.states}
    rows = rows_of(
        session,
        select(*CASE, CASES.c["items"].label("confirmed"))
        .where(CASES.c.state.in_(sorted(states)), hats.own())
        .order_by(CASES.c.id)
        .limit(LIMIT),
    )
    for row in rows:
        law = law_of(session, row)
        for action in law.actions_in(row.state) if law is not None else ():
            if action.does == "confirm_own_item" and action.name not in row.confirmed:
                who = action.by[0]
                yield Awaited(row.id, row.reference, row.title, "role", who, None, officer=row.officer)


def _held(session: Session, hats: Hats) -> Iterator[Awaited]:
    rows = rows_of(
        session,
        select(*CASE, CASES.c.held_on)
        .where(CASES.c.held_on.is_not(None), hats.own())
        .order_by(CASES.c.held_on, CASES.c.id)
        .limit(LIMIT),
    )
    for row in rows:
        yield Awaited(row.id, row.reference, row.title, "hold", "", row.held_on, officer=row.officer)


def _overdue(session: Session, hats: Hats, now: datetime) -> Iterator[Awaited]:
    """What officers have not done in time: their head sees it before others do."""
    rows = rows_of(
        session,
        select(*CASE, DEADLINES.c.last_day, DEADLINES.c.title.label("says"))
        .join(CASES, CASES.c.id == DEADLINES.c.case_id)
        .where(DEADLINES.c.status == "overdue", models.IS_RUNNING)
        .order_by(DEADLINES.c.last_day, CASES.c.id)
        .limit(LIMIT),
    )
    for row in rows:
        yield Awaited(
            row.id, row.reference, row.title, "task", row.says, row.last_day, officer=row.officer,
            is_overdue=True,
        )  # fmt: skip
