"""Publish calendars: from then on new dates are counted with the newest snapshot of a name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from workflow import calendars
from workflow.calendars import Difference, Snapshot
from workflow.queries import CALENDARS
from workflow.record import append_register
from workflow.register.acts import begin


def publish_calendar(session: Session, snapshot: Snapshot, *, actor: str, now: datetime) -> Difference | None:
    """Make a snapshot the one that new dates are counted with; dates counted before stay as they are.

    Returns   the holidays it adds and removes; None, and no event, if it is the one in use already
    """
    begin(session)
    rows = session.execute(
        select(CALENDARS).where(CALENDARS.c.name == snapshot.name).order_by(CALENDARS.c.published_at)
    ).all()
    if rows and rows[-1].digest == snapshot.digest:
        return None
    before = calendars.parse(rows[-1].text) if rows else replace(snapshot, days=())
    # On a clock that stands still two snapshots of one moment could not be told apart.
    at = max(now, rows[-1].published_at + timedelta(microseconds=1)) if rows else now
    if snapshot.digest in {row.digest for row in rows}:
        session.execute(
            update(CALENDARS).where(CALENDARS.c.digest == snapshot.digest).values(published_at=at)
        )
    else:
        session.execute(insert(CALENDARS).values(calendar_row(snapshot, at)))
    found = calendars.difference(before, snapshot)
    data = {"calendar": snapshot.name, "digest": snapshot.digest, "old": rows[-1].digest if rows else ""}
    data |= {"first": snapshot.first.isoformat(), "last": snapshot.last.isoformat()}
    append_register(session, "calendar_published", data, actor=actor, now=now)
    return found


def calendar_row(snapshot: Snapshot, at: datetime) -> dict[str, object]:
    """A row of the table of calendars."""
    dated = snapshot if snapshot.made_on else replace(snapshot, made_on=at.date())
    text = calendars.canonical(dated)
    return {"digest": snapshot.digest, "name": snapshot.name, "text": text, "published_at": at}
