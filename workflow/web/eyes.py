"""Looking through somebody else's eyes: what the contacts of a Party see, and the way back to one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from workflow import record, register
from workflow.queries import ASKED, CASES, LETTERS, ROUNDS
from workflow.web import forms
from workflow.web.parties import name_of, party_row
from workflow.web.people import Person, SignInNeeded, person_of, sees
from workflow.web.reviewing import registers_of
from workflow.web.showing import language_of, page
from workflow.web.site import site_of

router = APIRouter()

#: Letters shown, the newest first.
_LETTERS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Looker:
    """Whoever has signed in, through whosever eyes they look."""

    def __call__(self, request: Request) -> Person:
        """Raises   SignInNeeded"""
        person = person_of(site_of(request), request)
        if person is None:
            raise SignInNeeded
        request.state.person = person
        return person


LOOKER: Any = Depends(Looker())


@router.get("/account/own-eyes", name="own_eyes")
def offer(request: Request, person: Person = LOOKER) -> Response:
    """The way back, as a button: looking changes nothing."""
    return page(request, "own_eyes.html")


@router.post("/account/own-eyes")
def own_eyes(request: Request, person: Person = LOOKER, form: FormData = forms.SENT) -> Response:
    """Look through one's own eyes again."""
    site = site_of(request)
    with site.writing() as session:
        record.sign(session, sign_in=person.really)
        register.look_no_more(session, person.session, actor="administrator", now=site.now())
    return RedirectResponse("/staff", status_code=303)


@router.get("/account/eyes", name="eyes")
def show(request: Request, person: Person = sees("eyes")) -> Response:
    """What the contacts of a Party were sent, and which questions are open to it."""
    site = site_of(request)
    code = person.as_whom.partition(":")[2]
    with site.reading() as session:
        party = party_row(session, registers_of(session, site)[0], code)
        questions = _open(session, code)
        letters = session.execute(
            select(LETTERS.c.subject, LETTERS.c.email, LETTERS.c.status, LETTERS.c.created_at)
            .where(LETTERS.c.party == code)
            .order_by(LETTERS.c.id.desc())
            .limit(_LETTERS_SHOWN)
        ).all()
    return page(
        request,
        "eyes.html",
        name=name_of(party, language_of(request)),
        questions=questions,
        letters=letters,
    )


def _open(session: Session, code: str) -> list[Any]:
    """The questions open to a Party, as its reply page states them."""
    wanted = (
        select(CASES.c.reference, CASES.c.title, CASES.c.summary, ROUNDS.c.reply_by, ROUNDS.c.closes_at)
        .join(ROUNDS, ROUNDS.c.case_id == CASES.c.id)
        .join(ASKED, (ASKED.c.case_id == ROUNDS.c.case_id) & (ASKED.c.round == ROUNDS.c.no))
        .where(ASKED.c.party == code, ROUNDS.c.closed_at.is_(None))
        .order_by(ROUNDS.c.reply_by, CASES.c.reference)
    )
    return list(session.execute(wanted).all())
