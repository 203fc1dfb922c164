"""The people of the Secretariat: who may come in, as what, with what; and looking through their eyes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from fastapi.responses import RedirectResponse
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from workflow import i18n, register
from workflow.register import RegisterRefused
from workflow.web import access, forms, passwords
from workflow.web.acting import acting, done, what_was_done
from workflow.web.parties import names_of
from workflow.web.people import HANDOVERS, SIGN_INS, STAFF, Person, changes, sees
from workflow.web.reviewing import register_asked
from workflow.web.showing import language_of, page
from workflow.web.site import Site, site_of

router = APIRouter()

_FIELDS = ("name", "full_name", "role", "email", "language")


@router.get("/staff", name="staff")
def show(request: Request, person: Person = sees("staff")) -> Response:
    """Everybody, with what they sign in with, and who stands in for whom."""
    return _list(request, [])


@router.post("/staff/eyes")
def look_as_party(
    request: Request, person: Person = changes("staff"), form: FormData = forms.SENT
) -> Response:
    """Look through the eyes of a Party's contacts."""
    faults = _look(site_of(request), person, f"party:{forms.text(form, 'party')}", forms.text(form, "reason"))
    return _list(request, faults) if faults else RedirectResponse("/account/eyes", status_code=303)


@router.get("/staff/new", name="staff_new")
def show_new(request: Request, person: Person = changes("staff")) -> Response:
    """A form for somebody new."""
    return _form(request, "", {"role": "officer", "language": "en"}, [])


@router.post("/staff/new")
def add(request: Request, person: Person = changes("staff"), form: FormData = forms.SENT) -> Response:
    """Let somebody new work here; they come in by a link, or by a password given to them."""
    site = site_of(request)
    given = {name: forms.text(form, name) for name in _FIELDS}
    with site.reading() as session:
        taken = session.scalar(select(STAFF.c.name).where(STAFF.c.name == given["name"]))
    # Addresses of this page have these names.
    taken = given["name"] if given["name"] in ("new", "eyes") else taken
    faults = [f"'{taken}' is taken already. Choose another name."] if taken else []
    faults = faults or _set(site, person, given["name"], given)
    return _form(request, "", given, faults) if faults else done(f"/staff/{given['name']}", "staff")


@router.get("/staff/{name}", name="staff_one")
def show_one(request: Request, name: str, person: Person = sees("staff")) -> Response:
    """One person: particulars, password and code, sessions, hand-overs."""
    return _form(request, name, {}, [])


@router.post("/staff/{name}")
def change(
    request: Request, name: str, person: Person = changes("staff"), form: FormData = forms.SENT
) -> Response:
    """Change somebody's particulars or role."""
    given = {field: forms.text(form, field) for field in _FIELDS} | {"name": name}
    _row(request, name)
    faults = _set(site_of(request), person, name, given)
    return _form(request, name, given, faults) if faults else done(f"/staff/{name}", "staff")


@router.post("/staff/{name}/password")
def set_password(
    request: Request, name: str, person: Person = changes("staff"), form: FormData = forms.SENT
) -> Response:
    """Give somebody a password; all their sessions end."""
    row = _row(request, name)
    new, again = str(form.get("password", "")), str(form.get("again", ""))
    faults = passwords.faults_of(new, again, row.name, row.full_name, row.email)
    if not faults:
        hashed = passwords.hash_of(new)
        faults = _do(request, person, lambda s, **by: register.set_password(s, name, hashed, **by))
    return _form(request, name, {}, faults) if faults else done(f"/staff/{name}", "password")


@router.post("/staff/{name}/code")
def remove_code(
    request: Request, name: str, person: Person = changes("staff"), form: FormData = forms.SENT
) -> Response:
    """Ask somebody for no code any more: their device is lost."""
    _row(request, name)
    faults = _do(request, person, lambda s, **by: register.set_code(s, name, "", **by))
    return _form(request, name, {}, faults) if faults else done(f"/staff/{name}", "code_off")


@router.post("/staff/{name}/active")
def set_active(
    request: Request, name: str, person: Person = changes("staff"), form: FormData = forms.SENT
) -> Response:
    """Let somebody in, or no longer."""
    _row(request, name)
    is_active = forms.text(form, "active") == "yes"
    faults = _do(request, person, lambda s, **by: register.set_active(s, name, is_active, **by))
    return _form(request, name, {}, faults) if faults else done(f"/staff/{name}", "staff")


@router.post("/staff/{name}/sessions")
def end_session(
    request: Request, name: str, person: Person = changes("staff"), form: FormData = forms.SENT
) -> Response:
    """End one of somebody's sessions."""
    _row(request, name)
    which = forms.text(form, "session")
    faults = _do(request, person, lambda s, **by: register.end_session(s, name, which, **by))
    return _form(request, name, {}, faults) if faults else done(f"/staff/{name}", "revoked")


@router.post("/staff/{name}/eyes")
def look_as(
    request: Request, name: str, person: Person = changes("staff"), form: FormData = forms.SENT
) -> Response:
    """Look through somebody's eyes, to help them."""
    _row(request, name)
    faults = _look(site_of(request), person, name, forms.text(form, "reason"))
    return _form(request, name, {}, faults) if faults else RedirectResponse("/", status_code=303)


@router.post("/staff/{name}/handovers/{number}/end")
def end_hand_over(
    request: Request,
    name: str,
    number: int,
    person: Person = changes("staff"),
    form: FormData = forms.SENT,
) -> Response:
    """End a hand-over of somebody."""
    _row(request, name)
    faults = _do(request, person, lambda s, **by: register.end_hand_over(s, number, of=name, **by))
    return _form(request, name, {}, faults) if faults else done(f"/staff/{name}", "taken_back")


# ---------------------------------------------------------------------------------------- helpers


def _set(site: Site, person: Person, name: str, given: Mapping[str, str]) -> list[str]:
    try:
        with acting(site, person) as session:
            register.add_staff(
                session,
                name,
                given["role"],
                given["email"],
                full_name=given["full_name"],
                language=given["language"],
                actor=person.role,
                now=site.now(),
            )
    except RegisterRefused as refused:
        return list(refused.faults)
    return []


def _do(request: Request, person: Person, act: Callable[..., Any]) -> list[str]:
    """Carry out an act on somebody's access; what is wrong with it, else nothing."""
    site = site_of(request)
    try:
        with acting(site, person) as session:
            act(session, actor=person.role, now=site.now())
    except RegisterRefused as refused:
        return list(refused.faults)
    return []


def _look(site: Site, person: Person, whom: str, reason: str) -> list[str]:
    try:
        with acting(site, person) as session:
            register.look_as(session, person.session, whom, reason, actor=person.role, now=site.now())
    except RegisterRefused as refused:
        return list(refused.faults)
    return []


def _list(request: Request, faults: list[str]) -> Response:
    site = site_of(request)
    now = site.now()
    with site.reading() as session:
        rows = session.execute(select(STAFF).order_by(STAFF.c.is_active.desc(), STAFF.c.name)).all()
        running = (SIGN_INS.c.revoked_at.is_(None), SIGN_INS.c.ends_at > now)
        counted = (
            select(SIGN_INS.c.staff, func.count().label("number")).where(*running).group_by(SIGN_INS.c.staff)
        )
        sessions = {row.staff: row.number for row in session.execute(counted)}
        current = select(HANDOVERS).where(HANDOVERS.c.ends >= now.date()).order_by(HANDOVERS.c.starts)
        handovers = session.execute(current).all()
        parties = names_of(session, register_asked(request, session, site), language_of(request))
    return page(
        request,
        "staff.html",
        status=422 if faults else 200,
        rows=sorted(rows, key=lambda row: (not row.is_active, i18n.sort_key(row.full_name or row.name))),
        sessions=sessions,
        handovers=handovers,
        names={row.name: row.full_name or row.name for row in rows},
        parties=parties,
        today=now.date(),
        faults=faults,
        done=what_was_done(request),
    )


def _form(request: Request, name: str, given: Mapping[str, str], faults: list[str]) -> Response:
    site = site_of(request)
    row = _row(request, name) if name else None
    with site.reading() as session:
        sessions = running_sessions(session, name, site) if name else []
        handovers = handovers_of(session, name, site) if name else []
        names = {r.name: r.full_name for r in session.execute(select(STAFF.c.name, STAFF.c.full_name))}
    on_file = {field: getattr(row, field) if row is not None else "" for field in _FIELDS}
    return page(
        request,
        "staff_one.html",
        status=422 if faults else 200,
        row=row,
        values=on_file | dict(given),
        roles=access.ROLES,
        sessions=sessions,
        handovers=handovers,
        names=names,
        today=site.now().date(),
        faults=faults,
        done=what_was_done(request),
    )


def running_sessions(session: Session, name: str, site: Site) -> list[Any]:
    """The sessions of somebody that have not ended, the latest used first."""
    now = site.now()
    mine = (SIGN_INS.c.staff == name, SIGN_INS.c.revoked_at.is_(None), SIGN_INS.c.ends_at > now)
    return list(session.execute(select(SIGN_INS).where(*mine).order_by(SIGN_INS.c.seen_at.desc())).all())


def handovers_of(session: Session, name: str, site: Site) -> list[Any]:
    """The hand-overs of somebody, and those to them, that have not ended."""
    mine = (HANDOVERS.c.staff == name) | (HANDOVERS.c.deputy == name)
    wanted = select(HANDOVERS).where(mine, HANDOVERS.c.ends >= site.now().date())
    return list(session.execute(wanted.order_by(HANDOVERS.c.starts)).all())


def _row(request: Request, name: str) -> Any:
    with site_of(request).reading() as session:
        row = session.execute(select(STAFF).where(STAFF.c.name == name)).one_or_none()
    if row is None:
        raise HTTPException(404, "Nobody here has this name. Look at the list of the staff.")
    return row
