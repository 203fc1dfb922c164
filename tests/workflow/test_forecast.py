"""What is forecast of a case comes true if everybody does what was assumed of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from states.commands import Step
from states.facts import Facts
from states.procedure import Procedure
from tests.states.world import OFFICER, Play, meetings
from workflow.forecast import (
    AGREEMENT,
    IN_FORCE,
    NO_MEETING,
    OBJECTION,
    OPEN,
    SILENCE,
    Outlook,
    Stage,
    forecast,
)

COMMITTEE = (
    "GA", "LY", "RW", "BF", "LS", "LA", "JP", "IQ", "BE", "CZ", "GE", "SE", "BR", "CR", "LC", "CA", "WS",
    "CN", "ZW",
)  # fmt: skip


def of(play: Play) -> dict[str, Outlook]:
    return {outlook.assumed: outlook for outlook in forecast(play.procedure, play.facts)}


def entered(steps: Iterable[Step]) -> list[tuple[str, date]]:
    """(state, day) of everything a case has entered since it was begun."""
    return [
        (event.data["to"], step.case.since.date())
        for step in steps
        for event in step.events
        if event.data.get("to")
    ]


def earliest(outlook: Outlook) -> list[tuple[str, date | None]]:
    return [(stage.state, stage.earliest) for stage in outlook.stages]


def likeliest(outlook: Outlook) -> list[tuple[str, date | None]]:
    return [(stage.state, stage.likeliest) for stage in outlook.stages]


def test_with_everybody_in_a_hurry_the_earliest_dates_come_true() -> None:
    play = Play("2024-01-08 09:00", ("FR",))
    foreseen = earliest(of(play)[AGREEMENT])

    play.do("2024-01-08 10:00", OFFICER, "submit")
    play.do("2024-01-08 10:00", OFFICER, "endorse", risk="low")
    play.do("2024-01-08 10:00", OFFICER, "dispatch")
    play.do("2024-01-08 10:00", "party:FR", "consent")
    play.do("2024-01-08 10:00", OFFICER, "dispatch")
    play.do("2024-01-30 10:00", OFFICER, "dispatch")
    for member in COMMITTEE:
        play.do("2024-01-30 10:00", f"seat:{member}", "approve")
    play.do("2024-01-30 10:00", OFFICER, "dispatch")
    play.do("2024-04-03 10:00", OFFICER, "sign")

    assert foreseen == entered(play.steps)


def test_with_everybody_taking_the_time_there_is_the_likeliest_dates_come_true() -> None:
    play = Play("2024-01-08 09:00", ("FR",))
    foreseen = likeliest(of(play)[AGREEMENT])

    play.do("2024-01-08 10:00", OFFICER, "submit")
    play.do("2024-02-07 12:00", OFFICER, "endorse", risk="low")
    play.do("2024-02-12 12:00", OFFICER, "dispatch")
    play.do("2024-03-28 12:00", "party:FR", "consent")
    play.do("2024-04-02 12:00", OFFICER, "dispatch")
    play.do("2024-04-29 12:00", OFFICER, "dispatch")
    for member in COMMITTEE:
        play.do("2024-05-29 12:00", f"seat:{member}", "approve")
    play.do("2024-06-03 12:00", OFFICER, "dispatch")
    play.run_to("2024-11-04 09:00")
    play.do("2024-11-04 12:00", OFFICER, "sign")

    assert foreseen == entered(play.steps)


def test_an_objection_takes_the_case_to_the_conference_that_comes_next() -> None:
    play = Play("2024-01-08 09:00")

    outlook = of(play)[OBJECTION]

    assert outlook.ends == IN_FORCE
    assert outlook.stages[4:] == (
        Stage("objection", date(2024, 4, 3), date(2024, 6, 17)),
        Stage("cop", date(2024, 4, 3), date(2024, 7, 18), "COP15", "COP15"),
        Stage("agreement", date(2025, 7, 31), date(2025, 7, 31)),
        Stage("active", date(2025, 7, 31), date(2025, 10, 29)),
    )


def test_a_case_that_comes_too_late_for_one_conference_waits_for_the_next() -> None:
    play = in_notification()
    before = replace(meetings()[3], ordinal="COP15", starts=date(2024, 7, 1), ends=date(2024, 7, 9))
    after = replace(before, ordinal="COP16", starts=date(2027, 7, 1), ends=date(2027, 7, 9))
    play.facts = replace(play.facts, meetings=(before, after))

    cop = next(stage for stage in of(play)[OBJECTION].stages if stage.state == "cop")

    # The window shuts on 18 June: whoever hurries is in time, whoever takes 30 days for consultations is not.
    assert (cop.earliest_meeting, cop.likeliest_meeting) == ("COP15", "COP16")


def test_where_no_conference_is_known_nothing_is_foretold_of_it() -> None:
    play = in_notification()
    play.facts = replace(play.facts, meetings=())

    outlook = of(play)[OBJECTION]

    assert (outlook.ends, outlook.stages[-1].state) == (NO_MEETING, "cop")


def test_silence_is_no_consent_and_no_approval() -> None:
    concerned, nobody_concerned = Play("2024-01-08 09:00", ("FR",)), Play("2024-01-08 09:00")

    withheld, approved = of(concerned)[SILENCE], of(nobody_concerned)[SILENCE]

    assert (withheld.ends, withheld.stages[-1].state) == (OPEN, "consent_withheld")
    assert approved.stages[3] == Stage(
        "committee_meeting", date(2024, 3, 1), date(2024, 4, 11), "SC63", "SC63"
    )


def test_what_makes_no_difference_any_more_is_not_told() -> None:
    play = in_notification()
    silent = list(of(play))

    play.do("2024-05-02 10:00", "party:DE", "objection")
    objected = forecast(play.procedure, play.facts)

    assert silent == [AGREEMENT, OBJECTION]
    assert [outlook.assumed for outlook in objected] == [AGREEMENT]
    assert [stage.state for stage in objected[0].stages] == ["objection", "cop", "agreement", "active"]


def test_a_case_on_hold_is_looked_at_as_if_it_went_on_today() -> None:
    play = in_notification()
    play.do("2024-05-02 10:00", OFFICER, "hold")
    play.run_to("2024-05-22 10:00")

    # 46 whole days were left of the window.
    assert earliest(of(play)[AGREEMENT])[0] == ("agreement", date(2024, 7, 9))


def test_a_window_that_waits_for_the_list_of_the_unreached_waits_for_an_officer() -> None:
    play = in_notification()
    play.facts = replace(play.facts, unreached=frozenset({"KE"}))
    play.run_to("2024-06-19 10:00")
    assert play.case.state == "notification"

    first = of(play)[AGREEMENT].stages[0]

    assert (first.state, first.earliest) == ("agreement", date(2024, 6, 19))


def test_nothing_is_foretold_of_a_case_in_force_or_at_its_end() -> None:
    play = Play("2024-01-08 09:00")
    play.do("2024-01-08 10:00", OFFICER, "submit")
    play.do("2024-01-09 10:00", OFFICER, "decline")

    assert forecast(play.procedure, play.facts) == ()


def test_looking_ahead_leaves_the_case_as_it_is() -> None:
    play = in_notification()
    before = (play.procedure, play.facts)

    forecast(*before)

    assert (play.procedure, play.facts) == before


def test_beyond_the_days_a_calendar_knows_nothing_is_foretold() -> None:
    play = Play("2040-10-01 09:00")

    assert {outlook.ends for outlook in forecast(play.procedure, play.facts)} == {OPEN}


@pytest.mark.parametrize("state", sorted(Play("2024-01-08 09:00").procedure.states))
def test_from_every_state_there_is_a_forecast_or_nothing_to_foretell(state: str) -> None:
    law, facts = in_state(state)

    known = {stage.state for outlook in forecast(law, facts) for stage in outlook.stages}

    assert known <= set(law.states)


def in_state(state: str) -> tuple[Procedure, Facts]:
    """A case that stands in a state as if it had been born there: whatever is missing must not matter."""
    play = Play("2024-01-08 09:00", ("FR",))
    return play.procedure, play.facts.with_case(replace(play.case, state=state, deadlines=()))


def in_notification(**facts: Any) -> Play:
    """A case without territory of which all Parties have been notified, on 18 April 2024."""
    play = Play("2024-01-08 09:00", **facts)
    play.do("2024-01-08 10:00", OFFICER, "submit")
    play.do("2024-01-09 10:00", OFFICER, "endorse", risk="low", no_territory_reason="world-wide")
    play.do("2024-01-10 10:00", OFFICER, "dispatch")
    play.do("2024-02-05 10:00", OFFICER, "dispatch")
    for member in COMMITTEE:
        play.do("2024-03-01 10:00", f"seat:{member}", "approve")
    play.do("2024-04-18 10:00", OFFICER, "dispatch")
    return play
