"""When each kind of housekeeping last ran to its end: a silence here must not go unseen."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from workflow.models import Heartbeat
from workflow.queries import table

HEARTBEATS = table(Heartbeat)
#: After this long without a beat something is wrong: the sweep sleeps a minute at most.
SILENCE = timedelta(minutes=2)


def beat(session: Session, name: str, now: datetime, detail: str = "") -> None:
    """Note that a housekeeping has run."""
    connection = session.connection()
    connection.execute(_beating(connection.dialect.name), {"name": name, "at": now, "detail": detail})


@cache
def _beating(dialect: str) -> Any:
    # One statement: two who sweep for the first time at once must not stumble over each other.
    into = {"postgresql": postgresql, "sqlite": sqlite}[dialect].insert(HEARTBEATS)
    told = {"at": into.excluded.at, "detail": into.excluded.detail}
    return into.on_conflict_do_update(index_elements=["name"], set_=told)


def last_beats(session: Session) -> dict[str, datetime]:
    """Housekeeping -> when it last ran (UTC)."""
    return {row.name: row.at for row in session.execute(select(HEARTBEATS.c.name, HEARTBEATS.c.at))}


def silent(session: Session, now: datetime, name: str = "sweep") -> timedelta | None:
    """For how long a housekeeping has been silent, if too long; since ever: timedelta.max."""
    at = last_beats(session).get(name)
    if at is None:
        return timedelta.max
    return now - at if now - at > SILENCE else None
