"""A real browser before an installation: the demo with cases in every state, or an empty one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import browser as chromium
from tests.browser.office import Office
from tests.browser.running import Running, served


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The demo: cases in every state."""
    with served(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A Secretariat without any case, on the morning of 8 January 2024."""
    with served(tmp_path_factory.mktemp("empty"), "2024-01-08 09:00") as running:
        yield running


@pytest.fixture(scope="module")
def offices(browser: Browser, empty: Running) -> Iterator[Office]:
    """A Secretariat in January 2024, for all tests of a file."""
    with Office(browser, empty) as opened:
        yield opened


@pytest.fixture
def office(offices: Office) -> Iterator[Office]:
    """The same; a test begins cases of its own. What a browser complains of meanwhile fails it."""
    offices.complaints.clear()
    yield offices
    assert offices.complaints == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium, closed after each file: while one is open, its event loop is this process's."""
    try:
        found = chromium.executable()
    except chromium.NoBrowser as missing:
        pytest.skip(str(missing))
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=str(found), args=chromium.FLAGS, env=chromium.environment(found)
        )
        yield running
        running.close()
