"""A reply that came on paper is recorded on behalf of whoever gave it, and a second person verifies it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine, select, update

from tests import build
from tests.web.test_act import hidden, said, seq_of
from workflow import db, files, models, queries, replies
from workflow.queries import CASES, EVENTS, LETTERS, table

SignedIn = Callable[..., TestClient]
PATH = "/cases/RP-2024-1/reply"
ANSWERS = table(models.Answer)
NOTE = {
    "who": "party:BR",
    "voice": "mission",
    "answer": "objection",
    "channel": "note_verbale",
    "received_on": "2024-06-11",
    "received_time": "16:30",
    "reasons": "The site lies upstream.",
    "text": "",
    "conditions": "",
    "language": "",
    "reason": "",
}


@pytest.fixture
def asked(site: Engine) -> int:
    """A case whose notification went out the day before."""
    case_id = build.in_notification(site)
    build.run_to(site, "2024-06-12 10:00")
    return case_id


def send(browser: TestClient, page: str, button: str = "look", **more: Any) -> Response:
    """Send the form with the note verbale of Brazil."""
    files_ = {"file": more.pop("file")} if "file" in more else None
    fields = {k: v for k, v in hidden(page).items() if k in ("form_token", "seen", "key", "looked", "scan")}
    return browser.post(PATH, data=fields | NOTE | more | {button: "yes"}, files=files_)


def record(browser: TestClient, **more: Any) -> Response:
    """Look, then confirm."""
    shown = send(browser, browser.get(PATH).text, **more).text
    more.pop("file", None)
    return send(browser, shown, "confirm", **more)


def test_a_note_verbale_received_yesterday_is_recorded_with_both_moments_and_its_scan(
    site: Engine, signed_in: SignedIn, asked: int
) -> None:
    answer = record(signed_in(), file=("note.pdf", b"%PDF-1.7 a note verbale", "text/html"))

    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}?done=recorded")
    with db.reading(site) as session:
        given = session.execute(
            select(ANSWERS).where(ANSWERS.c.case_id == asked, ANSWERS.c.word == "objection")
        ).one()
        document, content = files.get(session, asked, "note.pdf")
        (kept,) = replies.recorded(session, asked, build.law())
        told = select(LETTERS.c.party).where(LETTERS.c.case_id == asked, LETTERS.c.purpose == "receipt")
        assert session.scalars(told.where(LETTERS.c.round == 3)).all() == ["BR"]
    assert (given.voice, given.received_at, given.recorded_at) == (
        "party:BR/mission", build.at("2024-06-11 16:30"), build.at("2024-06-12 10:00"),
    )  # fmt: skip
    assert (document.access, document.media_type, content) == (
        "secretariat", "application/pdf", b"%PDF-1.7 a note verbale",
    )  # fmt: skip
    assert (kept.voice, kept.word, kept.channel, kept.scan, kept.is_late, kept.by.name, kept.verified_at) == (
        "party:BR/mission", "objection", "note_verbale", "note.pdf", False, "The officer", None,
    )  # fmt: skip


def test_before_it_is_recorded_it_is_shown_whom_an_objection_tells(
    site: Engine, signed_in: SignedIn, asked: int
) -> None:
    browser = signed_in()
    before = seq_of(site, asked)
    page = send(browser, browser.get(PATH).text).text

    assert "Objections that stand Brazil" in said(page)
    assert "and write to 172 Parties and 1 other reader (173 addresses)" in said(page)
    assert "On the clock of Europe/Zurich." in said(page)
    assert seq_of(site, asked) == before


def test_a_scan_is_kept_at_once_so_that_nobody_has_to_choose_it_twice(
    site: Engine, signed_in: SignedIn, asked: int
) -> None:
    browser = signed_in()
    wrong = send(
        browser, browser.get(PATH).text, file=("n.png", b"\x89PNG\r\n\x1a\n.", ""), received_on="11/06/2024"
    )
    assert wrong.status_code == 422
    assert "Write 2024-06-11 or 2024-11-06, whichever is meant." in said(wrong.text)
    assert "Kept with the documents of the case: n.png" in said(wrong.text)
    assert "The site lies upstream.</textarea>" in wrong.text
    shown = send(browser, wrong.text).text

    assert send(browser, shown, "confirm").status_code == 303
    with db.reading(site) as session:
        assert [each.scan for each in replies.recorded(session, asked, build.law())] == ["n.png"]
        kinds = session.scalars(
            select(EVENTS.c.kind).where(EVENTS.c.case_id == asked).order_by(EVENTS.c.seq)
        ).all()
    assert kinds[-2:] == ["document_added", "record_reply"]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"voice": ""}, "Say in what capacity the reply was given: it decides which of several counts."),
        ({"who": ""}, "Say whose reply it is."),
        ({"answer": ""}, "Say what the answer is."),
        ({"channel": "carrier pigeon"}, "Say how the reply came in."),
        (
            {"received_time": "half past four"},
            "Give the time at which the reply was received, such as 14:30.",
        ),
        ({"received_on": "2024-06-13"}, "The answer cannot have been received at 2024-06-13 16:30"),
        ({"received_on": "2024-06-01"}, "before the question was put on 2024-06-11 09:00"),
    ],
)
def test_what_is_missing_or_impossible_is_said_and_nothing_typed_is_lost(
    site: Engine, signed_in: SignedIn, asked: int, more: dict[str, str], why: str
) -> None:
    browser = signed_in()
    page = send(browser, browser.get(PATH).text, **more).text

    assert why in said(page)
    assert "The site lies upstream.</textarea>" in page and 'name="confirm"' not in page


def test_what_came_too_late_is_recorded_as_late(site: Engine, signed_in: SignedIn, asked: int) -> None:
    build.run_to(site, "2024-09-02 10:00")
    browser = signed_in(at=build.at("2024-09-02 10:00"))
    answer = record(browser, answer="support", received_on="2024-09-01", received_time="12:00")
    assert answer.status_code == 303

    assert "Support late" in said(browser.get(PATH).text)


def test_a_seat_replies_by_its_member_or_its_alternate(site: Engine, signed_in: SignedIn, asked: int) -> None:
    page = signed_in().get(PATH).text

    assert '<option value="seat:GA">Gabon (africa-1)</option>' in page
    assert '<option value="party:TV">' not in page


def test_an_objection_is_withdrawn_on_paper_too(site: Engine, signed_in: SignedIn, asked: int) -> None:
    browser = signed_in()
    assert "Withdraws its objection" not in browser.get(PATH).text
    assert record(browser).status_code == 303
    assert record(browser, answer="withdraw_objection", received_time="17:00").status_code == 303

    with db.reading(site) as session:
        case = queries.load_case(session, asked)
        words = [each.word for each in replies.recorded(session, asked, build.law())]
    assert case is not None and case.standing == ()
    assert words == ["objection", "withdraw_objection"]


# ------------------------------------------------------------------------------- the second person


def test_whoever_recorded_a_reply_cannot_verify_it_and_somebody_else_can(
    site: Engine, signed_in: SignedIn, asked: int
) -> None:
    officer, head = signed_in("officer"), signed_in("head")
    record(officer)
    mine, theirs = officer.get(PATH).text, head.get(PATH).text
    assert "waits for a second person" in said(mine) and "I have compared it" not in said(mine)
    seq = seq_of(site, asked)
    own = officer.post(
        f"{PATH}/verify", data={"form_token": hidden(mine)["form_token"], "key": "k", "reply": str(seq)}
    )
    assert own.status_code == 422
    assert "Who has recorded a reply cannot verify it. Ask somebody else" in said(own.text)
    assert "I have compared it" in said(theirs)

    fields = hidden(theirs)
    verified = head.post(
        f"{PATH}/verify", data={name: fields[name] for name in ("form_token", "key", "reply")}
    )
    assert (verified.status_code, verified.headers["location"]) == (303, f"{PATH}?done=verified")
    with db.reading(site) as session:
        (kept,) = replies.recorded(session, asked, build.law())
    assert kept.verified_by is not None
    assert (kept.verified_by.name, kept.verified_at) == ("The head", build.at("2024-06-12 10:00"))
    assert "The head" in said(officer.get(PATH).text)


def test_who_may_not_record_looks_and_changes_nothing(site: Engine, signed_in: SignedIn, asked: int) -> None:
    for role, status in (("auditor", 403), ("administrator", 403), ("legal", 422)):
        browser = signed_in(role)
        page = browser.get(PATH)
        assert page.status_code == (403 if role == "administrator" else 200)
        assert 'name="who"' not in page.text
        carried = hidden(browser.get("/cases/RP-2024-1/do/hold").text)
        data = {**carried, **NOTE, "confirm": "yes"}
        assert browser.post(PATH, data=data).status_code == status
        file = {"file": ("x.pdf", b"%PDF-", "application/pdf")}
        assert browser.post(PATH, data=data, files=file).status_code == status
    with db.reading(site) as session:
        assert files.documents(session, asked) == []


def test_a_case_in_other_hands_is_not_recorded_in(site: Engine, signed_in: SignedIn, asked: int) -> None:
    with db.transaction(site) as session:
        session.execute(update(CASES).where(CASES.c.id == asked).values(officer="anna"))
    page = signed_in().get(PATH).text

    assert "the case is in the hands of anna" in said(page)


def test_where_nobody_was_asked_there_is_nothing_to_reply_to(site: Engine, signed_in: SignedIn) -> None:
    build.case(site, at_="2024-06-03 09:00")
    browser = signed_in()

    assert browser.get("/cases/RP-2024-1/do/record_reply").headers["location"] == PATH
    assert "Nobody has been asked anything in this case yet" in said(browser.get(PATH).text)
    assert browser.get("/cases/RP-2024-77/reply").status_code == 404
