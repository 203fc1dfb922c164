"""Gather what the register's search and the figures need, case by case, once each has changed.

A command must stay quick, so nothing of this is done inside one. The worker gathers what has changed since,
and whoever searches gathers a little more. What is gathered decides nothing and can be dropped at any time.

words.py      the words a case is found by, and where each stands
chronicle.py  from its events: where a case was and when, and which dates were kept
tallies.py    from its rounds: how many of each region hold which position
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, bindparam, delete, func, insert, or_, select, text
from sqlalchemy.orm import Session

from states.procedure import Procedure
from workflow import db, house, models, queries
from workflow.gather import chronicle, tallies, words
from workflow.gather.words import HEAD, PLACES, mark_of_party
from workflow.laws import LawMissing
from workflow.queries import CASES, table

__all__ = ["HEAD", "PLACES", "behind", "catch_up", "gather", "mark_of_party"]

GATHERED = table(models.Gathered)
#: Raised whenever something else is gathered, or in another way: then everything is gathered anew.
WAY = 1
#: Processes that gather on the same PostgreSQL database meet at this advisory lock.
LOCK = 0x6173_7365_6E75
#: Cases in one transaction: on SQLite nobody else writes meanwhile.
BATCH = 20

_CHANGED = (
    select(CASES.c.id)
    .outerjoin(GATHERED, GATHERED.c.case_id == CASES.c.id)
    .where(or_(GATHERED.c.case_id.is_(None), GATHERED.c.seq != CASES.c.seq, GATHERED.c.way != WAY))
)
#: The newest first: those are looked for.
_NEXT = _CHANGED.order_by(CASES.c.id.desc()).limit(bindparam("limit"))
_FORGET = delete(GATHERED).where(GATHERED.c.case_id.in_(bindparam("ids", expanding=True)))


def gather(on: Engine, limit: int = 1_000) -> int:
    """Bring up to date what is kept of changed cases, the newest first; how many that were.

    limit   cases at most: somebody may be waiting
    """
    return _run(on, limit)[0]


def catch_up(on: Engine, limit: int) -> bool:
    """The same; whether nothing is left that has changed."""
    return _run(on, limit)[1]


def _run(on: Engine, limit: int) -> tuple[int, bool]:
    done = 0
    with db.reading(on) as session:
        changed = list(session.scalars(_NEXT, {"limit": limit}))
    for first in range(0, len(changed), BATCH):
        with db.transaction(on) as session:
            if not _is_ours(session):
                break
            batch = changed[first : first + BATCH]
            _gather(session, batch)
            done += len(batch)
    return done, done == len(changed) < limit


def behind(session: Session) -> int:
    """How many cases have changed since they were last gathered."""
    return session.scalar(select(func.count()).select_from(_CHANGED.subquery())) or 0


def _is_ours(session: Session) -> bool:
    """Whether nobody else is gathering."""
    if session.get_bind().dialect.name == "sqlite":
        return True
    taken = session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": LOCK})
    return bool(taken)


def _gather(session: Session, ids: Sequence[int]) -> None:
    stored = queries.load_cases(session, ids)
    laws = {case_id: _law(session, each) for case_id, each in stored.items()}
    words.keep(session, stored)
    chronicle.keep(session, laws)
    tallies.keep(session, stored, laws)
    connection = session.connection()
    connection.execute(_FORGET, {"ids": list(ids)})
    connection.execute(
        insert(GATHERED), [{"case_id": i, "seq": each.case.seq, "way": WAY} for i, each in stored.items()]
    )


def _law(session: Session, stored: queries.Stored) -> Procedure | None:
    try:
        return house.of(session).laws.of_case(stored.procedure, stored.edition, stored.law_digest)
    except LawMissing:
        # Whoever opens the case is told; here it only means that its answers are not counted.
        return None
