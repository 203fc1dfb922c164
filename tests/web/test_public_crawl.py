"""Nothing confidential is outside: somebody who has not signed in opens everything there is to open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, String, literal, update

from states.commands import Actor
from tests import build
from tests.web import opened
from tests.web.brought import case_in
from tests.web.test_access import PARTS, routes
from workflow import db, engine
from workflow.clock import SimulatedClock
from workflow.models import Base
from workflow.web import create_app

WHEN = "2024-09-02 10:00"
FINANCE, OFFICER = Actor("finance", "zqxconfidential-finance"), Actor("officer", "zqxconfidential-officer")
#: Stands in every text that is not for the public, and nowhere else.
MARK = "zqxconfidential"
#: The same for amounts: what is pledged, held, sent back and spent; and what everybody may know was received.
HELD, SECRET, CLEARED = "7654321", ("7654321", "8765432", "6543219", "9876543"), "10.00"
HIDDEN = "RP-2024-2"

#: Table -> columns whose texts people type, or that tell of people: whatever stands there stays inside.
MARKED = {
    "answers": ("answered", "conditions", "reasons", "text", "channel", "translation"),
    "cases": ("officer", "title", "no_territory_reason", "risk", "summary"),
    "contacts": ("name", "title", "email", "failed_why", "postal_address"),
    "deadlines": ("title", "problem"),
    "documents": ("name", "added_by"),
    "duties": ("says", "who", "result", "findings"),
    "entries": ("who", "purpose"),
    "extensions": ("reason", "by"),
    "indicators": ("name", "unit", "baseline", "target"),
    "letters": ("name", "email", "subject", "text", "html"),
    "measures": ("actual", "note"),
    "objections": ("voice",),
    "partner_names": ("name",),
    "partner_owners": ("owner",),
    "partners": ("name", "sector", "note"),
    "staff": ("full_name", "email"),
}  # fmt: skip
#: In the same tables: words by which the law works, and values that are no texts.
WORKS = {
    "answers": ("member", "voice", "word", "language"),
    "cases": ("reference", "procedure", "edition", "law_digest", "state", "head", "target", "paper", "form"),
    "contacts": ("register", "party", "role", "language"),
    "deadlines": ("name", "kind", "status", "rule", "of", "on_expiry", "done_by", "about", "meeting",
                  "calendar"),
    "documents": ("access", "media_type", "sha256"),
    "duties": ("kind",),
    "entries": ("kind", "amount", "currency"),
    "extensions": (),
    "indicators": (),
    "letters": ("member", "party", "number", "purpose", "occurrence", "template", "version", "language",
                "message_id", "token_hash", "status"),
    "measures": (),
    "objections": ("party", "how"),
    "partner_names": ("folded",),
    "partner_owners": (),
    "partners": ("home",),
    "staff": ("name", "role", "language", "password", "totp"),
}  # fmt: skip


def test_every_text_of_these_tables_is_marked_or_known_to_be_none() -> None:
    for name in MARKED:
        there = {c.name for c in Base.metadata.tables[name].c if isinstance(c.type, String)}
        assert there == {*MARKED[name], *WORKS[name]}, name


@pytest.fixture
def public(site: Engine, clock: SimulatedClock) -> TestClient:
    """A browser in which nobody has signed in, before a register with one case; everything else is marked."""
    released, hidden = (
        case_in(site, state, officer=OFFICER.name, partner=_partner()) for state in ("active", "objection")
    )
    _gathers(site, released)
    opened.release(site, released, WHEN, by=OFFICER)
    opened.write(site, released, WHEN, by=OFFICER, proposal=f"{MARK} in a text that waits")
    # Written and read, and not released.
    opened.write(site, hidden, WHEN, by=OFFICER, public_title=f"{MARK} of a case that is not released")
    opened.review(site, hidden, WHEN)
    _mark(site)
    opened.open_register(site, search_engines=True)
    clock.move_to(build.at(WHEN))
    return TestClient(create_app(site, clock), base_url="http://testserver", follow_redirects=False)


def _partner() -> dict[str, str]:
    return {name: f"{MARK} {name}" for name in ("name", "sector", "contact", "email")} | {"home": "FR"}


def _gathers(site: Engine, case_id: int) -> None:
    """A document, money, an indicator, a recommendation and a complaint."""
    with db.transaction(site) as session:
        content = b"%PDF-1.4\n%" + MARK.encode()
        engine.attach(session, case_id, f"{MARK}.pdf", content, "public", OFFICER, build.at(WHEN))
    later = date(2025, 3, 3)
    given: list[tuple[Actor, str, dict[str, Any]]] = [
        *((FINANCE, "book_entry", _money(kind, amount, on)) for kind, amount, on in (
            ("receipt", CLEARED, date(2024, 8, 1)), ("receipt", HELD, date(2024, 1, 8)),
            ("receipt", SECRET[1], date(2024, 1, 9)), ("pledge", SECRET[2], None),
            ("spending", SECRET[3], None))),
        (OFFICER, "set_indicator", {"title": MARK, "baseline": MARK, "target": MARK}),
        (OFFICER, "recommend", {"text": MARK, "owner": "partner", "due": later}),
        (OFFICER, "record_complaint", {"who": MARK, "text": MARK, "due": later}),
    ]  # fmt: skip
    for who, action, details in given:
        opened.act(site, case_id, WHEN, who, action, **details)


def _money(kind: str, amount: str, on: date | None) -> dict[str, Any]:
    when = {"on": on} if on is not None else {}
    return {"kind": kind, "amount": amount, "currency": "EUR", "who": MARK, "purpose": MARK, **when}


def _tells_of_money(page: str) -> bool:
    """Whether an amount that is not cleared stands there, in whatever way its digits are grouped."""
    return any(re.search(r"[\s\u00a0\u202f.,’']?".join(amount), page) for amount in SECRET)


def _mark(site: Engine) -> None:
    with db.transaction(site) as session:
        for name, columns in MARKED.items():
            table = Base.metadata.tables[name]
            for column in columns:
                session.execute(update(table).values({column: literal(f"{MARK} ") + table.c[column]}))
        cases = Base.metadata.tables["cases"]
        note = [{"by": "party:FR", "text": MARK}]
        sheet = [{"question": "q", "answer": MARK, "on": "2024-01-08", "evidence": MARK, "by": MARK}]
        risk = {"kind": "image", "likelihood": "high", "severity": "high", "on": "2024-01-08",
                "mitigation": MARK, "owner": MARK}  # fmt: skip
        signed = {"signer": "partner", "organization": MARK, "name": MARK, "scan": MARK}
        member = {"name": MARK, "category": "x", "admitted_on": "2024-01-08"}
        session.execute(
            update(cases).values(
                conditions=note, sheet=sheet, risks=[risk], signatures=[signed], members=[member]
            )
        )


def _starts() -> Iterator[str]:
    """Every address there is, with something in every place: a case that is released, and one that is not."""
    for route in routes():
        if "GET" in (route.methods or ()) and not route.path.startswith("/demo"):
            for reference in ("RP-2024-1", HIDDEN):
                parts = PARTS | {"reference": reference, "language": "en", "token": "x" * 43}
                yield re.sub(r"\{(\w+)(?::\w+)?\}", lambda found, of=parts: of[found[1]], route.path)
    yield from ("/robots.txt", "/api/openapi.json", "/public/en?q=zqx", "/public/en?q=RP-2024-2")


def _links(page: str, at: str) -> Iterator[str]:
    for found in re.findall(r'(?:href|src|action)="([^"#]+)', page):
        parts = urlsplit(urljoin(f"http://testserver{at}", found.replace("&amp;", "&")))
        if parts.netloc in ("testserver", "localhost:8000"):
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def test_whoever_has_not_signed_in_finds_nothing_confidential_at_any_address(public: TestClient) -> None:
    waiting, seen, told = list(dict.fromkeys(_starts())), set[str](), dict[str, int]()
    found: list[str] = []
    while waiting:
        at = waiting.pop()
        if at in seen or "/live" in at:
            continue
        seen.add(at)
        public.app.state.site.limits._tried.clear()  # type: ignore[attr-defined]
        answer = public.get(at, headers={"Accept-Language": "en"})
        told[at] = answer.status_code
        everything = answer.text + repr(sorted(answer.headers.items()))
        if MARK in everything.lower() or _tells_of_money(everything):
            found.append(at)
        if "location" in answer.headers:
            waiting.append(answer.headers["location"])
        kind = answer.headers.get("content-type", "")
        if "html" in kind or "xml" in kind:
            waiting += _links(answer.text, at)

    assert found == []
    assert f'"received": "{CLEARED}"' in public.get("/public/en/RP-2024-1.json").text
    # It has been there, in every language, and the case that is released was read.
    read = {at for at, status in told.items() if status == 200 and at.startswith("/public/")}
    assert {f"/public/{code}/RP-2024-1" for code in ("en", "fr", "es")} <= read
    assert {
        f"/public/en/{name}" for name in ("register.atom", "register.json", "dates.ics", "RP-2024-1.json")
    } <= read
    assert {
        at: status for at, status in told.items() if HIDDEN in at and status == 200 and "?" not in at
    } == {}


def test_the_mark_is_there_for_whoever_may_see_it(public: TestClient, signed_in: Any) -> None:
    officer = signed_in("officer", build.at(WHEN))

    assert f"{MARK} Evian Project" in officer.get("/cases/RP-2024-1").text
    assert _tells_of_money(officer.get("/cases/RP-2024-1/accounts").text)
