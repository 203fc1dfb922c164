"""How a partnership is watched: its indicators, assessments, recommendations and complaints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from states.monitoring import ASSESSMENT, COMPLAINT, RECOMMENDATION
from states.periods import local_day
from states.zones import zone_of
from workflow import models
from workflow.queries import INDICATORS, table
from workflow.web import references
from workflow.web.deeds import MONITORING, deeds_of, what_was_done
from workflow.web.hand import look_at
from workflow.web.people import Person, sees
from workflow.web.showing import language_of, page
from workflow.web.site import site_of

router = APIRouter()

MEASURES, DUTIES = table(models.Measure), table(models.Duty)
CASE = f"/cases/{{reference:{references.KIND}}}"


@dataclass(frozen=True, slots=True)
class Measured:
    """An indicator and where it stood, the newest first."""

    row: Row[Any]
    measures: tuple[Row[Any], ...]


@router.get(f"{CASE}/monitoring", name="monitoring")
def show(request: Request, reference: str, person: Person = sees("monitoring")) -> Response:
    """The monitoring plan of a case, what came of it, and complaints."""
    site, language = site_of(request), language_of(request)
    with site.reading() as session:
        case_id, law, facts = look_at(site, session, reference)
        deeds = deeds_of(session, law, facts, person, f"/cases/{reference}", language)
        duties = {kind: _duties(session, case_id, kind) for kind in (ASSESSMENT, RECOMMENDATION, COMPLAINT)}
        indicators = _indicators(session, case_id)
    here = [deed for deed in deeds.possible if deed.page == MONITORING]
    return page(
        request,
        "monitoring.html",
        reference=reference,
        case=facts.case,
        law=law,
        today=local_day(site.now(), zone_of(law.timezone)),
        indicators=indicators,
        assessments=duties[ASSESSMENT],
        recommendations=duties[RECOMMENDATION],
        complaints=duties[COMPLAINT],
        deeds={deed.does: deed for deed in here},
        done=what_was_done(law, request, language),
        refused=[deed for deed in deeds.refused if deed.page == MONITORING],
        suspends=next((deed for deed in deeds.possible if deed.name == "suspend"), None),
    )


def _duties(session: Session, case_id: int, kind: str) -> Sequence[Row[Any]]:
    """Those still to be done first, by their day; then those done, the latest first."""
    rows = session.execute(
        select(DUTIES).where(DUTIES.c.case_id == case_id, DUTIES.c.kind == kind).order_by(DUTIES.c.due)
    ).all()
    waiting = [row for row in rows if row.done_on is None]
    return [*waiting, *sorted((r for r in rows if r.done_on), key=lambda r: (r.done_on, r.no), reverse=True)]


def _indicators(session: Session, case_id: int) -> list[Measured]:
    rows = session.execute(
        select(INDICATORS).where(INDICATORS.c.case_id == case_id).order_by(INDICATORS.c.no)
    )
    wanted = select(MEASURES).where(MEASURES.c.case_id == case_id)
    measures = session.execute(wanted.order_by(MEASURES.c.on.desc(), MEASURES.c.no.desc())).all()
    return [Measured(row, tuple(m for m in measures if m.indicator == row.no)) for row in rows]
