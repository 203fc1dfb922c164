"""Whoever works here signs in; nobody else sees a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pyotp
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select, update

from notifications import REPLY_LINK
from tests import build
from tests.web.conftest import NOW
from workflow import db, models, outbox, register
from workflow.clock import SimulatedClock
from workflow.config import Installation, Settings
from workflow.covers import Covers
from workflow.queries import LETTERS, table
from workflow.web import create_app, passwords
from workflow.web.people import ABSOLUTE, COOKIE, IDLE, LINK_LASTS

SignedIn = Callable[..., TestClient]
STAFF, SIGN_INS = table(models.Staff), table(models.SignIn)
PASSWORD = "a long walk in the reeds"
ASKED = {"asked": "yes"}
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def door(site: Engine, clock: SimulatedClock) -> TestClient:
    """A browser at the sign-in page of an installation whose officer has a password."""
    clock.move_to(NOW)
    with db.transaction(site) as session:
        hashed = passwords.hash_of(PASSWORD)
        register.set_password(session, "officer", hashed, actor="administrator", now=NOW)
    return TestClient(create_app(site, clock), base_url="http://testserver", follow_redirects=False)


def with_code(site: Engine) -> pyotp.TOTP:
    """From now on the officer is asked for one-time codes."""
    with db.transaction(site) as session:
        register.set_code(session, "officer", SECRET, actor="administrator", now=NOW)
    return pyotp.TOTP(SECRET)


def sign_in(browser: TestClient, name: str = "officer", password: str = PASSWORD, **more: str) -> Any:
    return browser.post("/sign-in", data={"name": name, "password": password, **more})


def mailed_link(site: Engine) -> str:
    """The address in the newest letter with a link, as the mail server gets it."""
    with db.reading(site) as session:
        wanted = select(LETTERS.c.id).where(LETTERS.c.template == "sign_in_link")
        newest = session.scalar(wanted.order_by(LETTERS.c.id.desc()).limit(1))
        assert newest is not None
        claim = outbox.look_up(session, newest)
        assert claim is not None
        cover: Any = Covers(Settings(), build.SECRET).envelope(claim)
    (address,) = re.findall(r"(?m)^https?://\S+$", cover.letter.text)
    return str(urlsplit(address).path)


# ------------------------------------------------------------------------------------- coming in


def test_whoever_has_not_signed_in_is_asked_to(visitor: TestClient) -> None:
    answer = visitor.get("/")

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/")


def test_whoever_has_signed_in_sees_their_work(signed_in: SignedIn) -> None:
    answer = signed_in("officer").get("/")

    assert answer.status_code == 200
    assert "<h1>My work</h1>" in answer.text


def test_every_answer_forbids_what_is_inline_or_from_elsewhere(visitor: TestClient) -> None:
    answer = visitor.get("/sign-in")

    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")


def test_name_and_password_open_the_page_that_was_asked_for(door: TestClient) -> None:
    answer = sign_in(door, next="/parties?on=2024-06-17")

    assert (answer.status_code, answer.headers["location"]) == (303, "/parties?on=2024-06-17")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert door.get("/").status_code == 200


@pytest.mark.parametrize(
    ("name", "password"), [("officer", "another long walk"), ("nobody", PASSWORD), ("officer", ""), ("", "")]
)
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    door: TestClient, name: str, password: str
) -> None:
    answer = sign_in(door, name, password)

    assert answer.status_code == 403
    assert "Name, password or code is not right. Try again." in answer.text
    assert COOKIE not in door.cookies and PASSWORD not in answer.text


def test_whoever_never_got_a_password_cannot_sign_in_without_one(door: TestClient) -> None:
    assert sign_in(door, "head", "").status_code == 403


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/a\r\nSet-Cookie: x=1"],
)
def test_nobody_is_led_elsewhere_after_signing_in(door: TestClient, elsewhere: str) -> None:
    page = door.get("/sign-in", params={"next": elsewhere}).text
    answer = sign_in(door, next=elsewhere)

    assert 'name="next" value="/"' in page
    assert answer.headers["location"] == "/"


# ---------------------------------------------------------------------------------- one-time codes


def test_who_has_a_code_needs_it(site: Engine, door: TestClient) -> None:
    code = with_code(site)

    without, wrong = sign_in(door), sign_in(door, code="000000" if code.at(NOW) != "000000" else "111111")
    right = sign_in(door, code=f"{code.at(NOW)[:3]} {code.at(NOW)[3:]}")

    assert [without.status_code, wrong.status_code, right.status_code] == [403, 403, 303]


def test_a_code_opens_once(site: Engine, door: TestClient) -> None:
    code = with_code(site).at(NOW)

    assert [sign_in(door, code=code).status_code for _ in range(2)] == [303, 403]


def test_a_code_of_an_hour_ago_opens_nothing(site: Engine, door: TestClient) -> None:
    code = with_code(site).at(NOW - timedelta(hours=1))

    assert sign_in(door, code=code).status_code == 403


# ------------------------------------------------------------------------------------------ links


def test_a_mailed_link_signs_in_when_its_button_is_pressed_and_only_once(
    site: Engine, door: TestClient
) -> None:
    door.post("/sign-in/link", data={"name": "head"})
    address = mailed_link(site)

    looked = [door.head(address).status_code, *(door.get(address).status_code for _ in range(5))]
    pressed = door.post(address)
    used = door.post(address, data=ASKED)
    again, shown = door.post(address), door.get(address)

    assert pressed.status_code == 422 and "Tick that you asked for this link" in pressed.text
    assert (set(looked), used.status_code, used.headers["location"]) == ({200}, 303, "/")
    assert (again.status_code, shown.status_code) == (410, 410)
    assert "has been used or has expired" in shown.text


def test_the_link_stands_in_no_table(site: Engine, door: TestClient) -> None:
    door.post("/sign-in/link", data={"name": "head"})
    token = mailed_link(site).rpartition("/")[2]

    with db.reading(site) as session:
        (letter,) = session.execute(select(LETTERS).where(LETTERS.c.template == "sign_in_link")).all()
        kept = [str(row) for t in db.Base.metadata.sorted_tables for row in session.execute(select(t))]
    assert len(token) >= 43 and letter.email == "head@secretariat.example"
    assert (letter.text.count(REPLY_LINK), letter.html.count(f'<a href="{REPLY_LINK}"')) == (1, 1)
    assert [row for row in kept if token in row] == []


def test_a_link_is_asked_for_with_the_same_answer_whether_or_not_the_name_is_known(
    site: Engine, door: TestClient
) -> None:
    known, unknown = (door.post("/sign-in/link", data={"name": name}) for name in ("finance", "mallory"))

    assert known.text.replace("finance", "") == unknown.text.replace("mallory", "")
    with db.reading(site) as session:
        assert len(session.execute(select(LETTERS)).all()) == 1


def test_a_link_expires(site: Engine, door: TestClient, clock: SimulatedClock) -> None:
    door.post("/sign-in/link", data={"name": "head"})
    address = mailed_link(site)
    clock.advance(LINK_LASTS)

    assert (door.get(address).status_code, door.post(address).status_code) == (410, 410)


def test_a_link_alone_is_not_enough_for_who_has_a_code(site: Engine, door: TestClient) -> None:
    code = with_code(site)
    door.post("/sign-in/link", data={"name": "officer"})
    address = mailed_link(site)

    without = door.post(address, data=ASKED)
    with_it = door.post(address, data={**ASKED, "code": code.at(NOW)})

    assert (without.status_code, with_it.status_code) == (403, 303)
    assert "The code is not right" in without.text


def test_an_installation_may_send_no_links(site: Engine, clock: SimulatedClock) -> None:
    build.settle(site, Settings(installation=Installation(sign_in_by_link=False)))
    browser = TestClient(create_app(site, clock), base_url="http://testserver")

    page, tried = browser.get("/sign-in").text, browser.post("/sign-in/link", data={"name": "head"})

    assert ("Send me a link" in page, tried.status_code) == (False, 403)


def test_a_made_up_link_opens_nothing(door: TestClient) -> None:
    assert door.get("/sign-in/" + "A" * 43).status_code == 410


# --------------------------------------------------------------------------------- sessions end


def test_a_session_ends_when_it_is_not_used(door: TestClient, clock: SimulatedClock) -> None:
    sign_in(door)
    clock.advance(IDLE - timedelta(minutes=1))
    used = door.get("/").status_code
    clock.advance(IDLE - timedelta(minutes=1))
    used_again = door.get("/").status_code
    clock.advance(IDLE)

    assert (used, used_again, door.get("/").status_code) == (200, 200, 303)


def test_a_session_ends_in_the_evening_however_much_it_is_used(
    door: TestClient, clock: SimulatedClock
) -> None:
    sign_in(door)
    began, seen = clock.now(), []
    while clock.now() < began + ABSOLUTE:
        seen.append(door.get("/").status_code)
        clock.advance(timedelta(hours=1))

    assert (set(seen), door.get("/").status_code) == ({200}, 303)


def test_signing_out_ends_the_session_not_only_the_cookie(door: TestClient) -> None:
    sign_in(door)
    cookie = door.cookies[COOKIE]
    door.post("/sign-out")
    door.cookies.set(COOKIE, cookie)

    assert door.get("/").status_code == 303


def test_a_revoked_session_opens_nothing(site: Engine, door: TestClient) -> None:
    sign_in(door)
    with db.transaction(site) as session:
        session.execute(update(SIGN_INS).values(revoked_at=NOW))

    assert door.get("/").status_code == 303


def test_who_has_left_cannot_come_in_and_is_out_at_once(site: Engine, door: TestClient) -> None:
    sign_in(door)
    door.post("/sign-in/link", data={"name": "officer"})
    address = mailed_link(site)
    with db.transaction(site) as session:
        register.set_active(session, "officer", False, actor="administrator", now=NOW)

    inside = door.get("/").status_code
    assert (inside, sign_in(door).status_code, door.post(address).status_code) == (303, 403, 410)


# ----------------------------------------------------------------------------------- not from here


def test_a_form_that_another_site_sends_is_refused(signed_in: SignedIn) -> None:
    browser = signed_in("officer")
    token = re.findall(r'form_token" value="(\w+)', browser.get("/parties/FR/contacts/new").text)[0]
    given = {"form_token": token, "role": "nfp", "email": "a@ministry.example"}

    answers = [
        browser.post("/parties/FR/contacts/new", data=given, headers={"Sec-Fetch-Site": "cross-site"}),
        browser.post("/parties/FR/contacts/new", data=given, headers={"Origin": "https://evil.example"}),
        browser.post("/parties/FR/contacts/new", data=given | {"form_token": "0" * 64}),
        browser.post("/parties/FR/contacts/new", data={k: v for k, v in given.items() if k != "form_token"}),
        browser.post("/sign-in", data={"name": "a"}, headers={"Sec-Fetch-Site": "cross-site"}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 5


def test_the_token_of_another_session_fits_no_form(signed_in: SignedIn) -> None:
    mine, theirs = signed_in("officer"), signed_in("officer")
    token = re.findall(r'form_token" value="(\w+)', theirs.get("/parties/FR/contacts/new").text)[0]

    answer = mine.post("/parties/FR/contacts/new", data={"form_token": token, "role": "nfp"})

    assert answer.status_code == 403


def test_guessing_is_slowed_down(door: TestClient, clock: SimulatedClock) -> None:
    statuses = [sign_in(door, password="guess").status_code for _ in range(11)]
    waited = sign_in(door)
    clock.advance(timedelta(minutes=10))

    assert statuses == [403] * 10 + [429]
    assert (waited.status_code, "Retry-After" in waited.headers) == (429, True)
    assert sign_in(door).status_code == 303


def test_letters_with_links_are_not_asked_for_without_end(door: TestClient) -> None:
    statuses = [door.post("/sign-in/link", data={"name": "head"}).status_code for _ in range(6)]

    assert statuses == [200] * 5 + [429]
