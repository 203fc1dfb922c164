"""What of all that was said counts: rank, then time; what came in time, and what did not."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from states.commands import VOICES, Actor
from states.facts import Answer, Asked, Round
from states.positions import consents, is_final, position, positions
from states.procedure import Ask
from states.reader import load
from tests.states.stages import counts, say, stage
from tests.states.world import at

LAW = load("ramsar-private")


def ask_of(state: str) -> Ask:
    ask = LAW.states[state].ask
    assert ask is not None
    return ask


NOTIFIED = Round(
    no=1,
    state="notification",
    of="all_parties",
    opened_at=at("2024-04-16 09:30"),
    reply_by=at("2024-06-17 12:00").date(),
    closes_at=at("2024-06-18 09:00"),
    within="60 days",
)
NORWAY = Asked("NO", "NO")


def said(word: str, voice: str, when: str, no: int = 1, recorded: str = "", **more: object) -> Answer:
    actor = Actor("party", party="NO", voice=voice)
    heard = at(when)
    return Answer(
        no, 1, "NO", actor.words, actor.rank, word, heard, at(recorded) if recorded else heard, **more
    )


# ------------------------------------------------------------------------------------------- rank


@pytest.mark.parametrize(
    ("voice", "other", "counts_of"),
    [
        ("mission", "head", "mission"),
        ("ministry", "head", "ministry"),
        ("head", "nfp", "head"),
        ("nfp", "other", "nfp"),
        ("mission", "other", "mission"),
        ("mission", "ministry", "later"),
        ("head", "head", "later"),
    ],
)
def test_the_highest_rank_counts_and_within_a_rank_the_latest(voice: str, other: str, counts_of: str) -> None:
    for first, second in permutations((voice, other)):
        answers = [
            said("support", first, "2024-05-02 10:00", 1),
            said("no_objection", second, "2024-05-03 10:00", 2),
        ]
        expected = "no_objection" if counts_of in ("later", second) else "support"
        found = position(NOTIFIED, NORWAY, answers, False, ask_of("notification"))
        assert (found.word, found.is_silent) == (expected, False), (first, second)


def test_at_the_same_second_the_answer_that_was_recorded_later_counts() -> None:
    answers = [said(w, "head", "2024-05-02 10:00", n) for n, w in enumerate(("support", "no_objection"), 1)]
    assert position(NOTIFIED, NORWAY, answers, False, ask_of("notification")).word == "no_objection"


def test_what_counts_is_when_it_was_received_and_not_when_it_was_recorded() -> None:
    answers = [
        said("support", "head", "2024-05-03 10:00", 1),
        said("no_objection", "head", "2024-05-02 10:00", 2, recorded="2024-05-06 10:00"),
    ]
    assert position(NOTIFIED, NORWAY, answers, False, ask_of("notification")).word == "support"


def test_a_late_word_of_the_mission_does_not_outweigh_a_timely_one_of_the_focal_point() -> None:
    answers = [
        said("support", "nfp", "2024-06-18 08:59:59", 1),
        said("no_objection", "mission", "2024-06-18 09:00:00", 2),
    ]
    assert position(NOTIFIED, NORWAY, answers, False, ask_of("notification")).word == "support"


def test_the_same_reply_sent_three_times_is_kept_three_times_and_counts_once() -> None:
    play = stage("notification")
    say(play, "2024-05-02 10:00", ["party:NO"] * 3, "support")
    round_ = play.case.round
    assert round_ is not None
    assert [(a.no, a.word, a.voice) for a in round_.answers if a.member == "NO"] == [
        (n, "support", "party:NO") for n in (21, 22, 23)
    ]
    assert counts(play) == {"support": 1, "silent": 171}


# ------------------------------------------------------------------------------------------ in time


@pytest.mark.parametrize(
    ("when", "late"),
    [
        ("2024-06-17 23:59:59", False),
        ("2024-06-18 08:59:59", False),
        ("2024-06-18 09:00:00", True),
        ("2024-06-18 09:00:01", True),
    ],
)
def test_until_nine_of_the_next_working_day_an_answer_counts_and_at_nine_it_is_late(
    when: str, late: bool
) -> None:
    answer = said("support", "head", when)
    found = position(NOTIFIED, NORWAY, [answer], False, ask_of("notification"))
    assert (found.word, found.late) == ("" if late else "support", late)


def test_the_wall_clock_of_the_party_does_not_matter() -> None:
    """In Kiribati it is already afternoon, in Hawaii still the day before: what decides is the instant."""
    play = stage("notification")
    play.run_to("2024-06-18 08:59:59")
    received = at("2024-06-18 08:59:59")
    assert received == at("2024-06-18 09:00:00") - timedelta(seconds=1)
    play.do("2024-06-18 08:59:59", "party:KI", "objection")
    play.run_to("2024-06-18 09:00:00")
    assert play.case.state == "objection"


def test_a_last_day_before_easter_leaves_until_nine_on_easter_tuesday() -> None:
    play = stage("party_consent", sent=False)
    play.do("2024-02-12 09:00", "officer", "dispatch")  # 45 days on: Thursday 28 March
    round_ = play.case.round
    assert round_ is not None
    assert (round_.reply_by.isoformat(), round_.closes_at) == ("2024-03-28", at("2024-04-02 09:00"))
    play.do("2024-04-02 08:59:59", "party:FR/nfp", "consent")
    play.run_to("2024-04-02 09:00:00")
    assert play.case.state == "body_consultation"


def test_a_late_answer_is_kept_and_shown_as_late_and_changes_nothing() -> None:
    play = stage("agreement")
    step = play.do("2024-06-18 10:00", "party:NO", "support")
    assert [(e.kind, e.data["late"], e.data["round"]) for e in step.events] == [("answer", True, 4)]
    assert [(p.template, p.purpose, p.members, p.what["late"]) for p in step.posts] == [
        ("receipt", "receipt", ("NO",), True)
    ]
    assert counts(play) == {"late": 1, "silent": 171}
    assert play.case.state == "agreement"


@pytest.mark.parametrize("state", ["active", "suspended", "cop_rejected", "withdrawn", "completed"])
def test_a_late_answer_is_never_refused_even_when_the_case_is_over(state: str) -> None:
    play = stage(state)
    before = play.case
    step = play.do("2028-01-10 10:00", "party:NO", "objection", reasons="we have only now heard of it")
    assert (step.case.state, step.case.objections) == (state, before.objections)
    assert step.events[-1].kind == "answer"
    assert step.events[-1].data["late"] is True


# -------------------------------------------------------------------------------------- finality


@pytest.mark.parametrize("voice", VOICES)
def test_a_consent_is_final_only_from_the_head_of_the_authority_or_above(voice: str) -> None:
    play = stage("party_consent")
    step = play.do("2024-02-05 10:00", Actor("party", party="FR", voice=voice), "consent")
    final = voice in ("mission", "ministry", "head")
    assert step.case.state == ("body_consultation" if final else "party_consent")
    play.run_to("2024-03-19 09:00")
    assert play.case.state == "body_consultation"


def test_a_condition_is_no_final_answer_until_it_is_accepted() -> None:
    given = said("consent_with_conditions", "head", "2024-05-02 10:00", conditions="no logo")
    accepted = said(
        "consent_with_conditions", "head", "2024-05-02 10:00", conditions="no logo", accepted=True
    )
    found = [position(NOTIFIED, NORWAY, [a], False, ask_of("party_consent")) for a in (given, accepted)]
    assert [(p.word, is_final(p, ask_of("party_consent"))) for p in found] == [
        ("consent_with_conditions", False),
        ("consent", True),
    ]


# --------------------------------------------------------------------------------------- objections


def test_who_withdraws_an_objection_no_longer_objects_and_is_not_silent() -> None:
    play = stage("notification")
    play.do("2024-05-02 10:00", "party:DE", "objection")
    assert counts(play) == {"objection": 1, "silent": 171}
    play.do("2024-05-03 10:00", "party:DE", "withdraw_objection")
    assert counts(play) == {"no_objection": 1, "silent": 171}


def test_what_a_party_said_beside_its_objection_counts_again_once_that_is_withdrawn() -> None:
    play = stage("notification")
    play.do("2024-05-02 10:00", "party:DE/nfp", "objection")
    play.do("2024-05-03 10:00", "party:DE/mission", "support")
    assert counts(play) == {"objection": 1, "silent": 171}
    play.do("2024-05-04 10:00", "party:DE/nfp", "withdraw_objection")
    assert counts(play) == {"support": 1, "silent": 171}


def test_an_objection_made_again_in_a_second_round_is_withdrawn_with_the_first() -> None:
    play = stage("objection")
    play.do("2024-06-20 10:00", "officer", "amend", kind="material")
    play.do("2024-06-21 09:00", "officer", "dispatch")
    play.do("2024-07-01 10:00", "party:DE", "objection", reasons="still the name")
    assert counts(play) == {"objection": 1, "silent": 171}
    assert [(o.no, o.round, o.party) for o in play.case.objections] == [(1, 4, "DE")]
    play.do("2024-07-02 10:00", "party:DE", "withdraw_objection")
    assert (counts(play), counts(play, 4)) == (
        {"no_objection": 1, "silent": 171},
        {"no_objection": 1, "silent": 171},
    )
    play.run_to("2024-07-23 09:00")
    assert play.case.state == "agreement"


def test_an_objection_repeated_too_late_in_a_second_round_is_late_and_stands_by_the_first() -> None:
    play = stage("objection")
    play.do("2024-06-20 10:00", "officer", "amend", kind="material")
    play.do("2024-06-21 09:00", "officer", "dispatch")
    play.do("2024-07-23 10:00", "party:DE", "objection")
    assert (counts(play), counts(play, 4)) == ({"late": 1, "silent": 171}, {"objection": 1, "silent": 171})
    assert [o.no for o in play.case.standing] == [1]


def test_a_position_names_the_answer_behind_it() -> None:
    play = stage("notification")
    play.do("2024-05-02 10:00", "party:DE/mission", "support")
    play.do("2024-05-03 10:00", "party:DE/nfp", "objection", reasons="the name")
    round_ = play.case.open_round
    assert round_ is not None
    found = next(p for p in positions(round_, play.case, ask_of("notification")) if p.code == "DE")
    assert found.answer is not None
    assert (found.word, found.answer.voice, found.answer.reasons) == ("objection", "party:DE/nfp", "the name")


# ------------------------------------------------------------------------------- consents over rounds


def test_a_consent_stands_over_later_rounds_until_its_party_says_otherwise() -> None:
    play = stage("party_consent", ("FR", "BE"))
    play.do("2024-02-05 10:00", "party:FR", "consent")
    play.run_to("2024-03-19 09:00")  # Belgium has been silent
    assert play.case.state == "consent_withheld"
    play.do("2024-03-20 10:00", "officer", "ask_again")
    play.do("2024-03-20 10:00", "officer", "dispatch")
    round_ = play.case.open_round
    assert round_ is not None
    assert [m.code for m in round_.asked] == ["BE"]
    assert {code: a.no for code, a in consents(LAW, play.case).items()} == {"FR": 1}
    play.do("2024-03-22 10:00", "party:BE", "consent")
    assert {code: a.no for code, a in consents(LAW, play.case).items()} == {"FR": 1, "BE": 2}
    assert play.case.state == "body_consultation"


def test_positions_come_in_the_order_in_which_the_members_were_asked() -> None:
    play = stage("committee_approval")
    say(play, "2024-03-20 10:00", ["seat:WS", "seat:GA"], "approve")
    round_ = play.case.open_round
    assert round_ is not None
    found = positions(round_, play.case, ask_of("committee_approval"))
    assert [p.code for p in found] == [m.code for m in round_.asked]
    assert [p.code for p in found if not p.is_silent] == ["africa-1", "oceania-1"]
