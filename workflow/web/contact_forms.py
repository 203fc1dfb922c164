"""Add, change and end a contact of a Party; say that an address works again."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from sqlalchemy import select
from starlette.datastructures import FormData

from workflow import contacts, register
from workflow.register import RegisterRefused
from workflow.web import forms
from workflow.web.acting import acting, day_of, done
from workflow.web.parties import CONTACTS, name_of, party_row
from workflow.web.people import Person, changes
from workflow.web.reviewing import register_asked
from workflow.web.showing import language_of, page
from workflow.web.site import site_of

router = APIRouter()

_FIELDS = ("role", "name", "title", "email", "postal_address", "language", "starts", "ends")


@router.get("/parties/{code}/contacts/new", name="contact_new")
def show_new(request: Request, code: str, person: Person = changes("parties")) -> Response:
    """A form for a new contact."""
    return _form(request, code, None, {"role": "nfp"}, [])


@router.get("/parties/{code}/contacts/{number}", name="contact")
def show(request: Request, code: str, number: int, person: Person = changes("parties")) -> Response:
    """A form with what is on file of a contact."""
    values = {
        name: "" if value is None else str(value) for name, value in _row(request, code, number).items()
    }
    return _form(request, code, number, values, [])


@router.post("/parties/{code}/contacts/new")
def add(
    request: Request, code: str, person: Person = changes("parties"), form: FormData = forms.SENT
) -> Response:
    """Add a contact."""
    return _save(request, person, code, None, form)


@router.post("/parties/{code}/contacts/{number}")
def change(
    request: Request,
    code: str,
    number: int,
    person: Person = changes("parties"),
    form: FormData = forms.SENT,
) -> Response:
    """Change a contact."""
    _row(request, code, number)
    return _save(request, person, code, number, form)


@router.post("/parties/{code}/contacts/{number}/end")
def end(
    request: Request,
    code: str,
    number: int,
    person: Person = changes("parties"),
    form: FormData = forms.SENT,
) -> Response:
    """Use a contact no longer than until a day."""
    values = {
        name: "" if value is None else str(value) for name, value in _row(request, code, number).items()
    }
    faults: list[str] = []
    on = day_of(form, "last", "Last day", faults)
    if on is not None:
        site = site_of(request)
        try:
            with acting(site, person) as session:
                register.end_contact(session, number, on, actor=person.role, now=site.now())
        except RegisterRefused as refused:
            faults += refused.faults
    if faults:
        return _form(request, code, number, values, faults)
    return done(_back(request, code), "ended")


@router.post("/parties/{code}/contacts/{number}/works")
def works(
    request: Request,
    code: str,
    number: int,
    person: Person = changes("parties"),
    form: FormData = forms.SENT,
) -> Response:
    """Write to an address again from which letters came back."""
    _row(request, code, number)
    site = site_of(request)
    with acting(site, person) as session:
        register.mark_contact_works(session, number, actor=person.role, now=site.now())
    return done(_back(request, code), "works")


def _save(request: Request, person: Person, code: str, number: int | None, form: FormData) -> Response:
    values = {name: forms.text(form, name) for name in _FIELDS}
    faults: list[str] = []
    starts = day_of(form, "starts", "First day", faults, required=False)
    ends = day_of(form, "ends", "Last day", faults, required=False)
    site = site_of(request)
    if not faults:
        try:
            with acting(site, person) as session:
                register.set_contact(
                    session,
                    register_asked(request, session, site),
                    code,
                    values["role"],
                    email=values["email"],
                    name=values["name"],
                    title=values["title"],
                    # A form that does not ask for it leaves it as it is.
                    postal_address=values["postal_address"] if "postal_address" in form else None,
                    language=values["language"],
                    starts=starts,
                    ends=ends,
                    contact_id=number,
                    actor=person.role,
                    now=site.now(),
                )
        except RegisterRefused as refused:
            faults += refused.faults
    if faults:
        return _form(request, code, number, values, faults)
    return done(_back(request, code), "contact")


def _form(
    request: Request, code: str, number: int | None, values: dict[str, str], faults: list[str]
) -> Response:
    site = site_of(request)
    with site.reading() as session:
        of = register_asked(request, session, site)
        party = party_row(session, of, code)
    return page(
        request,
        "contact.html",
        status=422 if faults else 200,
        register=of,
        party=party,
        name=name_of(party, language_of(request)),
        number=number,
        values={name: values.get(name, "") for name in (*_FIELDS, "failed_at", "failed_why")},
        roles=contacts.ROLES,
        faults=faults,
        today=site.now().date(),
    )


def _row(request: Request, code: str, number: int) -> dict[str, Any]:
    site = site_of(request)
    with site.reading() as session:
        of = register_asked(request, session, site)
        wanted = select(CONTACTS).where(
            CONTACTS.c.id == number, CONTACTS.c.register == of, CONTACTS.c.party == code
        )
        row = session.execute(wanted).mappings().one_or_none()
    if row is None:
        raise HTTPException(404, "There is no such contact of this Party. Look at the list of its contacts.")
    return dict(row)


def _back(request: Request, code: str) -> str:
    of = request.query_params.get("register", "")
    return f"/parties/{code}?register={of}" if of else f"/parties/{code}"
