"""Keep snapshots of the days on which nothing falls due, each with its digest and its horizon.

A deadline names the snapshot it was counted with, so that a holiday decreed later changes no date in silence.
Source of the days: the `holidays` library, public holidays only, corrected below where a seat's law differs.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from itertools import pairwise
from types import MappingProxyType

import holidays

from states.periods import WorkingDays

Holiday = tuple[date, str]

#: What the shipped calendars cover.
FIRST = date(2000, 1, 1)
LAST = date(2040, 12, 31)

_HEADING = "assent calendar 1"
_MADE_ON = "made on: "
_DIGEST = "sha256: "


class CalendarError(ValueError):
    """A calendar that is unknown, or whose text cannot be trusted; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a calendar of public holidays comes from."""

    #: Who counts by it, for people who choose a calendar.
    title: str
    #: Country, ISO 3166-1.
    country: str
    #: Canton, Land, province or state, ISO 3166-2 without the country; None for the whole country.
    subdivision: str | None = None
    #: Days the library lists although offices work; by the library's name.
    not_observed: frozenset[str] = frozenset()
    #: Names we write differently: the library's name -> ours.
    renamed: Mapping[str, str] = field(default_factory=dict)


#: The calendars shipped, by the name a procedure file writes.
CALENDARS: Mapping[str, Seat] = MappingProxyType(
    {
        # Vaud has neither 1 May nor 26 December. The Monday of the fast follows September's third Sunday,
        # so it is not always the third Monday (2025: the 22nd).
        "CH-VD": Seat("Vaud, Gland: Ramsar", "CH", "VD", renamed={"Prayer Monday": "Federal Fast Monday"}),
        "CH-GE": Seat("Geneva: Basel, Rotterdam and Stockholm, CITES, WHO", "CH", "GE"),
        "DE-NW": Seat("North Rhine-Westphalia, Bonn: CMS, UNCCD, UNFCCC", "DE", "NW"),
        "IT-RM": Seat("Rome: FAO", "IT", "RM"),
        # Days of the Islamic calendar are decreed as they come; until then the library estimates them.
        "KE": Seat("Kenya, Nairobi: UNEP", "KE"),
        "CA-QC": Seat("Quebec, Montreal: CBD", "CA", "QC"),
        # Susan B. Anthony Day is a commemoration (Executive Law, section 168-a), not a public holiday
        # (General Construction Law, section 24): offices and courts work.
        "US-NY": Seat(
            "New York: United Nations", "US", "NY", not_observed=frozenset({"Susan B. Anthony Day"})
        ),
    }
)


@dataclass(frozen=True)
class Snapshot:
    """The non-working days of one calendar as they were known once; two equal texts have equal digests."""

    #: Name of the calendar: "CH-VD".
    name: str
    #: The first day it covers.
    first: date
    #: The last day it covers: its horizon.
    last: date
    #: Public holidays with their names, in order of date, those on Saturdays and Sundays included.
    days: tuple[Holiday, ...]
    #: When it was made, for people; set by whoever publishes it and no part of the digest.
    made_on: date | None = None

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise CalendarError(
                f"Calendar {self.name}: it begins on {self.first}, after its last day, {self.last}."
            )
        for text in (self.name, *(holiday for _, holiday in self.days)):
            if not text or text != " ".join(text.split()):
                raise CalendarError(f"Calendar {self.name}: {text!r} is not a name; write it on one line.")
        dates = [day for day, _ in self.days]
        for day in dates:
            if not self.first <= day <= self.last:
                raise CalendarError(
                    f"Calendar {self.name}: {day} lies outside {self.first} to {self.last}. Leave it out."
                )
        if any(earlier >= later for earlier, later in pairwise(dates)):
            raise CalendarError(f"Calendar {self.name}: its days must be in order of date, each once.")

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over the name, the two ends and the days; a deadline keeps it."""
        return hashlib.sha256(_body(self).encode()).hexdigest()

    @cached_property
    def working_days(self) -> WorkingDays:
        """The same days as the counting rules want them."""
        return WorkingDays(self.name, frozenset(day for day, _ in self.days), self.first, self.last)

    def changed(self, *, add: Iterable[Holiday] = (), remove: Iterable[date] = ()) -> Snapshot:
        """This snapshot with holidays added (or renamed) and removed; `made_on` is left to the publisher.

        Raises   CalendarError for a day outside the snapshot, or one to remove that it does not have
        """
        days = dict(self.days)
        for day in remove:
            if day not in days:
                raise CalendarError(
                    f"Calendar {self.name}: {day} is not one of its holidays, so it cannot be removed."
                )
            del days[day]
        days.update(add)
        return replace(self, days=tuple(sorted(days.items())), made_on=None)


@dataclass(frozen=True, slots=True)
class Difference:
    """What another snapshot of a calendar changes; a change of a name alone moves no date and is left out."""

    #: Holidays that only the newer one has.
    added: tuple[Holiday, ...]
    #: Holidays that only the older one has.
    removed: tuple[Holiday, ...]


def names() -> tuple[str, ...]:
    """The names of the calendars shipped."""
    return tuple(CALENDARS)


@cache
def shipped(name: str) -> Snapshot:
    """The calendar of that name as it is shipped, 2000 to 2040.

    Raises   CalendarError for an unknown name, with the nearest known one
    """
    if name not in CALENDARS:
        near = difflib.get_close_matches(name.upper(), CALENDARS, n=1, cutoff=0.5)
        hint = f", did you mean {near[0]!r}?" if near else "."
        raise CalendarError(f"Calendar {name!r} is not known{hint} Known are {', '.join(CALENDARS)}.")
    seat = CALENDARS[name]
    found = holidays.country_holidays(
        seat.country, subdiv=seat.subdivision, years=range(FIRST.year, LAST.year + 1), language="en_US"
    )
    # A holiday of 1 January 2000 may be observed on 31 December 1999, which we do not cover.
    days = {day: _named(names_of_day, seat) for day, names_of_day in found.items() if FIRST <= day <= LAST}
    return Snapshot(name, FIRST, LAST, tuple(sorted((day, text) for day, text in days.items() if text)))


def _named(text: str, seat: Seat) -> str:
    """The names of one day, joined with "; " where two holidays meet; empty if none is observed."""
    kept = [name for name in text.split("; ") if name not in seat.not_observed]
    return "; ".join(seat.renamed.get(name, name) for name in kept)


def canonical(snapshot: Snapshot) -> str:
    """The snapshot as a text to be stored: `parse` gives the same snapshot back.

    One line per fact, dates as YYYY-MM-DD, the digest over all lines above the last one or two
    """
    made_on = f"{_MADE_ON}{snapshot.made_on}\n" if snapshot.made_on else ""
    return f"{_body(snapshot)}{made_on}{_DIGEST}{snapshot.digest}\n"


def _body(snapshot: Snapshot) -> str:
    head = [_HEADING, f"name: {snapshot.name}", f"first: {snapshot.first}", f"last: {snapshot.last}"]
    return "".join(f"{line}\n" for line in [*head, *(f"{day} {name}" for day, name in snapshot.days)])


def parse(text: str) -> Snapshot:
    """Read back what `canonical` wrote.

    Raises   CalendarError if a line is not understood, or if the text is not the one its digest was made of
    """
    lines = text.splitlines()
    if not lines or lines[0] != _HEADING:
        raise CalendarError(f"This is not a calendar: its first line must be {_HEADING!r}.")
    name, first, last = (_after(lines, at, f"{key}: ") for at, key in enumerate(("name", "first", "last"), 1))
    digest = _after(lines, len(lines) - 1, _DIGEST)
    rest = lines[4:-1]
    made_on = (
        _date(rest.pop().removeprefix(_MADE_ON), name) if rest and rest[-1].startswith(_MADE_ON) else None
    )
    days = tuple((_date(line[:10], name), line[11:]) for line in rest)
    snapshot = Snapshot(name, _date(first, name), _date(last, name), days, made_on)
    if canonical(snapshot) != text:
        raise CalendarError(
            f"Calendar {name}: this is not the text that was stored. It says sha256 {digest}, "
            f"its days give {snapshot.digest}. Restore it from a backup, or publish the calendar anew."
        )
    return snapshot


def _after(lines: list[str], at: int, key: str) -> str:
    if at >= len(lines) or not lines[at].startswith(key):
        raise CalendarError(f"This is not a whole calendar: line {at + 1} must begin with {key!r}.")
    return lines[at].removeprefix(key)


def _date(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CalendarError(f"Calendar {name}: {text!r} is not a date. Write it as 2024-05-09.") from None


def difference(old: Snapshot, new: Snapshot) -> Difference:
    """Which holidays a newer snapshot adds and removes, so that an officer can see which cases it touches."""
    before, after = dict(old.days), dict(new.days)
    return Difference(
        added=tuple(holiday for holiday in new.days if holiday[0] not in before),
        removed=tuple(holiday for holiday in old.days if holiday[0] not in after),
    )


def horizon_left(snapshot: Snapshot, today: date) -> int:
    """Days from `today` until the last day the snapshot covers; negative once that has passed."""
    return (snapshot.last - today).days
