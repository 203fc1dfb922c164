"""assent demo: from an empty folder to a verified record, with every letter caught."""

from __future__ import annotations

from tests.workflow.cli.conftest import Terminal


def test_the_demo_plays_a_whole_procedure_in_an_empty_folder(bare: Terminal) -> None:
    played = bare("demo")

    assert played.code == 0, played.err
    assert "173/173" in played.out
    assert "The record holds" in played.out
    assert "How Mon 2026-09-14 was calculated" in played.out
    shown = bare("--config", "assent-demo/config.toml", "case", "list")
    assert shown.code in (0, 1)


def test_the_demo_does_not_touch_a_folder_that_is_not_its_own(bare: Terminal) -> None:
    (bare.folder / "assent-demo").mkdir()
    (bare.folder / "assent-demo" / "mine.txt").write_text("mine")

    refused = bare("demo")

    assert (refused.code, "has not made" in refused.err) == (1, True)
    assert (bare.folder / "assent-demo" / "mine.txt").read_text() == "mine"
