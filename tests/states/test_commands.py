"""Who acts, in the words that rehearsals, forms and the record use."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from states.commands import Actor
from states.details import read
from tests.states.world import at

ZURICH = ZoneInfo("Europe/Zurich")


@pytest.mark.parametrize(
    ("words", "actor", "rank"),
    [
        ("officer", Actor("officer"), 0),
        ("head", Actor("head"), 0),
        ("clock", Actor("clock"), 0),
        ("party:FR", Actor("party", party="FR", voice="head"), 3),
        ("party:FR/nfp", Actor("party", party="FR", voice="nfp"), 2),
        ("party:FR/mission", Actor("party", party="FR", voice="mission"), 4),
        ("party:FR/ministry", Actor("party", party="FR", voice="ministry"), 4),
        ("party:FR/other", Actor("party", party="FR", voice="other"), 1),
        ("seat:CA", Actor("seat", party="CA"), 0),
    ],
)
def test_an_actor_is_read_and_written_in_the_same_words(words: str, actor: Actor, rank: int) -> None:
    found = Actor.parse(words)
    assert (found, found.words, found.rank) == (actor, words, rank)


def test_a_party_may_be_written_in_small_letters() -> None:
    assert Actor.parse(" party:fr ") == Actor("party", party="FR", voice="head")


@pytest.mark.parametrize(
    "words",
    ["", "officers", "party", "party:", "seat:", "seat:CA/nfp", "officer:anne", "FR", ":FR", "partyFR"],
)
def test_nobody_is_refused_with_the_right_forms(words: str) -> None:
    with pytest.raises(ValueError, match="is nobody: officer, head, legal, finance, party:FR"):
        Actor.parse(words)


def test_a_voice_nobody_has_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="'cousin' does not speak for a Party: head, nfp, mission"):
        Actor.parse("party:FR/cousin")


# ------------------------------------------------------------------------------------------- details


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("until", "2024-05-09", date(2024, 5, 9)),
        ("until", date(2024, 5, 9), date(2024, 5, 9)),
        ("received_at", "2024-05-09 14:30", at("2024-05-09 14:30")),
        ("received_at", "2024-05-09 14:30 America/New_York", datetime(2024, 5, 9, 18, 30, tzinfo=UTC)),
        ("received_at", "2024-05-09T14:30:00Z", datetime(2024, 5, 9, 14, 30, tzinfo=UTC)),
        ("in_writing", "yes", True),
        ("in_writing", "False", False),
        ("in_writing", True, True),
        ("yes", "12", 12),
        ("present", 115, 115),
        ("territory", "FR, BE", ("FR", "BE")),
        ("territory", ["FR", " BE "], ("FR", "BE")),
        ("territory", "", ()),
        ("reason", "  on paper ", "on paper"),
        ("meeting", 15, "15"),
    ],
)
def test_a_detail_is_understood_as_it_is_written(name: str, given: Any, value: Any) -> None:
    found = read(name, given, ZURICH)
    assert (found, type(found) is type(value) or isinstance(found, datetime)) == (value, True)


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("until", "tomorrow", "Give a date such as 2024-05-09."),
        ("until", "2024-02-30", "Give a date such as 2024-05-09."),
        ("received_at", "noon", "Give a date and time such as 2024-05-09 14:30."),
        ("received_at", "2024-05-09 14:30 Europe/Gland", "Give a date and time such as 2024-05-09 14:30."),
        ("in_writing", "perhaps", "Give true or false."),
        ("yes", "a dozen", "Give a whole number."),
        ("yes", 1.5, "Give a whole number."),
        ("yes", True, "Give a whole number."),
        ("territory", 5, "Give a list, such as FR, BE."),
        ("reason", ["a"], "Give a text."),
    ],
)
def test_a_detail_not_understood_is_refused_with_what_is_wanted(name: str, given: Any, expected: str) -> None:
    with pytest.raises(ValueError, match="is not understood") as refused:
        read(name, given, ZURICH)
    assert str(refused.value) == f"'{name}' is not understood: {given!r}. {expected}"
