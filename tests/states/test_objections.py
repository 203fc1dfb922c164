"""One objection is enough: it stands until it is withdrawn in writing, and nothing else ends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from states.commands import Step
from states.facts import Objection
from tests.states.stages import Stage, counts, say, stage, told, words
from tests.states.world import OFFICER, at


def standing(play: Stage) -> list[str]:
    return [o.voice for o in play.case.standing]


# --------------------------------------------------------------------------------------- it stands


def test_one_objection_of_one_party_takes_the_case_to_objection() -> None:
    play = stage("notification")
    step = play.do("2024-05-02 10:00", "party:DE", "objection", reasons="the name")
    assert play.case.objections == (
        Objection(1, 4, "DE", "party:DE", 3, received_at=at("2024-05-02 10:00"), ended_at=None, how=""),
    )
    assert told(step, "objection_received") == {"all_parties", "partner", "standing_committee", "officers"}
    play.run_to("2024-06-18 08:59:59")
    assert play.case.state == "notification"
    play.run_to("2024-06-18 09:00:00")
    assert play.case.state == "objection"
    assert told(play.steps[-1], "objection_standing") == {
        "all_parties", "partner", "standing_committee", "officers",
    }  # fmt: skip


def test_an_objection_needs_no_reasons() -> None:
    play = stage("notification")
    play.do("2024-05-02 10:00", "party:DE", "objection")
    assert standing(play) == ["party:DE"]


def test_a_refusal_of_consent_needs_reasons_and_a_condition_needs_words() -> None:
    play = stage("party_consent")
    assert "must give reasons" in play.refused("2024-02-05 10:00", "party:FR", "refuse", reasons="  ")
    assert "which conditions" in play.refused("2024-02-05 10:00", "party:FR", "consent_with_conditions")


@pytest.mark.parametrize("lower", ["nfp", "other"])
@pytest.mark.parametrize("higher", ["head", "mission"])
def test_an_objection_of_any_contact_stands_whatever_a_higher_one_says(lower: str, higher: str) -> None:
    play = stage("notification")
    play.do("2024-05-02 10:00", f"party:DE/{lower}", "objection")
    play.do("2024-05-03 10:00", f"party:DE/{higher}", "support")
    play.run_to("2024-06-18 09:00")
    assert (play.case.state, standing(play)) == ("objection", [f"party:DE/{lower}"])


def test_other_parties_are_told_of_an_objection_once_even_if_two_voices_of_the_party_object() -> None:
    play = stage("notification")
    play.do("2024-05-02 10:00", "party:DE/nfp", "objection")
    second = play.do("2024-05-03 10:00", "party:DE/mission", "objection")
    third = play.do("2024-05-04 10:00", "party:DE/mission", "objection")
    assert standing(play) == ["party:DE/nfp", "party:DE/mission"]
    assert [{p.template for p in s.posts} for s in (second, third)] == [{"receipt"}, {"receipt"}]


# ------------------------------------------------------------------------------------- it is withdrawn


@pytest.mark.parametrize(
    ("objector", "withdrawer", "may"),
    [
        ("nfp", "nfp", True),
        ("nfp", "head", True),
        ("nfp", "mission", True),
        ("head", "nfp", False),
        ("mission", "head", False),
        ("mission", "ministry", True),
        ("other", "nfp", True),
        ("nfp", "other", False),
    ],
)
def test_an_objection_is_withdrawn_by_the_same_rank_or_a_higher_one(
    objector: str, withdrawer: str, may: bool
) -> None:
    play = stage("notification")
    play.do("2024-05-02 10:00", f"party:DE/{objector}", "objection")
    if not may:
        why = play.refused("2024-05-03 10:00", f"party:DE/{withdrawer}", "withdraw_objection")
        assert "made by a higher rank" in why
        return
    step = play.do("2024-05-03 10:00", f"party:DE/{withdrawer}", "withdraw_objection")
    ended = replace(play.case.objections[0], ended_at=at("2024-05-03 10:00"), how="withdrawn")
    assert play.case.objections == (ended,)
    assert told(step, "objection_withdrawn") == {"all_parties", "partner", "standing_committee", "officers"}


def test_a_lower_rank_withdraws_only_its_own_of_two_objections() -> None:
    play = stage("notification")
    play.do("2024-05-02 10:00", "party:DE/nfp", "objection")
    play.do("2024-05-02 11:00", "party:DE/mission", "objection")
    play.do("2024-05-03 10:00", "party:DE/nfp", "withdraw_objection")
    assert standing(play) == ["party:DE/mission"]
    play.do("2024-05-03 11:00", "party:DE/mission", "withdraw_objection")
    assert standing(play) == []


def test_an_objection_is_withdrawn_in_writing_only_and_by_its_own_party() -> None:
    play = stage("objection")
    oral = play.refused("2024-06-20 10:00", "party:DE", "withdraw_objection", in_writing=False)
    assert "in writing only" in oral
    assert "No objection of FR stands" in play.refused("2024-06-20 10:00", "party:FR", "withdraw_objection")


def test_a_party_that_withdrew_may_object_again_within_the_window() -> None:
    play = stage("notification")
    for when, act in (("10", "objection"), ("11", "withdraw_objection"), ("12", "objection")):
        play.do(f"2024-05-{when} 10:00", "party:DE", act)
    assert [(o.no, o.how) for o in play.case.objections] == [(1, "withdrawn"), (2, "")]
    play.run_to("2024-06-18 09:00")
    assert play.case.state == "objection"


def test_with_the_last_objection_the_case_goes_to_agreement_at_that_very_moment() -> None:
    play = stage("notification")
    say(play, "2024-05-02 10:00", ["party:DE", "party:NO"], "objection")
    play.run_to("2024-06-18 09:00")
    first = play.do("2024-06-20 10:00", "party:DE", "withdraw_objection")
    assert (words(first), play.case.state) == (["withdraw_objection"], "objection")
    assert first.events[0].data["remaining"] == 1
    last = play.do("2024-06-21 10:00", "party:NO", "withdraw_objection")
    assert (words(last), play.case.state) == (["withdraw_objection", "moved_on"], "agreement")
    assert told(last, "objection_resolved") == {"all_parties", "partner", "standing_committee", "officers"}
    assert play.case.marks == {"approved", "cleared"}
    assert play.case.since == at("2024-06-21 10:00")


def test_within_the_window_a_withdrawal_leaves_the_window_open_to_the_others() -> None:
    play = stage("notification")
    play.do("2024-05-02 10:00", "party:DE", "objection")
    step = play.do("2024-05-03 10:00", "party:DE", "withdraw_objection")
    assert (words(step), play.case.state) == (["withdraw_objection"], "notification")
    play.run_to("2024-06-18 09:00")
    assert play.case.state == "agreement"


def test_an_officer_records_a_withdrawal_that_came_on_paper() -> None:
    play = stage("objection")
    given: dict[str, Any] = {"party": "DE", "answer": "withdraw_objection", "voice": "mission"}
    step = play.do(
        "2024-06-21 10:00",
        OFFICER,
        "record_reply",
        received_at=at("2024-06-20 16:00"),
        scan="nv-17.pdf",
        **given,
    )
    said = {k: step.events[0].data[k] for k in ("party", "on_behalf", "received_at", "scan")}
    assert (words(step), said, play.case.state) == (
        ["withdraw_objection", "moved_on"],
        {
            "party": "DE",
            "on_behalf": "party:DE/mission",
            "received_at": at("2024-06-20 16:00"),
            "scan": "nv-17.pdf",
        },
        "agreement",
    )


def test_a_withdrawal_recorded_for_too_low_a_rank_is_refused_as_from_itself() -> None:
    play = stage("objection")
    given = {"party": "DE", "answer": "withdraw_objection", "voice": "nfp"}
    assert "higher rank" in play.refused("2024-06-21 10:00", OFFICER, "record_reply", **given)


# --------------------------------------------------------------------- before and after the Conference


def test_at_the_conference_an_objection_may_be_withdrawn_until_the_paper_is_issued() -> None:
    play = stage("cop")
    early = play.fork()
    early.do("2025-03-03 10:00", "party:DE", "withdraw_objection")
    assert (early.case.state, early.case.target) == ("agreement", "")
    play.do("2025-03-03 10:00", OFFICER, "issue_paper")
    why = play.refused("2025-03-04 10:00", "party:DE", "withdraw_objection")
    assert "The working paper for COP15 has been issued" in why


def test_consultations_that_run_out_take_the_case_to_the_conference() -> None:
    play = stage("objection")
    play.run_to("2024-07-18 23:59:59")
    assert play.case.state == "objection"
    play.run_to("2024-07-19 00:00:00")
    assert (play.case.state, play.case.target, standing(play)) == ("cop", "COP15", ["party:DE"])
    assert told(play.steps[-1], "escalated") == {"all_parties", "partner", "standing_committee", "officers"}


# ------------------------------------------------------------------------------- recorded after the close


def late_note(play: Stage, when: str, received: str = "2024-06-17 17:00") -> Step:
    """A note verbale that the registry finds after the close."""
    note = {"party": "NO", "answer": "objection", "voice": "mission", "channel": "note_verbale"}
    return play.do(when, OFFICER, "record_reply", received_at=at(received), **note)


def test_a_timely_objection_recorded_after_the_close_takes_the_case_back() -> None:
    play = stage("agreement")
    step = late_note(play, "2024-07-02 10:00")
    assert words(step) == ["record_reply", "reopened"]
    assert (play.case.state, standing(play), play.case.marks) == (
        "objection",
        ["party:NO/mission"],
        {"approved"},
    )
    assert told(step, "reopened") == {"all_parties", "partner", "standing_committee", "officers"}
    assert play.due("task:objection:consultations") == date(2024, 8, 2)  # 1 August is a holiday
    assert counts(play) == {"objection": 1, "silent": 171}
    play.do("2024-07-03 10:00", "party:NO/mission", "withdraw_objection")
    assert (play.case.state, play.case.marks) == ("agreement", {"approved", "cleared"})


def test_received_at_the_very_second_of_the_close_it_is_late_and_changes_nothing() -> None:
    play = stage("agreement")
    step = late_note(play, "2024-07-02 10:00", received="2024-06-18 09:00:00")
    assert (words(step), play.case.state, play.case.objections) == (["record_reply"], "agreement", ())


def test_once_signed_a_timely_objection_is_kept_and_changes_nothing() -> None:
    play = stage("active")
    step = late_note(play, "2024-07-16 10:00")
    assert (words(step), play.case.state, play.case.objections) == (["record_reply"], "active", ())


def test_after_a_decision_of_the_conference_it_changes_nothing_and_does_not_bar_the_signature() -> None:
    play = stage("cop")
    play.do("2025-04-01 10:00", OFFICER, "issue_paper")
    decision = {"meeting": "COP15", "result": "adopted", "by": "consensus", "present": 150}
    play.do("2025-07-31 17:00", OFFICER, "record_decision", **decision)
    late_note(play, "2025-08-04 10:00")
    assert play.case.state == "agreement"
    play.do("2025-08-05 10:00", OFFICER, "sign")
    assert play.case.state == "active"


def test_on_hold_the_way_back_is_taken_at_the_resumption() -> None:
    play = stage("agreement")
    play.do("2024-07-01 10:00", OFFICER, "hold")
    late_note(play, "2024-07-02 10:00")
    assert play.case.state == "agreement"
    step = play.do("2024-07-10 10:00", OFFICER, "resume")
    assert (words(step), play.case.state) == (["resume", "reopened"], "objection")


# ----------------------------------------------------------------------------------- the amended text


def test_silence_on_the_amended_text_does_not_erase_the_objection() -> None:
    play = stage("objection")
    step = play.do("2024-06-20 10:00", OFFICER, "amend", kind="material", changes="without the name")
    assert (play.case.state, told(step, "amended")) == ("notification", {"standing_committee", "partner"})
    step = play.do("2024-06-21 09:00", OFFICER, "dispatch")
    assert [(p.template, p.purpose, p.numbered) for p in step.posts] == [("renotification", "request", True)]
    assert play.due("window:5") == date(2024, 7, 22)  # thirty days on is Sunday the 21st
    play.run_to("2024-07-23 09:00")
    assert (play.case.state, standing(play)) == ("objection", ["party:DE"])
    assert counts(play) == {"silent": 172}
    play.do("2024-07-24 10:00", "party:DE", "withdraw_objection")
    assert play.case.state == "agreement"


def test_an_editorial_amendment_stays_and_its_clock_runs_on() -> None:
    play = stage("objection")
    before = play.due("task:objection:consultations")
    play.do("2024-06-20 10:00", OFFICER, "amend", kind="editorial", changes="a comma")
    assert (play.case.state, play.due("task:objection:consultations")) == ("objection", before)
    why = play.refused("2024-06-20 10:00", OFFICER, "amend", kind="editorial", territory=("BE",))
    assert "never editorial" in why


def test_a_material_amendment_of_the_territory_asks_the_parties_newly_concerned_first() -> None:
    play = stage("objection")
    play.do("2024-06-20 10:00", OFFICER, "amend", kind="material", territory=("FR", "BE"))
    assert (play.case.state, play.case.territory) == ("party_consent", ("FR", "BE"))
    play.do("2024-06-21 09:00", OFFICER, "dispatch")
    round_ = play.case.round
    assert round_ is not None
    assert [m.code for m in round_.asked] == ["BE"]
    step = play.do("2024-06-24 10:00", "party:BE", "consent")
    assert (words(step), play.case.state) == (["answer", "closed"], "notification")
    assert standing(play) == ["party:DE"]
