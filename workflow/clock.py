"""The one source of "now": everything else receives `now` as an argument."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.orm import Session


class Clock(Protocol):
    """What scheduler, web pages and command line ask for the time."""

    def now(self) -> datetime:
        """The present moment; aware, UTC."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SimulatedClock:
    """A clock that stands still until it is moved, and moves only forward: for rehearsals and the demo.

    at       aware; where it stands at first
    Raises   ValueError when a moment is naive or earlier than the present one
    """

    def __init__(self, at: datetime) -> None:
        self._now = utc(at)
        # The demo moves the clock from a page while the scheduler's thread reads it.
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self._now

    def move_to(self, instant: datetime) -> datetime:
        """Put the clock on `instant` and return it in UTC."""
        instant = utc(instant)
        with self._lock:
            if instant < self._now:
                raise ValueError(
                    f"The clock stands at {self._now.isoformat()} and cannot go back to"
                    f" {instant.isoformat()}: what has happened since would have to be undone."
                    " Choose a later moment."
                )
            self._now = instant
        return instant

    def advance(self, by: timedelta) -> datetime:
        """Put the clock `by` further and return the new moment."""
        with self._lock:
            if by < timedelta(0):
                raise ValueError(f"The clock cannot go back by {-by}. Give a positive span of time.")
            self._now += by
            return self._now


def database_time(session: Session) -> datetime:
    """What the machine of the database takes for the time: to be compared with ours, never worked with."""
    if session.get_bind().dialect.name == "sqlite":
        told = session.scalar(text("SELECT strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')"))
        return utc(datetime.fromisoformat(str(told)))
    found = session.scalar(text("SELECT clock_timestamp()"))
    assert isinstance(found, datetime)
    return utc(found)


def utc(instant: datetime) -> datetime:
    """The same moment in UTC.

    Raises   ValueError for a naive time: without a zone nobody can say which moment is meant
    """
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise ValueError(
            f"The time {instant.isoformat()} has no time zone."
            f" Give one, for example {instant.isoformat()}+01:00."
        )
    return instant.astimezone(UTC)
