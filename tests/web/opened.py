"""A public register: an installation that has one, and cases in it, written for the public and reviewed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, select

from states.commands import Actor, Command
from tests import build
from workflow import config, db, engine
from workflow.engine import Outcome
from workflow.queries import CASES

#: What is written for the public of a case, in English.
WORDS = {
    "public_title": "Water and wetlands",
    "proposed_by": "A company that bottles water",
    "proposal": "To restore ten wetlands.",
    "funds": "One million francs, and as much again from the company.",
}


OFFICER, ADVISER = Actor("officer", "officer"), Actor("legal", "legal")


def open_register(site: Engine, **settings: Any) -> None:
    """Let the installation have a public register."""
    settled = config.Settings.model_validate({"public": {"register_open": True, **settings}})
    build.settle(site, settled)


def act(site: Engine, case_id: int, when: str, who: Actor, action: str, /, **details: Any) -> None:
    """Do it in a case, by somebody who is known by name."""
    build.run_to(site, when)
    with db.transaction(site) as session:
        done = engine.perform(session, case_id, Command(action, who, details), build.at(when))
    assert isinstance(done, Outcome), str(done)


def write(
    site: Engine, case_id: int, when: str, language: str = "en", by: Actor = OFFICER, **words: str
) -> None:
    """Write a text for the public."""
    details = {**WORDS, **words, "language": language}
    act(site, case_id, when, by, "write_public_text", **details)


def review(site: Engine, case_id: int, when: str, language: str = "en") -> None:
    """A second person has read it."""
    act(site, case_id, when, ADVISER, "review_public_text", language=language)


def release(site: Engine, case_id: int, when: str, by: Actor = OFFICER, **words: str) -> str:
    """Write, review and release a case; its reference."""
    write(site, case_id, when, by=by, **words)
    review(site, case_id, when)
    act(site, case_id, when, by, "release")
    with db.reading(site) as session:
        return str(session.scalar(select(CASES.c.reference).where(CASES.c.id == case_id)))


def take_back(site: Engine, case_id: int, when: str) -> None:
    """Take it out of the register again."""
    act(site, case_id, when, OFFICER, "take_back")
