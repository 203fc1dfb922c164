"""What the API tells: the shapes of its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from workflow.files import Document
from workflow.preview import DateChange


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in the list."""

    reference: str
    title: str
    partner: str
    #: Id of the law file, and its edition.
    procedure: str
    edition: str
    state: str
    #: The state in words.
    stage: str
    #: Codes of the Parties concerned.
    territory: Sequence[str]
    #: Sign-in name.
    officer: str
    opened_at: datetime
    since: datetime
    #: The date that comes next, what is due then, and whether it is past.
    next_day: date | None
    due: str
    is_overdue: bool
    is_held: bool
    #: Codes of the Parties whose objections stand.
    objecting: Sequence[str]


@dataclass(frozen=True, slots=True)
class CaseList:
    """One page of the register."""

    total: int
    page: int
    pages: int
    cases: Sequence[CaseLine]


@dataclass(frozen=True, slots=True)
class Date:
    """A date that runs in a case."""

    name: str
    title: str
    last_day: date
    #: When the clock acts on it (UTC).
    due_at: datetime
    #: overdue, held, fired or armed.
    status: str
    #: How it was calculated, and what happens then, line by line.
    calculated: Sequence[str]
    then: Sequence[str]


@dataclass(frozen=True, slots=True)
class MemberPosition:
    """What one of those asked has said."""

    #: "FR", or a seat: "africa-1".
    member: str
    party: str
    name: str
    #: The answer that counts; "silent" or "late" where none does.
    position: str
    received_at: datetime | None
    reasons: str
    conditions: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question that was put in a case, and what those asked have said."""

    no: int
    state: str
    title: str
    opened_at: datetime
    #: The printed last day, and when the window shuts (UTC).
    reply_by: date
    closes_at: datetime
    closed_at: datetime | None
    outcome: str
    positions: Sequence[MemberPosition]


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection that stands, or stood."""

    no: int
    party: str
    received_at: datetime
    ended_at: datetime | None
    how: str


@dataclass(frozen=True, slots=True)
class Letters:
    """Letters of one kind in a case."""

    #: Number of the question, 0: of none.
    round: int
    purpose: str
    template: str
    #: waiting, sent, aside ...: how many.
    status: str
    letters: int


@dataclass(frozen=True, slots=True)
class OneCase:
    """A case."""

    reference: str
    title: str
    summary: str
    #: Name, sector, home ... of the partner.
    partner: dict[str, str]
    procedure: str
    edition: str
    state: str
    stage: str
    since: datetime
    is_final: bool
    held_on: date | None
    officer: str
    territory: Sequence[str]
    #: Number of the last event: who acts sends it along as `seen`.
    seen: int
    dates: Sequence[Date]
    #: The newest first.
    questions: Sequence[Question]
    objections: Sequence[Objection]
    letters: Sequence[Letters]
    #: The newest version of each, without content.
    documents: Sequence[Document]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that has happened in a case."""

    #: Number within the case, from 1.
    seq: int
    #: When it was recorded (UTC).
    at: datetime
    #: The same in every language: an action of the law file, `answer`, `overdue` ...
    kind: str
    title: str
    #: officer, party:FR/mission, clock; on whose behalf, or "".
    actor: str
    on_behalf: str
    #: Both in words, with the name of whoever did it.
    who: str
    #: What it brought, each a short sentence; and somebody's own words, as they are.
    says: Sequence[str]
    own_words: Sequence[str]
    #: The state the case entered with it, or "".
    to: str


@dataclass(frozen=True, slots=True)
class Action:
    """Something the present state of a case knows."""

    name: str
    title: str
    basis: str
    #: Whether the owner of the token may do it now; otherwise every reason against it.
    possible: bool
    reasons: Sequence[str]
    #: Details it must be given, and others it takes.
    needs: Sequence[str]
    takes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Actions:
    """What may be done in a case, and what not."""

    reference: str
    state: str
    #: Number of the last event: send it along with what you do.
    seen: int
    actions: Sequence[Action]


@dataclass(frozen=True, slots=True)
class Sample:
    """A letter, as it would leave."""

    audience: str
    language: str
    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an action would bring about; nothing was done."""

    seen: int
    #: The state now, and afterwards.
    before: str
    after: str
    #: Kinds of the events it would make.
    events: Sequence[str]
    dates: Sequence[DateChange]
    #: When reminders will go out that would not go out without it (UTC).
    reminders: Sequence[datetime]
    letters: int
    parties: int
    addresses: int
    #: One letter for each audience and language.
    samples: Sequence[Sample]
    warnings: Sequence[str]


@dataclass(frozen=True, slots=True)
class Done:
    """What an action has brought about."""

    reference: str
    state: str
    #: Number of the case's last event.
    seen: int
    events: Sequence[str]
    #: How many letters were queued.
    letters: int


@dataclass(frozen=True, slots=True)
class Party:
    """A State of a register, as of a day."""

    code: str
    name: str
    region: str
    #: In which its letters are written.
    language: str
    joins: date
    leaves: date | None
    is_party: bool
    #: reached, failing, stand_in or unreachable.
    state: str
    #: Roles of the contacts its letters go to, and how many addresses they have.
    roles: Sequence[str]
    addresses: int


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of a body."""

    body: str
    ordinal: str
    #: ordinary or extraordinary.
    kind: str
    place: str
    starts: date
    ends: date
    note: str
