"""A Secretariat in a real browser: people at their desks, Parties at their mail, a clock that is moved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, TypeVar

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import func, select

from states.commands import Actor, Command
from states.details import moment
from states.facts import Case
from states.reasons import Refused
from states.zones import zone_of
from tests.browser.running import WIDE, Running, listen, sign_in
from workflow import db, engine, register
from workflow.catcher import Caught
from workflow.expected import Seen
from workflow.queries import CASES, LETTERS
from workflow.showcase.stage import PEOPLE
from workflow.web.people import COOKIE, begin

T = TypeVar("T")
SIGNATURE = {"name": "Claire Dupont", "title": "Head of the Authority"}


class Office:
    """One installation, and everybody who opens its pages. Whatever a browser complains of is kept.

    As a context manager it closes every window at the end.
    """

    def __init__(self, browser: Browser, running: Running) -> None:
        self.browser, self.running, self.stage = browser, running, running.stage
        self.complaints: list[str] = []
        self._windows: list[BrowserContext] = []
        #: Role -> the window of whoever has it, and when they signed in.
        self._desks: dict[str, tuple[Page, datetime]] = {}

    def __enter__(self) -> Office:
        return self

    def __exit__(self, *error: object) -> None:
        for window in self._windows:
            window.close()

    # ------------------------------------------------------------------------------------ the clock

    def at(self, when: datetime | str) -> None:
        """It is that moment, and what was due before has happened. Letters have arrived."""
        moment_ = when if isinstance(when, datetime) else moment(when, self.stage.zone)
        self.aside(lambda: self.stage.pass_time(moment_))

    def mail(self) -> None:
        """Every letter that waits arrives."""
        self.aside(self.stage.deliver)

    def aside(self, do: Callable[[], T]) -> T:
        """Do it in a thread of its own: in this one the browser keeps an event loop."""
        with ThreadPoolExecutor(1) as other:
            return other.submit(do).result()

    # ---------------------------------------------------------------------------------- the windows

    def window(self, **how: Any) -> Page:
        """A browser window of its own."""
        window = self.browser.new_context(**{"viewport": WIDE, "locale": "en-GB", **how})
        self._windows.append(window)
        page = window.new_page()
        page.set_default_timeout(20_000)
        self.complaints = listen(page, self.complaints)
        return page

    def desk(self, role: str = "officer", **how: Any) -> Page:
        """The window of somebody who has signed in, and signs in anew when so much time has passed."""
        now = self.stage.clock.now()
        page, since = self._desks.get(role) or (self.window(**how), None)
        if since != now:
            page.context.clear_cookies()
            sign_in(page, self.running, role)
        self._desks[role] = page, now
        return page

    def go(self, page: Page, path: str) -> None:
        """Open a page of the site."""
        page.goto(self.running.address + path)

    # ----------------------------------------------------------------------------------- the desk

    def begin(self, title: str, partner: str, *, territory: Iterable[str] = (), **more: str) -> str:
        """An officer begins a case; its reference."""
        page = self.desk()
        self.go(page, "/cases")
        page.get_by_role("link", name="Begin a case").click()
        page.get_by_role("link", name=self.stage.law.title, exact=True).click()
        page.fill("#title", title)
        page.fill("#partner", partner)
        for name, value in more.items():
            field = page.locator(f"#{name}")
            field.select_option(value) if is_choice(field) else field.fill(value)
        for code in territory:
            page.check(f"input[name=territory][value={code}]")
        page.get_by_role("button", name="Begin the case").click()
        found = re.search(r"/cases/(RP-\d+-\d+)", page.url)
        assert found, page.inner_text("main")
        return found[1]

    def confirm_list(self, reference: str, name: str) -> None:
        """An officer confirms what is still missing of a checklist, item by item."""
        page = self.desk()
        while True:
            self.go(page, f"/cases/{reference}")
            section = page.locator(f"section[aria-labelledby=list-{name}]")
            for folded in section.locator("details:not([open]) > summary").all():
                folded.click()
            links = section.get_by_role("link", name=re.compile("^Confirm"))
            if not links.count():
                return
            links.first.click()
            self.confirm(page)

    def look(self, reference: str, action: str, role: str = "officer", **fields: str) -> Page:
        """Go from the case to an action by its button, fill it in, and see what it would do."""
        page = self.desk(role)
        self.go(page, f"/cases/{reference}")
        page.locator(f"a.button[href$='/do/{action}']").click()
        for name, value in fields.items():
            field = page.locator(f"#{name}")
            field.select_option(value) if is_choice(field) else field.fill(value)
            # Where the other fields depend on this one, they come with the next page.
            if (onward := page.locator("button[name=onward]")).count():
                onward.click()
        if fields:
            page.locator("button[name=look]").click()
        return page

    def do(self, reference: str, action: str, role: str = "officer", **fields: str) -> str:
        """Do an action by clicking; what its button said."""
        return self.confirm(self.look(reference, action, role, **fields))

    def confirm(self, page: Page) -> str:
        """Press the button of a review; what it said."""
        button = page.locator("button[name=confirm]")
        said = button.inner_text()
        button.click()
        expect(page.locator(".done")).to_be_visible()
        return said

    # ------------------------------------------------------------------- what needs no clicking again

    def asked(self, title: str, territory: Iterable[str]) -> str:
        """A case in which these Parties have been asked for their consent; its reference. Letters arrived."""
        reference = self._opened(title, territory)
        self.perform(reference, "officer", "dispatch")
        self.mail()
        return reference

    def ready(self, title: str) -> str:
        """A case that everybody has approved, and whose notification waits to be sent; its reference."""
        reference = self._opened(title, ())
        for word in ("no_comment", "approve"):
            self.perform(reference, "officer", "dispatch")
            for member in self.case(reference).rounds[-1].asked:
                self.perform(reference, f"seat:{member.party}", word)
        self.mail()
        return reference

    def _opened(self, title: str, territory: Iterable[str]) -> str:
        law, now = self.stage.law, self.stage.clock.now()
        items = [item for listed in law.checklists.values() for item in listed]
        with db.transaction(self.stage.engine) as session:
            opened = engine.open_case(
                session, law, title=title, partner={"name": "Example Waters"}, territory=tuple(territory),
                officer="officer", items=items, now=now,
            )  # fmt: skip
        assert not isinstance(opened, Refused), str(opened)
        self.perform(opened.reference, "officer", "submit")
        why = {} if territory else {"no_territory_reason": "world-wide"}
        self.perform(opened.reference, "officer", "endorse", risk="low", **why)
        return opened.reference

    def colleague(self, name: str) -> Page:
        """The window of another officer, who stands in for the first one this week."""
        now = self.stage.clock.now()
        by: dict[str, Any] = {"actor": "administrator", "now": now}
        with db.transaction(self.stage.engine) as session:
            register.add_staff(session, name, "officer", f"{name}@secretariat.example", full_name=name, **by)
            register.hand_over(session, "officer", name, now.date(), now.date() + timedelta(days=7), **by)
            cookie = begin(session, name, "password", now)
        page = self.window()
        page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": self.running.address}])
        return page

    # -------------------------------------------------------------------------------- the mailboxes

    def caught(self, to: str, containing: str = "") -> list[Caught]:
        """Letters to an address whose subject says something, in the order in which they came."""
        return [
            each
            for each in self.stage.catcher.caught
            if each.recipient == to and containing in str(each.message["Subject"])
        ]

    def link(self, to: str, containing: str = "") -> str:
        """The path of the reply link in the newest letter to an address."""
        for each in reversed(self.caught(to, containing)):
            found = link_in(each, self.running.address)
            if found:
                return found
        raise AssertionError(f"no letter to {to} with a reply link ({containing})")

    def answer(self, link: str, word: str, page: Page | None = None, **typed: str) -> Page:
        """Open a reply link, choose, sign and send; the receipt stands on the page."""
        page = page or self.window()
        self.go(page, link)
        reply(page, word, **typed)
        expect(page.locator("[role=status]")).to_be_visible()
        return page

    # -------------------------------------------------------------------------------- the case itself

    def perform(self, reference: str, by: str, action: str, **details: Any) -> None:
        """Somebody does something, not in a browser: what a browser does has been shown for one already."""
        with db.transaction(self.stage.engine) as session:
            case_id = session.scalars(select(CASES.c.id).where(CASES.c.reference == reference)).one()
            actor = Actor.parse(by)
            if actor.role in PEOPLE.values():
                actor = Actor(actor.role, next(n for n, role in PEOPLE.items() if role == actor.role))
            done = engine.perform(session, case_id, Command(action, actor, details), self.stage.clock.now())
        assert not isinstance(done, Refused), str(done)

    def seen(self, reference: str) -> Seen:
        """The case as it is now, for comparing it with what a rehearsal expects."""
        with db.reading(self.stage.engine) as session:
            case_id = session.scalars(select(CASES.c.id).where(CASES.c.reference == reference)).one()
            found = engine.facts_of(session, case_id, self.stage.clock.now())
            assert found is not None
            law, facts = found
            counted = session.execute(
                select(LETTERS.c.round, LETTERS.c.purpose, func.count())
                .where(LETTERS.c.case_id == case_id)
                .group_by(LETTERS.c.round, LETTERS.c.purpose)
            ).all()
        mailed: dict[int, dict[str, int]] = {}
        for round_no, purpose, number in counted:
            mailed.setdefault(round_no, {})[purpose] = number
        day = facts.today(zone_of(law.timezone))
        return Seen(law, facts.case, lambda no: mailed.get(no, {}), day, facts.unreached)

    def case(self, reference: str) -> Case:
        """The case as it is now."""
        return self.seen(reference).case

    def answers(self, reference: str) -> list[tuple[str, str]]:
        """(voice, word) of every answer of the newest question."""
        return [(each.voice, each.word) for each in self.case(reference).rounds[-1].answers]


def reply(page: Page, word: str, **typed: str) -> None:
    """Fill in the form of a reply page and send it."""
    folded = page.locator("details:not([open]):has(form.answer) > summary")
    if folded.count():
        folded.click()
    form = page.locator("form.answer")
    voices = form.locator("input[name=voice]")
    if voices.count():
        voices.first.check()
    form.locator(f"input[name=answer][value={word}]").check()
    for name, value in {**SIGNATURE, **typed}.items():
        form.locator(f"[name={name}]").fill(value)
    form.locator("button").click()


def link_in(letter: Caught, address: str) -> str:
    """The path of the reply link of a letter, or ""."""
    body = letter.message.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    words: Sequence[str] = text.split()
    return next((w.removeprefix(address) for w in words if w.startswith(f"{address}/r/")), "")


def is_choice(field: Locator) -> bool:
    """Whether a field is chosen from, not typed into."""
    return bool(field.evaluate("field => field.tagName === 'SELECT'"))
