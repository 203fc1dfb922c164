"""What one of those asked has said in a case: every answer, who signed it, and what has become of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from states.facts import Answer, Asked, Case, Round
from states.positions import in_time, positions
from states.procedure import Ask, Procedure
from workflow import models
from workflow.queries import EVENTS, table

PERSONAL = table(models.Personal)

#: What an answer is worth: it counts, or why it does not.
COUNTS, REPLACED, LATE, TAKEN_BACK, EARLIER = "counts", "replaced", "late", "taken_back", "earlier_text"
_ANSWERS = ("answer", "record_reply")


@dataclass(frozen=True, slots=True)
class Signature:
    """Whoever answered as they named themselves, and what came with the answer."""

    name: str = ""
    title: str = ""
    #: Name of the document that came with it, or "".
    scan: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of one of those asked."""

    round: Round
    member: Asked
    ask: Ask
    answer: Answer
    signature: Signature
    #: counts, replaced, late, taken_back or earlier_text.
    worth: str


def said(session: Session, case_id: int, law: Procedure, case: Case, party: str) -> list[Said]:
    """Every answer of a Party, and of the seats it holds, in all rounds of a case; the newest first."""
    found: list[tuple[Round, Asked, Ask, Answer, str]] = []
    for round_ in case.rounds:
        ask = law.states[round_.state].ask
        members = {m.code: m for m in round_.asked if m.party == party}
        if ask is None or not members:
            continue
        counted = {p.answer.no for p in positions(round_, case, ask) if p.answer is not None}
        for answer in round_.answers:
            if answer.member in members:
                member = members[answer.member]
                found.append((round_, member, ask, answer, _worth(round_, member, answer, counted)))
    signed = signatures(session, case_id, (answer for _, _, _, answer, _ in found))
    newest = sorted(found, key=lambda each: each[3].no, reverse=True)
    return [Said(*each[:4], signed.get(each[3].no, Signature()), each[4]) for each in newest]


def signatures(session: Session, case_id: int, answers: Iterable[Answer]) -> dict[int, Signature]:
    """Number of an answer -> who signed it; where the name was erased, or never given, it is ""."""
    wanted = {answer.no for answer in answers}
    if not wanted:
        return {}
    told = _told(session, case_id, wanted)
    refs = [body["person"] for body in told.values() if body["person"]]
    rows = session.execute(select(PERSONAL.c.ref, PERSONAL.c.content).where(PERSONAL.c.ref.in_(refs)))
    kept = {row.ref: row.content for row in rows}
    return {no: _signature(body, kept.get(body["person"]) or {}) for no, body in told.items()}


def _told(session: Session, case_id: int, wanted: set[int]) -> dict[int, dict[str, Any]]:
    """Number of an answer -> the event that put it on file."""
    bodies = session.scalars(
        select(EVENTS.c.body).where(EVENTS.c.case_id == case_id, EVENTS.c.kind.in_(_ANSWERS))
    )
    found = {}
    for text in bodies:
        body = json.loads(text)
        for op, values in body["effects"]:
            if op == "answer" and values["no"] in wanted:
                found[values["no"]] = body
    return found


def _signature(body: Mapping[str, Any], person: Mapping[str, Any]) -> Signature:
    return Signature(
        str(person.get("name", "")), str(person.get("title", "")), str(body["data"].get("scan", ""))
    )


def _worth(round_: Round, member: Asked, answer: Answer, counted: set[int]) -> str:
    if answer.taken_back:
        return TAKEN_BACK
    if answer.no in counted:
        return COUNTS
    if round_.restarted_at is not None and answer.received_at < round_.restarted_at:
        return EARLIER
    return REPLACED if in_time(round_, member, answer) else LATE
