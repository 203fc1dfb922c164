"""Figures: cases by stage, time spent in stages, answers by region, dates kept; each with its table."""

from __future__ import annotations

import logging
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException

from workflow import db, figures, gather, i18n, spreadsheet
from workflow.web import workbook
from workflow.web.figure_tables import Telling
from workflow.web.people import Person, sees
from workflow.web.showing import language_of, page
from workflow.web.site import Site, site_of

log = logging.getLogger("assent.web")
router = APIRouter()

#: How many changed cases are gathered before the figures are counted.
GATHERED_FIRST = 25


@router.get("/figures", name="figures")
def show(request: Request, person: Person = sees("figures")) -> Response:
    """All figures, of all years and procedures or of one."""
    site = site_of(request)
    year, procedure = _asked(request)
    _gather(site)
    with site.reading() as session:
        counted = figures.figures(session, year=year, procedure=procedure)
        always = figures.figures(session)
        behind = gather.behind(session)
    telling = Telling(site, language_of(request), counted)
    laws = {law.id: i18n.title(law.title, language_of(request)) for law in site.house.laws.all}
    asked = {"year": str(year) if year else "", "procedure": procedure}
    return page(
        request,
        "figures.html",
        parts=telling.parts(pictures=True),
        years=sorted(always.opened, reverse=True),
        laws=list(laws.items()),
        asked=asked,
        query=urlencode({name: value for name, value in asked.items() if value}),
        behind=behind,
        total=sum(counted.states.values()),
    )


@router.get("/figures/{name}.csv", name="figures_csv")
def as_csv(request: Request, name: str, person: Person = sees("figures")) -> Response:
    """One table of the page."""
    site = site_of(request)
    year, procedure = _asked(request)
    _gather(site)
    with site.reading() as session:
        counted = figures.figures(session, year=year, procedure=procedure)
    parts = {part.name: part for part in Telling(site, language_of(request), counted).parts(pictures=False)}
    if name not in parts:
        raise HTTPException(404, f"There is no table '{name}'. There are: {', '.join(parts)}.")
    part = parts[name]
    rows = ([workbook.plain(cell) for cell in row] for row in part.rows)
    return workbook.attached(spreadsheet.write(part.columns, rows), f"{name}.csv")


def _gather(site: Site) -> None:
    try:
        gather.gather(site.engine, GATHERED_FIRST)
    except db.DatabaseError as error:
        # Figures that miss the newest events are better than none; the page says how many cases that are.
        log.warning("nothing could be gathered for the figures: %s", error)


def _asked(request: Request) -> tuple[int, str]:
    year = request.query_params.get("year", "")
    is_year = year.isascii() and year.isdigit() and len(year) == 4
    return int(year) if is_year else 0, request.query_params.get("procedure", "")
