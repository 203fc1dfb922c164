"""What the permission table allows is done by the form of its page, in every state and for every role."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine

from tests import build
from tests.states import ready, stages
from tests.states.ready import TABLE
from tests.web.mailed import form_to
from tests.web.test_act import said, seq_of
from tests.workflow.filed import Filed
from workflow import db, register
from workflow.clock import SimulatedClock
from workflow.web import create_app
from workflow.web.access import CASEWORK
from workflow.web.api_sent import as_typed
from workflow.web.people import COOKIE, begin

CASE = "/cases/RP-2024-1"
#: What has a page of its own (test_behalf.py), and what a second person must have made possible first.
ELSEWHERE = ("record_reply", "verify_reply", "review_public_text")


@pytest.fixture(scope="module")
def settled(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the shipped registers and somebody in every role; each case gets a copy of it."""
    path = tmp_path_factory.mktemp("allowed") / "settled.db"
    shutil.copy(sqlite_template, path)
    with opened(path) as on:
        build.world(on)
        with db.transaction(on) as session:
            for role in sorted(CASEWORK):
                address = f"{role}@secretariat.example"
                register.add_staff(session, role, role, address, actor="test", now=build.BEGINNING)
    return path


@contextmanager
def opened(path: Path) -> Iterator[Engine]:
    """The database of a file; all of it is in that one file afterwards."""
    engine = db.make_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


def filled_in(on: Engine, file: Filed, state: str, action: str, role: str) -> tuple[Response, str]:
    """Open the page of an action, everything given, and press its button; the answer, and what was shown."""
    clock = SimulatedClock(file.now)
    browser = TestClient(create_app(on, clock), base_url="http://testserver", follow_redirects=False)
    with db.transaction(on) as session:
        browser.cookies.set(COOKIE, begin(session, role, "test", clock.now()))
    fields = {
        name: as_typed(value if isinstance(value, bool | list) else str(value))
        for name, value in ready.given(state, action, file).items()
    }
    page = browser.get(f"{CASE}/do/{action}", params=fields).text
    # What the page has filled in by itself is sent along, as a browser does.
    sent = {**form_to(page, f"/do/{action}").untouched, **fields, "confirm": "yes"}
    return browser.post(f"{CASE}/do/{action}", data=sent), page


def variants(state: str) -> dict[tuple[tuple[str, ...], bool], list[tuple[str, str]]]:
    """(territory of the case, whether its question was sent) -> what is tried there: (action, role)."""
    found: dict[tuple[tuple[str, ...], bool], list[tuple[str, str]]] = {}
    for where, action, role in sorted(TABLE):
        if where == state and role in CASEWORK and action not in ELSEWHERE:
            found.setdefault((ready.territory(action), ready.is_sent(state, action)), []).append(
                (action, role)
            )
    return found


def brought(path: Path, state: str, territory: tuple[str, ...], sent: bool) -> Filed:
    """A case in the database of a file, brought to that state."""
    with opened(path) as on, db.transaction(on) as session:
        file = Filed(session, "2024-01-08 09:00", territory)
        stages.bring(file, state, sent=sent)
    return file


def prepare(path: Path, file: Filed, state: str, action: str) -> Filed:
    """What must have happened before has happened, and letters have arrived, but for those that got lost."""
    file = copy(file)
    with opened(path) as on, db.transaction(on) as session:
        file.session = session
        ready.prepare(file, state, action)
        file.deliver()
    return file


@pytest.mark.parametrize("state", [state for state in stages.STATES if variants(state)])
def test_whatever_the_table_allows_is_done_by_its_form(settled: Path, tmp_path: Path, state: str) -> None:
    base, own, undone = tmp_path / "brought.db", tmp_path / "own.db", []
    for (territory, sent), wanted in variants(state).items():
        shutil.copy(settled, base)
        begun = brought(base, state, territory, sent)
        for action, role in wanted:
            shutil.copy(base, own)
            file = prepare(own, begun, state, action)
            with opened(own) as on:
                before = seq_of(on, file.id)
                answer, page = filled_in(on, file, state, action, role)
                if answer.status_code != 303 or seq_of(on, file.id) == before:
                    undone.append((action, role, answer.status_code, said(page)))

    assert undone == []
