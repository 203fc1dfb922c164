"""What has been contributed to partnerships, year by year: money that is cleared, and contributions in kind.

Only sums, and only those that everybody may know: nothing of what is pledged, held in suspense, gone back or
spent, and neither who gave nor what for. A receipt counts in the year in which it was cleared, and a
counter-entry takes back in the year in which it was made, as in the statement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from states import ledger
from states.ledger import Entry, Sums
from workflow import queries
from workflow.queries import ENTRIES, EVENTS


@dataclass(frozen=True, slots=True)
class Contribution:
    """The contributions of one year in one currency."""

    #: 0: of all years together.
    year: int
    #: ISO 4217.
    currency: str
    #: Money, cleared.
    received: Decimal
    #: Value of contributions in kind.
    in_kind: Decimal


@dataclass(frozen=True, slots=True)
class Contributed:
    """The contributions to one case."""

    #: The oldest year first; empty: nothing yet, or the accounts do not add up.
    years: tuple[Contribution, ...] = ()
    #: When the last of them was entered (UTC), or None.
    changed_at: datetime | None = None


def contributed(session: Session, cases: Sequence[int]) -> Mapping[int, Contributed]:
    """Case, by id -> what was contributed to it.

    Of accounts that do not add up nothing is told: an officer is told what is wrong on their page.
    """
    entered = (
        select(ENTRIES.c.case_id, ENTRIES.c.no, EVENTS.c.at)
        .join(EVENTS, and_(EVENTS.c.case_id == ENTRIES.c.case_id, EVENTS.c.seq == ENTRIES.c.no))
        .where(ENTRIES.c.case_id.in_(cases))
    )
    moments: dict[int, dict[int, datetime]] = {}
    for row in session.execute(entered):
        moments.setdefault(row.case_id, {})[row.no] = row.at
    return {
        case_id: _of_case(entries, moments.get(case_id, {}))
        for case_id, entries in queries.entries_of_cases(session, cases).items()
    }


def together(of: Iterable[Contributed]) -> tuple[Contribution, ...]:
    """The contributions to several cases: the oldest year first, then by currency."""
    return _sums((year for case in of for year in case.years), lambda each: each.year)


def in_all(years: Iterable[Contribution]) -> tuple[Contribution, ...]:
    """The same of all years together, by currency; those of a single year are their own sum and left out."""
    years = tuple(years)
    told = Counter(each.currency for each in years)
    return _sums((each for each in years if told[each.currency] > 1), lambda _: 0)


def _sums(of: Iterable[Contribution], when: Callable[[Contribution], int]) -> tuple[Contribution, ...]:
    found: dict[tuple[int, str], Contribution] = {}
    for each in of:
        key = (when(each), each.currency)
        before = found.get(key, Contribution(*key, Decimal(0), Decimal(0)))
        found[key] = Contribution(*key, before.received + each.received, before.in_kind + each.in_kind)
    return tuple(found[key] for key in sorted(found))


def _of_case(entries: Sequence[Entry], moments: Mapping[int, datetime]) -> Contributed:
    if any(ledger.wrong(entries)):
        return Contributed()
    by_no = {entry.no: entry for entry in entries}
    found: dict[tuple[int, str], Sums] = {}
    changed: list[datetime] = []
    for entry in entries:
        moved = ledger.moves(entry, by_no)
        if moved.received or moved.in_kind:
            key = (entry.on.year, entry.currency)
            found[key] = found.get(key, Sums()) + moved
            changed += [moments[entry.no]] if entry.no in moments else []
    years = [Contribution(*key, found[key].received, found[key].in_kind) for key in sorted(found)]
    # What was taken back in the year in which it was booked leaves nothing to tell.
    told = tuple(each for each in years if each.received or each.in_kind)
    return Contributed(told, max(changed, default=None))
