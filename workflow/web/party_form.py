"""Correct what is on file of a Party: language, clock, region, and the days on which it joins and leaves."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from workflow import register
from workflow.register import RegisterRefused
from workflow.web import forms
from workflow.web.acting import day_of
from workflow.web.parties import name_of, party_row
from workflow.web.people import Person, changes
from workflow.web.reviewing import Act, register_asked, review_or_do
from workflow.web.showing import language_of, page
from workflow.web.site import site_of

router = APIRouter()

_TEXTS = ("name_en", "name_fr", "name_es", "region", "language", "timezone")


@router.get("/parties/{code}/change", name="party_change")
def show(request: Request, code: str, person: Person = changes("parties")) -> Response:
    """A form with what is on file."""
    return _form(request, code, None, [])


@router.post("/parties/{code}/change")
def change(
    request: Request, code: str, person: Person = changes("parties"), form: FormData = forms.SENT
) -> Response:
    """Show what a correction moves; accepted, make it."""
    site = site_of(request)
    values = {name: forms.text(form, name) for name in _TEXTS}
    faults: list[str] = []
    joins = day_of(form, "joins", "Party since", faults)
    leaves = day_of(form, "leaves", "Leaves on", faults, required=False)
    with site.reading() as session:
        of = register_asked(request, session, site)
        party_row(session, of, code)
    act = Act(
        do=lambda session: register.set_party(
            session, of, code, actor=person.role, now=site.now(), joins=joins, leaves=leaves, **values
        ),
        heading="Correct what is on file",
        button="Keep, and set the dates anew",
        why=f"The particulars of {code} were corrected.",
        back=f"/parties/{code}" + (f"?{request.url.query}" if request.url.query else ""),
        done="party",
        says={"Party": code, "Party since": joins, "Leaves on": leaves or "–"}
        | {"Language": values["language"], "Clock": values["timezone"]},
    )
    try:
        if not faults:
            return review_or_do(request, person, form, act)
    except RegisterRefused as refused:
        faults += refused.faults
    given = values | {"joins": forms.text(form, "joins"), "leaves": forms.text(form, "leaves")}
    return _form(request, code, given, faults)


def _form(request: Request, code: str, given: dict[str, str] | None, faults: list[str]) -> Response:
    site = site_of(request)
    with site.reading() as session:
        of = register_asked(request, session, site)
        party = party_row(session, of, code)
    on_file = {name: getattr(party, name) for name in (*_TEXTS, "joins", "leaves")}
    return page(
        request,
        "party_change.html",
        status=422 if faults else 200,
        register=of,
        party=party,
        name=name_of(party, language_of(request)),
        values=given or {name: "" if value is None else str(value) for name, value in on_file.items()},
        faults=faults,
    )
