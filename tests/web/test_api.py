"""The API: what programs read of a case, and what they do in it, once and on what they have seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, func, select

from tests import build
from tests.web.conftest import NOW
from tests.web.program import Program, told
from tests.web.test_act import seq_of
from workflow import db
from workflow.clock import SimulatedClock
from workflow.queries import EVENTS, LETTERS

Programs = Callable[..., Program]
CASE = "/cases/RP-2024-1"


@pytest.fixture
def program(site: Engine, clock: SimulatedClock) -> Programs:
    """Make a program that acts as the one of that role."""
    return lambda role="officer", at=NOW: Program(site, clock, role, at)


@pytest.fixture
def asked(site: Engine) -> int:
    """A case whose notification went out the day before; one Party has objected."""
    case_id = build.in_notification(site)
    build.do(site, case_id, "2024-06-12 09:00", "party:NO", "objection", reasons="The outflow.")
    return case_id


def letters(site: Engine) -> int:
    with db.reading(site) as session:
        return session.scalar(select(func.count()).select_from(LETTERS)) or 0


def test_the_register_is_read_as_its_page_shows_it(program: Programs, asked: int) -> None:
    ours = program()

    found = ours.get("/cases?objected=standing").json()
    none = ours.get("/cases?q=nothing+of+the+kind").json()

    assert {k: v for k, v in found.items() if k != "cases"} == {"total": 1, "page": 1, "pages": 1}
    assert found["cases"][0] | {"since": "", "opened_at": ""} == {
        "reference": "RP-2024-1",
        "title": "Evian Project",
        "partner": "Danone Group",
        "procedure": "ramsar-private",
        "edition": build.law().edition,
        "state": "notification",
        "stage": "Notification to all Contracting Parties",
        "territory": [],
        "officer": "",
        "since": "",
        "opened_at": "",
        "next_day": found["cases"][0]["next_day"],
        "due": "The window closes",
        "is_overdue": False,
        "is_held": False,
        "objecting": ["NO"],
    }
    assert (none["total"], none["cases"]) == (0, [])


def test_a_case_is_told_with_its_dates_and_how_they_came_about_and_what_each_party_said(
    site: Engine, program: Programs, asked: int
) -> None:
    case = program("auditor").get(CASE).json()

    window = next(date for date in case["dates"] if date["title"] == "The window closes")
    question = case["questions"][0]
    norway = next(each for each in question["positions"] if each["member"] == "NO")
    assert (case["state"], case["seen"], case["is_final"]) == ("notification", seq_of(site, asked), False)
    assert window["last_day"] == question["reply_by"] and len(window["calculated"]) > 2
    assert len(question["positions"]) == 172
    assert norway == {
        "member": "NO",
        "party": "NO",
        "name": "Norway",
        "position": "objection",
        "received_at": "2024-06-12T07:00:00Z",
        "reasons": "The outflow.",
        "conditions": "",
        "text": "",
    }
    assert [o["party"] for o in case["objections"] if o["ended_at"] is None] == ["NO"]
    assert {"round": question["no"], "purpose": "request"}.items() <= case["letters"][0].items()


def test_what_is_foreseen_is_what_is_done(site: Engine, program: Programs, asked: int) -> None:
    ours, before = program(), letters(site)

    foreseen = ours.post(f"{CASE}/actions/hold/preview", {"details": {"reason": "the law firm asks"}})
    seen = foreseen.json()["seen"]
    unchanged = (seq_of(site, asked), letters(site))
    done = ours.do("RP-2024-1", "hold", seen, reason="the law firm asks")

    assert (foreseen.status_code, done.status_code) == (200, 200), done.text
    assert unchanged == (seen, before)
    assert foreseen.json()["events"] == done.json()["events"]
    assert foreseen.json()["letters"] == done.json()["letters"] == letters(site) - before
    assert done.json()["seen"] == seq_of(site, asked)


def test_the_same_key_does_it_once_and_refuses_something_else(
    site: Engine, program: Programs, asked: int
) -> None:
    ours, seen = program(), seq_of(site, asked)

    first = ours.do("RP-2024-1", "hold", seen, key="monday-1", reason="why")
    after = seq_of(site, asked)
    again = ours.do("RP-2024-1", "hold", seen, key="monday-1", reason="why")
    other = ours.do("RP-2024-1", "hold", seen, key="monday-1", reason="another reason")

    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    assert (other.status_code, "monday-1" in told(other)["detail"]) == (422, True)
    assert seq_of(site, asked) == after


def test_whoever_acts_on_what_has_changed_is_told_who_did_what_when(
    site: Engine, program: Programs, asked: int
) -> None:
    ours, seen = program(), seq_of(site, asked)
    build.do(site, asked, "2024-06-12 09:30", "party:KE", "support")

    late = ours.do("RP-2024-1", "hold", seen, reason="why")

    assert late.status_code == 409
    assert "Kenya" in told(late)["detail"] or "party:KE" in told(late)["detail"]
    assert seq_of(site, asked) == seen + 1 or seq_of(site, asked) > seen


def test_what_may_not_be_done_is_refused_with_every_reason_in_the_language_asked_for(
    site: Engine, program: Programs, asked: int
) -> None:
    ours, seen = program(), seq_of(site, asked)

    english = told(ours.do("RP-2024-1", "sign", seen))
    french = told(ours.post(f"{CASE}/actions/sign?lang=fr", {"seen": seen}))

    assert (english["status"], french["status"]) == (422, 422)
    assert "not possible while the case is in" in english["detail"]
    assert french["detail"] != english["detail"]
    assert seq_of(site, asked) == seen


def test_a_note_verbale_is_recorded_on_behalf(site: Engine, program: Programs, asked: int) -> None:
    reply = {
        "seen": seq_of(site, asked), "who": "party:BR", "voice": "mission", "answer": "support",
        "channel": "note_verbale", "received_on": "2024-06-11", "received_time": "16:30",
    }  # fmt: skip

    done = program().post(f"{CASE}/replies", reply)
    odd = program().post(f"{CASE}/replies", reply | {"received_on": "yesterday", "channel": "pigeon"})

    assert done.status_code == 200, done.text
    brazil = next(
        each for each in program().get(CASE).json()["questions"][0]["positions"] if each["member"] == "BR"
    )
    assert (brazil["position"], brazil["received_at"]) == ("support", "2024-06-11T14:30:00Z")
    assert (odd.status_code, len(told(odd)["reasons"])) == (422, 2)


def test_what_cannot_be_read_is_told_with_what_would_be_right(program: Programs, asked: int) -> None:
    ours = program()

    def fault(sent: object, action: str = "hold") -> tuple[int, list[str]]:
        answer = ours.post(f"{CASE}/actions/{action}", sent)
        return answer.status_code, list(told(answer)["reasons"])

    keyless = ours.web.post(f"/api{CASE}/actions/hold", json={"seen": 1, "details": {"reason": "why"}})
    assert fault({}) == (400, ["'seen' is missing. Give it."])
    assert fault({"seen": 1, "detials": {}}) == (
        400,
        ["'detials' is not known here, did you mean 'details'?"],
    )
    assert fault({"seen": 1, "details": {"raeson": "x"}}) == (
        400,
        ["'raeson' is no detail of hold, did you mean 'reason'?"],
    )
    assert fault([]) == (400, ["This is no object. Send one, with: details, seen."])
    assert keyless.status_code == 400 and "Idempotency-Key" in told(keyless)["detail"]


def test_what_is_not_there_is_said(program: Programs, asked: int) -> None:
    ours = program()

    assert told(ours.get("/cases/RP-1999-1"))["detail"] == "There is no case RP-1999-1."
    assert told(ours.do("RP-2024-1", "fly", 1))["status"] == 404
    assert told(ours.get("/nothing"))["status"] == 404


def test_parties_and_meetings_are_read_as_of_a_day(program: Programs, site: Engine) -> None:
    ours = program("administrator")

    parties = ours.get("/parties?on=2024-06-12").json()
    france = next(each for each in parties if each["code"] == "FR")
    meetings = ours.get("/meetings?body=cop").json()

    assert france == {
        "code": "FR",
        "name": "France",
        "region": france["region"],
        "language": "fr",
        "joins": france["joins"],
        "leaves": None,
        "is_party": True,
        "state": "reached",
        "roles": france["roles"],
        "addresses": 1,
    }
    assert [each["ordinal"] for each in meetings if each["ordinal"] == "COP15"] == ["COP15"]
    assert told(ours.get("/parties?on=someday"))["status"] == 400


def test_a_program_that_asks_without_pause_is_told_to_wait(program: Programs, site: Engine) -> None:
    ours = program()

    statuses = [ours.get("/meetings?body=none").status_code for _ in range(301)]
    last = ours.get("/meetings?body=none")

    assert (set(statuses[:300]), statuses[300]) == ({200}, 429)
    assert (told(last)["title"], last.headers["Retry-After"]) == ("Too often", "61")


def test_a_token_is_shown_once_works_until_it_is_revoked_and_leaves_its_marks_in_the_record(
    site: Engine, signed_in: Callable[..., TestClient], clock: SimulatedClock
) -> None:
    browser = signed_in("legal")
    page = browser.get("/account/tokens").text
    form = {"form_token": page.split('name="form_token" value="')[1].split('"')[0]}
    made = browser.post("/account/tokens", data={**form, "label": "The figures", "days": "30"}).text
    token = "assent_" + made.split("<code>assent_")[1].split("<")[0]
    asks = {"Authorization": f"Bearer {token}"}

    first = browser.get("/api/cases", headers=asks).status_code
    listed = browser.get("/account/tokens").text
    browser.post("/account/tokens/1/revoke", data=form)
    revoked = browser.get("/api/cases", headers=asks)

    assert (first, revoked.status_code, revoked.headers["WWW-Authenticate"]) == (200, 401, "Bearer")
    assert "The figures" in listed and token not in listed
    with db.reading(site) as session:
        kinds = session.scalars(select(EVENTS.c.kind).where(EVENTS.c.kind.like("token%"))).all()
        bodies = " ".join(session.scalars(select(EVENTS.c.body)).all())
    assert kinds == ["token_made", "token_revoked"] and token not in bodies


def test_a_token_without_a_name_or_for_ever_is_refused(signed_in: Callable[..., TestClient]) -> None:
    browser = signed_in("legal")
    page = browser.get("/account/tokens").text
    form = {"form_token": page.split('name="form_token" value="')[1].split('"')[0]}

    refused = browser.post("/account/tokens", data={**form, "label": " ", "days": "100000"})

    assert refused.status_code == 422
    assert "it has no name" in refused.text and "cannot be chosen" in refused.text


def test_a_token_opens_nothing_after_its_day_or_once_its_owner_is_shut_out(
    site: Engine, clock: SimulatedClock
) -> None:
    from workflow import register

    officer, lawyer = (Program(site, clock, name, NOW) for name in ("officer", "legal"))
    with db.transaction(site) as session:
        register.set_active(session, "legal", False, actor="administrator", now=NOW)
        register.set_active(session, "legal", True, actor="administrator", now=NOW)
    before = (officer.get("/cases").status_code, lawyer.get("/cases").status_code)
    clock.move_to(NOW + timedelta(days=366))

    assert (before, officer.get("/cases").status_code) == ((200, 401), 401)


def test_a_cookie_opens_nothing_of_the_api(signed_in: Callable[..., TestClient], site: Engine) -> None:
    browser = signed_in("officer")

    assert (browser.get("/cases").status_code, browser.get("/api/cases").status_code) == (200, 401)


def test_whoever_guesses_tokens_is_slowed_down(visitor: TestClient) -> None:
    statuses = [
        visitor.get("/api/cases", headers={"Authorization": f"Bearer assent_{n}"}).status_code
        for n in range(21)
    ]

    assert (set(statuses[:20]), statuses[20]) == ({401}, 429)
