"""The administrator lets people in and shuts them out, and may look through their eyes: all on record."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from tests import build
from tests.web.brought import case_in
from tests.web.conftest import NOW, token_of
from workflow import db, models, record, register
from workflow.queries import EVENTS, table
from workflow.web import passwords
from workflow.web.people import STAFF

SignedIn = Callable[..., TestClient]
PERSONAL = table(models.Personal)


def post(browser: TestClient, address: str, form_at: str = "/staff/new", **fields: str) -> Any:
    token = token_of(browser.get(form_at).text)
    return browser.post(address, data={"form_token": token, **fields})


def row(site: Engine, name: str) -> Any:
    with db.reading(site) as session:
        return session.execute(select(STAFF).where(STAFF.c.name == name)).one_or_none()


def told(site: Engine, kind: str) -> list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]]:
    """Events of the register of that kind: role, data, whom it is about, and whose hand it was."""
    with db.reading(site) as session:
        kept = {r.ref: r.content for r in session.execute(select(PERSONAL))}
        bodies = session.execute(select(EVENTS.c.actor, EVENTS.c.body).where(EVENTS.c.kind == kind)).all()
        assert record.verify(session).holds
    found = []
    for actor, body in bodies:
        said = json.loads(body)
        hand = kept.get(said["data"].pop("hand", ""), {})
        found.append((actor, said["data"], kept.get(said["person"], {}), hand))
    return found


NINA = {"full_name": "Nina Weiss", "role": "officer", "email": "nina@secretariat.example", "language": "fr"}


def test_somebody_new_is_let_in(site: Engine, signed_in: SignedIn) -> None:
    browser = signed_in("administrator")

    answer = post(browser, "/staff/new", name="nina", **NINA)

    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/nina?done=staff")
    assert "Nina Weiss" in browser.get("/staff").text
    assert (row(site, "nina").role, row(site, "nina").is_active) == ("officer", True)
    ((actor, data, about, hand),) = [event for event in told(site, "staff_set") if event[3]]
    assert (actor, data) == ("administrator", {"language": "fr", "new": True, "role": "officer"})
    assert about == {"staff": "nina", "full_name": "Nina Weiss", "email": "nina@secretariat.example"}
    assert hand == {"sign_in": "administrator"}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": "officer"}, "taken already"),
        ({"name": "new"}, "taken already"),
        ({"name": "a b"}, "is not a sign-in name"),
        ({"role": "boss"}, "is not a role"),
        ({"email": "nina"}, "email: "),
    ],
)
def test_what_is_wrong_with_somebody_new_is_told_and_nothing_is_lost(
    site: Engine, signed_in: SignedIn, wrong: dict[str, str], says: str
) -> None:
    answer = post(signed_in("administrator"), "/staff/new", **{"name": "nina", **NINA, **wrong})

    assert (answer.status_code, says in answer.text, "Nina Weiss" in answer.text) == (422, True, True)
    assert row(site, "nina") is None


def test_a_role_is_changed_and_counts_at_once(site: Engine, signed_in: SignedIn) -> None:
    browser, other = signed_in("administrator"), signed_in("officer")
    before = other.get("/parties/FR/contacts/new").status_code

    post(browser, "/staff/officer", full_name="The officer", role="auditor", language="en",
         email="officer@secretariat.example")  # fmt: skip

    assert (before, other.get("/parties/FR/contacts/new").status_code) == (200, 403)


def test_who_is_shut_out_is_out_at_once_and_may_be_let_in_again(site: Engine, signed_in: SignedIn) -> None:
    browser, other = signed_in("administrator"), signed_in("officer")

    shut = post(browser, "/staff/officer/active", active="no")
    inside = other.get("/parties").status_code
    post(browser, "/staff/officer/active", active="yes")

    assert (shut.status_code, inside, row(site, "officer").is_active) == (303, 303, True)
    assert [event[2] for event in told(site, "staff_shut_out")] == [{"staff": "officer"}]
    assert len(told(site, "staff_let_in")) == 1


def test_the_last_administrator_can_neither_leave_nor_become_something_else(
    site: Engine, signed_in: SignedIn
) -> None:
    browser = signed_in("administrator")

    shut = post(browser, "/staff/administrator/active", active="no")
    changed = post(browser, "/staff/administrator", full_name="", role="officer", language="en",
                   email="administrator@secretariat.example")  # fmt: skip

    assert (shut.status_code, changed.status_code) == (422, 422)
    assert "nobody else is administrator" in shut.text and "nobody else is administrator" in changed.text
    assert (row(site, "administrator").is_active, row(site, "administrator").role) == (True, "administrator")


def test_a_password_is_given_and_kept_only_as_a_hash(site: Engine, signed_in: SignedIn) -> None:
    browser, other = signed_in("administrator"), signed_in("officer")

    answer = post(browser, "/staff/officer/password", password="mist over still water",
                  again="mist over still water")  # fmt: skip

    kept = row(site, "officer").password
    assert (answer.status_code, kept.startswith("$argon2id$")) == (303, True)
    assert passwords.fits(kept, "mist over still water")
    assert other.get("/parties").status_code == 303  # signed in before: no longer
    ((actor, data, about, _),) = told(site, "password_set")
    assert (actor, data, about) == ("administrator", {}, {"staff": "officer"})


@pytest.mark.parametrize(
    ("password", "again", "says"),
    [
        ("short", "short", "has 5 characters, fewer than 12"),
        ("officer-officer", "officer-officer", "made of your name"),
        ("The officer 2024", "The officer 2024", "made of your name"),
        ("aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "repeats a few characters"),
        ("mist over still water", "mist over still wafer", "are not the same"),
        ("x" * 201 + "abcdef", "x" * 201 + "abcdef", "more than 200 characters"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(
    site: Engine, signed_in: SignedIn, password: str, again: str, says: str
) -> None:
    answer = post(signed_in("administrator"), "/staff/officer/password", password=password, again=again)

    assert (answer.status_code, says in answer.text) == (422, True)
    assert (row(site, "officer").password, password in answer.text) == ("", False)


def test_a_lost_device_is_forgotten(site: Engine, signed_in: SignedIn) -> None:
    with db.transaction(site) as session:
        register.set_code(session, "officer", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", actor="officer", now=NOW)

    post(signed_in("administrator"), "/staff/officer/code")

    assert row(site, "officer").totp == ""
    assert [event[2] for event in told(site, "code_removed")] == [{"staff": "officer"}]


def test_a_session_is_ended_from_the_list(site: Engine, signed_in: SignedIn) -> None:
    browser, other = signed_in("administrator"), signed_in("officer")
    page = browser.get("/staff/officer").text
    (session,) = re.findall(r'name="session" value="(\w+)"', page)

    post(browser, "/staff/officer/sessions", session=session)

    assert other.get("/parties").status_code == 303


def test_the_auditor_reads_all_of_it_and_changes_nothing(signed_in: SignedIn) -> None:
    browser = signed_in("auditor")

    pages = [browser.get("/staff").text, browser.get("/staff/officer").text]
    tried = browser.post("/staff/officer/active", data={"active": "no"})

    assert ["officer@secretariat.example" in page for page in pages] == [True, True]
    assert [re.findall(r'<form method="post"', page) for page in pages] == [[], []]
    assert tried.status_code == 403


# --------------------------------------------------------------------------- through somebody's eyes


def test_the_administrator_looks_as_an_officer_with_a_reason_and_can_change_nothing(
    site: Engine, signed_in: SignedIn
) -> None:
    case_in(site, "notification")
    browser = signed_in("administrator", build.at("2024-05-20 10:00"))
    before = browser.get("/").headers["location"]

    began = post(browser, "/staff/officer/eyes", reason="She sees no reply board.")
    work, contact = browser.get("/"), browser.get("/parties/FR/contacts/new")
    staff = browser.get("/staff").status_code

    assert (before, began.status_code, began.headers["location"]) == ("/staff", 303, "/")
    assert (work.status_code, contact.status_code, staff) == (200, 403, 403)
    assert "You are looking as officer. Nothing can be changed." in work.text
    ((actor, data, about, hand),) = told(site, "eyes_lent")
    assert (actor, data, about) == (
        "administrator", {"reason": "She sees no reply board."}, {"whom": "officer"},
    )  # fmt: skip
    assert hand == {"sign_in": "administrator"}


def test_and_back_to_their_own_eyes_by_a_button(site: Engine, signed_in: SignedIn) -> None:
    browser = signed_in("administrator")
    post(browser, "/staff/officer/eyes", reason="Support.")

    offered = browser.get("/account/own-eyes")
    still = browser.get("/parties").text
    back = browser.post("/account/own-eyes", data={"form_token": token_of(offered.text)})

    assert "You are looking as officer" in still  # looking at the page has changed nothing
    assert (back.status_code, back.headers["location"]) == (303, "/staff")
    assert "You are looking as" not in browser.get("/staff").text
    ((_, _, about, hand),) = told(site, "eyes_returned")
    assert (about, hand) == ({"whom": "officer"}, {"sign_in": "administrator"})


def test_the_administrator_sees_what_a_party_sees(site: Engine, signed_in: SignedIn) -> None:
    case_in(site, "notification")
    browser = signed_in("administrator", build.at("2024-05-20 10:00"))

    began = post(browser, "/staff/eyes", party="FR", reason="They say that the letter did not arrive.")
    page = browser.get("/account/eyes")
    first = browser.get("/").headers["location"]
    others = [browser.get(address).status_code for address in ("/parties", "/staff", "/account")]

    assert (began.headers["location"], first, page.status_code) == ("/account/eyes", "/account/eyes", 200)
    assert "What France sees" in page.text and "RP-2024-1" in page.text
    assert "head.fr@parties.example" in page.text
    assert others == [403, 403, 403]
    assert [event[2] for event in told(site, "eyes_lent")] == [{"whom": "party:FR"}]


@pytest.mark.parametrize(
    ("address", "given", "says"),
    [
        ("/staff/officer/eyes", {"reason": " "}, "there is no reason"),
        ("/staff/eyes", {"party": "XX", "reason": "a"}, "XX is not in the register"),
        ("/staff/eyes", {"party": "", "reason": "a"}, "Choose a colleague or a Party"),
        ("/staff/administrator/eyes", {"reason": "a"}, "sees no more than you do"),
    ],
)
def test_nobody_looks_without_a_reason_or_as_nobody(
    site: Engine, signed_in: SignedIn, address: str, given: dict[str, str], says: str
) -> None:
    answer = post(signed_in("administrator"), address, **given)

    assert (answer.status_code, says in answer.text, told(site, "eyes_lent")) == (422, True, [])


def test_nobody_but_the_administrator_looks_through_others_eyes(signed_in: SignedIn) -> None:
    statuses = [
        signed_in(role).post("/staff/officer/eyes", data={"reason": "curious"}).status_code
        for role in ("officer", "head", "legal", "finance", "auditor")
    ]

    assert statuses == [403] * 5
