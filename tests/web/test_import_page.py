"""Importing a list in a browser: every fault by row and column, a difference to accept, all or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import Engine, func, select

from tests.web.conftest import token_of
from workflow import db, models, spreadsheet
from workflow.queries import EVENTS, MEETINGS, PARTIES, table

SignedIn = Callable[..., TestClient]
CONTACTS = table(models.Contact)
HEAD = "iso2;role;email;name\n"


def send(browser: TestClient, content: str, kind: str = "parties", name: str = "list.csv") -> Any:
    token = token_of(browser.get("/parties/import").text)
    return browser.post(
        "/parties/import",
        data={"form_token": token, "kind": kind},
        files={"file": (name, content.encode(), "text/csv")},
    )


def accept(browser: TestClient, page: str) -> Any:
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    return browser.post("/parties/import", data={**hidden, "accept": "yes"})


def count(site: Engine, of: Any) -> int:
    with db.reading(site) as session:
        return session.scalar(select(func.count()).select_from(of)) or 0


def test_faults_are_shown_by_row_and_column_and_nothing_is_taken(site: Engine, signed_in: SignedIn) -> None:
    before = count(site, CONTACTS)
    content = HEAD + "FR;nfp;anne@ministere.example;Anne\nXX;nfp;b@c.example;B\nDE;boss;no address;C\n"

    answer = send(signed_in("officer"), content)

    assert answer.status_code == 422
    places = re.findall(r'<th scope="row">(.*?)</th>', answer.text)
    assert places == ["row 3, column A (iso2)", "row 4, column B (role)", "row 4, column C (email)"]
    assert "3 faults in list.csv; nothing was taken" in answer.text
    assert count(site, CONTACTS) == before


def test_a_difference_is_shown_first_and_taken_over_once_accepted(site: Engine, signed_in: SignedIn) -> None:
    browser = signed_in("officer")
    before = count(site, CONTACTS)

    shown = send(browser, HEAD + "FR;nfp;anne@ministere.example;Anne\n")
    assert "1 new, 0 changed, 0 as they are." in shown.text
    assert count(site, CONTACTS) == before
    done = accept(browser, shown.text)

    assert (done.status_code, done.headers["location"]) == (303, "/parties?done=imported")
    assert count(site, CONTACTS) == before + 1
    with db.reading(site) as session:
        event = session.execute(select(EVENTS).where(EVENTS.c.kind == "parties_imported")).one()
    assert '"source":"list.csv"' in event.body and '"hand":"' in event.body


def test_a_list_that_says_what_is_on_file_leaves_nothing_to_accept(signed_in: SignedIn) -> None:
    browser = signed_in("officer")
    content = browser.get("/parties.csv?full=1").text

    answer = send(browser, content)

    assert "Nothing would change." in answer.text and 'name="accept"' not in answer.text


def test_a_party_that_joins_by_a_list_is_in_the_register_afterwards(
    site: Engine, signed_in: SignedIn
) -> None:
    browser = signed_in("officer")
    head = "iso2,name_en,name_fr,name_es,language,timezone,entry_into_force\n"
    row = "SO,Somalia,Somalie,Somalia,en,Africa/Mogadishu,2024-10-01\n"

    accept(browser, send(browser, head + row).text)

    with db.reading(site) as session:
        found = session.execute(select(PARTIES).where(PARTIES.c.code == "SO")).one()
    assert (found.name_fr, str(found.joins)) == ("Somalie", "2024-10-01")


def test_meetings_and_seats_are_imported_the_same_way(site: Engine, signed_in: SignedIn) -> None:
    browser = signed_in("officer")
    content = "body,ordinal,kind,starts,ends\ncop,COP18,ordinary,2034-10-02,2034-10-10\n"

    accept(browser, send(browser, content, "meetings").text)

    with db.reading(site) as session:
        assert session.scalar(select(MEETINGS.c.place).where(MEETINGS.c.ordinal == "COP18")) == ""


def test_whoever_may_not_change_meetings_cannot_import_them(signed_in: SignedIn) -> None:
    browser = signed_in("administrator")
    content = "body,ordinal,kind,starts,ends\ncop,COP18,ordinary,2034-10-02,2034-10-10\n"

    answer = send(browser, content, "meetings")

    assert answer.status_code == 403


def test_what_is_no_list_is_refused_in_words(signed_in: SignedIn) -> None:
    browser = signed_in("officer")
    token = token_of(browser.get("/parties/import").text)

    workbook = send(browser, "PK\x03\x04...", name="list.xlsx")
    nothing = browser.post("/parties/import", data={"form_token": token, "kind": "parties"})
    damaged = browser.post(
        "/parties/import", data={"form_token": token, "kind": "parties", "packed": "!!", "accept": "yes"}
    )

    assert "it is a workbook" in workbook.text
    assert "No file was chosen" in nothing.text
    assert "The list was damaged on its way" in damaged.text


def test_a_small_list_cannot_unfold_into_a_huge_one(signed_in: SignedIn) -> None:
    import base64
    import zlib

    browser = signed_in("officer")
    token = token_of(browser.get("/parties/import").text)
    bomb = base64.b64encode(zlib.compress(b"a" * (spreadsheet.SIZE_MAX_BYTES + 1000), 9)).decode()

    answer = browser.post(
        "/parties/import", data={"form_token": token, "kind": "parties", "packed": bomb, "accept": "yes"}
    )

    assert (answer.status_code, "too large for a list" in answer.text) == (422, True)
