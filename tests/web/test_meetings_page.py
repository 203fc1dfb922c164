"""Meetings: what hangs on them is seen before they move, and moves with them once that is accepted."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from tests import build
from tests.web.brought import case_in
from tests.web.conftest import token_of
from workflow import db, models, record
from workflow.queries import DEADLINES, EVENTS, MEETINGS, table

SignedIn = Callable[..., TestClient]
#: Before the Committee meets.
SPRING = build.at("2024-05-20 10:00")
AT = "/meetings/standing_committee/SC63"
LATER = {"starts": "2024-06-17", "ends": "2024-06-21", "reason": "The hall is flooded."}


def dates(site: Engine) -> list[date]:
    """The last days that run."""
    with db.reading(site) as session:
        wanted = select(DEADLINES.c.last_day).where(models.IS_RUNNING).order_by(DEADLINES.c.last_day)
        return list(session.scalars(wanted))


def days_of(site: Engine, ordinal: str = "SC63") -> tuple[date, date]:
    with db.reading(site) as session:
        row = session.execute(select(MEETINGS).where(MEETINGS.c.ordinal == ordinal)).one()
        return row.starts, row.ends


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a review, as a browser sends them."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def test_a_meeting_says_which_dates_of_which_cases_hang_on_it(site: Engine, signed_in: SignedIn) -> None:
    case_in(site, "committee_meeting")

    page = signed_in("head", SPRING).get(AT).text

    assert "Running dates of open cases" in page
    assert "RP-2024-1" in page
    assert "See what this moves" not in page  # the Secretary General reads


def test_before_a_meeting_moves_an_officer_sees_what_it_moves_and_nothing_has_moved(
    site: Engine, signed_in: SignedIn
) -> None:
    case_in(site, "committee_meeting")
    browser = signed_in("officer", SPRING)
    before = (dates(site), days_of(site))
    token = token_of(browser.get(AT).text)

    review = browser.post(AT, data={"form_token": token, **LATER})

    assert review.status_code == 200
    assert "1 cases, 1 dates" in review.text
    assert 'datetime="2024-06-07"' in review.text  # as it is
    assert 'datetime="2024-06-21"' in review.text  # as it would be
    assert "Move the meeting and these dates" in review.text
    assert (dates(site), days_of(site)) == before


def test_accepted_the_meeting_moves_and_the_case_with_it_and_the_timeline_says_why(
    site: Engine, signed_in: SignedIn
) -> None:
    case_id = case_in(site, "committee_meeting")
    browser = signed_in("officer", SPRING)
    review = browser.post(AT, data={"form_token": token_of(browser.get(AT).text), **LATER}).text

    done = browser.post(AT, data={**hidden(review), "accept": "yes"})

    assert (done.status_code, done.headers["location"]) == (303, f"{AT}?done=moved")
    assert days_of(site) == (date(2024, 6, 17), date(2024, 6, 21))
    assert date(2024, 6, 21) in dates(site)
    with db.reading(site) as session:
        last = session.execute(
            select(EVENTS).where(EVENTS.c.case_id == case_id).order_by(EVENTS.c.seq.desc()).limit(1)
        ).one()
        assert record.verify(session).holds
    assert (last.kind, last.actor) == ("register_changed", "clock")
    assert "The hall is flooded." in last.body


def test_the_record_says_by_reference_which_officer_moved_it(site: Engine, signed_in: SignedIn) -> None:
    browser = signed_in("officer", SPRING)
    review = browser.post(AT, data={"form_token": token_of(browser.get(AT).text), **LATER}).text
    browser.post(AT, data={**hidden(review), "accept": "yes"})

    with db.reading(site) as session:
        moved = session.execute(select(EVENTS).where(EVENTS.c.kind == "meeting_moved")).one()
        personal = table(models.Personal)
        kept = {row.ref: row.content for row in session.execute(select(personal))}
    (hand,) = [content for ref, content in kept.items() if ref in moved.body]

    assert (moved.actor, hand) == ("officer", {"sign_in": "officer"})


def test_what_was_not_shown_is_not_accepted(site: Engine, signed_in: SignedIn) -> None:
    browser = signed_in("officer", SPRING)
    review = browser.post(AT, data={"form_token": token_of(browser.get(AT).text), **LATER}).text
    other = "/meetings/standing_committee/SC64"
    between = browser.post(
        other, data={**hidden(review), "starts": "2025-01-27", "ends": "2025-01-31", "accept": "yes"}
    )

    late = browser.post(AT, data={**hidden(review), "accept": "yes"})

    assert between.status_code == 303
    assert late.status_code == 422
    assert "The register has been changed by somebody else" in late.text
    assert days_of(site) == (date(2024, 6, 3), date(2024, 6, 7))


def test_a_meeting_does_not_move_without_a_reason_or_to_end_before_it_begins(
    site: Engine, signed_in: SignedIn
) -> None:
    browser = signed_in("officer", SPRING)
    token = token_of(browser.get(AT).text)

    answer = browser.post(AT, data={"form_token": token, "starts": "2024-06-17", "ends": "2024-06-03"})

    assert answer.status_code == 422
    assert "there is no reason" in answer.text and "is before 2024-06-17" in answer.text
    assert 'value="2024-06-17"' in answer.text  # what was typed is not lost


def test_a_new_meeting_is_entered_after_a_review(site: Engine, signed_in: SignedIn) -> None:
    browser = signed_in("officer", SPRING)
    given = {"body": "cop", "ordinal": "COP17", "kind": "ordinary", "place": "Suva", "note": ""}
    given |= {"starts": "2031-10-20", "ends": "2031-10-28"}
    token = token_of(browser.get("/meetings/new").text)

    review = browser.post("/meetings/new", data={"form_token": token, **given}).text
    done = browser.post("/meetings/new", data={**hidden(review), "accept": "yes"})

    assert done.status_code == 303
    assert days_of(site, "COP17") == (date(2031, 10, 20), date(2031, 10, 28))


def test_the_list_is_as_of_any_day_and_its_csv_can_be_imported_again(
    site: Engine, signed_in: SignedIn
) -> None:
    browser = signed_in("auditor", SPRING)

    now, later = (browser.get(f"/meetings?on={day}").text for day in ("2024-06-12", "2030-01-01"))
    csv = browser.get("/meetings.csv")

    coming = [page.partition("<h2>Past</h2>")[0] for page in (now, later)]
    assert ["COP15" in part for part in coming] == [True, False]
    assert "COP13" in now.partition("<h2>Past</h2>")[2]
    assert csv.headers["content-disposition"] == 'attachment; filename="meetings.csv"'
    assert csv.text.splitlines()[0].lstrip("\ufeff") == "body,ordinal,kind,place,starts,ends,note"
