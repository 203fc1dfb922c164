"""What a decision does to a case is kept as text, and read back it does the same."""

from __future__ import annotations

import json
from dataclasses import fields, replace

from states.effects import APPLY, Effect, apply, from_plain, plain
from states.facts import Case
from tests.states.stages import STATES, stage
from tests.states.world import OFFICER
from workflow.projection import WRITE


def kept(effect: Effect) -> Effect:
    """An effect as an event holds it."""
    return Effect(effect.op, from_plain(json.loads(json.dumps(plain(effect.values)))))


def test_every_case_is_what_its_kept_effects_make_of_an_empty_one() -> None:
    for state in STATES:
        play = stage(state)
        empty = Case(play.case.reference, "", play.case.since)
        effects = [kept(each) for step in play.steps for each in step.effects]
        assert replace(apply(empty, effects), seq=play.case.seq) == play.case, state


def test_every_effect_comes_back_from_its_text_as_it_was() -> None:
    play = stage("notification")
    play.do("2024-05-02 10:00", "party:DE", "objection", reasons="the name")
    play.do("2024-05-03 10:00", OFFICER, "extend", until=play.due("window:4").replace(month=7))
    play.do("2024-05-06 10:00", OFFICER, "hold")
    play.do("2024-05-13 10:00", OFFICER, "resume")
    effects = [each for step in play.steps for each in step.effects]
    for each in effects:
        again = kept(each)
        # Records inside an effect come back as tables of their fields; everything else as itself.
        assert plain(again.values) == plain(each.values)
        if each.op not in ("round", "asked"):
            assert again == each


def test_every_effect_is_written_somewhere_or_is_a_column_of_the_case() -> None:
    of_the_row = {"set", "mark", "item", "condition", "decision"}
    of_the_row |= {"sheet_answer", "risk", "signature", "member", "member_change", "public_text"}
    assert set(APPLY) == set(WRITE) | of_the_row


def test_what_a_case_is_made_of_can_be_written_as_text() -> None:
    case = stage("cop").case
    assert set(plain(case)) == {f.name for f in fields(Case)}
    assert json.loads(json.dumps(plain(case)))["objections"][0]["party"] == "DE"
