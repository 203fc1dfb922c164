"""Signing in: by password and one-time code, or by a link to one's address; and out."""

from __future__ import annotations

from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from workflow.web import forms, sign_in_mail
from workflow.web.people import (
    ABSOLUTE,
    COOKIE,
    LINKS,
    SIGN_INS,
    STAFF,
    begin,
    hashed,
    make_link,
    person_of,
)
from workflow.web.showing import page
from workflow.web.site import Site, site_of

router = APIRouter()

_HASHER = PasswordHasher()
#: Checked when a name is unknown, so that the answer takes as long as for a known one.
_NOBODY = _HASHER.hash("nobody")


@router.get("/sign-in", name="sign_in")
def show(request: Request, next: str = "/") -> Response:
    """The page on which one signs in."""
    if person_of(site_of(request), request) is not None:
        return RedirectResponse(_inside(next), status_code=303)
    return page(request, "sign_in.html", next=_inside(next), name="", faults=[], sent=False)


@router.post("/sign-in")
def sign_in(request: Request, form: FormData = forms.SENT) -> Response:
    """Sign in with name, password and one-time code."""
    site = site_of(request)
    site.limits.take("sign-in", _network(request), site.now())
    name = forms.text(form, "name")
    after = _inside(forms.text(form, "next"))
    with site.writing() as session:
        found = session.execute(select(STAFF).where(STAFF.c.name == name, STAFF.c.is_active)).one_or_none()
        right = _fits(found.password if found else _NOBODY, str(form.get("password", "")))
        if found is None or not right or not _code_fits(found.totp, forms.text(form, "code"), site.now()):
            # One answer for all: who is known here is nobody's business.
            faults = ["Name, password or code is not right. Try again, or ask for a link."]
            return page(request, "sign_in.html", status=403, next=after, name=name, faults=faults, sent=False)
        token = begin(session, found.name, "password", site.now(), request.headers.get("user-agent", ""))
    return _signed_in(request, token, after)


@router.post("/sign-in/link")
def ask_for_link(request: Request, form: FormData = forms.SENT) -> Response:
    """Send a link to the address on file; the same answer whether or not the name is known."""
    site = site_of(request)
    site.limits.take("link", _network(request), site.now())
    name = forms.text(form, "name")
    with site.writing() as session:
        found = session.execute(select(STAFF).where(STAFF.c.name == name, STAFF.c.is_active)).one_or_none()
        if found is not None:
            token = make_link(session, found.name, site.now())
            address = f"{site.house.settings.installation.base_url}/sign-in/{token}"
            sign_in_mail.queue(session, found.email, found.language, address, site.now())
    return page(request, "sign_in.html", next="/", name=name, faults=[], sent=True)


@router.get("/sign-in/{token}")
def offer(request: Request, token: str) -> Response:
    """A link that was mailed: it signs in only when its button is pressed, for programs open links too."""
    with site_of(request).reading() as session:
        staff = _of_link(session, token, site_of(request).now())
    if staff is None:
        faults = ["This link has been used or has expired. Ask for a new one."]
        return page(request, "sign_in.html", status=410, next="/", name="", faults=faults, sent=False)
    return page(request, "sign_in_link.html", token=token, staff=staff)


@router.post("/sign-in/{token}")
def use(request: Request, token: str, form: FormData = forms.SENT) -> Response:
    """Sign in by a link, once."""
    site = site_of(request)
    site.limits.take("sign-in", _network(request), site.now())
    with site.writing() as session:
        staff = _of_link(session, token, site.now())
        if staff is None:
            faults = ["This link has been used or has expired. Ask for a new one."]
            return page(request, "sign_in.html", status=410, next="/", name="", faults=faults, sent=False)
        session.execute(update(LINKS).where(LINKS.c.token_hash == hashed(token)).values(used_at=site.now()))
        cookie = begin(session, staff, "link", site.now(), request.headers.get("user-agent", ""))
    return _signed_in(request, cookie, "/")


@router.post("/sign-out")
def sign_out(request: Request, form: FormData = forms.SENT) -> Response:
    """End this session."""
    site = site_of(request)
    token = request.cookies.get(COOKIE)
    if token:
        with site.writing() as session:
            mine = SIGN_INS.c.token_hash == hashed(token)
            session.execute(update(SIGN_INS).where(mine).values(revoked_at=site.now()))
    response = RedirectResponse("/sign-in", status_code=303)
    response.delete_cookie(COOKIE)
    return response


def hash_of(password: str) -> str:
    """What is kept of a password."""
    return _HASHER.hash(password)


def _fits(kept: str, given: str) -> bool:
    try:
        return _HASHER.verify(kept, given)
    except (VerificationError, InvalidHashError):
        return False


def _code_fits(secret: str, given: str, now: datetime) -> bool:
    """Whether a one-time code is right; who has none yet needs none."""
    return not secret or pyotp.TOTP(secret).verify(given.replace(" ", ""), for_time=now, valid_window=1)


def _of_link(session: Session, token: str, now: datetime) -> str | None:
    return session.scalar(
        select(LINKS.c.staff)
        .join(STAFF, STAFF.c.name == LINKS.c.staff)
        .where(
            LINKS.c.token_hash == hashed(token),
            LINKS.c.used_at.is_(None),
            LINKS.c.ends_at > now,
            STAFF.c.is_active,
        )
    )


def _signed_in(request: Request, token: str, after: str) -> Response:
    response = RedirectResponse(after, status_code=303)
    site: Site = site_of(request)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(ABSOLUTE.total_seconds()),
        httponly=True,
        # Over plain http there is only the demo, and a browser would drop the cookie.
        secure=site.house.settings.installation.base_url.startswith("https:"),
        samesite="lax",
    )
    return response


def _inside(address: str) -> str:
    """An address of this site; anything else becomes the first page."""
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_ours and "\n" not in address and "\r" not in address else "/"


def _network(request: Request) -> str:
    return request.client.host if request.client else ""
