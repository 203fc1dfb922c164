"""Every SELECT used twice, named by the question it answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, Table, bindparam, func, or_, select, union
from sqlalchemy.orm import DeclarativeBase, Session

from states import dossier, facts
from states.effects import from_plain
from states.ledger import Entry
from states.periods import WorkingDays
from workflow import models
from workflow.calendars import parse, shipped

_T = TypeVar("_T")


def table(model: type[DeclarativeBase]) -> Table:
    """The table of a model, for Core statements."""
    found = model.__table__
    assert isinstance(found, Table)
    return found


CASES, ROUNDS, ASKED, ANSWERS = map(table, (models.Case, models.Round, models.Asked, models.Answer))
OBJECTIONS, DEADLINES, LETTERS = map(table, (models.Objection, models.Deadline, models.Letter))
POSTINGS = table(models.Posting)
PARTIES, SEATS, MEETINGS = map(table, (models.Party, models.Seat, models.Meeting))
PARTICIPATIONS = table(models.Participation)
PARTNERS, EXCLUSIONS, MATCHES = map(table, (models.Partner, models.Exclusion, models.ExclusionMatch))
ENTRIES, INDICATORS = table(models.Entry), table(models.Indicator)
CALENDARS, REGISTER_HEAD, EVENTS = map(table, (models.Calendar, models.RegisterHead, models.Event))


# ------------------------------------------------------------------------------------------- cases


@dataclass(frozen=True, slots=True)
class Stored:
    """A case as its tables hold it, with what a decision does not look at."""

    id: int
    procedure: str
    edition: str
    law_digest: str
    #: Hash of its last event.
    head: str
    case: facts.Case


def _record(kind: type[_T], row: Row[Any], first: int, **more: Any) -> _T:
    """A record of states.facts from the columns of a row, in the order of its fields."""
    values: tuple[Any, ...] = tuple(row)
    return kind(*values[first:], **more)


def _columns(of: Table, names: Iterable[str]) -> list[Any]:
    return [of.c[name] for name in names]


_ROUND = ("no", "state", "of", "opened_at", "reply_by", "closes_at", "within", "restarted_at", "closed_at")
_ROUND_REST = ("outcome", "extensions", "unreached", "remaining")
_ASKED = (
    "code", "party", "alternate", "joined_at", "reply_by", "closes_at", "has_questioned", "remaining",
    "interest", "is_recused",
)  # fmt: skip
_ANSWER = (
    "no", "round", "member", "voice", "rank", "word", "received_at", "recorded_at", "conditions", "reasons",
    "text", "channel", "language", "admitted", "accepted", "taken_back", "answered", "answered_at",
    "answered_for_all", "posted_on", "translation",
)  # fmt: skip
_OBJECTION = ("no", "round", "party", "voice", "rank", "received_at", "ended_at", "how")
_DEADLINE = (
    "name", "kind", "generation", "status", "rule", "anchor", "last_day", "due_at", "title", "of",
    "on_expiry", "done_by", "round", "about", "meeting", "remaining",
)  # fmt: skip


def _of_cases(of: Table, names: Iterable[str], *order: str, key: str = "case_id") -> _ByCase:
    """The rows of some cases: two forms of one question, built once (building costs more than asking)."""
    asked = select(of.c[key], *_columns(of, names)).order_by(of.c[key], *_columns(of, order))
    return _ByCase(
        asked.where(of.c[key] == bindparam("id")),
        asked.where(of.c[key].in_(bindparam("ids", expanding=True))),
    )


@dataclass(frozen=True, slots=True)
class _ByCase:
    """A SELECT about one case, and the same about several."""

    of_one: Select[Any]
    of_many: Select[Any]

    def rows(self, session: Session, ids: Sequence[int]) -> Sequence[Row[Any]]:
        connection = session.connection()
        if len(ids) == 1:
            return connection.execute(self.of_one, {"id": ids[0]}).all()
        return connection.execute(self.of_many, {"ids": ids}).all()

    def where(self, condition: Any) -> _ByCase:
        return _ByCase(self.of_one.where(condition), self.of_many.where(condition))

    def locked(self) -> _ByCase:
        return _ByCase(self.of_one.with_for_update(), self.of_many.with_for_update())


_THE_CASES = _of_cases(CASES, [c.name for c in CASES.c if c.name != "id"], key="id")
# In order of id: two processes that lock the same cases must meet in the same order.
_THE_CASES_LOCKED = _THE_CASES.locked()
_THE_ROUNDS = _of_cases(ROUNDS, _ROUND + _ROUND_REST, "no")
_THE_ASKED = _of_cases(ASKED, ("round", *_ASKED), "round", "position")
_THE_ANSWERS = _of_cases(ANSWERS, _ANSWER, "no")
_THE_OBJECTIONS = _of_cases(OBJECTIONS, _OBJECTION, "no")
_THE_DEADLINES = _of_cases(DEADLINES, _DEADLINE, "id").where(models.IS_RUNNING)


def load_case(session: Session, case_id: int) -> facts.Case | None:
    """The case as its tables hold it, or None."""
    found = load_cases(session, [case_id])
    return found[case_id].case if found else None


def load_cases(session: Session, ids: Sequence[int], *, lock: bool = False) -> dict[int, Stored]:
    """Several cases at once.

    lock   hold their rows until the transaction ends (SQLite: the transaction is the only writer anyway)
    """
    if not ids:
        return {}
    rows = (_THE_CASES_LOCKED if lock else _THE_CASES).rows(session, ids)
    asked_ids = [row.id for row in rows if row.rounds]
    rounds = _rounds(session, asked_ids) if asked_ids else {}
    objecting = [row.id for row in rows if row.objections]
    objections = _by_case(session, _THE_OBJECTIONS, objecting) if objecting else {}
    deadlines = _by_case(session, _THE_DEADLINES, [row.id for row in rows]) if rows else {}
    return {
        row.id: Stored(
            row.id,
            row.procedure,
            row.edition,
            row.law_digest,
            row.head,
            _case(
                row,
                rounds.get(row.id, ()),
                tuple(_record(facts.Objection, o, 1) for o in objections.get(row.id, ())),
                tuple(_record(facts.Deadline, d, 1) for d in deadlines.get(row.id, ())),
            ),
        )
        for row in rows
    }


def _case(
    row: Row[Any],
    rounds: tuple[facts.Round, ...],
    objections: tuple[facts.Objection, ...],
    deadlines: tuple[facts.Deadline, ...],
) -> facts.Case:
    return facts.Case(
        reference=row.reference,
        state=row.state,
        since=row.since,
        seq=row.seq,
        officer=row.officer,
        title=row.title,
        partner=row.partner,
        partner_record=row.partner_record,
        territory=tuple(row.territory),
        no_territory_reason=row.no_territory_reason,
        risk=row.risk,
        summary=row.summary,
        held_on=row.held_on,
        target=row.target,
        paper=row.paper,
        marks=frozenset(row.marks),
        items=frozenset(row.items),
        conditions=tuple(facts.Condition(**c) for c in row.conditions),
        decisions=tuple(
            facts.Decision(d["body"], d["meeting"], d["result"], date.fromisoformat(d["on"]))
            for d in row.decisions
        ),
        rounds=rounds,
        objections=objections,
        deadlines=deadlines,
        sheet=tuple(dossier.SheetAnswer(**from_plain(each)) for each in row.sheet),
        risks=tuple(dossier.Risk(**from_plain(each)) for each in row.risks),
        form=row.form,
        signatures=tuple(dossier.Signature(**from_plain(each)) for each in row.signatures),
        members=tuple(dossier.Member(**from_plain(each)) for each in row.members),
        public_texts=tuple(dossier.PublicText(**from_plain(each)) for each in row.public_texts),
        released_at=row.released_at,
        claimants=tuple(row.claimants),
        began_on=row.began_on,
    )


def _by_case(session: Session, wanted: _ByCase, ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in wanted.rows(session, ids):
        found[row[0]].append(row)
    return found


def _rounds(session: Session, ids: Sequence[int]) -> dict[int, tuple[facts.Round, ...]]:
    asked: dict[tuple[int, int], list[facts.Asked]] = defaultdict(list)
    for case_id, rows in _by_case(session, _THE_ASKED, ids).items():
        for row in rows:
            asked[case_id, row.round].append(_record(facts.Asked, row, 2))
    answers: dict[tuple[int, int], list[facts.Answer]] = defaultdict(list)
    for case_id, rows in _by_case(session, _THE_ANSWERS, ids).items():
        for row in rows:
            answers[case_id, row.round].append(_record(facts.Answer, row, 1))
    return {
        case_id: tuple(
            replace(
                _record(facts.Round, row, 1),
                unreached=tuple(row.unreached),
                asked=tuple(asked[case_id, row.no]),
                answers=tuple(answers[case_id, row.no]),
            )
            for row in rows
        )
        for case_id, rows in _by_case(session, _THE_ROUNDS, ids).items()
    }


def case_id_of(session: Session, reference: str) -> int | None:
    """The id of the case with that reference, or None."""
    return session.scalar(select(CASES.c.id).where(CASES.c.reference == reference))


def references(session: Session) -> list[str]:
    """The references of all cases, oldest first."""
    return list(session.scalars(select(CASES.c.reference).order_by(CASES.c.id)))


def members_reached(session: Session, case_id: int, round_no: int) -> frozenset[str]:
    """Codes of those asked in a round to whom at least one request has been handed over, or posted."""
    values = {"id": case_id, "no": round_no}
    return frozenset(session.connection().scalars(_MEMBERS_REACHED, values))


def requests_waiting(session: Session, case_id: int, round_no: int, member: str) -> list[int]:
    """Requests of a round to one who is asked that are yet to be handed over."""
    theirs = (LETTERS.c.case_id == case_id) & (LETTERS.c.round == round_no) & (LETTERS.c.member == member)
    waits = (LETTERS.c.purpose == "request") & LETTERS.c.status.in_(["waiting", "sending"])
    return list(session.scalars(select(LETTERS.c.id).where(theirs, waits).order_by(LETTERS.c.id)))


def was_reached(session: Session, case_id: int, round_no: int, member: str, before: datetime) -> bool:
    """Whether a request of a round had been handed over to one who is asked before that moment."""
    theirs = (LETTERS.c.case_id == case_id) & (LETTERS.c.round == round_no) & (LETTERS.c.member == member)
    sent = (LETTERS.c.purpose == "request") & (LETTERS.c.status == "sent") & (LETTERS.c.sent_at < before)
    if session.scalar(select(LETTERS.c.id).where(theirs, sent).limit(1)) is not None:
        return True
    posted = (LETTERS.c.purpose == "request") & (POSTINGS.c.recorded_at < before)
    on_paper = select(LETTERS.c.id).join(POSTINGS, POSTINGS.c.letter_id == LETTERS.c.id)
    return session.scalar(on_paper.where(theirs, posted).limit(1)) is not None


_OF_ROUND = (
    LETTERS.c.case_id == bindparam("id"),
    LETTERS.c.round == bindparam("no"),
    LETTERS.c.purpose == "request",
)
#: Codes of those asked in a round whose request went out on paper.
MEMBERS_POSTED = (
    select(LETTERS.c.member)
    .join(POSTINGS, POSTINGS.c.letter_id == LETTERS.c.id)
    .where(POSTINGS.c.case_id == bindparam("id"), *_OF_ROUND)
)
_MEMBERS_REACHED = union(
    select(LETTERS.c.member).where(*_OF_ROUND, LETTERS.c.status == "sent"), MEMBERS_POSTED
)


_ENTRY = tuple(each.name for each in fields(Entry))
_THE_ENTRIES = _of_cases(ENTRIES, _ENTRY, "no")


def entries_of(session: Session, case_id: int) -> tuple[Entry, ...]:
    """The accounts of a case, the oldest entry first."""
    return tuple(_record(Entry, row, 1) for row in _THE_ENTRIES.rows(session, [case_id]))


def entries_of_cases(session: Session, ids: Sequence[int]) -> dict[int, tuple[Entry, ...]]:
    """The accounts of several cases, the oldest entry first; cases without any are left out."""
    found: dict[int, list[Entry]] = defaultdict(list)
    for row in _THE_ENTRIES.rows(session, ids):
        found[row.case_id].append(_record(Entry, row, 1))
    return {case_id: tuple(entries) for case_id, entries in found.items()}


def indicators_of(session: Session, case_id: int) -> dict[int, str]:
    """Number of each indicator of a case -> its name."""
    wanted = select(INDICATORS.c.no, INDICATORS.c.name).where(INDICATORS.c.case_id == case_id)
    return {row.no: row.name for row in session.execute(wanted.order_by(INDICATORS.c.no))}


# --------------------------------------------------------------------------------- the world of the day


@dataclass(frozen=True, slots=True)
class World:
    """What the registers say: Parties, seats, meetings and calendars."""

    parties: Mapping[str, facts.Party]
    #: Code of a Party -> its names in English, French and Spanish.
    names: Mapping[str, tuple[str, str, str]]
    seats: tuple[facts.Seat, ...]
    meetings: tuple[facts.Meeting, ...]
    #: Name -> (digest, days) of the snapshot that new dates are counted with.
    calendars: Mapping[str, tuple[str, WorkingDays]]
    #: Partner -> (list, last day or None) of each entry that it is, as a person has decided.
    excluded: Mapping[int, tuple[tuple[str, date | None], ...]]
    #: Case -> those who take part in it beside its own partner.
    taking_part: Mapping[int, tuple[int, ...]]

    def excluded_on(self, day: date, *partners: int) -> tuple[str, ...]:
        """The exclusion lists on which any of the partners stands on that day."""
        lists = [each for partner in partners for each in self.excluded.get(partner, ())]
        return tuple(dict.fromkeys(name for name, until in lists if until is None or day <= until))


# The register's head is a hash over all that has ever changed in it: equal heads, equal worlds.
_WORLDS: dict[tuple[str, str], World] = {}
_WORLDS_KEPT = 16
_REGISTER_HEAD = select(REGISTER_HEAD.c.head).where(REGISTER_HEAD.c.id == 0)


def world(session: Session, register: str) -> World:
    """What the registers say now; read again only when they have changed."""
    head = session.connection().scalar(_REGISTER_HEAD) or ""
    found = _WORLDS.get((register, head)) if head else None
    if found is None:
        found = _world(session, register)
        if head:
            while len(_WORLDS) >= _WORLDS_KEPT:
                _WORLDS.pop(next(iter(_WORLDS)))
            _WORLDS[register, head] = found
    return found


def _world(session: Session, register: str) -> World:
    wanted = ("code", "joins", "leaves", "name_en", "name_fr", "name_es")
    parties = select(*_columns(PARTIES, wanted)).where(PARTIES.c.register == register)
    known = session.execute(parties.order_by(PARTIES.c.code)).all()
    seats = select(*_columns(SEATS, ("body", "seat", "member", "alternate", "starts", "ends")))
    meetings = select(*_columns(MEETINGS, ("body", "ordinal", "kind", "starts", "ends")))
    calendars = select(CALENDARS.c.name, CALENDARS.c.digest, CALENDARS.c.text)
    return World(
        {row.code: facts.Party(*row[:3]) for row in known},
        {row.code: (row.name_en, row.name_fr, row.name_es) for row in known},
        tuple(facts.Seat(*row) for row in session.execute(seats.order_by(SEATS.c.id))),
        tuple(facts.Meeting(*row) for row in session.execute(meetings.order_by(MEETINGS.c.starts))),
        {
            # The last published of a name is the one that counts.
            row.name: (row.digest, parse(row.text).working_days)
            for row in session.execute(calendars.order_by(CALENDARS.c.published_at))
        },
        _excluded(session),
        _taking_part(session),
    )


def _taking_part(session: Session) -> dict[int, tuple[int, ...]]:
    found: dict[int, list[int]] = defaultdict(list)
    for row in session.execute(select(PARTICIPATIONS).order_by(PARTICIPATIONS.c.partner)):
        found[row.case_id].append(row.partner)
    return {case_id: tuple(partners) for case_id, partners in found.items()}


def _excluded(session: Session) -> dict[int, tuple[tuple[str, date | None], ...]]:
    """Who is one with somebody excluded is excluded too."""
    rows = session.execute(
        select(MATCHES.c.partner, EXCLUSIONS.c.source, EXCLUSIONS.c.name, EXCLUSIONS.c.until)
        .join(EXCLUSIONS, EXCLUSIONS.c.id == MATCHES.c.exclusion)
        .where(MATCHES.c.is_match)
        .order_by(EXCLUSIONS.c.id)
    ).all()
    one_with = families(session) if rows else {}
    found: dict[int, list[tuple[str, date | None]]] = defaultdict(list)
    for row in rows:
        for number in one_with[row.partner]:
            found[number].append((f"{row.source} ({row.name})", row.until))
    return {number: tuple(lists) for number, lists in found.items()}


def is_of(partners: Sequence[int] | Select[Any]) -> ColumnElement[bool]:
    """Of a row of CASES: one of the partners is its own, or takes part in it."""
    beside = select(PARTICIPATIONS.c.case_id).where(PARTICIPATIONS.c.partner.in_(partners))
    return or_(CASES.c.partner_record.in_(partners), CASES.c.id.in_(beside))


def families(session: Session) -> dict[int, list[int]]:
    """Partner -> everybody who has become one with it, itself among them."""
    merged = {
        row.id: row.merged_into for row in session.execute(select(PARTNERS.c.id, PARTNERS.c.merged_into))
    }

    def root(number: int) -> int:
        while (into := merged[number]) is not None:
            number = into
        return number

    found: dict[int, list[int]] = defaultdict(list)
    for number in sorted(merged):
        found[root(number)].append(number)
    return {number: found[root(number)] for number in merged}


def calendar_of(known: World, name: str) -> tuple[str, WorkingDays]:
    """The digest and the days of a calendar: the last published snapshot, else the shipped one."""
    found = known.calendars.get(name)
    if found is None:
        snapshot = shipped(name)
        found = (snapshot.digest, snapshot.working_days)
    return found


def next_dates(session: Session, ids: Sequence[int]) -> dict[int, date]:
    """Case -> the earliest last day of what runs for it: its window, else a task."""
    rows = session.execute(
        select(DEADLINES.c.case_id, func.min(DEADLINES.c.last_day))
        .where(
            models.IS_RUNNING,
            DEADLINES.c.case_id.in_(ids),
            DEADLINES.c.kind.in_(("window", "task", "expiry")),
        )
        .group_by(DEADLINES.c.case_id)
    )
    return {row[0]: row[1] for row in rows}
