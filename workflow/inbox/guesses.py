"""To which case a message may belong, where nothing proves it: guesses with their reasons, for an officer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from notifications.incoming import Incoming
from notifications.incoming.message import own_text
from workflow import models
from workflow.queries import ASKED, CASES, ROUNDS, table

CONTACTS = table(models.Contact)
#: How many are offered, and below which score none is.
MOST, LEAST = 3, 0.2

#: What a sign is worth. Two together make a guess that may be shown first; none of them files anything.
REFERENCE_IN_SUBJECT, REFERENCE_IN_TEXT = 0.6, 0.4
ASKED_NOW, SAME_DOMAIN = 0.35, 0.2
_REFERENCE = re.compile(r"\b[A-Z]{1,10}-\d{4}-\d{1,6}\b")


@dataclass(frozen=True, slots=True)
class Guess:
    """A case that a message may belong to."""

    case_id: int
    reference: str
    #: From 0 to 1.
    score: float
    #: subject, text, asked, domain: what speaks for it.
    why: tuple[str, ...]


def guesses(session: Session, incoming: Incoming) -> list[Guess]:
    """The likeliest cases, the best first; none where nothing speaks for any."""
    found: dict[int, dict[str, float]] = {}
    names: dict[int, str] = {}
    for case_id, reference, sign, worth in _signs(session, incoming):
        names[case_id] = reference
        found.setdefault(case_id, {})[sign] = worth
    ranked = [
        Guess(case_id, names[case_id], round(min(sum(signs.values()), 1.0), 2), tuple(signs))
        for case_id, signs in found.items()
    ]
    ranked.sort(key=lambda each: (-each.score, -each.case_id))
    return [each for each in ranked if each.score >= LEAST][:MOST]


def _signs(session: Session, incoming: Incoming) -> Iterator[tuple[int, str, str, float]]:
    head, text = incoming.head, own_text(incoming.words)[:5000]
    written = {
        "subject": (_references(head.subject), REFERENCE_IN_SUBJECT),
        "text": (_references(f"{text}\n{incoming.words.quoted[:2000]}"), REFERENCE_IN_TEXT),
    }
    for sign, (references, worth) in written.items():
        for row in session.execute(_NAMED, {"references": sorted(references)}) if references else ():
            yield row.id, row.reference, sign, worth
    email = head.sender.email
    if not email:
        return
    for sign, worth, pattern in (
        ("asked", ASKED_NOW, _literally(email)),
        ("domain", SAME_DOMAIN, "%@" + _literally(email.partition("@")[2])),
    ):
        parties = session.scalars(_PARTIES, {"pattern": pattern}).all()
        for row in session.execute(_ASKED, {"parties": parties}) if parties else ():
            yield row.id, row.reference, sign, worth


def _literally(text: str) -> str:
    """`text` as a pattern that means nothing but itself."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _references(text: str) -> set[str]:
    return set(_REFERENCE.findall(text.upper()))


_CASE = (CASES.c.id, CASES.c.reference)
_NAMED: Select[Any] = select(*_CASE).where(CASES.c.reference.in_(bindparam("references", expanding=True)))
# The contacts are few and the letters many: a sender is looked for among those who may be written to.
_PARTIES: Select[Any] = (
    select(CONTACTS.c.party)
    .where(func.lower(CONTACTS.c.email).like(bindparam("pattern"), escape="\\"))
    .distinct()
    .order_by(CONTACTS.c.party)
    .limit(20)
)
_ASKED: Select[Any] = (
    select(*_CASE)
    .join(ROUNDS, ROUNDS.c.case_id == CASES.c.id)
    .join(ASKED, (ASKED.c.case_id == ROUNDS.c.case_id) & (ASKED.c.round == ROUNDS.c.no))
    .where(ROUNDS.c.closed_at.is_(None), ASKED.c.party.in_(bindparam("parties", expanding=True)))
    .distinct()
    .order_by(CASES.c.id)
    .limit(20)
)
