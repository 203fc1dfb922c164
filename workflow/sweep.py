"""What happens by itself: deadlines that are due are fired. Each function takes `now`.

A due deadline fires through `engine.perform`, in the same way as a person's command. There is no pass at
start-up: what a crash or three days of standstill left undone is simply still due.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from states.commands import CLOCK, Command
from states.reasons import Refused
from workflow import db, engine, heartbeat
from workflow.queries import CASES, DEADLINES

#: After so many failures a deadline waits for somebody to look at it; it must not hold up the others.
ATTEMPTS_MAX = 5

_DUE = (DEADLINES.c.status == "armed") & (DEADLINES.c.attempts < ATTEMPTS_MAX)


@dataclass(frozen=True, slots=True)
class Due:
    """One deadline that is due."""

    id: int
    case_id: int
    name: str
    generation: int

    @property
    def command(self) -> Command:
        """What the clock asks for."""
        return Command("fire", CLOCK, {"deadline": self.name, "generation": self.generation})


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did."""

    #: Deadlines that fired.
    fired: int = 0
    #: Deadlines that failed, and stay due.
    failed: int = 0

    def __add__(self, other: Swept) -> Swept:
        return Swept(self.fired + other.fired, self.failed + other.failed)


def fire_due(on: Engine, now: datetime, *, batch: int = 100, beat: bool = True) -> Swept:
    """Fire everything that is due by `now`, oldest first, `batch` at a time.

    Several processes may sweep at once: each takes cases that no other holds.
    """
    done = Swept()
    while True:
        swept = _batch(on, now, batch)
        done += swept
        if not swept.fired:
            break
    if beat:
        with db.transaction(on) as session:
            heartbeat.beat(session, "sweep", now)
    return done


def next_due(session: Session) -> datetime | None:
    """When the earliest armed deadline is due, or None."""
    return session.scalar(select(DEADLINES.c.due_at).where(_DUE).order_by(DEADLINES.c.due_at).limit(1))


def closes_a_window(session: Session, now: datetime) -> bool:
    """Whether a window is due to close: what has come in by then must be read first."""
    due = (DEADLINES.c.kind == "window", _DUE, DEADLINES.c.due_at <= now)
    return session.execute(select(DEADLINES.c.id).where(*due).limit(1)).first() is not None


def _batch(on: Engine, now: datetime, limit: int) -> Swept:
    try:
        with db.transaction(on) as session:
            due = _claim(session, now, limit)
            return Swept(_fire(session, due, now))
    except db.DatabaseError:
        raise
    except Exception:
        # One of them cannot be fired: find out which, and let the others through.
        return _one_by_one(on, now, limit)


def _fire(session: Session, due: list[Due], now: datetime) -> int:
    outcomes = engine.perform_all(session, [(each.case_id, each.command) for each in due], now)
    refused = 0
    for each, outcome in zip(due, outcomes, strict=True):
        if isinstance(outcome, Refused):
            refused += 1
            _note_failure(session, each, str(outcome))
    return len(due) - refused


def _claim(session: Session, now: datetime, limit: int) -> list[Due]:
    """Due deadlines of cases that nobody else holds, oldest first.

    The cases are locked, not the deadlines: whoever changes a case locks its row first, and a sweep that
    came the other way round would stand in its way.
    """
    found = select(DEADLINES.c.case_id, DEADLINES.c.id).where(_DUE, DEADLINES.c.due_at <= now)
    oldest = found.order_by(DEADLINES.c.due_at, DEADLINES.c.id).limit(limit).cte("oldest")
    wanted = select(CASES.c.id).where(CASES.c.id.in_(select(oldest.c.case_id))).order_by(CASES.c.id)
    if session.get_bind().dialect.name == "sqlite":
        held = session.scalars(select(oldest.c.case_id).distinct()).all()
    else:
        held = session.scalars(wanted.with_for_update(skip_locked=True)).all()
    if not held:
        return []
    rows = session.execute(
        select(DEADLINES.c.id, DEADLINES.c.case_id, DEADLINES.c.name, DEADLINES.c.generation)
        .where(_DUE, DEADLINES.c.due_at <= now, DEADLINES.c.case_id.in_(held))
        .order_by(DEADLINES.c.due_at, DEADLINES.c.id)
    )
    return [Due(*row) for row in rows]


def _one_by_one(on: Engine, now: datetime, limit: int) -> Swept:
    with db.reading(on) as session:
        rows = session.execute(
            select(DEADLINES.c.id, DEADLINES.c.case_id, DEADLINES.c.name, DEADLINES.c.generation)
            .where(_DUE, DEADLINES.c.due_at <= now)
            .order_by(DEADLINES.c.due_at, DEADLINES.c.id)
            .limit(limit)
        )
        due = [Due(*row) for row in rows]
    done = Swept()
    for each in due:
        try:
            with db.transaction(on) as session:
                done += Swept(_fire(session, [each], now))
        except db.DatabaseError:
            raise
        except Exception as error:
            done += Swept(failed=1)
            with db.transaction(on) as session:
                _note_failure(session, each, f"{type(error).__name__}: {error}")
    return done


def _note_failure(session: Session, due: Due, why: str) -> None:
    session.execute(
        update(DEADLINES)
        # An earlier one of the same batch may have ended or moved it: then nothing is wrong.
        .where(DEADLINES.c.id == due.id, _DUE, DEADLINES.c.generation == due.generation)
        .values(attempts=DEADLINES.c.attempts + 1, problem=why[:2000])
    )
