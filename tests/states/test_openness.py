"""What the public may read: written by one, read by another, released and taken back."""

from __future__ import annotations

from typing import Any

from states import openness
from states.commands import Actor
from states.dossier import PublicText
from tests.states.stages import Stage, stage
from tests.states.world import at

ANN, BEN, ADVISER = Actor("officer", "ann"), Actor("officer", "ben"), Actor("legal", "cleo")
WORDS: dict[str, Any] = {
    "public_title": "Water and wetlands",
    "proposed_by": "A company that bottles water",
    "proposal": "To restore ten wetlands.",
    "funds": "One million francs.",
}
TEXT = PublicText(
    "en", "Water and wetlands", "A company that bottles water", "To restore ten wetlands.",
    "One million francs.", by="ann",
)  # fmt: skip


def written(language: str = "en", **more: Any) -> Stage:
    play = stage("notification")
    play.act(ANN, "write_public_text", language=language, **{**WORDS, **more})
    return play


def test_nothing_of_a_case_is_public_by_itself() -> None:
    case = stage("completed").case

    assert (case.public_texts, case.released_at) == ((), None)


def test_what_the_public_may_read_is_written_by_one_and_read_by_another() -> None:
    play = written()
    assert play.case.public_texts == (TEXT,)
    assert play.refused("2024-05-06 10:00", ANN, "review_public_text", language="en") == (
        "A second person reviews what the public may read: not the one who wrote it."
    )

    play.do("2024-05-06 10:00", ADVISER, "review_public_text", language="en")

    read = PublicText(
        "en", TEXT.title, TEXT.proposed_by, TEXT.proposal, TEXT.funds, "ann", "cleo", at("2024-05-06 10:00")
    )
    assert play.case.public_texts == (read,)


def test_a_deputy_does_not_review_what_the_same_hand_wrote() -> None:
    play = stage("notification")
    play.act(Actor("officer", "ann", deputy="ben"), "write_public_text", language="en", **WORDS)

    assert "not the one who wrote it" in play.refused(
        "2024-05-06 10:00", BEN, "review_public_text", language="en"
    )
    play.do("2024-05-06 10:00", ANN, "review_public_text", language="en")


def test_only_a_text_that_waits_is_reviewed() -> None:
    play = written()

    assert play.refused("2024-05-06 10:00", BEN, "review_public_text", language="fr") == (
        "No text in 'fr' waits for a second person. Waiting: en."
    )
    play.do("2024-05-06 10:00", BEN, "review_public_text", language="en")
    assert play.refused("2024-05-06 10:00", BEN, "review_public_text", language="en") == (
        "No text for the public waits for a second person. Write it first."
    )


def test_a_case_is_released_only_once_the_text_that_counts_has_been_reviewed() -> None:
    play = written("fr")
    play.act(BEN, "review_public_text", language="fr")
    missing = (
        "The public text in 'en', the language that counts, is missing or not yet reviewed. "
        "Write it, and have a second person review it."
    )
    assert play.refused("2024-05-06 10:00", ANN, "release") == missing

    play.act(ANN, "write_public_text", language="en", **WORDS)
    assert play.refused("2024-05-06 10:00", ANN, "release") == missing

    play.act(BEN, "review_public_text", language="en")
    play.do("2024-05-06 11:00", ANN, "release", reason="asked for by the Conference")
    assert play.case.released_at == at("2024-05-06 11:00")
    assert (
        play.refused("2024-05-06 12:00", ANN, "release") == "The case stands in the public register already."
    )


def test_a_release_can_be_taken_back_and_the_texts_stay_on_file() -> None:
    play = written()
    play.act(BEN, "review_public_text", language="en")
    play.act(ANN, "release")
    texts = play.case.public_texts

    play.do("2024-05-07 10:00", Actor("head"), "take_back", reason="asked for by the partner")

    assert (play.case.released_at, play.case.public_texts) == (None, texts)
    assert (
        play.refused("2024-05-07 11:00", ANN, "take_back")
        == "The case does not stand in the public register."
    )
    play.do("2024-05-08 10:00", ANN, "release")


def test_a_text_written_anew_waits_beside_the_one_that_is_read_outside() -> None:
    play = written()
    play.act(BEN, "review_public_text", language="en")
    play.act(ANN, "release")

    play.act(ANN, "write_public_text", language="en", **{**WORDS, "proposal": "To restore twelve wetlands."})
    assert openness.readable(play.case)["en"].proposal == "To restore ten wetlands."
    assert openness.waiting(play.case)["en"].proposal == "To restore twelve wetlands."

    play.act(BEN, "review_public_text", language="en")
    assert openness.readable(play.case)["en"].proposal == "To restore twelve wetlands."
    assert openness.waiting(play.case) == {}


def test_the_public_reads_the_languages_of_the_procedure() -> None:
    assert (
        stage("notification")
        .refused("2024-05-06 10:00", ANN, "write_public_text", language="de", **WORDS)
        .startswith("'de' is not a language of this procedure")
    )


def test_a_case_that_has_ended_can_still_be_released_and_taken_back() -> None:
    play = stage("completed")
    play.act(ANN, "write_public_text", language="en", **WORDS)
    play.act(BEN, "review_public_text", language="en")
    play.act(ANN, "release")
    play.act(ANN, "take_back")

    assert (play.case.state, play.case.released_at) == ("completed", None)
