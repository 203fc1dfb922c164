"""Tokens by which programs act as somebody of the Secretariat: made, and revoked.

Both are events of the register chain; no event holds a token.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from workflow import models
from workflow.queries import table
from workflow.record import append_register, keep_personal
from workflow.register.access import staff_row
from workflow.register.acts import Form, begin

TOKENS = table(models.ApiToken)
#: For how many days a token may open something.
DAYS = (30, 90, 365)
#: So many tokens of one person may open something at the same time: more are not looked after.
TOKENS_MAX = 20


def make_token(
    session: Session, name: str, token_hash: str, label: str, days: int, *, actor: str, now: datetime
) -> int:
    """Let a program act as somebody of the Secretariat.

    token_hash   of the token, which is kept nowhere
    label        what it is for
    days         for how long: one of DAYS
    Returns      its number
    Raises       RegisterRefused with everything that is wrong
    """
    begin(session)
    form = Form(f"Token of {name}")
    staff_row(session, name)
    if not label.strip():
        form.refuse("it has no name. Say what it is for, so that you know later whether it is still needed.")
    if days not in DAYS:
        form.refuse(f"{days} days cannot be chosen. Choose one of {', '.join(map(str, DAYS))}.")
    working = (TOKENS.c.staff == name, TOKENS.c.revoked_at.is_(None), TOKENS.c.ends_at > now)
    if len(session.scalars(select(TOKENS.c.id).where(*working)).all()) >= TOKENS_MAX:
        form.refuse(f"there are {TOKENS_MAX} already. Revoke those that are no longer needed.")
    form.done()
    ends_at = now + timedelta(days=days)
    made = insert(TOKENS).values(
        token_hash=token_hash, staff=name, label=label.strip()[:100], made_at=now, ends_at=ends_at
    )
    number: int | None = session.scalar(made.returning(TOKENS.c.id))
    assert number is not None
    person = keep_personal(session, {"staff": name})
    data = {"token": number, "days": days}
    append_register(session, "token_made", data, actor=actor, now=now, person=person)
    return number


def revoke_token(session: Session, name: str, number: int, *, actor: str, now: datetime) -> bool:
    """Let a token of somebody open nothing any more; False if it has ended already, or is not theirs."""
    begin(session)
    mine = (TOKENS.c.id == number, TOKENS.c.staff == name, TOKENS.c.revoked_at.is_(None))
    if session.scalar(select(TOKENS.c.id).where(*mine, TOKENS.c.ends_at > now)) is None:
        return False
    session.execute(update(TOKENS).where(*mine).values(revoked_at=now))
    person = keep_personal(session, {"staff": name})
    append_register(session, "token_revoked", {"token": number}, actor=actor, now=now, person=person)
    return True
