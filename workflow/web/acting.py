"""Changing the register from a page: in the name of whoever has signed in, and on what they have seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from fastapi import Request
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from workflow import record
from workflow.queries import REGISTER_HEAD
from workflow.register import RegisterRefused
from workflow.register.acts import begin
from workflow.register.cells import BadValue, day
from workflow.web.forms import text
from workflow.web.people import Person
from workflow.web.site import Site

#: Name of the hidden field with the number of the register that a page has shown.
SEEN = "seen"


@contextmanager
def acting(site: Site, person: Person, form: FormData | None = None) -> Iterator[Session]:
    """One transaction whose acts on the register say who did them.

    form     with the field `seen`, if the act rests on what a page has shown
    Raises   RegisterRefused where the register has changed since
    """
    with site.writing() as session:
        record.sign(session, sign_in=person.name)
        if form is not None and SEEN in form:
            begin(session)
            if text(form, SEEN) != str(register_number(session)):
                raise RegisterRefused(
                    "The register has been changed by somebody else since this page was shown."
                    " Look at what would change now, then accept it."
                )
        yield session


def register_number(session: Session) -> int:
    """The number of the register: it changes whenever the register does."""
    return session.scalar(select(REGISTER_HEAD.c.seq).where(REGISTER_HEAD.c.id == 0)) or 0


def day_of(form: FormData, name: str, label: str, faults: list[str], *, required: bool = True) -> date | None:
    """A field that says a day; what is wrong with it is added to the faults."""
    given = text(form, name)
    if not given:
        if required:
            faults.append(f"{label} is empty. Write a day such as 2024-06-17.")
        return None
    try:
        return day(given)
    except BadValue as bad:
        faults.append(f"{label}: {bad}")
        return None


#: What a page says of an act that was done; its address carries the key, never words.
DONE = {
    "contact": "The contact is on file.",
    "party": "The correction is on file.",
    "ended": "The contact ends on that day.",
    "works": "Letters go to this address again.",
    "imported": "The list was taken over.",
    "seat": "The seat is on file.",
    "partner": "The change is on file.",
    "decided": "The decision is on file.",
    "meeting": "The meeting is on file.",
    "moved": "The meeting was moved, and with it what hangs on it.",
    "published": "The calendar is published. Dates counted before stay until you accept others.",
    "recounted": "The dates you accepted were set anew.",
    "staff": "The change is on file.",
    "password": "The password was changed; other sessions have ended.",
    "code": "From now on a one-time code is asked for.",
    "code_off": "No one-time code is asked for any more.",
    "revoked": "The session has ended.",
    "token_revoked": "The token opens nothing any more.",
    "handed": "The cases are handed over for these days.",
    "taken_back": "The hand-over has ended.",
    "language": "The language was changed.",
    "feed": "The old address of the calendar opens nothing any more; here is the new one.",
    "resumed": "Sending goes on.",
    "paused": "Sending is paused.",
    "retried": "It will be tried again within a minute.",
}


def done(address: str, key: str) -> RedirectResponse:
    """Back to a page that says what was done; a reload then does nothing twice.

    key   of DONE
    """
    assert key in DONE
    joint = "&" if "?" in address else "?"
    return RedirectResponse(f"{address}{joint}done={key}", status_code=303)


def what_was_done(request: Request) -> str:
    """The sentence that an address ending in ?done=... asks for, or ""."""
    return DONE.get(request.query_params.get("done", ""), "")
