"""A case in any state, in a database: the roads of the pure tests, walked through the engine."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, update

from states.commands import Actor
from tests import build
from tests.states import stages
from workflow import db, queries
from workflow.queries import LETTERS


class _Walker:
    """Does what a `Play` does, in a database; every letter arrives at once."""

    def __init__(self, on: Engine, case_id: int) -> None:
        self._on, self._id = on, case_id

    @property
    def case(self) -> Any:
        with db.reading(self._on) as session:
            return queries.load_case(session, self._id)

    def do(self, when: str, actor: Actor | str, action: str, **details: Any) -> None:
        who = actor if isinstance(actor, str) else actor.words
        build.do(self._on, self._id, when, who, action, **details)
        with db.transaction(self._on) as session:
            session.execute(update(LETTERS).values(status="sent"))

    def run_to(self, when: str) -> None:
        build.run_to(self._on, when)


def case_in(on: Engine, state: str, territory: tuple[str, ...] = ("FR",), **more: Any) -> int:
    """A case in that state; its number."""
    case_id = build.case(on, territory=territory, **more)
    stages.bring(_Walker(on, case_id), state)
    return case_id
