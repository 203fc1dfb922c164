"""Dates as a clerk would count them, with a calendar and a pencil: nothing here is of the product."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from dateutil.easter import easter

DAY = timedelta(days=1)


@cache
def holidays(year: int) -> frozenset[date]:
    """The days off of the Canton of Vaud."""
    sunday = easter(year)
    first_of_september = date(year, 9, 1)
    to_sunday = (6 - first_of_september.weekday()) % 7
    fast = first_of_september + timedelta(days=to_sunday + 14 + 1)  # Monday after the third Sunday
    return frozenset(
        {
            date(year, 1, 1),
            date(year, 1, 2),
            sunday - 2 * DAY,  # Good Friday
            sunday + DAY,  # Easter Monday
            sunday + 39 * DAY,  # Ascension
            sunday + 50 * DAY,  # Whit Monday
            date(year, 8, 1),
            fast,
            date(year, 12, 25),
        }
    )


def is_working(day: date) -> bool:
    return day.weekday() < 5 and day not in holidays(day.year)


def forward(day: date) -> date:
    """The day itself, or the next one on which somebody is at work."""
    while not is_working(day):
        day += DAY
    return day


def back(day: date) -> date:
    """The day itself, or the one before on which somebody was at work."""
    while not is_working(day):
        day -= DAY
    return day


def days_on(day: date, count: int) -> date:
    """So many days later, counted one by one; the first is not counted."""
    for _ in range(count):
        day += DAY
    return day


def months_on(day: date, count: int) -> date:
    """The same day so many months later; where the month is too short, its last day."""
    year, month = day.year, day.month
    for _ in range(count):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    while True:
        try:
            return date(year, month, day.day)
        except ValueError:
            day -= DAY


def _last_sunday(year: int, month: int) -> date:
    day = date(year, month, 31)
    while day.weekday() != 6:
        day -= DAY
    return day


def offset(at: datetime) -> timedelta:
    """How far Swiss clocks are ahead of UTC: two hours from the end of March to the end of October."""
    begins, ends = (datetime.combine(_last_sunday(at.year, month), time(1), UTC) for month in (3, 10))
    return timedelta(hours=2 if begins <= at < ends else 1)


def on_the_wall(at: datetime) -> datetime:
    """What a clock in Gland shows."""
    return (at + offset(at)).replace(tzinfo=None)


def instant(day: date, hour: int) -> datetime:
    """When a clock in Gland shows that hour of that day."""
    for hours in (2, 1):
        found = datetime.combine(day, time(hour), UTC) - timedelta(hours=hours)
        if offset(found) == timedelta(hours=hours):
            return found
    raise AssertionError(f"{day} {hour}: no such hour")


def closes(last: date) -> datetime:
    """Nine in the morning of the next working day."""
    return instant(forward(last + DAY), 9)


def midnight_after(day: date) -> datetime:
    return instant(day + DAY, 0)
