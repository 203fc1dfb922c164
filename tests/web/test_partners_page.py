"""Partners and exclusion lists: found by any name, followed through changes, decided by people."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine, select

from states.partners import REOPENED
from tests import build
from tests.web.brought import case_in
from tests.web.conftest import token_of
from tests.web.seen import Seen, inline
from workflow import db, record, register
from workflow.queries import CASES, EVENTS, EXCLUSIONS, MATCHES

SignedIn = Callable[..., TestClient]
BY: dict[str, Any] = {"actor": "test", "now": build.BEGINNING}
LIST = b"name,source,until,note\nDanone Groupe SA,Example list,,for the test\nSomebody Else,Example list,,\n"


def posted(browser: TestClient, address: str, **data: str) -> Response:
    page = address.rpartition("/")[0] if address.count("/") > 2 else address
    return browser.post(address, data={"form_token": token_of(browser.get(page).text), **data})


def case_of(site: Engine, name: str = "Danone Group", state: str = "notification") -> int:
    """A case of that partner; the number of the partner."""
    case_id = case_in(site, state, officer="officer", partner={"name": name, "home": "FR", "sector": "food"})
    with db.reading(site) as session:
        return session.scalars(select(CASES.c.partner_record).where(CASES.c.id == case_id)).one()


def marks(site: Engine) -> dict[str, bool]:
    """Reference of each case -> whether its due diligence is reopened."""
    with db.reading(site) as session:
        rows = session.execute(select(CASES.c.reference, CASES.c.marks).order_by(CASES.c.id))
        return {row.reference: REOPENED in row.marks for row in rows}


def test_a_partner_is_found_by_any_of_its_names_and_its_page_tells_its_cases(
    site: Engine, signed_in: SignedIn
) -> None:
    number = case_of(site)
    with db.transaction(site) as session:
        register.name_partner(session, number, "Société Évian", is_present=False, **BY)
    browser = signed_in()

    shown = Seen(browser.get("/partners?q=evian").text)
    one = browser.get(f"/partners/{number}").text

    assert shown.links[f"/partners/{number}"] == "Danone Group"
    assert "Société Évian" in shown.text and "France" in shown.text
    assert Seen(one).links["/cases/RP-2024-1"] == "RP-2024-1"
    assert "Notification to all Contracting Parties" in Seen(one).text
    assert inline(one) == []
    assert "No partner has such a name." in browser.get("/partners?q=nestle").text
    assert f'href="/partners/{number}"' in browser.get("/cases/RP-2024-1").text


def test_the_list_is_a_csv_that_a_spreadsheet_opens_safely(site: Engine, signed_in: SignedIn) -> None:
    number = case_of(site, "=SUM(A1) Waters", "draft")

    lines = signed_in("auditor").get("/partners.csv").text.splitlines()

    assert lines[1] == f"{number},'=SUM(A1) Waters,,food,FR,1,,,0"


def test_a_renamed_partner_keeps_its_case_and_is_found_by_both_names(
    site: Engine, signed_in: SignedIn
) -> None:
    number = case_of(site)
    browser = signed_in()

    browser.get("/cases?q=water")  # whoever searches has what has changed gathered
    answer = posted(browser, f"/partners/{number}/name", name="Danone Waters", which="present")
    answer = posted(browser, f"/partners/{number}/name", name="Danone", which="present")
    assert "RP-2024-1" in browser.get("/cases?q=danone+waters").text

    assert (answer.status_code, answer.headers["location"]) == (303, f"/partners/{number}?done=partner")
    assert "Danone Group (now called Danone)" in Seen(browser.get("/cases/RP-2024-1").text).text
    for name in ("Danone", "danone group"):
        assert Seen(browser.get(f"/partners?q={name}").text).links[f"/partners/{number}"] == "Danone"
    assert marks(site) == {"RP-2024-1": False}
    with db.reading(site) as session:
        event = session.execute(select(EVENTS).where(EVENTS.c.kind == "partner_renamed")).first()
        assert (
            event is not None
            and event.actor == "officer"
            and '"hand"' in event.body
            and record.verify(session).holds
        )


def test_a_new_owner_reopens_due_diligence_and_puts_it_on_the_desk_of_the_officer(
    site: Engine, signed_in: SignedIn
) -> None:
    number = case_of(site)
    browser = signed_in()
    page = Seen(browser.get(f"/partners/{number}").text).text

    answer = posted(
        browser, f"/partners/{number}/owner", owner="Big Group", since="2024-06-01", due="2024-07-10"
    )

    assert "Due diligence is reopened in: RP-2024-1." in page
    assert answer.status_code == 303 and marks(site) == {"RP-2024-1": True}
    assert "Big Group" in Seen(browser.get(f"/partners/{number}").text).text
    work = Seen(browser.get("/").text)
    assert "Due diligence to be done again." in work.text and "10 July 2024" in work.text
    assert "/cases/RP-2024-1/do/confirm_due_diligence" in work.links
    assert "New owner: Big Group." in browser.get("/cases/RP-2024-1").text


def test_a_merger_reopens_the_cases_of_both_and_a_day_past_undoes_it_all(
    site: Engine, signed_in: SignedIn
) -> None:
    one, other = case_of(site), case_of(site, "Example Waters", "draft")
    browser = signed_in()
    data = {"into": str(other), "on": "2024-06-01"}

    past = posted(browser, f"/partners/{one}/merge", **data, due="2024-06-11")
    before = marks(site)
    done = posted(browser, f"/partners/{one}/merge", **data, due="2024-07-10")

    assert past.status_code == 422 and "is past. Give a later day." in Seen(past.text).text
    assert 'value="2024-06-11"' in past.text  # what was typed is not lost
    assert before == {"RP-2024-1": False, "RP-2024-2": False}
    assert done.status_code == 303 and marks(site) == {"RP-2024-1": True, "RP-2024-2": True}
    heir = Seen(browser.get(f"/partners/{other}").text)
    assert "/cases/RP-2024-1" in heir.links and "/cases/RP-2024-2" in heir.links
    assert "it is part of" in Seen(browser.get(f"/partners/{one}").text).text


@pytest.mark.parametrize(
    ("address", "data", "why"),
    [
        ("name", {"name": "", "which": "present"}, "name is empty"),
        ("owner", {"owner": "Big Group", "since": "yesterday", "due": "2024-07-10"}, "Since"),
        ("merge", {"into": "", "on": "2024-06-01", "due": "2024-07-10"}, "Choose one."),
        ("about", {"home": "XQ"}, "is not the code of a State"),
    ],
)
def test_what_is_wrong_is_told_and_changes_nothing(
    site: Engine, signed_in: SignedIn, address: str, data: dict[str, str], why: str
) -> None:
    number = case_of(site)
    answer = posted(signed_in(), f"/partners/{number}/{address}", **data)

    assert answer.status_code == 422 and why in Seen(answer.text).text
    assert marks(site) == {"RP-2024-1": False}


# ------------------------------------------------------------------------------- exclusion lists


def imported(browser: TestClient, content: bytes = LIST) -> Response:
    """The list, reviewed and taken over."""
    token = token_of(browser.get("/parties/import?kind=exclusions").text)
    data = {"form_token": token, "kind": "exclusions"}
    review = browser.post("/parties/import", data=data, files={"file": ("list.csv", content, "text/csv")})
    if review.status_code != 200:
        return review
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', review.text))
    return browser.post("/parties/import", data={**hidden, "accept": "yes"})


def test_a_list_is_reviewed_taken_over_and_names_like_those_of_partners_wait_for_a_decision(
    site: Engine, signed_in: SignedIn
) -> None:
    number = case_of(site)
    browser = signed_in()

    done = imported(browser)

    assert (done.status_code, done.headers["location"]) == (303, "/exclusions?done=imported")
    page = browser.get("/exclusions").text
    assert "“Danone Group” and “Danone Groupe SA” are alike by 100 of 100." in Seen(page).text
    assert inline(page) == []
    assert f"/partners/{number}" in Seen(page).links
    assert "to be decided" in Seen(browser.get("/partners").text).text


def test_every_fault_of_a_list_is_shown_by_row_and_nothing_is_taken(
    site: Engine, signed_in: SignedIn
) -> None:
    answer = imported(signed_in(), b"name,source\n,Example list\nSomebody,\n")

    assert answer.status_code == 422
    words = Seen(answer.text).text
    assert "2 faults in list.csv; nothing was taken" in words
    assert "row 2, column A (name)" in words and "row 3, column B (source)" in words
    with db.reading(site) as session:
        assert session.execute(select(EXCLUSIONS)).all() == []


def test_a_decision_has_a_reason_stops_the_case_and_can_be_taken_back(
    site: Engine, signed_in: SignedIn
) -> None:
    number = case_of(site, state="preliminary_assessment")
    browser = signed_in()
    imported(browser)
    with db.reading(site) as session:
        entry = str(session.scalars(select(MATCHES.c.exclusion)).one())
    pair = {"partner": str(number), "exclusion": entry}

    unreasoned = posted(browser, "/exclusions", **pair, is_match="yes")
    decided = posted(browser, "/exclusions", **pair, is_match="yes", reason="the same seat", back="partner")
    stopped = Seen(browser.get("/cases/RP-2024-1/do/endorse?risk=low").text).text
    partner = Seen(browser.get(f"/partners/{number}").text).text
    posted(browser, "/exclusions", **pair, is_match="no", reason="another company")

    assert unreasoned.status_code == 422 and "there is no reason" in Seen(unreasoned.text).text
    assert decided.headers["location"] == f"/partners/{number}?done=decided"
    assert "is on an exclusion list, as a person has decided: Example list (Danone Groupe SA)" in stopped
    assert "Nobody works with this partner" in partner and "the same seat" in partner
    assert "exclusion list" not in Seen(browser.get("/cases/RP-2024-1/do/endorse?risk=low").text).text


def test_a_name_that_waits_is_on_the_desk_of_the_officer_in_charge(site: Engine, signed_in: SignedIn) -> None:
    case_of(site)
    browser = signed_in()
    imported(browser)

    work = Seen(browser.get("/").text)

    assert "A name on an exclusion list is like the partner’s: decide whether they are the same." in work.text
    assert "/exclusions" in work.links


@pytest.mark.parametrize(
    ("role", "sees", "changes"),
    [
        ("officer", 200, True), ("head", 200, False), ("legal", 200, False), ("finance", 200, False),
        ("auditor", 200, False), ("administrator", 403, False),
    ],
)  # fmt: skip
def test_who_may_read_cases_reads_partners_and_officers_change_them(
    site: Engine, signed_in: SignedIn, role: str, sees: int, changes: bool
) -> None:
    number = case_of(site)
    imported(signed_in())
    browser = signed_in(role)

    pages = [browser.get(at) for at in (f"/partners/{number}", "/partners", "/exclusions", "/partners.csv")]

    assert {page.status_code for page in pages} == {sees}
    assert ("What has changed?" in pages[0].text) == changes
    assert ('name="is_match"' in pages[2].text) == changes
    assert browser.get("/partners/4711").status_code == (404 if sees == 200 else 403)


def test_a_co_partner_joins_a_case_is_looked_into_there_and_leaves_again(
    site: Engine, signed_in: SignedIn
) -> None:
    case_of(site)
    with db.transaction(site) as session:
        number = register.add_partner(session, "Orchid Bank", **BY)
        register.name_partner(session, number, "Banque Orchidée", is_present=False, **BY)
    browser, at = signed_in(), f"/partners/{number}"

    wrong = posted(browser, f"{at}/join", reference="RP-2024-9", role="co_partner", due="2024-07-10")
    joined = posted(browser, f"{at}/join", reference="RP-2024-1", role="co_partner", due="2024-07-10")
    case, partner = Seen(browser.get("/cases/RP-2024-1").text), Seen(browser.get(at).text)
    found = Seen(browser.get("/cases?q=orchidee").text)

    assert (wrong.status_code, "There is no case 'RP-2024-9'." in Seen(wrong.text).text) == (422, True)
    assert (joined.status_code, marks(site)) == (303, {"RP-2024-1": True})
    assert case.links[at] == "Orchid Bank" and "co-partner" in case.text
    assert partner.links["/cases/RP-2024-1"] == "RP-2024-1" and "Danone Group" in partner.text
    assert "/cases/RP-2024-1" in found.links

    assert posted(browser, f"{at}/leave", left="RP-2024-1").status_code == 303
    assert at not in Seen(browser.get("/cases/RP-2024-1").text).links
    assert "/cases/RP-2024-1" not in Seen(browser.get(at).text).links
