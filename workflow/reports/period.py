"""The time a report to a meeting tells of: from the last ordinary meeting of the same body up to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from states.facts import Meeting
from states.reasons import did_you_mean


class UnknownMeeting(ValueError):
    """There is no such meeting; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Period:
    """Some days, both ends among them."""

    #: None: from the beginning.
    first: date | None
    last: date
    #: The meeting it is reported to, and the one before; None: a period of its own.
    meeting: Meeting | None = None
    previous: Meeting | None = None

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        return day <= self.last and (self.first is None or day >= self.first)


def year_of(year: int, today: date) -> Period:
    """A year, up to today where it has not ended."""
    return Period(date(year, 1, 1), min(date(year, 12, 31), today))


def period_before(meetings: Sequence[Meeting], ordinal: str, today: date) -> Period:
    """The period between the ordinary meeting before one and that one; up to today where it is to come.

    Raises   UnknownMeeting
    """
    meeting = next((m for m in meetings if m.ordinal.casefold() == ordinal.casefold()), None)
    if meeting is None:
        meant = did_you_mean(ordinal, [m.ordinal for m in meetings])
        meant = meant or ". Enter it under Meetings, then ask again."
        raise UnknownMeeting(f"There is no meeting '{ordinal}' on file{meant}")
    earlier = [
        m for m in meetings if m.body == meeting.body and m.kind == "ordinary" and m.starts < meeting.starts
    ]
    previous = max(earlier, key=lambda m: m.starts, default=None)
    last = min(meeting.starts - timedelta(days=1), today)
    first = previous.ends + timedelta(days=1) if previous is not None else None
    if first is not None and first > last:
        raise UnknownMeeting(
            f"The period of {ordinal} begins on {first:%Y-%m-%d}, after the meeting before it, and that is to"
            " come. Report to that meeting first."
        )
    return Period(first, last, meeting, previous)
