"""Doing something in a case: what will change and who will be written to is said before it is confirmed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from states.commands import Actor, Command
from states.facts import Facts
from states.machine import decide, possibilities
from states.procedure import Action, Procedure
from states.reasons import Refused
from states.zones import zone_of
from workflow import engine, i18n, queries, timeline
from workflow.preview import preview
from workflow.web import act_fields, copies, forms
from workflow.web.act_review import SIGNS, Review, reviewed
from workflow.web.hand import actor_for, look_at
from workflow.web.people import Person, changes, sees
from workflow.web.showing import language_of, page, say, sentences
from workflow.web.site import Site, site_of

router = APIRouter()

#: Acts that have a page of their own.
ELSEWHERE: Mapping[str, str] = {"record_reply": "reply", "verify_reply": "reply"}
CHANGED = (
    "What would be done is not what this page showed: you have changed something, or something has changed"
    " since. Look at it again, then confirm."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """An action in a case, as somebody asks for it."""

    reference: str
    case_id: int
    law: Procedure
    facts: Facts
    action: Action
    actor: Actor
    names: act_fields.Names
    language: str
    #: As typed.
    typed: Mapping[str, str]
    details: Mapping[str, Any]
    faults: tuple[str, ...]

    @property
    def title(self) -> str:
        """What the action is called, in the language of the page."""
        return i18n.title(self.action.title, self.language)

    @property
    def is_complete(self) -> bool:
        """Whether everything that is needed was given and understood."""
        return not self.faults and all(self.details.get(name) not in (None, "") for name in self.action.needs)

    def command(self, **more: Any) -> Command:
        """The command that asks for it."""
        return Command(self.action.name, self.actor, self.details, **more)


@router.get("/cases/{reference}/do/{action}", name="act")
def show(request: Request, reference: str, action: str, person: Person = sees("act")) -> Response:
    """What an action would do; fields may be filled in by the address."""
    site = site_of(request)
    with site.reading() as session:
        asked = _asked(request, site, session, person, reference, action, request.query_params)
        if asked.action.does in ELSEWHERE:
            return RedirectResponse(f"/cases/{reference}/{ELSEWHERE[asked.action.does]}", status_code=303)
        return _page(request, site, session, person, asked)


@router.post("/cases/{reference}/do/{action}")
def do(
    request: Request,
    reference: str,
    action: str,
    person: Person = changes("act"),
    form: FormData = forms.SENT,
) -> Response:
    """Show again what it would do, or do it: only what was shown is done."""
    site = site_of(request)
    with site.reading() as session:
        asked = _asked(request, site, session, person, reference, action, form)
        if asked.faults:
            return _page(request, site, session, person, asked, status=422)
        if "confirm" not in form:
            return _page(request, site, session, person, asked)
        seen = forms.text(form, "seen")
        if seen == str(asked.facts.case.seq):
            # Otherwise others have acted meanwhile, and perform says who did what.
            review = _review(site, session, asked)
            if isinstance(review, Review) and review.digest != forms.text(form, "looked"):
                told = say(CHANGED, asked.language)
                return _page(request, site, session, person, asked, status=409, faults=[told])
    command = asked.command(
        expected_seq=int(seen) if seen.isascii() and seen.isdigit() else 0,
        key=f"page:{person.name}:{forms.text(form, 'key')[:64]}",
    )
    with site.writing() as session:
        outcome = engine.perform(session, asked.case_id, command, site.now())
    if isinstance(outcome, Refused):
        faults = sentences(outcome, asked.language)
        is_late = any(why.message == "case_moved" for why in outcome.reasons)
        with site.reading() as session:
            anew = _asked(request, site, session, person, reference, action, form)
            return _page(request, site, session, person, anew, status=409 if is_late else 422, faults=faults)
    return RedirectResponse(f"/cases/{reference}?done={action}", status_code=303)


@router.post("/cases/{reference}/do/{action}/test-copy")
def copy_to_myself(
    request: Request,
    reference: str,
    action: str,
    person: Person = changes("act"),
    form: FormData = forms.SENT,
) -> Response:
    """Send one letter in each language to whoever looks at them, marked as what it is."""
    site = site_of(request)
    with site.reading() as session:
        asked = _asked(request, site, session, person, reference, action, form)
        found = preview(session, asked.case_id, asked.command(), site.now()) if asked.is_complete else None
    if found is None or isinstance(found, Refused):
        with site.reading() as session:
            return _page(request, site, session, person, asked, status=422)
    with site.writing() as session:
        address, number = copies.queue(session, found, person.name, site)
    with site.reading() as session:
        told = say(
            "Test copies on their way to {address}: {number}.", asked.language, address=address, number=number
        )
        return _page(request, site, session, person, asked, done=told)


# ---------------------------------------------------------------------------------------- the page


def _asked(
    request: Request,
    site: Site,
    session: Session,
    person: Person,
    reference: str,
    name: str,
    given: Mapping[str, Any],
) -> Asked:
    """Raises   HTTPException: no such case, or nothing of that name in its law"""
    case_id, law, facts = look_at(site, session, reference)
    action = law.action(name, facts.case.state) or next(iter(law.actions.get(name, ())), None)
    if action is None:
        raise HTTPException(404, f"'{name}' is not an action of '{law.title}'.")
    names = queries.world(session, law.parties).names
    typed = act_fields.typed(given, action)
    details, faults = act_fields.details(typed, facts, action, names, zone_of(law.timezone))
    return Asked(
        reference=reference,
        case_id=case_id,
        law=law,
        facts=facts,
        action=action,
        actor=actor_for(session, person, facts.case, action.by),
        names=names,
        language=language_of(request),
        typed=typed,
        details=details,
        faults=tuple(faults),
    )


def _review(site: Site, session: Session, asked: Asked) -> Review | Refused:
    found = preview(session, asked.case_id, asked.command(), site.now())
    if isinstance(found, Refused):
        return found
    return reviewed(found, asked.details, asked.title, asked.names, asked.language)


def _page(
    request: Request,
    site: Site,
    session: Session,
    person: Person,
    asked: Asked,
    *,
    status: int = 200,
    faults: list[str] | None = None,
    done: str = "",
) -> Response:
    """The page, with whatever was typed."""
    refused = _against(asked)
    review: Review | None = None
    if not refused and asked.is_complete:
        found = _review(site, session, asked)
        review = found if isinstance(found, Review) else None
        refused = [] if isinstance(found, Review) else sentences(found, asked.language)
    told = [*(faults or ()), *asked.faults]
    return page(
        request,
        "act.html",
        status=status,
        asked=asked,
        case=asked.facts.case,
        law=asked.law,
        fields=act_fields.fields(
            asked.law, asked.facts, asked.action, asked.names, asked.language, asked.typed
        ),
        refused=[why for why in refused if why not in told],
        faults=told,
        done=done,
        review=review,
        signs=SIGNS,
        titles=timeline.TITLES,
        may_do=person.may_change("act"),
        key=secrets.token_urlsafe(18),
        paused=copies.paused(session),
    )


def _against(asked: Asked) -> list[str]:
    """Why it may not be done at all, whatever is filled in."""
    here = possibilities(asked.law, asked.facts, Command("look", asked.actor))
    possible = next((each for each in here if each.name == asked.action.name), None)
    if possible is not None:
        return sentences(possible.refused, asked.language) if possible.refused else []
    # Not in this state: the decision itself says where the case is and what is possible there.
    decided = decide(asked.law, asked.facts, asked.command())
    return sentences(decided, asked.language) if isinstance(decided, Refused) else []
