"""Acts on who may come in: passwords, one-time codes, sessions, hand-overs, and looking through other eyes.

Each is an event of the register chain; whom it is about stands beside the record, by reference. No event
holds a password, a code or a cookie.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from workflow import models
from workflow.queries import PARTIES, table
from workflow.record import append_register, keep_personal
from workflow.register.acts import STAFF, Form, begin
from workflow.register.lines import RegisterRefused
from workflow.register.staff import ADMINISTRATOR, is_last

SIGN_INS, HANDOVERS = table(models.SignIn), table(models.Handover)
TOKENS = table(models.ApiToken)


def set_active(session: Session, name: str, is_active: bool, *, actor: str, now: datetime) -> bool:
    """Let somebody in, or no longer: then their sessions and tokens end at once. False if it was so already.

    Raises   RegisterRefused for an unknown name, or for the last administrator
    """
    begin(session)
    row = staff_row(session, name)
    if row.is_active == is_active:
        return False
    if not is_active and row.role == ADMINISTRATOR and is_last(session, name):
        raise RegisterRefused(
            f"Staff {name}: nobody else is administrator. Give somebody else that role first."
        )
    session.execute(update(STAFF).where(STAFF.c.name == name).values(is_active=is_active))
    if not is_active:
        _end_sessions(session, now, SIGN_INS.c.staff == name)
        # A program must not come in again with whoever is let in again one day.
        working = (TOKENS.c.staff == name, TOKENS.c.revoked_at.is_(None))
        session.execute(update(TOKENS).where(*working).values(revoked_at=now))
    _tell(session, "staff_let_in" if is_active else "staff_shut_out", {}, actor, now, staff=name)
    return True


def set_password(
    session: Session, name: str, kept: str, *, keep_session: str = "", actor: str, now: datetime
) -> None:
    """Give somebody another password; their other sessions end.

    kept           its hash
    keep_session   hash of the cookie of the session in which it is changed, which goes on
    """
    begin(session)
    staff_row(session, name)
    session.execute(update(STAFF).where(STAFF.c.name == name).values(password=kept))
    _end_sessions(session, now, SIGN_INS.c.staff == name, SIGN_INS.c.token_hash != keep_session)
    _tell(session, "password_set", {}, actor, now, staff=name)


def set_code(session: Session, name: str, secret: str, *, actor: str, now: datetime) -> None:
    """Ask somebody for one-time codes made from this secret; "": no longer."""
    begin(session)
    staff_row(session, name)
    session.execute(update(STAFF).where(STAFF.c.name == name).values(totp=secret))
    _tell(session, "code_set" if secret else "code_removed", {}, actor, now, staff=name)


def set_language(session: Session, name: str, language: str) -> None:
    """In which language somebody reads pages and letters: a taste, and no event."""
    session.execute(update(STAFF).where(STAFF.c.name == name).values(language=language))


def end_session(session: Session, name: str, token_hash: str, *, actor: str, now: datetime) -> bool:
    """End one session of somebody; False if it has ended already, or is not theirs."""
    begin(session)
    ended = _end_sessions(session, now, SIGN_INS.c.staff == name, SIGN_INS.c.token_hash == token_hash)
    if ended:
        _tell(session, "session_ended", {}, actor, now, staff=name)
    return ended > 0


def hand_over(
    session: Session, name: str, deputy: str, starts: date, ends: date, *, actor: str, now: datetime
) -> int:
    """Let a colleague of the same role act for somebody on these days, both included; it ends by itself.

    Returns  its number
    Raises   RegisterRefused with everything that is wrong
    """
    begin(session)
    form = Form(f"Hand-over of {name}")
    mine = staff_row(session, name)
    theirs = session.execute(select(STAFF).where(STAFF.c.name == deputy, STAFF.c.is_active)).one_or_none()
    if theirs is None:
        form.refuse(f"'{deputy}' is nobody who works here. Choose a colleague.")
    elif deputy == name:
        form.refuse("nobody stands in for themselves. Choose a colleague.")
    elif theirs.role != mine.role:
        form.refuse(
            f"{deputy} is {theirs.role}, and what {name} does may only be done by: {mine.role}."
            " Choose a colleague of that role."
        )
    if ends < starts:
        form.refuse(f"{ends}, its last day, is before {starts}, its first. Correct one of the two.")
    if ends < now.date():
        form.refuse(f"{ends} is past. Choose a later last day.")
    form.done()
    made = insert(HANDOVERS).values(staff=name, deputy=deputy, starts=starts, ends=ends)
    number: int | None = session.scalar(made.returning(HANDOVERS.c.id))
    assert number is not None
    data = {"handover": number, "starts": starts, "ends": ends}
    _tell(session, "handed_over", data, actor, now, staff=name, deputy=deputy)
    return number


def end_hand_over(session: Session, number: int, *, of: str = "", actor: str, now: datetime) -> bool:
    """End a hand-over before its last day: from now on. False if it has ended already.

    of       whose it must be; "": anybody's
    Raises   RegisterRefused when there is no such hand-over
    """
    begin(session)
    row = session.execute(select(HANDOVERS).where(HANDOVERS.c.id == number)).one_or_none()
    if row is None or of not in ("", row.staff):
        raise RegisterRefused(f"There is no hand-over {number} of yours. Look at the list.")
    yesterday = now.date() - timedelta(days=1)
    if row.ends <= yesterday:
        return False
    session.execute(update(HANDOVERS).where(HANDOVERS.c.id == number).values(ends=yesterday))
    data = {"handover": number, "ends": [row.ends, yesterday]}
    _tell(session, "handover_ended", data, actor, now, staff=row.staff, deputy=row.deputy)
    return True


def look_as(session: Session, token_hash: str, whom: str, reason: str, *, actor: str, now: datetime) -> None:
    """Look through the eyes of a colleague or of a Party; nothing can be changed then.

    token_hash   of the session in which one looks
    whom         a sign-in name, or "party:FR"
    Raises       RegisterRefused with everything that is wrong
    """
    begin(session)
    form = Form("Looking through other eyes")
    if not reason.strip():
        form.refuse("there is no reason. Give it: it is kept in the record.")
    role, _, code = whom.partition(":")
    if role == "party" and code:
        if session.scalar(select(PARTIES.c.code).where(PARTIES.c.code == code).limit(1)) is None:
            form.refuse(f"{code} is not in the register. Choose a Party.")
    else:
        found = session.scalar(select(STAFF.c.role).where(STAFF.c.name == whom, STAFF.c.is_active))
        if found is None:
            form.refuse(f"'{whom}' is nobody who works here. Choose a colleague or a Party.")
        elif found == ADMINISTRATOR:
            form.refuse("an administrator sees no more than you do. Choose somebody else.")
    form.done()
    session.execute(update(SIGN_INS).where(SIGN_INS.c.token_hash == token_hash).values(as_whom=whom))
    _tell(session, "eyes_lent", {"reason": reason.strip()}, actor, now, whom=whom)


def look_no_more(session: Session, token_hash: str, *, actor: str, now: datetime) -> bool:
    """Look through one's own eyes again; False if one did."""
    begin(session)
    whom = session.scalar(select(SIGN_INS.c.as_whom).where(SIGN_INS.c.token_hash == token_hash))
    if not whom:
        return False
    session.execute(update(SIGN_INS).where(SIGN_INS.c.token_hash == token_hash).values(as_whom=""))
    _tell(session, "eyes_returned", {}, actor, now, whom=whom)
    return True


def staff_row(session: Session, name: str) -> Row[Any]:
    """The row of somebody of the Secretariat.

    Raises   RegisterRefused for an unknown name
    """
    row = session.execute(select(STAFF).where(STAFF.c.name == name)).one_or_none()
    if row is None:
        raise RegisterRefused(f"Nobody here is called '{name}'. Look at the list of the staff.")
    return row


def _end_sessions(session: Session, now: datetime, *which: Any) -> int:
    running = (*which, SIGN_INS.c.revoked_at.is_(None), SIGN_INS.c.ends_at > now)
    ids = session.scalars(select(SIGN_INS.c.token_hash).where(*running)).all()
    if ids:
        session.execute(update(SIGN_INS).where(SIGN_INS.c.token_hash.in_(ids)).values(revoked_at=now))
    return len(ids)


def _tell(session: Session, kind: str, data: dict[str, Any], actor: str, now: datetime, **about: str) -> None:
    append_register(session, kind, data, actor=actor, now=now, person=keep_personal(session, about))
