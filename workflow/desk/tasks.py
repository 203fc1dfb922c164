"""What dates, letters and drafts ask of somebody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from states.procedure import Action, Procedure
from workflow import house, inbox, models
from workflow.desk.item import CASE, Hats, Item, law_of, of_case, rows_of
from workflow.queries import CASES, DEADLINES, LETTERS, MATCHES, is_of
from workflow.sweep import ATTEMPTS_MAX

#: More than one page shows: beyond it there is the register.
LIMIT = 400
#: Acts (states/acts.py) that end a task by its kind, whatever the law file calls the action.
_ENDS = {"dispatch": "dispatch", "confirm_unreached": "confirm_unreached"}
#: The same for duties (states/duties.py), by what stands in their names: `duty:recommendation:17`.
_ENDS_DUTY = {
    "due_diligence": "confirm_due_diligence",
    "assessment": "record_assessment",
    "recommendation": "close_recommendation",
    "complaint": "review_complaint",
}


def tasks(session: Session, hats: Hats, now: datetime) -> Iterator[Item]:
    """What is to be done by somebody because a date runs, a draft lies there, or something went wrong."""
    yield from _dated(session, hats, now)
    if hats.is_officer:
        yield from _drafts(session, hats)
        yield from _set_aside(session, hats)
        yield from _stuck(session, hats)
        yield from _matches(session, hats)
        yield from _mail(session, hats)


# -------------------------------------------------------------------------------------------- dates


def _dated(session: Session, hats: Hats, now: datetime) -> Iterator[Item]:
    names = ("name", "kind", "status", "title", "last_day", "due_at", "on_expiry", "done_by")
    rows = rows_of(
        session,
        select(*CASE, *(DEADLINES.c[name].label(f"due_{name}") for name in names))
        .join(CASES, CASES.c.id == DEADLINES.c.case_id)
        .where(
            models.IS_RUNNING,
            DEADLINES.c.status.in_(("armed", "overdue")),
            DEADLINES.c.kind.in_(("task", "expiry")),
            DEADLINES.c.of == hats.role,
            hats.own(),
        )
        .order_by(DEADLINES.c.last_day, DEADLINES.c.id)
        .limit(LIMIT),
    )
    for row in rows:
        law = law_of(session, row)
        expiry = law.action(row.due_on_expiry, row.state) if law is not None and row.due_on_expiry else None
        yield of_case(
            row,
            hats,
            why="task",
            says=row.due_title,
            due=row.due_last_day,
            is_overdue=row.due_status == "overdue" or (row.due_kind == "task" and row.due_due_at < now),
            actions=_named(actions_for(law, row.state, hats.role, row.due_name, row.due_done_by)),
            otherwise=expiry.title if expiry is not None else "",
        )


def actions_for(law: Procedure | None, state: str, role: str, name: str, done_by: str) -> list[Action]:
    """The actions that would end a task.

    name      of its deadline: `task:notification:dispatch`
    done_by   the action that its rule names, or ""
    """
    if law is None:
        return []
    here = [action for action in law.actions_in(state) if role in action.by]
    if done_by:
        return [action for action in here if action.name == done_by]
    first, *rest = name.split(":")
    if first == "duty":
        return [action for action in here if action.does == _ENDS_DUTY.get(rest[0])]
    for part, does in _ENDS.items():
        if part in name.split(":"):
            return [action for action in here if action.does == does]
    own = [action for action in here if action.states == (state,) and action.to]
    if any(action.checklist for action in own):
        # The date is set for what needs a checklist; what has conditions of its own besides is a way aside.
        own = [action for action in own if action.checklist or not action.when]
    return own


def _named(actions: list[Action]) -> tuple[tuple[str, str], ...]:
    return tuple((action.name, action.title) for action in actions)


# ------------------------------------------------------------------------------- without a date


def _drafts(session: Session, hats: Hats) -> Iterator[Item]:
    """Cases in the state in which they begin: nothing drives them but their officer."""
    starts = {law.start for law in house.of(session).laws.all}
    rows = rows_of(
        session,
        select(*CASE).where(hats.own(), CASES.c.state.in_(sorted(starts)), CASES.c.held_on.is_(None))
        .order_by(CASES.c.id).limit(LIMIT)
    )  # fmt: skip
    for row in rows:
        law = law_of(session, row)
        if law is not None and row.state == law.start and not law.states[row.state].deadlines:
            ways = actions_for(law, row.state, hats.role, "", "")
            yield of_case(row, hats, why="draft", actions=_named(ways))


def _set_aside(session: Session, hats: Hats) -> Iterator[Item]:
    """Letters that did not arrive, of what the case is doing now."""
    finals = {s.name for law in house.of(session).laws.all for s in law.states.values() if s.final}
    rows = rows_of(
        session,
        select(*CASE, func.count().label("letters"))
        .join(CASES, CASES.c.id == LETTERS.c.case_id)
        .where(
            # In the words of the index: only then is it used.
            models.IS_SET_ASIDE,
            hats.own(),
            CASES.c.state.not_in(sorted(finals)),
            LETTERS.c.created_at >= CASES.c.since,
        )
        .group_by(*CASE)
        .order_by(CASES.c.id)
        .limit(LIMIT),
    )
    parties = _parties(session, [row.id for row in rows])
    for row in rows:
        yield of_case(row, hats, why="set_aside", count=row.letters, about=parties.get(row.id, ()))


def _parties(session: Session, ids: list[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    rows = session.execute(
        select(LETTERS.c.case_id, LETTERS.c.party)
        .join(CASES, CASES.c.id == LETTERS.c.case_id)
        .where(
            models.IS_SET_ASIDE,
            LETTERS.c.case_id.in_(ids),
            LETTERS.c.party != "",
            LETTERS.c.created_at >= CASES.c.since,
        )
        .distinct()
        .order_by(LETTERS.c.party)
    )
    for row in rows:
        found.setdefault(row.case_id, []).append(row.party)
    return {case_id: tuple(codes) for case_id, codes in found.items()}


def _stuck(session: Session, hats: Hats) -> Iterator[Item]:
    """Dates on which the sweep has failed so often that it waits for somebody."""
    rows = rows_of(
        session,
        select(*CASE, DEADLINES.c.last_day, DEADLINES.c.problem)
        .join(CASES, CASES.c.id == DEADLINES.c.case_id)
        .where(DEADLINES.c.status == "armed", DEADLINES.c.attempts >= ATTEMPTS_MAX, hats.own())
        .order_by(DEADLINES.c.due_at)
        .limit(LIMIT),
    )
    for row in rows:
        yield of_case(row, hats, why="stuck", says=row.problem, due=row.last_day, is_overdue=True)


def _matches(session: Session, hats: Hats) -> Iterator[Item]:
    """Open cases of partners whose names are like one on an exclusion list, where nobody has decided yet."""
    finals = {s.name for law in house.of(session).laws.all for s in law.states.values() if s.final}
    waiting = select(MATCHES.c.partner).where(MATCHES.c.is_match.is_(None))
    rows = rows_of(
        session,
        select(*CASE)
        .where(is_of(waiting), CASES.c.state.not_in(sorted(finals)), hats.own())
        .order_by(CASES.c.id)
        .limit(LIMIT),
    )
    for row in rows:
        yield of_case(row, hats, why="match")


def _mail(session: Session, hats: Hats) -> Iterator[Item]:
    """Mail that nobody has looked at: of their own cases by when their windows close, and of no case."""
    piles = {pile.case_id: pile for pile in inbox.piles(session, hats.own())}
    unknown = piles.pop(None, None)
    if unknown is not None:
        yield Item(0, "", "", "mail", due=unknown.due, count=unknown.count)
    if not piles:
        return
    rows = rows_of(session, select(*CASE).where(CASES.c.id.in_(piles)).order_by(CASES.c.id).limit(LIMIT))
    for row in rows:
        pile = piles[row.id]
        yield of_case(row, hats, why="mail", due=pile.due, count=pile.count)
