"""Turn "60 days" into a last day and a closing moment; explained.py tells how.

Dates are days in the procedure's timezone; instants are aware and UTC. Nothing here knows what time it is.
Source of the counting rules: the procedure file (timezone, calendar, grace) and Secretariat practice.
"""

from __future__ import annotations

import difflib
import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

Unit = Literal["days", "working days", "months"]

_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
_SATURDAY = 5
# Ten years: longer than any treaty window, short enough that a slip of the keyboard ("60000 days") is caught.
_LONGEST: dict[Unit, int] = {"days": 3650, "working days": 2600, "months": 120}
_UNITS: dict[str, Unit] = {
    "day": "days",
    "days": "days",
    "working day": "working days",
    "working days": "working days",
    "month": "months",
    "months": "months",
}
# Units people write that the law files do not know: how many of which known unit they stand for.
_INSTEAD: dict[str, tuple[int, Unit]] = {
    "week": (7, "days"),
    "weeks": (7, "days"),
    "year": (12, "months"),
    "years": (12, "months"),
    "business day": (1, "working days"),
    "business days": (1, "working days"),
    "workdays": (1, "working days"),
    "calendar days": (1, "days"),
}
_FORMS = "Write '60 days', '10 working days' or '3 months'."
_GRACE_FORMS = "Write '09:00 next working day' or 'none'."
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class PeriodError(ValueError):
    """A period, a grace or a date that cannot be counted; the text says why and what to write instead."""


class HorizonError(PeriodError):
    """A day that the calendar of working days does not cover."""


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Which days are working days, between two dates.

    Raises   HorizonError from every method as soon as a day outside [first, last] would have to be judged
    """

    #: Name of the calendar, as the procedure file writes it: "CH-VD".
    name: str
    #: Days that are not working days beside Saturdays and Sundays.
    holidays: frozenset[date]
    #: The first day the calendar knows about.
    first: date
    #: The last day the calendar knows about: its horizon.
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise PeriodError(
                f"Calendar {self.name} begins on {self.first}, after its last day, {self.last}."
            )

    def is_working(self, day: date) -> bool:
        """Whether something may fall due on `day`."""
        if not self.first <= day <= self.last:
            raise HorizonError(
                f"{in_words(day)} lies outside the calendar {self.name}, which covers "
                f"{in_words(self.first)} to {in_words(self.last)}. "
                f"Publish a snapshot of {self.name} that covers that day, or choose another date."
            )
        return day.weekday() < _SATURDAY and day not in self.holidays

    def next_working(self, day: date) -> date:
        """The first working day on or after `day`."""
        while not self.is_working(day):
            day += _DAY
        return day

    def next_after(self, day: date) -> date:
        """The first working day after `day`."""
        return self.next_working(shifted(day, 1))

    def previous_working(self, day: date) -> date:
        """The last working day on or before `day`."""
        while not self.is_working(day):
            day -= _DAY
        return day


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time as the law writes it: "60 days", "10 working days", "3 months"."""

    #: How many units; at least 1, at most ten years' worth.
    amount: int
    #: What is counted.
    unit: Unit

    def __post_init__(self) -> None:
        if self.unit not in _LONGEST:
            raise PeriodError(f"A period cannot be counted in {self.unit!r}. {_FORMS}")
        if type(self.amount) is not int or self.amount < 1:
            raise PeriodError(
                f"{self.amount} {self.unit} is not a period: give a whole number, at least 1. {_FORMS}"
            )
        if self.amount > _LONGEST[self.unit]:
            raise PeriodError(
                f"{self.amount} {self.unit} is too long for a period: "
                f"at most {_LONGEST[self.unit]} {self.unit}, about ten years."
            )

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read "60 days", "1 day", "10 working days" or "3 months".

        Raises   PeriodError for any other form, with the nearest right one
        """
        if not isinstance(text, str):
            raise PeriodError(f"{text!r} is not a period: it must be a text. {_FORMS}")
        return _parsed_period(text)

    def __str__(self) -> str:
        return f"{self.amount} {self.unit if self.amount != 1 else self.unit[:-1]}"


@lru_cache(maxsize=512)
def _parsed_period(text: str) -> Period:
    found = re.fullmatch(r"([+-]?[0-9]{1,18})( ?)((?:[^.,0-9].*)?)", " ".join(text.split()))
    if found is None:
        raise PeriodError(f"{text!r} is not a period: it must begin with a whole number. {_FORMS}")
    amount, gap, word = int(found[1]), found[2], found[3].casefold()
    if word in _UNITS and gap:
        return Period(amount, _UNITS[word])
    if word in _UNITS:
        raise PeriodError(f"{text!r} is not a period: did you mean '{amount} {word}'? {_FORMS}")
    if not word:
        raise PeriodError(f"{text!r} is not a period: it has no unit, did you mean '{amount} days'? {_FORMS}")
    if word in _INSTEAD:
        times, unit = _INSTEAD[word]
        raise PeriodError(f"{text!r} is not a period: did you mean '{amount * times} {unit}'? {_FORMS}")
    near = difflib.get_close_matches(word, _UNITS, n=1, cutoff=0.6)
    hint = f", did you mean {near[0]!r}?" if near else "."
    raise PeriodError(f"{text!r} is not a period: the unit {word!r} is not known{hint} {_FORMS}")


def last_day(period: Period, start: date, days: WorkingDays, *, roll: bool = True) -> date:
    """The last day of a window that opens on `start`.

    start    the day of dispatch; it is not counted
    months   end on the same day of the month, or on the month's last day if that month is shorter
    roll     if that day is not a working day, go on to the next one
    Raises   HorizonError where the calendar does not reach
    """
    day = counted(period, start, days, 1)
    return days.next_working(day) if roll else day


def counted_back(period: Period, start: date, days: WorkingDays, *, roll: bool = True) -> date:
    """The day by which something is due before `start`, e.g. 90 days before the first day of a meeting.

    It rolls back to the working day before, never forward: forward would shorten the notice that is promised.
    Without `roll` it is the day that the period reaches.
    """
    day = counted(period, start, days, -1)
    return days.previous_working(day) if roll else day


def remaining_days(last: date, held_on: date) -> int:
    """Whole days left when the clock stops: last day minus the day of the hold, never below 0."""
    return max(0, (last - held_on).days)


def resumed(remaining: int, on: date, days: WorkingDays) -> date:
    """The new last day when the clock resumes on `on` with `remaining` whole days left."""
    if remaining < 0:
        raise PeriodError(f"{remaining} days cannot remain: give 0 or more.")
    return days.next_working(shifted(on, remaining))


def counted(period: Period, start: date, days: WorkingDays, direction: Literal[1, -1]) -> date:
    """The day that so many units reach, forwards or backwards, before any rolling."""
    if period.unit == "days":
        return shifted(start, direction * period.amount)
    if period.unit == "months":
        return _months_on(start, direction * period.amount)
    day = start
    for _ in range(period.amount):
        day = shifted(day, direction)
        day = days.next_working(day) if direction == 1 else days.previous_working(day)
    return day


def shifted(day: date, by: int) -> date:
    """So many days on. Raises PeriodError beyond what a calendar can hold."""
    try:
        return day + timedelta(days=by)
    except OverflowError:
        raise PeriodError(f"{by} days from {in_words(day)} is beyond what a calendar can hold.") from None


def _months_on(day: date, by: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + by, 12)
    if not date.min.year <= year <= date.max.year:
        raise PeriodError(f"{by} months from {in_words(day)} is beyond what a calendar can hold.")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def at(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which a clock on the wall of `zone` shows `wall` on `day`.

    A time that the clock skips moves forward by the gap; a time it shows twice means the first.
    """
    # fold=0 is what does both: it reads the wall time with the offset in force before the change.
    return datetime.combine(day, wall.replace(fold=0), zone).astimezone(UTC)


@lru_cache(maxsize=4096)
def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The first instant (UTC) after 23:59:59.999999 of `day` in `zone`: what is due that day acts then."""
    midnight = datetime.combine(shifted(day, 1), time(), zone)
    early, late = sorted(midnight.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if early == late or local_day(late - _TICK, zone) <= day:
        # Where the clock goes back just after midnight into the old day, only the second midnight ends it.
        return late
    # Midnight is skipped, or shown twice within the new day: find where the date changes between the two.
    before = early - timedelta(seconds=1)
    while late - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(late - before) // timedelta(seconds=2))
        before, late = (before, middle) if local_day(middle, zone) > day else (middle, late)
    return late


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The first instant (UTC) of `day` in `zone`: a Party joins or leaves then."""
    return end_of(shifted(day, -1), zone)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """Which day it is in `zone` at `instant`; for a dispatch this is the day that is not counted.

    Raises   PeriodError for an instant without an offset
    """
    if instant.tzinfo is None:
        raise PeriodError(f"{instant} has no offset, so its day in {zone.key} is unknown. Give it in UTC.")
    return instant.astimezone(zone).date()


@dataclass(frozen=True, slots=True)
class Grace:
    """How long after the printed last day an answer still counts; without a time there is no grace."""

    #: Time on the wall of the procedure's timezone, on the working day after the last day; None for no grace.
    wall: time | None = None

    @classmethod
    def parse(cls, text: str) -> Grace:
        """Read "09:00 next working day" or "none".

        Raises   PeriodError for any other form, with the nearest right one
        """
        words = " ".join(text.split()).casefold() if isinstance(text, str) else ""
        if words == "none":
            return cls()
        if found := re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9]) next working day", words):
            return cls(time(int(found[1]), int(found[2])))
        clock = re.match(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?![0-9])", words)
        right = f"{int(clock[1]):02}:{clock[2]} next working day" if clock else "09:00 next working day"
        near = difflib.get_close_matches(words, [right, "none"], n=1, cutoff=0.7)
        hint = f", did you mean {near[0]!r}?" if near else "."
        raise PeriodError(f"{text!r} is not a grace{hint} {_GRACE_FORMS}")

    def __str__(self) -> str:
        return "none" if self.wall is None else f"{self.wall:%H:%M} next working day"

    def closes_at(self, day: date, days: WorkingDays, zone: ZoneInfo) -> datetime:
        """The instant (UTC) from which an answer due on `day` is late; that instant is late itself."""
        return end_of(day, zone) if self.wall is None else at(days.next_after(day), self.wall, zone)


def in_words(day: date) -> str:
    """A date as an English letter writes it: "Monday 17 June 2024", whatever the machine's locale."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"
