"""Whatever happens to a case in a database: the tables, the record and the letters tell one story.

Random commands, answers, days, standstills and changes of the registers go through `engine.perform` and
`sweep.fire_due`, beside the law alone as the oracle. ASSENT_STORIES sets how many stories are played.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, delete, select, update

from states.commands import CLOCK, Command, Step
from states.facts import Case, Facts
from states.machine import decide
from states.reasons import Refused
from tests import build, postgres
from tests.conftest import TEMPLATE
from tests.states import moves
from tests.states.ready import LAW
from tests.states.test_properties import AGAINST, AIMS, STARTS, STOPPED
from tests.states.world import everything_in_order, seats
from tests.workflow.implied import OFFICER, PARTNER, PostOffice, Written
from workflow import db, engine, models, queries, record, register, sweep
from workflow.engine import Outcome
from workflow.queries import DEADLINES, LETTERS, PARTIES

CONTACTS, KEYS = queries.table(models.Contact), queries.table(models.Key)
STORIES = int(os.environ.get("ASSENT_STORIES", "0"))
SMALL = {*moves.PARTIES, "SN", *(code for s in seats() for code in (s.member, s.alternate))}


def small_world(on: Engine) -> None:
    """Some thirty Parties, with one contact each, instead of all: what holds for them holds for more."""
    build.world(on)
    with db.transaction(on) as session:
        session.execute(delete(CONTACTS).where(CONTACTS.c.party.not_in(SMALL)))
        session.execute(delete(PARTIES).where(PARTIES.c.code.not_in(SMALL)))
        who = {"actor": "officer", "now": build.BEGINNING}
        register.add_staff(session, "anne", "officer", OFFICER, **who)


class LifeInADatabase(RuleBasedStateMachine):
    """One case, followed in its tables and on the law alone."""

    #: Makes a database with the small world.
    make: Callable[[], Engine]

    @initialize(
        start=STARTS,
        territory=st.lists(st.sampled_from(("FR", "BE")), unique=True, max_size=2),
        dead=st.sampled_from([(), (), ("KE",)]),
        aim=st.sampled_from(AIMS),
    )
    def propose(self, start: datetime, territory: list[str], dead: tuple[str, ...], aim: str) -> None:
        self.on = type(self).make()
        self.now = start
        self.dead = dead
        self.elected = False
        self.kept: list[tuple[Command, Outcome]] = []
        self.firings: list[tuple[str, int]] = []
        self.letters: set[Written] = set()
        with db.transaction(self.on) as session:
            opened = engine.open_case(
                session,
                LAW,
                title="Evian Project",
                partner={"name": "Danone", "email": PARTNER},
                territory=territory,
                items=everything_in_order(LAW),
                now=start,
            )
        assert isinstance(opened, Outcome)
        self.id = opened.case_id
        self.case = self._stored()
        for _ in range(16):
            if self.case.state != aim:
                self.go_on(against=aim in AGAINST.get(self.case.state, ()))

    def teardown(self) -> None:
        if hasattr(self, "on"):
            self.on.dispose()

    # ------------------------------------------------------------------------------- what happens

    @rule(data=st.data(), times=st.integers(1, 3))
    def do_something(self, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            self._ask(data.draw(moves.acts(LAW, self._facts())))

    @precondition(lambda self: self.case.rounds)
    @rule(data=st.data(), times=st.integers(1, 3))
    def answer(self, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            self._ask(data.draw(moves.answers(LAW, self._facts())))

    @precondition(lambda self: self.case.state not in ("active", "suspended"))
    @rule(against=st.booleans())
    def go_on(self, against: bool) -> None:
        before = self.case
        for command in moves.onward(LAW, self._facts(), against):
            self._ask(command)
        if self.case == before or self.case.state == before.state in ("notification", "renewal"):
            self.go_near_the_next_date(0)

    @rule(hours=st.one_of(st.integers(1, 72), st.integers(72, 24 * 120)))
    def let_time_pass(self, hours: int) -> None:
        self._run_to(self.now + timedelta(hours=hours))

    @rule(seconds=st.sampled_from([-1, 0, 1]))
    def go_near_the_next_date(self, seconds: int) -> None:
        due = [d.due_at for d in self.case.deadlines if d.status == "armed"]
        if due:
            self._run_to(max(self.now, min(due) + timedelta(seconds=seconds)))

    @rule(hours=st.integers(1, 24 * 5))
    def stand_still(self, hours: int) -> None:
        """Nothing runs; what was due meanwhile is done late, all of it, in one sweep."""
        self.now += timedelta(hours=hours)
        self._sweep()

    @rule(days=st.integers(-60, 400), ordinal=st.sampled_from(["COP15", "COP16", "SC65", "SC67"]))
    def move_a_meeting(self, days: int, ordinal: str) -> None:
        meeting = next(m for m in self._facts().meetings if m.ordinal == ordinal)
        starts, ends = (day + timedelta(days=days) for day in (meeting.starts, meeting.ends))
        with db.transaction(self.on) as session:
            register.move_meeting(session, ordinal, starts, ends, "a storm", "officer", self.now)
        self._follow_the_register()

    @rule(code=st.sampled_from(["SA", "NO", "DE"]), days=st.integers(-3, 40))
    def change_the_parties(self, code: str, days: int) -> None:
        day = self.now.date() + timedelta(days=days)
        given: dict[str, date] = {"joins": day} if code == "SA" else {"leaves": day}
        with db.transaction(self.on) as session:
            register.set_party(session, "ramsar", code, actor="officer", now=self.now, **given)
        self._follow_the_register()

    @precondition(lambda self: not self.elected)
    @rule(days=st.integers(-3, 30))
    def elect_a_member(self, days: int) -> None:
        self.elected = True
        last = self.now.date() + timedelta(days=days)
        with db.transaction(self.on) as session:
            held = register.set_seat(
                session, "ramsar", "standing_committee", "africa-1", member="SN",
                starts=last + timedelta(days=1), actor="officer", now=self.now,
            )  # fmt: skip
        if held is not None:
            self._follow_the_register()

    @precondition(lambda self: self.kept)
    @rule(data=st.data())
    def ask_for_the_same_again(self, data: st.DataObject) -> None:
        command, outcome = data.draw(st.sampled_from(self.kept))
        with db.transaction(self.on) as session:
            again = engine.perform(session, self.id, command, self.now)
            other = replace(command, details={**command.details, "reason": "something else"})
            reused = engine.perform(session, self.id, other, self.now)
        assert again == outcome
        assert isinstance(reused, Refused)
        assert [r.message for r in reused.reasons] == ["key_reused"]
        assert self._stored() == self.case

    @rule()
    def fire_what_is_not_due(self) -> None:
        early = [
            (d.name, d.generation) for d in self.case.deadlines if d.due_at > self.now or d.status != "armed"
        ]
        fired = [*self.firings[-3:], *early]
        with db.transaction(self.on) as session:
            commands = [(self.id, _fire(name, generation)) for name, generation in fired]
            outcomes = engine.perform_all(session, commands, self.now)
        assert [o for o in outcomes if isinstance(o, Outcome)] == []

    # ------------------------------------------------------------------------------ what must hold

    @invariant()
    def the_tables_the_record_and_the_letters_tell_one_story(self) -> None:
        with db.reading(self.on) as session:
            assert record.rebuild(session, self.id) == []
            assert record.verify(session).breaks == ()
            rows = select(LETTERS.c.seq, LETTERS.c.template, LETTERS.c.email)
            written = [tuple(row) for row in session.execute(rows.where(LETTERS.c.case_id == self.id))]
            assert sorted(written) == sorted(self.letters)
            failing = select(DEADLINES.c.name).where(DEADLINES.c.attempts > 0)
            assert session.scalars(failing).all() == []

    @invariant()
    def nothing_is_left_undone_and_nothing_runs_while_it_is_stopped(self) -> None:
        running = [d for d in self.case.deadlines if d.status == "armed"]
        assert [d for d in running if d.due_at <= self.now] == []
        assert [d for d in running if d.kind in STOPPED and self.case.is_held] == []

    # ------------------------------------------------------------------------------------ the play

    def _stored(self) -> Case:
        with db.reading(self.on) as session:
            found = queries.load_case(session, self.id)
        assert found is not None
        return found

    def _facts(self) -> Facts:
        with db.reading(self.on) as session:
            found = engine.facts_of(session, self.id, self.now)
        assert found is not None
        return found[1]

    def _post_office(self, facts: Facts) -> PostOffice:
        """The post arrives at once, but for what is sent to the dead."""
        requests = (LETTERS.c.case_id == self.id) & (LETTERS.c.purpose == "request")
        with db.transaction(self.on) as session:
            waiting = update(LETTERS).where(requests, LETTERS.c.status == "waiting")
            arriving = waiting.where(LETTERS.c.party.not_in(self.dead))
            session.execute(arriving.values(status="sent", sent_at=self.now))
            rows = session.execute(
                select(LETTERS.c.round, LETTERS.c.member, LETTERS.c.party, LETTERS.c.status).where(requests)
            ).all()
        arrived = {(row.round, row.member) for row in rows if row.status == "sent"}
        return PostOffice(LAW, facts, arrived, {row.party for row in rows})

    def _ask(self, command: Command) -> None:
        command = replace(command, key=f"key {len(self.kept)}")
        office = self._post_office(self._facts())
        facts = self._facts()
        decided = decide(LAW, facts, command)
        with db.transaction(self.on) as session:
            outcome = engine.perform(session, self.id, command, self.now)
        if isinstance(decided, Refused):
            assert outcome == decided
        else:
            assert isinstance(outcome, Outcome), str(outcome)
            self.kept.append((command, outcome))
            self._expect(decided, office)
        self._run_to(self.now)

    def _expect(self, step: Step, office: PostOffice) -> None:
        self.letters |= office.letters(step)
        self.case = self._stored()
        assert self.case == step.case

    def _follow_the_register(self) -> None:
        office = self._post_office(self._facts())
        decided = decide(LAW, self._facts(), Command("register", CLOCK, {"reason": "the register"}))
        with db.transaction(self.on) as session:
            outcomes = engine.register_changed(session, "the register", self.now)
        assert len(outcomes) == isinstance(decided, Step)
        if isinstance(decided, Step):
            self._expect(decided, office)
        self._run_to(self.now)

    def _run_to(self, end: datetime) -> None:
        while due := [d.due_at for d in self.case.deadlines if d.status == "armed" and d.due_at <= end]:
            self.now = max(self.now, min(due))
            self._sweep()
        self.now = end

    def _sweep(self) -> None:
        """One sweep, beside the law alone that fires what is due, one after the other."""
        facts = self._facts()
        office = self._post_office(facts)
        facts, fired = self._facts(), 0
        while True:
            due = [d for d in facts.case.deadlines if d.status == "armed" and d.due_at <= self.now]
            steps = 0
            for each in sorted(due, key=lambda d: d.due_at):
                decided = decide(LAW, facts, _fire(each.name, each.generation))
                if isinstance(decided, Refused):
                    assert [r.message for r in decided.reasons] == ["stale"]
                    continue
                assert (each.name, each.generation) not in self.firings
                self.firings.append((each.name, each.generation))
                self.letters |= office.letters(decided)
                facts = _without_the_answered(facts.with_case(decided.case))
                steps += 1
            fired += steps
            if not steps:
                break
        assert sweep.fire_due(self.on, self.now, beat=False) == sweep.Swept(fired)
        self.case = self._stored()
        assert self.case == facts.case


def _without_the_answered(facts: Facts) -> Facts:
    round_ = facts.case.open_round
    return facts if round_ is not None else replace(facts, unreached=frozenset())


def _fire(name: str, generation: int) -> Command:
    return Command("fire", CLOCK, {"deadline": name, "generation": generation})


def play(make: Callable[[], Engine], stories: int) -> None:
    machine = type("Life", (LifeInADatabase,), {"make": staticmethod(make)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=STORIES or stories,
            stateful_step_count=12,
            deadline=None,
            derandomize=not STORIES,
            # Without Phase.explain: it plays a failing story many times over.
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_happens_sqlite_tells_one_story(sqlite_template: Path, tmp_path: Path) -> None:
    numbers = count(1)
    first = tmp_path / "world.db"
    shutil.copy(sqlite_template, first)
    on = db.make_engine(f"sqlite:///{first}")
    small_world(on)
    on.dispose()

    def make() -> Engine:
        path = tmp_path / f"story-{next(numbers)}.db"
        shutil.copy(first, path)
        return db.make_engine(f"sqlite:///{path}")

    play(make, 20)


def test_whatever_happens_postgresql_tells_one_story(postgresql: postgres.Server) -> None:
    numbers = count(1)
    world = postgresql.create("story_world", TEMPLATE)
    on = db.make_engine(world)
    small_world(on)
    on.dispose()
    play(lambda: db.make_engine(postgresql.create(f"story_{next(numbers)}", "story_world")), 5)
