"""Keep personal data beside the record: events refer to them by hash, so that they can be erased.

The hash is salted and the salt goes with the data: what was erased cannot be found again by guessing.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from workflow import models
from workflow.queries import table
from workflow.record.canon import canonical
from workflow.record.errors import NotKept
from workflow.record.events import HAND, append_register
from workflow.record.verifier import personal_ref

PERSONAL = table(models.Personal)
#: Kind of the register's event that tells of an erasure.
ERASED = "personal_erased"


def keep_personal(session: Session, content: Mapping[str, Any]) -> str:
    """Keep these plain values; returns the reference for an event's `person`.

    Raises   CannotBeKept
    """
    salt, text = secrets.token_hex(16), canonical(content)
    ref = personal_ref(salt, text)
    session.execute(insert(PERSONAL).values(ref=ref, salt=salt, content=json.loads(text)))
    return ref


def sign(session: Session, **who: str) -> None:
    """Let every act on the register in this transaction say whose hand it was, by reference.

    who   sign_in, and for_whom if it is done for a colleague
    """
    kept: list[str] = []

    def hand() -> str:
        # Kept only once something is told: a transaction that changes nothing leaves nothing behind.
        if not kept:
            kept.append(keep_personal(session, who))
        return kept[0]

    session.info[HAND] = hand


def erase_personal(
    session: Session, ref: str, now: datetime, *, actor: str = "officer", reason: str = ""
) -> None:
    """Erase personal data for good; the register keeps that it was done, when, by whom and why.

    Erasing what is erased already does nothing.
    Raises   NotKept
    """
    row = session.execute(
        select(PERSONAL.c.erased_at).where(PERSONAL.c.ref == ref).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotKept(
            f"No personal data are kept under {ref!r}. Take the reference from the event's `person`."
        )
    if row.erased_at is not None:
        return
    append_register(session, ERASED, {"ref": ref, "reason": reason}, actor=actor, now=now)
    session.execute(
        update(PERSONAL).where(PERSONAL.c.ref == ref).values(content=None, salt="", erased_at=now)
    )
