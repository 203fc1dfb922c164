"""How a date was calculated, sentence by sentence: the counting of periods.py, told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from states.periods import (
    Grace,
    Period,
    WorkingDays,
    counted,
    counted_back,
    in_words,
    last_day,
    remaining_days,
    shifted,
)

_DAY = timedelta(days=1)
_SATURDAY = 5
NO_GRACE = Grace()


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of "how was this date calculated?"."""

    #: Message id, a key of EXPLANATIONS; the translations have the same keys.
    message: str
    #: What the sentence speaks of: dates as dates, so that each language can write them its own way.
    values: Mapping[str, date | int | str] = field(hash=False)
    #: The sentence in English.
    english: str


#: Every sentence an explanation may contain, in English; dates and numbers come by name.
EXPLANATIONS: dict[str, str] = {
    "period.forward": "Period: {period}, counted in {zone} from {start}; that day is not counted.",
    "period.back": "Period: {period}, counted back in {zone} from {start}, which is not counted.",
    "period.reaches": "Counting {period} reaches {day}.",
    "period.short_month": "That month has no day {wanted}; its last day, {day}, is taken.",
    "period.skipped": "{day} is a holiday of {calendar} and is not counted as a working day.",
    "roll.weekend": "{day} is not a working day.",
    "roll.holiday": "{day} is a holiday of {calendar}.",
    "roll.forward": "The last day rolls forward to {day}.",
    "roll.back": "The day rolls back to {day}, never forward.",
    "hold.stopped": "The clock stopped on {held_on} with the last day on {last}; days left: {remaining}.",
    "hold.resumed": "The clock resumed on {resumed_on}; with {remaining} added it reaches {day}.",
    "moved.extension": "{by} extended it from {old} to {new}: {reason}",
    "moved.anew": "It was set anew, from {old} to {new}, by what the timeline tells.",
    "meeting.last_day": "It falls on {rule}, {day}.",
    "close.last_day": "The last day is {day}; it ends at 23:59:59 in {zone}.",
    "close.grace": "What is received before {wall} of the next working day, {day} ({instant}), still counts.",
    "close.no_grace": "There is no grace: the deadline passes as that day ends ({instant}).",
}


def explain_period(
    period: Period,
    start: date,
    days: WorkingDays,
    zone: ZoneInfo,
    grace: Grace = NO_GRACE,
    *,
    roll: bool = True,
) -> list[Line]:
    """How `last_day` and the grace arrive at their dates, sentence by sentence."""
    reached = last_day(period, start, days, roll=False)
    lines = [_line("period.forward", period=str(period), zone=zone.key, start=start)]
    lines += _explain_count(period, start, reached, days)
    lines += explain_roll(reached, days) if roll else []
    return lines + explain_closing(days.next_working(reached) if roll else reached, days, zone, grace)


def explain_counted_back(period: Period, start: date, days: WorkingDays, zone: ZoneInfo) -> list[Line]:
    """How `counted_back` arrives at its date, sentence by sentence; such a deadline has no grace."""
    due, reached = counted_back(period, start, days), counted(period, start, days, -1)
    lines = [_line("period.back", period=str(period), zone=zone.key, start=start)]
    lines += _explain_count(period, start, reached, days)
    lines += [_not_working(reached - _DAY * back, days) for back in range((reached - due).days)]
    lines += [_line("roll.back", day=due)] if due != reached else []
    return lines + explain_closing(due, days, zone, Grace())


def explain_hold(
    last: date, held_on: date, resumed_on: date, days: WorkingDays, zone: ZoneInfo, grace: Grace = NO_GRACE
) -> list[Line]:
    """How a hold and its resumption move a last day, sentence by sentence."""
    remaining = remaining_days(last, held_on)
    reached = shifted(resumed_on, remaining)
    return [
        _line("hold.stopped", held_on=held_on, last=last, remaining=remaining),
        _line("hold.resumed", resumed_on=resumed_on, remaining=remaining, day=reached),
        *explain_roll(reached, days),
        *explain_closing(days.next_working(reached), days, zone, grace),
    ]


def explain_moved(old: date, new: date, *, by: str = "", reason: str = "") -> list[Line]:
    """Why a last day that was counted is another one now: an extension, or a fresh count."""
    if not by:
        return [_line("moved.anew", old=old, new=new)]
    return [_line("moved.extension", by=by, old=old, new=new, reason=reason or "no reason given")]


def explain_meeting(rule: str, day: date, days: WorkingDays, zone: ZoneInfo) -> list[Line]:
    """How a deadline on the last day of a meeting arrives at its date; it has no grace."""
    lines = [_line("meeting.last_day", rule=rule, day=day), *explain_roll(day, days)]
    return lines + explain_closing(days.next_working(day), days, zone, Grace())


def explain_roll(day: date, days: WorkingDays) -> list[Line]:
    """Why `day` rolls forward, one sentence for each day passed over; nothing for a working day."""
    rolled = days.next_working(day)
    passed = [_not_working(day + _DAY * on, days) for on in range((rolled - day).days)]
    return [*passed, _line("roll.forward", day=rolled)] if passed else []


def explain_closing(last: date, days: WorkingDays, zone: ZoneInfo, grace: Grace) -> list[Line]:
    """When a window whose last day is known ends, and until when answers still count."""
    closes = grace.closes_at(last, days, zone)
    ends = _line("close.last_day", day=last, zone=zone.key)
    instant = f"{closes:%Y-%m-%d %H:%M} UTC"
    if grace.wall is None:
        return [ends, _line("close.no_grace", instant=instant)]
    wall = f"{grace.wall:%H:%M}"
    return [ends, _line("close.grace", wall=wall, day=days.next_after(last), instant=instant)]


def _explain_count(period: Period, start: date, reached: date, days: WorkingDays) -> list[Line]:
    lines = []
    if period.unit == "working days":
        low, high = min(start, reached), max(start, reached)
        skipped = sorted(day for day in days.holidays if low < day < high and day.weekday() < _SATURDAY)
        lines = [_line("period.skipped", day=day, calendar=days.name) for day in skipped]
    if period.unit == "months" and reached.day != start.day:
        lines = [_line("period.short_month", wanted=start.day, day=reached)]
    return [*lines, _line("period.reaches", period=str(period), day=reached)]


def _not_working(day: date, days: WorkingDays) -> Line:
    if day.weekday() >= _SATURDAY:
        return _line("roll.weekend", day=day)
    return _line("roll.holiday", day=day, calendar=days.name)


def _line(message: str, **values: date | int | str) -> Line:
    spoken = {name: in_words(value) if isinstance(value, date) else value for name, value in values.items()}
    return Line(message, values, EXPLANATIONS[message].format(**spoken))
