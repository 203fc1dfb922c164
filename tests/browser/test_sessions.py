"""An installation as it runs in earnest: sessions that end, and a banner while nobody looks at deadlines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.office import Office
from tests.browser.running import Running, served
from workflow import db, heartbeat, register, sweep
from workflow.web import passwords
from workflow.web.people import ABSOLUTE, IDLE

PASSWORD = "a long walk in the reeds"
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def earnest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """No demo: one signs in by name and password, and a worker that is not there is missed."""
    with served(tmp_path_factory.mktemp("earnest"), "2024-01-08 09:00", is_demo=False) as running:
        now = running.stage.clock.now()
        with db.transaction(running.stage.engine) as session:
            kept = passwords.hash_of(PASSWORD)
            register.set_password(session, "officer", kept, actor="administrator", now=now)
        yield running


@pytest.fixture
def office(browser: Browser, earnest: Running) -> Iterator[Office]:
    """What a browser complains of fails the test."""
    with Office(browser, earnest) as opened:
        yield opened
        assert opened.complaints == []


def sign_in(page: Page) -> None:
    """Type name and password at the door."""
    page.fill("#name", "officer")
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".whoami")).to_contain_text("Officer")


def is_let_in(page: Page, office: Office, path: str = "/cases") -> bool:
    """Whether a page opens, or its visitor has to sign in first."""
    office.go(page, path)
    return not page.locator("#password").count()


def later(office: Office, by: timedelta) -> datetime:
    """Move the clock; nothing else happens meanwhile."""
    office.stage.clock.move_to(office.stage.clock.now() + by)
    return office.stage.clock.now()


# ---------------------------------------------------------------------------------------- sessions


def test_a_session_ends_after_two_hours_without_use_and_leads_back_to_where_one_was(office: Office) -> None:
    page = office.window()
    assert not is_let_in(page, office)
    sign_in(page)
    later(office, IDLE - MINUTE)
    assert is_let_in(page, office)

    later(office, IDLE + MINUTE)

    assert not is_let_in(page, office, "/parties")
    sign_in(page)
    expect(page.locator("h1")).to_have_text("Parties")


def test_a_session_ends_after_twelve_hours_however_often_it_was_used(office: Office) -> None:
    page = office.window()
    office.go(page, "/sign-in")
    sign_in(page)
    begun = office.stage.clock.now()
    while later(office, timedelta(hours=1)) < begun + ABSOLUTE:
        assert is_let_in(page, office)

    assert office.stage.clock.now() == begun + ABSOLUTE
    assert not is_let_in(page, office)


def test_what_was_typed_after_a_session_ended_is_not_done(office: Office) -> None:
    page = office.window()
    office.go(page, "/sign-in")
    sign_in(page)
    office.go(page, "/account")
    page.select_option("#language", "fr")
    later(office, IDLE + MINUTE)

    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.locator("#password")).to_be_visible()
    sign_in(page)

    expect(page.locator("html")).to_have_attribute("lang", "en")
    office.go(page, "/account")
    expect(page.locator("#language")).to_have_value("en")


# --------------------------------------------------------------------------------------- heartbeat


def test_a_banner_stands_on_every_page_while_nothing_sweeps_and_leaves_when_it_does(office: Office) -> None:
    page = office.window()
    office.go(page, "/sign-in")
    sign_in(page)
    banner = page.locator(".banner.alarm")
    on = office.stage.engine
    sweep.fire_due(on, office.stage.clock.now())
    office.go(page, "/")
    expect(banner).to_have_count(0)

    later(office, heartbeat.SILENCE + MINUTE)
    for path in ("/", "/cases", "/parties", "/system", "/account"):
        office.go(page, path)
        expect(banner).to_have_text(
            "Nothing has looked at the deadlines for too long: the worker is not running. "
            "Start it: assent worker."
        )

    sweep.fire_due(on, office.stage.clock.now())
    for path in ("/", "/cases", "/system"):
        office.go(page, path)
        expect(banner).to_have_count(0)
