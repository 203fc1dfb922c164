"""A case: where it stands, what comes next, who has said what, and what may be done."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from states.facts import Case, Facts
from states.periods import local_day
from states.procedure import Procedure
from states.zones import zone_of
from workflow import drawing, engine, files, forecast, hands, i18n, queries, timeline
from workflow.queries import PARTICIPATIONS, PARTNERS
from workflow.web import casefile, dossier, references, tiles
from workflow.web.case_openness import openness_of
from workflow.web.deeds import deeds_of
from workflow.web.happened import Teller
from workflow.web.kept import Version, kept_of, version_of
from workflow.web.people import Person, sees
from workflow.web.questions import questions_of
from workflow.web.showing import fragment, language_of, page
from workflow.web.site import site_of

router = APIRouter()

#: Address of a case's page.
CASE = f"/cases/{{reference:{references.KIND}}}"

#: How many events the page shows before it asks whether one wants to see them all.
EVENTS_SHOWN = 12


@router.get(CASE, name="case")
def show(request: Request, reference: str, person: Person = sees("case")) -> Response:
    """The page of a case."""
    with site_of(request).reading() as session:
        version = _version(session, reference)
        part = _kept(request, session, version, person)
    return page(request, "case.html", part=part, reference=reference, seq=version.seq, done=_done(request))


@router.get(f"{CASE}/part")
def show_part(request: Request, reference: str, person: Person = sees("case", by_itself=True)) -> Response:
    """What of the page changes with the case, for the script that exchanges it."""
    with site_of(request).reading() as session:
        return HTMLResponse(_kept(request, session, _version(session, reference), person))


@router.get(f"{CASE}/dates", name="case_dates")
def show_dates(request: Request, reference: str, person: Person = sees("case")) -> Response:
    """How every date that runs was calculated."""
    site, language = site_of(request), language_of(request)
    with site.reading() as session:
        version = _version(session, reference)
        law, facts = _look(request, session, version)
        dates = casefile.dates_of(session, law, version.case_id, facts.case, language)
    return page(request, "case_dates.html", case=facts.case, law=law, dates=dates)


def _done(request: Request) -> str:
    """Title of the action that has just been done (?done=...), or ""."""
    name, laws = request.query_params.get("done", ""), site_of(request).house.laws.all
    return next((same[0].title for law in laws if (same := law.actions.get(name))), "")


def _version(session: Session, reference: str) -> Version:
    version = version_of(session, reference)
    if version is None:
        raise HTTPException(404, f"There is no case {reference}.")
    return version


def _kept(request: Request, session: Session, version: Version, person: Person) -> Markup:
    """The changing part of the page; made anew only where anything it shows has changed."""
    # What may be done, and the forecast, change with the day; days begin on the hour, in whatever zone.
    hour = site_of(request).now().replace(minute=0, second=0, microsecond=0)
    language = language_of(request)
    who = (person.name, person.role, person.stands_in_for, person.as_whom)
    return kept_of(request).of(
        ("case", version, hour, language, who),
        lambda: Markup(_made(request, session, version, person, language)),
    )


def _look(request: Request, session: Session, version: Version) -> tuple[Procedure, Facts]:
    found = engine.facts_of(session, version.case_id, site_of(request).now())
    assert found is not None
    return found


def _made(request: Request, session: Session, version: Version, person: Person, language: str) -> str:
    law, facts = _look(request, session, version)
    case, case_id = facts.case, version.case_id
    known = queries.world(session, law.parties)
    entries = timeline.entries(session, case_id, law)
    teller = Teller(
        law,
        language,
        lambda code: tiles.party_name(known, code, language),
        hands.hands(session, (entry.person for entry in entries)),
    )
    deeds = deeds_of(session, law, facts, person, f"/cases/{case.reference}", language)
    dates = casefile.dates_of(session, law, case_id, case, language)
    road = casefile.road_of(law, entries, language)
    board = (
        tiles.board_of(session, law, case_id, case, case.round, known, language)
        if case.round is not None
        else None
    )
    values: dict[str, Any] = {
        "case": case,
        "law": law,
        "state": law.states[case.state],
        "home": f"/cases/{case.reference}",
        "today": local_day(facts.now, zone_of(law.timezone)),
        "officer": casefile.name_of(session, case.officer),
        "territory": sorted(tiles.party_name(known, code, language) for code in case.territory),
        "partner_home": tiles.party_name(known, case.partner["home"], language)
        if case.partner.get("home")
        else "",
        "partner_now": _called_now(session, case),
        "taking_part": _taking_part(session, case_id, language),
        "dates": dates,
        "deeds": deeds,
        "road": road,
        "drawing": Markup(drawing.drawn(law, {step.state for step in road}, case.state, language=language)),
        "board": board,
        "objections": casefile.objections_of(session, law, case_id, case, known, teller, language),
        "questions": questions_of(session, law, case_id, case, entries, teller, deeds),
        "checklists": casefile.checklists_of(law, case, entries, teller, deeds, language),
        "sheets": dossier.sheets_of(law, case, deeds, language),
        "risks": dossier.risks_of(law, case, language),
        "agreement": dossier.agreement_of(law, case, language),
        "members": dossier.members_of(law, case, local_day(facts.now, zone_of(law.timezone)), language),
        "documents": files.documents(session, case_id),
        "mail": (version.mail, version.mail_waits) if person.may_see("mail") else (0, 0),
        "batches": casefile.batches_of(version.letters),
        "openness": openness_of(site_of(request), law, case, person),
        "outlooks": forecast.forecast(law, facts),
        "assumed": _ASSUMED,
        "ends": _ENDS,
        "conditions": [(teller.voice(each.by), each.text) for each in case.conditions],
        "events": teller.tell(entries),
        "events_shown": EVENTS_SHOWN,
    }
    return fragment(request, "case_part.html", **values)


def _called_now(session: Session, case: Case) -> str:
    """What the partner is called by now, if that is not what it was called when the case was begun."""
    if not case.partner_record:
        return ""
    name = session.scalar(select(PARTNERS.c.name).where(PARTNERS.c.id == case.partner_record)) or ""
    return name if name != case.partner.get("name") else ""


def _taking_part(session: Session, case_id: int, language: str) -> list[tuple[int, str, str]]:
    """(number, name, as what) of those who take part beside the partner of the case."""
    rows = session.execute(
        select(PARTNERS.c.id, PARTNERS.c.name, PARTICIPATIONS.c.role)
        .join(PARTICIPATIONS, PARTICIPATIONS.c.partner == PARTNERS.c.id)
        .where(PARTICIPATIONS.c.case_id == case_id)
        .order_by(PARTNERS.c.name)
    )
    return [(row.id, row.name, i18n.word("participation", row.role, language)) for row in rows]


_ASSUMED = {
    forecast.AGREEMENT: "If nobody objects, and those whose agreement is needed give it",
    forecast.SILENCE: "If nobody answers at all",
    forecast.OBJECTION: "If a Party objects",
}
_ENDS = {
    forecast.NO_MEETING: "No date of a later meeting is known: enter it under Meetings.",
    forecast.OPEN: "What comes after that is for people to decide.",
}
