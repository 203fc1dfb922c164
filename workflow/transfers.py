"""Moving open cases to a newer edition of their law file: looked at first, then done in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from states.commands import Actor
from states.facts import Case, Deadline
from states.procedure import Procedure
from states.reasons import Reason, Refused
from workflow import db, engine, queries
from workflow.queries import CASES


@dataclass(frozen=True, slots=True)
class MovedDate:
    """What the move makes of one date."""

    #: What has to be done, or the name of the date where nothing has.
    what: str
    #: kept, recomputed, cancelled or begun.
    how: str
    #: None: it begins, or it ends.
    old: date | None
    new: date | None


@dataclass(frozen=True, slots=True)
class Transfer:
    """What the move makes of one case, or why it cannot be moved."""

    case_id: int
    reference: str
    #: States before and after, by name.
    state: str
    to: str
    dates: tuple[MovedDate, ...] = ()
    #: Every reason why not, to be said in the language of whoever reads it; empty: it can be moved.
    reasons: tuple[Reason, ...] = ()


class _Undo(Exception):
    """Ends a transaction without a trace."""


def foreseen(on: Engine, old: Procedure, new: Procedure, now: datetime) -> list[Transfer]:
    """What a move would make of every open case of the older edition. Nothing of it is kept."""
    found: list[Transfer] = []
    for ids in _batches(_open(on, old), 100):
        try:
            with db.transaction(on) as session:
                found += _moved(session, ids, new, Actor("clock"), "", now)
                raise _Undo
        except _Undo:
            continue
    return found


def carry_out(
    on: Engine, old: Procedure, new: Procedure, reason: str, by: str, now: datetime, batch: int = 100
) -> Iterator[list[Transfer]]:
    """Move every open case that can be moved, a batch in one transaction, one event for each case.

    A standstill in between loses nothing: what has not been moved yet is still of the older edition.
    by       sign-in name of who accepts it
    Yields   what became of each case, batch by batch
    """
    for ids in _batches(_open(on, old), batch):
        with db.transaction(on) as session:
            yield _moved(session, ids, new, Actor("clock", by), reason, now)


def _open(on: Engine, law: Procedure) -> list[int]:
    finals = [state.name for state in law.states.values() if state.final]
    wanted = select(CASES.c.id).where(
        CASES.c.procedure == law.id, CASES.c.edition == law.edition, CASES.c.state.not_in(finals)
    )
    with db.reading(on) as session:
        return list(session.scalars(wanted.order_by(CASES.c.id)))


def _batches(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (ids[first : first + size] for first in range(0, len(ids), size))


def _moved(
    session: Session, ids: Sequence[int], new: Procedure, actor: Actor, reason: str, now: datetime
) -> list[Transfer]:
    before = queries.load_cases(session, list(ids))
    outcomes = engine.move(session, ids, new, actor, reason, now)
    after = queries.load_cases(session, list(ids))
    return [
        _told(case_id, before[case_id].case, after[case_id].case, outcome)
        for case_id, outcome in zip(ids, outcomes, strict=True)
    ]


def _told(case_id: int, before: Case, after: Case, outcome: engine.Outcome | Refused) -> Transfer:
    if isinstance(outcome, Refused):
        return Transfer(case_id, before.reference, before.state, before.state, (), outcome.reasons)
    dates = tuple(_dates(before, after))
    return Transfer(case_id, before.reference, before.state, after.state, dates)


def _dates(before: Case, after: Case) -> Iterator[MovedDate]:
    old = {_name(each, before.state): each for each in before.deadlines}
    new = {_name(each, after.state): each for each in after.deadlines}
    for name in dict.fromkeys([*old, *new]):
        was, now = old.get(name), new.get(name)
        either = now or was
        assert either is not None
        days = (was.last_day if was else None, now.last_day if now else None)
        how = "begun" if was is None else "cancelled" if now is None else "recomputed"
        yield MovedDate(either.title or either.name, "kept" if days[0] == days[1] else how, *days)


def _name(deadline: Deadline, state: str) -> str:
    """The name of a date, whatever its state is called."""
    return deadline.name.replace(f"task:{state}:", "task:", 1)
