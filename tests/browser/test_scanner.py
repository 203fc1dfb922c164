"""One letter of each kind that a case brings about, and a mail scanner that follows every link in it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import expect
from sqlalchemy import func, select

from notifications import LANGUAGES, Envelope, placeholders, templates
from tests.browser.office import Office
from tests.browser.scanner import scan
from tests.web.mailed import counts
from workflow import db, models, outbox
from workflow.covers import Covers
from workflow.queries import LETTERS, table

SIGN_INS, LINKS = table(models.SignIn), table(models.SignInLink)
#: What only a State that joins, a text that is sent anew, or a Party that asks brings about.
RARE = {"late_joiner_request", "renotification", "question_put", "question_answered"}
_ADDRESS = re.compile(r"https?://[^\s<>\"']+")


def letters_of_each_kind(office: Office) -> dict[str, Envelope]:
    """Template -> the newest letter made from it, as it leaves."""
    settled = office.stage.house
    covers = Covers(office.stage.settings, settled.secret)
    found: dict[str, Envelope] = {}
    with db.reading(office.stage.engine) as session:
        newest = select(func.max(LETTERS.c.id)).group_by(LETTERS.c.template)
        for letter_id in session.scalars(newest):
            claim = outbox.look_up(session, letter_id)
            assert claim is not None
            cover = covers.envelope(claim)
            assert isinstance(cover, Envelope), cover
            found[cover.letter.template] = cover
    return found


def links_of(cover: Envelope) -> set[str]:
    """Every address in the text and in the page of a letter."""
    return set(_ADDRESS.findall(cover.letter.text)) | set(_ADDRESS.findall(html.unescape(cover.letter.html)))


def tell_everything(office: Office) -> str:
    """Two cases in which nearly every letter with a link is written; the reference of the one at its end."""
    perform: Callable[..., None] = office.perform
    first = office.asked("Scanned, and changed", ["FR", "KE"])
    perform(first, "officer", "corrigendum", kind="editorial", reason="A year was wrong.")
    perform(first, "officer", "corrigendum", kind="substantive", reason="The amount has changed.")
    perform(first, "officer", "hold", reason="The partner asks for time.")
    perform(first, "officer", "resume", reason="It has had it.")
    until = office.case(first).rounds[-1].reply_by + timedelta(days=14)
    perform(first, "officer", "extend", until=until, reason="The holidays of the Party.")
    perform(first, "party:FR", "consent")
    notified = office.ready("Scanned, and late")
    perform(notified, "officer", "dispatch")
    office.mail()
    # Three days before the end of the window; every Party has been reminded of it.
    office.at(office.case(notified).rounds[-1].closes_at - timedelta(days=3))
    perform(notified, "party:FR", "objection", reasons="The site is protected.")
    page, to = office.window(), "head.se@parties.example"
    office.go(page, office.link(to, notified)[:-6])
    office.complaints.clear()  # the browser says that the page was not found, as it should
    page.get_by_label("Address to which the Secretariat writes to you").fill(to)
    page.get_by_role("button", name="Send me a fresh link").click()
    office.go(page, "/sign-in")
    page.fill("#link-name", "officer")
    page.get_by_role("button", name="Send me a link").click()
    expect(page.locator(".done")).to_be_visible()
    office.mail()
    return notified


def sign_ins(office: Office) -> tuple[int, int]:
    """How many sessions were begun, and how many links to sign in were used up."""
    with db.reading(office.stage.engine) as session:
        begun = session.scalar(select(func.count()).select_from(SIGN_INS)) or 0
        used = session.scalar(select(func.count()).where(LINKS.c.used_at.is_not(None))) or 0
    return begun, used


def test_a_scanner_records_nothing_by_any_link_of_one_letter_of_each_kind(office: Office) -> None:
    notified = tell_everything(office)
    covers = letters_of_each_kind(office)
    linking = {name for name, cover in covers.items() if links_of(cover)}
    page, before = office.window(), (counts(office.stage.engine), sign_ins(office))

    statuses = {
        template: set().union(*(scan(page, link) for link in links_of(covers[template])))
        for template in sorted(linking)
    }

    assert (counts(office.stage.engine), sign_ins(office)) == before
    # Whatever asks for something has a link, and nothing else has one.
    promised = {name for name in templates(LANGUAGES[0]) if "ask.link" in placeholders(name, LANGUAGES[0])}
    assert linking == promised - RARE
    every = set().union(*(links_of(each) for each in covers.values()))
    assert [link for link in every if not link.startswith(f"{office.running.address}/")] == []
    # 422: a form was sent in which nothing was chosen. 410, 409: what it was about is over.
    assert set().union(*statuses.values()) <= {200, 409, 410, 422, 429}, statuses
    assert all(200 in seen for seen in statuses.values()), statuses
    office.complaints.clear()  # the browser says of each refusal that there was one

    # The links work still, for those they were meant for.
    (mine,) = links_of(covers["sign_in_link"])
    page = office.window()
    page.goto(mine)
    page.get_by_label("I asked for this link myself").check()
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".whoami")).to_contain_text("Officer")
    office.answer(office.link("head.se@parties.example", notified), "support")
    assert office.answers(notified)[-1] == ("party:SE", "support")
