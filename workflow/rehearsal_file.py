"""Read a rehearsal file: TOML -> Rehearsal, every mistake told with its place and the nearest right word."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from babel import Locale

from states.commands import VOICES, Actor
from states.details import ALWAYS, OF_ANSWERS, OF_MOVE_MEETING
from states.dossier import Member
from states.faults import Fault, ProcedureError, meant
from states.positions import LATE, SILENT, UNREACHED
from states.procedure import Procedure
from states.provisions import DEGREES
from states.sheets import questions
from states.source import Source, SourceError
from states.tables import Noted
from states.ways import ways
from workflow import calendars
from workflow.laws import SHIPPED_REGISTERS, Laws
from workflow.rehearsal import (
    MOVE_MEETING,
    PURPOSES,
    Check,
    ContactChange,
    MeetingChange,
    PartyChange,
    Proposal,
    Rehearsal,
    RehearsalError,
    SeatChange,
    Step,
)
from workflow.sheet import Sheet

#: Stands where a moment is missing or wrong: the file is refused, and nobody sees it.
NEVER = datetime.max.replace(tzinfo=UTC)
#: Codes of ISO 3166 that stand for no country.
_NO_COUNTRY = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


def read(path: Path, law: Procedure | None = None, laws: Laws | None = None) -> Rehearsal:
    """Read one rehearsal file.

    law      the procedure to play it against, instead of the one that the file names
    laws     the law files of the installation; the shipped ones unless given
    Raises   RehearsalError with every fault
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        why = (error.strerror or "it cannot be opened").lower()
        fault = Fault(str(path), f"the rehearsal cannot be read: {why}", "Give the path of a rehearsal file.")
        raise RehearsalError([fault]) from None
    return parse(str(path), content, law, laws)


def parse(name: str, content: bytes, law: Procedure | None = None, laws: Laws | None = None) -> Rehearsal:
    """Read the bytes of a rehearsal file that messages call `name`.

    Raises   RehearsalError with every fault
    """
    try:
        source = Source.of(name, content)
    except SourceError as error:
        raise RehearsalError([error.fault]) from None
    noted: list[Noted] = []
    top = Sheet(source.content, (), noted)
    procedure = law if law is not None else _procedure(top, laws or Laws())
    if procedure is None:
        # Without its words nothing else can be judged.
        raise RehearsalError(source.faults(noted))
    rehearsal = _Reader(source, procedure, top).rehearsal()
    if noted:
        raise RehearsalError(source.faults(noted))
    return rehearsal


def _procedure(top: Sheet, laws: Laws) -> Procedure | None:
    name = top.text("procedure")
    try:
        return laws.current(name) if name else None
    except ProcedureError as error:
        for fault in error.faults:
            top.fault(f"'{name}': {fault.says}", fault.remedy, "procedure")
        return None


class _Reader:
    """Reads the tables of one file, with the words that its procedure and its world know."""

    def __init__(self, source: Source, procedure: Procedure, top: Sheet) -> None:
        self.source = source
        self.procedure = procedure
        self.zone = procedure.timezone
        self.top = top
        self.items = procedure.takeable
        self.parties = set(shipped_parties(procedure.parties))
        self.seats = [row for row in shipped("seats") if row["body"] in procedure.bodies]
        self.meetings = {row["ordinal"] for row in shipped("meetings") if row["body"] in procedure.bodies}

    def rehearsal(self) -> Rehearsal:
        top = self.top
        top.asked_for.add("procedure")
        start = self._moment(top, "start")
        # What the file adds to the world is known before anything speaks of it.
        parties = tuple(self._party(row) for row in top.rows("party"))
        self.codes = self.parties | countries()
        meetings = tuple(self._meeting(row) for row in top.rows("meeting"))
        seats = tuple(self._seat(row) for row in top.rows("seat"))
        self.seated = {word for row in self.seats for word in (row["seat"], row["member"], row["alternate"])}
        contacts = tuple(self._contact(row) for row in top.rows("contact"))
        proposal = Proposal("", {})
        top.asked_for.add("case")
        if "case" not in top.content:
            top.fault("the table [case] is missing", "Add [case] with a title.")
        for table in top.subtable("case"):
            proposal = self._proposal(table)
        steps = tuple(self._step(row, start) for row in top.rows("step"))
        checks = tuple(self._check(row, start) for row in top.rows("check"))
        top.done()
        return Rehearsal(
            self.source.name,
            self.procedure,
            start or NEVER,
            proposal,
            steps,
            checks,
            parties,
            meetings,
            seats,
            contacts,
        )

    # ------------------------------------------------------------------------------- the world

    def _party(self, row: Sheet) -> PartyChange:
        code = row.text("code")
        joins, leaves = row.day("joins"), row.day("leaves")
        if code and not (len(code) == 2 and code.isalpha() and code.isupper()):
            row.fault(
                f"'{code}' is not the code of a Party", "Write two capital letters, such as 'FR'.", "code"
            )
        elif code and code not in self.parties and joins is None and "joins" not in row.content:
            says = f"{code} is not a Party yet, and nothing says when it becomes one"
            row.fault(says, "Add joins = a date.", "code")
        if joins and leaves and leaves <= joins:
            row.fault(f"{code} would leave before it joins", "Correct one of the two days.", "leaves")
        self.parties.add(code)
        row.done()
        return PartyChange(code, joins, leaves)

    def _meeting(self, row: Sheet) -> MeetingChange:
        body = row.one_of("body", "body", self.procedure.bodies, required=True)
        ordinal = row.text("ordinal")
        kind = row.choice("kind", ("ordinary", "extraordinary"), "ordinary")
        starts = row.day("starts", required=True)
        ends = row.day("ends") or starts
        if starts and ends and ends < starts:
            row.fault(f"{ordinal} would end before it begins", "Correct one of the two days.", "ends")
        self.meetings.add(ordinal)
        row.done()
        return MeetingChange(body, ordinal, kind, starts or date.max, ends or date.max)

    def _seat(self, row: Sheet) -> SeatChange:
        body = row.one_of("body", "body", self.procedure.bodies, required=True)
        seat = row.text("seat", "")
        member = self._code(row, "member")
        alternate = self._code(row, "alternate")
        starts, ends = row.day("from"), row.day("to")
        known = any((r["body"], r["seat"]) == (body, seat) for r in self.seats)
        if seat and not known and not member:
            row.fault(
                f"the seat '{seat}' is new, and nothing says who holds it", "Add member = a Party.", "seat"
            )
        if starts and ends and ends < starts:
            row.fault("it would end before it begins", "Correct one of the two days.", "to")
        self.seats.append({"body": body, "seat": seat, "member": member or "", "alternate": alternate or ""})
        row.done()
        return SeatChange(body, seat, member, alternate, starts, ends)

    def _contact(self, row: Sheet) -> ContactChange:
        party = row.one_of("party", "Party", self.parties, required=True)
        role = row.choice("role", VOICES)
        works = row.flag("works") or "works" not in row.content
        row.done()
        return ContactChange(party, role, works)

    def _code(self, row: Sheet, key: str) -> str | None:
        row.asked_for.add(key)
        if key not in row.content:
            return None
        return row.text(key) if row.content[key] == "" else row.one_of(key, "Party", self.parties)

    # -------------------------------------------------------------------------------- the case

    def _proposal(self, table: Sheet) -> Proposal:
        partner: Mapping[str, Any] = {"name": "A partner"}
        for given in table.subtable("partner"):
            given.text("name")
            partner = dict(given.content)
        proposal = Proposal(
            title=table.text("title"),
            partner=partner,
            territory=table.some_of("territory", "Party", self.codes),
            summary=table.text("summary", ""),
            officer=table.text("officer", ""),
            sheet=self._sheet(table),
            unanswered=table.some_of("unanswered", "question", set(questions(self.procedure))),
            unsigned=table.some_of("unsigned", "signer", self._signers()),
            members=tuple(self._member(row) for row in table.rows("members")),
        )
        table.done()
        return proposal

    def _sheet(self, table: Sheet) -> Mapping[str, str]:
        """Answers that are not those in order."""
        known = questions(self.procedure)
        given = table.phrases("sheet")
        for name, answer in given.items():
            question = known.get(name)
            if question is None:
                table.fault(f"unknown question '{name}'", meant(name, known), "sheet", name)
            elif question.answers and answer not in question.answers:
                table.fault(f"'{answer}' does not answer it", meant(answer, question.answers), "sheet", name)
        return given

    def _signers(self) -> set[str]:
        return {signer for form in self.procedure.agreements.values() for signer in form.signed_by}

    def _member(self, row: Sheet) -> Member:
        rules = self.procedure.membership
        member = Member(
            name=row.text("name"),
            category=row.one_of("category", "category", rules.categories if rules else (), required=True),
            region=row.text("region", ""),
            admitted_on=row.day("admitted_on", required=True) or date.max,
        )
        row.done()
        return member

    # -------------------------------------------------------------------------- steps and checks

    def _step(self, row: Sheet, start: datetime | None) -> Step:
        at = self._moment(row, "at", start)
        do = row.one_of("do", "action or answer", self._doable(), required=True)
        refused = self._refused(row)
        by = row.voices("by")
        for place, actor in enumerate(by):
            self._known_voice(row, actor, place, bool(refused))
        details: dict[str, Any] = {}
        for given in row.subtable("with"):
            details = self._details(given, do)
        then: Mapping[str, Any] = {}
        for expected in row.subtable("then"):
            then = self._expected(expected)
            expected.done()
        row.done()
        return Step(at, by, do, self._line(row), details, refused, then)

    def _check(self, row: Sheet, start: datetime | None) -> Check:
        at = self._moment(row, "at", start)
        then = self._expected(row)
        if not set(row.content) - {"at", "round"}:
            row.fault("nothing is to be checked", "Add state = ..., or another thing that must hold.")
        row.done()
        return Check(at, self._line(row), then)

    def _moment(self, row: Sheet, key: str, start: datetime | None = None) -> datetime:
        found = row.moment(key, self.zone)
        if found is None:
            return NEVER
        if not calendars.FIRST <= found.date() <= calendars.LAST:
            says = f"'{row.content[key]}' lies outside the calendars"
            row.fault(says, f"Choose a moment from {calendars.FIRST} to {calendars.LAST}.", key)
        elif start is not None and found < start:
            row.fault("this is before the start of the rehearsal", "Move it, or start earlier.", key)
        return found

    def _line(self, row: Sheet) -> int:
        return self.source.places.line(row.path)

    def _doable(self) -> set[str]:
        return {*self.procedure.actions, *self.procedure.answers, MOVE_MEETING}

    def _refused(self, row: Sheet) -> bool | str:
        row.asked_for.add("refused")
        value = row.content.get("refused", False)
        if isinstance(value, bool):
            return value
        text = value.strip() if isinstance(value, str) else ""
        if not text:
            row.fault(
                "true, or a text that the reasons contain, is wanted", "Write refused = true.", "refused"
            )
        return text

    def _known_voice(self, row: Sheet, actor: Actor, place: int, is_to_be_refused: bool) -> None:
        steps = ("by", place) if isinstance(row.content.get("by"), list) else ("by",)
        if actor.role == "party" and actor.party not in self.codes:
            row.fault(f"unknown Party '{actor.party}'", meant(actor.party, self.codes), *steps)
        # Who has no seat may well be shown to be refused.
        others = self.codes if is_to_be_refused else set()
        if actor.role == "seat" and actor.party not in self.seated | others:
            row.fault(f"no body has a seat of '{actor.party}'", meant(actor.party, self.seated), *steps)

    def _details(self, given: Sheet, do: str) -> dict[str, Any]:
        known = set(ALWAYS)
        for action in self.procedure.actions.get(do, ()):
            known |= {*action.needs, *action.takes}
        if do in self.procedure.answers:
            known |= set(OF_ANSWERS)
        if do == MOVE_MEETING:
            known = set(OF_MOVE_MEETING)
        given.asked_for |= known
        found = {key: given.detail(key, self.zone) for key in given.content if key in known}
        for place, item in enumerate(found.get("without") or ()):
            if item not in self.items:
                given.fault(f"unknown item '{item}'", meant(item, self.items), "without", place)
        for key in ("territory", "parties"):
            if key in found:
                given.some_of(key, "Party", self.codes)
        given.done()
        return found

    def _expected(self, row: Sheet) -> dict[str, Any]:
        """The keys that are there; what a file does not name is not compared."""
        procedure, zone = self.procedure, self.zone
        asking = [state.name for state in procedure.states.values() if state.ask]
        words = {*procedure.answers, SILENT, LATE, UNREACHED}
        marks = {mark for way in ways(procedure) for mark in way.alternative.marks}
        readers: dict[str, Callable[[str], Any]] = {
            "state": lambda key: row.one_of(key, "state", procedure.states),
            "round": lambda key: row.one_of(key, "asking state", asking),
            "asked": row.number,
            "positions": lambda key: row.counts(key, "position", words),
            "objections_standing": row.number,
            "due": lambda key: row.day_or_moment(key, zone),
            "closes": lambda key: row.moment(key, zone),
            "target": lambda key: row.one_of(key, "meeting", self.meetings),
            "mailed": lambda key: row.counts(key, "purpose", PURPOSES),
            "held": row.flag,
            "marks": lambda key: row.some_of(key, "mark", marks),
            "form": lambda key: row.one_of(key, "form", procedure.agreements),
            "members": row.number,
            "risks": lambda key: row.counts(key, "degree", DEGREES),
            "signatures": row.number,
        }
        row.asked_for |= set(readers)
        return {key: reader(key) for key, reader in readers.items() if key in row.content}


@cache
def countries() -> frozenset[str]:
    """The codes of countries (ISO 3166): a territory may be that of a State that is no Party."""
    known = [str(code) for code in Locale("en").territories]
    return frozenset(code for code in known if len(code) == 2 and code.isalpha()) - _NO_COUNTRY


@cache
def shipped(table: str) -> tuple[dict[str, str], ...]:
    """The rows of one of the shipped tables: seats, meetings, parties."""
    text = files("workflow").joinpath("data", f"{table}.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def shipped_parties(register: str) -> frozenset[str]:
    """The codes of the Parties of a register, as they are shipped; none of a register that is not."""
    table = SHIPPED_REGISTERS.get(register, "").removesuffix(".csv")
    return frozenset(row["iso2"] for row in shipped(table)) if table else frozenset()
