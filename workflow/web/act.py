"""Doing something in a case: what will change and who will be written to is said before it is confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from states.reasons import Refused
from states.zones import zone_of
from workflow import queries, timeline
from workflow.preview import preview
from workflow.web import act_fields, act_provisions, copies, forms
from workflow.web.act_review import SIGNS
from workflow.web.deeds import OFFERED_ON
from workflow.web.hand import actor_for, look_at
from workflow.web.people import Person, changes, sees
from workflow.web.performing import Asked, NotDone, confirmed, shown
from workflow.web.showing import language_of, page, say
from workflow.web.site import Site, site_of

router = APIRouter()

#: Acts that have a page of their own.
ELSEWHERE: Mapping[str, str] = {"record_reply": "reply", "verify_reply": "reply"}


@router.get("/cases/{reference}/do/{action}", name="act")
def show(request: Request, reference: str, action: str, person: Person = sees("act")) -> Response:
    """What an action would do; fields may be filled in by the address."""
    asked = asked_for(request, person, reference, action, request.query_params)
    if asked.action.does in ELSEWHERE:
        return RedirectResponse(f"/cases/{reference}/{ELSEWHERE[asked.action.does]}", status_code=303)
    # The form sends what the page fills in by itself: what is shown must be what that would do.
    filled_in = {field.name: field.value for field in _fields(asked) if field.value}
    if not asked.typed.items() >= filled_in.items():
        asked = asked_for(request, person, reference, action, {**asked.typed, **filled_in})
    return _page(request, person, asked)


@router.post("/cases/{reference}/do/{action}")
def do(
    request: Request,
    reference: str,
    action: str,
    person: Person = changes("act"),
    form: FormData = forms.SENT,
) -> Response:
    """Show again what it would do, or do it: only what was shown is done."""
    asked = asked_for(request, person, reference, action, form)
    if asked.faults:
        return _page(request, person, asked, status=422)
    if "confirm" not in form:
        return _page(request, person, asked)
    outcome = confirmed(site_of(request), person, asked, form)
    if isinstance(outcome, NotDone):
        anew = asked_for(request, person, reference, action, form)
        return _page(request, person, anew, status=outcome.status, faults=outcome.faults)
    offered_on = OFFERED_ON.get(asked.action.does, "")
    back = f"/cases/{reference}" + (f"/{offered_on}" if offered_on else "")
    return RedirectResponse(f"{back}?done={action}", status_code=303)


@router.post("/cases/{reference}/do/{action}/test-copy")
def copy_to_myself(
    request: Request,
    reference: str,
    action: str,
    person: Person = changes("act"),
    form: FormData = forms.SENT,
) -> Response:
    """Send one letter in each language to whoever looks at them, marked as what it is."""
    asked = asked_for(request, person, reference, action, form)
    done = copied(site_of(request), person, asked)
    return _page(request, person, asked, status=200 if done else 422, done=done)


def copied(site: Site, person: Person, asked: Asked) -> str:
    """Send the test copies; what is said of it, or "" where there is nothing to send."""
    if not asked.is_complete:
        return ""
    with site.reading() as session:
        found = preview(session, asked.case_id, asked.command(), site.now())
    if isinstance(found, Refused):
        return ""
    with site.writing() as session:
        address, number = copies.queue(session, found, person.name, site)
    told = "Test copies on their way to {address}: {number}."
    return say(told, asked.language, address=address, number=number)


def asked_for(request: Request, person: Person, reference: str, name: str, given: Mapping[str, Any]) -> Asked:
    """Raises   HTTPException: no such case, or nothing of that name in its law"""
    site = site_of(request)
    with site.reading() as session:
        case_id, law, facts = look_at(site, session, reference)
        action = law.action(name, facts.case.state) or next(iter(law.actions.get(name, ())), None)
        if action is None:
            raise HTTPException(404, f"'{name}' is not an action of '{law.title}'.")
        names = queries.world(session, law.parties).names
        actor = actor_for(session, person, facts.case, action.by)
    typed = act_fields.typed(given, action)
    details, faults = act_fields.details(typed, facts, action, names, zone_of(law.timezone))
    return Asked(
        reference,
        case_id,
        law,
        facts,
        action,
        actor,
        names,
        language_of(request),
        typed,
        details,
        tuple(faults),
    )


def _page(
    request: Request,
    person: Person,
    asked: Asked,
    *,
    status: int = 200,
    faults: tuple[str, ...] = (),
    done: str = "",
) -> Response:
    """The page, with whatever was typed."""
    site = site_of(request)
    with site.reading() as session:
        values = shown(site, session, person, asked, faults) | around(session)
    first = act_provisions.asked_first(asked.law, asked.action, asked.typed)
    return page(request, "act.html", status=status, fields=_fields(asked), first=first, done=done, **values)


def _fields(asked: Asked) -> list[act_fields.Field]:
    return act_fields.fields(asked.law, asked.facts, asked.action, asked.names, asked.language, asked.typed)


def around(session: Session) -> dict[str, Any]:
    """What the template of a review needs to know besides."""
    return {"signs": SIGNS, "titles": timeline.TITLES, "paused": copies.paused(session)}
