"""What answers ask of somebody: candidates are found by SQL, and the law looks at each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, func, select
from sqlalchemy.orm import Session

from states.facts import Case
from states.positions import late_answers, positions
from states.procedure import Action, Procedure, State
from states.questions import waiting
from workflow import house, models, queries, replies
from workflow.desk.item import CASE, Hats, Item, law_of, of_case, rows_of
from workflow.desk.tasks import LIMIT
from workflow.queries import ANSWERS, CASES, DEADLINES, EVENTS, ROUNDS

#: Whether a state of a law file has what is looked for.
Test = Callable[[Procedure, State], bool]


def looks(session: Session, hats: Hats, now: datetime) -> Iterator[Item]:
    """What is to be done by somebody because of what was answered, or because only they may confirm it."""
    yield from _reviews(session, hats)
    yield from _of_rounds(session, hats, now)
    yield from _questions(session, hats)
    yield from _replies(session, hats)


# ---------------------------------------------------------------------------- items of their own


def _reviews(session: Session, hats: Hats) -> Iterator[Item]:
    """Items of checklists that this role alone confirms."""

    def has_own(law: Procedure, state: State) -> bool:
        return bool(_own_items(law, state.name, hats.role))

    states = _states(session, has_own)
    if not states:
        return
    rows = rows_of(
        session,
        select(*CASE, CASES.c["items"].label("confirmed"), _next_day().label("day"))
        .where(CASES.c.state.in_(states), hats.own())
        .order_by(CASES.c.id)
        .limit(LIMIT),
    )
    for row in rows:
        law = law_of(session, row)
        for action in _own_items(law, row.state, hats.role) if law is not None else ():
            if action.name not in row.confirmed:
                actions = ((action.name, action.title),)
                yield of_case(row, hats, why="review", says=action.title, due=row.day, actions=actions)


def _own_items(law: Procedure, state: str, role: str) -> list[Action]:
    here = law.actions_in(state)
    return [action for action in here if action.does == "confirm_own_item" and role in action.by]


def _next_day() -> Any:
    return (
        select(func.min(DEADLINES.c.last_day))
        .where(models.IS_RUNNING, DEADLINES.c.case_id == CASES.c.id, DEADLINES.c.kind == "task")
        .scalar_subquery()
    )


# -------------------------------------------------------------------------------- open questions


def _of_rounds(session: Session, hats: Hats, now: datetime) -> Iterator[Item]:
    """Conditions to accept, late answers to admit: where a window is open."""

    def may(law: Procedure, state: State) -> bool:
        return bool(_doing(law, state.name, hats.role, "accept_conditions"))

    def admits(law: Procedure, state: State) -> bool:
        return bool(_doing(law, state.name, hats.role, "admit_late"))

    is_open = ROUNDS.c.closed_at.is_(None)
    said = exists().where(ANSWERS.c.case_id == CASES.c.id, ANSWERS.c.round == ROUNDS.c.no)
    rows: dict[int, Row[Any]] = {}
    for test, late in ((may, False), (admits, True)):
        states = _states(session, test)
        if not states:
            continue
        wanted = (
            select(*CASE).join(ROUNDS, ROUNDS.c.case_id == CASES.c.id).where(is_open, hats.own(), said)
        ).where(CASES.c.state.in_(states))
        if late:
            # A member's own window may be longer; nobody is late before the general one has shut.
            wanted = wanted.where(ROUNDS.c.closes_at <= now)
        rows |= {row.id: row for row in rows_of(session, wanted.order_by(CASES.c.id).limit(LIMIT))}
    stored = queries.load_cases(session, sorted(rows))
    for case_id, row in sorted(rows.items()):
        law = law_of(session, row)
        if law is not None:
            yield from _of_round(row, law, stored[case_id].case, hats)


def _of_round(row: Row[Any], law: Procedure, case: Case, hats: Hats) -> Iterator[Item]:
    round_, ask = case.open_round, law.states[case.state].ask
    if round_ is None or ask is None:
        return
    due = round_.reply_by
    held = positions(round_, case, ask)
    accept = _doing(law, case.state, hats.role, "accept_conditions")
    if accept and ask.conditions_need_acceptance:
        for each in held:
            if each.word in ask.conditions:
                yield of_case(row, hats, why="conditions", about=(each.code,), due=due, actions=accept)
    admit = _doing(law, case.state, hats.role, "admit_late")
    late = tuple(m.code for m in round_.asked if admit and late_answers(round_, m.code))
    if late:
        yield of_case(row, hats, why="late", about=late, count=len(late), actions=admit)


def _questions(session: Session, hats: Hats) -> Iterator[Item]:
    """Questions of those asked that nobody has answered, whether the window is still open or not."""

    def answers(law: Procedure, state: State) -> bool:
        return bool(_doing(law, state.name, hats.role, "answer_question"))

    words = {
        w for law in house.of(session).laws.all for s in law.states.values() if s.ask for w in s.ask.question
    }
    states = _states(session, answers)
    if not states or not words:
        return
    asking = exists().where(
        ANSWERS.c.case_id == CASES.c.id, ANSWERS.c.word.in_(sorted(words)), ANSWERS.c.answered_at.is_(None)
    )
    wanted = select(*CASE).where(CASES.c.state.in_(states), hats.own(), asking).order_by(CASES.c.id)
    rows = {row.id: row for row in rows_of(session, wanted.limit(LIMIT))}
    stored = queries.load_cases(session, sorted(rows))
    for case_id, row in rows.items():
        law = law_of(session, row)
        if law is not None:
            yield from _question(row, law, stored[case_id].case, hats)


def _question(row: Row[Any], law: Procedure, case: Case, hats: Hats) -> Iterator[Item]:
    """One item for all questions of a case; it is due while the one who asked first can still answer."""
    asking = tuple(dict.fromkeys(each.member for each in waiting(law, case)))
    if not asking:
        return
    round_, days = case.open_round, []
    if round_ is not None:
        days = [m.reply_by or round_.reply_by for m in round_.asked if m.code in asking]
    yield of_case(
        row,
        hats,
        why="question",
        about=asking,
        count=len(asking),
        due=min(days, default=None),
        actions=_doing(law, case.state, hats.role, "answer_question"),
    )


def _doing(law: Procedure, state: str, role: str, does: str) -> tuple[tuple[str, str], ...]:
    here = law.actions_in(state)
    return tuple((a.name, a.title) for a in here if a.does == does and role in a.by)


def _states(session: Session, test: Test) -> list[str]:
    """Names of the states, in any law file, for which a test holds."""
    laws = house.of(session).laws.all
    return sorted({s.name for law in laws for s in law.states.values() if test(law, s)})


# ------------------------------------------------------------------------------ replies to verify


def _replies(session: Session, hats: Hats) -> Iterator[Item]:
    """Replies that somebody else has recorded on behalf of a Party, and nobody has verified."""
    if hats.role not in ("officer", "head"):
        return
    is_check = EVENTS.c.kind == "verify_reply"
    counted = (
        select(EVENTS.c.case_id)
        .where(models.IS_ON_BEHALF)
        .group_by(EVENTS.c.case_id)
        .having(func.count() > 2 * func.count().filter(is_check))
    )
    rows = rows_of(session, select(*CASE).where(CASES.c.id.in_(counted)).order_by(CASES.c.id).limit(LIMIT))
    for row in rows:
        law = law_of(session, row)
        if law is None:
            continue
        verify = _doing(law, row.state, hats.role, "verify_reply")
        waiting = replies.unverified(session, row.id, law)
        others = [by for by in waiting.values() if by != hats.name]
        if verify and others:
            yield of_case(row, hats, why="verify", count=len(others), actions=verify)
