"""Short chains without any engine, and what somebody with all rights may do to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from states.effects import effect
from workflow import record
from workflow.queries import CASES, EVENTS

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
TABLES = ("events", "personal")
TRIGGERS = {
    "events": ("no_update", "no_delete", "no_replace"),
    "personal": ("only_erase", "no_delete", "no_replace"),
}


def begin(session: Session, reference: str, kinds: Sequence[str], *, case_id: int, person: str = "") -> None:
    """A case with one event of each of these kinds, an hour apart; all of them refer to `person`."""
    rows: list[dict[str, Any]] = []
    for seq, kind in enumerate(kinds, 1):
        prev = rows[-1]["hash"] if rows else ""
        rows.append(event(case_id, reference, seq, kind, prev, person))
    if rows:
        session.execute(insert(EVENTS), rows)
    case = {
        "id": case_id, "reference": reference, "procedure": "ramsar-private", "edition": "2026",
        "law_digest": "", "state": "draft", "since": NOON, "opened_at": NOON, "title": "Evian Project",
        "seq": len(rows), "head": rows[-1]["hash"] if rows else "", "partner": {},
        **{name: [] for name in ("territory", "marks", "items", "conditions", "decisions")},
    }  # fmt: skip
    session.execute(insert(CASES).values(case))


def event(case_id: int, chain: str, seq: int, kind: str, prev: str, person: str = "") -> dict[str, Any]:
    """The event of that number as it is always made."""
    return record.event_row(
        case_id=case_id,
        chain=chain,
        seq=seq,
        at=NOON + timedelta(hours=seq),
        kind=kind,
        actor="officer",
        data={"title": "Évian"},
        effects=[effect("set", state=kind)],
        prev=prev,
        person=person,
    )


def hashes(chain: str, kinds: Sequence[str], case_id: int = 1) -> list[str]:
    """The hashes of the events that `begin` makes."""
    found: list[str] = []
    for seq, kind in enumerate(kinds, 1):
        found.append(event(case_id, chain, seq, kind, found[-1] if found else "")["hash"])
    return found


def lift(session: Session) -> None:
    """Take the triggers away, as somebody with all rights over the database can."""
    for table in TABLES:
        if session.connection().dialect.name == "postgresql":
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        else:
            for name in TRIGGERS[table]:
                session.execute(text(f"DROP TRIGGER {table}_{name}"))


def tamper(session: Session, *statements: str, **values: object) -> None:
    """Do what the record does not allow."""
    lift(session)
    for statement in statements:
        session.execute(text(statement), values)
