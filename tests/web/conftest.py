"""A web server in this process on a database of the test's own, and somebody who is signed in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from tests import build
from workflow import db, register
from workflow.clock import SimulatedClock
from workflow.web import create_app
from workflow.web.people import COOKIE, begin

#: When the tests of pages take place unless they move the clock.
NOW = build.at("2024-06-12 10:00")


@pytest.fixture
def clock() -> SimulatedClock:
    """The clock of the server; it begins in 2020 so that a test can move it to any later day."""
    return SimulatedClock(build.BEGINNING)


@pytest.fixture
def site(engine: Engine, clock: SimulatedClock) -> Engine:
    """A database with the shipped registers, one contact a Party, and somebody in every role."""
    build.world(engine)
    with db.transaction(engine) as session:
        for role in ("officer", "head", "legal", "finance", "auditor", "administrator"):
            register.add_staff(
                session, role, role, f"{role}@secretariat.example", full_name=f"The {role}",
                actor="test", now=build.BEGINNING,
            )  # fmt: skip
    return engine


@pytest.fixture
def visitor(site: Engine, clock: SimulatedClock) -> TestClient:
    """A browser in which nobody has signed in."""
    return TestClient(create_app(site, clock), base_url="http://testserver", follow_redirects=False)


@pytest.fixture
def signed_in(site: Engine, clock: SimulatedClock) -> Callable[..., TestClient]:
    """Make a browser in which somebody of that role has signed in, at that moment."""

    def make(role: str = "officer", at: datetime = NOW) -> TestClient:
        clock.move_to(max(at, clock.now()))
        browser = TestClient(create_app(site, clock), base_url="http://testserver", follow_redirects=False)
        with db.transaction(site) as session:
            browser.cookies.set(COOKIE, begin(session, role, "test", clock.now()))
        return browser

    return make


def token_of(page: str) -> str:
    """The form token a page carries."""
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', page)
    assert found is not None, page[:2000]
    return found[1]
