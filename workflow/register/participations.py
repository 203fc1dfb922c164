"""Acts on who takes part in a case beside its own partner: co-partners, members of an umbrella organization.

What that means for the case, such as due diligence on a newcomer, is the engine's to do afterwards.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from states.faults import meant
from workflow import models
from workflow.queries import CASES, PARTICIPATIONS, table
from workflow.record import append_register
from workflow.register.lines import RegisterRefused
from workflow.register.partners import one

GATHERED = table(models.Gathered)
#: As what somebody takes part.
ROLES = ("co_partner", "member")


def join_case(session: Session, number: int, case_id: int, role: str, *, actor: str, now: datetime) -> bool:
    """Let a partner take part in a case that is another's; whether that changes anything.

    Raises   RegisterRefused for its own case, and for a role that is none
    """
    name = one(session, number)["name"]
    if role not in ROLES:
        raise RegisterRefused(f"Partner {number}: nobody takes part as '{role}', {meant(role, ROLES)}")
    case = session.execute(
        select(CASES.c.reference, CASES.c.partner_record).where(CASES.c.id == case_id)
    ).one()
    if case.partner_record == number:
        raise RegisterRefused(f"{name} is the partner of {case.reference} already. Choose another case.")
    here = (PARTICIPATIONS.c.partner == number, PARTICIPATIONS.c.case_id == case_id)
    known = session.scalar(select(PARTICIPATIONS.c.role).where(*here))
    if known == role:
        return False
    session.execute(delete(PARTICIPATIONS).where(*here))
    session.execute(insert(PARTICIPATIONS).values(partner=number, case_id=case_id, role=role))
    data = {"partner": number, "case": case.reference, "role": role}
    _told(session, "partner_joined_case", case_id, data, actor, now)
    return True


def leave_case(session: Session, number: int, case_id: int, *, actor: str, now: datetime) -> bool:
    """Let a partner take no part in a case any more; whether that changes anything."""
    one(session, number)
    here = (PARTICIPATIONS.c.partner == number, PARTICIPATIONS.c.case_id == case_id)
    if session.scalar(select(PARTICIPATIONS.c.role).where(*here)) is None:
        return False
    session.execute(delete(PARTICIPATIONS).where(*here))
    reference = session.scalar(select(CASES.c.reference).where(CASES.c.id == case_id))
    data = {"partner": number, "case": reference}
    _told(session, "partner_left_case", case_id, data, actor, now)
    return True


def _told(
    session: Session, kind: str, case_id: int, data: dict[str, object], actor: str, now: datetime
) -> None:
    append_register(session, kind, data, actor=actor, now=now)
    # What the case is found by is gathered anew, with the names of whoever has come.
    session.execute(delete(GATHERED).where(GATHERED.c.case_id == case_id))
