"""My account: language, password, one-time code, sessions, hand-over of my cases, and my calendars."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyotp
import segno
from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from starlette.datastructures import FormData

from workflow import i18n, register
from workflow.register import RegisterRefused
from workflow.web import access, feeds, forms, passwords
from workflow.web.acting import acting, day_of, done, what_was_done
from workflow.web.people import STAFF, Person, changes, sees
from workflow.web.showing import page
from workflow.web.site import Site, site_of
from workflow.web.staff import handovers_of, running_sessions

router = APIRouter()

#: Letters of the alphabet of secrets of one-time codes, and how many of them a secret has.
_SECRET_LETTERS, _SECRET_LENGTH = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), 32


@router.get("/account", name="account")
def show(request: Request, person: Person = sees("account")) -> Response:
    """Everything about oneself."""
    return _page(request, person, [])


@router.post("/account/language")
def set_language(
    request: Request, person: Person = changes("account"), form: FormData = forms.SENT
) -> Response:
    """Read pages and letters in another language."""
    wanted = forms.text(form, "language")
    if wanted not in i18n.LANGUAGES:
        return _page(request, person, ["There is no such language here. Choose one."])
    with site_of(request).writing() as session:
        register.set_language(session, person.name, wanted)
    response = done("/account", "language")
    # What was chosen for this browser alone would win over it.
    response.delete_cookie("assent_language")
    return response


@router.post("/account/password")
def set_password(
    request: Request, person: Person = changes("account"), form: FormData = forms.SENT
) -> Response:
    """Choose another password; whoever has one must know it."""
    site = site_of(request)
    row = _me(site, person)
    faults = _unproved(site, person, row, form)
    new, again = str(form.get("password", "")), str(form.get("again", ""))
    faults += passwords.faults_of(new, again, row.name, row.full_name, row.email)
    if not faults:
        hashed = passwords.hash_of(new)
        faults = _do(
            request,
            person,
            lambda s, **by: register.set_password(s, person.name, hashed, keep_session=person.session, **by),
        )
    return _page(request, person, faults) if faults else done("/account", "password")


@router.post("/account/sessions")
def end_session(
    request: Request, person: Person = changes("account"), form: FormData = forms.SENT
) -> Response:
    """End one of one's sessions."""
    which = forms.text(form, "session")
    faults = _do(request, person, lambda s, **by: register.end_session(s, person.name, which, **by))
    return _page(request, person, faults) if faults else done("/account", "revoked")


# ------------------------------------------------------------------------------------- hand-over


@router.post("/account/handovers")
def hand_over(request: Request, person: Person = changes("account"), form: FormData = forms.SENT) -> Response:
    """Let a colleague act for oneself for some days."""
    deputy = forms.text(form, "deputy")
    faults: list[str] = []
    starts = day_of(form, "starts", "First day", faults)
    ends = day_of(form, "ends", "Last day", faults)
    if starts is not None and ends is not None:
        first, last = starts, ends
        faults = _do(
            request,
            person,
            lambda s, **by: register.hand_over(s, person.name, deputy, first, last, **by),
        )
    given = {name: forms.text(form, name) for name in ("deputy", "starts", "ends")}
    return _page(request, person, faults, given) if faults else done("/account", "handed")


@router.post("/account/handovers/{number}/end")
def end_hand_over(
    request: Request, number: int, person: Person = changes("account"), form: FormData = forms.SENT
) -> Response:
    """Act for oneself again."""
    faults = _do(request, person, lambda s, **by: register.end_hand_over(s, number, of=person.name, **by))
    return _page(request, person, faults) if faults else done("/account", "taken_back")


# ----------------------------------------------------------------------------------------- codes


@router.get("/account/code", name="account_code")
def show_code(request: Request, person: Person = changes("account")) -> Response:
    """A fresh secret for a device that makes one-time codes."""
    return _code_page(request, person, pyotp.random_base32(_SECRET_LENGTH), [])


@router.post("/account/code")
def set_code(request: Request, person: Person = changes("account"), form: FormData = forms.SENT) -> Response:
    """Ask for codes from now on, once the device has shown that it makes the right ones."""
    site = site_of(request)
    secret = forms.text(form, "secret")
    if len(secret) != _SECRET_LENGTH or set(secret) - _SECRET_LETTERS:
        secret = pyotp.random_base32(_SECRET_LENGTH)
        return _code_page(request, person, secret, ["The page was damaged on its way. Here is a fresh one."])
    faults = _unproved(site, person, _me(site, person), form)
    code = forms.text(form, "code").replace(" ", "")
    if not pyotp.TOTP(secret).verify(code, for_time=site.now(), valid_window=1):
        faults.append("The code is not the one this secret makes now. Scan it again, and check the clock.")
    faults = faults or _do(request, person, lambda s, **by: register.set_code(s, person.name, secret, **by))
    return _code_page(request, person, secret, faults) if faults else done("/account", "code")


@router.post("/account/code/remove")
def remove_code(
    request: Request, person: Person = changes("account"), form: FormData = forms.SENT
) -> Response:
    """Ask for no code any more; whoever has a password must know it."""
    site = site_of(request)
    faults = _unproved(site, person, _me(site, person), form)
    faults = faults or _do(request, person, lambda s, **by: register.set_code(s, person.name, "", **by))
    return _page(request, person, faults) if faults else done("/account", "code_off")


# --------------------------------------------------------------------------------------- helpers


def _unproved(site: Site, person: Person, row: Any, form: FormData) -> list[str]:
    """What is wrong if it is not shown that the owner sits here: a browser may be left open."""
    if not row.password:
        return []
    site.limits.take("sign-in", f"account {person.name}", site.now())
    if passwords.fits(row.password, str(form.get("present", ""))):
        return []
    return ["The present password is not right. Try again, or ask the administrator for a new one."]


def _do(request: Request, person: Person, act: Callable[..., Any]) -> list[str]:
    site = site_of(request)
    try:
        with acting(site, person) as session:
            act(session, actor=person.role, now=site.now())
    except RegisterRefused as refused:
        return list(refused.faults)
    return []


def _me(site: Site, person: Person) -> Any:
    with site.reading() as session:
        return session.execute(select(STAFF).where(STAFF.c.name == person.name)).one()


def _page(
    request: Request, person: Person, faults: list[str], given: dict[str, str] | None = None
) -> Response:
    site = site_of(request)
    row = _me(site, person)
    with site.reading() as session:
        colleagues = session.execute(
            select(STAFF.c.name, STAFF.c.full_name)
            .where(STAFF.c.role == person.role, STAFF.c.is_active, STAFF.c.name != person.name)
            .order_by(STAFF.c.full_name)
        ).all()
        names = {r.name: r.full_name for r in session.execute(select(STAFF.c.name, STAFF.c.full_name))}
        sessions = running_sessions(session, person.name, site)
        handovers = handovers_of(session, person.name, site)
        # Not shown to whoever looks through other eyes: it would open the calendar for good.
        shows_feed = access.may_see(person.role, "cases") and not person.reads_only
        feed = feeds.address_of(session, site, person.name) if shows_feed else ""
    return page(
        request,
        "account.html",
        status=422 if faults else 200,
        row=row,
        sessions=sessions,
        handovers=handovers,
        feed=feed,
        colleagues=colleagues if person.role in access.CASEWORK else [],
        names=names,
        given={"deputy": "", "starts": "", "ends": ""} | (given or {}),
        today=site.now().date(),
        faults=faults,
        done=what_was_done(request),
    )


def _code_page(request: Request, person: Person, secret: str, faults: list[str]) -> Response:
    site = site_of(request)
    short = site.house.settings.secretariat.short
    address = pyotp.TOTP(secret).provisioning_uri(name=person.name, issuer_name=short)
    return page(
        request,
        "account_code.html",
        status=422 if faults else 200,
        secret=secret,
        picture=segno.make(address, error="m").svg_data_uri(scale=5, dark="#000", light="#fff"),
        has_password=bool(_me(site, person).password),
        has_code=bool(_me(site, person).totp),
        faults=faults,
    )
