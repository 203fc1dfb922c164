"""Answering by a link: from a token to whoever bears it, to what is asked of them, to their answer.

`open_link` is the one check of a token: the page that is looked at, the form that is sent and the document
that is fetched all go through it. A token proves that a letter was received, not who reads it: it is bound to
one contact, one member and one round, and opens nothing once it is revoked or its contact is out of use.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from itertools import count
from typing import Any

from sqlalchemy import Row, Select, bindparam, exists, func, insert, select, update
from sqlalchemy.orm import Session

from states.commands import Actor, Command
from states.facts import Answer, Asked, Case, Facts, Objection, Round
from states.machine import Possibility, possibilities
from states.periods import local_day
from states.positions import Position, closing, in_time, is_stopped, positions
from states.procedure import Ask, Procedure
from states.reasons import Refused
from states.replies import member_of
from states.zones import zone_of
from workflow import engine, files, house, links, models, queries, record, register
from workflow.engine import Outcome
from workflow.files import Document
from workflow.queries import ASKED, CASES, LETTERS, ROUNDS, table

CONTACTS, REVOKED = table(models.Contact), table(models.RevokedLink)

#: How an answer by link came in, for the record.
CHANNEL = "link"
WITHDRAW = "withdraw_objection"
#: Kind of the register's event that tells of a revoked link.
LINK_REVOKED = "link_revoked"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
#: Circle of readers -> the documents it may see.
_FOR_PARTIES = frozenset({"public", "parties"})
_FOR_SEATS = _FOR_PARTIES | {"committee"}


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whoever a letter with a reply link was written to."""

    token_hash: str
    case_id: int
    round: int
    #: Code of the member asked.
    member: str
    #: Party of the contact.
    party: str
    contact_id: int | None
    #: In what capacity the contact speaks for its Party: head, nfp, mission, ministry or other.
    role: str
    #: In which the contact is written to.
    language: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What a bearer is asked, and where that question stands now."""

    bearer: Bearer
    law: Procedure
    facts: Facts
    round: Round
    member: Asked
    ask: Ask

    @property
    def case(self) -> Case:
        """The case."""
        return self.facts.case

    @property
    def is_seat(self) -> bool:
        """Whether a seat of a body is asked, and not a Party."""
        return self.round.of in self.law.bodies

    @property
    def voices(self) -> tuple[Actor, ...]:
        """Those in whose name an answer may be given: the Party; of a seat the member, then its alternate."""
        bearer, member = self.bearer, self.member
        if not self.is_seat:
            return (Actor("party", party=member.party, voice=bearer.role),)
        found = [Actor("seat", party=member.code)]
        if member.alternate and member.alternate != member.party:
            found.append(Actor("seat", party=member.alternate))
        # An alternate that has a seat of its own speaks for that one.
        return tuple(each for each in found if member_of(self.round, each) == member)

    @property
    def newer(self) -> Round | None:
        """The round in which the same question was put to them again; answers belong there now."""
        for later in reversed(self.case.rounds):
            ask = self.law.states[later.state].ask
            if later.no <= self.round.no or ask is None or not set(ask.answers) & set(self.ask.answers):
                continue
            if (later.of in self.law.bodies) == self.is_seat and member_of(later, self.voices[0]) is not None:
                return later
        return None

    @property
    def is_stopped(self) -> bool:
        """Whether the case is on hold and so their window stands still."""
        return self.case.is_held and is_stopped(self.round, self.member)

    @property
    def is_late(self) -> bool:
        """Whether an answer given now would come too late."""
        now = self.facts.now
        given = Answer(0, self.round.no, self.member.code, "", 0, "", now, now)
        return not in_time(self.round, self.member, given)

    @property
    def closes_at(self) -> datetime:
        """When their window shuts, or shut (UTC)."""
        return closing(self.round, self.member)

    @property
    def position(self) -> Position:
        """What counts as their answer in this round."""
        found = positions(self.round, self.case, self.ask)
        return next(each for each in found if each.code == self.member.code)

    @property
    def objections(self) -> tuple[Objection, ...]:
        """The objections of their Party that stand."""
        return tuple(o for o in self.case.standing if o.party == self.member.party)

    @property
    def withdrawal(self) -> Possibility | None:
        """Whether they may withdraw an objection now, and why not; None where there is none to withdraw."""
        if self.is_seat or not self.objections:
            return None
        asked_for = Command(WITHDRAW, self.voices[0])
        return next((p for p in possibilities(self.law, self.facts, asked_for) if p.name == WITHDRAW), None)


@dataclass(frozen=True, slots=True)
class Question:
    """A question that awaits an answer of a Party, or of a seat it holds."""

    case_id: int
    reference: str
    #: Of the case.
    title: str
    #: What is asked, in the words of the law file.
    asks: str
    round: int
    #: Code of the member asked.
    member: str
    reply_by: date


# -------------------------------------------------------------------------------------- the check


def open_link(session: Session, token: str, now: datetime) -> Standing | None:
    """What a token opens; None where it opens nothing, for whatever reason."""
    if not _TOKEN.fullmatch(token):
        return None
    row = letter_of(session, token)
    if row is None or row.is_revoked or row.case_id is None:
        return None
    secret = house.of(session).secret
    made = links.token_behind(secret, row.token_hash, row.case_id, row.round, row.member, row.contact_id)
    if made is None or not hmac.compare_digest(made, token):
        return None
    found = engine.facts_of(session, row.case_id, now)
    if found is None:
        return None
    law, facts = found
    if not _is_in_use(row, local_day(now, zone_of(law.timezone))):
        return None
    round_ = next((r for r in facts.case.rounds if r.no == row.round), None)
    member = round_.member(row.member) if round_ is not None else None
    ask = law.states[round_.state].ask if round_ is not None else None
    if round_ is None or member is None or ask is None:
        return None
    bearer = Bearer(
        token_hash=row.token_hash,
        case_id=row.case_id,
        round=row.round,
        member=row.member,
        party=row.party,
        contact_id=row.contact_id,
        role=row.role or "other",
        language=row.language,
    )
    return Standing(bearer, law, facts, round_, member, ask)


def letter_of(session: Session, token: str) -> Row[Any] | None:
    """The letter that carried a token, with its contact, whether or not the token still opens anything."""
    return session.execute(_OF_TOKEN, {"kept": links.token_hash(token)}).first()


_OF_TOKEN: Select[Any] = (
    select(
        *(LETTERS.c[name] for name in ("case_id", "round", "member", "party", "contact_id")),
        func.coalesce(func.nullif(CONTACTS.c.language, ""), LETTERS.c.language).label("language"),
        LETTERS.c.token_hash,
        CONTACTS.c.role,
        CONTACTS.c.party.label("contact_party"),
        CONTACTS.c.starts,
        CONTACTS.c.ends,
        exists().where(REVOKED.c.token_hash == LETTERS.c.token_hash).label("is_revoked"),
    )
    .outerjoin(CONTACTS, CONTACTS.c.id == LETTERS.c.contact_id)
    .where(LETTERS.c.token_hash == bindparam("kept"))
    .order_by(LETTERS.c.id)
    .limit(1)
)


def _is_in_use(row: Row[Any], day: date) -> bool:
    """Whether the contact still speaks for the Party that was written to."""
    if row.contact_id is None:
        return True
    begun = row.starts is None or row.starts <= day
    return bool(row.contact_party == row.party and begun and (row.ends is None or row.ends >= day))


# ---------------------------------------------------------------------------------------- answers


def answer(
    session: Session,
    standing: Standing,
    word: str,
    details: Mapping[str, Any],
    now: datetime,
    *,
    voice: Actor,
    key: str,
) -> Outcome | Refused:
    """Record an answer, as that voice of the bearer's."""
    given = {name: value for name, value in details.items() if value} | {"channel": CHANNEL}
    return engine.perform(session, standing.bearer.case_id, Command(word, voice, given, key=key), now)


def withdraw_objection(
    session: Session, standing: Standing, details: Mapping[str, Any], now: datetime, *, key: str
) -> Outcome | Refused:
    """Withdraw the objections of the bearer's Party, in writing."""
    given = {name: value for name, value in details.items() if value}
    given |= {"channel": CHANNEL, "in_writing": True}
    command = Command(WITHDRAW, standing.voices[0], given, key=key)
    return engine.perform(session, standing.bearer.case_id, command, now)


def keep_language(session: Session, standing: Standing, language: str, now: datetime) -> None:
    """Write to the bearer in that language from now on, as they ask."""
    if standing.bearer.contact_id is not None:
        by = standing.voices[0].words
        register.set_contact_language(session, standing.bearer.contact_id, language, actor=by, now=now)


def attach(session: Session, standing: Standing, name: str, content: bytes, now: datetime) -> Document:
    """Keep a file that came with an answer, for the Secretariat's eyes.

    Raises   FilesError
    """
    case_id, by = standing.bearer.case_id, standing.voices[0].words
    known = {d.name.casefold(): d.sha256 for d in files.documents(session, case_id)}
    digest = sha256(content).hexdigest()
    # Under a name of its own: a Party's file must never become the next version of another.
    for number in count(1):
        again = f" {number}" if number > 1 else ""
        shown = files.clean_name(f"Reply {standing.member.code}{again} - {files.clean_name(name)}")
        if known.get(shown.casefold(), digest) == digest:
            break
    return files.add(session, case_id, shown, content, "secretariat", by, now)


def documents(session: Session, standing: Standing) -> list[Document]:
    """The documents that the bearer may read: the newest version of each, if it is for their circle."""
    body = standing.law.bodies.get(standing.round.of)
    circle = _FOR_SEATS if body is not None and body.quorum_share is None else _FOR_PARTIES
    return [d for d in files.documents(session, standing.bearer.case_id) if d.access in circle]


def open_questions(session: Session, register: str, party: str) -> list[Question]:
    """Every question, in whatever case, that awaits an answer of a Party or of a seat it holds."""
    laws = house.of(session).laws
    ours = [law.id for law in laws.all if law.parties == register]
    found = []
    for row in session.execute(_OPEN, {"party": party, "procedures": ours}):
        law = laws.of_case(row.procedure, row.edition, row.law_digest)
        asks = law.states[row.state].title
        found.append(Question(row.id, row.reference, row.title, asks, row.no, row.code, row.reply_by))
    return found


_OPEN: Select[Any] = (
    select(
        *(CASES.c[name] for name in ("id", "reference", "title", "procedure", "edition", "law_digest")),
        *(ROUNDS.c[name] for name in ("state", "no")),
        ASKED.c.code,
        ROUNDS.c.reply_by,
    )
    .join(ROUNDS, ROUNDS.c.case_id == CASES.c.id)
    .join(ASKED, (ASKED.c.case_id == ROUNDS.c.case_id) & (ASKED.c.round == ROUNDS.c.no))
    .where(
        ROUNDS.c.closed_at.is_(None),
        ASKED.c.party == bindparam("party"),
        CASES.c.procedure.in_(bindparam("procedures", expanding=True)),
    )
    .order_by(ROUNDS.c.reply_by, CASES.c.id)
)


# --------------------------------------------------------------------------------------- revoking


def revoke(session: Session, token_hash: str, why: str, now: datetime, by: str = "officer") -> bool:
    """Let a reply link open nothing any more; letters that still wait are given the contact's next link.

    token_hash   as the letter's row holds it
    by           role of whoever revokes it, for the register
    Returns      whether it was usable until now; False also for a hash that no letter carries
    """
    letter = session.execute(
        select(LETTERS.c.case_id, LETTERS.c.round, LETTERS.c.member, LETTERS.c.contact_id)
        .where(LETTERS.c.token_hash == token_hash, LETTERS.c.token_hash != "")
        .limit(1)
    ).first()
    revoked = set(session.scalars(select(REVOKED.c.token_hash)))
    if letter is None or token_hash in revoked:
        return False
    session.execute(insert(REVOKED).values(token_hash=token_hash, at=now, why=why))
    token = links.token_in_use(house.of(session).secret, revoked | {token_hash}, *letter)
    waiting = (LETTERS.c.token_hash == token_hash, LETTERS.c.status == "waiting")
    session.execute(update(LETTERS).where(*waiting).values(token_hash=links.token_hash(token)))
    reference = session.scalar(select(queries.CASES.c.reference).where(CASES.c.id == letter.case_id))
    told = {"case": reference, "round": letter.round, "member": letter.member, "reason": why}
    record.append_register(session, LINK_REVOKED, told, actor=by, now=now)
    return True
