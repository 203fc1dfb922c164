"""`decide` alone: the law, without a database and without letters."""

from __future__ import annotations

import time
from dataclasses import replace
from statistics import median
from typing import Any

from states.commands import CLOCK, Actor, Command
from states.facts import Facts
from states.machine import decide
from states.procedure import Procedure
from states.reasons import Refused
from tests.bench import timing, world
from tests.bench.places import Place
from tests.bench.timing import Line
from tests.states.world import Play

SUBJECT = "decide"
TIMES, TIMES_QUICK = 300, 50
GOAL_US = 100

Decision = tuple[Procedure, Facts, Command]


def lines(places: list[Place], rounds: int, quick: bool) -> list[Line]:
    asked = _decisions()
    times = TIMES_QUICK if quick else TIMES
    runs = {name: _run(decision, times) for name, decision in asked.items()}
    seen = timing.medians(timing.in_turn(runs, rounds))
    found = [timing.told(SUBJECT, name, f"{seconds * 1e6:.0f} us") for name, seconds in seen.items()]
    what = f"the middle one of these {len(seen)} decisions"
    slowest = max(seen, key=seen.__getitem__)
    note = f"slowest {seen[slowest] * 1e6:.0f} us"
    return [*found, timing.at_most(SUBJECT, what, median(seen.values()) * 1e6, GOAL_US, "us", note)]


def _run(decision: Decision, times: int) -> timing.Run:
    law, facts, command = decision

    def run() -> float:
        laps = []
        for _ in range(times):
            start = time.perf_counter()
            decide(law, facts, command)
            laps.append(time.perf_counter() - start)
        return median(laps)

    return run


def _decisions() -> dict[str, Decision]:
    """What happens in the life of a case, each at a moment at which it is allowed (but for the refusal)."""
    found: dict[str, Decision] = {}

    def note(name: str, play: Play, actor: Actor, action: str, **details: Any) -> None:
        command = Command(action, actor, details)
        is_refused = isinstance(decide(play.procedure, play.facts, command), Refused)
        assert is_refused == name.startswith("refused"), name
        found[name] = (play.procedure, play.facts, command)

    play = Play("2024-02-01 09:30")
    officer = world.OFFICER
    note("submit: a task is set", play, officer, "submit")
    play.do("2024-02-02 09:30", officer, "submit")
    note("decline: the case ends, the partner is told", play, officer, "decline", reason=world.REASON)
    note("endorse", play, officer, "endorse", risk="low", no_territory_reason="It is a programme.")
    play.do("2024-02-05 09:30", officer, "endorse", risk="low", no_territory_reason="It is a programme.")
    note("dispatch to a working group", play, officer, "dispatch")
    play.do("2024-02-06 09:30", officer, "dispatch")
    _all_answer(play, "2024-02-08 09:30", "no_comment")
    play.do("2024-03-15 09:30", officer, "dispatch")
    _all_answer(play, "2024-03-18 09:30", "approve")
    note("dispatch to all Parties", play, officer, "dispatch")
    play.do("2024-05-02 09:30", officer, "dispatch")
    round_ = play.case.open_round
    assert round_ is not None
    codes = [member.code for member in round_.asked]
    for code in codes[:100]:
        play.do("2024-05-20 09:30", f"party:{code}/head", "no_objection")
    party = Actor.parse(f"party:{codes[120]}/head")
    note("answer of a Party, after 100 others", play, party, "no_objection")
    note("objection of a Party, after 100 others", play, party, "objection", reasons="Not in this form.")
    note("hold", play, officer, "hold")
    note("refused: not of that role", play, party, "dispatch")
    reminder = next(d for d in play.case.deadlines if d.kind == "reminder")
    play.facts = replace(play.facts, now=reminder.due_at)
    fire = {"deadline": reminder.name, "generation": reminder.generation}
    note("reminder to 73 silent Parties", play, CLOCK, "fire", **fire)
    return found


def _all_answer(play: Play, when: str, word: str) -> None:
    round_ = play.case.open_round
    assert round_ is not None
    for member in round_.asked:
        play.do(when, f"seat:{member.code}", word)
