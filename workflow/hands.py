"""Whose hand it was: events say a role and a reference, and beside the record stands the name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from workflow import models
from workflow.queries import table

PERSONAL, STAFF = table(models.Personal), table(models.Staff)
_PERSONAL = select(PERSONAL.c.ref, PERSONAL.c.content).where(
    PERSONAL.c.ref.in_(bindparam("refs", expanding=True))
)
_NAMES = select(STAFF.c.name, STAFF.c.full_name)


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody of the Secretariat who did something."""

    #: Sign-in name.
    sign_in: str
    #: As people call them; the sign-in name where none is known.
    name: str
    #: The colleague for whom they did it, in the same way; "" for themselves.
    for_whom: str = ""


NOBODY = Hand("", "")


def hands(session: Session, refs: Iterable[str]) -> dict[str, Hand]:
    """Reference of an event's `person` -> whose hand it was; nobody's where none of ours, or erased."""
    wanted = sorted({ref for ref in refs if ref})
    if not wanted:
        return {}
    connection = session.connection()
    kept = {row.ref: row.content or {} for row in connection.execute(_PERSONAL, {"refs": wanted})}
    names = {row.name: row.full_name for row in connection.execute(_NAMES)}
    return {ref: _hand(content, names) for ref, content in kept.items()}


def _hand(content: dict[str, str], names: dict[str, str]) -> Hand:
    sign_in, absent = content.get("sign_in", ""), content.get("for_whom", "")
    return Hand(sign_in, names.get(sign_in) or sign_in, names.get(absent) or absent)
