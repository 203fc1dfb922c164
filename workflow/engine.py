"""perform(): the one way in which a case changes.

A button, a reply link, a mail, the API, the command line, a rehearsal and the clock all call it. It locks
the case, gathers the facts, asks the pure `states.decide`, and writes everything the decision brings about -
events, state, dates, positions, letters - in the caller's transaction. Nothing is sent here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from states.agreements import partners_of
from states.commands import CLOCK, Actor, Command, Step
from states.dossier import Member, SheetAnswer, Signature
from states.facts import Case, Facts
from states.machine import decide, opened
from states.periods import local_day
from states.procedure import Procedure
from states.reasons import Refused, reason
from states.zones import zone_of
from workflow import files, house, numbers, queries, register
from workflow.files import Document
from workflow.queries import CASES, Stored, is_of
from workflow.work import KEYS, Outcome, Work, request_of

__all__ = [
    "DOCUMENT_ADDED",
    "REGISTER_CHANGED",
    "Held",
    "Outcome",
    "attach",
    "facts_of",
    "law_of",
    "move",
    "note",
    "open_case",
    "perform",
    "perform_all",
    "register_changed",
    "register_would_change",
    "reopen_due_diligence",
]

_THE_KEY = select(KEYS).where(KEYS.c.key == bindparam("key"))
_THE_KEYS = select(KEYS).where(KEYS.c.key.in_(bindparam("keys", expanding=True)))

#: Commands of the clock that change the dates of many cases at once, when a register has changed.
REGISTER_CHANGED = "register"
#: Command of the clock for a member whom a request reaches late.
REACHED = "reach"
#: Kind of the event that tells of a document.
DOCUMENT_ADDED = "document_added"


def perform(session: Session, case_id: int, command: Command, now: datetime) -> Outcome | Refused:
    """Carry out one command on one case, or refuse it with every reason.

    now   aware, UTC
    """
    return perform_all(session, [(case_id, command)], now)[0]


def perform_all(
    session: Session, commands: Sequence[tuple[int, Command]], now: datetime
) -> list[Outcome | Refused]:
    """Carry out commands on any number of cases, in order; decided one by one, written all at once."""
    work = Work(session, now)
    kept = _kept(session, [command.key for _, command in commands if command.key])
    work.take({case_id for case_id, command in commands if command.key not in kept})
    found = _carried_out(work, commands, kept)
    work.write()
    return found


def _carried_out(
    work: Work, commands: Sequence[tuple[int, Command]], kept: dict[str, dict[str, Any]]
) -> list[Outcome | Refused]:
    found: list[Outcome | Refused] = []
    for case_id, command in commands:
        if command.key in kept:
            found.append(_again(kept[command.key], case_id, command))
            continue
        outcome = work.perform(case_id, command)
        found.append(outcome)
        if command.key and isinstance(outcome, Outcome):
            kept[command.key] = work.keys[-1]
    return found


class Held:
    """One case in one transaction: read once, told of and changed any number of times, and written once.

    What comes in at a rate - mail about a case in which all Parties are asked - would otherwise be read anew
    for each thing that is told of it. Nothing is written before `write`.
    Raises   KeyError where there is no such case
    """

    def __init__(self, session: Session, case_id: int, now: datetime) -> None:
        self._session, self._case_id = session, case_id
        self._work = Work(session, now)
        self._work.take({case_id})

    @property
    def law(self) -> Procedure:
        """The law file it was begun under."""
        return self._work.law(self._case_id)

    @property
    def case(self) -> Case:
        """As it is after all that was told and done so far."""
        return self._work.stored[self._case_id].case

    def perform(self, command: Command) -> Outcome | Refused:
        """Carry out a command, or refuse it with every reason."""
        kept = _kept(self._session, [command.key] if command.key else [])
        return _carried_out(self._work, [(self._case_id, command)], kept)[0]

    def note(self, kind: str, data: Mapping[str, Any], actor: Actor) -> int:
        """See `note`."""
        return self._work.note(self._case_id, kind, actor, data)

    def attach(self, name: str, content: bytes, access: str, actor: Actor) -> Document:
        """See `attach`."""
        by, now = actor.hand or actor.role, self._work.now
        document = files.add(self._session, self._case_id, name, content, access, by, now)
        if document.is_new:
            told = ("name", "version", "sha256", "access", "media_type", "size")
            data = {field: getattr(document, field) for field in told}
            self._work.note(self._case_id, DOCUMENT_ADDED, actor, data)
        return document

    def write(self) -> None:
        """Write everything told and done."""
        self._work.write()


def open_case(
    session: Session,
    law: Procedure,
    *,
    title: str,
    partner: dict[str, Any],
    territory: Iterable[str] = (),
    officer: str = "",
    summary: str = "",
    items: Iterable[str] = (),
    sheet: Iterable[SheetAnswer] = (),
    signatures: Iterable[Signature] = (),
    members: Iterable[Member] = (),
    actor: Actor | None = None,
    now: datetime,
    key: str = "",
    is_rehearsal: bool = False,
) -> Outcome | Refused:
    """Begin a case under the newest edition of a procedure; one that is a draft is only rehearsed.

    items   items of checklists that are confirmed from the start (rehearsals; imported cases); likewise the
            answers on sheets, the signatures and the members
    """
    if law.status != "in force" and not is_rehearsal:
        return Refused((reason("law_is_draft", title=law.title, law=law.id),))
    work = Work(session, now)
    said = {
        "procedure": f"{law.id} {law.edition}",
        "title": title,
        "partner": partner,
        "territory": tuple(territory),
        "officer": officer,
        "summary": summary,
        "items": tuple(sorted(items)),
    }
    command = Command("open", actor or Actor("officer", officer), said, key=key)
    kept = _kept(session, [key] if key else [])
    if key in kept:
        return _again(kept[key], 0, command)
    year = local_day(now, zone_of(law.timezone)).year
    reference = f"{law.prefix}-{year}-{numbers.next_number(session, law.prefix, year)}"
    case = Case(
        reference=reference,
        state=law.start,
        since=now,
        officer=officer,
        title=title,
        partner=partner,
        partner_record=register.partner_of(session, partner, actor=command.actor.role, now=now),
        territory=tuple(territory),
        summary=summary,
        items=frozenset(items),
        sheet=tuple(sheet),
        signatures=tuple(signatures),
        members=tuple(members),
    )
    case_id = work.begin(law, case)
    outcome = work.keep(case_id, command, opened(law, work.facts(case_id, command), command))
    work.write()
    for name in partners_of(case)[1:]:
        other = register.partner_of(session, {"name": name}, actor=command.actor.role, now=now)
        if other != case.partner_record:
            register.join_case(session, other, case_id, "co_partner", actor=command.actor.role, now=now)
    return outcome


def move(
    session: Session, cases: Sequence[int], to: Procedure, actor: Actor, reason_: str, now: datetime
) -> list[Outcome | Refused]:
    """Let cases go on under another edition of their law, or say of each why it cannot; in this order."""
    work = Work(session, now)
    work.take(set(cases))
    command = Command("move", actor, {"reason": reason_})
    found = [work.move(case_id, to, command) for case_id in cases]
    work.write()
    return found


def attach(
    session: Session, case_id: int, name: str, content: bytes, access: str, actor: Actor, now: datetime
) -> Document:
    """Keep a version of a document of a case, and tell it in the record by name, version and SHA-256.

    The same content again, under the same name and for the same readers, is kept and told once.
    access   one of files.ACCESS: who may see it
    Raises   files.FilesError
    """
    held = Held(session, case_id, now)
    document = held.attach(name, content, access, actor)
    held.write()
    return document


def note(
    session: Session, case_id: int, kind: str, data: Mapping[str, Any], actor: Actor, now: datetime
) -> int:
    """Tell in the record of a case what does not change the case itself; the number of the event.

    data   plain values, days and instants; no personal data
    """
    held = Held(session, case_id, now)
    seq = held.note(kind, data, actor)
    held.write()
    return seq


def register_changed(session: Session, why: str, now: datetime) -> list[Outcome]:
    """Let every open case follow what the registers say now: meetings moved, Parties that join or leave."""
    command = Command(REGISTER_CHANGED, CLOCK, {"reason": why})
    commands = [(i, command) for i in _open_cases(session)]
    return [o for o in perform_all(session, commands, now) if isinstance(o, Outcome)]


def register_would_change(
    session: Session, why: str, now: datetime
) -> Iterator[tuple[int, Procedure, Case, Step]]:
    """What `register_changed` would bring about, case by case: decided, and nothing written.

    Yields   id, law, the case as it is, and the step
    """
    work = Work(session, now, lock=False)
    ids = _open_cases(session)
    command = Command(REGISTER_CHANGED, CLOCK, {"reason": why})
    work.take(set(ids))
    for case_id in ids:
        law, facts = work.law(case_id), work.facts(case_id, command)
        step = decide(law, facts, command)
        if isinstance(step, Step):
            yield case_id, law, facts.case, step


def reopen_due_diligence(
    session: Session,
    partner: int,
    actor: Actor,
    why: str,
    due: date,
    now: datetime,
    *,
    only: int | None = None,
) -> dict[str, Outcome | Refused]:
    """Let every live case of a partner that has changed look into it again, where its law file knows how.

    partner   its number; cases of whoever has become one with it are meant too, and those in which any of
              them takes part
    due       by when
    only      the one case that is meant; None: all
    Returns   reference of a case -> what came of it
    """
    rows = session.execute(
        select(CASES.c.id, CASES.c.reference)
        .where(is_of(register.family(session, partner)))
        .where(CASES.c.id.in_(_open_cases(session) if only is None else {only} & set(_open_cases(session))))
        .order_by(CASES.c.id)
    ).all()
    stored = queries.load_cases(session, [row.id for row in rows])
    commands = []
    for row in rows:
        law, case = law_of(session, stored[row.id]), stored[row.id].case
        action = next((a for a in law.actions_in(case.state) if a.does == "reopen_due_diligence"), None)
        if action is not None:
            commands.append((row.id, Command(action.name, actor, {"reason": why, "due": due})))
    done = zip(commands, perform_all(session, commands, now), strict=True)
    references = {row.id: row.reference for row in rows}
    return {references[case_id]: outcome for (case_id, _), outcome in done}


def join_case(
    session: Session, partner: int, case_id: int, role: str, actor: Actor, due: date, now: datetime
) -> bool:
    """Let a partner take part in a case beside the case's own; the case looks into the newcomer by a day.

    role      co_partner or member
    Returns   whether that changes anything
    Raises    register.RegisterRefused, also where the case refuses it: then nothing is done
    """
    if not register.join_case(session, partner, case_id, role, actor=actor.role, now=now):
        return False
    name = session.scalar(select(queries.PARTNERS.c.name).where(queries.PARTNERS.c.id == partner))
    done = reopen_due_diligence(session, partner, actor, f"{name} takes part.", due, now, only=case_id)
    if against := [f"{reference}: {why}" for reference, why in done.items() if isinstance(why, Refused)]:
        raise register.RegisterRefused(*against)
    return True


def _open_cases(session: Session) -> Sequence[int]:
    """Cases that have not ended, by id."""
    finals = {s.name for law in house.of(session).laws.all for s in law.states.values() if s.final}
    return session.scalars(select(CASES.c.id).where(CASES.c.state.not_in(finals)).order_by(CASES.c.id)).all()


def law_of(session: Session, stored: Stored) -> Procedure:
    """The law file a case was begun under. Raises LawMissing."""
    return house.of(session).laws.of_case(stored.procedure, stored.edition, stored.law_digest)


def facts_of(session: Session, case_id: int, now: datetime) -> tuple[Procedure, Facts] | None:
    """The law and the facts of a case as a decision would see them now; for pages and reports."""
    work = Work(session, now, lock=False)
    work.take({case_id})
    if case_id not in work.stored:
        return None
    return work.law(case_id), work.facts(case_id, Command("look", CLOCK))


# ------------------------------------------------------------------------------------ keys


def _kept(session: Session, keys: list[str]) -> dict[str, dict[str, Any]]:
    if not keys:
        return {}
    connection = session.connection()
    if len(keys) == 1:
        rows = connection.execute(_THE_KEY, {"key": keys[0]})
    else:
        rows = connection.execute(_THE_KEYS, {"keys": keys})
    return {row.key: dict(row._mapping) for row in rows}


def _again(kept: dict[str, Any], case_id: int, command: Command) -> Outcome | Refused:
    """The stored outcome of a key; the same key with other content is refused."""
    if kept["request"] != request_of(case_id, command):
        return Refused((reason("key_reused", key=command.key),))
    return Outcome.of_kept(kept["outcome"])
