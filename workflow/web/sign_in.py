"""Signing in: by password and one-time code, or by a link to one's address; and out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyotp
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Row, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from workflow.web import forms, passwords, sign_in_mail
from workflow.web.people import (
    ABSOLUTE,
    COOKIE,
    LINKS,
    SIGN_INS,
    STAFF,
    begin,
    hashed,
    person_of,
)
from workflow.web.showing import page
from workflow.web.site import Site, site_of

router = APIRouter()

LINK_IS_OVER = "This link has been used or has expired. Ask for a new one."
NOT_ASKED = "Nobody has signed in yet. Tick that you asked for this link, then press the button."


@router.get("/sign-in", name="sign_in")
def show(request: Request, next: str = "/") -> Response:
    """The page on which one signs in."""
    if person_of(site_of(request), request) is not None:
        return RedirectResponse(_inside(next), status_code=303)
    return _page(request, after=_inside(next))


@router.post("/sign-in")
def sign_in(request: Request, form: FormData = forms.SENT) -> Response:
    """Sign in with name, password and one-time code."""
    site = site_of(request)
    site.limits.take("sign-in", _network(request), site.now())
    name = forms.text(form, "name")
    after = _inside(forms.text(form, "next"))
    with site.writing() as session:
        found = session.execute(select(STAFF).where(STAFF.c.name == name, STAFF.c.is_active)).one_or_none()
        right = passwords.fits(found.password if found else passwords.NOBODY, str(form.get("password", "")))
        if found is None or not right or not _code_fits(session, found, forms.text(form, "code"), site.now()):
            # One answer for all: who is known here is nobody's business.
            return _page(request, "Name, password or code is not right. Try again.", 403, name, after)
        token = begin(session, found.name, "password", site.now(), request.headers.get("user-agent", ""))
    return _signed_in(request, token, after)


@router.post("/sign-in/link")
def ask_for_link(request: Request, form: FormData = forms.SENT) -> Response:
    """Send a link to the address on file; the same answer whether or not the name is known."""
    site = site_of(request)
    settings = site.house.settings
    if not settings.installation.sign_in_by_link:
        return _page(request, "This installation sends no links. Sign in with your password.", 403)
    site.limits.take("link", _network(request), site.now())
    name = forms.text(form, "name")
    with site.writing() as session:
        found = session.execute(select(STAFF).where(STAFF.c.name == name, STAFF.c.is_active)).one_or_none()
        if found is not None:
            sign_in_mail.queue(session, found, settings, site.house.secret, site.now())
    return _page(request, name=name, sent=True)


@router.api_route("/sign-in/{token}", methods=["GET", "HEAD"])
def offer(request: Request, token: str) -> Response:
    """A link that was mailed: it signs in only who says so, for programs open links and press buttons too."""
    with site_of(request).reading() as session:
        staff = _of_link(session, token, site_of(request).now())
    if staff is None:
        return _page(request, LINK_IS_OVER, 410)
    return _link_page(request, token, staff)


@router.post("/sign-in/{token}")
def use(request: Request, token: str, form: FormData = forms.SENT) -> Response:
    """Sign in by a link, once."""
    site = site_of(request)
    site.limits.take("sign-in", _network(request), site.now())
    with site.writing() as session:
        staff = _of_link(session, token, site.now())
        if staff is None:
            return _page(request, LINK_IS_OVER, 410)
        if forms.text(form, "asked") != "yes":
            # Programs that check mail press buttons too; they choose nothing.
            return _link_page(request, token, staff, NOT_ASKED, 422)
        if not _code_fits(session, staff, forms.text(form, "code"), site.now()):
            # The link is not used up: a slip of the finger would else cost another letter.
            return _link_page(request, token, staff, "The code is not right. Try again.", 403)
        session.execute(update(LINKS).where(LINKS.c.token_hash == hashed(token)).values(used_at=site.now()))
        cookie = begin(session, staff.name, "link", site.now(), request.headers.get("user-agent", ""))
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


def _code_fits(session: Session, staff: Row[Any], given: str, now: datetime) -> bool:
    """Whether a one-time code is right, and has not been used; who has none yet needs none."""
    if not staff.totp:
        return True
    code = given.replace(" ", "")
    if not pyotp.TOTP(staff.totp).verify(code, for_time=now, valid_window=1):
        return False
    # One time is once, whoever looks over a shoulder. It is kept like a link that was used.
    used = {"token_hash": hashed(f"code {staff.name} {code} {now.date()}"), "staff": staff.name}
    dialect = {"sqlite": sqlite, "postgresql": postgresql}[session.connection().dialect.name]
    first = dialect.insert(LINKS).values(**used, ends_at=now, used_at=now).on_conflict_do_nothing()
    return session.scalar(first.returning(LINKS.c.staff)) is not None


def _of_link(session: Session, token: str, now: datetime) -> Row[Any] | None:
    """Whom a link signs in; on PostgreSQL nobody else can use it meanwhile."""
    return session.execute(
        select(STAFF)
        .join(LINKS, STAFF.c.name == LINKS.c.staff)
        .where(
            LINKS.c.token_hash == hashed(token),
            LINKS.c.used_at.is_(None),
            LINKS.c.ends_at > now,
            STAFF.c.is_active,
        )
        .with_for_update(of=LINKS)
    ).one_or_none()


def _page(
    request: Request, fault: str = "", status: int = 200, name: str = "", after: str = "/", sent: bool = False
) -> Response:
    by_link = site_of(request).house.settings.installation.sign_in_by_link
    return page(
        request,
        "sign_in.html",
        status=status,
        next=after,
        name=name,
        faults=[fault] if fault else [],
        sent=sent,
        by_link=by_link,
    )


def _link_page(request: Request, token: str, staff: Row[Any], fault: str = "", status: int = 200) -> Response:
    return page(
        request,
        "sign_in_link.html",
        status=status,
        token=token,
        staff=staff.name,
        needs_code=bool(staff.totp),
        faults=[fault] if fault else [],
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
