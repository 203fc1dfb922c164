"""Meetings of bodies: when they are, what hangs on them, and what a move of their dates moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from sqlalchemy import Row, select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from workflow import i18n, models, register, spreadsheet
from workflow.queries import CASES, DEADLINES, MEETINGS
from workflow.register import RegisterRefused
from workflow.web import forms
from workflow.web.acting import day_of, what_was_done
from workflow.web.parties import attached
from workflow.web.people import Person, changes, sees
from workflow.web.reviewing import Act, day_asked, review_or_do
from workflow.web.showing import language_of, page
from workflow.web.site import Site, site_of

router = APIRouter()


@router.get("/meetings", name="meetings")
def show(request: Request, person: Person = sees("meetings")) -> Response:
    """All meetings: those to come first, then those that were."""
    site = site_of(request)
    on, fault = day_asked(request, site)
    body = request.query_params.get("body", "")
    with site.reading() as session:
        rows = _meetings(session, body)
        waiting = _waiting(session)
        bodies = titles_of(session, site)
    return page(
        request,
        "meetings.html",
        on=on,
        faults=[fault] if fault else [],
        coming=[row for row in rows if row.ends >= on],
        past=[row for row in reversed(rows) if row.ends < on],
        waiting=waiting,
        bodies=bodies,
        body=body,
        done=what_was_done(request),
    )


@router.get("/meetings.csv", name="meetings_csv")
def export(request: Request, person: Person = sees("meetings")) -> Response:
    """The meetings as a list that can be imported again."""
    with site_of(request).reading() as session:
        rows = _meetings(session, request.query_params.get("body", ""))
    headers = ["body", "ordinal", "kind", "place", "starts", "ends", "note"]
    cells = [[str(getattr(row, header)) for header in headers] for row in rows]
    return attached(spreadsheet.write(headers, cells), "meetings.csv")


@router.get("/meetings/new", name="meeting_new")
def show_new(request: Request, person: Person = changes("meetings")) -> Response:
    """A form for a new meeting."""
    return _new_form(request, {"kind": "ordinary", "body": request.query_params.get("body", "")}, [])


@router.post("/meetings/new")
def add(request: Request, person: Person = changes("meetings"), form: FormData = forms.SENT) -> Response:
    """Show what a new meeting moves; accepted, enter it."""
    site = site_of(request)
    names = ("body", "ordinal", "kind", "place", "starts", "ends", "note")
    values = {name: forms.text(form, name) for name in names}
    faults: list[str] = []
    starts = day_of(form, "starts", "First day", faults)
    ends = day_of(form, "ends", "Last day", faults)
    try:
        if starts is not None and ends is not None:
            return review_or_do(request, person, form, _addition(site, person, values, starts, ends))
    except RegisterRefused as refused:
        faults += refused.faults
    return _new_form(request, values, faults)


@router.get("/meetings/{body}/{ordinal}", name="meeting")
def show_one(request: Request, body: str, ordinal: str, person: Person = sees("meetings")) -> Response:
    """One meeting, what hangs on it, and a form to move it."""
    return _one(request, body, ordinal, {}, [])


@router.post("/meetings/{body}/{ordinal}")
def move(
    request: Request,
    body: str,
    ordinal: str,
    person: Person = changes("meetings"),
    form: FormData = forms.SENT,
) -> Response:
    """Show what a move moves; accepted, move the meeting and what hangs on it."""
    site = site_of(request)
    with site.reading() as session:
        row = _meeting(session, body, ordinal)
    reason = forms.text(form, "reason")
    faults: list[str] = []
    starts = day_of(form, "starts", "First day", faults)
    ends = day_of(form, "ends", "Last day", faults)
    try:
        if starts is not None and ends is not None:
            return review_or_do(request, person, form, _moving(site, person, row, starts, ends, reason))
    except RegisterRefused as refused:
        faults += refused.faults
    given = {name: forms.text(form, name) for name in ("starts", "ends", "reason")}
    return _one(request, body, ordinal, given, faults)


def titles_of(session: Session, site: Site) -> dict[str, str]:
    """Body -> its title in the law files; bodies that only the registers know by their own name."""
    found = {body.code: body.title for law in site.house.laws.all for body in law.bodies.values()}
    for code in session.scalars(select(MEETINGS.c.body).distinct()):
        found.setdefault(code, i18n.word("body", code, "en"))
    return found


def _addition(site: Site, person: Person, values: dict[str, str], starts: date, ends: date) -> Act:
    def do(session: Session) -> Any:
        return register.add_meeting(
            session,
            values["body"],
            values["ordinal"],
            values["kind"],
            starts,
            ends,
            place=values["place"],
            note=values["note"],
            actor=person.role,
            now=site.now(),
        )

    says = {"Meeting": values["ordinal"], "Place": values["place"] or "–", "First day": starts}
    return Act(
        do=do,
        heading="A new meeting",
        button="Enter the meeting",
        why=f"The dates of {values['ordinal']} are known.",
        back="/meetings",
        done="meeting",
        says=says | {"Last day": ends},
    )


def _moving(site: Site, person: Person, row: Row[Any], starts: date, ends: date, reason: str) -> Act:
    def do(session: Session) -> Any:
        return register.move_meeting(
            session, row.ordinal, starts, ends, reason, person.role, site.now(), body=row.body
        )

    span = f"{i18n.span(row.starts, row.ends, 'en')}"
    return Act(
        do=do,
        heading="Move a meeting",
        button="Move the meeting and these dates",
        why=reason,
        back=f"/meetings/{row.body}/{row.ordinal}",
        done="moved",
        says={"Meeting": row.ordinal, "Until now": span, "First day": starts, "Last day": ends}
        | {"Why": reason},
    )


def _one(request: Request, body: str, ordinal: str, given: dict[str, str], faults: list[str]) -> Response:
    site = site_of(request)
    with site.reading() as session:
        row = _meeting(session, body, ordinal)
        hanging = _hanging(session, ordinal)
        bodies = titles_of(session, site)
    values = {"starts": row.starts.isoformat(), "ends": row.ends.isoformat(), "reason": ""} | given
    return page(
        request,
        "meeting.html",
        status=422 if faults else 200,
        meeting=row,
        span=i18n.span(row.starts, row.ends, language_of(request)),
        hanging=hanging,
        bodies=bodies,
        values=values,
        faults=faults,
        is_past=row.ends < site.now().date(),
        done=what_was_done(request),
    )


def _new_form(request: Request, values: dict[str, str], faults: list[str]) -> Response:
    site = site_of(request)
    with site.reading() as session:
        bodies = titles_of(session, site)
    known = ("body", "ordinal", "kind", "place", "starts", "ends", "note")
    return page(
        request,
        "meeting_new.html",
        status=422 if faults else 200,
        values={name: values.get(name, "") for name in known},
        bodies=bodies,
        faults=faults,
    )


def _meetings(session: Session, body: str = "") -> Sequence[Any]:
    wanted = select(MEETINGS).order_by(MEETINGS.c.starts, MEETINGS.c.body)
    return session.execute(wanted.where(MEETINGS.c.body == body) if body else wanted).all()


def _meeting(session: Session, body: str, ordinal: str) -> Row[Any]:
    wanted = select(MEETINGS).where(MEETINGS.c.body == body, MEETINGS.c.ordinal == ordinal)
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise HTTPException(404, "There is no such meeting on file. Look at the list of meetings.")
    return row


def _hanging(session: Session, ordinal: str) -> Sequence[Any]:
    """The running dates of open cases that hang on a meeting."""
    return session.execute(
        select(CASES.c.reference, CASES.c.title, DEADLINES.c.title.label("what"), DEADLINES.c.last_day)
        .join(DEADLINES, DEADLINES.c.case_id == CASES.c.id)
        .where(models.IS_RUNNING, DEADLINES.c.meeting == ordinal)
        .order_by(DEADLINES.c.last_day, CASES.c.id)
    ).all()


def _waiting(session: Session) -> dict[str, int]:
    """Meeting -> how many open cases have a date that hangs on it."""
    rows = session.execute(
        select(DEADLINES.c.meeting, DEADLINES.c.case_id)
        .where(models.IS_RUNNING, DEADLINES.c.meeting != "")
        .distinct()
    )
    found: dict[str, int] = {}
    for row in rows:
        found[row.meeting] = found.get(row.meeting, 0) + 1
    return found
