"""What officers do to a case: the proposal, the consents, replies on behalf of others, the signature."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from states.commands import Actor
from states.reader import load
from states.reasons import Refused
from tests.states.stages import counts, stage, told, words
from tests.states.world import OFFICER, Play, at

LAW = load("ramsar-private")


def bare(territory: tuple[str, ...] = ("FR",)) -> Play:
    """A case of whose files nothing has been confirmed."""
    play = Play("2024-01-08 09:00", territory)
    play.facts = play.facts.with_case(replace(play.case, items=frozenset()))
    return play


# -------------------------------------------------------------------------------------- the proposal


def test_a_proposal_is_submitted_once_its_dossier_is_complete() -> None:
    play = bare()
    assert play.refused("2024-01-08 10:00", OFFICER, "submit") == (
        "Submit for preliminary assessment: the partner's legal identity is missing (partner_identity). "
        "Confirm it first. Submit for preliminary assessment: the objective, among those of Resolution X.12 "
        "is missing (objective). Confirm it first. Submit for preliminary assessment: the contribution and "
        "its currency is missing (contribution). Confirm it first. Submit for preliminary assessment: "
        "the proposal dossier is missing (dossier). Confirm it first."
    )
    for item in LAW.checklists["proposal"]:
        play.do("2024-01-08 11:00", OFFICER, "confirm_item", item=item, evidence="file 12")
    play.do("2024-01-08 12:00", OFFICER, "submit")
    assert play.case.state == "preliminary_assessment"


def test_an_officer_cannot_confirm_what_is_the_lawyers_or_nobodys() -> None:
    play = bare()
    assert play.refused("2024-01-08 10:00", OFFICER, "confirm_item", item="legal_review") == (
        "'legal_review' is confirmed by Legal adviser, not by an officer."
    )
    assert play.refused("2024-01-08 10:00", OFFICER, "confirm_item", item="dosier") == (
        "'dosier' is not an item of a checklist, did you mean 'dossier'?."
    )


def test_the_proposal_may_be_completed_until_it_is_endorsed() -> None:
    play = stage("draft")
    play.do(
        "2024-01-08 10:00", OFFICER, "set_details", title="Evian II", territory=("FR", "BE"), summary="water"
    )
    assert (play.case.title, play.case.territory, play.case.summary) == ("Evian II", ("FR", "BE"), "water")
    assert "not possible while" in stage("party_consent").refused(
        "2024-02-02 10:00", OFFICER, "set_details", title="Evian III"
    )


def test_without_a_territory_the_reason_is_kept_and_no_consent_is_asked_for() -> None:
    play = stage("preliminary_assessment", ())
    why = play.refused("2024-01-31 15:00", OFFICER, "endorse", risk="low")
    assert why.startswith("No territory is named.")
    play.do("2024-01-31 15:00", OFFICER, "endorse", risk="low", no_territory_reason="a prize, world-wide")
    assert (play.case.state, play.case.risk, play.case.no_territory_reason) == (
        "body_consultation",
        "low",
        "a prize, world-wide",
    )


def test_only_the_territory_of_a_party_has_an_authority_that_can_agree() -> None:
    for territory in (("FR", "SA"), ("XX",)):
        play = stage("preliminary_assessment", territory)
        why = play.refused("2024-01-31 15:00", OFFICER, "endorse", risk="low")
        assert why.startswith(f"{territory[-1]}: not a Party to the Convention on this day")
    later = stage("preliminary_assessment", ("SA",))
    later.do("2025-08-04 15:00", OFFICER, "endorse", risk="low")
    assert later.case.state == "party_consent"


def test_a_proposal_that_is_declined_has_ended() -> None:
    play = stage("preliminary_assessment")
    step = play.do("2024-01-31 15:00", OFFICER, "decline", reason="tobacco")
    assert (play.case.state, play.case.deadlines, told(step, "declined")) == ("declined", (), {"partner"})


@pytest.mark.parametrize("state", LAW.actions["withdraw"][0].states)
def test_the_proponent_may_withdraw_at_any_time_before_signature(state: str) -> None:
    play = stage(state)
    step = play.act(OFFICER, "withdraw", reason="no funds")
    assert (play.case.state, play.case.deadlines, words(step)) == ("withdrawn", (), ["withdraw"])
    assert told(step, "withdrawn") == {"those_told", "partner"}
    assert all(not r.is_open for r in play.case.rounds)


# ------------------------------------------------------------------------------------- territories


def test_a_carved_out_territory_is_dropped_and_the_rest_goes_on_if_it_agrees() -> None:
    play = stage("party_consent", ("FR", "BE"))
    play.do("2024-02-05 10:00", "party:FR", "consent")
    play.do("2024-02-05 11:00", "party:BE", "refuse", reasons="a bird reserve")
    assert play.case.state == "consent_withheld"
    assert play.refused("2024-02-06 10:00", OFFICER, "carve_out", party="DE") == (
        "DE is not among the Parties concerned (FR, BE)."
    )
    step = play.do("2024-02-06 10:00", OFFICER, "carve_out", party="BE", reason="Belgium refuses")
    assert (play.case.state, play.case.territory) == ("body_consultation", ("FR",))
    assert step.events[0].data["territory"] == ("FR",)


def test_carved_out_while_another_consent_is_missing_it_is_asked_for_again() -> None:
    play = stage("party_consent", ("FR", "BE"))
    play.do("2024-02-05 11:00", "party:BE", "refuse", reasons="a bird reserve")
    play.run_to("2024-03-19 09:00")
    play.do("2024-03-19 10:00", OFFICER, "carve_out", party="BE")
    assert (play.case.state, play.case.territory) == ("party_consent", ("FR",))


def test_the_only_territory_cannot_be_carved_out() -> None:
    why = stage("consent_withheld").refused("2024-02-21 10:00", OFFICER, "carve_out", party="FR")
    assert why == (
        "FR is the only territory: nothing would remain of the proposal. Ask again, or withdraw it."
    )


def test_a_consent_that_comes_in_time_and_is_recorded_late_makes_asking_again_needless() -> None:
    play = stage("party_consent")
    play.run_to("2024-03-19 09:00")
    play.do(
        "2024-03-20 10:00",
        OFFICER,
        "record_reply",
        party="FR",
        answer="consent",
        received_at=at("2024-03-18 17:00"),
    )
    assert (play.case.state, counts(play)) == ("consent_withheld", {"consent": 1})
    play.do("2024-03-20 11:00", OFFICER, "ask_again")
    assert play.case.state == "body_consultation"


# ----------------------------------------------------------------------------- replies on behalf of others


def test_a_reply_on_paper_is_recorded_with_its_voice_its_channel_and_when_it_was_received() -> None:
    play = stage("party_consent")
    step = play.do(
        "2024-02-20 11:00",
        OFFICER,
        "record_reply",
        party="FR",
        voice="mission",
        answer="consent",
        channel="note_verbale",
        language="fr",
        text="La Mission presente ses compliments",
        scan="nv-4711.pdf",
        received_at=at("2024-02-19 16:30"),
    )
    answer = step.case.rounds[0].answers[0]
    assert (answer.voice, answer.rank, answer.word, answer.received_at, answer.recorded_at) == (
        "party:FR/mission",
        4,
        "consent",
        at("2024-02-19 16:30"),
        at("2024-02-20 11:00"),
    )
    assert {k: step.events[0].data[k] for k in ("on_behalf", "channel", "scan", "received_at", "late")} == {
        "on_behalf": "party:FR/mission",
        "channel": "note_verbale",
        "scan": "nv-4711.pdf",
        "received_at": at("2024-02-19 16:30"),
        "late": False,
    }


@pytest.mark.parametrize("party", ["GA", "seat:GA", "seat:africa-1", "africa-1"])
def test_a_member_of_a_body_may_be_named_by_its_party_or_its_seat(party: str) -> None:
    play = stage("committee_approval")
    step = play.do("2024-03-20 10:00", OFFICER, "record_reply", party=party, answer="approve")
    assert (step.case.rounds[-1].answers[-1].member, step.case.rounds[-1].answers[-1].rank) == ("africa-1", 3)


@pytest.mark.parametrize("party", ["officer:", "clock:", "head", "party:FR/cousin", "seat:", ":", "party:"])
def test_a_reply_of_nobody_in_particular_is_not_recorded(party: str) -> None:
    play = stage("committee_approval")
    why = play.refused("2024-03-20 10:00", OFFICER, "record_reply", party=party, answer="approve")
    assert "does not speak for anyone who was asked" in why or "No question to" in why


def test_a_voice_without_a_party_speaks_for_no_seat() -> None:
    play = stage("committee_approval")
    assert "No question to seat" in play.refused("2024-03-20 10:00", Actor("seat"), "approve")


def test_what_was_received_before_the_question_or_will_be_received_tomorrow_is_no_answer() -> None:
    play = stage("party_consent")
    reply: dict[str, Any] = {"party": "FR", "answer": "consent"}
    assert play.refused(
        "2024-02-20 11:00", OFFICER, "record_reply", received_at=at("2024-02-01 09:29:59"), **reply
    ) == (
        "The answer cannot have been received at 2024-02-01 09:29, "
        "before the question was put on 2024-02-01 09:30."
    )
    assert (
        play.refused("2024-02-20 11:00", OFFICER, "record_reply", received_at=at("2024-02-20 11:01"), **reply)
        == "The answer cannot have been received at 2024-02-20 11:01, which is still to come."
    )


def test_a_reply_recorded_on_behalf_is_verified_by_a_second_person_who_need_not_be_in_charge() -> None:
    play = stage("party_consent")
    play.facts = replace(play.facts, unverified={7: "anna"})
    play.facts = play.facts.with_case(replace(play.case, officer="anna"))
    anna, ben, head = Actor("officer", "anna"), Actor("officer", "ben"), Actor("head", "sg")
    when, own = (
        "2024-02-20 11:00",
        "Who has recorded a reply cannot verify it. Ask somebody else who works on cases.",
    )

    assert play.refused(when, anna, "verify_reply", reply=7) == own
    assert play.refused(when, OFFICER, "verify_reply", reply=7) == own
    assert play.refused(when, Actor("officer", "ben", deputy="anna"), "verify_reply", reply=7) == own
    assert play.refused(when, ben, "verify_reply", reply=8) == (
        "Event 8 is not a reply that waits for a second person. Waiting: 7."
    )
    assert play.refused(when, ben, "verify_reply") == (
        "Verify a reply that was recorded on behalf: 'reply' is missing. Give it."
    )
    for actor in (ben, head, Actor("officer", "anna", deputy="ben")):
        step = play.ask(when, actor, "verify_reply", reply=7)
        assert not isinstance(step, Refused), str(step)
        assert [(e.kind, e.data, e.effects) for e in step.events] == [("verify_reply", {"reply": 7}, ())]


def test_a_receipt_goes_to_the_party_that_answered() -> None:
    play = stage("notification")
    step = play.do("2024-05-02 10:00", "party:NO/nfp", "support", text="with pleasure")
    assert [(p.audience, p.template, p.purpose, p.members, p.round) for p in step.posts] == [
        ("asked", "receipt", "receipt", ("NO",), 4)
    ]


# ------------------------------------------------------------------------------------------ in force


def test_in_force_it_is_amended_suspended_reinstated_and_ended() -> None:
    play = stage("active")
    step = play.do("2024-08-05 10:00", OFFICER, "amend", kind="material", changes="the sum")
    assert (play.case.state, told(step, "agreement_amended")) == ("active", {"partner", "standing_committee"})
    play.do("2024-09-02 10:00", OFFICER, "suspend", reason="an oil spill")
    assert (play.case.state, play.due("task:suspended:review")) == ("suspended", date(2024, 12, 2))
    play.do("2024-10-01 10:00", OFFICER, "reinstate")
    assert (play.due("task:active:report"), play.due("task:active:accounts")) == (
        date(2025, 4, 24),
        date(2025, 10, 1),
    )
    step = play.do("2025-10-01 10:00", OFFICER, "terminate", reason="again")
    assert (play.case.state, told(step, "ended")) == (
        "terminated",
        {"all_parties", "partner", "standing_committee"},
    )
