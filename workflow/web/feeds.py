"""Calendars for other programs: the dates of my cases, and those of one case, as iCalendar.

A calendar program has no session: the address carries a token made of the secret and of whose calendar it is.
Whoever asks for a new address makes the old one open nothing.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, date, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from icalendar import Calendar, Event
from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from states.zones import zone_of
from workflow import i18n, links, models, outbox, record
from workflow.queries import CASES, DEADLINES, table
from workflow.web import access, forms
from workflow.web.acting import acting, done
from workflow.web.people import HANDOVERS, STAFF, Person, changes, sees
from workflow.web.showing import page
from workflow.web.site import Site, site_of

router = APIRouter()

REVOKED = table(models.RevokedLink)
#: Kinds of deadlines that somebody waits for.
_KINDS = ("window", "task", "expiry")


@router.get("/feeds/{token}.ics", name="feed")
def show(request: Request, token: str) -> Response:
    """The running dates of somebody's cases."""
    return _feed(request, token, "")


@router.get("/feeds/{token}/{reference}.ics", name="feed_case")
def show_case(request: Request, token: str, reference: str) -> Response:
    """The running dates of one case."""
    return _feed(request, token, reference)


@router.get("/cases/{reference}/calendar", name="case_calendar")
def show_address(request: Request, reference: str, person: Person = sees("case")) -> Response:
    """The address of the calendar of one case, for whoever looks."""
    site = site_of(request)
    with site.reading() as session:
        case = session.execute(select(CASES).where(CASES.c.reference == reference)).one_or_none()
        if case is None:
            raise HTTPException(404, "There is no such case. Look at the register.")
        address = "" if person.reads_only else address_of(session, site, person.name, reference)
        rows = _dates(session, CASES.c.reference == reference)
    return page(request, "case_calendar.html", case=case, address=address, rows=rows)


@router.post("/account/feed")
def renew(request: Request, person: Person = changes("account"), form: FormData = forms.SENT) -> Response:
    """Make the present addresses of one's calendars open nothing, and others in their place."""
    site = site_of(request)
    with acting(site, person) as session:
        _, kept = _in_use(session, site, person.name)
        dialect = {"sqlite": sqlite, "postgresql": postgresql}[session.connection().dialect.name]
        gone = dialect.insert(REVOKED).values(token_hash=kept, at=site.now(), why="another feed address")
        session.execute(gone.on_conflict_do_nothing())
        about = record.keep_personal(session, {"staff": person.name})
        record.append_register(session, "feed_renewed", {}, actor=person.role, now=site.now(), person=about)
    return done("/account", "feed")


def address_of(session: Session, site: Site, name: str, reference: str = "") -> str:
    """The address of somebody's calendar, or of that of one case for them."""
    number, _ = _in_use(session, site, name)
    token = _token(site, name, reference, number)
    tail = f"{token}/{reference}" if reference else token
    return f"{site.house.settings.installation.base_url}/feeds/{tail}.ics"


# ---------------------------------------------------------------------------------------- tokens


def _token(site: Site, name: str, reference: str, number: int) -> str:
    text = f"feed\n{name}\n{reference}\n{number}"
    return urlsafe_b64encode(hmac.digest(site.house.secret, text.encode(), "sha256")).decode().rstrip("=")


def _in_use(session: Session, site: Site, name: str) -> tuple[int, str]:
    """The number of the first token of somebody that was not revoked, and its hash."""
    number = 0
    while True:
        kept = links.token_hash(_token(site, name, "", number))
        if session.scalar(select(REVOKED.c.token_hash).where(REVOKED.c.token_hash == kept)) is None:
            return number, kept
        number += 1


def _owner(session: Session, site: Site, token: str, reference: str) -> Any:
    """Whose calendar a token opens; None: nobody's. A case calendar's token opens that case alone."""
    found = None
    for row in session.execute(select(STAFF).where(STAFF.c.is_active)):
        number, _ = _in_use(session, site, row.name)
        # All are compared: how long it takes tells nothing.
        if hmac.compare_digest(_token(site, row.name, reference, number).encode(), token.encode()):
            found = row
    return found if found is not None and access.may_see(found.role, "cases") else None


# ------------------------------------------------------------------------------------- calendars


def _feed(request: Request, token: str, reference: str) -> Response:
    site = site_of(request)
    site.limits.take("search", f"feed {request.client.host if request.client else ''}", site.now())
    with site.reading() as session:
        owner = _owner(session, site, token, reference)
        if owner is None:
            raise HTTPException(404, "This calendar is not there any more. Its owner finds the new address.")
        where = CASES.c.reference == reference if reference else _mine(session, site, owner)
        rows = _dates(session, where)
    name = reference or f"{site.house.settings.secretariat.short}: {owner.full_name or owner.name}"
    content = _calendar(site, name, rows, owner.language)
    return Response(content, media_type="text/calendar; charset=utf-8")


def _mine(session: Session, site: Site, owner: Any) -> ColumnElement[bool]:
    """Which dates are somebody's: of an officer those of their cases and of whom they stand in for."""
    if owner.role == access.AUDITOR:
        return CASES.c.id.is_not(None)
    if owner.role != access.OFFICER:
        theirs: ColumnElement[bool] = DEADLINES.c.of == owner.role
        return theirs
    today = site.now().date()
    current = (HANDOVERS.c.deputy == owner.name, HANDOVERS.c.starts <= today, HANDOVERS.c.ends >= today)
    names = [owner.name, *session.scalars(select(HANDOVERS.c.staff).where(*current))]
    return CASES.c.officer.in_(names)


def _dates(session: Session, where: ColumnElement[bool]) -> Sequence[Any]:
    return session.execute(
        select(
            DEADLINES,
            CASES.c.reference,
            CASES.c.title.label("case_title"),
            CASES.c.procedure,
            CASES.c.edition,
        )
        .join(CASES, CASES.c.id == DEADLINES.c.case_id)
        .where(models.IS_RUNNING, DEADLINES.c.status != "held", DEADLINES.c.kind.in_(_KINDS), where)
        .order_by(DEADLINES.c.last_day, DEADLINES.c.id)
    ).all()


def _calendar(site: Site, name: str, rows: Sequence[Any], language: str) -> bytes:
    settings = site.house.settings
    zones = {(law.id, law.edition): law.timezone for law in site.house.laws.all}
    calendar = Calendar()
    calendar.add("prodid", "-//Assent//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for row in rows:
        event = Event()
        # One deadline stays one entry, wherever its date moves.
        event.add("uid", f"deadline-{row.id}@{outbox.mail_domain(settings)}")
        event.add("dtstamp", site.now().astimezone(UTC))
        event.add("sequence", row.generation)
        _all_day(event, row.last_day)
        event.add("summary", f"{row.reference}: {_what(row, language)}")
        zone = zones.get((row.procedure, row.edition), "UTC")
        due = row.due_at.astimezone(zone_of(zone))
        event.add("description", f"{row.case_title}\n{due:%Y-%m-%d %H:%M} ({zone})")
        event.add("url", f"{settings.installation.base_url}/cases/{row.reference}")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _all_day(event: Event, day: date) -> None:
    """The whole of a day: without a zone it is that day in Suva and in Washington; DTEND is not in it."""
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))


def _what(row: Any, language: str) -> str:
    if row.kind == "window":
        return i18n.title("The window for answers closes", language)
    return i18n.title(row.title or row.name, language)
