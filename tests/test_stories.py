"""Every story, and every scenario shared with the project, goes as it is written."""

import logging
from pathlib import Path

import pytest

from workflow.rehearse import play, read

ROOT = Path(__file__).parent.parent
FOLDERS = (ROOT / "tests" / "stories", ROOT.parent / "shared" / "scenarios")
STORIES = [path for folder in FOLDERS for path in sorted(folder.glob("*.toml"))]


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_a_story_goes_as_it_is_written(story: Path, caplog: pytest.LogCaptureFixture) -> None:
    report = play(read(story))

    assert report.ok, report.text()
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR] == []


def test_there_are_stories() -> None:
    assert len(STORIES) > 30
