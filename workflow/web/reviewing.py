"""An act on the registers in two steps: a page that says what it would move in cases, then the act itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from states.zones import zone_of
from workflow import engine, foresight
from workflow.queries import PARTIES
from workflow.register.cells import BadValue, day
from workflow.web import forms
from workflow.web.acting import acting, done, register_number
from workflow.web.people import Person
from workflow.web.showing import HOME_ZONE, page
from workflow.web.site import Site, site_of

#: Name of the field of the button that accepts what a page has shown.
ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class Act:
    """Something to be done to the registers."""

    #: Does it; returns None where nothing changes.
    do: Callable[[Session], Any]
    #: What it is, as the heading of its page.
    heading: str
    #: What it says on the button that does it.
    button: str
    #: Told to the cases it moves, and on their timelines.
    why: str
    #: Where to go afterwards, and what is said there (acting.DONE).
    back: str
    done: str
    #: What it is, line by line: label -> value.
    says: Mapping[str, Any]


def review_or_do(request: Request, person: Person, form: FormData, act: Act) -> Response:
    """Show what an act would move; where that has been shown and accepted, do it.

    Raises   RegisterRefused
    """
    site = site_of(request)
    if ACCEPT in form:
        with acting(site, person, form) as session:
            if act.do(session) is not None:
                engine.register_changed(session, act.why, site.now())
        return done(act.back, act.done)
    with site.reading() as session:
        seen = register_number(session)
    result, moved = foresight.foreseen(site.engine, act.do, act.why, site.now())
    kept = {name: value for name, value in form.items() if isinstance(value, str) and name != forms.TOKEN}
    return page(
        request,
        "register_review.html",
        act=act,
        is_change=result is not None,
        moved=moved,
        fields=kept | {"seen": str(seen)},
        letters=sum(each.letters for each in moved),
        dates=sum(len(each.shifts) for each in moved),
    )


def day_asked(request: Request, site: Site) -> tuple[date, str]:
    """The day as of which a page is asked for (?on=2024-06-17), else today; and what is wrong with it."""
    today = site.now().astimezone(zone_of(HOME_ZONE)).date()
    given = request.query_params.get("on", "").strip()
    if not given:
        return today, ""
    try:
        return day(given), ""
    except BadValue as bad:
        return today, str(bad)


def registers_of(session: Session, site: Site) -> list[str]:
    """The registers of Parties there are, that of the first law file that has Parties first."""
    found = set(session.scalars(select(PARTIES.c.register).distinct()))
    laws = site.house.laws.all
    first = next((law.parties for law in laws if law.parties in found), laws[0].parties if laws else "ramsar")
    return [first, *sorted(found - {first})]


def register_asked(request: Request, session: Session, site: Site) -> str:
    """The register a page is asked for (?register=basel), else the first."""
    known = registers_of(session, site)
    given = request.query_params.get("register", "")
    return given if given in known else known[0]
