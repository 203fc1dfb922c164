"""The world the benchmarks work in: the 173 real Parties with two contacts each, and cases in it."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from states.commands import Actor, Command
from states.procedure import Procedure
from states.reader import load
from states.reasons import Refused
from workflow import engine, models, queries
from workflow.queries import table

DATA = Path(__file__).parents[2] / "workflow" / "data"
ZURICH = ZoneInfo("Europe/Zurich")
OFFICER = Actor("officer")
PARTNER = {
    "name": "Rivages SA",
    "contact": "Office of partnerships",
    "email": "partner@example.org",
    "language": "en",
    "home": "CH",
    "sector": "bottled water",
}
SUMMARY = "Restoring wetlands on the shores of three lakes, with yearly monitoring and a training centre."
REASON = "The risks found in the assessment cannot be mitigated."
#: Every contact of a Party that gets its letters: two, so that 173 Parties are 346 letters.
ROLES = ("head", "nfp")


def at(words: str) -> datetime:
    """A moment on the wall in Gland: "2024-02-01 09:30"."""
    return datetime.fromisoformat(words).replace(tzinfo=ZURICH).astimezone(UTC)


def law() -> Procedure:
    """The shipped law: what is measured is what is used."""
    return load("ramsar-private")


def settle(session: Session) -> None:
    """Parties, contacts, seats, meetings and one officer, as the lists that are shipped have them."""
    parties = [_party(row) for row in _rows("parties.csv")]
    _add(session, models.Party, parties)
    _add(session, models.Contact, [_contact(party, role) for party in parties for role in ROLES])
    _add(session, models.Seat, [_seat(row) for row in _rows("seats.csv")])
    _add(session, models.Meeting, [_meeting(row) for row in _rows("meetings.csv")])
    officer = {"name": "ada", "full_name": "Ada Officer", "role": "officer", "email": "ada@example.org"}
    _add(session, models.Staff, [officer])
    # Not a real chain, but a head: the registers are read once as long as it stays the same.
    _add(session, models.RegisterHead, [{"id": 0, "seq": 1, "head": "the register of the benchmarks"}])


def proposal(session: Session, title: str, now: datetime, territory: tuple[str, ...] = ()) -> int:
    """A new case whose files are complete; returns its id."""
    known = law()
    done = engine.open_case(
        session,
        known,
        title=title,
        partner=PARTNER,
        territory=territory,
        officer="ada",
        summary=SUMMARY,
        items=sorted(item for items in known.checklists.values() for item in items),
        now=now,
    )
    assert not isinstance(done, Refused), done
    return done.case_id


def act(session: Session, case_id: int, when: str, action: str, **details: Any) -> engine.Outcome:
    """Carry out an officer's command; a refusal ends the benchmark."""
    done = engine.perform(session, case_id, Command(action, OFFICER, details), at(when))
    if isinstance(done, Refused):
        raise RuntimeError(f"{action}, {when}: {done}")
    return done


def until_notification(session: Session, case_id: int) -> None:
    """Take a new case, by all that the law asks for, to where all Parties are notified: 18 March 2026."""
    act(session, case_id, "2026-02-03 09:30", "submit")
    act(session, case_id, "2026-02-05 09:30", "endorse", risk="low", no_territory_reason="It is a programme.")
    act(session, case_id, "2026-02-06 09:30", "dispatch")
    _all_answer(session, case_id, "2026-02-09 09:30", "no_comment")
    act(session, case_id, "2026-03-16 09:30", "dispatch")
    _all_answer(session, case_id, "2026-03-18 09:30", "approve")
    case = queries.load_case(session, case_id)
    assert case is not None and case.state == "notification", case


def _all_answer(session: Session, case_id: int, when: str, word: str) -> None:
    case = queries.load_case(session, case_id)
    assert case is not None and case.open_round is not None
    for member in case.open_round.asked:
        done = engine.perform(session, case_id, Command(word, Actor.parse(f"seat:{member.code}")), at(when))
        assert not isinstance(done, Refused), done


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _add(session: Session, model: Any, rows: list[dict[str, Any]]) -> None:
    session.execute(insert(table(model)), rows)


def _party(row: dict[str, str]) -> dict[str, Any]:
    named = {f"name_{language}": row[f"name_{language}"] for language in ("en", "fr", "es")}
    return named | {
        "register": "ramsar",
        "code": row["iso2"],
        "iso3": row["iso3"],
        "region": row["ramsar_region"],
        "language": row["language"],
        "timezone": row["timezone"],
        "joins": date.fromisoformat(row["entry_into_force"]),
    }


def _contact(party: dict[str, Any], role: str) -> dict[str, Any]:
    code = party["code"]
    return {
        "register": "ramsar",
        "party": code,
        "role": role,
        "name": f"The {'Director' if role == 'head' else 'Focal Point'} of {party['name_en']}",
        "email": f"{role}.{code.lower()}@example.org",
    }


def _seat(row: dict[str, str]) -> dict[str, Any]:
    kept = {name: row[name] for name in ("body", "seat", "region", "member", "alternate", "office")}
    ends = date.fromisoformat(row["to"]) if row["to"] else None
    return kept | {"starts": date.fromisoformat(row["from"]), "ends": ends}


def _meeting(row: dict[str, str]) -> dict[str, Any]:
    kept = {name: row[name] for name in ("body", "ordinal", "kind", "place")}
    return kept | {"starts": date.fromisoformat(row["starts"]), "ends": date.fromisoformat(row["ends"])}
