"""The dates of whole cases, at thousands of random moments, against a count by hand (byhand.py)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from states.commands import CLOCK, Actor, Command, Step
from states.facts import Case, Deadline, Facts, Meeting, Objection, Party, Seat
from states.machine import decide
from states.reader import load
from states.reasons import Refused
from tests.states import byhand
from tests.states.world import HEAD, OFFICER, everything_in_order
from workflow.calendars import shipped

LAW = load("ramsar-private")
DAYS = shipped("CH-VD").working_days
LONG_AGO = date(1990, 1, 1)
PARTIES = {code: Party(code, LONG_AGO) for code in ("DE", "FR", "NO")}
SEATS = tuple(Seat(body, "one", "FR", "", LONG_AGO) for body in ("mwg", "standing_committee"))
FRANCE, GERMANY, NORWAY = (Actor("party", party=code, voice="head") for code in ("FR", "DE", "NO"))


def moment(dice: Random) -> datetime:
    """Any second from 2001 to 2036."""
    return datetime(2001, 1, 1, tzinfo=UTC) + timedelta(seconds=dice.randrange(36 * 365 * 86400))


class Clerk:
    """A case that begins in some state at some moment."""

    def __init__(self, state: str, now: datetime, **facts: Any) -> None:
        territory = ("FR",) if state == "party_consent" else ()
        case = Case("RP-1", state, now, territory=territory, items=everything_in_order(LAW))
        given = {"parties": PARTIES, "seats": SEATS, **facts}
        self.facts = Facts(now, case, DAYS, **given)

    @property
    def case(self) -> Case:
        return self.facts.case

    @property
    def today(self) -> date:
        return byhand.on_the_wall(self.facts.now).date()

    def at(self, now: datetime) -> Clerk:
        self.facts = replace(self.facts, now=now)
        return self

    def ask(self, who: Actor, action: str, **details: Any) -> Step | Refused:
        return decide(LAW, self.facts, Command(action, who, details))

    def do(self, who: Actor, action: str, **details: Any) -> Step:
        step = self.ask(who, action, **details)
        assert isinstance(step, Step), (self.facts.now, str(step))
        self.facts = self.facts.with_case(step.case)
        return step

    def fire(self, name: str) -> Step:
        due = self.deadline(name)
        self.at(max(self.facts.now, due.due_at))
        return self.do(CLOCK, "fire", deadline=name, generation=due.generation)

    def deadline(self, name: str) -> Deadline:
        found = self.case.deadline(name)
        assert found is not None, [d.name for d in self.case.deadlines]
        return found

    def general(self) -> tuple[date, datetime, datetime]:
        """(printed last day, when the general window shuts, when the clock acts)"""
        round_ = self.case.round
        assert round_ is not None
        return round_.reply_by, round_.closes_at, self.deadline("window:1").due_at


def window(last: date) -> tuple[date, datetime, datetime]:
    return last, byhand.closes(last), byhand.closes(last)


# ------------------------------------------------------------------------------------ the calendar


def test_the_calendar_of_vaud_has_the_days_off_that_a_clerk_works_out() -> None:
    by_hand = {day for year in range(2000, 2041) for day in byhand.holidays(year)}
    assert DAYS.holidays == by_hand


def test_a_clerk_knows_when_the_clocks_change() -> None:
    """The count by hand itself, checked once against the law of summer time."""
    assert [
        byhand.on_the_wall(datetime(2024, m, d, h, tzinfo=UTC)).hour
        for m, d, h in [(3, 31, 0), (3, 31, 1), (10, 27, 0), (10, 27, 1)]
    ] == [1, 3, 2, 2]
    assert byhand.instant(date(2024, 3, 31), 9) == datetime(2024, 3, 31, 7, tzinfo=UTC)
    assert byhand.instant(date(2024, 10, 27), 9) == datetime(2024, 10, 27, 8, tzinfo=UTC)


# --------------------------------------------------------------------------------------- dispatched


@pytest.mark.parametrize(
    ("state", "days", "reminders"),
    [
        ("party_consent", 45, (14, 7, 1)),
        ("body_consultation", 21, (7,)),
        ("committee_approval", 30, (7,)),
        ("notification", 60, (14, 3)),
    ],
)
def test_a_window_dispatched_at_any_second_ends_as_counted_by_hand(
    state: str, days: int, reminders: tuple[int, ...]
) -> None:
    dice = Random(state)
    for _ in range(1500):
        clerk = Clerk(state, moment(dice))
        clerk.do(OFFICER, "dispatch")
        last = byhand.forward(byhand.days_on(clerk.today, days))
        assert clerk.general() == window(last)
        found = {d.name: d.due_at for d in clerk.case.deadlines if d.kind == "reminder"}
        assert found == {f"remind:1:{n}": byhand.instant(last - timedelta(days=n), 9) for n in reminders}


def test_a_second_before_the_close_an_answer_counts_and_at_the_close_it_is_late() -> None:
    dice = Random("to the second")
    for _ in range(500):
        clerk = Clerk("notification", moment(dice))
        clerk.do(OFFICER, "dispatch")
        closes = byhand.closes(byhand.forward(byhand.days_on(clerk.today, 60)))
        late = [
            clerk.at(closes - timedelta(seconds=s)).do(GERMANY, "support").events[0].data["late"]
            for s in (1, 0)
        ]
        assert late == [False, True]
        step = clerk.fire("window:1")
        assert (clerk.facts.now, step.case.state) == (closes, "agreement")


# ---------------------------------------------------------------------------------- moved about


def test_held_and_resumed_again_and_again_the_days_that_were_left_are_left() -> None:
    dice = Random("hold")
    for _ in range(800):
        clerk = Clerk("notification", moment(dice))
        clerk.do(OFFICER, "dispatch")
        last = byhand.forward(byhand.days_on(clerk.today, 60))
        for _ in range(dice.randint(1, 4)):
            room = byhand.closes(last) - clerk.facts.now
            clerk.at(clerk.facts.now + room * dice.random()).do(OFFICER, "hold")
            left = max(0, (last - clerk.today).days)
            assert clerk.deadline("window:1").remaining == left
            clerk.at(clerk.facts.now + timedelta(seconds=dice.randrange(400 * 86400))).do(OFFICER, "resume")
            last = byhand.forward(byhand.days_on(clerk.today, left))
            assert clerk.general() == window(last)


def test_extended_restarted_and_held_in_any_order_a_window_ends_as_counted_by_hand() -> None:
    dice = Random("anything")
    for _ in range(800):
        clerk = Clerk("notification", moment(dice))
        clerk.do(OFFICER, "dispatch")
        last, extended = byhand.forward(byhand.days_on(clerk.today, 60)), False
        for _ in range(dice.randint(1, 5)):
            clerk.at(clerk.facts.now + (byhand.closes(last) - clerk.facts.now) * dice.random() * 0.7)
            what = dice.choice(["extend", "restart", "hold"])
            if what == "restart":
                clerk.do(OFFICER, "corrigendum", kind="substantive")
                last = byhand.forward(byhand.days_on(clerk.today, 60))
            elif what == "hold":
                left = max(0, (last - clerk.today).days)
                clerk.do(OFFICER, "hold")
                clerk.at(clerk.facts.now + timedelta(seconds=dice.randrange(90 * 86400))).do(
                    OFFICER, "resume"
                )
                last = byhand.forward(byhand.days_on(clerk.today, left))
            else:
                until = last + timedelta(days=dice.randint(-5, 40))
                new = byhand.forward(until)
                allowed = not extended and new >= byhand.days_on(last, 7)
                decided = clerk.ask(OFFICER, "extend", until=until)
                assert isinstance(decided, Step) == allowed, (last, until, str(decided))
                if allowed:
                    clerk.do(OFFICER, "extend", until=until)
                    last, extended = new, True
            assert clerk.general() == window(last)


def test_a_question_keeps_the_window_of_the_one_who_asks_open_for_ten_days() -> None:
    dice = Random("question")
    for _ in range(1000):
        clerk = Clerk("notification", moment(dice))
        clerk.do(OFFICER, "dispatch")
        last, closes, _ = clerk.general()
        room = closes - timedelta(seconds=1) - clerk.facts.now
        clerk.at(clerk.facts.now + room * (1 - dice.random() ** 3)).do(NORWAY, "question")
        own = max(last, byhand.forward(byhand.days_on(clerk.today, 10)))
        assert clerk.general() == (last, closes, byhand.closes(own))
        clerk.at(byhand.closes(own) - timedelta(seconds=1)).do(NORWAY, "objection")
        clerk.fire("window:1")
        assert (clerk.facts.now, clerk.case.state) == (byhand.closes(own), "objection")


def test_who_becomes_a_party_meanwhile_has_fourteen_days_from_midnight() -> None:
    dice = Random("joiner")
    for _ in range(1000):
        start = moment(dice)
        joins = byhand.on_the_wall(start).date() + timedelta(days=dice.randint(1, 58))
        clerk = Clerk("notification", start, parties={**PARTIES, "SA": Party("SA", joins)})
        clerk.do(OFFICER, "dispatch")
        last, closes, _ = clerk.general()
        clerk.fire("join:1:SA")
        assert clerk.facts.now == byhand.midnight_after(joins - timedelta(days=1))
        own = max(last, byhand.forward(byhand.days_on(joins, 14)))
        assert clerk.general() == (last, closes, byhand.closes(own))


# ------------------------------------------------------------------------------- tasks and meetings


def test_papers_are_due_ninety_days_before_the_first_day_and_never_later() -> None:
    dice = Random("papers")
    for _ in range(1500):
        now = moment(dice)
        starts = byhand.on_the_wall(now).date() + timedelta(days=dice.randint(1, 900))
        ends = starts + timedelta(days=dice.randint(0, 12))
        meetings = (Meeting("cop", "COP99", "ordinary", starts, ends),)
        clerk = Clerk("objection", now, meetings=meetings)
        objection = Objection(1, 1, "DE", "party:DE", 3, now)
        clerk.facts = clerk.facts.with_case(replace(clerk.case, objections=(objection,)))
        clerk.do(OFFICER, "escalate")
        paper = byhand.back(starts - timedelta(days=90))
        decision = byhand.forward(ends)
        found = {d.name: (d.last_day, d.due_at) for d in clerk.case.deadlines}
        assert found == {
            "task:cop:paper": (paper, byhand.midnight_after(paper)),
            "task:cop:decision": (decision, byhand.midnight_after(decision)),
        }


def test_tasks_end_at_midnight_and_years_end_on_the_day_of_the_year() -> None:
    dice = Random("tasks")
    leap_days = [datetime(year, 2, 29, 12, tzinfo=UTC) for year in range(2004, 2037, 4)]
    for now in [*leap_days, *(moment(dice) for _ in range(1500))]:
        found = {}
        for state, action in (("draft", "submit"), ("suspended", "reinstate"), ("active", "suspend")):
            clerk = Clerk(state, now)
            clerk.do(OFFICER, action)
            found |= {d.name: (d.last_day, d.due_at) for d in clerk.case.deadlines if not d.about}
        day = byhand.on_the_wall(now).date()
        expected = {
            "task:preliminary_assessment:assessment": byhand.forward(byhand.days_on(day, 30)),
            "task:active:accounts": byhand.forward(byhand.months_on(day, 12)),
            "task:suspended:review": byhand.forward(byhand.days_on(day, 90)),
        }
        assert found == {name: (last, byhand.midnight_after(last)) for name, last in expected.items()}


def test_a_consent_stands_for_two_years_to_the_last_second_of_the_day() -> None:
    dice = Random("consent")
    for _ in range(500):
        clerk = Clerk("party_consent", moment(dice))
        clerk.do(OFFICER, "dispatch")
        clerk.at(clerk.facts.now + timedelta(hours=dice.randint(0, 900))).do(FRANCE, "consent")
        ends = byhand.midnight_after(byhand.months_on(clerk.today, 24))
        clerk.facts = clerk.facts.with_case(
            replace(clerk.case, state="agreement", marks=frozenset({"approved", "cleared"}))
        )
        signed = [
            isinstance(clerk.at(ends - timedelta(seconds=s)).ask(OFFICER, "sign"), Step) for s in (1, 0)
        ]
        assert signed == [True, False]


def test_only_the_secretary_general_turns_late_into_counted() -> None:
    dice = Random("admitted")
    for _ in range(200):
        clerk = Clerk("notification", moment(dice))
        clerk.do(OFFICER, "dispatch")
        clerk.at(clerk.general()[1] + timedelta(seconds=dice.randrange(86400))).do(GERMANY, "objection")
        assert clerk.case.standing == ()
        clerk.do(HEAD, "admit_late", party="DE", reasons="a strike")
        assert [o.party for o in clerk.case.standing] == ["DE"]
