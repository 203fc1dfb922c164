"""Replies that were recorded on behalf: by whom, of what, and whether a second person has verified them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from states.procedure import Procedure
from workflow.hands import NOBODY, Hand, hands
from workflow.queries import EVENTS

#: Acts of the law file (states/acts.py) whose events may have been recorded on behalf.
_RECORDED = ("record_reply", "withdraw_objection")
_EVENTS = (
    select(EVENTS.c.seq, EVENTS.c.at, EVENTS.c.kind, EVENTS.c.actor, EVENTS.c.body)
    .where(EVENTS.c.case_id == bindparam("case"), EVENTS.c.kind.in_(bindparam("kinds", expanding=True)))
    .order_by(EVENTS.c.seq)
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One reply recorded on behalf."""

    #: Number of its event in the case.
    seq: int
    #: When it was recorded, and when it had been received (UTC).
    recorded_at: datetime
    received_at: datetime
    #: In whose name: `party:FR/mission`, `seat:CA`.
    voice: str
    #: The answer, or "withdraw_objection".
    word: str
    channel: str
    #: Name of the document that holds what came in, or "".
    scan: str
    is_late: bool
    #: Who recorded it.
    by: Hand
    #: Who verified it, and when; None: nobody has.
    verified_by: Hand | None = None
    verified_at: datetime | None = None


def recorded(session: Session, case_id: int, law: Procedure) -> list[Recorded]:
    """All replies recorded on behalf in a case, the oldest first."""
    acts = {action.name: action.does for same in law.actions.values() for action in same}
    kinds = [name for name, does in acts.items() if does in (*_RECORDED, "verify_reply")]
    rows = session.connection().execute(_EVENTS, {"case": case_id, "kinds": kinds or [""]}).all()
    told = [(row, json.loads(row.body)) for row in rows]
    by = hands(session, [body["person"] for _, body in told])
    found: dict[int, Recorded] = {}
    for row, body in told:
        hand = by.get(body["person"], NOBODY)
        if acts[row.kind] == "verify_reply":
            reply = found.get(body["data"]["reply"])
            if reply is not None:
                found[reply.seq] = replace(reply, verified_by=hand, verified_at=row.at)
        elif body["on_behalf"]:
            found[row.seq] = _recorded(row, body, hand)
    return list(found.values())


def unverified(session: Session, case_id: int, law: Procedure) -> dict[int, str]:
    """Those that nobody has verified: number of the event -> sign-in name of the one who recorded it."""
    return {each.seq: each.by.sign_in for each in recorded(session, case_id, law) if each.verified_at is None}


def _recorded(row: Any, body: dict[str, Any], hand: Hand) -> Recorded:
    data, received = body["data"], body.get("received_at")
    return Recorded(
        seq=row.seq,
        recorded_at=row.at,
        received_at=datetime.fromisoformat(received) if received else row.at,
        voice=body["on_behalf"],
        word=data.get("word") or row.kind,
        channel=body.get("channel") or "",
        scan=data.get("scan") or "",
        is_late=bool(data.get("late")),
        by=hand,
    )
