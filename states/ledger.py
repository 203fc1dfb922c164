"""The accounts of a partnership: what each entry moves, the sums of each currency, and whether they add up.

Two equations hold for each currency on each day: what was received less what was spent is the balance; and
all money that came in is either at hand, spent, held in suspense, or gone back to where it came from.
Contributions in kind have a value and are no money: they are told apart and move no balance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal

#: What can be booked, and what is booked about an entry that stands already.
BOOKED = ("pledge", "receipt", "in_kind", "spending")
RELEASE, REFUND, CORRECTION = "release", "refund", "correction"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry."""

    #: Number of the event that made it.
    no: int
    #: One of BOOKED, or release, refund, correction.
    kind: str
    #: Decimal, as text.
    amount: str
    #: ISO 4217.
    currency: str
    #: The day for which it is booked.
    on: date
    #: From whom it came, or to whom it went.
    who: str = ""
    purpose: str = ""
    #: Whether a receipt is held in suspense: it came before clearance, or after the end.
    is_held: bool = False
    #: The entry that is released, refunded or corrected; 0: none.
    of: int = 0


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of one currency."""

    pledged: Decimal = Decimal(0)
    #: Received for good: what came into suspense counts once it is released.
    received: Decimal = Decimal(0)
    in_kind: Decimal = Decimal(0)
    spent: Decimal = Decimal(0)
    #: In suspense.
    held: Decimal = Decimal(0)
    #: Gone back to where it came from.
    refunded: Decimal = Decimal(0)

    @property
    def balance(self) -> Decimal:
        """What is at hand and may be spent."""
        return self.received - self.spent

    @property
    def came_in(self) -> Decimal:
        """All money that ever came in."""
        return self.received + self.held + self.refunded

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, name) + getattr(other, name) for name in SUMS))

    def __neg__(self) -> Sums:
        return Sums(*(-getattr(self, name) for name in SUMS))


SUMS = tuple(each.name for each in fields(Sums))


def moves(entry: Entry, by_no: Mapping[int, Entry]) -> Sums:
    """What one entry adds to the sums of its currency.

    by_no    every entry of the case: a counter-entry moves back what another has moved
    Raises   KeyError when that other one is missing
    """
    amount = Decimal(entry.amount)
    if entry.kind == CORRECTION:
        return -moves(by_no[entry.of], by_no)
    if entry.kind == RELEASE:
        return Sums(received=amount, held=-amount)
    if entry.kind == REFUND:
        return Sums(refunded=amount, held=-amount)
    if entry.kind == "receipt":
        return Sums(held=amount) if entry.is_held else Sums(received=amount)
    name = {"pledge": "pledged", "in_kind": "in_kind", "spending": "spent"}[entry.kind]
    return replace(Sums(), **{name: amount})


def sums(entries: Sequence[Entry], on: date | None = None) -> dict[str, Sums]:
    """The sums of each currency, at the end of a day; None: of all there is."""
    by_no = {entry.no: entry for entry in entries}
    found: dict[str, Sums] = {}
    for entry in entries:
        if on is None or entry.on <= on:
            found[entry.currency] = found.get(entry.currency, Sums()) + moves(entry, by_no)
    return dict(sorted(found.items()))


def undone(entries: Iterable[Entry]) -> frozenset[int]:
    """Entries that a counter-entry has taken back."""
    return frozenset(entry.of for entry in entries if entry.kind == CORRECTION)


def in_suspense(entries: Sequence[Entry]) -> list[Entry]:
    """Receipts that are held still."""
    gone = undone(entries)
    settled = {e.of for e in entries if e.kind in (RELEASE, REFUND) and e.no not in gone}
    return [
        e for e in entries if e.kind == "receipt" and e.is_held and e.no not in settled and e.no not in gone
    ]


def correctable(entries: Sequence[Entry]) -> list[Entry]:
    """Entries that a counter-entry may take back: none twice, and none that another one rests on."""
    gone = undone(entries)
    rests = {e.of for e in entries if e.kind in (RELEASE, REFUND) and e.no not in gone}
    return [e for e in entries if e.kind != CORRECTION and e.no not in gone and e.no not in rests]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that does not fit the others."""

    no: int
    #: Key of WRONG.
    what: str
    #: The row it does not fit, or 0.
    of: int = 0


#: What may be wrong with a row, as people are told.
WRONG: Mapping[str, str] = {
    "amount": "its amount is not a positive amount of money",
    "missing": "the entry it speaks of is not there",
    "differs": "its amount or currency is not that of the entry it speaks of",
    "unfit": "the entry it speaks of is of a kind that this cannot be done to",
    "twice": "the same has been done before",
    "early": "its day is before that of the entry it speaks of",
    "record": "the record of the case says something else, or nothing",
}


def wrong(entries: Sequence[Entry]) -> Iterator[Wrong]:
    """Every row that does not fit the others; where there is none, both equations hold by construction."""
    by_no = {entry.no: entry for entry in entries}
    seen: set[tuple[str, int]] = set()
    gone = undone(entries)
    for entry in entries:
        if not _is_positive(entry.amount):
            yield Wrong(entry.no, "amount")
        if not entry.of:
            continue
        other = by_no.get(entry.of)
        if other is None:
            yield Wrong(entry.no, "missing", entry.of)
            continue
        if (entry.amount, entry.currency) != (other.amount, other.currency):
            yield Wrong(entry.no, "differs", other.no)
        is_held = other.kind == "receipt" and other.is_held
        if other.kind == CORRECTION or (entry.kind != CORRECTION and not is_held):
            yield Wrong(entry.no, "unfit", other.no)
        if entry.on < other.on:
            yield Wrong(entry.no, "early", other.no)
        done = ("taken back" if entry.kind == CORRECTION else "settled", other.no)
        if done in seen and entry.no not in gone:
            yield Wrong(entry.no, "twice", other.no)
        if entry.no not in gone:
            seen.add(done)


def _is_positive(amount: str) -> bool:
    return amount.replace(".", "", 1).isdigit() and Decimal(amount) > 0
