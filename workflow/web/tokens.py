"""Tokens for programs: made and revoked on My account; and who a program is that shows one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from workflow import register
from workflow.register import RegisterRefused
from workflow.register.tokens import DAYS, TOKENS
from workflow.web import forms
from workflow.web.acting import acting, done, what_was_done
from workflow.web.people import (
    SEEN_EVERY,
    STAFF,
    Door,
    NotForYou,
    Person,
    SignInNeeded,
    changes,
    hashed,
    sees,
    stands_in_for,
)
from workflow.web.showing import page
from workflow.web.site import Site, site_of

router = APIRouter(include_in_schema=False)

#: With what every token begins: whoever finds one in a file knows what it is.
PREFIX = "assent_"

_THE_TOKEN = (
    select(TOKENS, STAFF.c.full_name, STAFF.c.role, STAFF.c.language)
    .join(STAFF, STAFF.c.name == TOKENS.c.staff)
    .where(
        TOKENS.c.token_hash == bindparam("token"),
        TOKENS.c.revoked_at.is_(None),
        TOKENS.c.ends_at > bindparam("now"),
        STAFF.c.is_active,
    )
)


@router.get("/account/tokens", name="account_tokens")
def show(request: Request, person: Person = sees("account")) -> Response:
    """The tokens by which programs act as oneself."""
    return _page(request, person)


@router.post("/account/tokens")
def make(request: Request, person: Person = changes("account"), form: FormData = forms.SENT) -> Response:
    """Make a token; it is shown once."""
    site, label, days = site_of(request), forms.text(form, "label"), forms.text(form, "days")
    token = PREFIX + secrets.token_urlsafe(32)
    try:
        with acting(site, person) as session:
            register.make_token(
                session,
                person.name,
                hashed(token),
                label,
                int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0,
                actor=person.role,
                now=site.now(),
            )
    except RegisterRefused as refused:
        return _page(request, person, faults=list(refused.faults), label=label)
    return _page(request, person, token=token)


@router.post("/account/tokens/{number:int}/revoke")
def revoke(
    request: Request, number: int, person: Person = changes("account"), form: FormData = forms.SENT
) -> Response:
    """Let a token open nothing any more."""
    site = site_of(request)
    with acting(site, person) as session:
        register.revoke_token(session, person.name, number, actor=person.role, now=site.now())
    return done("/account/tokens", "token_revoked")


def _page(
    request: Request, person: Person, *, faults: list[str] | None = None, label: str = "", token: str = ""
) -> Response:
    site = site_of(request)
    with site.reading() as session:
        working = (
            TOKENS.c.staff == person.name,
            TOKENS.c.revoked_at.is_(None),
            TOKENS.c.ends_at > site.now(),
        )
        rows = session.execute(select(TOKENS).where(*working).order_by(TOKENS.c.id.desc())).all()
    return page(
        request,
        "account_tokens.html",
        status=422 if faults else 200,
        rows=rows,
        token=token,
        label=label,
        days=DAYS,
        faults=faults or [],
        address=f"{site.house.settings.installation.base_url}/api/cases",
        done=what_was_done(request),
    )


# ------------------------------------------------------------------------------------- who asks


def caller_of(site: Site, request: Request) -> Person | None:
    """Whose token a request carries; None: it carries none that opens anything."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.casefold() != "bearer" or not token.startswith(PREFIX):
        return None
    now = site.now()
    with site.reading() as session:
        row = session.connection().execute(_THE_TOKEN, {"token": hashed(token), "now": now}).one_or_none()
        if row is None:
            return None
        stands_in = stands_in_for(session, row.staff, now)
    if row.used_at is None or now - row.used_at > SEEN_EVERY:
        with site.writing() as session:
            _used(session, row.id, site)
    return Person(
        name=row.staff,
        full_name=row.full_name or row.staff,
        role=row.role,
        language=row.language,
        session=row.token_hash,
        form_token="",
        stands_in_for=stands_in,
        really=row.staff,
    )


def _used(session: Session, number: int, site: Site) -> None:
    session.execute(update(TOKENS).where(TOKENS.c.id == number).values(used_at=site.now()))


@dataclass(frozen=True, slots=True)
class Gate(Door):
    """Who comes in to an address of the API: a program with the token of somebody whose role may.

    A cookie opens nothing here: what a stranger's page makes a browser send is never an act.
    """

    def __call__(self, request: Request) -> Person:
        """Raises   SignInNeeded, NotForYou, TooOften"""
        site = site_of(request)
        person = caller_of(site, request)
        if person is None:
            if "authorization" in request.headers:
                client = request.client.host if request.client is not None else ""
                site.limits.take("token", client, site.now())
            raise SignInNeeded
        site.limits.take("api", person.session, site.now())
        request.state.person = person
        if not (person.may_change(self.page) if self.changes else person.may_see(self.page)):
            raise NotForYou(person, self.page, changes=self.changes)
        return person


def reads(page: str) -> Any:
    """The dependency of an address of the API that tells something: the same roles as the page."""
    return Depends(Gate(page, changes=False))


def acts(page: str) -> Any:
    """The dependency of an address of the API that changes something: the same roles as the page."""
    return Depends(Gate(page, changes=True))
