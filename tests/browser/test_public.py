"""The public register in a real browser: on a phone, in the dark, on paper, and open to everybody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import uvicorn
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine

from tests import build
from tests.browser.running import NARROW, WIDE
from tests.browser.test_pages import faults_of
from tests.web import opened
from tests.web.brought import case_in
from workflow import db
from workflow.catcher import HOST, free_port
from workflow.clock import SimulatedClock
from workflow.web import create_app

WHEN = "2024-09-02 10:00"
FRENCH = {
    "public_title": "L’eau et les zones humides",
    "proposed_by": "Une entreprise qui met de l’eau en bouteille",
    "proposal": "Restaurer dix zones humides.\nChaque année, un rapport.",
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a public register with two cases is served."""
    url = f"sqlite:///{tmp_path_factory.mktemp('public') / 'assent.db'}"
    # In a thread of its own: a browser that was started before keeps an event loop in this one.
    with ThreadPoolExecutor(1) as aside:
        engine = aside.submit(_prepared, url).result()
    port = free_port()
    app = create_app(engine, SimulatedClock(build.at(WHEN)))
    server = uvicorn.Server(uvicorn.Config(app, host=HOST, port=port, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    yield f"http://{HOST}:{port}"
    server.should_exit = True
    thread.join(timeout=30)


def _prepared(url: str) -> Engine:
    engine = db.make_engine(url)
    db.upgrade(engine)
    build.world(engine)
    for state in ("active", "objection"):
        case_id = case_in(engine, state, officer="officer")
        opened.release(engine, case_id, WHEN)
        opened.write(engine, case_id, WHEN, language="fr", **FRENCH)
        opened.review(engine, case_id, WHEN, language="fr")
    opened.open_register(engine)
    return engine


def test_the_public_register_is_accessible_in_light_and_dark_and_fits_a_phone(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(viewport=NARROW, bypass_csp=True)
    page = context.new_page()
    faults: list[str] = []
    for path in ("/public/en", "/public/es?q=nothing", "/public/en/RP-2024-1", "/public/fr/RP-2024-2",
                 "/public/es/RP-2024-1", "/public/en/RP-2024-9"):  # fmt: skip
        page.goto(address + path)
        for summary in page.locator("main summary").all():
            summary.click()
        faults += faults_of(page, path)
    context.close()

    assert faults == [], "\n".join(faults)


def test_a_reader_without_javascript_goes_from_the_register_to_a_case_and_to_another_language(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(viewport=WIDE, java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(f"{address}/public")
    expect(page.locator("html")).to_have_attribute("lang", "fr")

    page.get_by_role("link", name="RP-2024-1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(FRENCH["public_title"])
    page.locator("footer").get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Water and wetlands")
    assert page.url == f"{address}/public/en/RP-2024-1"
    context.close()
