"""Gather everything that is kept about one case, as of one moment."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Row, Table, Text, select, type_coerce
from sqlalchemy.orm import Session

from states.facts import Case
from states.procedure import Procedure
from states.reasons import did_you_mean
from workflow import calendars, house, models, queries, scans
from workflow.laws import LawMissing
from workflow.queries import ANSWERS, CALENDARS, CASES, DEADLINES, EVENTS, LETTERS, OBJECTIONS, table
from workflow.record.errors import NoSuchCase
from workflow.record.personal import PERSONAL
from workflow.record.rebuilding import NUMBERED

DOCUMENTS, DELIVERIES = table(models.Document), table(models.Delivery)
HOLDS, EXTENSIONS = table(models.Hold), table(models.Extension)

Rows = Sequence[Row[Any]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that is kept about one case. Rows are in the order in which they were made."""

    #: Its row, and the case that all its tables make.
    row: Row[Any]
    case: Case
    #: The law it is under; None if that is not here any more, or was edited.
    law: Procedure | None
    #: Name and content of its file, of the catalogue that names, and of the editions it was under before.
    law_files: Mapping[str, bytes]
    #: (name, digest, text) of the snapshots that its dates were counted with.
    calendars: tuple[tuple[str, str, str], ...]
    events: Rows
    letters: Rows
    deliveries: Rows
    documents: Rows
    #: SHA-256 of those that are not handed out for what is in them, or may be.
    held_back: Mapping[str, scans.Held]
    answers: Rows
    objections: Rows
    deadlines: Rows
    holds: Rows
    extensions: Rows
    #: entry, indicator, measure, duty -> its rows: accounts, and what is watched.
    numbered: Mapping[str, Rows]
    #: Of the personal data that events refer to: ref, salt, erased_at, and the content as the text that was
    #: hashed, so that whoever checks it need not know how to write it.
    personal: Rows


def gather(session: Session, reference: str) -> Evidence:
    """Read it all.

    Raises   NoSuchCase
    """
    # Held, so that all that follows is read of one moment.
    held = select(CASES).where(CASES.c.reference == reference).with_for_update(read=True)
    row = session.execute(held).one_or_none()
    case = queries.load_case(session, row.id) if row is not None else None
    if row is None or case is None:
        hint = did_you_mean(reference, queries.references(session)) or "."
        raise NoSuchCase(f"There is no case '{reference}'{hint} `assent case list` shows those there are.")
    law = _law(session, row)
    events = _rows(session, EVENTS, row.id, EVENTS.c.seq)
    deadlines = _rows(session, DEADLINES, row.id, DEADLINES.c.id)
    documents = _rows(session, DOCUMENTS, row.id, DOCUMENTS.c.id)
    return Evidence(
        row=row,
        case=case,
        law=law,
        law_files=_law_files(session, row, law, events),
        calendars=_calendars(session, {each.calendar for each in deadlines}, law),
        events=events,
        letters=_rows(session, LETTERS, row.id, LETTERS.c.id),
        deliveries=_deliveries(session, row.id),
        documents=documents,
        held_back=scans.held_back(session, {each.sha256 for each in documents}),
        answers=_rows(session, ANSWERS, row.id, ANSWERS.c.no),
        objections=_rows(session, OBJECTIONS, row.id, OBJECTIONS.c.no),
        deadlines=deadlines,
        holds=_rows(session, HOLDS, row.id, HOLDS.c.id),
        extensions=_rows(session, EXTENSIONS, row.id, EXTENSIONS.c.id),
        numbered={name: _rows(session, of, row.id, of.c.no) for name, of in NUMBERED.items()},
        personal=_personal(session, events),
    )


def _rows(session: Session, of: Table, case_id: int, order: Column[Any]) -> Rows:
    return session.execute(select(of).where(of.c.case_id == case_id).order_by(order)).all()


def _deliveries(session: Session, case_id: int) -> Rows:
    of_letters = DELIVERIES.join(LETTERS, LETTERS.c.id == DELIVERIES.c.letter_id)
    wanted = select(DELIVERIES).select_from(of_letters).where(LETTERS.c.case_id == case_id)
    return session.execute(wanted.order_by(DELIVERIES.c.id)).all()


def _personal(session: Session, events: Rows) -> Rows:
    refs = {ref for event in events if (ref := _person(event.body))}
    text = type_coerce(PERSONAL.c.content, Text).label("content")
    wanted = select(PERSONAL.c.ref, PERSONAL.c.salt, PERSONAL.c.erased_at, text).where(
        PERSONAL.c.ref.in_(refs)
    )
    return session.execute(wanted.order_by(PERSONAL.c.ref)).all()


def _person(body: str) -> str:
    try:
        return str(json.loads(body)["person"])
    except (ValueError, LookupError, TypeError):
        # A broken event goes into the bundle as it is: the check that lies in it will name it.
        return ""


def _law(session: Session, row: Row[Any]) -> Procedure | None:
    try:
        return house.of(session).laws.of_case(row.procedure, row.edition, row.law_digest)
    except LawMissing:
        return None


def _law_files(session: Session, row: Row[Any], law: Procedure | None, events: Rows) -> dict[str, bytes]:
    """Those of the law the case is under first; one that was edited since proves nothing and is left out."""
    laws = house.of(session).laws
    found = laws.files(row.procedure, row.edition) if law is not None else {}
    for id, edition in dict.fromkeys(_edition(event.body) for event in reversed(events)):
        if (id, edition) != (row.procedure, row.edition):
            found = found | laws.files(id, edition)
    return found


def _edition(body: str) -> tuple[str, str]:
    """Of which law and edition an event was."""
    try:
        id, _, edition = str(json.loads(body)["edition"]).partition(" ")
    except (ValueError, LookupError, TypeError):
        return "", ""
    return id, edition


def _calendars(
    session: Session, digests: set[str], law: Procedure | None
) -> tuple[tuple[str, str, str], ...]:
    published = select(CALENDARS.c.name, CALENDARS.c.digest, CALENDARS.c.text)
    rows = session.execute(published.where(CALENDARS.c.digest.in_(digests)))
    found = {digest: (name, digest, text) for name, digest, text in rows}
    if law is not None and (own := calendars.shipped(law.calendar)).digest in digests:
        # Until a snapshot is published, dates are counted with the shipped one.
        found.setdefault(own.digest, (own.name, own.digest, calendars.canonical(own)))
    return tuple(sorted(found.values()))
