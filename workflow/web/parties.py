"""Parties and their contacts, as of any day: who is written to, and who cannot be reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from states.zones import zone_of
from workflow import contacts, i18n, models, register, spreadsheet
from workflow.contacts import ROLES
from workflow.queries import ASKED, CASES, EVENTS, PARTIES, ROUNDS, table
from workflow.web.acting import what_was_done
from workflow.web.people import Person, sees
from workflow.web.reviewing import day_asked, register_asked, registers_of
from workflow.web.showing import language_of, page
from workflow.web.site import site_of

router = APIRouter()

CONTACTS = table(models.Contact)
_FILTERS = ("q", "on", "region", "state", "which", "register")
#: Changes of a Party shown on its page, the newest first.
_CHANGES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One Party in the list."""

    code: str
    name: str
    region: str
    language: str
    joins: date
    leaves: date | None
    #: Roles of the contacts its letters go to on that day; empty: nobody can be reached.
    roles: tuple[str, ...]
    addresses: int
    #: How many of its contacts in force have an address from which letters come back.
    failing: int
    is_party: bool

    @property
    def state(self) -> str:
        """unreachable, stand_in, failing or reached."""
        if not self.roles:
            return "unreachable"
        if not set(self.roles) & set(contacts.ADDRESSED):
            return "stand_in"
        return "failing" if self.failing else "reached"


#: State of an entry -> its sign and its words.
STATES: Mapping[str, tuple[str, str]] = {
    "reached": ("good", "Can be reached"),
    "failing": ("warn", "An address fails"),
    "stand_in": ("warn", "Through others only"),
    "unreachable": ("bad", "Cannot be reached"),
}


@router.get("/parties", name="parties")
def show(request: Request, person: Person = sees("parties")) -> Response:
    """All Parties of a day."""
    site = site_of(request)
    on, fault = day_asked(request, site)
    with site.reading() as session:
        of = register_asked(request, session, site)
        every = entries(session, of, on, language_of(request))
        known = registers_of(session, site)
    shown = _wanted(every, request.query_params)
    here = [entry for entry in every if entry.is_party]
    return page(
        request,
        "parties.html",
        on=on,
        faults=[fault] if fault else [],
        register=of,
        registers=known,
        shown=shown,
        counts={state: sum(e.state == state for e in here) for state in STATES} | {"all": len(here)},
        states=STATES,
        regions=sorted({entry.region for entry in every if entry.region}),
        asked={name: request.query_params.get(name, "") for name in _FILTERS},
        query=request.url.query,
        done=what_was_done(request),
    )


@router.get("/parties.csv", name="parties_csv")
def export(request: Request, person: Person = sees("parties")) -> Response:
    """The same list for a spreadsheet; `?full=1`: all Parties and contacts, to be corrected and imported."""
    site = site_of(request)
    on, _ = day_asked(request, site)
    with site.reading() as session:
        of = register_asked(request, session, site)
        if request.query_params.get("full"):
            return attached(register.export(session, of), f"{of}-parties.csv")
        every = entries(session, of, on, language_of(request))
    rows = [
        [e.code, e.name, e.region, e.language, e.joins.isoformat(), e.leaves.isoformat() if e.leaves else "",
         " ".join(e.roles), str(e.addresses), STATES[e.state][1]]
        for e in _wanted(every, request.query_params)
    ]  # fmt: skip
    headers = ["code", "Party", "region", "language", "since", "until", "letters go to", "addresses", "state"]
    return attached(spreadsheet.write(headers, rows), f"{of}-parties-{on}.csv")


@router.get("/parties/{code}", name="party")
def show_one(request: Request, code: str, person: Person = sees("parties")) -> Response:
    """One Party: its contacts on a day, the questions open to it, and what has changed."""
    site = site_of(request)
    on, fault = day_asked(request, site)
    with site.reading() as session:
        of = register_asked(request, session, site)
        party = party_row(session, of, code)
        rows = session.execute(
            select(CONTACTS)
            .where(CONTACTS.c.register == of, CONTACTS.c.party == code)
            .order_by(CONTACTS.c.id)
        ).all()
        usable = contacts.usable(session, of, on, [code], past_parties=True).get(code, [])
        addressed = {row.id for row in contacts.addressed(usable)}
        questions = _questions(session, code) if person.may_see("cases") else []
        changes = _changes(session, of, code)
    return page(
        request,
        "party.html",
        register=of,
        party=party,
        name=name_of(party, language_of(request)),
        local=site.now().astimezone(zone_of(party.timezone)),
        on=on,
        faults=[fault] if fault else [],
        contacts=sorted(rows, key=lambda row: (ROLES.index(row.role), row.id)),
        states={row.id: _contact_state(row, on, addressed) for row in rows},
        is_reached=bool(usable),
        questions=questions,
        changes=changes,
        done=what_was_done(request),
    )


# ------------------------------------------------------------------------------------- what is shown


def entries(session: Session, of: str, on: date, language: str) -> list[Entry]:
    """Every State of a register as of a day, by name."""
    usable = contacts.usable(session, of, on, past_parties=True)
    failing: dict[str, int] = {}
    failed = select(CONTACTS).where(CONTACTS.c.register == of, CONTACTS.c.failed_at.is_not(None))
    for row in session.execute(failed):
        if _in_force(row, on):
            failing[row.party] = failing.get(row.party, 0) + 1
    found = []
    for row in session.execute(select(PARTIES).where(PARTIES.c.register == of)):
        written_to = contacts.addressed(usable.get(row.code, []))
        found.append(
            Entry(
                row.code,
                name_of(row, language),
                row.region,
                row.language,
                row.joins,
                row.leaves,
                tuple(role for role in ROLES if any(c.role == role for c in written_to)),
                len({c.email for c in written_to}),
                failing.get(row.code, 0),
                row.joins <= on and (row.leaves is None or on < row.leaves),
            )
        )
    return sorted(found, key=lambda entry: i18n.sort_key(entry.name))


def _wanted(every: Sequence[Entry], asked: Mapping[str, str]) -> list[Entry]:
    """Those a filter asks for. Filters add up; a filter that nobody meets shows nobody."""
    words = i18n.sort_key(asked.get("q", "").strip())
    region, state, which = asked.get("region", ""), asked.get("state", ""), asked.get("which", "")
    return [
        e
        for e in every
        if (which == "all" or e.is_party)
        and (not words or words in i18n.sort_key(e.name) or words == e.code.casefold())
        and region in ("", e.region)
        and state in ("", e.state)
    ]


def party_row(session: Session, of: str, code: str) -> Row[Any]:
    """The row of a Party; 404 with the way back if there is none."""
    wanted = select(PARTIES).where(PARTIES.c.register == of, PARTIES.c.code == code)
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise HTTPException(404, "There is no such Party in this register. Look at the list of Parties.")
    return row


def name_of(party: Any, language: str) -> str:
    """What a Party is called in a language."""
    return str(getattr(party, f"name_{language}", "") or party.name_en)


def names_of(session: Session, of: str, language: str) -> dict[str, str]:
    """Code -> name of all States of a register, in alphabetical order of the names."""
    rows = session.execute(select(PARTIES).where(PARTIES.c.register == of)).all()
    found = [(row.code, name_of(row, language)) for row in rows]
    return dict(sorted(found, key=lambda each: i18n.sort_key(each[1])))


def attached(content: bytes, name: str) -> Response:
    """A spreadsheet to be saved, never shown."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


def _contact_state(row: Row[Any], on: date, addressed: set[int]) -> tuple[str, str]:
    if row.starts is not None and on < row.starts:
        return "", "Not yet used"
    if row.ends is not None and row.ends < on:
        return "", "No longer used"
    if row.failed_at is not None:
        return "bad", "Letters come back"
    return ("good", "Letters go here") if row.id in addressed else ("", "Kept in reserve")


def _in_force(row: Row[Any], on: date) -> bool:
    return (row.starts is None or row.starts <= on) and (row.ends is None or row.ends >= on)


def _questions(session: Session, code: str) -> Sequence[Any]:
    """The questions open to a Party."""
    wanted = (
        select(CASES.c.reference, CASES.c.title, CASES.c.state, ROUNDS.c.reply_by)
        .join(ROUNDS, ROUNDS.c.case_id == CASES.c.id)
        .join(ASKED, (ASKED.c.case_id == ROUNDS.c.case_id) & (ASKED.c.round == ROUNDS.c.no))
        .where(ASKED.c.party == code, ROUNDS.c.closed_at.is_(None))
        .order_by(ROUNDS.c.reply_by, CASES.c.reference)
    )
    return session.execute(wanted.distinct()).all()


def _changes(session: Session, of: str, code: str) -> list[tuple[Any, str, str]]:
    """What has been changed about a Party, the newest first: moment, kind of event, role of who did it."""
    said = f'"party":"{code}"'
    rows = session.execute(
        select(EVENTS.c.at, EVENTS.c.kind, EVENTS.c.actor, EVENTS.c.body)
        .where(EVENTS.c.case_id == 0, EVENTS.c.body.contains(said, autoescape=True))
        .order_by(EVENTS.c.seq.desc())
        .limit(_CHANGES_SHOWN)
    )
    return [(r.at, r.kind, r.actor) for r in rows if f'"register":"{of}"' in r.body]
