"""What an action does is said before it is confirmed; what was shown is what is done."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine, func, select, update

from tests import build
from tests.web.conftest import NOW
from workflow import db, models, queries, register
from workflow.queries import CASES, EVENTS, LETTERS, table

SignedIn = Callable[..., TestClient]
CONTACTS, PERSONAL = table(models.Contact), table(models.Personal)
DISPATCH = "/cases/RP-2024-1/do/dispatch"


@pytest.fixture
def assessed(site: Engine) -> int:
    """A case that can be endorsed."""
    case_id = build.case(site, at_="2024-06-03 09:00")
    build.do(site, case_id, "2024-06-03 10:00", "officer", "submit")
    return case_id


@pytest.fixture
def ready(site: Engine) -> int:
    """A case whose notification to all Parties can go out."""
    case_id = build.case(site, at_="2024-03-01 09:00", territory=())
    build.do(site, case_id, "2024-03-01 10:00", "officer", "submit")
    build.do(site, case_id, "2024-03-04 10:00", "officer", "endorse", risk="low", no_territory_reason="all")
    build.do(site, case_id, "2024-03-05 09:00", "officer", "dispatch")
    build.do(site, case_id, "2024-04-03 09:00", "officer", "dispatch")
    for member in ("GA", "LY", "RW", "LA", "JP", "BE", "CZ", "BR", "CR", "CA"):
        build.do(site, case_id, "2024-04-10 10:00", f"seat:{member}", "approve")
    build.run_to(site, "2024-06-12 10:00")
    return case_id


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the form."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def send(browser: TestClient, path: str, page: str, button: str = "confirm", **fields: str) -> Response:
    """Send the form as a browser does: with what it carries, what was typed, and the button pressed."""
    return browser.post(path, data={**hidden(page), **fields, button: "yes"})


def said(page: str) -> str:
    """The words of a page."""
    words = re.sub(r"<[^>]+>", " ", page[page.index("<main") :])
    return re.sub(r"\s+", " ", html.unescape(words))


def seq_of(on: Engine, case_id: int) -> int:
    with db.reading(on) as session:
        return session.scalars(select(CASES.c.seq).where(CASES.c.id == case_id)).one()


# ------------------------------------------------------------------------------------ what is said


def test_before_a_question_goes_to_all_parties_its_date_its_readers_and_its_letters_are_shown(
    site: Engine, signed_in: SignedIn, ready: int
) -> None:
    page = signed_in().get(DISPATCH).text
    words = said(page)

    assert "last day Monday 12 August 2024" in words
    assert "what is received until 13 August 2024, 09:00 (Europe/Zurich) counts" in words
    assert "29 July 2024, 09:00 ; 9 August 2024, 09:00" in words
    assert "Send the question: the date Monday 13 May 2024 ends" in words
    assert '<button name="confirm" value="yes">Send to 172 Parties (172 addresses)</button>' in page
    assert page.count("<summary>") == 1 + 3
    assert "REPLY BY: Monday 12 August 2024, 23:59 (Europe/Zurich)" in words
    assert "lundi 12 août 2024" in words
    assert "lunes 12 de agosto de 2024" in words


def test_looking_changes_nothing(site: Engine, signed_in: SignedIn, ready: int) -> None:
    before = seq_of(site, ready)
    browser = signed_in()
    page = browser.get(DISPATCH).text
    assert send(browser, DISPATCH, page, "look", reason="Now.").status_code == 200

    assert seq_of(site, ready) == before
    with db.reading(site) as session:
        asked = (
            select(func.count())
            .select_from(LETTERS)
            .where(LETTERS.c.purpose == "request", LETTERS.c.round == 3)
        )
        assert session.scalar(asked) == 0


def test_who_cannot_be_written_to_and_which_address_came_back_stands_above_the_button(
    site: Engine, signed_in: SignedIn, ready: int
) -> None:
    with db.transaction(site) as session:
        of: dict[str, dict[str, Any]] = {
            "TD": {"ends": build.at("2024-01-31 10:00").date()},
            "FR": {"failed_at": build.at("2024-05-02 10:00"), "failed_why": "550 no such mailbox"},
        }
        for code, values in of.items():
            session.execute(update(CONTACTS).where(CONTACTS.c.party == code).values(**values))
    page = signed_in().get(DISPATCH).text

    assert "no address Chad: there is no address that can be used. Nothing will be sent." in said(page)
    assert (
        "came back last time France: letters to head.fr@parties.example have come back since 2 May 2024 "
        "(550 no such mailbox). There is no other address, so this one is tried again." in said(page)
    )
    assert "Send to 171 Parties (171 addresses)" in page


def test_where_nobody_is_to_be_told_the_button_says_so(
    site: Engine, signed_in: SignedIn, assessed: int
) -> None:
    page = signed_in().get("/cases/RP-2024-1/do/hold").text

    assert "Put the case on hold (nobody is written to)" in page
    assert "the date Wednesday 3 July 2024 stands still until the case is resumed" in said(page)


def test_what_is_needed_is_asked_first_and_then_shown(
    site: Engine, signed_in: SignedIn, assessed: int
) -> None:
    browser = signed_in()
    path = "/cases/RP-2024-1/do/endorse"
    first = browser.get(path).text
    assert 'name="confirm"' not in first and '<option value="low">Low</option>' in first
    shown = send(browser, path, first, "look", risk="low").text

    assert "Advance agreement of the Parties concerned now: Preliminary assessment" in said(shown)
    assert "Endorse after assessment (nobody is written to)" in shown


def test_what_is_not_possible_is_told_with_its_reasons(
    site: Engine, signed_in: SignedIn, assessed: int
) -> None:
    page = signed_in().get("/cases/RP-2024-1/do/sign").text

    assert (
        "Not possible now Record the signature: not possible while the case is in 'Preliminary assessment' "
        "(preliminary_assessment)." in said(page)
    )
    assert 'name="confirm"' not in page


def test_an_unknown_case_or_action_is_not_found(site: Engine, signed_in: SignedIn, assessed: int) -> None:
    browser = signed_in()

    assert browser.get("/cases/RP-2024-99/do/submit").status_code == 404
    assert browser.get("/cases/RP-2024-1/do/celebrate").status_code == 404


# ---------------------------------------------------------------------------------- what is done


def test_what_is_confirmed_is_done_once_however_often_the_button_is_pressed(
    site: Engine, signed_in: SignedIn, ready: int
) -> None:
    browser = signed_in()
    page = browser.get(DISPATCH).text
    answers = [send(browser, DISPATCH, page) for _ in range(2)]

    assert [(a.status_code, a.headers["location"]) for a in answers] == [
        (303, "/cases/RP-2024-1?done=dispatch"), (303, "/cases/RP-2024-1?done=dispatch"),
    ]  # fmt: skip
    assert "Done: Send the question." in said(browser.get(answers[0].headers["location"]).text)
    assert "Done:" not in browser.get("/cases/RP-2024-1?done=nonsense").text
    with db.reading(site) as session:
        sent = select(EVENTS.c.kind).where(EVENTS.c.case_id == ready, EVENTS.c.kind == "dispatch")
        assert len(session.scalars(sent).all()) == 3
        letters = (
            select(func.count()).select_from(LETTERS).where(LETTERS.c.case_id == ready, LETTERS.c.round == 3)
        )
        assert session.scalar(letters) == 172


def test_what_nobody_has_looked_at_is_shown_and_not_done(
    site: Engine, signed_in: SignedIn, assessed: int
) -> None:
    browser = signed_in()
    path = "/cases/RP-2024-1/do/decline"
    page = browser.get(path).text
    answer = send(browser, path, page, reason="The risks are <too> high.")

    assert answer.status_code == 409
    assert "What would be done is not what this page showed" in answer.text
    assert "The risks are &lt;too&gt; high.</textarea>" in answer.text
    assert send(browser, path, answer.text, reason="The risks are <too> high.").status_code == 303
    with db.reading(site) as session:
        assert build.state_of(session, assessed) == "declined"


def test_of_two_at_once_one_succeeds_and_the_other_is_told_who_did_what_when(
    site: Engine, signed_in: SignedIn, ready: int
) -> None:
    one, two = signed_in(), signed_in("officer")
    pages = [browser.get(DISPATCH).text for browser in (one, two)]
    first, second = (send(b, DISPATCH, p) for b, p in zip((one, two), pages, strict=True))

    assert (first.status_code, second.status_code) == (303, 409)
    assert (
        "The case has moved on since it was looked at: The officer: dispatch, 2024-06-12 08:00 UTC. "
        "Look again, then decide." in said(second.text)
    )
    assert 'name="confirm"' not in second.text
    with db.reading(site) as session:
        rounds = (
            select(func.count())
            .select_from(table(models.Round))
            .where(table(models.Round).c.case_id == ready)
        )
        assert session.scalar(rounds) == 3


def test_a_refusal_gives_every_reason_and_loses_nothing_that_was_typed(
    site: Engine, signed_in: SignedIn, ready: int
) -> None:
    build.do(site, ready, "2024-06-12 10:00", "officer", "dispatch")
    browser = signed_in()
    path = "/cases/RP-2024-1/do/extend"
    typed = {"until": "2024-08-14", "reason": "A holiday in many capitals."}
    answer = send(browser, path, browser.get(path).text, "look", **typed)

    assert "An extension adds at least 7 days: Wednesday 14 August 2024 is only 2 day(s) after" in said(
        answer.text
    )
    assert 'value="2024-08-14"' in answer.text and "A holiday in many capitals.</textarea>" in answer.text
    assert 'name="confirm"' not in answer.text


def test_a_day_that_can_be_two_is_asked_for_again(site: Engine, signed_in: SignedIn, ready: int) -> None:
    build.do(site, ready, "2024-06-12 10:00", "officer", "dispatch")
    browser = signed_in()
    path = "/cases/RP-2024-1/do/extend"
    answer = send(browser, path, browser.get(path).text, until="02/09/2024")

    assert answer.status_code == 422
    assert "Write 2024-02-09 or 2024-09-02, whichever is meant." in said(answer.text)
    assert 'value="02/09/2024"' in answer.text


def test_an_extension_says_whom_it_tells_and_which_day_becomes_which(
    site: Engine, signed_in: SignedIn, ready: int
) -> None:
    build.do(site, ready, "2024-06-12 10:00", "officer", "dispatch")
    browser = signed_in()
    path = "/cases/RP-2024-1/do/extend"
    page = send(browser, path, browser.get(path).text, "look", until="2024-08-26", reason="Holidays.").text

    assert "the last day moves from Monday 12 August 2024 to Monday 26 August 2024" in said(page)
    assert "Extend the window, and write to 172 Parties (172 addresses)" in page
    assert send(browser, path, page, until="2024-08-26", reason="Holidays.").status_code == 303


def test_parties_are_named_as_people_name_them(site: Engine, signed_in: SignedIn, assessed: int) -> None:
    browser = signed_in()
    path = "/cases/RP-2024-1/do/set_details"
    page = browser.get(path).text
    typed = {"territory": "France, Côte d'Ivoire; be", "title": "Evian Project", "summary": ""}
    shown = send(browser, path, page, "look", **typed).text
    assert "FR, CI, BE now: FR" in said(shown)
    assert send(browser, path, shown, **typed).status_code == 303
    with db.reading(site) as session:
        case = queries.load_case(session, assessed)
    assert case is not None and case.territory == ("FR", "CI", "BE")


def test_an_item_of_a_checklist_is_chosen_among_those_that_are_open(
    site: Engine, signed_in: SignedIn
) -> None:
    build.case(site, at_="2024-06-03 09:00", items=("objective", "dossier"))
    browser = signed_in()
    page = browser.get("/cases/RP-2024-1/do/confirm_item?item=contribution").text

    assert '<option value="contribution" selected>the contribution and its currency</option>' in page
    assert 'value="dossier"' not in page and 'value="legal_review"' not in page


# ------------------------------------------------------------------------------------- who does it


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_who_does_no_casework_changes_nothing(
    site: Engine, signed_in: SignedIn, ready: int, role: str
) -> None:
    browser = signed_in(role)
    page = browser.get(DISPATCH)
    assert page.status_code == (200 if role == "auditor" else 403)
    assert 'name="confirm"' not in page.text
    assert browser.post(DISPATCH, data={"confirm": "yes"}).status_code == 403


def test_what_another_role_does_is_not_done_by_an_officer(
    site: Engine, signed_in: SignedIn, ready: int
) -> None:
    build.do(site, ready, "2024-06-12 10:00", "officer", "dispatch")
    page = signed_in().get("/cases/RP-2024-1/do/admit_late").text

    assert "Admit a late answer: this is done by Secretary General, not by" in said(page)


def test_whoever_stands_in_for_a_colleague_acts_in_their_name_and_the_record_keeps_both(
    site: Engine, signed_in: SignedIn, ready: int
) -> None:
    with db.transaction(site) as session:
        register.add_staff(
            session, "anna", "officer", "anna@secretariat.example", actor="test", now=build.BEGINNING
        )
        session.execute(update(CASES).where(CASES.c.id == ready).values(officer="anna"))
    stranger = signed_in().get(DISPATCH).text
    assert "the case is in the hands of anna" in said(stranger) and 'name="confirm"' not in stranger
    with db.transaction(site) as session:
        days = {"starts": NOW.date(), "ends": NOW.date()}
        session.execute(table(models.Handover).insert().values(staff="anna", deputy="officer", **days))
    browser = signed_in()
    page = browser.get(DISPATCH).text

    assert "You act for anna" in said(page)
    assert send(browser, DISPATCH, page).status_code == 303
    with db.reading(site) as session:
        body = session.scalars(
            select(EVENTS.c.body).where(EVENTS.c.case_id == ready).order_by(EVENTS.c.seq)
        ).all()[-1]
        kept = session.scalars(
            select(PERSONAL.c.content).where(PERSONAL.c.ref == json.loads(body)["person"])
        ).one()
    assert kept == {"sign_in": "officer", "for_whom": "anna"}


def test_a_form_of_another_site_does_nothing(site: Engine, signed_in: SignedIn, ready: int) -> None:
    browser = signed_in()
    page = browser.get(DISPATCH).text
    before = seq_of(site, ready)
    wrong = {**hidden(page), "form_token": "0" * 64, "confirm": "yes"}

    assert browser.post(DISPATCH, data=wrong).status_code == 403
    assert seq_of(site, ready) == before


# -------------------------------------------------------------------------------------- test copies


def test_a_test_copy_in_each_language_comes_to_myself_and_counts_as_sent_to_nobody(
    site: Engine, signed_in: SignedIn, ready: int
) -> None:
    browser = signed_in()
    page = browser.get(DISPATCH).text
    before = seq_of(site, ready)
    answer = send(browser, f"{DISPATCH}/test-copy", page, "copy")

    assert "Test copies on their way to officer@secretariat.example: 3." in said(answer.text)
    assert 'name="confirm"' in answer.text
    names = ("email", "purpose", "case_id", "round", "party", "token_hash", "language")
    with db.reading(site) as session:
        rows = session.execute(
            select(*(LETTERS.c[n] for n in names), LETTERS.c.subject, LETTERS.c.text)
            .where(LETTERS.c.subject.startswith("TEST COPY"))
            .order_by(LETTERS.c.id)
        ).all()
    me = ("officer@secretariat.example", "notice", None, 0, "", "")
    assert [row[:7] for row in rows] == [(*me, "en"), (*me, "fr"), (*me, "es")]
    assert all(row.subject.startswith("TEST COPY – ") and "/r/test-copy" in row.text for row in rows)
    assert seq_of(site, ready) == before
