"""Calendars for other programs: the right day everywhere, for whom they are meant, until they are revoked."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar
from sqlalchemy import Engine, insert, select

from tests import build
from tests.web.brought import case_in
from tests.web.conftest import token_of
from workflow import db, register
from workflow.queries import CASES
from workflow.web.people import HANDOVERS

SignedIn = Callable[..., TestClient]
MAY = build.at("2024-05-20 10:00")
LAST = date(2024, 6, 17)


def feed_in(page: str) -> str:
    """The path of the calendar that a page names."""
    (address,) = re.findall(r"<code>(http\S+\.ics)</code>", page)
    return str(urlsplit(html.unescape(address)).path)


def entries(visitor: TestClient, path: str) -> list[Any]:
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


@pytest.fixture
def notified(site: Engine) -> str:
    """A case of the officer before all Parties; its reference."""
    case_id = case_in(site, "notification", officer="officer")
    with db.reading(site) as session:
        return str(session.scalar(select(CASES.c.reference).where(CASES.c.id == case_id)))


def test_a_calendar_program_without_a_session_reads_the_dates_of_my_cases(
    notified: str, signed_in: SignedIn, visitor: TestClient
) -> None:
    path = feed_in(signed_in("officer", MAY).get("/account").text)

    (entry,) = entries(visitor, path)

    assert str(entry["SUMMARY"]) == f"{notified}: The window for answers closes"
    assert "2024-06-18 09:00 (Europe/Zurich)" in str(entry["DESCRIPTION"])
    assert str(entry["URL"]).endswith(f"/cases/{notified}")


@pytest.mark.parametrize("zone", ["Pacific/Fiji", "America/New_York", "Europe/Zurich"])
def test_the_last_day_is_the_same_day_in_suva_and_in_washington(
    notified: str, signed_in: SignedIn, visitor: TestClient, zone: str
) -> None:
    path = feed_in(signed_in("officer", MAY).get("/account").text)

    (entry,) = entries(visitor, path)
    starts, ends = entry["DTSTART"].dt, entry["DTEND"].dt

    # A day without an hour and without a zone: every program shows it on that very day, wherever it stands.
    assert (type(starts), entry["DTSTART"].params.get("VALUE"), "TZID" in entry["DTSTART"].params) == (
        date, "DATE", False,
    )  # fmt: skip
    assert (starts, ends) == (LAST, LAST + timedelta(days=1))  # the end is not part of it
    here = ZoneInfo(zone)
    noon = datetime(2024, 6, 17, 12, tzinfo=here)
    midnight = datetime(2024, 6, 18, 0, tzinfo=here)
    assert starts <= noon.date() < ends and not midnight.date() < ends


def test_the_calendar_of_a_case_shows_that_case_alone(
    site: Engine, notified: str, signed_in: SignedIn, visitor: TestClient
) -> None:
    case_in(site, "committee_meeting", officer="officer", at_="2024-01-08 09:30")
    browser = signed_in("officer", MAY)
    mine = feed_in(browser.get("/account").text)
    assert f'href="/cases/{notified}/calendar"' in browser.get(f"/cases/{notified}").text
    of_case = feed_in(browser.get(f"/cases/{notified}/calendar").text)

    assert [len(entries(visitor, path)) for path in (mine, of_case)] == [2, 1]
    other = of_case.replace(notified, "RP-2024-2")
    assert visitor.get(other).status_code == 404
    token = of_case.split("/")[2]
    assert visitor.get(f"/feeds/{token}.ics").status_code == 404  # nor all of mine


def test_an_entry_keeps_its_name_when_its_date_moves(
    site: Engine, signed_in: SignedIn, visitor: TestClient
) -> None:
    case_id = case_in(site, "notification", officer="officer")
    path = feed_in(signed_in("officer", MAY).get("/account").text)
    (before,) = entries(visitor, path)
    build.do(
        site, case_id, "2024-05-21 10:00", "officer", "extend", until=date(2024, 7, 1), reason="Holidays"
    )

    (after,) = entries(visitor, path)

    assert (after["UID"], after["DTSTART"].dt) == (before["UID"], date(2024, 7, 1))
    assert after["SEQUENCE"] > before["SEQUENCE"]


def test_what_i_stand_in_for_is_in_my_calendar_for_those_days(
    site: Engine, notified: str, signed_in: SignedIn, visitor: TestClient
) -> None:
    with db.transaction(site) as session:
        register.add_staff(
            session, "marta", "officer", "marta@secretariat.example", actor="test", now=build.BEGINNING
        )
    path = feed_in(signed_in("marta", MAY).get("/account").text)
    alone = len(entries(visitor, path))
    with db.transaction(site) as session:
        days = {"starts": date(2024, 5, 20), "ends": date(2024, 5, 24)}
        session.execute(insert(HANDOVERS).values(staff="officer", deputy="marta", **days))

    assert (alone, len(entries(visitor, path))) == (0, 1)


def test_a_new_address_makes_the_old_ones_open_nothing(
    notified: str, signed_in: SignedIn, visitor: TestClient
) -> None:
    browser = signed_in("officer", MAY)
    page = browser.get("/account").text
    old, of_case = feed_in(page), feed_in(browser.get(f"/cases/{notified}/calendar").text)

    browser.post("/account/feed", data={"form_token": token_of(page)})

    new = feed_in(browser.get("/account").text)
    assert [visitor.get(path).status_code for path in (old, of_case, new)] == [404, 404, 200]


def test_the_calendar_of_somebody_who_has_left_opens_nothing(
    site: Engine, notified: str, signed_in: SignedIn, visitor: TestClient
) -> None:
    path = feed_in(signed_in("officer", MAY).get("/account").text)
    with db.transaction(site) as session:
        register.set_active(session, "officer", False, actor="administrator", now=MAY)

    assert visitor.get(path).status_code == 404


def test_guessing_addresses_is_slowed_down(visitor: TestClient) -> None:
    statuses = {visitor.get(f"/feeds/{number:043}.ics").status_code for number in range(121)}

    assert statuses == {404, 429}


def test_who_has_no_cases_has_no_calendar(signed_in: SignedIn) -> None:
    assert "calendar program" not in signed_in("administrator", MAY).get("/account").text


def test_whoever_looks_through_other_eyes_is_not_given_the_address(signed_in: SignedIn) -> None:
    browser = signed_in("administrator", MAY)
    token = token_of(browser.get("/staff/new").text)
    browser.post("/staff/officer/eyes", data={"form_token": token, "reason": "Support."})

    assert ".ics" not in browser.get("/account").text
