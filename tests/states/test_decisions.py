"""Decisions at meetings: which meeting, what quorum, what majority - and the arithmetic of every refusal."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from states.commands import Step
from states.facts import Condition, Decision
from tests.states.stages import Stage, stage, told, words
from tests.states.world import OFFICER


def before_committee() -> Stage:
    """Before the Committee, on the last day of its 63rd meeting."""
    play = stage("committee_meeting")
    play.run_to("2024-06-07 17:00")
    return play


def before_conference() -> Stage:
    """Before the Conference, on the last day of COP15; the paper has been issued."""
    play = stage("cop")
    play.do("2025-04-01 10:00", OFFICER, "issue_paper")
    play.run_to("2025-07-31 17:00")
    return play


def decide(play: Stage, when: str, meeting: str, result: str, **numbers: Any) -> Step:
    """An officer records what a meeting decided."""
    return play.do(when, OFFICER, "record_decision", meeting=meeting, result=result, **numbers)


# ------------------------------------------------------------------------------------- the Committee


@pytest.mark.parametrize(
    ("result", "state", "mark"),
    [
        ("approved", "notification", {"approved"}),
        ("rejected", "rejected", set()),
        ("deferred", "committee_meeting", set()),
    ],
)
def test_the_committee_approves_rejects_or_defers(result: str, state: str, mark: set[str]) -> None:
    play = before_committee()
    step = decide(play, "2024-06-07 17:00", "SC63", result, by="consensus", present=19)
    assert (words(step), play.case.state, play.case.marks) == (["record_decision"], state, mark)
    short = {"approved": "for", "rejected": "against", "deferred": "deferred"}[result]
    assert play.case.decisions == (Decision("standing_committee", "SC63", short, date(2024, 6, 7)),)
    assert told(step, "meeting_decision") == {
        "partner", "parties_concerned", "standing_committee", "officers",
    }  # fmt: skip


def test_deferred_it_waits_for_the_next_meeting() -> None:
    play = before_committee()
    assert play.case.target == "SC63"
    decide(play, "2024-06-07 17:00", "SC63", "deferred")
    assert (play.case.target, play.due("task:committee_meeting:decision")) == ("SC64", date(2025, 1, 24))


def test_conditions_made_at_a_meeting_bind_the_agreement() -> None:
    play = before_committee()
    decision = {"meeting": "SC63", "result": "approved", "by": "vote", "yes": 12, "no": 3, "abstain": 4}
    play.do("2024-06-07 17:00", OFFICER, "record_decision", conditions="an audit each year", **decision)
    assert play.case.conditions == (Condition("standing_committee", "an audit each year"),)


CONSENSUS = {"meeting": "SC63", "result": "approved", "by": "consensus"}
VOTE = {"meeting": "SC63", "result": "approved", "by": "vote"}


@pytest.mark.parametrize(
    ("details", "why"),
    [
        ({**CONSENSUS}, "Say how many: 'present' is missing, and the arithmetic needs it."),
        (
            {**CONSENSUS, "present": 9},
            "Without a quorum nothing is decided: 9 present, 10 needed of 19 seats. Record it as deferred.",
        ),
        ({**CONSENSUS, "present": 20}, "'present' must be a whole number from 0 to 19, not 20."),
        ({**CONSENSUS, "present": -1}, "'present' must be a whole number from 0 to 19, not -1."),
        ({**CONSENSUS, "present": True}, "'present' must be a whole number from 0 to 19, not True."),
        ({**VOTE, "present": 19}, "Say how many: 'yes' is missing, and the arithmetic needs it."),
        ({**VOTE, "yes": 10}, "Say how many: 'no' is missing, and the arithmetic needs it."),
        (
            {**VOTE, "yes": 5, "no": 4},
            "Without a quorum nothing is decided: 9 present, 10 needed of 19 seats. Record it as deferred.",
        ),
        (
            {**VOTE, "yes": 8, "no": 8},
            "It cannot be approved: 8 yes against 8 no. "
            "A proposal is carried by more yes than no among those present and voting.",
        ),
        (
            {**VOTE, "yes": 1, "no": 2, "abstain": 15},
            "It cannot be approved: 1 yes against 2 no. "
            "A proposal is carried by more yes than no among those present and voting.",
        ),
        (
            {**VOTE, "result": "rejected", "yes": 9, "no": 8},
            "It cannot be rejected: 9 yes against 8 no carry the proposal.",
        ),
        (
            {**VOTE, "yes": 12, "no": 3, "present": 14},
            "The votes do not add up: 12 yes + 3 no + 0 abstaining = 15, but only 14 were present.",
        ),
        (
            {"meeting": "SC63", "result": "approved"},
            'Say how it was decided: by = "consensus" or by = "vote".',
        ),
        (
            {**CONSENSUS, "result": "agreed", "present": 19},
            "'agreed' is not a result: choose approved, adopted, rejected or deferred.",
        ),
    ],
)
def test_an_impossible_result_is_refused_with_the_arithmetic(details: dict[str, Any], why: str) -> None:
    assert before_committee().refused("2024-06-07 17:00", OFFICER, "record_decision", **details) == why


@pytest.mark.parametrize(
    ("details", "state"),
    [
        ({**VOTE, "yes": 6, "no": 4}, "notification"),
        ({**VOTE, "yes": 2, "no": 1, "present": 10}, "notification"),
        ({**VOTE, "yes": 2, "no": 1, "abstain": 7}, "notification"),
        ({**VOTE, "result": "rejected", "yes": 8, "no": 8}, "rejected"),
        ({"meeting": "SC63", "result": "approved", "yes": 10, "no": 0}, "notification"),
        ({**CONSENSUS, "present": 10}, "notification"),
        ({"meeting": "SC63", "result": "deferred"}, "committee_meeting"),
    ],
)
def test_a_possible_result_is_kept(details: dict[str, Any], state: str) -> None:
    play = before_committee()
    play.do("2024-06-07 17:00", OFFICER, "record_decision", **details)
    assert play.case.state == state


def test_a_meeting_may_decide_on_its_first_day() -> None:
    play = stage("committee_meeting")
    decide(play, "2024-06-03 09:00", "SC63", "approved", by="consensus", present=19)
    assert play.case.state == "notification"


@pytest.mark.parametrize(
    ("given", "by", "votes"),
    [
        ({"yes": 12, "no": 3, "abstain": 4}, "vote", {"yes": 12, "no": 3, "abstain": 4}),
        ({"by": "consensus", "present": 15}, "consensus", {"present": 15}),
    ],
)
def test_the_record_tells_how_it_was_decided(given: dict[str, Any], by: str, votes: dict[str, int]) -> None:
    play = before_committee()
    said = decide(play, "2024-06-07 17:00", "SC63", "approved", **given).events[0].data
    assert {k: said[k] for k in ("meeting", "result", "by", "votes")} == {
        "meeting": "SC63", "result": "approved", "by": by, "votes": votes,
    }  # fmt: skip


def test_one_number_of_a_vote_alone_is_a_vote_with_a_number_missing() -> None:
    given = {"meeting": "SC63", "result": "rejected", "no": 12}
    why = before_committee().refused("2024-06-07 17:00", OFFICER, "record_decision", **given)
    assert why == "Say how many: 'yes' is missing, and the arithmetic needs it."


def test_a_meeting_cannot_have_decided_before_it_began_or_in_the_place_of_another() -> None:
    play = stage("committee_meeting")
    given = {"result": "approved", "by": "consensus", "present": 19}
    assert (
        play.refused("2024-06-02 10:00", OFFICER, "record_decision", meeting="SC63", **given)
        == "SC63 begins on Monday 3 June 2024; it cannot have decided before."
    )
    assert (
        play.refused("2024-06-03 10:00", OFFICER, "record_decision", meeting="SC64", **given)
        == "The decision must be of SC63, not of SC64. The case waits for SC63 of the Standing Committee."
    )
    assert (
        play.refused("2024-06-03 10:00", OFFICER, "record_decision", meeting="SC99", **given)
        == "The decision must be of SC63, not of SC99. No meeting of that name is known."
    )


# ------------------------------------------------------------------------------------ the Conference


def test_the_quorum_of_the_conference_is_two_thirds_of_the_parties_of_the_day() -> None:
    play = before_conference()
    given = {"meeting": "COP15", "result": "adopted", "by": "consensus"}
    why = play.refused("2025-07-31 17:00", OFFICER, "record_decision", present=114, **given)
    assert why == (
        "Without a quorum nothing is decided: 114 present, 115 needed, 2/3 of 172 Parties. "
        "Record it as deferred."
    )
    play.do("2025-07-31 17:00", OFFICER, "record_decision", present=115, **given)
    assert (play.case.state, play.case.marks) == ("agreement", {"approved", "adopted"})
    assert [o.party for o in play.case.standing] == ["DE"]
    play.do("2025-08-04 10:00", OFFICER, "sign")
    assert play.case.state == "active"


def test_recorded_later_the_quorum_is_still_that_of_the_day_of_the_meeting() -> None:
    play = before_conference()  # Saudi Arabia is a Party from 2 August: 173 Parties, quorum 116
    decide(play, "2025-08-05 10:00", "COP15", "adopted", by="consensus", present=115)
    assert play.case.state == "agreement"


def test_a_simple_majority_of_those_present_and_voting_carries_at_the_conference() -> None:
    play = before_conference()
    given = {"meeting": "COP15", "by": "vote", "yes": 40, "no": 39, "abstain": 36}
    assert "It cannot be rejected" in play.refused(
        "2025-07-31 17:00", OFFICER, "record_decision", result="rejected", **given
    )
    play.do("2025-07-31 17:00", OFFICER, "record_decision", result="adopted", **given)
    assert play.case.state == "agreement"


def test_rejected_by_the_conference_it_has_ended() -> None:
    play = before_conference()
    step = decide(play, "2025-07-31 17:00", "COP15", "rejected", by="consensus", present=150)
    assert (play.case.state, play.case.deadlines) == ("cop_rejected", ())
    assert told(step, "cop_decision") == {"all_parties", "partner", "standing_committee", "officers"}


def test_deferred_it_goes_to_the_next_conference_which_needs_a_paper_of_its_own() -> None:
    play = before_conference()
    decide(play, "2025-07-31 17:00", "COP15", "deferred", reason="no quorum")
    assert (play.case.state, play.case.target, play.case.paper) == ("cop", "COP16", "COP15")
    assert play.due("task:cop:paper") == date(2028, 4, 18)
    given = {"meeting": "COP16", "result": "adopted", "by": "consensus", "present": 150}
    why = play.refused("2028-07-25 10:00", OFFICER, "record_decision", **given)
    assert why == "The working paper for COP16 has not been issued. Issue it first."


def test_no_decision_without_the_paper() -> None:
    play = stage("cop")
    given = {"meeting": "COP15", "result": "adopted", "by": "consensus", "present": 150}
    why = play.refused("2025-07-31 17:00", OFFICER, "record_decision", **given)
    assert why == "The working paper for COP15 has not been issued. Issue it first."


@pytest.mark.parametrize(("when", "late"), [("2025-04-24 23:59:59", False), ("2025-04-25 00:00:00", True)])
def test_a_paper_after_its_date_is_late_and_shown_as_such(when: str, late: bool) -> None:
    play = stage("cop")
    step = play.do(when, OFFICER, "issue_paper")
    assert step.events[-1].data["late"] is late
    assert play.case.deadline("task:cop:paper") is None
    assert told(step, "paper_issued") == {"all_parties", "partner"}
    why = play.refused("2025-05-05 10:00", OFFICER, "issue_paper")
    assert why == "The working paper for COP15 has been issued: the matter is now with that meeting."
