"""Those who join or leave while a question is open, and those elected to answer it after others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from states.commands import CLOCK, Command, Step
from states.facts import Asked, Party, Seat
from states.reasons import Refused
from tests.states.stages import COMMITTEE, Stage, counts, say, stage, told, words
from tests.states.world import OFFICER, at, parties, seats


def standing(play: Stage) -> list[str]:
    return [o.voice for o in play.case.standing]


def asked(play: Stage) -> list[str]:
    assert play.case.round is not None
    return [m.code for m in play.case.round.asked]


def joining(day: date) -> dict[str, Party]:
    return {**parties(), "SA": Party("SA", day)}


def test_a_state_that_becomes_a_party_while_the_window_is_open_is_asked_at_midnight() -> None:
    play = stage("notification", parties=joining(date(2024, 6, 10)))
    play.run_to("2024-06-09 23:59:59")
    assert len(asked(play)) == 172
    play.run_to("2024-06-10 00:00:00")
    step = play.steps[-1]
    assert (words(step), len(asked(play)), asked(play)[-1]) == (["party_joined"], 173, "SA")
    assert [(p.template, p.members) for p in step.posts] == [("late_joiner_request", ("SA",))]
    round_ = play.case.round
    assert round_ is not None
    assert round_.asked[-1] == Asked(
        "SA",
        "SA",
        joined_at=at("2024-06-10 00:00"),
        reply_by=date(2024, 6, 24),
        closes_at=at("2024-06-25 09:00"),
    )
    play.run_to("2024-06-18 09:00")
    assert play.case.state == "notification"
    play.do("2024-06-25 08:59:59", "party:SA", "objection")
    play.run_to("2024-06-25 09:00")
    assert play.case.state == "objection"


def test_one_that_joins_early_enough_has_the_same_last_day_as_all() -> None:
    play = stage("notification", parties=joining(date(2024, 5, 2)))
    play.run_to("2024-05-02 00:00")
    round_ = play.case.round
    assert round_ is not None
    assert round_.asked[-1] == Asked("SA", "SA", joined_at=at("2024-05-02 00:00"))
    play.run_to("2024-06-18 09:00")
    assert (play.case.state, counts(play)) == ("agreement", {"silent": 173})


def test_one_that_joins_after_the_close_is_not_asked() -> None:
    play = stage("notification", parties=joining(date(2024, 7, 1)))
    play.run_to("2024-07-02 10:00")
    assert (play.case.state, len(asked(play))) == ("agreement", 172)
    assert "No question to SA" in play.refused("2024-07-02 10:00", "party:SA", "objection")


def test_a_state_whose_entry_is_put_off_is_asked_on_the_new_day_and_not_on_the_old() -> None:
    play = stage("notification", parties=joining(date(2024, 5, 2)))
    play.register(parties=joining(date(2024, 5, 13)))
    play.run_to("2024-05-12 23:59:59")
    assert len(asked(play)) == 172
    play.run_to("2024-05-13 00:00:00")
    assert len(asked(play)) == 173


def test_a_state_that_withdraws_its_accession_is_not_asked() -> None:
    play = stage("notification", parties=joining(date(2024, 5, 2)))
    gone = play.fork()
    gone.register(parties={k: v for k, v in parties().items() if k != "SA"})
    assert gone.case.deadline("join:4:SA") is None
    # The register says so only at the last moment, and nobody has told the case.
    play.facts = replace(play.facts, parties=joining(date(2024, 9, 2)))
    play.run_to("2024-05-02 00:00")
    assert (words(play.steps[-1]), len(asked(play))) == (["joining_void"], 172)


def test_a_party_entered_in_the_register_too_late_is_asked_as_soon_as_it_is_known() -> None:
    play = stage("notification", parties={k: v for k, v in parties().items() if k != "SA"})
    play.run_to("2024-05-06 10:00")
    play.register(parties=joining(date(2024, 5, 2)))
    play.run_to("2024-05-06 10:00")
    assert (words(play.steps[-1]), asked(play)[-1]) == (["party_joined"], "SA")
    assert isinstance(play.attempt(Command("register", CLOCK)), Refused)


def test_a_window_that_waits_runs_on_for_a_party_that_joins_meanwhile() -> None:
    play = stage("notification", parties=joining(date(2024, 6, 20)))
    play.lose("KE")
    play.run_to("2024-06-20 00:00")
    assert [d.name for d in play.case.deadlines if d.kind in ("window", "task")] == ["window:4"]
    play.do("2024-06-21 10:00", OFFICER, "confirm_unreached")
    assert play.case.state == "notification"
    play.run_to("2024-07-05 09:00")  # fourteen days on is Thursday 4 July
    assert play.case.state == "agreement"


# --------------------------------------------------------------------------------------- a Party leaves


def leaving(code: str, day: date) -> dict[str, Any]:
    return {**parties(), code: replace(parties()[code], leaves=day)}


def test_the_objection_of_a_party_that_leaves_lapses_when_its_denunciation_takes_effect() -> None:
    play = stage("objection", parties=leaving("DE", date(2024, 7, 5)))
    play.run_to("2024-07-04 23:59:59")
    assert standing(play) == ["party:DE"]
    play.run_to("2024-07-05 00:00:00")
    step = play.steps[-1]
    assert (words(step), play.case.state) == (["objection_lapsed", "moved_on"], "agreement")
    assert play.case.objections[0].how == "lapsed"
    assert told(step, "objection_lapsed") == {"all_parties", "partner", "standing_committee", "officers"}


def test_it_does_not_lapse_once_the_paper_for_the_conference_is_issued() -> None:
    play = stage("cop", parties=leaving("DE", date(2025, 5, 5)))
    play.do("2025-04-01 10:00", OFFICER, "issue_paper")
    play.run_to("2025-05-05 00:00:01")
    assert (words(play.steps[-1]), play.case.state, standing(play)) == (["party_left"], "cop", ["party:DE"])


def test_a_denunciation_that_is_entered_while_the_objection_stands_is_followed() -> None:
    play = stage("objection")
    play.run_to("2024-06-20 10:00")
    play.facts = replace(play.facts, parties=leaving("DE", date(2024, 7, 1)))
    step = play.attempt(Command("register", CLOCK, {"reason": "denunciation of DE"}))
    assert isinstance(step, Step)
    play._keep(step)
    assert play.due("leave:DE") == date(2024, 7, 1)
    play.run_to("2024-07-01 00:00")
    assert play.case.state == "agreement"


def test_a_party_that_has_left_can_no_longer_object() -> None:
    play = stage("notification", parties=leaving("DE", date(2024, 5, 2)))
    play.do("2024-05-01 23:59:59", "party:NO", "support")
    play.do("2024-05-02 00:00:00", "party:DE", "objection")
    assert play.case.objections == ()
    play.run_to("2024-06-18 09:00")
    assert play.case.state == "agreement"
    assert [e.data["outcome"] for e in play.steps[-1].events] == ["carried"]


def test_a_party_keeps_its_rights_to_the_last_second_of_the_day_before() -> None:
    play = stage("notification", parties=leaving("DE", date(2024, 5, 2)))
    play.do("2024-05-01 23:59:59", "party:DE", "objection")
    assert standing(play) == ["party:DE"]
    play.run_to("2024-05-02 00:00:00")
    assert standing(play) == []


# ---------------------------------------------------------------------------------------- new members


def test_a_denunciation_that_is_taken_back_ends_nothing() -> None:
    play = stage("objection")
    leaving = {**parties(), "DE": replace(parties()["DE"], leaves=date(2024, 7, 5))}
    play.register(parties=leaving)
    assert play.due("leave:DE") == date(2024, 7, 5)
    assert isinstance(play.attempt(Command("register", CLOCK)), Refused)
    play.register(parties=parties())
    assert play.case.deadline("leave:DE") is None


def elected(last: date) -> tuple[Seat, ...]:
    """A Committee that ends with that day, and one that begins the day after."""
    body = [s for s in seats() if s.body == "standing_committee"]
    rest = [s for s in seats() if s.body != "standing_committee"]
    first = date.fromordinal(last.toordinal() + 1)
    new = [replace(s, member=s.alternate or s.member, alternate="", starts=first) for s in body]
    return (*rest, *(replace(s, ends=last) for s in body), *new)


@pytest.mark.parametrize("known_before", [True, False])
def test_when_the_committee_is_elected_anew_the_open_question_is_put_to_the_new_members(
    known_before: bool,
) -> None:
    election = elected(date(2024, 4, 2))
    play = stage("committee_approval", seats=election) if known_before else stage("committee_approval")
    say(play, "2024-03-20 10:00", [f"seat:{m}" for m in COMMITTEE[:12]], "approve")
    if not known_before:
        play.register(seats=election)
    play.run_to("2024-04-02 23:59:59")
    assert play.case.round is not None
    assert play.case.round.is_open
    play.run_to("2024-04-03 00:00:00")
    assert (words(play.steps[-1]), play.case.round.outcome) == (["term_ended"], "superseded")
    assert (play.case.state, play.due("task:committee_approval:dispatch")) == (
        "committee_approval",
        date(2024, 4, 8),
    )
    play.do("2024-04-04 09:00", OFFICER, "dispatch")
    play.do("2024-04-05 10:00", "seat:GQ", "approve")
    old = play.do("2024-04-05 10:00", "seat:GA", "object").events[0].data
    assert (old["round"], old["late"]) == (3, True)
    assert counts(play) == {"approve": 1, "silent": 18}


def test_a_term_that_is_prolonged_does_not_end_the_question() -> None:
    play = stage("committee_approval", seats=elected(date(2024, 4, 2)))
    play.register(seats=tuple(replace(s, ends=None) for s in seats()))
    assert play.case.deadline("term:3") is None
    play.run_to("2024-04-03 00:00:00")
    assert play.case.open_round is not None


def test_on_hold_the_end_of_a_term_waits_for_the_resumption() -> None:
    play = stage("committee_approval", seats=elected(date(2024, 4, 2)))
    play.do("2024-03-20 10:00", OFFICER, "hold")
    play.run_to("2024-04-10 10:00")
    assert play.case.open_round is not None
    play.do("2024-04-10 10:00", OFFICER, "resume")
    play.run_to("2024-04-10 10:00")
    assert (words(play.steps[-1]), play.case.open_round) == (["term_ended"], None)
