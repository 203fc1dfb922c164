"""The page of a case that stays open, what programs that check links do with a reply page, and paper."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.office import Office
from tests.browser.scanner import scan
from tests.web.mailed import counts
from workflow.web.live import Pace

#: What a browser may take for something that is certain to come.
_PATIENCE_S = 30


def until(is_so: Callable[[], bool]) -> None:
    """Wait for it; fails if it never comes."""
    ends = time.monotonic() + _PATIENCE_S
    while not is_so():
        assert time.monotonic() < ends, "it never came"
        time.sleep(0.02)


# ------------------------------------------------------------------------------------ kept up to date


def test_a_case_page_that_is_open_changes_by_itself_when_a_reply_comes_in(office: Office) -> None:
    reference = office.asked("Kept up to date", ["FR", "KE"])
    page = office.desk()
    with page.expect_response("**/live?seen=*"):
        office.go(page, f"/cases/{reference}")
    page.evaluate("window.isTheSame = true")

    office.answer(office.link("head.fr@parties.example", reference), "consent")

    expect(page.locator(".legend")).to_contain_text("Consent 1")
    expect(page.locator(".timeline").first).to_contain_text("Consent")
    assert page.evaluate("window.isTheSame")
    # Whoever was at something keeps their place.
    page.locator(".dates summary").first.click()
    page.locator(".checklist").first.evaluate("list => list.closest('details').open = true")
    board = page.get_by_role("link", name="All documents and their versions")
    board.focus()
    office.answer(office.link("head.ke@parties.example", reference), "consent")
    expect(page.locator(".lead")).to_contain_text("Consultation of the Management Working Group")
    expect(board).to_be_focused()
    expect(page.locator(".checklist").first).to_be_visible()


def test_the_stream_of_an_open_page_ends_cleanly_and_begins_again(office: Office) -> None:
    reference = office.asked("A stream", ["FR", "KE"])
    app = office.running.server.config.app
    app.state.pace = Pace(every=timedelta(milliseconds=20), lasts=timedelta(milliseconds=200))  # type: ignore[union-attr]
    page = office.desk()
    with page.expect_response("**/live?seen=*"):
        office.go(page, f"/cases/{reference}")
    # The server ends it; the browser asks for another by itself, and has missed nothing meanwhile.
    with page.expect_response("**/live?seen=*", timeout=_PATIENCE_S * 1000):
        office.perform(reference, "party:FR", "consent")
    expect(page.locator(".legend")).to_contain_text("Consent 1")

    app.state.pace = Pace()  # type: ignore[union-attr]
    with page.expect_response("**/live?seen=*"):
        page.reload()
    state = office.running.server.server_state
    page.goto("about:blank")

    until(lambda: not state.tasks)  # nothing goes on for a page that was left


# ------------------------------------------------------------------- programs that check what is mailed


def test_a_mail_scanner_with_a_browser_of_its_own_records_nothing_by_any_link(office: Office) -> None:
    asked = office.asked("Scanned", ["FR", "KE"])
    notified = office.ready("Scanned by many")
    office.perform(notified, "officer", "dispatch")
    office.mail()
    office.perform(notified, "party:FR", "objection", reasons="The site is protected.")
    office.mail()
    to = [(f"head.{code}@parties.example", reference)
          for reference, codes in ((asked, ("fr", "ke")), (notified, ("fr", "se", "uy", "jp")))
          for code in codes]  # fmt: skip
    links = [office.running.address + office.link(*each) for each in to]
    page, before = office.window(), counts(office.stage.engine)

    statuses = set().union(*(scan(page, link) for link in links))

    assert counts(office.stage.engine) == before
    # 422: a form was sent in which nothing was chosen. 200: a language, and the page itself.
    assert statuses <= {200, 422} and 422 in statuses
    office.complaints.clear()
    office.answer(links[1].removeprefix(office.running.address), "consent")
    assert office.answers(asked) == [("party:KE", "consent")]


# ------------------------------------------------------------------------------------------- paper


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_case_prints_on_a4_without_what_is_for_the_screen(office: Office, scheme: str) -> None:
    reference = office.ready(f"Printed, {scheme}")
    office.perform(reference, "officer", "dispatch")
    page = office.desk()
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    office.go(page, f"/cases/{reference}")

    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    page.emulate_media(color_scheme="light")

    sizes = {tuple(round(float(side)) for side in each.mediabox[2:]) for each in printed.pages}
    text = "\n".join(each.extract_text() for each in printed.pages)
    assert sizes == {(595, 842)}
    assert f"Printed, {scheme}" in text and "What comes next" in text
    assert [words for words in ("Skip to the content", "Search", "+30 days") if words in text] == []
    assert len(printed.pages) < 12
