"""All that a report may tell of a case, gathered once; every format is printed from the same records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from states.facts import Case, Meeting
from states.periods import local_day
from states.procedure import Procedure
from states.zones import zone_of
from workflow import accounts, engine, explanations, files, house, models, posting, queries, spoken, timeline
from workflow.accounts import Statement
from workflow.config import Secretariat
from workflow.explanations import Explained
from workflow.files import Document
from workflow.queries import CASES, LETTERS, table
from workflow.reports.period import Period
from workflow.spoken import Signature
from workflow.timeline import Entry

INDICATORS, MEASURES, DUTIES = map(table, (models.Indicator, models.Measure, models.Duty))
_STAFF = table(models.Staff)


class NoSuchCase(ValueError):
    """There is no such case; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """What progress is measured by, and every measure."""

    name: str
    unit: str
    baseline: str
    target: str
    due: date | None
    #: (day, where it stood, note), the oldest first.
    measures: tuple[tuple[date, str, str], ...]


@dataclass(frozen=True, slots=True)
class Duty:
    """An assessment, a recommendation or a complaint, and what came of it."""

    kind: str
    says: str
    who: str
    on: date
    due: date
    done_on: date | None
    result: str
    findings: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One case as reports see it."""

    law: Procedure
    case: Case
    #: The day on which it was begun, in the procedure's zone.
    opened_on: date
    #: The day on which the report is made, and the moment.
    today: date
    now: datetime
    #: What has happened, the oldest first.
    entries: tuple[Entry, ...]
    statement: Statement
    indicators: tuple[Indicator, ...]
    duties: tuple[Duty, ...]
    documents: tuple[Document, ...]
    dates: tuple[Explained, ...]
    #: Number of an answer -> who signed it.
    signed: Mapping[int, Signature]
    #: (purpose, status) -> letters; how many were posted.
    letters: Mapping[tuple[str, str], int]
    posted: int
    #: Code of a Party -> its names in English, French and Spanish.
    names: Mapping[str, tuple[str, str, str]]
    meetings: tuple[Meeting, ...]
    office: Secretariat
    #: The officer in charge, by name.
    officer: str = ""

    def day(self, at: datetime) -> date:
        """The day of an instant, in the procedure's zone."""
        return local_day(at, zone_of(self.law.timezone))

    def state_on(self, day: date) -> str:
        """The state the case was in at the end of a day; "" before it was begun."""
        if day < self.opened_on:
            return ""
        found = self.law.start
        for entry in self.entries:
            if entry.to in self.law.states and self.day(entry.at) <= day:
                found = entry.to
        return found

    def is_of(self, period: Period) -> bool:
        """Whether it belongs to a period: begun by its end, and not ended before it."""
        ended = self.ended_on()
        has_ended = ended is not None and period.first is not None and ended < period.first
        return self.opened_on <= period.last and not has_ended

    def ended_on(self) -> date | None:
        """The day on which it reached an end; None: it has not."""
        if not self.law.states[self.case.state].final:
            return None
        return self.day(self.case.since)


def gather(session: Session, reference: str, office: Secretariat, now: datetime) -> CaseFile:
    """Everything about a case.

    now      aware, UTC
    Raises   NoSuchCase
    """
    case_id = queries.case_id_of(session, reference)
    if case_id is None:
        raise NoSuchCase(f"There is no case {reference}. See assent case list.")
    return _gathered(session, case_id, office, now)


def gather_all(session: Session, office: Secretariat, now: datetime, period: Period) -> list[CaseFile]:
    """Everything about every case that a period touches, the oldest first."""
    # A day on either side: in which zone a day ends is each procedure's own.
    begun = datetime.combine(period.last + timedelta(days=2), time(), UTC)
    wanted = select(CASES.c.id).where(CASES.c.opened_at < begun).order_by(CASES.c.id)
    if period.first is not None:
        ended = datetime.combine(period.first - timedelta(days=1), time(), UTC)
        laws = house.of(session).laws.all
        finals = {state.name for law in laws for state in law.states.values() if state.final}
        wanted = wanted.where(or_(CASES.c.state.not_in(finals), CASES.c.since >= ended))
    found = [_gathered(session, case_id, office, now) for case_id in session.scalars(wanted).all()]
    return [each for each in found if each.is_of(period)]


def register_of(session: Session) -> str:
    """The register of Parties that this installation works with."""
    return house.of(session).laws.all[0].parties


def _gathered(session: Session, case_id: int, office: Secretariat, now: datetime) -> CaseFile:
    stored = queries.load_cases(session, [case_id])[case_id]
    law, case = engine.law_of(session, stored), stored.case
    row = session.execute(select(CASES.c.opened_at).where(CASES.c.id == case_id)).one()
    zone = zone_of(law.timezone)
    known = queries.world(session, law.parties)
    letters = session.execute(
        select(LETTERS.c.id, LETTERS.c.purpose, LETTERS.c.status).where(LETTERS.c.case_id == case_id)
    ).all()
    counted: dict[tuple[str, str], int] = {}
    for letter in letters:
        key = (letter.purpose, letter.status)
        counted[key] = counted.get(key, 0) + 1
    name = session.scalar(select(_STAFF.c.full_name).where(_STAFF.c.name == case.officer))
    return CaseFile(
        law=law,
        case=case,
        opened_on=local_day(row.opened_at, zone),
        today=local_day(now, zone),
        now=now,
        entries=tuple(timeline.entries(session, case_id, law)),
        statement=accounts.statement(session, case_id),
        indicators=tuple(_indicators(session, case_id)),
        duties=tuple(_duty(each) for each in _rows(session, DUTIES, case_id)),
        documents=tuple(files.documents(session, case_id)),
        dates=tuple(explanations.explain_dates(session, case_id, law)),
        signed=spoken.signatures(session, case_id, (a for r in case.rounds for a in r.answers)),
        letters=counted,
        posted=posting.count(session, case_id),
        names=known.names,
        meetings=known.meetings,
        office=office,
        officer=name or case.officer,
    )


def _indicators(session: Session, case_id: int) -> list[Indicator]:
    measures = _rows(session, MEASURES, case_id)
    return [
        Indicator(
            row.name, row.unit, row.baseline, row.target, row.due,
            tuple((m.on, m.actual, m.note) for m in measures if m.indicator == row.no),
        )
        for row in _rows(session, INDICATORS, case_id)
    ]  # fmt: skip


def _duty(row: Row[Any]) -> Duty:
    return Duty(row.kind, row.says, row.who, row.on, row.due, row.done_on, row.result, row.findings)


def _rows(session: Session, of: Any, case_id: int) -> Sequence[Row[Any]]:
    return session.execute(select(of).where(of.c.case_id == case_id).order_by(of.c.no)).all()
