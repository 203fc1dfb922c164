"""Every page that a link leads to, in a real browser: whole, quiet, and open to everybody who may come in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.running import NARROW, WIDE, Running, listen, sign_in

#: What ends the visit, never ends, is a file, or shows the same in another order.
_NOT_FOLLOWED = re.compile(
    r"/live|/own-eyes|sign-out|\.(csv|xlsx|ics|zip|svg|pdf|docx|json)|/documents/\d|/raw$|[?&](lang|sort|edition)="
)
#: Addresses that differ and lead to pages of one kind: what stands there -> what is said instead.
_ONE_KIND = (
    (r"^(/cases)/[A-Z]{2}-\d{4}-\d+(?=/)", r"\1/REF"),
    (r"^(/bodies|/meetings)/(?!new)[^/]+/(?!new)[^/]+", r"\1/X/X"),
    (r"^(/bodies|/meetings)/[^/]+/new", r"\1/X/new"),
    (r"^(/letters/wording|/calendar)/[^/]+", r"\1/X"),
    (r"^(/cases/REF/board)/[^/]+", r"\1/X"),
    (r"/(?:\d+|[A-Z]{2}|[\w-]{40,})(?=/|$)", "/X"),
)
#: Beside these, for whoever looks at each template once: the states of cases, and what is done in them.
_ONE_TEMPLATE = (*_ONE_KIND, (r"^(/cases)/RP-\d{4}-\d+", r"\1/REF"), (r"^(/cases/REF/do)/.+", r"\1/X"))


def kind_of(link: str, same: Sequence[tuple[str, str]] = _ONE_KIND) -> str:
    """What kind of page an address leads to.

    same   which addresses are of one kind; by itself every case is one of its own, for its state
    """
    parts = urlsplit(link)
    path = parts.path
    for found, said in same:
        path = re.sub(found, said, path)
    named = sorted({pair.partition("=")[0] for pair in parts.query.split("&") if pair})
    return path + ("?" + "&".join(named) if named else "")


class Round:
    """Somebody who follows every link from where they come in, one page of each kind."""

    def __init__(self, page: Page, demo: Running, same: Sequence[tuple[str, str]] = _ONE_KIND) -> None:
        self.page, self.demo, self.same = page, demo, same
        #: Kind -> address.
        self.kinds: dict[str, str] = {}

    def pages(self) -> Iterator[tuple[str, str]]:
        """Open one page after the other: its kind and its address."""
        waiting = [urlsplit(self.page.url).path]
        while waiting:
            address = waiting.pop(0)
            answer = self.page.goto(self.demo.address + address)
            assert answer is not None and answer.status == 200, f"{address}: {answer and answer.status}"
            yield kind_of(address, self.same), address
            links = self.page.eval_on_selector_all(
                "a[href^='/'], main a[href^='?']", "links => links.map(a => a.getAttribute('href'))"
            )
            for link in links:
                whole = urlsplit(address).path + link if link.startswith("?") else link
                kind = kind_of(whole, self.same)
                if kind not in self.kinds and not _NOT_FOLLOWED.search(whole):
                    self.kinds[kind] = whole
                    waiting.append(whole)


def faults_of(page: Page, where: str, *, schemes: Sequence[str] = ("light", "dark")) -> list[str]:
    """What axe finds, and whether a phone has to be scrolled sideways."""
    found = []
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > NARROW["width"]:
        found.append(f"{where}: {width} px wide on a phone of {NARROW['width']} px")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        # Nothing but colours differs in the dark.
        only = {} if scheme == "light" else {"runOnly": ["color-contrast"]}
        options = {"resultTypes": ["violations"], **only}
        for violation in Axe().run(page, options=options).response["violations"]:
            nodes = "; ".join(node["html"][:120] for node in violation["nodes"][:2])
            found.append(f"{where} ({scheme}): {violation['id']}: {nodes}")
    page.emulate_media(color_scheme="light")
    return found


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone, in which axe may look at pages."""
    context = browser.new_context(viewport=NARROW, bypass_csp=True)
    yield context
    context.close()


@pytest.fixture(scope="module")
def looked_at() -> set[str]:
    """Kinds and templates of pages that somebody has looked at before."""
    return set()


@pytest.mark.parametrize("role", ["officer", "head", "auditor", "administrator"])
def test_every_page_that_a_link_leads_to_is_whole_accessible_and_fits_a_phone(
    phone: BrowserContext, demo: Running, looked_at: set[str], role: str
) -> None:
    page = phone.new_page()
    sign_in(page, demo, role)
    faults: list[str] = []
    seen = Round(page, demo)
    for kind, address in seen.pages():
        if kind not in looked_at:
            template = kind_of(address, _ONE_TEMPLATE)
            schemes = ("light",) if template in looked_at else ("light", "dark")
            faults += faults_of(page, f"{role}, {address}", schemes=schemes)
            looked_at |= {kind, template}

    assert faults == [], "\n".join(faults)
    assert len(seen.kinds) > (15 if role == "administrator" else 45)


def test_in_french_everything_fits_a_phone_and_the_browser_complains_of_nothing(
    browser: Browser, demo: Running
) -> None:
    context = browser.new_context(viewport=NARROW, locale="fr-FR")
    page = context.new_page()
    complaints = listen(page)
    sign_in(page, demo, "officer", language="fr")
    wide = [
        f"{address}: {width} px"
        for _, address in Round(page, demo).pages()
        if (width := page.evaluate("document.documentElement.scrollWidth")) > NARROW["width"]
    ]
    context.close()

    assert wide == []
    assert complaints == []


def test_the_day_arabic_is_added_every_page_turns(phone: BrowserContext, demo: Running) -> None:
    page = phone.new_page()
    sign_in(page, demo, "officer", language="ar")
    faults: list[str] = []
    seen = Round(page, demo, _ONE_TEMPLATE)
    for _, address in seen.pages():
        if (way := page.evaluate("document.documentElement.dir")) != "rtl":
            faults.append(f"{address}: {way}")
        faults += faults_of(page, address, schemes=("light",))

    assert faults == [], "\n".join(faults)
    assert len(seen.kinds) > 40


def test_time_can_be_moved_and_things_happen(browser: Browser, demo: Running) -> None:
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    sign_in(page, demo, "officer")
    before = demo.stage.clock.now()

    page.get_by_role("button", name="Next event").click()

    assert demo.stage.clock.now() > before
    assert "The clock stands at" in page.inner_text("form.demo-clock")
    # Whoever moves the clock by a month has not left the desk.
    page.get_by_role("button", name="+30 days").click()
    assert page.inner_text("h1") == "My work"
    context.close()


def test_a_caught_letter_leads_to_the_page_on_which_its_reader_answers(
    browser: Browser, demo: Running
) -> None:
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    page.goto(f"{demo.address}/demo/letters?to=head.au")
    page.locator("table a").first.click()

    assert page.locator(".letter").inner_text().startswith("Secretariat of the Convention on Wetlands")
    context.close()
