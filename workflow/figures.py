"""Figures over all cases: where they are, how long stages take, who answers, which dates are kept.

Counted from what workflow/gather keeps of each case; asked again only when something has been gathered since.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Engine, func, select
from sqlalchemy.orm import Session

from workflow import models
from workflow.queries import CASES, ROUNDS, table

GATHERED, STAYS = table(models.Gathered), table(models.CaseStay)
DATES, TALLIES = table(models.CaseDate), table(models.CaseTally)

#: Rounds that ended before their time: nobody is silent in them.
_BROKEN_OFF = ("abandoned", "superseded")
_DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Stage:
    """How long cases stayed in a stage that they have left, in days."""

    state: str
    #: How many stays have ended, and how many cases are there now.
    left: int
    there: int
    #: A quarter left sooner, half of them, three quarters; None: nobody has left it.
    lower: float | None
    median: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of the dates by which something had to be done in a stage."""

    state: str
    title: str
    kept: int
    missed: int
    running: int

    @property
    def share(self) -> float | None:
        """The share of those that came that were kept; None: none has come."""
        came = self.kept + self.missed
        return self.kept / came if came else None


@dataclass(frozen=True, slots=True)
class Figures:
    """All of it, for one year and one procedure or for all of them."""

    #: State -> cases that are in it.
    states: Mapping[str, int]
    stages: tuple[Stage, ...]
    #: State that asks -> region -> position -> members.
    answers: Mapping[str, Mapping[str, Mapping[str, int]]]
    dates: tuple[Kept, ...]
    #: Year -> procedure -> cases opened.
    opened: Mapping[int, Mapping[str, int]]


_COUNTED: WeakKeyDictionary[Engine, dict[tuple[Any, ...], Figures]] = WeakKeyDictionary()
_COUNTED_MAX = 64


def figures(session: Session, *, year: int = 0, procedure: str = "") -> Figures:
    """The figures; from memory as long as nothing has changed.

    year        of the opening of cases; 0: all
    procedure   a law file's id; "": all
    """
    bind = session.get_bind()
    engine = bind if isinstance(bind, Engine) else bind.engine
    known = _COUNTED.setdefault(engine, {})
    asked = (*_stand(session), year, procedure)
    if asked not in known:
        if len(known) >= _COUNTED_MAX:
            known.clear()
        known[asked] = _count(session, year, procedure)
    return known[asked]


def _stand(session: Session) -> tuple[int, int, int]:
    """Changes with everything that is gathered, and with every event."""
    events = session.scalar(select(func.sum(CASES.c.seq))) or 0
    count, seen = session.execute(select(func.count(), func.sum(GATHERED.c.seq))).one()
    return count, seen or 0, events


def _count(session: Session, year: int, procedure: str) -> Figures:
    where: list[ColumnElement[bool]] = []
    if year:
        # The year of a reference is that of the Secretariat's own days.
        where.append(CASES.c.reference.like(f"%-{year}-%"))
    if procedure:
        where.append(CASES.c.procedure == procedure)
    counted = select(CASES.c.state, func.count()).where(*where).group_by(CASES.c.state)
    states = {row[0]: row[1] for row in session.execute(counted)}
    return Figures(
        states,
        tuple(_stages(session, where, states)),
        _answers(session, where),
        tuple(_dates(session, where)),
        _opened(session, where),
    )


def _stages(session: Session, where: Sequence[ColumnElement[bool]], there: Mapping[str, int]) -> list[Stage]:
    ended = (
        select(STAYS.c.state, STAYS.c.entered_at, STAYS.c.left_at)
        .join(CASES, CASES.c.id == STAYS.c.case_id)
        .where(STAYS.c.left_at.is_not(None), *where)
    )
    days: dict[str, list[float]] = defaultdict(list)
    for state, entered_at, left_at in session.connection().execute(ended):
        days[state].append((left_at - entered_at).total_seconds() / _DAY_S)
    found = []
    for state in sorted({*days, *there}):
        lower, median, upper = _quartiles(days[state]) if days.get(state) else (None, None, None)
        found.append(Stage(state, len(days.get(state, ())), there.get(state, 0), lower, median, upper))
    return found


def _quartiles(days: list[float]) -> tuple[float, float, float]:
    if len(days) == 1:
        return days[0], days[0], days[0]
    lower, median, upper = quantiles(days, n=4, method="inclusive")
    return lower, median, upper


def _answers(session: Session, where: Sequence[ColumnElement[bool]]) -> dict[str, dict[str, dict[str, int]]]:
    counted = (
        select(ROUNDS.c.state, TALLIES.c.region, TALLIES.c.word, func.sum(TALLIES.c.members))
        .join(TALLIES, (TALLIES.c.case_id == ROUNDS.c.case_id) & (TALLIES.c.round == ROUNDS.c.no))
        .join(CASES, CASES.c.id == ROUNDS.c.case_id)
        .where(ROUNDS.c.outcome.not_in(_BROKEN_OFF), *where)
        .group_by(ROUNDS.c.state, TALLIES.c.region, TALLIES.c.word)
        .order_by(ROUNDS.c.state, TALLIES.c.region, TALLIES.c.word)
    )
    found: dict[str, dict[str, dict[str, int]]] = {}
    for state, region, word, members in session.execute(counted):
        found.setdefault(state, {}).setdefault(region, {})[word] = int(members)
    return found


def _dates(session: Session, where: Sequence[ColumnElement[bool]]) -> list[Kept]:
    counted = (
        select(DATES.c.state, DATES.c.title, DATES.c.how, func.count())
        .join(CASES, CASES.c.id == DATES.c.case_id)
        .where(*where)
        .group_by(DATES.c.state, DATES.c.title, DATES.c.how)
        .order_by(DATES.c.state, DATES.c.title)
    )
    found: dict[tuple[str, str], dict[str, int]] = {}
    for state, title, how, number in session.execute(counted):
        found.setdefault((state, title), {})[how] = number
    return [
        Kept(state, title, n.get("kept", 0), n.get("missed", 0), n.get("running", 0))
        for (state, title), n in found.items()
    ]


def _opened(session: Session, where: Sequence[ColumnElement[bool]]) -> dict[int, dict[str, int]]:
    """By the year of the reference: `RP-2026-17` was opened in 2026."""
    counted = select(CASES.c.reference, CASES.c.procedure).where(*where)
    found: dict[int, dict[str, int]] = {}
    for reference, procedure in session.connection().execute(counted):
        year = int(reference.rsplit("-", 2)[1])
        of_year = found.setdefault(year, {})
        of_year[procedure] = of_year.get(procedure, 0) + 1
    return {year: found[year] for year in sorted(found)}
