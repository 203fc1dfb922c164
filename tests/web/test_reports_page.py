"""Reports are downloaded from their pages, in the chosen format and language."""

from __future__ import annotations

import io
from collections.abc import Callable

import docx
import pytest
from fastapi.testclient import TestClient
from pypdf import PdfReader
from sqlalchemy import Engine

from tests import build
from workflow.web.reports import OF_A_CASE

SignedIn = Callable[..., TestClient]


@pytest.fixture
def case(site: Engine) -> int:
    return build.case(site, title="Springs of <b>life</b>")


def test_the_pages_offer_every_report_in_every_format_and_language(signed_in: SignedIn, case: int) -> None:
    browser = signed_in()

    page, of_case = browser.get("/reports").text, browser.get("/cases/RP-2024-1/reports").text

    assert '<option value="COP15" selected>COP15, 23–31 July 2025</option>' in page
    assert 'href="/reports" aria-current="page"' in page
    assert all(f"/cases/RP-2024-1/reports/{kind}" in of_case for kind in OF_A_CASE)
    assert all(f'<option value="{form}">' in of_case for form in ("pdf", "docx", "html"))
    assert 'href="/cases/RP-2024-1/reports"' in browser.get("/cases/RP-2024-1").text


@pytest.mark.parametrize(
    "address",
    [
        "/reports/meeting?ordinal=COP15&in=fr",
        "/reports/year?year=2024&in=fr",
        *(f"/cases/RP-2024-1/reports/{kind}?in=fr" for kind in OF_A_CASE),
    ],
)
def test_a_report_is_saved_as_pdf_word_and_html(signed_in: SignedIn, case: int, address: str) -> None:
    browser = signed_in()

    found = {form: browser.get(f"{address}&form={form}") for form in ("pdf", "docx", "html")}

    assert {form: answer.status_code for form, answer in found.items()} == dict.fromkeys(found, 200)
    assert all("-fr." in answer.headers["content-disposition"] for answer in found.values())
    assert PdfReader(io.BytesIO(found["pdf"].content)).root_object["/Lang"] == "fr"
    assert docx.Document(io.BytesIO(found["docx"].content)).core_properties.language == "fr-FR"
    assert '<html lang="fr">' in found["html"].text and "<b>life</b>" not in found["html"].text


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("/reports/meeting?ordinal=COP99", 422, "There is no meeting &#39;COP99&#39; on file, did you mean"),
        ("/reports/year?year=soon", 422, "Give a year that has begun, such as 2024."),
        ("/reports/year?year=2025", 422, "Give a year that has begun, such as 2024."),
        ("/cases/RP-2024-1/reports/novel", 404, "There is no document"),
        ("/cases/RP-2024-1/reports/report?form=xls", 404, "There is no format"),
        ("/cases/RP-1999-1/reports/report", 404, "There is no case RP-1999-1."),
    ],
)
def test_what_there_is_not_is_told(
    signed_in: SignedIn, case: int, address: str, status: int, says: str
) -> None:
    answer = signed_in().get(address)

    assert (answer.status_code, says in answer.text) == (status, True)
