"""Bodies and who holds their seats, as of any day; a seat that changes hands, and what that moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from workflow import i18n, people, register, spreadsheet
from workflow.queries import SEATS
from workflow.register import RegisterRefused
from workflow.web import forms
from workflow.web.acting import day_of, what_was_done
from workflow.web.parties import attached, names_of
from workflow.web.people import Person, changes, sees
from workflow.web.reviewing import Act, day_asked, register_asked, review_or_do
from workflow.web.showing import language_of, page
from workflow.web.site import Site, site_of

router = APIRouter()

_TEXTS = ("seat", "region", "member", "alternate", "office", "note")


@dataclass(frozen=True, slots=True)
class Sitting:
    """A body as of a day."""

    code: str
    title: str
    #: Rows of the seats held on that day, in the order of their names.
    seats: tuple[Any, ...]
    #: Seats that were or will be held, but by nobody on that day.
    vacant: tuple[str, ...]
    #: "10 of 19 seats", or "".
    quorum: int


@router.get("/bodies", name="bodies")
def show(request: Request, person: Person = sees("bodies")) -> Response:
    """All bodies with the holders of their seats on a day."""
    site = site_of(request)
    on, fault = day_asked(request, site)
    with site.reading() as session:
        of = register_asked(request, session, site)
        return page(
            request,
            "bodies.html",
            on=on,
            faults=[fault] if fault else [],
            bodies=_sittings(session, site, on),
            names=names_of(session, of, language_of(request)),
            lost=set(people.unreachable(session, of, on)),
            done=what_was_done(request),
        )


@router.get("/bodies.csv", name="bodies_csv")
def export(request: Request, person: Person = sees("bodies")) -> Response:
    """The seats held on a day as a list that can be imported again; `?full=1`: every term of every seat."""
    site = site_of(request)
    on, _ = day_asked(request, site)
    with site.reading() as session:
        rows = _seats(session)
    if not request.query_params.get("full"):
        rows = [row for row in rows if _is_held(row, on)]
    headers = ["body", "seat", "region", "member", "alternate", "office", "from", "to", "note"]
    fields = {"from": "starts", "to": "ends"}
    cells = [[_cell(getattr(row, fields.get(header, header))) for header in headers] for row in rows]
    return attached(spreadsheet.write(headers, cells), f"seats-{on}.csv")


@router.get("/bodies/{body}/new", name="seat_new")
def show_new(request: Request, body: str, person: Person = changes("bodies")) -> Response:
    """A form for a seat that has not been held before."""
    return _form(request, body, "", {}, [])


@router.post("/bodies/{body}/new")
def add(
    request: Request, body: str, person: Person = changes("bodies"), form: FormData = forms.SENT
) -> Response:
    """Show what a new seat moves; accepted, enter it."""
    return _set(request, person, body, "", form)


@router.get("/bodies/{body}/{seat}", name="seat")
def show_seat(request: Request, body: str, seat: str, person: Person = sees("bodies")) -> Response:
    """One seat: its terms, and a form for the next."""
    return _form(request, body, seat, {}, [])


@router.post("/bodies/{body}/{seat}")
def change(
    request: Request,
    body: str,
    seat: str,
    person: Person = changes("bodies"),
    form: FormData = forms.SENT,
) -> Response:
    """Show what another holder, or a corrected term, moves; accepted, enter it."""
    return _set(request, person, body, seat, form)


def _set(request: Request, person: Person, body: str, seat: str, form: FormData) -> Response:
    site = site_of(request)
    values = {name: forms.text(form, name) for name in _TEXTS}
    name = seat or values["seat"]
    faults: list[str] = []
    starts = day_of(form, "starts", "First day", faults)
    ends = day_of(form, "ends", "Last day", faults, required=False)
    term = day_of(form, "term", "Term", faults, required=False)
    with site.reading() as session:
        of = register_asked(request, session, site)

    def do(session: Session) -> Any:
        assert starts is not None
        return register.set_seat(
            session,
            of,
            body,
            name,
            member=values["member"],
            starts=starts,
            ends=ends,
            alternate=values["alternate"],
            region=values["region"],
            office=values["office"],
            note=values["note"],
            term=term,
            actor=person.role,
            now=site.now(),
        )

    says: dict[str, Any] = {"Seat": f"{name} ({body})", "Member": values["member"]}
    says |= {"Alternate": values["alternate"] or "–", "First day": starts, "Last day": ends or "–"}
    act = Act(
        do=do,
        heading="Who holds the seat",
        button="Keep",
        why=f"The seat {name} changes hands.",
        back=f"/bodies/{body}/{name}",
        done="seat",
        says=says,
    )
    try:
        if not faults:
            return review_or_do(request, person, form, act)
    except RegisterRefused as refused:
        faults += refused.faults
    given = values | {field: forms.text(form, field) for field in ("starts", "ends", "term")}
    return _form(request, body, seat, given, faults)


def _form(request: Request, body: str, seat: str, given: dict[str, str], faults: list[str]) -> Response:
    site = site_of(request)
    today, _ = day_asked(request, site)
    with site.reading() as session:
        of = register_asked(request, session, site)
        titles = titles_of(session, site)
        terms = [row for row in _seats(session) if (row.body, row.seat) == (body, seat)]
        names = names_of(session, of, language_of(request))
    if body not in titles or (seat and not terms):
        raise HTTPException(404, "There is no such seat. Look at the list of bodies.")
    values = dict.fromkeys((*_TEXTS, "starts", "ends", "term"), "")
    asked = request.query_params.get("term", "")
    corrected = next((row for row in terms if row.starts.isoformat() == asked), None)
    if corrected is not None:
        values |= {name: _cell(getattr(corrected, name)) for name in (*_TEXTS, "starts", "ends")}
        values["term"] = asked
    elif terms:
        values |= {"region": terms[-1].region, "office": terms[-1].office}
    return page(
        request,
        "seat.html",
        status=422 if faults else 200,
        body=body,
        title_of_body=titles[body],
        seat=seat,
        terms=terms,
        names=names,
        values=values | given,
        today=today,
        faults=faults,
        done=what_was_done(request),
    )


def titles_of(session: Session, site: Site) -> dict[str, str]:
    """Body -> its title: those of the law files, then those that only the register knows."""
    found = {body.code: body.title for law in site.house.laws.all for body in law.bodies.values()}
    for code in session.scalars(select(SEATS.c.body).distinct().order_by(SEATS.c.body)):
        found.setdefault(code, i18n.word("body", code, "en"))
    return found


def _sittings(session: Session, site: Site, on: date) -> list[Sitting]:
    rows = _seats(session)
    quorums = {b.code: b.quorum_seats for law in site.house.laws.all for b in law.bodies.values()}
    found = []
    for code, title in titles_of(session, site).items():
        own = [row for row in rows if row.body == code]
        held = tuple(row for row in own if _is_held(row, on))
        vacant = sorted({row.seat for row in own} - {row.seat for row in held})
        # A body without seats is all Parties: the Conference.
        if own:
            found.append(Sitting(code, title, held, tuple(vacant), quorums.get(code, 0)))
    return found


def _seats(session: Session) -> Sequence[Any]:
    return session.execute(select(SEATS).order_by(SEATS.c.body, SEATS.c.seat, SEATS.c.starts)).all()


def _is_held(row: Any, on: date) -> bool:
    return bool(row.starts <= on and (row.ends is None or row.ends >= on))


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
