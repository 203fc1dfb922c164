"""assent rehearse: exit 0 as written, 1 not, 2 the file is wrong."""

from __future__ import annotations

from tests.workflow.cli.conftest import ROOT, Terminal

STORY = ROOT / "tests" / "stories" / "declined.toml"


def test_a_story_that_goes_as_written_ends_with_0(bare: Terminal) -> None:
    played = bare("rehearse", STORY)

    assert (played.code, "as written" in played.out) == (0, True)


def test_a_difference_is_shown_as_expected_and_found(bare: Terminal) -> None:
    text = STORY.read_text(encoding="utf-8").replace('state = "declined"', 'state = "rejected"')
    (bare.folder / "story.toml").write_text(text, encoding="utf-8")

    played = bare("rehearse", "story.toml")

    assert played.code == 1
    assert "rejected" in played.out and "declined" in played.out
    assert bare("rehearse", "--json", "story.toml").data[0]["differences"][0]["expected"] == "rejected"


def test_a_typing_error_is_told_with_its_place(bare: Terminal) -> None:
    text = STORY.read_text(encoding="utf-8").replace("[[step]]", "[[stpe]]", 1)
    (bare.folder / "story.toml").write_text(text, encoding="utf-8")

    played = bare("rehearse", "story.toml")

    assert played.code == 2
    assert "story.toml:" in played.err and "did you mean 'step'?" in played.err


def test_a_law_of_ones_own_can_be_tried(bare: Terminal) -> None:
    law = (ROOT / "states/law/ramsar-private.toml").read_text(encoding="utf-8")
    (bare.folder / "mine.toml").write_text(law.replace('within = "30 days"', 'within = "40 days"', 1))

    assert bare("rehearse", STORY, "--law", "mine.toml").code in (0, 1)
    assert bare("rehearse", STORY, "--law", "none.toml").code == 2


def test_a_file_that_is_not_there_is_told(bare: Terminal) -> None:
    played = bare("rehearse", "none.toml")

    assert (played.code, "the rehearsal cannot be read" in played.err) == (2, True)
