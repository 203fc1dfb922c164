"""The figures: each picture with its table, each table as a file, for a year and a procedure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from tests import build

Browser = Callable[..., TestClient]


@pytest.fixture
def cases(site: Engine) -> Engine:
    case_id = build.case(site, at_="2023-06-05 09:00")
    build.do(site, case_id, "2023-06-05 09:00", "officer", "submit")
    build.do(site, case_id, "2023-06-07 09:00", "officer", "decline", reason="The risks remain")
    notified = build.in_notification(site)
    build.do(site, notified, "2024-06-11 12:00", "party:CI", "objection", reasons="Une rivière partagée")
    return site


def tables(page: str) -> dict[str, list[list[str]]]:
    """Each section's table, heading first, by the name of its file."""
    found = {}
    for name, body in re.findall(
        r'href="/figures/([\w-]+)\.csv[^"]*">.*?</caption>(.*?)</table>', page, re.DOTALL
    ):
        found[name] = [
            [unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
            for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
        ]
    return found


def file(answer: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.removeprefix("\ufeff"))))


def test_every_table_has_its_file_with_the_same_content(cases: Engine, signed_in: Browser) -> None:
    browser = signed_in("auditor")

    seen = tables(browser.get("/figures").text)

    assert list(seen) == [
        "stages", "time", "answers-body_consultation", "answers-committee_approval", "answers-notification",
        "dates", "opened",
    ]  # fmt: skip
    assert {name: file(browser.get(f"/figures/{name}.csv").content.decode()) for name in seen} == seen
    assert seen["stages"] == [
        ["Stage", "Cases"],
        ["Notification to all Contracting Parties", "1"],
        ["Declined", "1"],
    ]
    assert seen["opened"][1:] == [
        ["2023", "Partnership with the private sector", "1"],
        ["2024", "Partnership with the private sector", "1"],
    ]
    assert ["Preliminary assessment", "2", "0", "2.2", "2.5", "2.8"] in seen["time"]


def test_pictures_stand_beside_tables_without_style_or_script(cases: Engine, signed_in: Browser) -> None:
    page = signed_in("auditor").get("/figures").text

    assert page.count("<figure") == 7
    pictures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(pictures) == 7
    assert [each for each in pictures if "style=" in each or "<script" in each or "<style" in each] == []


def test_figures_of_one_year_count_that_year_alone(cases: Engine, signed_in: Browser) -> None:
    browser = signed_in("auditor")

    seen = tables(browser.get("/figures?year=2023&procedure=ramsar-private").text)

    assert seen["stages"][1:] == [["Declined", "1"]]
    assert file(browser.get("/figures/stages.csv?year=2023").text)[1:] == [["Declined", "1"]]
    # All years can still be chosen.
    assert '<option value="2024"' in browser.get("/figures?year=2023").text


def test_before_the_first_case_there_is_nothing_to_count(site: Engine, signed_in: Browser) -> None:
    assert "There is nothing to count yet." in signed_in("auditor").get("/figures").text


def test_a_table_that_does_not_exist_is_not_found(cases: Engine, signed_in: Browser) -> None:
    answer = signed_in("auditor").get("/figures/everything.csv")

    assert answer.status_code == 404
    assert "There are: stages, time" in answer.text


def test_what_is_not_a_year_asks_for_all_years(cases: Engine, signed_in: Browser) -> None:
    assert tables(signed_in("auditor").get("/figures?year=20x4").text)["stages"][1:] != []


def test_who_has_no_cases_sees_no_figures(cases: Engine, signed_in: Browser) -> None:
    browser = signed_in("administrator")

    assert [browser.get(path).status_code for path in ("/figures", "/figures/stages.csv")] == [403, 403]
