"""My account: only I change my password, my code, my sessions and who acts for me."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from tests import build
from tests.web.conftest import NOW, token_of
from tests.web.test_staff_page import row, told
from workflow import db, register
from workflow.clock import SimulatedClock
from workflow.web import passwords
from workflow.web.people import HANDOVERS

SignedIn = Callable[..., TestClient]
OLD, NEW = "a long walk in the reeds", "mist over still water"


@pytest.fixture
def deputy(site: Engine) -> str:
    """A second officer."""
    with db.transaction(site) as session:
        register.add_staff(
            session, "marta", "officer", "marta@secretariat.example", full_name="Marta Ruiz",
            actor="test", now=build.BEGINNING,
        )  # fmt: skip
    return "marta"


def post(browser: TestClient, address: str, **fields: str) -> Any:
    token = token_of(browser.get("/account").text)
    return browser.post(address, data={"form_token": token, **fields})


def own_password(site: Engine, name: str = "officer") -> None:
    with db.transaction(site) as session:
        register.set_password(session, name, passwords.hash_of(OLD), actor="administrator", now=NOW)


# ------------------------------------------------------------------------------------- passwords


def test_who_knows_the_present_password_chooses_another_and_other_sessions_end(
    site: Engine, signed_in: SignedIn
) -> None:
    own_password(site)
    here, elsewhere = signed_in("officer"), signed_in("officer")

    answer = post(here, "/account/password", present=OLD, password=NEW, again=NEW)

    assert (answer.status_code, answer.headers["location"]) == (303, "/account?done=password")
    assert passwords.fits(row(site, "officer").password, NEW)
    assert (here.get("/account").status_code, elsewhere.get("/account").status_code) == (200, 303)


def test_who_does_not_know_the_present_password_changes_nothing(site: Engine, signed_in: SignedIn) -> None:
    own_password(site)
    browser = signed_in("officer")

    statuses = [
        post(browser, "/account/password", present="guess", password=NEW, again=NEW).status_code
        for _ in range(11)
    ]

    assert statuses == [422] * 10 + [429]
    assert passwords.fits(row(site, "officer").password, OLD)


# ----------------------------------------------------------------------------------------- codes


def test_a_code_is_asked_for_once_the_device_has_shown_that_it_makes_the_right_ones(
    site: Engine, signed_in: SignedIn
) -> None:
    browser = signed_in("officer")
    page = browser.get("/account/code").text
    (secret,) = re.findall(r'name="secret" value="(\w+)"', page)
    right = pyotp.TOTP(secret).at(NOW)

    wrong = post(browser, "/account/code", secret=secret, code="000000" if right != "000000" else "111111")
    before = row(site, "officer").totp
    done = post(browser, "/account/code", secret=secret, code=right)

    assert '<img src="data:image/svg+xml' in page and len(secret) == 32
    assert (wrong.status_code, secret in wrong.text, before) == (422, True, "")
    assert (done.headers["location"], row(site, "officer").totp) == ("/account?done=code", secret)
    assert [event[1:3] for event in told(site, "code_set")] == [({}, {"staff": "officer"})]


def test_a_secret_of_somebody_elses_making_is_not_taken(site: Engine, signed_in: SignedIn) -> None:
    answer = post(signed_in("officer"), "/account/code", secret="SHORT", code="123456")

    assert (answer.status_code, row(site, "officer").totp) == (422, "")


def test_a_code_is_given_up_only_by_who_knows_the_password(site: Engine, signed_in: SignedIn) -> None:
    own_password(site)
    with db.transaction(site) as session:
        register.set_code(session, "officer", "J" * 32, actor="officer", now=NOW)
    browser = signed_in("officer")

    without = post(browser, "/account/code/remove", present="")
    with_it = post(browser, "/account/code/remove", present=OLD)

    assert (without.status_code, with_it.status_code, row(site, "officer").totp) == (422, 303, "")


# -------------------------------------------------------------------------------------- sessions


def test_i_see_where_i_am_signed_in_and_end_it(site: Engine, signed_in: SignedIn) -> None:
    here, elsewhere, other = signed_in("officer"), signed_in("officer"), signed_in("head")
    page = here.get("/account").text
    (session,) = re.findall(r'name="session" value="(\w+)"', page)

    post(here, "/account/sessions", session=session)

    assert "this one" in page
    assert [b.get("/account").status_code for b in (here, elsewhere, other)] == [200, 303, 200]


def test_a_session_of_somebody_else_is_not_mine_to_end(site: Engine, signed_in: SignedIn) -> None:
    mine, theirs = signed_in("officer"), signed_in("head")
    page = signed_in("administrator").get("/staff/head").text
    (session,) = re.findall(r'name="session" value="(\w+)"', page)

    post(mine, "/account/sessions", session=session)

    assert theirs.get("/account").status_code == 200


# ------------------------------------------------------------------------------------- hand-over


def test_i_hand_my_cases_over_for_some_days_and_it_ends_by_itself(
    site: Engine, signed_in: SignedIn, deputy: str, clock: SimulatedClock
) -> None:
    mine, theirs = signed_in("officer"), signed_in(deputy)

    answer = post(mine, "/account/handovers", deputy=deputy, starts="2024-06-17", ends="2024-06-21")
    assert answer.headers["location"] == "/account?done=handed"
    seen = {}
    for day in ("2024-06-16", "2024-06-17", "2024-06-21", "2024-06-22"):
        clock.move_to(build.at(f"{day} 10:00"))
        page = signed_in(deputy, build.at(f"{day} 10:00")).get("/account").text
        seen[day] = ("I act for The officer" in page, 'class="tag good">now' in page)

    assert seen == {
        "2024-06-16": (True, False),
        "2024-06-17": (True, True),
        "2024-06-21": (True, True),
        "2024-06-22": (False, False),
    }
    assert theirs.get("/account").status_code == 303  # days have passed
    ((actor, data, about, hand),) = told(site, "handed_over")
    assert (actor, data["starts"], data["ends"]) == ("officer", "2024-06-17", "2024-06-21")
    assert (about, hand) == ({"staff": "officer", "deputy": "marta"}, {"sign_in": "officer"})


def test_a_hand_over_is_ended_early(site: Engine, signed_in: SignedIn, deputy: str) -> None:
    browser = signed_in("officer")
    post(browser, "/account/handovers", deputy=deputy, starts="2024-06-10", ends="2024-06-21")
    with db.reading(site) as session:
        number = session.scalar(select(HANDOVERS.c.id))

    by_deputy = post(signed_in(deputy), f"/account/handovers/{number}/end")
    by_me = post(browser, f"/account/handovers/{number}/end")

    assert (by_deputy.status_code, by_me.status_code) == (422, 303)
    with db.reading(site) as session:
        assert str(session.scalar(select(HANDOVERS.c.ends))) == "2024-06-11"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"deputy": "head"}, "may only be done by: officer"),
        ({"deputy": "officer"}, "nobody stands in for themselves"),
        ({"deputy": ""}, "is nobody who works here"),
        ({"ends": "2024-06-01"}, "is before 2024-06-17"),
        ({"starts": "2024-01-01", "ends": "2024-01-05"}, "is past"),
        ({"starts": "soon"}, "is not a day of the calendar"),
    ],
)
def test_a_hand_over_that_cannot_be_is_refused(
    site: Engine, signed_in: SignedIn, deputy: str, given: dict[str, str], says: str
) -> None:
    whole = {"deputy": deputy, "starts": "2024-06-17", "ends": "2024-06-21"} | given

    answer = post(signed_in("officer"), "/account/handovers", **whole)

    assert (answer.status_code, says in answer.text, told(site, "handed_over")) == (422, True, [])


def test_my_language_is_that_of_my_pages(site: Engine, signed_in: SignedIn) -> None:
    browser = signed_in("officer")

    post(browser, "/account/language", language="fr")
    wrong = post(browser, "/account/language", language="xx")

    assert '<html lang="fr"' in browser.get("/account").text
    assert (wrong.status_code, row(site, "officer").language) == (422, "fr")
