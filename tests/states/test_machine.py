"""A command is decided: it brings about one step, or it is refused with every reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from states.commands import Actor, Command, Step
from states.facts import Case, Deadline
from states.machine import decide, machine_of, opened, possibilities
from states.reader import load
from states.reasons import Refused
from tests.states.stages import COMMITTEE, say, stage, words
from tests.states.world import OFFICER, Play, at

LAW = load("ramsar-private")


# ------------------------------------------------------------------------------------ a whole life


def test_a_case_that_nobody_objects_to_goes_from_draft_to_its_report() -> None:
    play = Play("2024-01-08 09:00", ("FR",))
    play.do("2024-01-08 10:00", OFFICER, "submit")
    play.do("2024-01-31 15:00", OFFICER, "endorse", risk="low")
    play.do("2024-02-01 09:30", OFFICER, "dispatch")
    play.do("2024-02-20 11:00", "party:FR/mission", "consent")
    play.do("2024-02-21 09:30", OFFICER, "dispatch")
    play.run_to("2024-03-14 09:00")
    play.do("2024-03-14 10:00", OFFICER, "dispatch")
    say(play, "2024-04-10 10:00", [f"seat:{m}" for m in COMMITTEE[:12]], "approve")
    play.run_to("2024-04-16 09:00")
    play.do("2024-04-16 09:30", OFFICER, "dispatch")
    play.run_to("2024-06-18 09:00")
    play.do("2024-07-15 10:00", OFFICER, "sign")
    play.do("2025-04-01 10:00", OFFICER, "report")
    told = [(e.kind, e.data.get("to", "")) for step in play.steps for e in step.events]
    assert [pair for pair in told if pair[0] not in ("answer", "reminder")] == [
        ("opened", ""),
        ("submit", "preliminary_assessment"),
        ("endorse", "party_consent"),
        ("dispatch", ""),
        ("closed", "body_consultation"),
        ("dispatch", ""),
        ("closed", "committee_approval"),
        ("dispatch", ""),
        ("closed", "notification"),
        ("dispatch", ""),
        ("closed", "agreement"),
        ("sign", "active"),
        ("report", ""),
    ]
    assert play.case.seq == len(told)


def test_a_step_says_everything_it_brings_about() -> None:
    play = Play("2024-01-08 09:00", ("FR",))
    step = play.do("2024-01-08 10:00", OFFICER, "submit", reason="complete")
    assessment = Deadline(
        name="task:preliminary_assessment:assessment",
        kind="task",
        generation=2,
        status="armed",
        rule="30 days",
        anchor=date(2024, 1, 8),
        last_day=date(2024, 2, 7),
        due_at=at("2024-02-08 00:00"),
        title="Assess the proposal: endorse or decline",
        of="officer",
    )
    assert step.case == replace(
        play.case,
        state="preliminary_assessment",
        since=at("2024-01-08 10:00"),
        seq=2,
        deadlines=(assessment,),
    )
    event = step.events[0]
    assert (event.kind, event.data) == (
        "submit",
        {"reason": "complete", "from": "draft", "to": "preliminary_assessment"},
    )
    assert [e.op for e in event.effects] == ["set", "arm"]
    assert step.posts == ()


def test_the_same_facts_and_the_same_command_give_the_same_step() -> None:
    play = stage("notification")
    command = Command("objection", Actor("party", party="DE", voice="head"), {"reasons": "the name"})
    assert decide(LAW, play.facts, command) == decide(LAW, play.facts, command)


def test_deciding_changes_nothing() -> None:
    play = stage("notification")
    before = play.facts
    copy = replace(before)
    decide(LAW, play.facts, Command("withdraw", OFFICER))
    assert play.facts == copy
    assert play.facts is before


def test_a_case_is_opened_with_what_the_proposal_says() -> None:
    play = stage("draft")
    case = Case("RP-2024-7", "", at("2024-01-08 09:00"), title="Prize", territory=("FR",), officer="anne")
    step = opened(LAW, play.facts.with_case(case), Command("open", OFFICER, {"title": "Prize"}))
    assert step.case == replace(case, state="draft", since=play.facts.now, seq=1)
    assert [(e.kind, e.data) for e in step.events] == [("opened", {"title": "Prize"})]


def test_an_edition_has_one_machine() -> None:
    assert machine_of(LAW) is machine_of(load("ramsar-private"))


def test_a_task_that_led_on_is_done_and_what_an_end_cuts_short_is_cancelled() -> None:
    play = stage("agreement")
    ended = []
    for action in ("sign", "withdraw"):
        step = play.attempt(Command(action, OFFICER))
        assert isinstance(step, Step)
        ended.append([e.values for e in step.effects if e.op == "drop"])
    assert ended == [
        [{"name": "task:agreement:signature", "how": "done"}],
        [{"name": "task:agreement:signature", "how": "cancelled"}],
    ]


def test_a_notice_tells_what_is_next_and_by_when() -> None:
    step = stage("objection").steps[-1]
    what = next(p.what for p in step.posts if p.template == "objection_standing")
    assert {k: what[k] for k in ("parties", "remaining", "until", "paper_due", "how", "counts")} == {
        "parties": ("DE",),
        "remaining": 1,
        "until": date(2024, 7, 18),
        "paper_due": None,
        "how": "objection",
        "counts": {"objection": 1, "silent": 171},
    }
    step = stage("cop").steps[-1]
    what = next(p.what for p in step.posts if p.template == "escalated")
    assert (what["meeting"], what["paper_due"]) == ("COP15", date(2025, 4, 24))


def test_before_any_question_a_notice_belongs_to_no_round() -> None:
    step = stage("draft").act(OFFICER, "hold")
    assert [(p.audience, p.template, p.round) for p in step.posts] == [("asked", "held", 0)]


# -------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("state", "action", "details", "why"),
    [
        (
            "draft",
            "sumbit",
            {},
            "Draft: 'sumbit' is not an action or an answer of this procedure, did you mean 'submit'?",
        ),
        ("draft", "xyzzy", {}, "Draft: 'xyzzy' is not an action or an answer of this procedure."),
        (
            "suspended",
            "dispatch",
            {},
            "Send the question: not possible while the case is in 'Suspended' (suspended). "
            "Possible here: terminate, reinstate, record_reply, verify_reply, "
            "fill_sheet, record_risk, mitigate_risk, reopen_due_diligence, confirm_due_diligence, "
            "book_entry, refund_entry, correct_entry, final_accounts, "
            "set_indicator, record_actual, plan_assessment, record_assessment, recommend, "
            "close_recommendation, record_complaint, review_complaint, "
            "write_public_text, review_public_text, release, take_back.",
        ),
        (
            "expired",
            "sign",
            {},
            "Record the signature: the case has ended ('Expired', expired); nothing more can be done in it.",
        ),
        ("preliminary_assessment", "endorse", {}, "Endorse after assessment: 'risk' is missing. Give it."),
        (
            "preliminary_assessment",
            "endorse",
            {"risk": ""},
            "Endorse after assessment: 'risk' is missing. Give it.",
        ),
        (
            "preliminary_assessment",
            "endorse",
            {"risk": 3},
            "Endorse after assessment: 'risk' is not understood: 3. Give a text.",
        ),
        (
            "preliminary_assessment",
            "endorse",
            {"risk": "low", "raisk": "low"},
            "Endorse after assessment: 'raisk' is not known here, did you mean 'risk'?",
        ),
        (
            "notification",
            "extend",
            {"until": "tomorrow"},
            "Extend the window: 'until' is not understood: 'tomorrow'. Give a date such as 2024-05-09.",
        ),
        ("draft", "resume", {}, "The case is not on hold."),
    ],
)
def test_a_refusal_says_what_was_refused_why_and_what_to_do(
    state: str, action: str, details: dict[str, object], why: str
) -> None:
    said = str(stage(state).attempt(Command(action, OFFICER, details)))
    assert said.replace("?.", "?") == why


def test_every_reason_is_told_at_once_and_each_only_once() -> None:
    play = stage("party_consent")
    play.act(OFFICER, "hold")
    refused = play.attempt(Command("accept_conditions", Actor("legal"), {"party": "BE", "in_writing": False}))
    assert isinstance(refused, Refused)
    assert [r.message for r in refused.reasons] == ["not_your_role", "no_conditions", "not_in_writing"]


def test_on_hold_the_reason_says_since_when() -> None:
    play = stage("notification")
    play.act(OFFICER, "hold")
    why = str(play.attempt(Command("dispatch", OFFICER)))
    assert why.startswith(
        "Send the question: the case is on hold since Tuesday 16 April 2024. Resume it first."
    )


def test_an_officer_acts_in_its_own_cases_only() -> None:
    play = stage("draft")
    play.facts = play.facts.with_case(replace(play.case, officer="anne"))
    refused = play.attempt(Command("submit", Actor("officer", name="paul")))
    assert str(refused) == (
        "Submit for preliminary assessment: the case is in the hands of anne; ask for it to be handed over."
    )
    for name in ("anne", ""):
        assert isinstance(play.attempt(Command("submit", Actor("officer", name=name))), Step)


def test_beyond_its_horizon_the_calendar_says_so() -> None:
    play = stage("notification", sent=False)
    play.jump("2040-12-03 10:00")
    play.facts = replace(play.facts, case=replace(play.case, territory=()))
    why = str(play.attempt(Command("dispatch", OFFICER)))
    assert why.startswith("Friday 1 February 2041 lies outside the calendar CH-VD")


# ------------------------------------------------------------------------------------- possibilities


def test_for_everything_possible_in_a_state_it_is_said_why_not() -> None:
    play = stage("objection")
    not_yours = "{}: this is done by Finance officer, not by Secretariat officer in charge of the case."
    found = possibilities(LAW, play.facts, Command("", OFFICER))
    assert [(p.name, "" if p.refused is None else str(p.refused)) for p in found] == [
        ("amend", ""),
        ("escalate", ""),
        ("revoke_consent", ""),
        ("withdraw", ""),
        ("hold", ""),
        ("resume", "The case is not on hold."),
        (
            "withdraw_objection",
            "Withdraw an objection: this is done by Contracting Party, by its Administrative Authority, "
            "focal point or mission, not by Secretariat officer in charge of the case. "
            "No objection of ? stands.",
        ),
        ("record_reply", ""),
        ("verify_reply", "No reply recorded on behalf waits for a second person."),
        ("answer_question", "No question waits for an answer."),
        ("confirm_item", ""),
        ("fill_sheet", ""),
        ("record_risk", ""),
        ("mitigate_risk", "No risk has been assessed. Assess the risks of the catalogue first."),
        ("reopen_due_diligence", ""),
        ("confirm_due_diligence", "Nothing has reopened the due diligence."),
        ("book_entry", not_yours.format("Book an entry in the accounts")),
        (
            "refund_entry",
            f"{not_yours.format('Send money held in suspense back')} No money is held in suspense.",
        ),
        (
            "correct_entry",
            f"{not_yours.format('Correct an entry by a counter-entry')} There is no entry that could be taken"
            " back.",
        ),
        ("write_public_text", ""),
        ("review_public_text", "No text for the public waits for a second person. Write it first."),
        (
            "release",
            "The public text in 'en', the language that counts, is missing or not yet reviewed. "
            "Write it, and have a second person review it.",
        ),
        ("take_back", "The case does not stand in the public register."),
    ]


def test_what_follows_at_once_is_an_event_of_its_own() -> None:
    play = stage("objection")
    step = play.do("2024-06-20 10:00", "party:DE", "withdraw_objection")
    assert words(step) == ["withdraw_objection", "moved_on"]
    assert [e.data.get("to") for e in step.events] == [None, "agreement"]
    assert step.case.seq == play.steps[-2].case.seq + 2
