"""Days on which nothing falls due: calendars, a holiday more or less, and what that makes of running dates.

Publishing moves nothing. The dates it would change are listed until an officer accepts them, case by case.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from states.reasons import Refused
from workflow import calendars, foresight, register
from workflow.calendars import CalendarError, Snapshot
from workflow.queries import CALENDARS
from workflow.register.cells import BadValue, text
from workflow.web import forms
from workflow.web.acting import acting, day_of, done, register_number, what_was_done
from workflow.web.people import Person, changes, sees
from workflow.web.reviewing import ACCEPT
from workflow.web.showing import language_of, page, sentences
from workflow.web.site import Site, site_of

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Kept:
    """One calendar as it stands."""

    snapshot: Snapshot
    #: Who counts by it.
    title: str
    #: Days until its horizon.
    left: int
    #: Procedures that count by it.
    laws: tuple[str, ...]
    #: How many snapshots were published.
    published: int


@router.get("/calendar", name="calendar")
def show(request: Request, person: Person = sees("calendar")) -> Response:
    """All calendars, with how far they reach."""
    site = site_of(request)
    with site.reading() as session:
        kept = _kept(session, site)
        waiting = foresight.uncounted(session, site.now()) if person.may_see("cases") else []
    return page(request, "calendars.html", calendars=kept, waiting=len(waiting), done=what_was_done(request))


@router.get("/calendar/cases", name="calendar_cases")
def show_cases(request: Request, person: Person = sees("work")) -> Response:
    """The running dates that the calendars in use would make others."""
    return _cases(request, [])


@router.post("/calendar/cases")
def accept(request: Request, person: Person = changes("cases"), form: FormData = forms.SENT) -> Response:
    """Set the dates of the chosen cases anew."""
    site = site_of(request)
    reason = forms.text(form, "reason")
    chosen = {str(value) for value in form.getlist("case")}
    if not chosen or not reason:
        says = "No case was chosen. Choose those whose dates are to be set anew."
        missing = [] if chosen else [says]
        missing += [] if reason else ["Why is empty. Say it: everybody who was asked will read it."]
        return _cases(request, missing, chosen, reason)
    faults = []
    for moved in _proposed(site):
        key = f"{moved.case_id}.{moved.seq}.{_digest(moved)}"
        if key not in chosen:
            continue
        chosen.discard(key)
        with site.writing() as session:
            used = f"recount {key}"
            outcome = foresight.accept(session, moved, reason, person.name, used, site.now())
        if isinstance(outcome, Refused):
            faults += [f"{moved.reference}: {why}" for why in sentences(outcome, language_of(request))]
    if chosen:
        faults.append("Something has changed since this page was shown. Look at what is proposed now.")
    return _cases(request, faults) if faults else done("/calendar/cases", "recounted")


@router.get("/calendar/{name}", name="calendar_one")
def show_one(request: Request, name: str, person: Person = sees("calendar")) -> Response:
    """The holidays of one calendar in a year, and a form to change them."""
    return _one(request, name, {}, [])


@router.post("/calendar/{name}")
def change(
    request: Request, name: str, person: Person = changes("calendar"), form: FormData = forms.SENT
) -> Response:
    """Show what another holiday would change; accepted, publish it."""
    site = site_of(request)
    with site.reading() as session:
        now = _current(session, site, name)
        seen = register_number(session)
    given = {field: forms.text(form, field) for field in ("how", "day", "holiday")}
    faults: list[str] = []
    day = day_of(form, "day", "Day", faults)
    snapshot = _changed(now.snapshot, given, day, faults) if day is not None else None
    if snapshot is None:
        return _one(request, name, given, faults)

    def publish(session: Session) -> Any:
        return register.publish_calendar(session, snapshot, actor=person.role, now=site.now())

    if ACCEPT in form:
        try:
            with acting(site, person, form) as session:
                publish(session)
        except register.RegisterRefused as refused:
            return _one(request, name, given, list(refused.faults))
        return done(f"/calendar/{name}?year={day.year if day else ''}", "published")
    return page(
        request,
        "calendar_review.html",
        name=name,
        difference=calendars.difference(now.snapshot, snapshot),
        moved=foresight.tried(site.engine, publish, site.now()) if person.may_see("cases") else None,
        fields=given | {"seen": str(seen)},
    )


def _changed(now: Snapshot, given: dict[str, str], day: date, faults: list[str]) -> Snapshot | None:
    """The calendar with one holiday more or less; None with a fault where that cannot be."""
    try:
        if given["how"] == "remove":
            return now.changed(remove=[day])
        if not given["holiday"]:
            faults.append("Name of the holiday is empty. Write what the day is called.")
            return None
        if day in dict(now.days):
            faults.append(f"{day} is a holiday already: {dict(now.days)[day]}. Choose another day.")
            return None
        return now.changed(add=[(day, text(given["holiday"]))])
    except (CalendarError, BadValue) as error:
        faults.append(str(error))
        return None


def _one(request: Request, name: str, given: dict[str, str], faults: list[str]) -> Response:
    site = site_of(request)
    with site.reading() as session:
        kept = _current(session, site, name)
        wanted = select(CALENDARS.c.digest, CALENDARS.c.published_at).where(CALENDARS.c.name == name)
        snapshots = session.execute(wanted.order_by(CALENDARS.c.published_at.desc())).all()
    asked = request.query_params.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else site.now().year
    first, last = kept.snapshot.first.year, kept.snapshot.last.year
    year = min(max(year, first), last)
    return page(
        request,
        "calendar.html",
        status=422 if faults else 200,
        kept=kept,
        year=year,
        days=[(day, words) for day, words in kept.snapshot.days if day.year == year],
        snapshots=snapshots,
        values={"how": "add", "day": "", "holiday": ""} | given,
        faults=faults,
        done=what_was_done(request),
    )


def _cases(request: Request, faults: list[str], chosen: set[str] | None = None, reason: str = "") -> Response:
    site = site_of(request)
    moved = [(f"{each.case_id}.{each.seq}.{_digest(each)}", each) for each in _proposed(site)]
    return page(
        request,
        "calendar_cases.html",
        status=422 if faults else 200,
        moved=moved,
        chosen=chosen or set(),
        reason=reason,
        faults=faults,
        done=what_was_done(request),
    )


def _proposed(site: Site) -> list[foresight.Moved]:
    with site.reading() as session:
        return foresight.uncounted(session, site.now())


def _digest(moved: foresight.Moved) -> str:
    """Names what was shown of a case: other dates than these are not accepted with it."""
    said = ";".join(f"{shift.name}={shift.new}" for shift in moved.shifts)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _kept(session: Session, site: Site) -> list[Kept]:
    rows = session.execute(select(CALENDARS).order_by(CALENDARS.c.published_at)).all()
    texts = {row.name: row.text for row in rows}
    laws: dict[str, list[str]] = {}
    for law in site.house.laws.all:
        laws.setdefault(law.calendar, []).append(law.title)
    found = []
    for name in dict.fromkeys((*laws, *calendars.names(), *texts)):
        snapshot = calendars.parse(texts[name]) if name in texts else calendars.shipped(name)
        seat = calendars.CALENDARS.get(name)
        left = calendars.horizon_left(snapshot, site.now().date())
        count = sum(row.name == name for row in rows)
        found.append(Kept(snapshot, seat.title if seat else name, left, tuple(laws.get(name, ())), count))
    return found


def _current(session: Session, site: Site, name: str) -> Kept:
    kept = next((each for each in _kept(session, site) if each.snapshot.name == name), None)
    if kept is None:
        raise HTTPException(404, "There is no such calendar. Look at the list of calendars.")
    return kept
