"""Whatever happens to a case, in whatever order: what the law promises holds.

A story of random commands, answers, days and changes of the registers is played on the law alone, without
a database. ASSENT_STORIES sets how many stories are played (100 in an ordinary run).
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from states.commands import CLOCK, Actor, Command, Step
from states.effects import Effect, apply, from_plain, plain
from states.facts import Case, Facts, Meeting, Party, Seat
from states.machine import decide, opened
from states.reader import load
from states.reasons import Refused
from tests.states import moves
from tests.states.world import everything_in_order, meetings, parties, seats
from workflow.calendars import shipped

LAW = load("ramsar-private")
STORIES = int(os.environ.get("ASSENT_STORIES", "100"))
#: What a hold stops; joining and leaving are noted meanwhile.
STOPPED = ("task", "expiry", "window", "reminder", "term")
STARTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 6, 30), timezones=st.just(UTC))
#: Where a story begins, and where on the way there somebody speaks against.
AIMS = (
    "notification", "objection", "cop", "agreement", "party_consent", "consent_withheld",
    "committee_approval", "committee_meeting", "body_consultation", "active",
    "preliminary_assessment", "draft",
)  # fmt: skip
AGAINST = {
    "party_consent": ("consent_withheld",),
    "committee_approval": ("committee_meeting",),
    "notification": ("objection", "cop"),
    "objection": ("cop",),
}


class LifeOfACase(RuleBasedStateMachine):
    """One case among eight Parties, two of which may join or leave, and a Committee."""

    @initialize(
        start=STARTS,
        territory=st.lists(st.sampled_from(("FR", "BE")), unique=True, max_size=2).map(tuple),
        dead=st.sampled_from([(), (), ("KE",)]),
        aim=st.sampled_from(AIMS),
    )
    def propose(self, start: datetime, territory: tuple[str, ...], dead: tuple[str, ...], aim: str) -> None:
        now = start
        case = Case("RP-2024-1", "", now, territory=territory, items=everything_in_order(LAW))
        known = {code: party for code, party in parties().items() if code in moves.PARTIES}
        self.dead = frozenset(dead)
        self.facts = Facts(now, case, shipped("CH-VD").working_days, meetings(), known, seats())
        self.told = Case("RP-2024-1", "", now)
        self.firings: list[tuple[str, int]] = []
        self._keep(opened(LAW, self.facts, Command("open", Actor("officer"))))
        for _ in range(16):
            if self.case.state != aim:
                self.go_on(against=aim in AGAINST.get(self.case.state, ()))

    # ------------------------------------------------------------------------------- what happens

    @rule(data=st.data(), times=st.integers(1, 4))
    def do_something(self, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            self._ask(data.draw(moves.acts(LAW, self.facts)))

    @precondition(lambda self: self.case.rounds)
    @rule(data=st.data(), times=st.integers(1, 4))
    def answer(self, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            self._ask(data.draw(moves.answers(LAW, self.facts)))

    @precondition(lambda self: self.case.state not in ("active", "suspended"))
    @rule(against=st.booleans())
    def go_on(self, against: bool) -> None:
        """The next step of a case that goes well, or badly; where only time can bring it on, time passes."""
        before = self.case
        for command in moves.onward(LAW, self.facts, against):
            self._ask(command)
        if self.case is before or self.case.state == before.state in ("notification", "renewal"):
            self._go_to_the_next_date()

    @rule(data=st.data(), times=st.integers(1, 4))
    def try_anything(self, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            self._ask(data.draw(moves.wild(LAW, self.facts.now)))

    @rule(hours=st.one_of(st.integers(1, 72), st.integers(72, 24 * 120)))
    def let_time_pass(self, hours: int) -> None:
        self._run_to(self.facts.now + timedelta(hours=hours))

    @precondition(lambda self: any(d.status == "armed" for d in self.case.deadlines))
    @rule(seconds=st.sampled_from([-1, 0, 1]))
    def go_near_the_next_date(self, seconds: int) -> None:
        self._go_to_the_next_date(seconds)

    @rule(hours=st.integers(1, 24 * 5))
    def stand_still(self, hours: int) -> None:
        """The machine is off; what was due meanwhile is done late, all of it."""
        self.facts = replace(self.facts, now=self.facts.now + timedelta(hours=hours))
        self._run_to(self.facts.now)

    @rule(days=st.integers(-60, 400), which=st.sampled_from(["COP15", "COP16", "SC65", "SC67"]))
    def move_a_meeting(self, days: int, which: str) -> None:
        by = timedelta(days=days)
        self._register(
            meetings=tuple(_moved(m, by) if m.ordinal == which else m for m in self.facts.meetings)
        )

    @rule(code=st.sampled_from(["SA", "NO", "DE"]), days=st.integers(-3, 40), joins=st.booleans())
    def change_the_parties(self, code: str, days: int, joins: bool) -> None:
        day = self.facts.now.date() + timedelta(days=days)
        old = self.facts.parties[code]
        changed = Party(code, day) if joins and code == "SA" else replace(old, leaves=day)
        self._register(parties={**self.facts.parties, code: changed})

    @rule(days=st.integers(-3, 30))
    def elect_a_committee(self, days: int) -> None:
        """Africa's first seat goes to another member."""
        last = self.facts.now.date() + timedelta(days=days)
        self._register(seats=tuple(each for s in self.facts.seats for each in _elected(s, last)))

    # ------------------------------------------------------------------------------ what must hold

    @invariant()
    def a_deadline_fires_once_per_generation(self) -> None:
        for name, generation in self.firings[-3:]:
            assert isinstance(self._decide(_fire(name, generation)), Refused)

    @invariant()
    def nothing_fires_before_its_moment_or_while_it_is_stopped(self) -> None:
        for d in self.case.deadlines:
            if d.status != "armed" or d.due_at > self.facts.now:
                assert isinstance(self._decide(_fire(d.name, d.generation)), Refused), d

    @invariant()
    def the_events_say_what_the_case_is(self) -> None:
        assert self.told == self.case

    @invariant()
    def everything_due_has_been_done(self) -> None:
        assert [d for d in self.case.deadlines if d.status == "armed" and d.due_at <= self.facts.now] == []

    @invariant()
    def nothing_runs_while_the_case_is_on_hold(self) -> None:
        running = [d for d in self.case.deadlines if d.kind in STOPPED and d.status not in ("held",)]
        assert running == [] or not self.case.is_held

    @invariant()
    def an_open_case_has_a_way_out_and_a_date_or_a_task(self) -> None:
        state = LAW.states[self.case.state]
        if state.final:
            assert self.case.deadlines == () and not self.case.is_held and self.case.open_round is None
            return
        assert (state.name == LAW.start or self.case.is_held) or any(
            d.status == "armed" or (d.status == "overdue" and d.of == "officer") for d in self.case.deadlines
        ), self.case.deadlines
        ways = [a for a in LAW.actions_in(state.name) if any(w.to not in ("stays", state.name) for w in a.to)]
        out = [a for a in ways if isinstance(self._decide(Command(a.name, Actor("officer"))), Step)]
        assert out, state.name

    @invariant()
    def dates_and_rounds_fit_together(self) -> None:
        names = [d.name for d in self.case.deadlines]
        assert len(names) == len(set(names)), names
        opened = [r for r in self.case.rounds if r.is_open]
        assert opened == [] or (opened == [self.case.round] and opened[0].state == self.case.state)
        numbers = {r.no for r in opened}
        assert {d.round for d in self.case.deadlines if d.round} <= numbers
        assert {d.round for d in self.case.deadlines if d.kind == "window"} == numbers

    @invariant()
    def no_agreement_over_an_objection_that_stands(self) -> None:
        if self.case.state == "agreement" and not self.case.is_held:
            assert not self.case.standing or "adopted" in self.case.marks

    # ------------------------------------------------------------------------------------ the play

    @property
    def case(self) -> Case:
        return self.facts.case

    def _go_to_the_next_date(self, seconds: int = 0) -> None:
        due = [d.due_at for d in self.case.deadlines if d.status == "armed"]
        if due:
            self._run_to(max(self.facts.now, min(due) + timedelta(seconds=seconds)))

    def _now(self) -> Facts:
        round_ = self.case.open_round
        if round_ is None:
            return replace(self.facts, unreached=frozenset())
        answered = {a.member for a in round_.answers}
        unreached = {m.code for m in round_.asked} & self.dead - answered
        return replace(self.facts, unreached=frozenset(unreached))

    def _decide(self, command: Command) -> Step | Refused:
        facts = self._now()
        decided = decide(LAW, facts, command)
        assert decide(LAW, facts, command) == decided
        if isinstance(decided, Refused):
            assert decided.reasons
            assert all(r.english.endswith((".", "?")) for r in decided.reasons), str(decided)
        return decided

    def _ask(self, command: Command) -> None:
        decided = self._decide(command)
        if isinstance(decided, Step):
            self._keep(decided)
        self._run_to(self.facts.now)

    def _keep(self, step: Step) -> None:
        kept = [Effect(e.op, from_plain(json.loads(json.dumps(plain(e.values))))) for e in step.effects]
        self.told = replace(apply(self.told, kept), seq=self.told.seq + len(step.events))
        self.facts = self.facts.with_case(step.case)

    def _register(self, **changes: object) -> None:
        self.facts = replace(self.facts, **changes)
        self._ask(Command("register", CLOCK, {"reason": "the register has changed"}))

    def _run_to(self, end: datetime) -> None:
        while True:
            due = [d for d in self.case.deadlines if d.status == "armed" and d.due_at <= end]
            if not due:
                break
            first = min(due, key=lambda d: (d.due_at, d.name))
            self.facts = replace(self.facts, now=max(first.due_at, self.facts.now))
            assert (first.name, first.generation) not in self.firings, first
            assert not (self.case.is_held and first.kind in STOPPED), first
            self.firings.append((first.name, first.generation))
            step = self._decide(_fire(first.name, first.generation))
            assert isinstance(step, Step), str(step)
            self._keep(step)
        self.facts = replace(self.facts, now=end)


def _fire(name: str, generation: int) -> Command:
    return Command("fire", CLOCK, {"deadline": name, "generation": generation})


def _moved(meeting: Meeting, by: timedelta) -> Meeting:
    return replace(meeting, starts=meeting.starts + by, ends=meeting.ends + by)


def _elected(seat: Seat, last: date) -> tuple[Seat, ...]:
    if seat.seat != "africa-1" or not seat.is_held(last) or seat.starts >= last:
        return (seat,)
    return replace(seat, ends=last), replace(seat, member="SN", starts=last + timedelta(days=1))


def test_whatever_happens_to_a_case_the_law_keeps_its_promises() -> None:
    run_state_machine_as_test(
        LifeOfACase,
        settings=settings(
            max_examples=STORIES,
            stateful_step_count=40,
            deadline=None,
            derandomize="ASSENT_STORIES" not in os.environ,
            suppress_health_check=list(HealthCheck),
        ),
    )
