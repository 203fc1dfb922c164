"""Who is looking: staff who signed in, with what they may do and for whom they stand in."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import Depends, Request
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from workflow import models
from workflow.queries import table
from workflow.web import access
from workflow.web.site import Site, site_of

SIGN_INS, LINKS = table(models.SignIn), table(models.SignInLink)
STAFF, HANDOVERS = table(models.Staff), table(models.Handover)

COOKIE = "assent_session"
#: The role of somebody who looks through the eyes of a Party's contacts.
PARTY = "party"
#: A session ends after so long without use, and after so long in any case.
IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=12)
LINK_LASTS = timedelta(minutes=30)
#: A session's last use is written down at most this often: a page that only reads must not write each time.
SEEN_EVERY = timedelta(minutes=1)


class SignInNeeded(Exception):
    """Sign in first."""


class NotForYou(Exception):
    """This page is not open to your role."""

    def __init__(self, person: Person, page: str, changes: bool) -> None:
        super().__init__(NotForYou.__doc__)
        self.person, self.page, self.changes = person, page, changes


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the Secretariat who has signed in."""

    name: str
    full_name: str
    role: str
    language: str
    #: Hash of the session's cookie: names the session without opening it.
    session: str
    #: What forms of this session must carry.
    form_token: str
    #: Colleagues for whom they stand in today.
    stands_in_for: tuple[str, ...] = ()
    #: Through whose eyes somebody looks, for support ("party:FR", a name); then nothing may be changed.
    as_whom: str = ""
    #: Sign-in name of whoever sits at the browser: another one only while looking through others' eyes.
    really: str = ""

    @property
    def reads_only(self) -> bool:
        """Whether nothing may be changed in this session, whatever the role."""
        return bool(self.as_whom)

    def may_see(self, page: str) -> bool:
        """Whether they may open a page."""
        return access.may_see(self.role, page)

    def may_change(self, page: str) -> bool:
        """Whether they may change something on a page."""
        return not self.reads_only and access.may_change(self.role, page)


def hashed(token: str) -> str:
    """What the database keeps of a cookie or a link."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(session: Session, staff: str, how: str, now: datetime, browser: str = "", as_whom: str = "") -> str:
    """Begin a session; returns the cookie, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    session.execute(
        insert(SIGN_INS).values(
            token_hash=hashed(token),
            staff=staff,
            started_at=now,
            seen_at=now,
            ends_at=now + ABSOLUTE,
            how=how,
            browser=browser[:200],
            as_whom=as_whom,
        )
    )
    return token


def begin_anew(session: Session, token: str, now: datetime) -> None:
    """Let the time of a session begin again: for the demo, where months pass while somebody sits there.

    token   its cookie
    """
    mine = SIGN_INS.c.token_hash == hashed(token)
    session.execute(update(SIGN_INS).where(mine).values(seen_at=now, ends_at=now + ABSOLUTE))


def make_link(session: Session, staff: str, now: datetime, lasts: timedelta = LINK_LASTS) -> str:
    """A token that signs somebody in once; kept only as a hash."""
    token = secrets.token_urlsafe(32)
    session.execute(insert(LINKS).values(token_hash=hashed(token), staff=staff, ends_at=now + lasts))
    return token


# Asked for every page: built once.
_THE_SIGN_IN = (
    select(SIGN_INS, STAFF.c.full_name, STAFF.c.role, STAFF.c.language)
    .join(STAFF, STAFF.c.name == SIGN_INS.c.staff)
    .where(
        SIGN_INS.c.token_hash == bindparam("token"),
        SIGN_INS.c.revoked_at.is_(None),
        SIGN_INS.c.ends_at > bindparam("now"),
        SIGN_INS.c.seen_at > bindparam("used"),
        STAFF.c.is_active,
    )
)
_STANDS_IN = (
    select(HANDOVERS.c.staff)
    .where(
        HANDOVERS.c.deputy == bindparam("deputy"),
        HANDOVERS.c.starts <= bindparam("today"),
        HANDOVERS.c.ends >= bindparam("today"),
    )
    .order_by(HANDOVERS.c.staff)
)


def person_of(site: Site, request: Request, *, by_itself: bool = False) -> Person | None:
    """Who has signed in with this request's cookie; None: nobody, or the session has ended.

    by_itself   an open page asks, nobody has touched it: that does not count as use of the session
    """
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    now = site.now()
    with site.reading() as session:
        known = {"token": hashed(token), "now": now, "used": now - IDLE}
        row = session.connection().execute(_THE_SIGN_IN, known).one_or_none()
        if row is None:
            return None
        stands_in = stands_in_for(session, row.as_whom or row.staff, now)
    if now - row.seen_at > SEEN_EVERY and not by_itself:
        with site.writing() as session:
            mine = SIGN_INS.c.token_hash == row.token_hash
            session.execute(update(SIGN_INS).where(mine).values(seen_at=now))
    seen_as = _seen_as(site, row.as_whom) if row.as_whom else None
    name, full_name, role, language = seen_as or (row.staff, row.full_name, row.role, row.language)
    return Person(
        name=name,
        full_name=full_name or name,
        role=role,
        language=language,
        session=row.token_hash,
        form_token=form_token(site.house.secret, row.token_hash),
        stands_in_for=stands_in,
        as_whom=row.as_whom,
        really=row.staff,
    )


def _seen_as(site: Site, whom: str) -> tuple[str, str, str, str]:
    """Name, full name, role and language of the one through whose eyes somebody looks."""
    if whom.startswith("party:"):
        return whom, whom, PARTY, "en"
    with site.reading() as session:
        row = session.execute(select(STAFF).where(STAFF.c.name == whom)).one()
    return row.name, row.full_name, row.role, row.language


def form_token(secret: bytes, session_hash: str) -> str:
    """What the forms of a session carry, so that no other site can send them."""
    return hmac.digest(secret, f"form\n{session_hash}".encode(), "sha256").hex()


def stands_in_for(session: Session, staff: str, now: datetime) -> tuple[str, ...]:
    """Colleagues for whom somebody acts today."""
    who = {"deputy": staff, "today": now.date()}
    return tuple(session.connection().scalars(_STANDS_IN, who))


def full_names(session: Session, names: Iterable[str]) -> dict[str, str]:
    """Sign-in name -> full name, of those who have one."""
    wanted = select(STAFF.c.name, STAFF.c.full_name).where(STAFF.c.name.in_(names), STAFF.c.full_name != "")
    return {row.name: row.full_name for row in session.execute(wanted)}


@dataclass(frozen=True, slots=True)
class Door:
    """Who comes in to a page: whoever has signed in and has a role that may."""

    # A class, not a closure: the test of all doors reads which page each address belongs to.

    page: str
    changes: bool
    #: Whether an open page asks by itself: that keeps no session alive.
    by_itself: bool = False

    def __call__(self, request: Request) -> Person:
        """Raises   SignInNeeded, NotForYou"""
        person = person_of(site_of(request), request, by_itself=self.by_itself)
        if person is None:
            raise SignInNeeded
        request.state.person = person
        if not (person.may_change(self.page) if self.changes else person.may_see(self.page)):
            raise NotForYou(person, self.page, changes=self.changes)
        return person


def sees(page: str, *, by_itself: bool = False) -> Any:
    """The dependency of a page: whoever looks must have signed in and have a role that may.

    by_itself   open pages ask for it, not people
    """
    return Depends(Door(page, changes=False, by_itself=by_itself))


def changes(page: str) -> Any:
    """The dependency of what changes something: the role must be allowed to, in a session of its own."""
    return Depends(Door(page, changes=True))
