"""How a partnership is watched: what is set, measured, due and complained of, on a page and on the desk."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from tests import build
from tests.web.brought import case_in
from tests.web.seen import Seen, inline
from tests.web.test_accounts_page import done

SignedIn = Callable[..., TestClient]
HOME = "/cases/RP-2024-1"
AT = f"{HOME}/monitoring"
AUGUST = build.at("2024-08-05 10:00")


def seen(browser: TestClient, address: str = AT) -> Seen:
    return Seen(browser.get(address).text)


def link(browser: TestClient, action: str) -> str:
    """The number that the page gives an act beside something."""
    return next(at for at in seen(browser).links if f"/{action}?" in at).rpartition("=")[2]


def test_an_indicator_shows_where_it_stood_stands_and_shall_stand(site: Engine, signed_in: SignedIn) -> None:
    case_in(site, "active", officer="officer")
    officer = signed_in("officer", AUGUST)
    answer = done(officer, "set_indicator", title="Hectares restored", baseline="0", target="40", unit="ha")
    empty = seen(officer).text
    for actual, on in (("5", "2024-07-20"), ("12", "2024-08-01")):
        done(officer, "record_actual", indicator=link(officer, "record_actual"), actual=actual, on=on)

    page = officer.get(AT).text

    assert answer.headers["location"] == f"{AT}?done=set_indicator"
    assert "not yet measured" in empty
    words = Seen(page).text
    assert "Hectares restored (ha) 0 12 1 August 2024" in words and "1 earlier" in words
    assert inline(page) == []


def test_what_is_due_stands_on_the_page_and_on_the_desk_and_leaves_both_when_done(
    site: Engine, signed_in: SignedIn
) -> None:
    case_in(site, "active", officer="officer")
    officer = signed_in("officer", AUGUST)
    done(officer, "plan_assessment", due="2024-08-30", text="the first year")
    done(officer, "recommend", text="Measure twice a year", owner="finance", due="2024-08-20")
    desk, finance = seen(officer, "/").text, signed_in("finance", AUGUST)
    theirs = seen(finance, "/")

    done(finance, "close_recommendation", duty=link(finance, "close_recommendation"), findings="Measured.")

    assert "Assessment of the partnership." in desk and "Recommendation" not in desk
    assert "Recommendation to be carried out." in theirs.text
    assert f"{HOME}/do/close_recommendation" in theirs.links
    after = seen(officer).text
    assert "by 30 August 2024 the first year" in after
    assert "done 5 August 2024 Measure twice a year (Finance officer) Measured." in after
    assert "Recommendation" not in seen(finance, "/").text


def test_what_is_not_done_in_time_is_shown_as_overdue(site: Engine, signed_in: SignedIn) -> None:
    case_in(site, "active", officer="officer")
    done(signed_in("officer", AUGUST), "plan_assessment", due="2024-08-30", text="the first year")

    late = signed_in("officer", build.at("2024-09-05 10:00"))

    assert "overdue since 30 August 2024" in seen(late).text


def test_a_complaint_is_recorded_reviewed_and_may_lead_to_a_suspension(
    site: Engine, signed_in: SignedIn
) -> None:
    case_in(site, "active", officer="officer")
    officer = signed_in("officer", AUGUST)
    done(officer, "record_complaint", who="Friends of the Lake", text="It is fenced in", due="2024-09-02")
    waiting, desk = seen(officer), seen(officer, "/").text

    done(
        officer, "review_complaint", duty=link(officer, "review_complaint"), result="upheld",
        findings="The fence was not agreed.",
    )  # fmt: skip

    assert "by 2 September 2024 Friends of the Lake, 5 August 2024: It is fenced in" in waiting.text
    assert "Complaint to be reviewed." in desk
    after = seen(officer)
    assert "Upheld" in after.text and "The fence was not agreed." in after.text
    assert after.links[f"{HOME}/do/suspend"] == "Suspend the partnership"


@pytest.mark.parametrize(
    ("role", "status", "watches"),
    [
        ("officer", 200, True), ("head", 200, False), ("legal", 200, False), ("finance", 200, False),
        ("auditor", 200, False), ("administrator", 403, False),
    ],
)  # fmt: skip
def test_officers_watch_and_whoever_reads_cases_sees(
    site: Engine, signed_in: SignedIn, role: str, status: int, watches: bool
) -> None:
    case_in(site, "active", officer="officer")
    page = signed_in(role, AUGUST).get(AT)

    assert page.status_code == status
    assert (f"{HOME}/do/set_indicator" in Seen(page.text).links) == watches


def test_before_an_agreement_there_is_nothing_to_watch_yet(site: Engine, signed_in: SignedIn) -> None:
    case_in(site, "notification", officer="officer")

    page = seen(signed_in("officer", build.at("2024-05-20 10:00")))

    assert not any("/do/" in address for address in page.links)
