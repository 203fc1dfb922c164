"""A holiday decreed later: publishing it moves nothing; each date it touches waits for an officer."""

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
from workflow import db, queries, record
from workflow.queries import CALENDARS, DEADLINES, EVENTS, LETTERS

SignedIn = Callable[..., TestClient]
MAY = build.at("2024-05-02 10:00")
#: The last day of the window of a notification sent on 16 April: 60 days later, a Saturday, rolled forward.
LAST = date(2024, 6, 17)
DECREED = {"how": "add", "day": "2024-06-17", "holiday": "Day of mourning"}


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def propose(browser: TestClient, **given: str) -> Any:
    token = token_of(browser.get("/calendar/CH-VD").text)
    return browser.post("/calendar/CH-VD", data={"form_token": token, **given})


def publish(browser: TestClient, **given: str) -> Any:
    return browser.post("/calendar/CH-VD", data={**hidden(propose(browser, **given).text), "accept": "yes"})


def window(site: Engine) -> Any:
    with db.reading(site) as session:
        wanted = select(DEADLINES).where(DEADLINES.c.kind == "window", DEADLINES.c.status == "armed")
        return session.execute(wanted).one()


def test_the_holidays_of_a_year_are_shown_with_the_horizon(signed_in: SignedIn) -> None:
    page = signed_in("auditor").get("/calendar/CH-VD?year=2025").text

    assert "Federal Fast Monday" in page and 'datetime="2025-09-22"' in page
    assert "It reaches until" in page and 'datetime="2040-12-31"' in page
    assert "A holiday more or less" not in page


def test_before_publishing_the_cases_it_touches_are_listed_with_the_proposed_date(
    site: Engine, signed_in: SignedIn
) -> None:
    case_in(site, "notification")
    browser = signed_in("officer", MAY)

    page = propose(browser, **DECREED).text

    touched = page.partition("Open cases it touches")[2]
    assert "RP-2024-1" in touched
    assert re.findall(r'datetime="(2024-06-\d\d)"', touched) == ["2024-06-17", "2024-06-18"]
    with db.reading(site) as session:
        names = session.scalars(select(CALENDARS.c.digest).where(CALENDARS.c.name == "CH-VD")).all()
    assert len(names) == 1


def test_publishing_moves_nothing(site: Engine, signed_in: SignedIn) -> None:
    case_in(site, "notification")
    browser = signed_in("officer", MAY)
    before = window(site)

    done = publish(browser, **DECREED)

    assert done.headers["location"] == "/calendar/CH-VD?year=2024&done=published"
    assert window(site) == before
    assert "Day of mourning" in browser.get("/calendar/CH-VD?year=2024").text
    assert "1 open case has dates" in browser.get("/calendar").text


def test_an_accepted_date_moves_everyone_asked_is_told_and_its_explanation_names_the_new_calendar(
    site: Engine, signed_in: SignedIn
) -> None:
    case_id = case_in(site, "notification")
    browser = signed_in("officer", MAY)
    publish(browser, **DECREED)
    page = browser.get("/calendar/cases").text
    (key,) = re.findall(r'name="case" value="([^"]+)"', page)

    done = browser.post(
        "/calendar/cases",
        data={"form_token": token_of(page), "case": key, "reason": "The canton mourns."},
    )

    assert (done.status_code, done.headers["location"]) == (303, "/calendar/cases?done=recounted")
    now = window(site)
    assert now.last_day == date(2024, 6, 18)
    with db.reading(site) as session:
        case = queries.load_case(session, case_id)
        (event,) = session.execute(select(EVENTS).where(EVENTS.c.kind == "recounted")).all()
        told = session.scalars(select(LETTERS.c.template).where(LETTERS.c.seq == event.seq)).all()
        digest = session.scalar(select(CALENDARS.c.digest).order_by(CALENDARS.c.published_at.desc()).limit(1))
        assert record.verify(session).holds
        assert record.rebuild(session, case_id) == []
    assert case is not None and case.open_round is not None
    assert case.open_round.reply_by == date(2024, 6, 18)
    assert (set(told), len(told) >= 172, now.calendar) == ({"extension"}, True, digest)
    assert (event.actor, '"sign_in"' in event.body) == ("clock", False)
    assert "Every running date agrees" in browser.get("/calendar/cases").text


def test_a_removed_holiday_brings_no_window_forward(site: Engine, signed_in: SignedIn) -> None:
    browser = signed_in("officer", MAY)
    publish(browser, **DECREED)
    case_in(site, "notification")  # counted with the holiday: the window ends on the 18th

    page = propose(browser, how="remove", day="2024-06-17").text

    assert "No running date becomes another." in page


def test_what_has_changed_meanwhile_is_not_accepted(site: Engine, signed_in: SignedIn) -> None:
    case_id = case_in(site, "notification")
    browser = signed_in("officer", MAY)
    publish(browser, **DECREED)
    page = browser.get("/calendar/cases").text
    (key,) = re.findall(r'name="case" value="([^"]+)"', page)
    build.do(site, case_id, "2024-05-02 11:00", "party:KE", "support")

    late = browser.post(
        "/calendar/cases", data={"form_token": token_of(page), "case": key, "reason": "The canton mourns."}
    )

    assert late.status_code == 422
    assert "Something has changed since this page was shown" in late.text
    assert window(site).last_day == LAST


def test_without_a_choice_and_a_reason_nothing_is_accepted(site: Engine, signed_in: SignedIn) -> None:
    case_in(site, "notification")
    browser = signed_in("officer", MAY)
    publish(browser, **DECREED)

    answer = browser.post(
        "/calendar/cases", data={"form_token": token_of(browser.get("/calendar/cases").text)}
    )

    assert "No case was chosen" in answer.text and "Why is empty" in answer.text
    assert window(site).last_day == LAST


def test_what_is_no_change_of_a_calendar_is_refused_in_words(signed_in: SignedIn) -> None:
    browser = signed_in("officer", MAY)

    nothing, twice, beyond, none = (
        propose(browser, **given).text
        for given in (
            {"how": "remove", "day": "2024-06-17"},
            {"how": "add", "day": "2024-08-01", "holiday": "Another"},
            {"how": "add", "day": "2050-08-01", "holiday": "Far away"},
            {"how": "add", "day": "2024-06-17", "holiday": ""},
        )
    )

    assert "is not one of its holidays" in nothing
    assert "is a holiday already" in twice
    assert "lies outside 2000-01-01 to 2040-12-31" in beyond
    assert "Name of the holiday is empty" in none


def test_an_officer_alone_accepts_dates(site: Engine, signed_in: SignedIn) -> None:
    case_in(site, "notification")
    browser = signed_in("head", MAY)

    seen, tried = browser.get("/calendar/cases"), browser.post("/calendar/cases", data={"case": "1"})

    assert (seen.status_code, tried.status_code) == (200, 403)
