"""What somebody of the Secretariat must do, the nearest date first, and what waits for others.

item.py     one thing to do, one thing awaited
tasks.py    what dates, letters and drafts ask for
looks.py    what answers ask for, as the law sees them
awaited.py  what others must do first
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import models
from workflow.desk import awaited, looks, tasks
from workflow.desk.item import Awaited, Hats, Item
from workflow.queries import table

__all__ = ["Awaited", "Desk", "Hats", "Item", "Paused", "desk_of"]

QUEUE = table(models.Queue)
#: More is not shown at once: whoever has more looks in the register.
ITEMS_MAX = 200


@dataclass(frozen=True, slots=True)
class Paused:
    """Letters stand still: since when, why, and what to do."""

    since: datetime
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on a desk."""

    mine: tuple[Item, ...]
    others: tuple[Awaited, ...]
    paused: Paused | None
    #: How many more there are than are shown.
    more: int = 0


def desk_of(session: Session, name: str, role: str, now: datetime, stands_in_for: Sequence[str] = ()) -> Desk:
    """The desk of somebody.

    name            sign-in name
    role            officer, head, legal, finance or auditor: the last has nothing to do and sees what waits
    stands_in_for   colleagues of the same role whose cases are theirs too for now
    """
    hats = Hats(name, role, tuple(stands_in_for))
    mine = [*tasks.tasks(session, hats, now), *looks.looks(session, hats, now)]
    mine.sort(key=lambda item: (item.due is None, item.due or date.max, item.reference, item.why))
    return Desk(
        tuple(mine[:ITEMS_MAX]),
        tuple(awaited.awaited(session, hats, now)),
        _paused(session) if role == "officer" else None,
        max(0, len(mine) - ITEMS_MAX),
    )


def _paused(session: Session) -> Paused | None:
    row = session.execute(select(QUEUE).where(QUEUE.c.paused_at.is_not(None))).first()
    return Paused(row.paused_at, row.reason, row.remedy) if row is not None else None
