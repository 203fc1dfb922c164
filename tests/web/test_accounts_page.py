"""The accounts of a case: what is booked, held and corrected, and who may do what there."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, update

from tests import build
from tests.web.brought import case_in
from tests.web.seen import Seen, inline
from tests.web.test_act import hidden
from workflow import db
from workflow.queries import ENTRIES

SignedIn = Callable[..., TestClient]
HOME = "/cases/RP-2024-1"
AT = f"{HOME}/accounts"
#: After the signature of 15 July.
AUGUST = build.at("2024-08-05 10:00")
GRANT = {
    "kind": "receipt", "amount": "250'000.50", "currency": "chf", "who": "Danone", "purpose": "=the fund",
}  # fmt: skip


def done(browser: TestClient, action: str, **details: str) -> Any:
    """An action as a person does it: filled in, looked at, confirmed."""
    path = f"{HOME}/do/{action}"
    review = browser.post(path, data={**hidden(browser.get(path).text), **details})
    return browser.post(path, data={**hidden(review.text), **details, "confirm": "yes"})


def test_money_is_booked_by_the_finance_officer_and_the_page_says_that_it_adds_up(
    site: Engine, signed_in: SignedIn
) -> None:
    case_in(site, "active", officer="officer")
    finance = signed_in("finance", AUGUST)

    answer = done(finance, "book_entry", **GRANT)
    page = finance.get(AT)

    assert (answer.status_code, answer.headers["location"]) == (303, f"{AT}?done=book_entry")
    words = Seen(page.text).text
    assert "Receipt" in words and "250,000.50" in words
    assert "The statement adds up." in words
    assert "CHF: received 250,000.50 less spent 0.00 is the balance, 250,000.50." in words
    assert inline(page.text) == []


def test_money_before_the_signature_is_held_shown_as_such_and_released_by_an_act(
    site: Engine, signed_in: SignedIn
) -> None:
    case_in(site, "active", officer="officer")
    finance = signed_in("finance", AUGUST)
    path = f"{HOME}/do/book_entry"
    review = finance.post(path, data={**hidden(finance.get(path).text), **GRANT, "on": "2024-07-01"})
    done(finance, "book_entry", **GRANT, on="2024-07-01")
    before = Seen(finance.get(AT).text)
    release = next(address for address in before.links if "release_entry" in address)

    number = release.rpartition("=")[2]
    done(finance, "release_entry", entry=number, reason="cleared on 18 June")
    after = Seen(finance.get(AT).text)

    assert "It is not to be spent: it is released, or goes back to whoever sent it." in before.text
    assert "All that came in, 250,000.50, is at hand, spent, in suspense (250,000.50)" in before.text
    assert "No agreement was in force on that day" in Seen(review.text).text
    assert "Release from suspense" in after.text and "It is not to be spent" not in after.text
    assert "held in suspense" in Seen(finance.get(HOME).text).text  # the timeline says why


def test_a_correction_stands_beside_what_it_corrects(site: Engine, signed_in: SignedIn) -> None:
    case_in(site, "active", officer="officer")
    finance = signed_in("finance", AUGUST)
    done(finance, "book_entry", **GRANT)
    link = next(address for address in Seen(finance.get(AT).text).links if "correct_entry" in address)

    done(finance, "correct_entry", entry=link.rpartition("=")[2], reason="booked twice")

    page = Seen(finance.get(AT).text)
    assert f"Correction of entry {link.rpartition('=')[2]}" in page.text
    assert "balance, 0.00" in page.text
    assert not any("correct_entry" in address for address in page.links)


def test_the_files_hold_every_entry_as_text_and_as_numbers_and_no_formula(
    site: Engine, signed_in: SignedIn
) -> None:
    case_in(site, "active", officer="officer")
    finance = signed_in("finance", AUGUST)
    done(finance, "book_entry", **GRANT)

    lines = finance.get(f"{AT}.csv").text.splitlines()
    sheet = openpyxl.load_workbook(io.BytesIO(finance.get(f"{AT}.xlsx").content)).active
    assert sheet is not None
    head, row = [[cell.value for cell in cells] for cells in sheet.iter_rows()]

    assert lines[0].lstrip("\ufeff").startswith("Entry,Day,Kind,From or to,Purpose,Currency,Pledged,In kind")
    assert lines[1].partition(",")[2] == ("2024-08-05,Receipt,Danone,'=the fund,CHF,,,250000.50,,,,250000.50")
    assert dict(zip(head, row, strict=True)) | {"Entry": 0, "Day": 0} == {
        "Entry": 0, "Day": 0, "Kind": "Receipt", "From or to": "Danone", "Purpose": "=the fund",
        "Currency": "CHF", "Pledged": None, "In kind": None, "Received": 250000.5, "Spent": None,
        "In suspense": None, "Sent back": None, "Balance": 250000.5,
    }  # fmt: skip


def test_a_statement_that_does_not_add_up_names_the_row(site: Engine, signed_in: SignedIn) -> None:
    case_in(site, "active", officer="officer")
    finance = signed_in("finance", AUGUST)
    done(finance, "book_entry", **GRANT)
    with db.transaction(site) as session:
        session.execute(update(ENTRIES).values(amount="999999.00"))

    words = Seen(finance.get(AT).text).text

    assert "The statement does not add up" in words
    assert "the record of the case says something else, or nothing." in words
    assert "The statement adds up." not in words


def test_the_statement_is_as_of_any_day_and_a_day_that_is_none_is_told(
    site: Engine, signed_in: SignedIn
) -> None:
    case_in(site, "active", officer="officer")
    finance = signed_in("finance", AUGUST)
    done(finance, "book_entry", **GRANT)

    before, bad = (Seen(finance.get(f"{AT}?on={day}").text).text for day in ("2024-08-04", "04/08/2024"))

    assert "Nothing is booked." in before
    assert "may be two days" in bad


@pytest.mark.parametrize(
    ("role", "status", "books"),
    [
        ("finance", 200, True), ("officer", 200, False), ("head", 200, False), ("legal", 200, False),
        ("auditor", 200, False), ("administrator", 403, False),
    ],
)  # fmt: skip
def test_the_finance_officer_books_and_whoever_reads_cases_sees(
    site: Engine, signed_in: SignedIn, role: str, status: int, books: bool
) -> None:
    case_in(site, "active", officer="officer")
    browser = signed_in(role, AUGUST)

    page = browser.get(AT)

    assert page.status_code == status
    assert (f"{HOME}/do/book_entry" in Seen(page.text).links) == books
    assert {browser.get(f"{AT}.{kind}").status_code for kind in ("csv", "xlsx")} == {status}
    assert browser.get("/cases/RP-2024-9/accounts").status_code == (404 if status == 200 else 403)
