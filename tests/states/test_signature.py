"""Before an agreement is signed everything is in order: consents, approval, notification, every clause."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from states.commands import Actor, Command
from states.reader import load
from states.reasons import Refused
from tests.states.stages import COMMITTEE, say, stage
from tests.states.world import OFFICER

LAW = load("ramsar-private")


@pytest.mark.parametrize("item", LAW.checklists["agreement"])
def test_without_any_one_clause_nothing_is_signed(item: str) -> None:
    play = stage("agreement")
    why = play.refused("2024-07-15 10:00", OFFICER, "sign", without=(item,))
    assert (
        why
        == f"Record the signature: {LAW.checklists['agreement'][item]} is missing ({item}). Confirm it first."
    )


def test_legal_review_and_financial_approval_are_given_by_those_whose_they_are() -> None:
    play = stage("agreement")
    play.facts = play.facts.with_case(
        replace(play.case, items=play.case.items - {"legal_review", "financial_approval"})
    )
    why = play.refused("2024-07-15 10:00", OFFICER, "sign")
    assert ("(legal_review)" in why, "(financial_approval)" in why) == (True, True)
    play.do("2024-07-15 10:00", Actor("legal"), "legal_review")
    play.do("2024-07-15 11:00", Actor("finance"), "financial_approval")
    play.do(
        "2024-07-15 12:00", OFFICER, "sign", signed_by="the Secretary General", signed_on=date(2024, 7, 12)
    )
    assert (play.case.state, play.case.marks) == ("active", {"approved", "cleared", "signed"})


def test_conditions_block_the_signature_until_they_are_met() -> None:
    play = stage("committee_approval")
    say(play, "2024-03-20 10:00", [f"seat:{m}" for m in COMMITTEE[:18]], "approve")
    play.do("2024-03-20 11:00", "seat:ZW", "approve_with_conditions", conditions="an audit each year")
    play.do("2024-03-21 10:00", OFFICER, "dispatch")
    play.run_to("2024-05-22 09:00")
    assert play.case.state == "agreement"
    why = play.refused("2024-06-03 10:00", OFFICER, "sign", without=("conditions",))
    play.facts = play.facts.with_case(replace(play.case, items=play.case.items - {"conditions"}))
    assert (
        play.refused("2024-06-03 10:00", OFFICER, "sign")
        == why
        == (
            "1 condition(s) made with consent or approval are not yet confirmed as met in the agreement: "
            "seat:ZW: an audit each year. Confirm the item 'conditions'."
        )
    )
    play.do("2024-06-03 10:00", OFFICER, "confirm_item", item="conditions", evidence="clause 7")
    play.do("2024-06-03 11:00", OFFICER, "sign")
    assert play.case.state == "active"


def test_nothing_is_signed_before_its_time() -> None:
    for state in set(LAW.states) - {"agreement"}:
        decided = stage(state).attempt(Command("sign", OFFICER))
        assert isinstance(decided, Refused), state
        assert [r.message for r in decided.reasons] == [
            "not_in_final" if LAW.states[state].final else "not_in_state"
        ]


def test_a_consent_older_than_two_years_is_asked_for_again_before_it_is_relied_on() -> None:
    play = stage("agreement")  # France consented on 20 February 2024
    play.run_to("2026-02-20 23:59:59")
    assert play.case.state == "agreement"
    early = play.fork()
    early.do("2026-02-20 23:59:59", OFFICER, "sign")
    why = play.refused("2026-02-21 00:00:00", OFFICER, "sign")
    assert why == "The consent of FR is older than 24 months and no longer stands. Ask again."
    play.do("2026-02-23 10:00", OFFICER, "ask_again")
    assert play.case.state == "party_consent"
    play.do("2026-02-23 11:00", OFFICER, "dispatch")
    play.do("2026-02-24 11:00", "party:FR", "consent")
    assert play.case.state == "agreement"
    play.do("2026-02-25 11:00", OFFICER, "sign")


def test_a_consent_that_has_grown_old_stops_the_notification_too() -> None:
    play = stage("notification", sent=False)
    why = play.refused("2026-02-23 10:00", OFFICER, "dispatch")
    assert why == "The consent of FR is older than 24 months and no longer stands. Ask again."
    play.do("2026-02-23 10:00", OFFICER, "ask_again")
    assert play.case.state == "party_consent"
    play.do("2026-02-23 11:00", OFFICER, "dispatch")
    play.do("2026-02-24 11:00", "party:FR", "consent")
    assert play.case.state == "notification"


def test_a_decision_of_the_conference_renews_the_consents_it_relies_on() -> None:
    play = stage("cop")
    play.do("2025-04-01 10:00", OFFICER, "issue_paper")
    decision = {"meeting": "COP15", "result": "adopted", "by": "consensus", "present": 150}
    play.do("2025-07-31 17:00", OFFICER, "record_decision", **decision)
    play.do("2026-03-02 10:00", OFFICER, "sign")
    assert play.case.state == "active"
