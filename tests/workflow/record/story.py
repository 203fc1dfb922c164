"""One case that goes through nearly everything, by way of the engine: what the record has to keep."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.orm import Session

from states.commands import Actor, Command
from states.reader import load
from states.reasons import Refused
from workflow import db, engine, models, record, sweep
from workflow.queries import DEADLINES, LETTERS, table

DATA = Path(__file__).parents[3] / "workflow" / "data"
GLAND = ZoneInfo("Europe/Zurich")
REFERENCE = "RP-2024-1"
OFFICER = Actor("officer", "mkaur")
WITH_CONTACTS = ("AT", "BR", "CA", "DE", "FR", "GA", "JP")


def at(words: str) -> datetime:
    """A moment on the wall in Gland: "2024-02-01 09:30"."""
    return datetime.fromisoformat(words).replace(tzinfo=GLAND).astimezone(UTC)


def play(on: Engine) -> int:
    """Play it from the proposal to the agreement; returns the id of the case."""
    with db.transaction(on) as session:
        _furnish(session)
        law = load("ramsar-private")
        opened = engine.open_case(
            session,
            law,
            title="Biosphere Connections",
            partner={"name": "Star Alliance", "home": "DE"},
            officer="mkaur",
            items=[item for items in law.checklists.values() for item in items],
            actor=OFFICER,
            now=at("2024-03-01 09:00"),
        )
        assert not isinstance(opened, Refused), str(opened)
        case_id = opened.case_id
    do(on, case_id, "2024-03-01 10:00", OFFICER, "submit")
    do(on, case_id, "2024-03-04 10:00", OFFICER, "endorse", risk="medium", no_territory_reason="world-wide")
    do(on, case_id, "2024-03-05 09:00", OFFICER, "dispatch")
    do(on, case_id, "2024-03-15 09:00", OFFICER, "extend", until=date(2024, 4, 2), reason="a long paper")
    do(on, case_id, "2024-03-23 12:00", OFFICER, "hold", reason="the partner reconsiders")
    do(on, case_id, "2024-05-06 12:00", OFFICER, "resume", reason="the partner confirms")
    do(on, case_id, "2024-05-27 09:00", OFFICER, "dispatch")
    for seat in _seats():
        do(on, case_id, "2024-06-05 09:00", Actor("seat", party=seat), "approve")
    do(on, case_id, "2024-06-10 09:00", OFFICER, "dispatch")
    objection = {"reasons": "Émissions de l'aviation", "name": "Ms A. Example", "title": "Head"}
    do(on, case_id, "2024-07-15 09:00", Actor("party", party="AT", voice="head"), "objection", **objection)
    do(on, case_id, "2024-07-16 09:00", Actor("party", party="BR", voice="nfp"), "question", text="Who pays?")
    mission = Actor("party", party="AT", voice="mission")
    do(on, case_id, "2024-08-05 09:00", mission, "withdraw_objection", channel="note_verbale")
    # The window shuts, but most Parties have nobody on file who could have been reached.
    do(on, case_id, "2024-08-21 09:00", OFFICER, "confirm_unreached", reasons="no address on file")
    return case_id


def do(on: Engine, case_id: int, when: str, actor: Actor, action: str, **details: Any) -> None:
    """Do it at that moment, everything due before it done; a refusal fails the test."""
    wait(on, when)
    with db.transaction(on) as session:
        found = engine.perform(session, case_id, Command(action, actor, details), at(when))
        assert not isinstance(found, Refused), f"{action}: {found}"
        # As if each letter had been handed over at once.
        session.execute(update(LETTERS).values(status="sent", sent_at=at(when)))


def wait(on: Engine, when: str) -> None:
    """Let the clock run until then, firing all that is due at its own moment."""
    while True:
        with db.reading(on) as session:
            due = session.scalar(
                select(DEADLINES.c.due_at).where(DEADLINES.c.status == "armed").order_by(DEADLINES.c.due_at)
            )
        if due is None or due > at(when):
            return
        swept = sweep.fire_due(on, due + timedelta(seconds=1), beat=False)
        assert (swept.fired > 0, swept.failed) == (True, 0)


@cache
def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _seats() -> list[str]:
    day = date(2024, 6, 5)
    return [
        row["seat"]
        for row in _rows("seats.csv")
        if row["body"] == "standing_committee"
        and date.fromisoformat(row["from"]) <= day
        and (not row["to"] or day <= date.fromisoformat(row["to"]))
    ]


def _furnish(session: Session) -> None:
    """The Parties, seats and meetings of the day, and somebody to write to in a few of them."""
    parties = [
        {
            "register": "ramsar", "code": row["iso2"], "name_en": row["iso2"], "name_fr": row["iso2"],
            "name_es": row["iso2"], "language": "en", "timezone": "UTC",
            "joins": date.fromisoformat(row["entry_into_force"]),
        }
        for row in _rows("parties.csv")
    ]  # fmt: skip
    contacts = [
        {
            "register": "ramsar", "party": code, "role": "head", "name": f"Head of {code}",
            "email": f"head@{code.lower()}.example",
        }
        for code in WITH_CONTACTS
    ]  # fmt: skip
    seats = [
        {
            "body": row["body"], "seat": row["seat"], "member": row["member"], "alternate": row["alternate"],
            "starts": date.fromisoformat(row["from"]),
            "ends": date.fromisoformat(row["to"]) if row["to"] else None,
        }
        for row in _rows("seats.csv")
    ]  # fmt: skip
    meetings = [
        {
            "body": row["body"], "ordinal": row["ordinal"], "kind": row["kind"],
            "starts": date.fromisoformat(row["starts"]), "ends": date.fromisoformat(row["ends"]),
        }
        for row in _rows("meetings.csv")
    ]  # fmt: skip
    officer = {"name": "mkaur", "role": "officer", "email": "officer@example.org"}
    for model, rows in (
        (models.Party, parties),
        (models.Contact, contacts),
        (models.Seat, seats),
        (models.Meeting, meetings),
        (models.Staff, [officer]),
    ):
        session.execute(insert(table(model)), rows)
    told = {"parties": len(parties), "meetings": len(meetings)}
    record.append_register(session, "imported", told, actor="officer", now=at("2024-01-02 09:00"))
