"""A case in a database that does and runs like a `Play` (tests/states/world.py), all in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from states.commands import CLOCK, Actor, Command
from states.facts import Case
from states.reasons import Refused
from tests.states.world import at, everything_in_order
from workflow import engine, queries
from workflow.engine import Outcome
from workflow.laws import Laws
from workflow.queries import DEADLINES, LETTERS

PARTNER = {"name": "Danone Group", "sector": "food and beverages", "home": "FR", "email": "p@danone.example"}


class Filed:
    """One case; what is due happens when the clock is moved past it, and every request is delivered."""

    #: Number of what was made so that something can be done to it (tests/states/ready.py).
    prepared = 0

    def __init__(self, session: Session, start: str, territory: tuple[str, ...] = ("FR",)) -> None:
        self.session = session
        self.now = at(start)
        self.lost: frozenset[str] = frozenset()
        law = Laws().current("ramsar-private")
        opened = engine.open_case(
            session,
            law,
            title="Evian Project",
            partner=PARTNER,
            territory=territory,
            items=everything_in_order(law),
            now=self.now,
        )
        assert isinstance(opened, Outcome), opened
        self.id = opened.case_id

    @property
    def case(self) -> Case:
        """As its tables hold it."""
        found = queries.load_case(self.session, self.id)
        assert found is not None
        return found

    # --------------------------------------------------------------------------- like a Play

    def do(self, when: str, who: Actor | str, action: str, /, **details: Any) -> Outcome:
        """Do it at that moment, everything due before it done."""
        self.run_to(when)
        return self.act(who, action, **details)

    def act(self, who: Actor | str, action: str, /, **details: Any) -> Outcome:
        """Do it this very moment."""
        actor = who if isinstance(who, Actor) else Actor.parse(who)
        outcome = self.perform(Command(action, actor, details))
        assert isinstance(outcome, Outcome), str(outcome)
        return outcome

    def run_to(self, when: str | datetime) -> None:
        """Let everything due until then happen, in order."""
        end = at(when) if isinstance(when, str) else when
        while (due := self._next(end)) is not None:
            name, generation, moment = due
            self.now = max(moment, self.now)
            outcome = self.perform(Command("fire", CLOCK, {"deadline": name, "generation": generation}))
            assert isinstance(outcome, Outcome), str(outcome)
        self.now = end

    def jump(self, when: str) -> None:
        """It is later now, and nobody has yet looked at what has come due."""
        self.now = at(when)

    def lose(self, *codes: str) -> None:
        """No request reaches these members."""
        self.lost = frozenset(codes)

    # ------------------------------------------------------------------------------ beneath

    def perform(self, command: Command) -> Outcome | Refused:
        """What comes of a command this very moment."""
        self.deliver()
        return engine.perform(self.session, self.id, command, self.now)

    def perform_all(self, commands: list[Command]) -> list[Outcome | Refused]:
        """What comes of commands this very moment, one after the other."""
        self.deliver()
        return engine.perform_all(self.session, [(self.id, each) for each in commands], self.now)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Whatever happens in this block has not happened after it."""
        now, lost = self.now, self.lost
        savepoint = self.session.begin_nested()
        try:
            yield
        finally:
            savepoint.rollback()
            self.now, self.lost = now, lost

    def _next(self, end: datetime) -> tuple[str, int, datetime] | None:
        wanted = (
            select(DEADLINES.c.name, DEADLINES.c.generation, DEADLINES.c.due_at)
            .where(DEADLINES.c.case_id == self.id, DEADLINES.c.status == "armed", DEADLINES.c.due_at <= end)
            .order_by(DEADLINES.c.due_at, DEADLINES.c.name)
            .limit(1)
        )
        row = self.session.execute(wanted).one_or_none()
        return None if row is None else (row.name, row.generation, row.due_at)

    def deliver(self) -> None:
        """The post is quick: every request that waits has arrived, but for those that get lost."""
        of_case = (LETTERS.c.case_id == self.id, LETTERS.c.status == "waiting")
        requests = update(LETTERS).where(*of_case, LETTERS.c.purpose == "request")
        arrived = requests.where(LETTERS.c.member.not_in(self.lost))
        self.session.execute(arrived.values(status="sent", sent_at=self.now))
