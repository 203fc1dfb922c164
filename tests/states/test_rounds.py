"""The life of a question: who is asked, until when, and what closes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from states.facts import Asked, Condition
from tests.states.stages import COMMITTEE, Stage, counts, say, stage, told, words
from tests.states.world import HEAD, OFFICER, at, parties, seats


def asked(play: Stage) -> list[str]:
    assert play.case.round is not None
    return [m.code for m in play.case.round.asked]


# ------------------------------------------------------------------------------------- it is put


def test_a_question_is_put_by_an_officer_who_has_five_days_for_it() -> None:
    play = stage("notification", sent=False)
    assert (play.case.rounds[-1].state, play.due("task:notification:dispatch")) == (
        "committee_approval",
        date(2024, 4, 17),
    )
    play.run_to("2024-04-18 00:00:00")
    assert (play.case.state, words(play.steps[-1])) == ("notification", ["overdue"])
    assert [(p.audience, p.template, p.purpose) for p in play.steps[-1].posts] == [
        ("officers", "overdue", "alert")
    ]
    step = play.do("2024-04-18 09:00", OFFICER, "dispatch")
    assert step.case.deadline("task:notification:dispatch") is None
    assert [(p.audience, p.template, p.purpose, p.round, p.numbered) for p in step.posts] == [
        ("asked", "notification", "request", 4, True)
    ]
    assert step.events[0].data == {"asked": 172, "reply_by": date(2024, 6, 17)}


def test_it_cannot_be_put_twice_at_once() -> None:
    play = stage("notification")
    why = play.refused("2024-04-17 09:00", OFFICER, "dispatch")
    assert why == ("The question has already been sent; its window is open until Monday 17 June 2024.")


def test_all_parties_are_the_parties_of_the_day_and_saudi_arabia_is_one_since_august_2025() -> None:
    assert len(asked(stage("notification"))) == 172
    assert "SA" not in asked(stage("notification"))
    later = stage("notification", sent=False)
    later.do("2025-08-04 09:30", OFFICER, "dispatch")
    assert (len(asked(later)), "SA" in asked(later)) == (173, True)


def test_those_asked_are_frozen_when_the_question_is_put() -> None:
    play = stage("notification")
    before = asked(play)
    gone = replace(parties()["NO"], leaves=date(2024, 5, 1))
    play.facts = replace(play.facts, parties={**parties(), "NO": gone})
    play.do("2024-05-02 10:00", "party:DE", "support")
    assert asked(play) == before


def test_a_question_to_nobody_cannot_be_put() -> None:
    play = stage("body_consultation", sent=False)
    play.facts = replace(play.facts, seats=tuple(s for s in seats() if s.body != "mwg"))
    why = play.refused("2024-02-21 09:30", OFFICER, "dispatch")
    assert why == (
        "Nobody would be asked: Management Working Group has no member on this day. Check the register."
    )


def test_a_member_of_a_body_speaks_for_its_seat_and_its_alternate_weighs_less() -> None:
    play = stage("committee_approval")
    play.do("2024-03-20 10:00", "seat:GQ", "object")  # alternate of Gabon
    assert counts(play) == {"object": 1, "silent": 18}
    play.do("2024-03-19 10:00", "seat:GA", "approve")
    assert counts(play) == {"approve": 1, "silent": 18}
    assert "No question to FR" in play.refused("2024-03-20 10:00", "seat:FR", "approve")


def test_who_is_alternate_of_one_seat_and_member_of_another_speaks_for_its_own() -> None:
    twice = tuple(replace(s, alternate="CA") if s.seat == "africa-1" else s for s in seats())
    play = stage("committee_approval", seats=twice)
    step = play.do("2024-03-20 10:00", "seat:CA", "approve")
    assert step.events[0].data["member"] == "north-america-1"


# ---------------------------------------------------------------------------------- it is decided


def test_an_approval_by_all_nineteen_closes_at_once() -> None:
    play = stage("committee_approval")
    say(play, "2024-03-20 10:00", [f"seat:{m}" for m in COMMITTEE[:-1]], "approve")
    assert play.case.state == "committee_approval"
    step = play.do("2024-03-20 11:00", f"seat:{COMMITTEE[-1]}", "abstain")
    assert (words(step), step.events[1].data["outcome"]) == (["answer", "closed"], "carried")
    assert step.events[1].data["counts"] == {"approve": 18, "abstain": 1}
    assert (play.case.state, play.case.marks) == ("notification", {"approved"})


@pytest.mark.parametrize(
    ("approvals", "objections", "outcome", "state"),
    [
        (10, 0, "carried", "notification"),
        (9, 0, "lapsed", "committee_meeting"),
        (18, 1, "defeated", "committee_meeting"),
        (0, 0, "lapsed", "committee_meeting"),
    ],
)
def test_the_committee_approves_with_ten_in_favour_and_nobody_against(
    approvals: int, objections: int, outcome: str, state: str
) -> None:
    play = stage("committee_approval")
    say(play, "2024-03-20 10:00", [f"seat:{m}" for m in COMMITTEE[:approvals]], "approve")
    say(play, "2024-03-20 11:00", [f"seat:{m}" for m in COMMITTEE[18 : 18 + objections]], "object")
    play.run_to("2024-04-16 09:00")
    assert (play.case.state, play.case.rounds[-1].outcome) == (state, outcome)


def test_conditions_of_the_committee_count_in_favour_and_bind_the_agreement() -> None:
    play = stage("committee_approval")
    say(play, "2024-03-20 10:00", [f"seat:{m}" for m in COMMITTEE[:9]], "approve")
    play.do("2024-03-21 10:00", "seat:CA", "approve_with_conditions", conditions="an audit each year")
    play.run_to("2024-04-16 09:00")
    assert play.case.state == "notification"
    assert play.case.conditions == (Condition("seat:CA", "an audit each year"),)


def test_a_silent_working_group_has_been_consulted() -> None:
    play = stage("body_consultation")
    play.do("2024-03-01 10:00", "seat:CH", "concern", text="mind the logo")
    play.run_to("2024-03-14 08:59:59")
    assert play.case.state == "body_consultation"
    play.run_to("2024-03-14 09:00:00")
    assert (play.case.state, counts(play)) == ("committee_approval", {"concern": 1, "silent": 4})


def test_silence_is_no_consent() -> None:
    play = stage("party_consent")
    play.run_to("2024-03-19 09:00:00")
    assert (play.case.state, play.case.rounds[0].outcome) == ("consent_withheld", "lapsed")
    assert told(play.steps[-1], "consent_lapsed") == {
        "partner", "parties_concerned", "standing_committee", "officers",
    }  # fmt: skip


def test_every_party_concerned_must_consent() -> None:
    play = stage("party_consent", ("FR", "BE"))
    play.do("2024-02-05 10:00", "party:FR", "consent")
    assert play.case.state == "party_consent"
    play.do("2024-02-06 10:00", "party:BE", "refuse", reasons="a bird reserve")
    assert (play.case.state, play.case.rounds[0].outcome) == ("consent_withheld", "defeated")


def test_a_refusal_leaves_the_window_open_to_the_others_until_all_have_answered() -> None:
    play = stage("party_consent", ("FR", "BE"))
    play.do("2024-02-05 10:00", "party:FR", "refuse", reasons="a bird reserve")
    play.do("2024-02-07 10:00", "party:FR", "consent")
    assert play.case.state == "party_consent"
    play.do("2024-02-08 10:00", "party:BE", "consent")
    assert play.case.state == "body_consultation"


# ------------------------------------------------------------------------------- conditional consent


def test_accepted_in_writing_a_conditional_consent_is_a_consent_and_its_conditions_bind() -> None:
    play = stage("party_consent")
    play.do("2024-02-05 10:00", "party:FR", "consent_with_conditions", conditions="no logo on site")
    assert play.case.state == "party_consent"
    why = play.refused("2024-02-06 10:00", OFFICER, "accept_conditions", party="FR", in_writing=False)
    assert why == "Acceptance must be in writing (in_writing = true)."
    why = play.refused("2024-02-06 10:00", OFFICER, "accept_conditions", party="BE", in_writing=True)
    assert why == "BE has not made a conditional answer that waits for acceptance."
    step = play.do("2024-02-06 10:00", OFFICER, "accept_conditions", party="FR", in_writing=True)
    assert (words(step), play.case.state) == (["accept_conditions", "closed"], "body_consultation")
    assert play.case.conditions == (Condition("party:FR", "no logo on site"),)


def test_unaccepted_at_the_close_a_conditional_consent_is_a_refusal() -> None:
    play = stage("party_consent")
    play.do("2024-02-05 10:00", "party:FR", "consent_with_conditions", conditions="no logo on site")
    play.run_to("2024-03-19 09:00")
    assert (play.case.state, play.case.rounds[0].outcome) == ("consent_withheld", "defeated")
    assert play.case.conditions == ()


# ----------------------------------------------------------------------------------------- questions


def test_a_question_keeps_the_window_open_for_that_party_alone() -> None:
    play = stage("notification")
    play.do("2024-06-14 16:00", "party:NO", "question", text="how will the brand be used?")
    play.run_to("2024-06-18 09:00")
    assert play.case.state == "notification"
    play.do("2024-06-18 09:00:00", "party:DE", "objection")
    assert counts(play) == {"question": 1, "late": 1, "silent": 170}
    assert play.case.objections == ()
    round_ = play.case.round
    assert round_ is not None
    own = next(m for m in round_.asked if m.code == "NO")
    # Ten days from Friday the 14th is Monday the 24th.
    assert own == Asked(
        "NO", "NO", reply_by=date(2024, 6, 24), closes_at=at("2024-06-25 09:00"), has_questioned=True
    )
    play.do("2024-06-25 08:59:59", "party:NO", "objection")
    play.run_to("2024-06-25 09:00")
    assert (play.case.state, [o.party for o in play.case.standing]) == ("objection", ["NO"])


def test_a_question_never_shortens_a_window_and_extends_it_once_a_round() -> None:
    play = stage("notification")
    play.do("2024-05-02 10:00", "party:NO", "question")
    assert play.due("window:4") == date(2024, 6, 17)
    assert play.case.deadline("window:4").due_at == at("2024-06-18 09:00")  # type: ignore[union-attr]
    play.do("2024-06-17 10:00", "party:NO", "question")
    assert play.case.deadline("window:4").due_at == at("2024-06-18 09:00")  # type: ignore[union-attr]
    play.run_to("2024-06-18 09:00")
    assert play.case.state == "agreement"


def test_an_unanswered_question_is_no_objection() -> None:
    play = stage("notification")
    play.do("2024-06-14 16:00", "party:NO", "question")
    play.run_to("2024-06-25 09:00")
    assert (play.case.state, counts(play)) == ("agreement", {"question": 1, "silent": 171})


# -------------------------------------------------------------------------------------- the unreached


def test_whom_the_request_never_reached_is_not_silent_until_an_officer_confirms_the_list() -> None:
    play = stage("notification")
    play.lose("KE", "BR")
    play.run_to("2024-06-18 09:00")
    step = play.steps[-1]
    assert (words(step), play.case.state) == (["unreached"], "notification")
    assert [(p.audience, p.template, p.what["parties"]) for p in step.posts] == [
        ("officers", "unreached", ("BR", "KE"))
    ]
    assert counts(play) == {"silent": 170, "unreached": 2}
    assert play.due("task:confirm_unreached:4") == date(2024, 6, 24)
    why = play.refused("2024-06-19 10:00", OFFICER, "confirm_unreached", parties=("KE",))
    assert why == "The list of the unreached is BR, KE, not KE."
    step = play.do("2024-06-19 10:00", OFFICER, "confirm_unreached", parties=("BR", "KE"), reason="no post")
    assert (words(step), play.case.state) == (["confirm_unreached", "closed"], "agreement")
    assert play.case.rounds[-1].unreached == ("BR", "KE")
    assert counts(play) == {"silent": 170, "unreached": 2}


def test_an_unreached_party_that_answers_while_the_window_waits_lets_it_close() -> None:
    play = stage("notification")
    play.lose("KE")
    play.run_to("2024-06-19 10:00")
    step = play.do("2024-06-19 10:00", "party:KE", "support")
    assert (words(step), play.case.state) == (["answer", "closed"], "agreement")


def test_a_window_that_waits_closes_on_an_officers_word_once_all_have_been_reached() -> None:
    play = stage("notification")
    play.lose("KE")
    play.run_to("2024-06-18 09:00")
    play.lose()
    step = play.do("2024-06-19 10:00", OFFICER, "confirm_unreached")
    assert (words(step), play.case.state) == (["confirm_unreached", "closed"], "agreement")


def test_without_a_window_that_waits_there_is_no_list_to_confirm() -> None:
    why = stage("notification").refused("2024-06-10 10:00", OFFICER, "confirm_unreached")
    assert why == "Everyone asked was reached or has answered; there is nothing to confirm."


def test_a_list_confirmed_before_the_close_lets_the_window_close_by_itself() -> None:
    play = stage("notification")
    play.lose("KE")
    play.do("2024-06-10 10:00", OFFICER, "confirm_unreached")
    play.run_to("2024-06-18 09:00")
    assert play.case.state == "agreement"


# ------------------------------------------------------------------------------------- late, admitted


def test_the_secretary_general_may_admit_a_late_answer_while_the_window_is_open() -> None:
    play = stage("notification")
    play.do("2024-06-14 16:00", "party:NO", "question")  # open for Norway until the 25th
    play.do("2024-06-18 10:00", "party:DE", "objection", reasons="the name")
    why = play.refused("2024-06-19 10:00", HEAD, "admit_late", party="FR", reasons="a strike")
    assert why == "No late answer of FR waits for admission."
    assert "'reasons' is missing" in play.refused("2024-06-19 10:00", HEAD, "admit_late", party="DE")
    step = play.do("2024-06-19 10:00", HEAD, "admit_late", party="DE", reasons="a strike of the post")
    assert told(step, "objection_received") == {"all_parties", "partner", "standing_committee", "officers"}
    assert counts(play) == {"question": 1, "objection": 1, "silent": 170}
    play.run_to("2024-06-25 09:00")
    assert play.case.state == "objection"


def test_once_the_case_has_moved_on_nothing_late_is_admitted() -> None:
    play = stage("agreement")
    play.do("2024-06-18 10:00", "party:DE", "objection")
    why = play.refused("2024-06-19 10:00", HEAD, "admit_late", party="DE", reasons="a strike")
    assert why.startswith("Admit a late answer: not possible while the case is in 'Agreement to be drafted")
