"""Write events: one chain for each case and one for the register, each event bound to the one before.

What is hashed is what is stored: the body of an event is one JSON text, and its hash is taken of its bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from states.effects import Effect
from workflow.queries import EVENTS, REGISTER_HEAD
from workflow.record.canon import canonical
from workflow.record.verifier import link

#: The chain of acts that belong to no case, and the number that stands in for the case.
REGISTER, REGISTER_ID = "register", 0
#: Key of the data of a register event, and of the transaction: who did it, by reference (personal.sign).
HAND = "hand"


def event_row(
    *,
    case_id: int,
    chain: str,
    seq: int,
    at: datetime,
    kind: str,
    actor: str,
    data: Mapping[str, Any],
    effects: Iterable[Effect],
    prev: str,
    edition: str = "",
    person: str = "",
    on_behalf: str = "",
    channel: str = "",
    received_at: datetime | None = None,
    recorded_at: datetime | None = None,
) -> dict[str, Any]:
    """The row of `models.Event` that follows the event with hash `prev` ("" for the first one).

    chain         the case's reference, or REGISTER
    person        reference of what `keep_personal` keeps, or ""
    received_at   when what it tells of was received, if earlier than `at`
    recorded_at   when it was recorded, if not `at`
    Raises        CannotBeKept
    """
    body = canonical(
        {
            "actor": actor,
            "at": at,
            "chain": chain,
            "channel": channel,
            "data": data,
            "edition": edition,
            "effects": [[each.op, each.values] for each in effects],
            "kind": kind,
            "on_behalf": on_behalf,
            "person": person,
            "received_at": received_at,
            "recorded_at": recorded_at,
            "seq": seq,
        }
    )
    return {
        "case_id": case_id,
        "seq": seq,
        "at": at,
        "kind": kind,
        "actor": actor,
        "body": body,
        "prev": prev,
        "hash": link(prev, body),
    }


def append_register(
    session: Session, kind: str, data: Mapping[str, Any], *, actor: str, now: datetime, person: str = ""
) -> int:
    """Append an event to the register chain: an import, a contact, a meeting, a calendar, a setting.

    Returns  its number, which is from now on the number of the register
    """
    seq, head = _locked_register(session)
    hand = session.info.get(HAND)
    if hand is not None:
        data = {**data, HAND: hand()}
    row = event_row(
        case_id=REGISTER_ID,
        chain=REGISTER,
        seq=seq + 1,
        at=now,
        kind=kind,
        actor=actor,
        data=data,
        effects=(),
        prev=head,
        person=person,
    )
    session.execute(insert(EVENTS).values(row))
    session.execute(
        update(REGISTER_HEAD).where(REGISTER_HEAD.c.id == REGISTER_ID).values(seq=seq + 1, head=row["hash"])
    )
    return seq + 1


def _locked_register(session: Session) -> tuple[int, str]:
    """Where the register chain stands; nobody else can append to it until this transaction ends."""
    dialect = {"sqlite": sqlite, "postgresql": postgresql}[session.connection().dialect.name]
    first = dialect.insert(REGISTER_HEAD).values(id=REGISTER_ID, seq=0, head="")
    locked = (
        select(REGISTER_HEAD.c.seq, REGISTER_HEAD.c.head)
        .where(REGISTER_HEAD.c.id == REGISTER_ID)
        .with_for_update()
    )
    row = session.execute(locked).first()
    if row is None:
        session.execute(first.on_conflict_do_nothing())
        row = session.execute(locked).one()
    return row.seq, row.head
