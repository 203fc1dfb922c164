"""How a partnership in force is watched: indicators, assessments, recommendations, complaints."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from states.commands import Actor, Command
from states.partners import REOPENED
from tests.states.ready import messages
from tests.states.stages import Stage, stage

OFFICER, FINANCE = Actor("officer"), Actor("finance")
#: A Saturday: the task falls due on the Monday.
SATURDAY, MONDAY = date(2024, 11, 30), date(2024, 12, 2)


def made(play: Stage, action: str, **details: Any) -> int:
    play.act(OFFICER, action, **details)
    return play.case.seq


def running(play: Stage) -> dict[str, tuple[str, date, str]]:
    """Name of each duty -> its title, last day and whose it is."""
    return {d.name: (d.title, d.last_day, d.of) for d in play.case.deadlines if d.name.startswith("duty:")}


def test_a_planned_assessment_is_a_task_until_it_is_recorded_and_then_none() -> None:
    play = stage("active")
    no = made(play, "plan_assessment", due=SATURDAY, text="the first year")
    asked = running(play)

    play.act(OFFICER, "record_assessment", duty=no, findings="on the way")

    assert asked == {f"duty:assessment:{no}": ("Assessment of the partnership", MONDAY, "officer")}
    assert running(play) == {}
    assert next((e.op, e.values) for e in play.steps[-1].effects) == (
        "duty_end",
        {"no": no, "done_on": date(2024, 7, 15), "result": "done", "findings": "on the way"},
    )


def test_an_assessment_that_is_not_recorded_in_time_becomes_overdue_and_outlives_a_suspension() -> None:
    play = stage("active")
    no = made(play, "plan_assessment", due=SATURDAY)
    play.do("2024-09-02 10:00", OFFICER, "suspend")
    play.run_to("2024-12-03 00:00")

    found = play.case.deadline(f"duty:assessment:{no}")

    assert found is not None and (found.status, found.last_day) == ("overdue", MONDAY)


@pytest.mark.parametrize(
    ("owner", "of"), [("officer", "officer"), ("finance", "finance"), ("partner", "officer")]
)
def test_a_recommendation_is_the_task_of_its_owner_and_of_the_officer_where_that_is_the_partner(
    owner: str, of: str
) -> None:
    play = stage("active")
    no = made(play, "recommend", text="Measure twice a year", owner=owner, due=SATURDAY)

    assert running(play) == {f"duty:recommendation:{no}": ("Recommendation to be carried out", MONDAY, of)}
    play.act(FINANCE, "close_recommendation", duty=no, findings="Measured in May and October.")
    assert running(play) == {}


def test_a_recommendation_to_nobody_known_or_for_a_day_past_is_refused() -> None:
    play = stage("active")
    given = {"text": "Measure", "owner": "partner", "due": SATURDAY}

    found = [
        messages(play.attempt(Command("recommend", OFFICER, {**given, **more})))
        for more in ({"owner": "the neighbour"}, {"due": date(2024, 7, 14)})
    ]

    assert found == [{"unknown_owner"}, {"due_in_past"}]


def test_an_indicator_is_set_and_measured_on_a_day_that_has_come() -> None:
    play = stage("active")
    no = made(play, "set_indicator", title="Hectares restored", baseline="0", target="40", unit="ha")

    play.act(OFFICER, "record_actual", indicator=no, actual="12")
    late = play.attempt(
        Command("record_actual", OFFICER, {"indicator": no, "actual": "13", "on": date(2025, 1, 1)})
    )
    other = play.attempt(Command("record_actual", OFFICER, {"indicator": 99, "actual": "13"}))

    assert play.steps[-1].events[0].data == {
        "indicator": no, "name": "Hectares restored", "actual": "12", "on": date(2024, 7, 15),
    }  # fmt: skip
    assert (messages(late), messages(other)) == ({"measured_in_future"}, {"no_such_indicator"})


def test_a_complaint_after_clearance_undoes_nothing_and_is_reviewed_by_a_day() -> None:
    play = stage("active")
    no = made(play, "record_complaint", who="Friends of the Lake", text="It is fenced in", due=SATURDAY)
    assert (play.case.state, "signed" in play.case.marks) == ("active", True)
    assert running(play)[f"duty:complaint:{no}"][:2] == ("Complaint to be reviewed", MONDAY)

    bad = play.attempt(Command("review_complaint", OFFICER, {"duty": no, "result": "so so", "findings": "x"}))
    play.act(OFFICER, "review_complaint", duty=no, result="upheld", findings="The fence was not agreed.")
    play.act(OFFICER, "suspend", reason="The fence is to be taken down.")

    assert messages(bad) == {"bad_result"}
    assert (play.case.state, running(play)) == ("suspended", {})


def test_the_end_of_a_partnership_ends_what_was_still_to_be_done() -> None:
    play = stage("active")
    made(play, "recommend", text="Measure", owner="partner", due=SATURDAY)
    play.do("2024-09-02 10:00", OFFICER, "complete")

    assert play.case.deadlines == ()


# ----------------------------------------------------------------------------- a changed partner


def test_a_partner_that_changes_is_looked_into_again_before_anything_is_endorsed_or_signed() -> None:
    play = stage("agreement")
    play.act(OFFICER, "reopen_due_diligence", reason="bought by another group", due=SATURDAY)

    refused = play.attempt(Command("sign", OFFICER))
    due = running(play)
    play.act(OFFICER, "confirm_due_diligence", evidence="Sheet of 3 May.pdf")

    assert messages(refused) == {"due_diligence_reopened"}
    assert due == {"duty:due_diligence": ("Due diligence to be done again", MONDAY, "officer")}
    assert (running(play), play.case.marks & {REOPENED}) == ({}, set())
    play.act(OFFICER, "sign")


def test_a_second_change_leaves_the_earlier_day_and_takes_an_earlier_one() -> None:
    play = stage("agreement")
    for due, last in (
        (SATURDAY, MONDAY),
        (date(2024, 12, 20), MONDAY),
        (date(2024, 10, 1), date(2024, 10, 1)),
    ):
        play.act(OFFICER, "reopen_due_diligence", reason="bought again", due=due)
        assert running(play)["duty:due_diligence"][1] == last


def test_on_hold_the_clock_of_a_reopened_due_diligence_stands_still_with_the_days_it_has() -> None:
    play = stage("agreement")
    play.act(OFFICER, "hold")
    play.act(OFFICER, "reopen_due_diligence", reason="bought", due=date(2024, 7, 1))
    held = play.case.deadline("duty:due_diligence")
    # Thirteen days on is a Sunday, and the Monday after it a holiday of the canton.
    play.do("2024-09-02 10:00", OFFICER, "resume")
    again = play.case.deadline("duty:due_diligence")

    assert held is not None and (held.status, held.remaining) == ("held", 13)
    assert again is not None and (again.status, again.last_day) == ("armed", date(2024, 9, 17))


def test_a_partner_on_an_exclusion_list_goes_no_further_than_it_is() -> None:
    states = {"draft": "submit", "preliminary_assessment": "endorse", "agreement": "sign"}
    found = {}
    for state, action in states.items():
        play = stage(state)
        play.facts = replace(play.facts, excluded=("UN Security Council (Example Tobacco)",))
        details = {"risk": "low"} if action == "endorse" else {}
        found[state] = str(play.attempt(Command(action, OFFICER, details)))

    assert all("UN Security Council (Example Tobacco)" in why for why in found.values()), found
