"""Reports: to a meeting, of a year, of one case; a case's dossier and working paper. PDF, Word or HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from sqlalchemy.orm import Session

from notifications import LANGUAGES
from notifications.paper import Document
from states.facts import Case, Meeting
from states.periods import local_day
from states.zones import zone_of
from workflow import i18n, queries, reports
from workflow.reports import FORMATS, BadTemplate, CaseFile, NoDraft, NoSuchCase, UnknownMeeting
from workflow.web import workbook
from workflow.web.hand import case_or_404
from workflow.web.people import Person, sees
from workflow.web.showing import HOME_ZONE, language_of, page, say
from workflow.web.site import Site, site_of

router = APIRouter()

#: Format -> what a page calls it.
KINDS = {"pdf": "PDF", "docx": "Word", "html": "HTML"}
#: Document of a case -> what a page calls it, and what makes it.
OF_A_CASE: Mapping[str, tuple[str, Callable[[CaseFile, str], Document]]] = {
    "report": ("Report in the standard form", reports.case_report),
    "working-paper": ("Working paper for a meeting", reports.working_paper),
    "agreement": ("Draft of the agreement", reports.agreement),
    "dossier": ("Dossier: the whole file, for the Secretariat only", reports.dossier),
}


@dataclass(frozen=True, slots=True)
class _Wanted:
    """How a document is asked for."""

    form: str
    language: str


@router.get("/reports", name="reports")
def show(request: Request, person: Person = sees("reports")) -> Response:
    """Which reports there are."""
    return _page(request)


@router.get("/reports/meeting", name="meeting_report")
def of_meeting(request: Request, person: Person = sees("reports")) -> Response:
    """The report to a meeting: `?ordinal=`, `?form=`, `?in=`."""
    site, wanted = site_of(request), _wanted(request)
    ordinal = request.query_params.get("ordinal", "").strip()
    with site.reading() as session:
        try:
            period = reports.period_before(_meetings(session), ordinal, _today(site))
        except UnknownMeeting as why:
            return _page(request, [say(str(why), language_of(request))])
        office, now = site.house.settings.secretariat, site.now()
        files = reports.gather_all(session, office, now, period)
        made = reports.meeting_report(session, files, period, office, wanted.language)
    assert period.meeting is not None
    return _file(made, f"report-{period.meeting.ordinal}", wanted, site)


@router.get("/reports/year", name="year_report")
def of_year(request: Request, person: Person = sees("reports")) -> Response:
    """The figures of a year: `?year=`, `?form=`, `?in=`."""
    site, wanted = site_of(request), _wanted(request)
    told, today = request.query_params.get("year", ""), _today(site)
    if not (told.isascii() and told.isdigit() and 1900 < int(told) <= today.year):
        return _page(request, [say("Give a year that has begun, such as 2024.", language_of(request))])
    office, now = site.house.settings.secretariat, site.now()
    with site.reading() as session:
        files = reports.gather_all(session, office, now, reports.year_of(int(told), today))
        made = reports.yearly(files, int(told), office, wanted.language, today)
    return _file(made, f"partnerships-{told}", wanted, site)


@router.get("/cases/{reference}/reports", name="case_reports")
def show_case(request: Request, reference: str, person: Person = sees("case")) -> Response:
    """The documents there are of a case."""
    with site_of(request).reading() as session:
        case = queries.load_case(session, case_or_404(session, reference))
    assert case is not None
    return _page_of_case(request, case)


@router.get("/cases/{reference}/reports/{kind}", name="case_report")
def of_case(request: Request, reference: str, kind: str, person: Person = sees("case")) -> Response:
    """One document of a case: `?form=`, `?in=`."""
    site, wanted = site_of(request), _wanted(request)
    if kind not in OF_A_CASE:
        raise HTTPException(404, f"There is no document '{kind}'. There are: {', '.join(OF_A_CASE)}.")
    with site.reading() as session:
        try:
            file = reports.gather(session, reference, site.house.settings.secretariat, site.now())
        except NoSuchCase:
            raise HTTPException(404, f"There is no case {reference}.") from None
    try:
        if kind == "agreement" and wanted.form == "docx":
            own = site.house.settings.secretariat.agreement_template
            content = reports.agreement_word(
                reports.draft_of(file, wanted.language), Path(own) if own else None
            )
            return workbook.attached(content, f"{reference}-{kind}-{wanted.language}.docx")
        made = OF_A_CASE[kind][1](file, wanted.language)
    except (NoDraft, BadTemplate) as why:
        return _page_of_case(request, file.case, [say(str(why), language_of(request))])
    return _file(made, f"{reference}-{kind}", wanted, site)


# ---------------------------------------------------------------------------------------- helpers


def _page(request: Request, faults: list[str] | None = None) -> Response:
    site = site_of(request)
    with site.reading() as session:
        meetings = _meetings(session)
    today = _today(site)
    bodies = _reported_to(site)
    reported = [m for m in meetings if m.kind == "ordinary" and (m.body in bodies or not bodies)]
    # The body to which most reports go first, the latest meeting first, the next one chosen.
    ordinary = sorted(reported, key=lambda m: (bodies[m.body], m.starts), reverse=True)
    following = [m for m in ordinary if m.starts > today and m.body == ordinary[0].body]
    return page(
        request,
        "reports.html",
        status=422 if faults else 200,
        meetings=[(m.ordinal, i18n.span(m.starts, m.ends, language_of(request))) for m in ordinary],
        following=following[-1].ordinal if following else "",
        year=today.year,
        faults=faults or [],
        **_choices(request),
    )


def _page_of_case(request: Request, case: Case, faults: list[str] | None = None) -> Response:
    kinds = [(name, title) for name, (title, _) in OF_A_CASE.items()]
    return page(
        request,
        "case_reports.html",
        status=422 if faults else 200,
        case=case,
        kinds=kinds,
        faults=faults or [],
        **_choices(request),
    )


def _reported_to(site: Site) -> Counter[str]:
    """Bodies to which reports are due, as the law files have it, and how many of them."""
    return Counter(
        deadline.report_to
        for law in site.house.laws.all
        for state in law.states.values()
        for deadline in state.deadlines
        if deadline.report_to
    )


def _choices(request: Request) -> dict[str, Any]:
    return {
        "forms": list(KINDS.items()),
        "tongues": [(each, i18n.own_name(each)) for each in LANGUAGES],
        "tongue": language_of(request),
    }


def _wanted(request: Request) -> _Wanted:
    form, language = request.query_params.get("form", "pdf"), request.query_params.get("in", "")
    if form not in FORMATS:
        raise HTTPException(404, f"There is no format '{form}'. There are: {', '.join(FORMATS)}.")
    return _Wanted(form, i18n.negotiated([language, language_of(request)]))


def _meetings(session: Session) -> tuple[Meeting, ...]:
    return queries.world(session, reports.register_of(session)).meetings


def _today(site: Site) -> date:
    return local_day(site.now(), zone_of(HOME_ZONE))


def _file(made: Document, name: str, wanted: _Wanted, site: Site) -> Response:
    content = reports.handed_out(made, wanted.form, site.now())
    return workbook.attached(content, f"{name}-{wanted.language}.{wanted.form}")
