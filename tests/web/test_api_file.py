"""The API: the timeline of a case event by event, and its documents added and saved by a program."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine

from tests import build
from tests.web.conftest import NOW
from tests.web.program import Program, told
from tests.web.test_act import said, seq_of
from workflow import db, record
from workflow.clock import SimulatedClock

Programs = Callable[..., Program]
CASE = "/cases/RP-2024-1"
SCAN = b"%PDF-1.7 a note verbale"


@pytest.fixture
def program(site: Engine, clock: SimulatedClock) -> Programs:
    """Make a program that acts as the one of that role."""
    return lambda role="officer", at=NOW: Program(site, clock, role, at)


def add(
    ours: Program, content: bytes = SCAN, name: str = "Note.pdf", access: str = "secretariat"
) -> Response:
    return ours.web.post(
        f"/api{CASE}/documents",
        params={"name": name, "access": access},
        content=content,
        headers={"Content-Type": "application/pdf"},
    )


# ------------------------------------------------------------------------------------------ events


def test_a_program_reads_event_by_event_what_the_page_tells(
    site: Engine, program: Programs, signed_in: Callable[..., TestClient]
) -> None:
    case_id = build.in_notification(site)
    build.do(site, case_id, "2024-06-12 08:00", "officer", "hold", reason="The law firm asks.")
    build.do(site, case_id, "2024-06-12 08:30", "officer", "resume")
    build.do(site, case_id, "2024-06-12 09:00", "party:NO", "objection", reasons="The outflow.")

    found = program("auditor").get(f"{CASE}/events").json()

    assert [each["seq"] for each in found] == list(range(1, seq_of(site, case_id) + 1))
    assert found[0]["kind"] == "opened"
    assert next(each["own_words"] for each in found if each["kind"] == "hold") == ["The law firm asks."]
    assert found[-1] == {
        "seq": len(found),
        "at": "2024-06-12T07:00:00Z",
        "kind": "answer",
        "title": "Answer",
        "actor": "party:NO",
        "on_behalf": "",
        "who": "Head of the Administrative Authority of Norway",
        "says": ["Objection"],
        "own_words": [],
        "to": "",
    }
    page = said(signed_in("auditor").get(CASE).text)
    assert [each["title"] for each in found if each["title"] not in page] == []
    french = program().get(f"{CASE}/events?after={len(found) - 1}&lang=fr").json()
    assert [each["who"] for each in french] == ["Chef de l’Autorité administrative de la Norvège"]


# --------------------------------------------------------------------------------------- documents


def test_a_scan_that_a_program_adds_is_on_file_is_told_in_the_record_and_can_be_saved(
    site: Engine, program: Programs
) -> None:
    case_id, ours = build.case(site, at_="2024-06-03 09:00"), program()

    added, again = add(ours), add(ours)
    newer = add(ours, SCAN + b", page 2", access="parties")

    first, second = added.json(), newer.json()
    assert {
        name: first[name] for name in ("name", "version", "access", "media_type", "sha256", "added_by")
    } == {
        "name": "Note.pdf",
        "version": 1,
        "access": "secretariat",
        "media_type": "application/pdf",
        "sha256": hashlib.sha256(SCAN).hexdigest(),
        "added_by": "officer",
    }
    assert (first["is_new"], again.json()) == (True, first | {"is_new": False})
    assert (second["version"], second["access"]) == (2, "parties")
    listed = program("auditor").get(f"{CASE}/documents").json()
    assert {each["id"] for each in listed} == {first["id"], second["id"]}
    saved = program("auditor").get(f"{CASE}/documents/{first['id']}")
    assert (saved.content, saved.headers["content-disposition"].split(";")[0]) == (SCAN, "attachment")
    assert [e["kind"] for e in ours.get(f"{CASE}/events").json()][-2:] == ["document_added"] * 2
    with db.reading(site) as session:
        assert record.verify(session).holds and record.rebuild(session, case_id) == []


def test_what_cannot_be_kept_is_refused_in_sentences_and_nothing_is_told(
    site: Engine, program: Programs
) -> None:
    case_id, ours = build.case(site, at_="2024-06-03 09:00"), program()
    before = seq_of(site, case_id)

    refused = [add(ours, b""), add(ours, access="nobody"), add(ours, name="")]
    foreign = add(program("legal"))
    elsewhere = ours.web.post("/api/cases/RP-1999-1/documents?name=a.pdf&access=public", content=SCAN)
    endless = ours.web.post(f"/api{CASE}/documents", headers={"Content-Length": str(26 * 2**20)})

    assert [told(answer)["status"] for answer in refused] == [422, 422, 422]
    assert (told(foreign)["status"], told(elsewhere)["status"], endless.status_code) == (403, 404, 413)
    assert told(ours.get(f"{CASE}/documents/99"))["detail"] == "RP-2024-1 has no document 99."
    assert seq_of(site, case_id) == before
