"""Letters are printed from their pages, and what was posted is put on record there."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from pypdf import PdfReader
from sqlalchemy import Engine, select

from tests import build
from tests.web.conftest import token_of
from workflow import db, queries
from workflow.queries import LETTERS

SignedIn = Callable[..., TestClient]


@pytest.fixture
def case(site: Engine) -> int:
    """A case whose notification went out the day before; every letter waits."""
    case_id = build.in_notification(site)
    build.run_to(site, "2024-06-12 10:00")
    return case_id


def test_a_letter_is_saved_as_a_pdf_from_its_page(site: Engine, signed_in: SignedIn, case: int) -> None:
    browser = signed_in()
    with db.reading(site) as session:
        number = session.scalars(select(LETTERS.c.id).where(LETTERS.c.party == "CH")).first()

    page = browser.get(f"/letters/{number}")
    found = browser.get(f"/letters/{number}.pdf")

    assert f'href="/letters/{number}.pdf"' in page.text
    assert found.headers["content-type"] == "application/pdf"
    assert "attachment" in found.headers["content-disposition"]
    assert len(PdfReader(io.BytesIO(found.content)).pages) >= 1
    assert browser.get("/letters/999999.pdf").status_code == 404


def test_a_batch_is_printed_and_recorded_as_posted_for_the_parties_that_are_ticked(
    site: Engine, signed_in: SignedIn, case: int
) -> None:
    browser = signed_in()
    page = browser.get("/cases/RP-2024-1/paper?round=3&form=missions").text
    count = page.count('name="member"')
    assert f"{count} have no postal address on file." in page
    printed = browser.get("/cases/RP-2024-1/paper.pdf?round=3&form=missions")

    sent = {
        "form_token": token_of(page), "round": "3", "form": "missions", "which": "",
        "on": "2024-06-12", "channel": "diplomatic_bag", "member": ["CH", "TD"],
    }  # fmt: skip
    done = browser.post("/cases/RP-2024-1/paper", data=sent)
    after = browser.get(done.headers["location"]).text

    assert (done.status_code, "2 letters are on record as posted." in after) == (303, True)
    pages = [each.extract_text() for each in PdfReader(io.BytesIO(printed.content)).pages]
    assert sum(bool(re.search(r"(Page|Página) 1 (of|sur|de) \d", each)) for each in pages) == count + 1 == 173
    with db.reading(site) as session:
        assert queries.members_reached(session, case, 3) == {"CH", "TD"}
    left = browser.get("/cases/RP-2024-1/paper?round=3&form=missions&which=unreached").text
    assert left.count('name="member"') == count - 2
    assert "Letters went out on paper" in browser.get("/cases/RP-2024-1").text
    with db.reading(site) as session:
        one = session.scalars(
            select(LETTERS.c.id).where(LETTERS.c.party == "CH", LETTERS.c.round == 3)
        ).first()
    assert "12 June 2024</time>, Diplomatic bag" in browser.get(f"/letters/{one}").text
    assert 'href="/cases/RP-2024-1/paper"' in browser.get("/letters?case=RP-2024-1").text


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("on", "soon", "Give the day on which the letters left, such as 2024-06-17."),
        ("on", "2024-07-12", "2024-07-12 has not come yet."),
        ("channel", "pigeon", "is no channel by which letters are posted"),
        ("member", "", "No letter was chosen. Tick those that were posted."),
    ],
)
def test_a_posting_that_cannot_be_is_refused_on_the_page(
    site: Engine, signed_in: SignedIn, case: int, field: str, value: str, says: str
) -> None:
    browser = signed_in()
    token = token_of(browser.get("/cases/RP-2024-1/paper").text)
    sent = {"form_token": token, "on": "2024-06-12", "channel": "post", "member": "CH"} | {field: value}

    answer = browser.post("/cases/RP-2024-1/paper", data=sent)

    assert (answer.status_code, says in answer.text) == (422, True)
    with db.reading(site) as session:
        assert queries.members_reached(session, case, 3) == frozenset()


def test_a_case_that_has_asked_nobody_has_no_letters_to_post(site: Engine, signed_in: SignedIn) -> None:
    build.case(site)

    answer = signed_in().get("/cases/RP-2024-1/paper")

    assert answer.status_code == 404
    assert "has asked nobody yet" in answer.text
