"""Parties and their contacts: as of any day, who cannot be reached, and what an officer changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from tests import build
from tests.web.brought import case_in
from tests.web.conftest import token_of
from workflow import db, models, record, register
from workflow.queries import EVENTS, PARTIES, table

SignedIn = Callable[..., TestClient]
CONTACTS = table(models.Contact)
NOW = build.at("2024-06-12 10:00")


def contacts_of(site: Engine, party: str) -> list[dict[str, Any]]:
    wanted = select(CONTACTS).where(CONTACTS.c.party == party).order_by(CONTACTS.c.id)
    with db.reading(site) as session:
        return [dict(row) for row in session.execute(wanted).mappings()]


def fail(site: Engine, party: str) -> None:
    """Letters to the one contact of this Party come back."""
    with db.transaction(site) as session:
        (contact,) = contacts_of(site, party)
        register.mark_contact_failed(session, contact["id"], "550 No such user", actor="clock", now=NOW)


def codes(page: str) -> list[str]:
    return re.findall(r'<td data-label="Code">(\w\w)</td>', page)


def post(browser: TestClient, address: str, form_at: str = "", **fields: str) -> Any:
    token = token_of(browser.get(form_at or address).text)
    return browser.post(address, data={"form_token": token, **fields})


# ------------------------------------------------------------------------------------------ the list


def test_the_list_shows_the_parties_of_a_day(site: Engine, signed_in: SignedIn) -> None:
    with db.transaction(site) as session:
        register.set_party(session, "ramsar", "FJ", leaves=date(2024, 6, 30), actor="officer", now=NOW)
    browser = signed_in("auditor")

    today, july, ever = (
        browser.get(f"/parties?{query}").text for query in ("", "on=2024-07-01", "on=2024-07-01&which=all")
    )

    assert ["FJ" in codes(page) for page in (today, july, ever)] == [True, False, True]
    assert len(codes(today)) == len(codes(july)) + 1
    assert "Party until" in ever and "leaves on" in today


def test_who_cannot_be_reached_is_counted_marked_and_can_be_asked_for_alone(
    site: Engine, signed_in: SignedIn
) -> None:
    fail(site, "TD")
    browser = signed_in("officer")

    every, lost = (browser.get(address).text for address in ("/parties", "/parties?state=unreachable"))

    assert "1 cannot be reached." in every
    assert codes(lost) == ["TD"]
    assert '<span class="tag bad">Cannot be reached</span>' in lost


def test_a_filter_that_nobody_meets_shows_nobody(signed_in: SignedIn) -> None:
    page = signed_in("officer").get("/parties?region=Africa&q=France").text

    assert (codes(page), "No Party meets all of these conditions." in page) == ([], True)


def test_a_day_that_is_none_is_told_and_today_is_shown(signed_in: SignedIn) -> None:
    page = signed_in("officer").get("/parties?on=31.02.2024").text

    assert "is not a day of the calendar" in page
    assert len(codes(page)) > 150


def test_the_csv_equals_the_screen(site: Engine, signed_in: SignedIn) -> None:
    fail(site, "TD")
    browser = signed_in("officer")
    query = "region=Africa&on=2024-06-12"

    shown, csv = browser.get(f"/parties?{query}").text, browser.get(f"/parties.csv?{query}")

    lines = csv.text.lstrip("\ufeff").splitlines()[1:]
    assert [line.split(",")[0] for line in lines] == codes(shown)
    assert next(line for line in lines if line.startswith("TD")).endswith(",0,Cannot be reached")


def test_the_full_csv_is_a_list_that_changes_nothing_when_it_is_imported(
    site: Engine, signed_in: SignedIn
) -> None:
    content = signed_in("officer").get("/parties.csv?full=1").content

    with db.transaction(site) as session:
        plan = register.import_parties(session, "ramsar", register.read(content), actor="officer", now=NOW)
    assert (plan.is_empty, plan.missing) == (True, ())


# ------------------------------------------------------------------------------------------ one Party


def test_a_party_shows_its_contacts_and_the_questions_open_to_it(site: Engine, signed_in: SignedIn) -> None:
    case_in(site, "notification")
    page = signed_in("officer", build.at("2024-05-01 10:00")).get("/parties/FR").text

    assert "head.fr@parties.example" in page
    assert '<span class="tag good">Letters go here</span>' in page
    assert "RP-2024-1" in page.partition("Open questions to it")[2]


def test_an_administrator_sees_no_case_on_it(site: Engine, signed_in: SignedIn) -> None:
    case_in(site, "notification")

    page = signed_in("administrator", build.at("2024-05-01 10:00")).get("/parties/FR").text

    assert ("head.fr@parties.example" in page, "RP-2024-1" in page) == (True, False)


def test_contacts_are_shown_as_they_were_used_on_a_day(site: Engine, signed_in: SignedIn) -> None:
    (contact,) = contacts_of(site, "FR")
    with db.transaction(site) as session:
        register.end_contact(session, contact["id"], date(2024, 3, 31), actor="officer", now=NOW)
    browser = signed_in("officer")

    march, april = (browser.get(f"/parties/FR?on={day}").text for day in ("2024-03-31", "2024-04-01"))

    assert ("Letters go here" in march, "No longer used" in march) == (True, False)
    assert ("Letters go here" in april, "No longer used" in april) == (False, True)
    assert '<span class="tag bad">Cannot be reached</span>' in april


def test_a_party_that_is_none_is_told_so(signed_in: SignedIn) -> None:
    answer = signed_in("officer").get("/parties/XX")

    assert (answer.status_code, "There is no such Party" in answer.text) == (404, True)


# ------------------------------------------------------------------------------------------ contacts


def test_an_officer_adds_a_contact_and_the_record_says_so_without_the_name(
    site: Engine, signed_in: SignedIn
) -> None:
    browser = signed_in("officer")

    answer = post(
        browser, "/parties/FR/contacts/new", role="nfp", email="Zones@Ministere.example", name="Anne Durand",
        title="Chargée de mission", language="", starts="2024-06-12", ends="",
    )  # fmt: skip

    assert (answer.status_code, answer.headers["location"]) == (303, "/parties/FR?done=contact")
    added = contacts_of(site, "FR")[-1]
    assert (added["role"], added["name"], added["starts"]) == ("nfp", "Anne Durand", date(2024, 6, 12))
    assert added["email"].casefold() == "zones@ministere.example"
    with db.reading(site) as session:
        event = session.execute(select(EVENTS).where(EVENTS.c.kind == "contact_set")).one()
        assert record.verify(session).holds
    assert event.actor == "officer" and '"hand":"' in event.body
    assert "Durand" not in event.body and "ministere" not in event.body


def test_a_postal_address_is_typed_line_by_line_and_shown_with_the_contact(
    site: Engine, signed_in: SignedIn
) -> None:
    browser = signed_in("officer")
    (contact,) = contacts_of(site, "FR")
    at = f"/parties/FR/contacts/{contact['id']}"
    said = {name: contact[name] or "" for name in ("role", "email", "name", "title", "language")}

    post(browser, at, postal_address="1 rue du Lac\r\n74500 ÉVIAN", starts="", ends="", **said)
    shown, form = browser.get("/parties/FR").text, browser.get(at).text
    wrong = post(browser, at, postal_address="x\n" * 9, starts="", ends="", **said)

    assert "<br>1 rue du Lac<br>74500 ÉVIAN</span>" in shown
    assert ">1 rue du Lac\n74500 ÉVIAN</textarea>" in form
    assert (wrong.status_code, "it has 9 lines, more than 7." in wrong.text) == (422, True)
    assert contacts_of(site, "FR")[0]["postal_address"] == "1 rue du Lac\n74500 ÉVIAN"


def test_everything_wrong_with_a_contact_is_told_at_once_and_nothing_typed_is_lost(
    site: Engine, signed_in: SignedIn
) -> None:
    browser = signed_in("officer")

    answer = post(
        browser, "/parties/FR/contacts/new", role="boss", email="anne durand", name="Anne\u202e", title="",
        language="de", starts="", ends="",
    )  # fmt: skip

    assert answer.status_code == 422
    faults = re.findall(r"<li>(Contact of FR: .*?)</li>", answer.text)
    assert [fault.split(": ")[1].split(":")[0].split(" is")[0] for fault in faults] == [
        "role", "email", "name", "language",
    ]  # fmt: skip
    assert 'value="anne durand"' in answer.text
    assert len(contacts_of(site, "FR")) == 1


def test_a_contact_is_changed_and_ended_but_never_removed(site: Engine, signed_in: SignedIn) -> None:
    browser = signed_in("officer")
    (contact,) = contacts_of(site, "FR")
    at = f"/parties/FR/contacts/{contact['id']}"

    nothing = dict.fromkeys(("name", "title", "language", "starts", "ends"), "")
    changed = post(browser, at, role="head", email="new.head@ministry.example", **nothing)
    ended = post(browser, f"{at}/end", at, last="2024-06-30")

    assert (changed.status_code, ended.headers["location"]) == (303, "/parties/FR?done=ended")
    (now,) = contacts_of(site, "FR")
    assert (now["email"], now["ends"]) == ("new.head@ministry.example", date(2024, 6, 30))


def test_an_address_that_failed_is_written_to_again_once_an_officer_says_so(
    site: Engine, signed_in: SignedIn
) -> None:
    fail(site, "TD")
    browser = signed_in("officer")
    before = browser.get("/parties/TD").text
    (contact,) = contacts_of(site, "TD")

    answer = post(browser, f"/parties/TD/contacts/{contact['id']}/works", "/parties/TD")

    assert "550 No such user" in before and "Works again" in before
    assert answer.headers["location"] == "/parties/TD?done=works"
    assert "Can be reached" not in before and contacts_of(site, "TD")[0]["failed_at"] is None


def test_a_contact_of_another_party_cannot_be_changed_under_this_one(
    site: Engine, signed_in: SignedIn
) -> None:
    (of_chad,) = contacts_of(site, "TD")

    answer = signed_in("officer").get(f"/parties/FR/contacts/{of_chad['id']}")

    assert answer.status_code == 404


def test_who_only_reads_finds_nothing_to_change(site: Engine, signed_in: SignedIn) -> None:
    (contact,) = contacts_of(site, "FR")
    browser = signed_in("auditor")

    page, form = browser.get("/parties/FR").text, browser.get(f"/parties/FR/contacts/{contact['id']}")

    assert ("Add a contact" in page, form.status_code) == (False, 403)


# --------------------------------------------------------------------------------- particulars of a Party


def test_a_denunciation_shows_what_it_moves_before_it_is_kept(site: Engine, signed_in: SignedIn) -> None:
    case_in(site, "objection")  # of Germany
    browser = signed_in("officer", build.at("2024-06-20 10:00"))
    with db.reading(site) as session:
        row = session.execute(select(PARTIES).where(PARTIES.c.code == "DE")).mappings().one()
    names = ("name_en", "name_fr", "name_es", "region", "language", "timezone")
    given = {name: row[name] for name in names} | {"joins": str(row["joins"]), "leaves": "2024-07-15"}

    review = post(browser, "/parties/DE/change", **given)

    assert "DE ceases to be a Party" in review.text and "RP-2024-1" in review.text
    with db.reading(site) as session:
        assert session.scalar(select(PARTIES.c.leaves).where(PARTIES.c.code == "DE")) is None
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', review.text))
    done = browser.post("/parties/DE/change", data={**hidden, "accept": "yes"})
    assert done.headers["location"] == "/parties/DE?done=party"
    with db.reading(site) as session:
        leaves = session.scalar(select(PARTIES.c.leaves).where(PARTIES.c.code == "DE"))
    assert leaves == date(2024, 7, 15)
