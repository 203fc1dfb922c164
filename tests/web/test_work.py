"""My work: what I must do, the nearest date first, in words and with the way to do it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from tests import build
from workflow import db, outbox, register

Browser = Callable[..., TestClient]


@pytest.fixture
def cases(site: Engine) -> Engine:
    """Of the officer: one that is overdue, one in which a Party has set conditions; one of a colleague."""
    slow = build.case(site, at_="2024-04-02 09:00", title="Star Alliance flyways", officer="officer")
    build.do(site, slow, "2024-04-03 09:00", "officer", "submit")
    asked = build.case(
        site, at_="2024-06-03 09:00", title="Peat & <b>moss</b>", officer="officer", territory=("CI", "CD")
    )
    build.do(site, asked, "2024-06-04 09:00", "officer", "submit")
    build.do(site, asked, "2024-06-05 09:00", "officer", "endorse", risk="low")
    build.do(site, asked, "2024-06-10 09:00", "officer", "dispatch")
    build.do(
        site, asked, "2024-06-11 09:00", "party:CI", "consent_with_conditions", conditions="Not in the park"
    )
    build.case(site, at_="2024-06-03 09:00", title="Mangroves", officer="ben")
    build.run_to(site, "2024-06-12 09:00")
    return site


def headings(page: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", found) for found in re.findall(r"<h2>(.*?)</h2>", page)]


def items(page: str) -> list[tuple[str, list[str]]]:
    """Each item as its case and the addresses it links to."""
    found = re.findall(r'<li>\n<span class="when">(.*?)</li>', page, re.DOTALL)
    return [
        (re.findall(r"RP-\d+-\d+", each)[0], re.findall(r'href="(/cases/\S+/\S+)"', each)) for each in found
    ]


def test_what_is_overdue_comes_first_with_the_way_to_do_it(cases: Engine, signed_in: Browser) -> None:
    page = signed_in("officer").get("/").text

    assert headings(page) == ["Overdue 1", "Later 1", "Waiting for others 1"]
    assert items(page) == [
        ("RP-2024-1", ["/cases/RP-2024-1/do/endorse", "/cases/RP-2024-1/do/decline"]),
        ("RP-2024-2", ["/cases/RP-2024-2/do/accept_conditions"]),
    ]
    assert "Côte d’Ivoire has set conditions" in page.replace("&#39;", "’").replace("'", "’")
    assert "1 of 2" in page
    assert "Mangroves" not in page


def test_titles_of_cases_are_never_markup(cases: Engine, signed_in: Browser) -> None:
    assert "Peat &amp; &lt;b&gt;moss&lt;/b&gt;" in signed_in("officer").get("/").text


def test_the_page_speaks_the_readers_language(cases: Engine, signed_in: Browser) -> None:
    page = signed_in("officer").get("/?lang=fr").text

    assert "République démocratique du Congo" not in page
    assert '<html lang="fr"' in page
    assert "3 mai 2024" in page


def test_a_colleague_who_is_absent_is_named_beside_their_cases(cases: Engine, signed_in: Browser) -> None:
    browser = signed_in("officer")
    with db.transaction(cases) as session:
        register.add_staff(
            session, "ben", "officer", "ben@secretariat.example", actor="test", now=build.BEGINNING
        )
        day = build.at("2024-06-12 00:00").date()
        register.hand_over(
            session, "ben", "officer", day, day.replace(day=30), actor="ben", now=build.at("2024-06-11 09:00")
        )

    assert "for ben" in browser.get("/").text


def test_who_has_nothing_to_do_is_told_so(cases: Engine, signed_in: Browser) -> None:
    assert "Nothing waits for you." in signed_in("legal").get("/").text
    assert "Your role reads everything and changes nothing." in signed_in("auditor").get("/").text


def test_an_auditor_sees_what_waits_and_no_way_to_do_it(cases: Engine, signed_in: Browser) -> None:
    page = signed_in("auditor").get("/").text

    assert "Advance agreement of the Parties concerned" in page
    assert "/do/" not in page


def test_the_administrator_has_no_cases(cases: Engine, signed_in: Browser) -> None:
    assert signed_in("administrator").get("/").status_code in (303, 403)


def test_a_paused_queue_says_why_and_what_to_do(cases: Engine, signed_in: Browser) -> None:
    browser = signed_in("officer")
    with db.transaction(cases) as session:
        outbox.pause(
            session, "535 authentication failed", "Correct mail.password.", build.at("2024-06-12 08:00")
        )

    page = browser.get("/").text
    assert "535 authentication failed" in page
    assert "Correct mail.password." in page
