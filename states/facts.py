"""Everything a guard, a rule or a decision may know, and nothing more.

The records below are plain and frozen. `workflow/engine.py` gathers them from the database,
`effects.py` changes them, `workflow/record.py` rebuilds them from events alone; all three see the
same `Case`, so what is decided, what is stored and what is proved cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from states.dossier import Member, PublicText, Risk, SheetAnswer, Signature
from states.ledger import Entry
from states.periods import WorkingDays, local_day
from states.procedure import Procedure, State

NOTHING: Mapping[str, Any] = MappingProxyType({})


def nothing() -> Mapping[str, Any]:
    """The default of fields that hold a mapping: a record may not share a default that could change."""
    return NOTHING


#: Ranks of those who speak for a Party or a seat. Among several answers the highest rank counts.
RANKS: Mapping[str, int] = MappingProxyType(
    {"mission": 4, "ministry": 4, "head": 3, "nfp": 2, "other": 1, "member": 3, "alternate": 2}
)


@dataclass(frozen=True, slots=True)
class Party:
    """A Contracting Party, or a State that will be or was one."""

    code: str
    #: Day on whose 00:00 it becomes a Party.
    joins: date
    #: Day on whose 00:00 its denunciation takes effect, if it leaves.
    leaves: date | None = None

    def is_party(self, day: date) -> bool:
        """Whether it is a Party on that day."""
        return self.joins <= day and (self.leaves is None or day < self.leaves)


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat of a body, held by a Party for a time."""

    body: str
    seat: str
    member: str
    alternate: str
    starts: date
    #: Last day on which it is held, or None.
    ends: date | None = None

    def is_held(self, day: date) -> bool:
        """Whether this member holds it on that day."""
        return self.starts <= day and (self.ends is None or day <= self.ends)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of a body."""

    body: str
    ordinal: str
    #: "ordinary" or "extraordinary".
    kind: str
    starts: date
    ends: date


@dataclass(frozen=True, slots=True)
class Asked:
    """One member of those who were asked in a round; frozen when it opened."""

    #: Party code, or the seat's name.
    code: str
    #: Party whose contacts speak for it (the code itself, or the seat's member).
    party: str
    #: The seat's alternate, or "".
    alternate: str = ""
    #: When it was asked, if later than the others (UTC).
    joined_at: datetime | None = None
    #: Its own last day, when it has more time than the others.
    reply_by: date | None = None
    #: When its own window shuts (UTC).
    closes_at: datetime | None = None
    #: Whether a question has extended its window in this round.
    has_questioned: bool = False
    #: Whole days left of its own window while the case is on hold.
    remaining: int | None = None
    #: What it has declared an interest in, or "".
    interest: str = ""
    #: Whether its voice does not count because of that interest.
    is_recused: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of one voice. All are kept; positions.py says which counts."""

    #: Number within the case, from 1.
    no: int
    round: int
    #: Code of the member that was asked.
    member: str
    #: "party:FR/mission", "seat:africa-1" ...
    voice: str
    rank: int
    word: str
    #: When it was received: this decides (UTC).
    received_at: datetime
    #: When it was recorded (UTC).
    recorded_at: datetime
    conditions: str = ""
    reasons: str = ""
    text: str = ""
    channel: str = ""
    language: str = ""
    #: Admitted by the Secretary General although late.
    admitted: bool = False
    #: Its conditions were accepted in writing.
    accepted: bool = False
    #: Taken back: an objection withdrawn, or lapsed.
    taken_back: bool = False
    #: What the Secretariat answered, if this is a question, and when (UTC); None: it waits.
    answered: str = ""
    answered_at: datetime | None = None
    #: Whether the others who are asked may read question and answer.
    answered_for_all: bool = False
    #: The day on which it was posted, where the law goes by the postmark; None: by its receipt.
    posted_on: date | None = None
    #: What it says in a language of the procedure, where it came in another, or "".
    translation: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """One question, put once: who was asked, until when, and what came of it."""

    no: int
    #: The state that asks.
    state: str
    #: Audience or body asked.
    of: str
    opened_at: datetime
    #: Printed last day.
    reply_by: date
    #: When the window shuts for those without one of their own (UTC).
    closes_at: datetime
    #: Period of the window, as the law file writes it.
    within: str
    #: Since when answers count on the present text, if a corrigendum restarted the window (UTC).
    restarted_at: datetime | None = None
    #: When it was closed (UTC); None while open.
    closed_at: datetime | None = None
    outcome: str = ""
    extensions: int = 0
    #: Members an officer has confirmed as never reached.
    unreached: tuple[str, ...] = ()
    #: Whole days left while on hold.
    remaining: int | None = None
    asked: tuple[Asked, ...] = ()
    answers: tuple[Answer, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether answers are still awaited."""
        return self.closed_at is None

    def member(self, code: str) -> Asked | None:
        """Who was asked under that code."""
        return next((a for a in self.asked if a.code == code), None)


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection that stands, or stood. It stands until withdrawn in writing, or until it lapses."""

    no: int
    round: int
    party: str
    voice: str
    rank: int
    received_at: datetime
    #: When it ceased to stand (UTC); None while it stands.
    ended_at: datetime | None = None
    #: "withdrawn" or "lapsed".
    how: str = ""

    @property
    def stands(self) -> bool:
        """Whether it still stands."""
        return self.ended_at is None


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date that is running: its rule, its anchor, and the moment at which it acts."""

    name: str
    #: window, own_window, task, expiry, reminder, joining, leaving, term.
    kind: str
    #: Number of the event that armed it: a firing of an earlier generation is void.
    generation: int
    #: armed, held, overdue, fired (a window that waits for the list of the unreached).
    status: str
    #: The rule in the law file's words: "60 days", "90 days before COP15".
    rule: str
    #: Day from which it counts.
    anchor: date
    #: The last day, as printed.
    last_day: date
    #: When the clock acts on it (UTC).
    due_at: datetime
    #: What has to be done, for a task.
    title: str = ""
    #: Whose task it is.
    of: str = ""
    #: The action the clock takes.
    on_expiry: str = ""
    #: The action that fulfils it.
    done_by: str = ""
    round: int = 0
    #: Member, Party or body it is about.
    about: str = ""
    #: Ordinal of the meeting it hangs on.
    meeting: str = ""
    #: Whole days left while on hold.
    remaining: int | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition made with an approval or a consent, to be met in the agreement."""

    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a body decided at a meeting."""

    body: str
    meeting: str
    #: for, against, deferred.
    result: str
    #: The day it was recorded for.
    on: date


@dataclass(frozen=True, slots=True)
class Case:
    """One proposed partnership, as its events have made it."""

    reference: str
    state: str
    #: When it entered the state (UTC).
    since: datetime
    #: Number of its last event.
    seq: int = 0
    officer: str = ""
    title: str = ""
    partner: Mapping[str, Any] = field(default_factory=nothing)
    #: Number of the partner in the register of partners; 0: it stands in none.
    partner_record: int = 0
    #: Parties in whose territory it takes place.
    territory: tuple[str, ...] = ()
    #: Why it has none.
    no_territory_reason: str = ""
    risk: str = ""
    summary: str = ""
    #: On hold since that day; None: running.
    held_on: date | None = None
    #: Meeting it waits for (`COP15`), or "".
    target: str = ""
    #: Meeting for which the working paper was issued, or "".
    paper: str = ""
    marks: frozenset[str] = frozenset()
    #: Items of checklists that are confirmed.
    items: frozenset[str] = frozenset()
    conditions: tuple[Condition, ...] = ()
    decisions: tuple[Decision, ...] = ()
    rounds: tuple[Round, ...] = ()
    objections: tuple[Objection, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    #: Answers on sheets, one a question: the newest.
    sheet: tuple[SheetAnswer, ...] = ()
    #: Risks found, one for each entry of the catalogue: the newest assessment.
    risks: tuple[Risk, ...] = ()
    #: Form of agreement that was chosen, or "".
    form: str = ""
    signatures: tuple[Signature, ...] = ()
    #: Members admitted, those that have left included.
    members: tuple[Member, ...] = ()
    #: What is written for the public: of a language the reviewed text, and one that waits.
    public_texts: tuple[PublicText, ...] = ()
    #: Since when the public may read the case (UTC); None: it may not.
    released_at: datetime | None = None
    #: Parties that claim its territory while that is not settled.
    claimants: tuple[str, ...] = ()
    #: When the partnership began, if that was before the case was opened.
    began_on: date | None = None

    @property
    def is_held(self) -> bool:
        """Whether its clocks are stopped."""
        return self.held_on is not None

    @property
    def round(self) -> Round | None:
        """The newest round."""
        return self.rounds[-1] if self.rounds else None

    @property
    def open_round(self) -> Round | None:
        """The round whose answers are awaited, if any."""
        last = self.round
        return last if last is not None and last.is_open else None

    @property
    def standing(self) -> tuple[Objection, ...]:
        """The objections that stand."""
        return tuple(o for o in self.objections if o.stands)

    def deadline(self, name: str) -> Deadline | None:
        """The running deadline of that name."""
        return next((d for d in self.deadlines if d.name == name), None)


@dataclass(frozen=True, slots=True)
class Facts:
    """The case and the world of the day, as one decision sees them."""

    now: datetime
    case: Case
    days: WorkingDays
    meetings: tuple[Meeting, ...] = ()
    parties: Mapping[str, Party] = field(default_factory=dict)
    seats: tuple[Seat, ...] = ()
    #: Members of the open round whom no request has reached (and who have not answered).
    unreached: frozenset[str] = frozenset()
    #: Details of the command being decided.
    details: Mapping[str, Any] = field(default_factory=nothing)
    #: Replies recorded on behalf that wait for a second person: number of the event -> sign-in name of the
    #: one who recorded it ("" where nobody is known).
    unverified: Mapping[int, str] = field(default_factory=dict)
    #: Exclusion lists on which the partner stands this day, as a person has decided.
    excluded: tuple[str, ...] = ()
    #: The accounts, oldest entry first; read only where something depends on them (booking.READS).
    entries: tuple[Entry, ...] = ()
    #: Number of each indicator -> its name; read only where something depends on them (monitoring.READS).
    indicators: Mapping[int, str] = field(default_factory=dict)

    def with_case(self, case: Case) -> Facts:
        """The same day with the case changed."""
        return replace(self, case=case)

    def today(self, zone: ZoneInfo) -> date:
        """The day it is in the procedure's zone."""
        return local_day(self.now, zone)

    def parties_on(self, day: date) -> list[str]:
        """The Parties of that day, by code."""
        return sorted(code for code, party in self.parties.items() if party.is_party(day))

    def seats_on(self, body: str, day: date) -> list[Seat]:
        """The seats of a body as held on that day."""
        return [s for s in self.seats if s.body == body and s.is_held(day)]


def state_of(procedure: Procedure, case: Case) -> State:
    """The law of the state the case is in."""
    return procedure.states[case.state]
