"""Letters written once more: those that wait, after their wording was corrected; those that came back, for
another contact. What a letter has to tell is kept beside it, so nothing is decided anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, literal_column, select, update
from sqlalchemy.orm import Session

from notifications import LANGUAGES, template_version, templates
from states.commands import CLOCK, Actor, Command, Post
from states.facts import Case
from states.periods import local_day
from states.procedure import Procedure
from states.zones import zone_of
from workflow import contacts, engine, house, letters, models, outbox, postmark, queries
from workflow.contacts import Recipient
from workflow.letters.keeping import given
from workflow.queries import LETTERS, table

CONTACTS, STAFF = table(models.Contact), table(models.Staff)

#: Kinds of the events that tell of it.
REWRITTEN, TRIED_AGAIN, SENT_INSTEAD = "letters_rewritten", "letter_tried_again", "letter_sent_instead"
NOT_ASIDE = "This letter was not set aside: it has been sent, or it will be tried again."
#: Statuses of letters that nobody tries any more.
SET_ASIDE = ("refused", "given_up", "withheld")
# Written out, not bound: SQLite uses a partial index only if it sees its condition in the statement.
_WAITS = LETTERS.c.status == literal_column("'waiting'")
_WAITING_IDS = select(LETTERS.c.id).where(_WAITS).order_by(LETTERS.c.next_try_at).limit(10**9)


class NotRewritten(ValueError):
    """It cannot be written again; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Outdated:
    """Letters that wait and were written with another wording than their template has now."""

    template: str
    language: str
    #: Versions of the template: theirs, and the present one.
    old: str
    new: str
    count: int
    #: One of them.
    sample: int


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A letter as it is, and as it would be."""

    id: int
    case_id: int
    old_subject: str
    old_text: str
    subject: str
    text: str
    html: str
    version: str


def outdated(session: Session) -> list[Outdated]:
    """What waits with an earlier wording, by template and language."""
    rows = session.execute(
        select(
            LETTERS.c.template, LETTERS.c.language, LETTERS.c.version, func.count(), func.min(LETTERS.c.id)
        )
        .where(LETTERS.c.id.in_(select(_WAITING_IDS.subquery().c.id)), LETTERS.c.case_id.is_not(None))
        .group_by(LETTERS.c.template, LETTERS.c.language, LETTERS.c.version)
        .order_by(LETTERS.c.template, LETTERS.c.language, LETTERS.c.version)
    )
    found = []
    for template, language, version, count, sample in rows:
        if language in LANGUAGES and template in templates(language):
            now = template_version(template, language)
            if version != now:
                found.append(Outdated(template, language, version, now, count, sample))
    return found


def look(session: Session, ids: Sequence[int]) -> list[Rewritten]:
    """Letters as they are, and as the present wording has them; what tells nothing any more is left out."""
    rows = session.execute(select(LETTERS).where(LETTERS.c.id.in_(ids)).order_by(LETTERS.c.id)).all()
    found = []
    for alike in _alike(rows).values():
        for row, made in _composed(session, alike):
            words = (made["subject"], made["text"], made["html"], made["version"])
            found.append(Rewritten(row.id, row.case_id, row.subject, row.text, *words))
    return sorted(found, key=lambda each: each.id)


def accept(session: Session, wanted: Outdated, actor: Actor, now: datetime) -> int:
    """Write the waiting letters of one template and language anew, and tell it in their cases.

    Returns   how many; those that have left meanwhile stay as they were sent
    """
    ids = session.scalars(
        select(LETTERS.c.id)
        .where(LETTERS.c.id.in_(select(_WAITING_IDS.subquery().c.id)), LETTERS.c.case_id.is_not(None))
        .where(LETTERS.c.template == wanted.template, LETTERS.c.language == wanted.language)
        .where(LETTERS.c.version == wanted.old)
        .order_by(LETTERS.c.id)
    ).all()
    done: dict[int, int] = {}
    for each in look(session, ids):
        done[each.case_id] = done.get(each.case_id, 0) + _write_again(session, each)
    for case_id, count in sorted(done.items()):
        if count:
            told = {"template": wanted.template, "language": wanted.language, "letters": count}
            engine.note(
                session, case_id, REWRITTEN, told | {"from": wanted.old, "to": wanted.new}, actor, now
            )
    return sum(done.values())


def try_again(session: Session, letter_id: int, actor: Actor, now: datetime) -> bool:
    """Let a letter that was set aside be tried again now. Returns whether it was set aside."""
    row = session.execute(select(LETTERS).where(LETTERS.c.id == letter_id)).one_or_none()
    mine = (LETTERS.c.id == letter_id) & LETTERS.c.status.in_(SET_ASIDE)
    fresh = {"status": "waiting", "next_try_at": now, "lease_until": None}
    if row is None or outbox.count(session.execute(update(LETTERS).where(mine).values(fresh))) == 0:
        return False
    # From here on its days of trying are counted anew (postmark.py).
    again = {"letter_id": letter_id, "at": now, "outcome": postmark.AGAIN, "code": 0, "detail": ""}
    session.execute(insert(outbox.DELIVERIES).values(again))
    if row.case_id is not None:
        told = {"letter": letter_id, "template": row.template, "party": row.party}
        engine.note(session, row.case_id, TRIED_AGAIN, told, actor, now)
    return True


def stand_in(session: Session, letter_id: int, now: datetime) -> Recipient | None:
    """Who may be written to instead of whoever a letter did not reach; None: nobody."""
    row = session.execute(select(LETTERS).where(LETTERS.c.id == letter_id)).one_or_none()
    if row is None or row.case_id is None or row.contact_id is None or not row.party:
        return None
    law, _ = _case(session, row.case_id, now)
    have_it = session.scalars(
        select(LETTERS.c.contact_id).where(
            LETTERS.c.case_id == row.case_id, LETTERS.c.contact_id.is_not(None), *_same_letter(row)
        )
    ).all()
    day = local_day(now, zone_of(law.timezone))
    found = contacts.next_contact(session, law.parties, row.party, set(have_it), day)
    if found is None:
        return None
    language = found.language if found.language in law.languages else law.languages[0]
    return Recipient(
        found.contact_id, row.member, found.party, found.role, found.name, found.title, found.email, language
    )


def send_instead(session: Session, letter_id: int, actor: Actor, now: datetime) -> Recipient:
    """Write a letter that was set aside to the next contact of its Party as well.

    Raises   NotRewritten
    """
    row = session.execute(select(LETTERS).where(LETTERS.c.id == letter_id)).one_or_none()
    if row is None or row.status not in SET_ASIDE:
        raise NotRewritten(NOT_ASIDE)
    instead = stand_in(session, letter_id, now)
    if instead is None:
        raise NotRewritten("No other contact with a usable address is on file. Add one, then come back here.")
    told = {"letter": letter_id, "template": row.template, "party": row.party, "role": instead.role}
    seq = engine.note(session, row.case_id, SENT_INSTEAD, told, actor, now)
    if row.purpose == "request":
        # Before it is composed: it must print the day until which its reader has time.
        begin_anew(session, row.case_id, row.round, row.member, now)
    law, case = _case(session, row.case_id, now)
    (made,) = _compose(session, law, case, row, [instead], now, seq) or (None,)
    if made is None:
        raise NotRewritten("What this letter tells no longer holds: the period it speaks of has ended.")
    outbox.queue(session, [made])
    return instead


def begin_anew(session: Session, case_id: int, round_no: int, member: str, now: datetime) -> None:
    """Let the clock of a member whom no request had reached start again, where the law file says so.

    What still waits to be sent to it is written again: it must print the new day.
    """
    if queries.was_reached(session, case_id, round_no, member, now):
        return
    command = Command(engine.REACHED, CLOCK, {"round": round_no, "member": member})
    if isinstance(engine.perform(session, case_id, command, now), engine.Outcome):
        for each in look(session, queries.requests_waiting(session, case_id, round_no, member)):
            _write_again(session, each)


def difference(old: str, new: str) -> list[tuple[str, str]]:
    """Two texts line by line: ("", line) is in both, ("-", line) in the old, ("+", line) in the new one."""
    before, after = old.splitlines(), new.splitlines()
    found: list[tuple[str, str]] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [("", line) for line in before[i:j]]
        else:
            found += [("-", line) for line in before[i:j]] + [("+", line) for line in after[k:m]]
    return found


# ---------------------------------------------------------------------------------------- composing

_REWRITE = (
    update(LETTERS)
    .where(LETTERS.c.id == bindparam("b_id"), LETTERS.c.status == "waiting")
    .values(
        subject=bindparam("b_subject"),
        text=bindparam("b_text"),
        html=bindparam("b_html"),
        version=bindparam("b_version"),
    )
)


def _write_again(session: Session, each: Rewritten) -> int:
    """Give a letter its new words, unless it has left meanwhile; how many were given them."""
    values = {"b_subject": each.subject, "b_text": each.text, "b_html": each.html, "b_version": each.version}
    return outbox.count(session.execute(_REWRITE, {"b_id": each.id, **values}))


def _same_letter(row: Row[Any]) -> list[Any]:
    """The letters that tell the same as this one: of its question, or of its event."""
    same = [LETTERS.c.template == row.template, LETTERS.c.purpose == row.purpose]
    if row.round:
        return [*same, LETTERS.c.round == row.round, LETTERS.c.occurrence == row.occurrence]
    return [*same, LETTERS.c.occurrence == row.occurrence, LETTERS.c.round == 0]


def _alike(rows: Iterable[Row[Any]]) -> Mapping[tuple[Any, ...], list[Row[Any]]]:
    """Letters of one post together: they are composed at once."""
    found: dict[tuple[Any, ...], list[Row[Any]]] = {}
    for row in rows:
        key = (row.case_id, row.seq, row.round, row.purpose, row.occurrence, row.template, row.number)
        found.setdefault(key, []).append(row)
    return found


def _composed(session: Session, rows: Sequence[Row[Any]]) -> list[tuple[Row[Any], dict[str, Any]]]:
    first = rows[0]
    law, case = _case(session, first.case_id, first.created_at)
    recipients = _recipients(session, case, rows)
    made = _compose(session, law, case, first, recipients, first.created_at, first.seq)
    return list(zip(rows, made, strict=True)) if made else []


def _compose(
    session: Session,
    law: Procedure,
    case: Case,
    row: Row[Any],
    recipients: Sequence[Recipient],
    now: datetime,
    seq: int,
) -> list[dict[str, Any]]:
    settled = house.of(session)
    post = Post(
        audience="",
        template=row.template,
        purpose=row.purpose,
        what=given(row.what),
        round=row.round,
        occurrence=row.occurrence,
    )
    found: list[dict[str, Any]] = letters.compose(
        session,
        law=law,
        case=case,
        case_id=row.case_id,
        seq=seq,
        post=post,
        recipients=recipients,
        settings=settled.settings,
        secret=settled.secret,
        now=now,
        number=row.number,
    )
    return found


def _case(session: Session, case_id: int, now: datetime) -> tuple[Procedure, Case]:
    stored = queries.load_cases(session, [case_id])[case_id]
    return engine.law_of(session, stored), stored.case


def _recipients(session: Session, case: Case, rows: Sequence[Row[Any]]) -> list[Recipient]:
    """Whoever these letters are for, with the post and the title they are addressed by."""
    ids = [row.contact_id for row in rows if row.contact_id is not None]
    known = {row.id: row for row in session.execute(select(CONTACTS).where(CONTACTS.c.id.in_(ids)))}
    staff = {row.email: row.role for row in session.execute(select(STAFF.c.email, STAFF.c.role))}
    found = []
    for row in rows:
        role, title, contact = "", "", known.get(row.contact_id)
        if contact is not None:
            role, title = contact.role, contact.title
        elif row.email == str(case.partner.get("email") or "").strip():
            role = "partner"
            title = str(case.partner.get("name") or "").strip() if case.partner.get("contact") else ""
        else:
            role = staff.get(row.email, "")
        found.append(
            Recipient(row.contact_id, row.member, row.party, role, row.name, title, row.email, row.language)
        )
    return found
