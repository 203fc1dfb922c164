"""Who may do what, in every state: a database decides it as the printed table says."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from states.commands import Command, Step
from states.reasons import Refused
from tests import build
from tests.states import ready, stages
from tests.states.ready import LAW, ROLES, TABLE, actor, expected, messages
from tests.workflow.filed import Filed
from workflow import db
from workflow.engine import Outcome

ACTIONS = tuple(LAW.actions)


def refusals(file: Filed, state: str) -> dict[tuple[str, str], set[str]]:
    """For everything that nobody of that role may do in that state: why not."""
    wanted = [(a, r) for a in ACTIONS for r in ROLES if (state, a, r) not in TABLE]
    found = file.perform_all([Command(a, actor(r), ready.given(state, a)) for a, r in wanted])
    assert [outcome for outcome in found if isinstance(outcome, Outcome)] == []
    return dict(zip(wanted, map(messages, found), strict=True))


def test_whatever_the_table_does_not_allow_is_refused_and_leaves_no_trace(engine: Engine) -> None:
    build.world(engine)
    with db.transaction(engine) as session:
        for state in stages.STATES:
            file = brought(session, state)
            before = file.case
            here = {action for s, action, _ in TABLE if s == state}
            for (action, role), why in refusals(file, state).items():
                if action in here:
                    assert "not_your_role" in why, (state, action, role)
                else:
                    assert why == {"not_in_final" if LAW.states[state].final else "not_in_state"}
            assert file.case == before


def test_whatever_the_table_allows_is_done_as_the_law_alone_decides_it(engine: Engine) -> None:
    build.world(engine)
    with db.transaction(engine) as session:
        for state in stages.STATES:
            rows = [(action, role) for s, action, role in TABLE if s == state]
            for territory, sent in {(ready.territory(a), ready.is_sent(state, a)) for a, _ in rows}:
                file = brought(session, state, territory, sent)
                for action, role in sorted(rows):
                    if (ready.territory(action), ready.is_sent(state, action)) == (territory, sent):
                        with file.undone():
                            assert_done(file, state, action, role)


def assert_done(file: Filed, state: str, action: str, role: str) -> None:
    """The database does, or refuses, what the law does with the same case."""
    play = stages.stage(state, ready.territory(action), sent=ready.is_sent(state, action))
    for each in (play, file):
        ready.prepare(each, state, action)
    command = Command(action, actor(role), ready.given(state, action, play))
    decided, outcome = play.attempt(command), file.perform(command)
    if isinstance(outcome, Refused):
        assert {r.message for r in outcome.reasons} == messages(decided) == expected(state, action, role)
        return
    assert isinstance(decided, Step), (state, action, role, str(decided))
    assert (outcome.state, outcome.events) == (decided.case.state, tuple(e.kind for e in decided.events))
    named = {name: getattr(file.case, name) for name in ("reference", "partner", "partner_record")}
    assert file.case == replace(decided.case, **named), (state, action)


def brought(session: Session, state: str, territory: tuple[str, ...] = ("FR",), sent: bool = True) -> Filed:
    """A case in the database, brought to that state along the road of tests/states/stages.py."""
    file = Filed(session, "2024-01-08 09:00", territory)
    stages.bring(file, state, sent=sent)
    return file
