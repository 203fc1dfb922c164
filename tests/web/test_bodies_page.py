"""Bodies and their seats: who held them on any day, and what a change of hands moves."""

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
from workflow import db, models, register
from workflow.queries import SEATS, table

SignedIn = Callable[..., TestClient]
CONTACTS = table(models.Contact)
NOW = build.at("2024-06-12 10:00")
AT = "/bodies/standing_committee/africa-1"


def terms(site: Engine, seat: str = "africa-1") -> list[tuple[str, date, date | None]]:
    wanted = select(SEATS).where(SEATS.c.seat == seat).order_by(SEATS.c.starts)
    with db.reading(site) as session:
        return [(row.member, row.starts, row.ends) for row in session.execute(wanted)]


def review(browser: TestClient, address: str, **given: str) -> Any:
    return browser.post(address, data={"form_token": token_of(browser.get(address).text), **given})


def accept(browser: TestClient, address: str, page: str) -> Any:
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    return browser.post(address, data={**hidden, "accept": "yes"})


def test_seats_are_shown_as_they_were_held_on_a_day(site: Engine, signed_in: SignedIn) -> None:
    browser = signed_in("auditor")
    committee = "Standing Committee</h2>"

    then, before = (browser.get(f"/bodies?on={day}").text for day in ("2024-06-12", "2000-01-01"))

    assert "Gabon" in then.partition(committee)[2]
    assert "On <time" in then and "seats are held" in then and "Quorum: 10 seats." in then
    assert "Nobody holds a seat on this day." in before.partition(committee)[2]
    assert "Vacant" in before


def test_a_member_whom_no_letter_reaches_is_marked(site: Engine, signed_in: SignedIn) -> None:
    with db.transaction(site) as session:
        for row in session.execute(select(CONTACTS).where(CONTACTS.c.party == "GA")).all():
            register.mark_contact_failed(session, row.id, "550 gone", actor="clock", now=NOW)

    page = signed_in("officer").get("/bodies").text

    assert re.search(r'Gabon</a> <span class="tag bad">Cannot be reached</span>', page)


def test_the_next_holder_begins_and_the_last_one_ends_the_day_before(
    site: Engine, signed_in: SignedIn
) -> None:
    browser = signed_in("officer")
    (old,) = terms(site)

    page = review(browser, AT, member="KE", alternate="UG", starts="2024-09-01", ends="", region="Africa")
    assert terms(site) == [old]
    done = accept(browser, AT, page.text)

    assert (done.status_code, done.headers["location"]) == (303, f"{AT}?done=seat")
    assert terms(site) == [("GA", old[1], date(2024, 8, 31)), ("KE", date(2024, 9, 1), None)]


def test_a_change_of_hands_while_the_body_is_asked_names_the_case_it_touches(
    site: Engine, signed_in: SignedIn
) -> None:
    case_in(site, "committee_approval")
    browser = signed_in("officer", build.at("2024-03-20 10:00"))

    page = review(browser, AT, member="KE", alternate="", starts="2024-03-25", ends="").text

    assert "RP-2024-1" in page and "The term of those asked ends" in page


def test_what_cannot_be_is_refused_with_every_reason(site: Engine, signed_in: SignedIn) -> None:
    browser = signed_in("officer")

    unknown = review(browser, AT, member="XX", starts="2024-09-01", ends="2024-08-01")
    empty = review(browser, AT, member="KE", starts="")

    assert (unknown.status_code, empty.status_code) == (422, 422)
    assert "XX is not in the register" in unknown.text and "is before its first" in unknown.text
    assert "First day is empty" in empty.text


def test_the_csv_of_seats_can_be_imported_again_and_changes_nothing(
    site: Engine, signed_in: SignedIn
) -> None:
    content = signed_in("officer").get("/bodies.csv?full=1").content

    with db.transaction(site) as session:
        lines = register.read_seats(content)
        plan = register.import_seats(session, "ramsar", lines, actor="officer", now=NOW)
    assert (plan.is_empty, plan.missing) == (True, ())
