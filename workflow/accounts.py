"""The statement of accounts of a case: every entry, what it leaves, and whether the whole adds up.

It is worked out from the rows each time it is asked for, and each row is compared with the event of the
record that made it: a row that was changed, added or removed behind our back is named.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from states import ledger
from states.effects import plain
from states.ledger import WRONG, Entry, Sums, Wrong
from workflow import queries
from workflow.queries import CASES, EVENTS

#: Sums of a line, in the order in which a statement shows them.
COLUMNS = ("pledged", "in_kind", "received", "spent", "held", "refunded")


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a statement shows it."""

    entry: Entry
    #: What it moves.
    moves: Sums
    #: What is at hand after it, in its currency.
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Account:
    """Everything in one currency."""

    currency: str
    lines: tuple[Line, ...]
    sums: Sums
    #: The first day on which more was spent than had been received, or None.
    overdrawn_on: date | None


@dataclass(frozen=True, slots=True)
class Statement:
    """The accounts of a case at the end of a day."""

    reference: str
    title: str
    partner: str
    #: The last day it tells of; None: all there is.
    on: date | None
    accounts: tuple[Account, ...]
    #: Receipts that are held in suspense still.
    held: tuple[Entry, ...]
    #: Entries that can still be taken back.
    correctable: frozenset[int]
    #: Rows that do not fit; empty: it adds up.
    wrong: tuple[Wrong, ...]

    @property
    def adds_up(self) -> bool:
        """Whether every row fits the others and the record, so that both equations hold."""
        return not self.wrong


def statement(session: Session, case_id: int, on: date | None = None) -> Statement:
    """The statement of a case.

    on   only what was booked for this day or an earlier one
    """
    case = session.execute(
        select(CASES.c.reference, CASES.c.title, CASES.c.partner).where(CASES.c.id == case_id)
    ).one()
    every = queries.entries_of(session, case_id)
    wrong = [*ledger.wrong(every), *_against_record(every, _recorded(session, case_id))]
    # A row that refers to nothing moves nothing: it is named instead.
    sound = [entry for entry in every if not entry.of or any(e.no == entry.of for e in every)]
    shown = [entry for entry in sound if on is None or entry.on <= on]
    return Statement(
        reference=case.reference,
        title=case.title,
        partner=str(case.partner.get("name", "")),
        on=on,
        accounts=tuple(_account(currency, shown, sound) for currency in sorted({e.currency for e in shown})),
        held=tuple(ledger.in_suspense(shown)),
        correctable=frozenset(entry.no for entry in ledger.correctable(every)),
        wrong=tuple(sorted(dict.fromkeys(wrong), key=lambda each: each.no)),
    )


def told(wrong: Wrong) -> str:
    """What is wrong with a row, as a sentence."""
    about = f" (entry {wrong.of})" if wrong.of else ""
    return f"Entry {wrong.no}: {WRONG[wrong.what]}{about}."


def _account(currency: str, shown: Sequence[Entry], every: Sequence[Entry]) -> Account:
    by_no = {entry.no: entry for entry in every}
    running, lines, overdrawn = Sums(), [], None
    for entry in sorted((e for e in shown if e.currency == currency), key=lambda e: (e.on, e.no)):
        moves = ledger.moves(entry, by_no)
        running += moves
        lines.append(Line(entry, moves, running.balance))
        if running.balance < 0 and overdrawn is None:
            overdrawn = entry.on
    return Account(currency, tuple(lines), running, overdrawn)


def _recorded(session: Session, case_id: int) -> dict[int, Mapping[str, Any]]:
    """Number of each entry that the record tells of -> its values, as events keep them."""
    found: dict[int, Mapping[str, Any]] = {}
    # In canonical JSON an effect begins with its name: only events with an entry are read.
    bodies = select(EVENTS.c.body).where(EVENTS.c.case_id == case_id, EVENTS.c.body.contains('["entry",{'))
    for body in session.scalars(bodies):
        for op, values in json.loads(body)["effects"]:
            if op == "entry":
                found[values["no"]] = values
    return found


def _against_record(entries: Sequence[Entry], recorded: Mapping[int, Mapping[str, Any]]) -> list[Wrong]:
    there = {entry.no: plain(entry) for entry in entries}
    return [Wrong(no, "record") for no in sorted({*there, *recorded}) if there.get(no) != recorded.get(no)]
