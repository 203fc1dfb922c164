"""Fill an empty register with what is shipped: Parties, seats, meetings, calendars, and example contacts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from sqlalchemy.schema import Table

from workflow import calendars
from workflow.laws import SHIPPED_REGISTERS
from workflow.queries import CALENDARS, MEETINGS, PARTIES, SEATS
from workflow.record import append_register
from workflow.register import bodylist, partylist
from workflow.register.acts import CONTACTS, begin
from workflow.register.contacts import DEFAULTS
from workflow.register.days import calendar_row
from workflow.register.lines import RegisterRefused
from workflow.register.partylist import PartyList

#: Register -> its list of Parties.
_PARTIES: Mapping[str, str] = SHIPPED_REGISTERS
#: Registers whose bodies are shipped, too.
_WITH_BODIES = ("ramsar",)
#: Titles of example contacts, by role and by the language of the Party.
_TITLES: Mapping[str, Mapping[str, str]] = {
    "head": {
        "en": "Head of the Administrative Authority",
        "fr": "Chef de l'Autorité administrative",
        "es": "Jefe de la Autoridad Administrativa",
    },
    "nfp": {
        "en": "National Focal Point",
        "fr": "Correspondant national",
        "es": "Coordinador Nacional",
    },
    "mission": {
        "en": "Permanent Mission in Geneva",
        "fr": "Mission permanente à Genève",
        "es": "Misión Permanente en Ginebra",
    },
}


def ensure_shipped(
    session: Session, register: str, now: datetime, *, contacts_per_party: int = 2, actor: str = "officer"
) -> bool:
    """Load the shipped data into a register that has no Parties yet, in one event; False if it has some.

    Seats, meetings and calendars are loaded where there are none. The contacts are examples that reach
    nobody: head.fr@parties.example, nfp.fr@parties.example, mission.fr@parties.example.

    contacts_per_party   0 to 3: none, the Head of the Administrative Authority, the focal point, the mission
    Raises               RegisterRefused for a register of which nothing is shipped
    """
    if register not in _PARTIES:
        raise RegisterRefused(
            f"Register {register}: nothing is shipped for it, only for {' and '.join(_PARTIES)}."
            " Import its Parties from a list."
        )
    begin(session)
    if _has_rows(session, PARTIES, PARTIES.c.register == register):
        return False
    listed = shipped_parties(register)
    parties = [
        {"register": register, "code": line.key[0], "leaves": None, **line.values} for line in listed.parties
    ]
    contacts = example_contacts(register, parties, contacts_per_party)
    data: dict[str, Any] = {"register": register, "contacts_per_party": contacts_per_party}
    digests = {_PARTIES[register]: _digest(_PARTIES[register])}
    session.execute(insert(PARTIES), parties)
    if contacts:
        session.execute(insert(CONTACTS), contacts)
    if register in _WITH_BODIES:
        digests |= _load_bodies(session)
    data |= {"files": digests, "calendars": _load_calendars(session, now)}
    append_register(session, "shipped_loaded", data, actor=actor, now=now)
    return True


@cache
def shipped_parties(register: str) -> PartyList:
    """The shipped list of Parties of a register, read and checked like any other."""
    return partylist.read(_content(_PARTIES[register]))


def example_contacts(
    register: str, parties: Sequence[Mapping[str, Any]], per_party: int
) -> list[dict[str, Any]]:
    """Rows of contacts that reach nobody, so many for each Party."""
    return [
        {
            **DEFAULTS,
            "register": register,
            "party": party["code"],
            "role": role,
            "title": _TITLES[role][party["language"]],
            "email": f"{role}.{party['code'].lower()}@parties.example",
            "failed_at": None,
            "failed_why": "",
        }
        for party in parties
        for role in list(_TITLES)[:per_party]
    ]


def _load_bodies(session: Session) -> dict[str, str]:
    """Seats and meetings, where there are none; file -> digest of what was loaded."""
    loaded = {}
    if not _has_rows(session, SEATS):
        lines = bodylist.read_seats(_content("seats.csv"))
        keys = [dict(zip(("body", "seat", "starts"), line.key, strict=True)) for line in lines]
        session.execute(insert(SEATS), [{**key, **ln.values} for key, ln in zip(keys, lines, strict=True)])
        loaded["seats.csv"] = _digest("seats.csv")
    if not _has_rows(session, MEETINGS):
        lines = bodylist.read_meetings(_content("meetings.csv"))
        keys = [dict(zip(("body", "ordinal"), line.key, strict=True)) for line in lines]
        session.execute(insert(MEETINGS), [{**key, **ln.values} for key, ln in zip(keys, lines, strict=True)])
        loaded["meetings.csv"] = _digest("meetings.csv")
    return loaded


def _load_calendars(session: Session, now: datetime) -> dict[str, str]:
    """The calendars of which none is on file; name -> digest of what was loaded."""
    known = set(session.scalars(select(CALENDARS.c.name)))
    snapshots = [calendars.shipped(name) for name in calendars.names() if name not in known]
    if snapshots:
        session.execute(insert(CALENDARS), [calendar_row(snapshot, now) for snapshot in snapshots])
    return {snapshot.name: snapshot.digest for snapshot in snapshots}


def _has_rows(session: Session, table: Table, *where: Any) -> bool:
    return session.execute(select(1).select_from(table).where(*where).limit(1)).first() is not None


def _content(name: str) -> bytes:
    return files("workflow").joinpath("data", name).read_bytes()


def _digest(name: str) -> str:
    return hashlib.sha256(_content(name)).hexdigest()
