"""How answers decide a question, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from states.facts import Case, Objection
from states.positions import Position
from states.procedure import Ask
from states.reader import load
from states.rules import RULES

CASE = Case("RP-2024-1", "notification", datetime(2024, 6, 18, 7, tzinfo=UTC))
BASE = load("ramsar-private").states["committee_approval"].ask
assert BASE is not None


def decided(rule: str, ask: Ask, words: str, case: Case = CASE) -> str:
    """The outcome of answers, written as words with spaces; "-" is a silent member."""
    said = ["" if word == "-" else word for word in words.split()]
    return RULES[rule]([Position(str(n), word, None) for n, word in enumerate(said)], ask, case)


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("consent", "carried"),
        ("consent consent", "carried"),
        ("consent -", "lapsed"),
        ("- -", "lapsed"),
        ("consent refuse", "defeated"),
        ("refuse -", "defeated"),
        ("consent consent_with_conditions", "defeated"),
    ],
)
def test_all_must_consent(words: str, outcome: str) -> None:
    ask = load("ramsar-private").states["party_consent"].ask
    assert ask is not None
    assert decided("all_consent", ask, words) == outcome


@pytest.mark.parametrize("words", ["comment", "- -", "concern concern", "no_comment -"])
def test_asking_is_consulting(words: str) -> None:
    assert decided("consulted", BASE, words) == "carried"


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("approve approve approve_with_conditions - -", "carried"),
        ("approve approve abstain abstain abstain", "lapsed"),
        ("approve approve approve approve object", "defeated"),
        ("- - - - -", "lapsed"),
    ],
)
def test_a_quorum_in_favour_and_nobody_against(words: str, outcome: str) -> None:
    assert decided("quorum_without_objection", replace(BASE, quorum=3), words) == outcome


def test_an_objection_of_any_round_is_enough() -> None:
    ask = load("ramsar-private").states["notification"].ask
    assert ask is not None
    objection = Objection(1, 1, "DE", "party:DE", 3, CASE.since)
    ended = replace(objection, ended_at=CASE.since, how="withdrawn")
    found = [
        decided("no_objection", ask, "support - question"),
        decided("no_objection", ask, "support - objection"),
        decided("no_objection", ask, "support -", replace(CASE, objections=(objection,))),
        decided("no_objection", ask, "support -", replace(CASE, objections=(ended,))),
    ]
    assert found == ["carried", "defeated", "defeated", "carried"]


@pytest.mark.parametrize(
    ("rule", "words", "outcome"),
    [
        ("majority", "approve approve object", "carried"),
        ("majority", "approve object", "defeated"),
        ("majority", "approve object abstain abstain abstain approve", "carried"),
        ("majority", "- - abstain", "lapsed"),
        ("majority", "approve -", "carried"),
        ("two_thirds", "approve approve object", "carried"),
        ("two_thirds", "approve approve approve object object", "defeated"),
        ("two_thirds", "approve abstain abstain abstain", "carried"),
        ("two_thirds", "- -", "lapsed"),
    ],
)
def test_of_those_voting_enough_say_yes(rule: str, words: str, outcome: str) -> None:
    assert decided(rule, replace(BASE, quorum=0), words) == outcome


@pytest.mark.parametrize("rule", ["majority", "two_thirds"])
def test_just_enough_votes_for_the_quorum_decide(rule: str) -> None:
    assert decided(rule, replace(BASE, quorum=3), "approve approve object abstain") == "carried"


@pytest.mark.parametrize("rule", ["majority", "two_thirds"])
def test_too_few_votes_for_the_quorum_decide_nothing(rule: str) -> None:
    assert decided(rule, replace(BASE, quorum=3), "approve approve abstain abstain") == "lapsed"
