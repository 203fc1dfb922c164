"""The register: every case, found by words and filters, page by page; and as files that equal the screen."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from html import unescape

import openpyxl
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, insert

from tests import build
from workflow import db, gather
from workflow.queries import CASES

Browser = Callable[..., TestClient]


@pytest.fixture
def cases(site: Engine) -> Engine:
    """A draft with a title like a formula, a case that is overdue, and one that was objected to."""
    slow = build.case(
        site, at_="2024-04-02 09:00", title="Star Alliance flyways", officer="officer",
        territory=("FR", "CH"), partner={"name": "Star Alliance", "home": "DE"},
    )  # fmt: skip
    build.do(site, slow, "2024-04-03 09:00", "officer", "submit")
    notified = build.in_notification(site)
    build.do(site, notified, "2024-06-11 12:00", "party:CI", "objection", reasons="Une rivière partagée")
    build.case(site, at_="2024-06-12 09:00", title="=1+1 <b>Peat</b>", territory=("CD",))
    gather.gather(site)
    return site


DRAFT, OBJECTED, SLOW = "RP-2024-3", "RP-2024-2", "RP-2024-1"


def cells(page: str) -> list[list[str]]:
    """The table of the register, heading first, as somebody reads it."""
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    return [
        [
            unescape(" ".join(re.sub(r"<[^>]+>", "", cell).split()))
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in rows
    ]


def shown(page: str) -> list[str]:
    return [row[0] for row in cells(page)[1:]]


def chips(page: str) -> dict[str, str]:
    """The filters in force, in words, and the address without each."""
    found = re.findall(r'<a class="chip" href="([^"]+)">(.*?) <span', page)
    return {unescape(words): unescape(address) for address, words in found}


# ------------------------------------------------------------------------------------- the screen


#: What the procedure of these cases is called.
RAMSAR = "Partnership with the private sector"


def test_the_register_shows_every_case_with_what_comes_next(cases: Engine, signed_in: Browser) -> None:
    page = signed_in("officer").get("/cases").text

    assert cells(page) == [
        [
            "Case", "Title", "Partner", "Procedure", "Stage", "Parties concerned", "Officer", "Next date",
            "What is due", "Objections", "Opened",
        ],
        [
            DRAFT, "=1+1 <b>Peat</b>", "Danone Group", RAMSAR, "Draft",
            "Democratic Republic of the Congo", "", "", "", "", "12 June 2024",
        ],
        [
            OBJECTED, "Evian Project", "Danone Group", RAMSAR,
            "Notification to all Contracting Parties", "", "", "12 August 2024", "The window closes",
            "Côte d'Ivoire", "1 March 2024",
        ],
        [
            SLOW, "Star Alliance flyways", "Star Alliance", RAMSAR, "Preliminary assessment",
            "France; Switzerland", "The officer", "3 May 2024",
            "overdue: Assess the proposal: endorse or decline", "", "2 April 2024",
        ],
    ]  # fmt: skip


def test_filters_are_applied_together_and_shown_as_what_can_be_taken_away(
    cases: Engine, signed_in: Browser
) -> None:
    page = signed_in("officer").get("/cases?q=star&party=FR&as=concerned&overdue=1&officer=officer").text

    assert shown(page) == [SLOW]
    assert chips(page) == {
        "“star”": "/cases?party=FR&as=concerned&officer=officer&overdue=1",
        "France, as a Party concerned": "/cases?q=star&officer=officer&overdue=1",
        "The officer": "/cases?q=star&party=FR&as=concerned&overdue=1",
        "overdue": "/cases?q=star&party=FR&as=concerned&officer=officer",
    }


def test_an_empty_filter_asks_for_nothing(cases: Engine, signed_in: Browser) -> None:
    page = signed_in("officer").get("/cases?q=&state=&party=&as=&officer=&objected=&order=newest").text

    assert (shown(page), chips(page)) == ([DRAFT, OBJECTED, SLOW], {})


def test_conditions_that_no_case_meets_are_told_so(cases: Engine, signed_in: Browser) -> None:
    page = signed_in("officer").get("/cases?state=cop&overdue=1").text

    assert "No case meets all of these conditions." in page
    assert list(chips(page)) == ["Before the Conference of the Parties", "overdue"]


def test_a_search_says_where_the_words_were_found(cases: Engine, signed_in: Browser) -> None:
    page = signed_in("officer").get("/cases?q=riviere").text

    heading, line = cells(page)
    assert (line[0], line[heading.index("Found in")]) == (OBJECTED, "reply, letter")


def test_what_was_begun_a_moment_ago_is_found(cases: Engine, signed_in: Browser) -> None:
    build.case(cases, at_="2024-06-12 09:30", title="Mangroves of Sundarbans")

    assert shown(signed_in("officer").get("/cases?q=sundarbans").text) == ["RP-2024-4"]


def test_the_register_speaks_the_readers_language(cases: Engine, signed_in: Browser) -> None:
    page = signed_in("officer").get("/cases?q=suisse&lang=fr").text

    assert "France; Suisse" in page
    assert "3 mai 2024" in page


def test_fifty_cases_are_shown_at_a_time_with_the_way_to_the_others(
    cases: Engine, signed_in: Browser
) -> None:
    with db.transaction(cases) as session:
        row = session.execute(CASES.select().where(CASES.c.reference == DRAFT)).one()._asdict()
        copies = [{**row, "id": 100 + n, "reference": f"RP-2022-{n}"} for n in range(1, 118)]
        session.execute(insert(CASES), copies)
    browser = signed_in("officer")

    first = browser.get("/cases?state=draft").text
    assert "118 cases, page 1 of 3" in first
    assert len(shown(first)) == 50
    assert re.findall(r'<a href="([^"]+)" rel="(\w+)"', unescape(first)) == [
        ("/cases?state=draft&page=2", "next")
    ]
    last = browser.get("/cases?state=draft&page=3").text
    assert len(shown(last)) == 18
    assert re.findall(r'<a href="([^"]+)" rel="(\w+)"', unescape(last)) == [
        ("/cases?state=draft&page=2", "prev")
    ]
    everything = csv.reader(
        io.StringIO(browser.get("/cases.csv?state=draft&page=3").content.decode("utf-8-sig"))
    )
    assert len(list(everything)) == 119


# -------------------------------------------------------------------------------------- the files


@pytest.mark.parametrize("query", ["", "?q=star", "?objected=standing", "?overdue=1&party=CH", "?order=next"])
def test_the_csv_equals_the_screen(cases: Engine, signed_in: Browser, query: str) -> None:
    browser = signed_in("officer")
    screen = cells(browser.get(f"/cases{query}").text)
    answer = browser.get(f"/cases.csv{query}")

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer.headers["content-disposition"] == 'attachment; filename="cases.csv"'
    assert rows[0] == screen[0]
    days = {rows[0].index("Next date"), rows[0].index("Opened")}
    for row, line in zip(rows[1:], screen[1:], strict=True):
        for at, (cell, seen) in enumerate(zip(row, line, strict=True)):
            if at in days:
                assert (not cell and not seen) or cell[:4] in seen
            else:
                # A text like a formula gets an apostrophe in the file.
                assert cell.removeprefix("'") == seen


def test_the_workbook_equals_the_csv_with_days_as_days(cases: Engine, signed_in: Browser) -> None:
    browser = signed_in("officer")
    answer = browser.get("/cases.xlsx?order=newest")

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[0] for row in rows] == ["Case", DRAFT, OBJECTED, SLOW]
    # A text, not a formula.
    assert rows[1][1] == "=1+1 <b>Peat</b>"
    assert sheet["B2"].data_type == "s"
    assert rows[3][7].date().isoformat() == "2024-05-03"
    assert answer.headers["content-disposition"] == 'attachment; filename="cases.xlsx"'


def test_texts_like_formulas_are_made_harmless_in_the_csv(cases: Engine, signed_in: Browser) -> None:
    assert "'=1+1 <b>Peat</b>" in signed_in("officer").get("/cases.csv").text


# ------------------------------------------------------------------------------------- who and how often


def test_who_has_no_cases_sees_no_register(cases: Engine, signed_in: Browser) -> None:
    browser = signed_in("administrator")

    assert [browser.get(path).status_code for path in ("/cases", "/cases.csv", "/cases.xlsx")] == [403] * 3


def test_only_an_officer_is_offered_to_begin_a_case(cases: Engine, signed_in: Browser) -> None:
    offered = [
        role for role in ("officer", "head", "auditor") if "/cases/new" in signed_in(role).get("/cases").text
    ]

    assert offered == ["officer"]


def test_nobody_searches_without_end(cases: Engine, signed_in: Browser) -> None:
    browser = signed_in("officer")

    answers = [browser.get("/cases?q=star").status_code for _ in range(121)]

    assert (set(answers[:120]), answers[120]) == ({200}, 429)
    assert browser.get("/cases").status_code == 200
