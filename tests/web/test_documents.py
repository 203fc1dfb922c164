"""Documents of a case: every version stays, the record knows each by its hash; all are only downloaded."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine, select

from tests import build
from tests.web.conftest import token_of
from tests.web.test_act import said, seq_of
from workflow import db, record
from workflow.queries import EVENTS

SignedIn = Callable[..., TestClient]
PATH = "/cases/RP-2024-1/documents"
PDF = b"%PDF-1.7 a map"


@pytest.fixture
def case(site: Engine) -> int:
    return build.case(site, at_="2024-06-03 09:00")


def add(
    browser: TestClient, file: str = "Map.pdf", content: bytes = PDF, access: str = "parties", **more: str
) -> Response:
    data = {"form_token": token_of(browser.get(PATH).text), "access": access, **more}
    return browser.post(PATH, data=data, files={"file": (file, content, "text/html")})


def addresses(browser: TestClient) -> list[str]:
    """Where the versions are downloaded, as the page lists them."""
    return re.findall(rf'href="({PATH}/\d+)"', browser.get(PATH).text)


def test_a_document_is_an_event_of_the_case_with_its_hash(
    site: Engine, signed_in: SignedIn, case: int
) -> None:
    answer = add(signed_in())

    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}?done=added")
    with db.reading(site) as session:
        rows = session.execute(select(EVENTS).where(EVENTS.c.case_id == case).order_by(EVENTS.c.seq)).all()
        told = json.loads(rows[-1].body)
        assert record.verify(session).holds and record.rebuild(session, case) == []
    assert (rows[-1].kind, rows[-1].actor, told["effects"]) == ("document_added", "officer", [])
    assert told["data"] == {
        "name": "Map.pdf", "version": 1, "access": "parties", "media_type": "application/pdf",
        "size": len(PDF), "sha256": hashlib.sha256(PDF).hexdigest(),
    }  # fmt: skip


def test_a_second_version_stands_beside_the_first_and_the_same_file_is_kept_once(
    site: Engine, signed_in: SignedIn, case: int
) -> None:
    browser = signed_in()
    add(browser)
    add(browser, file="new.pdf", content=PDF + b", corrected", access="secretariat", name="map.pdf")
    before = seq_of(site, case)
    again = add(browser, content=PDF + b", corrected", access="secretariat")

    assert again.headers["location"] == f"{PATH}?done=same" and seq_of(site, case) == before
    words = said(browser.get(PATH).text)
    assert "Map.pdf version 2" in words and "Map.pdf version 1" in words
    assert "The Secretariat only" in words and hashlib.sha256(PDF).hexdigest() in words
    newest, first = addresses(browser)
    assert (browser.get(newest).content, browser.get(first).content) == (PDF + b", corrected", PDF)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("page.pdf", b"<html><script>alert(1)</script>", "text/plain; charset=utf-8"),
        ("picture.html", b"\x89PNG\r\n\x1a\n....", "image/png"),
        ("drawing.svg", b"<svg onload='x'/>", "text/plain; charset=utf-8"),
        ("program.exe", b"MZ\x00\x01\xff\xfe", "application/octet-stream"),
    ],
)
def test_a_document_is_downloaded_as_what_it_is_and_never_opened(
    site: Engine, signed_in: SignedIn, case: int, name: str, content: bytes, kind: str
) -> None:
    browser = signed_in()
    add(browser, file=name, content=content)
    (address,) = addresses(browser)
    answer = browser.get(address)

    assert answer.content == content
    assert answer.headers["content-type"] == kind
    assert (
        answer.headers["content-disposition"] == f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
    )
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_name_is_a_label_and_never_a_path_or_a_header(site: Engine, signed_in: SignedIn, case: int) -> None:
    browser = signed_in()
    add(browser, file="../../etc/Carte <été>\u202e.pdf")
    page = browser.get(PATH).text
    assert "Carte _été_.pdf" in page and "etc" not in page
    (address,) = addresses(browser)
    answer = browser.get(address)

    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"Carte __t__.pdf\"; filename*=UTF-8''Carte%20_%C3%A9t%C3%A9_.pdf"
    )


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"content": b""}, "Map.pdf: the file is empty. Choose the file again."),
        ({"access": "the press"}, "Say who may see the document."),
        ({"name": "???.pdf"}, "cannot be the name of a document"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_the_reason(
    site: Engine, signed_in: SignedIn, case: int, more: dict[str, str], why: str
) -> None:
    answer = add(signed_in(), **more)  # type: ignore[arg-type]

    assert answer.status_code == 422 and why in said(answer.text)


def test_without_a_file_one_is_asked_for(signed_in: SignedIn, case: int) -> None:
    browser = signed_in()
    answer = browser.post(PATH, data={"form_token": token_of(browser.get(PATH).text), "access": "parties"})

    assert answer.status_code == 422 and "No file was chosen." in said(answer.text)


@pytest.mark.parametrize(
    ("role", "sees"),
    [("head", 200), ("legal", 200), ("finance", 200), ("auditor", 200), ("administrator", 403)],
)
def test_only_officers_add_documents(
    site: Engine, signed_in: SignedIn, case: int, role: str, sees: int
) -> None:
    officer = signed_in()
    add(officer)
    (address,) = addresses(officer)
    browser = signed_in(role)
    page = browser.get(PATH)

    assert page.status_code == sees and "Add a document" not in page.text
    assert browser.get(address).status_code == sees
    assert browser.post(PATH, data={"access": "parties"}).status_code == 403


def test_a_case_or_a_document_that_is_not_there_is_not_found(signed_in: SignedIn, case: int) -> None:
    browser = signed_in()

    assert browser.get("/cases/RP-2024-9/documents").status_code == 404
    assert browser.get(f"{PATH}/4711").status_code == 404
    assert browser.get(f"{PATH}/..%2F..%2Fetc%2Fpasswd").status_code == 404


def test_a_document_of_another_case_is_not_given_out(site: Engine, signed_in: SignedIn, case: int) -> None:
    build.case(site, at_="2024-06-04 09:00")
    browser = signed_in()
    add(browser)
    (address,) = addresses(browser)

    assert browser.get(address.replace("RP-2024-1", "RP-2024-2")).status_code == 404
