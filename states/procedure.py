"""The law as records: what a law file says, once it has been read.

A `Procedure` is one TOML file of `states/law/`. Its records are frozen and hold nothing but the
file's own words; what the words do is told in `guards.py`, `rules.py` and `acts.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from states.periods import Grace, Period
from states.provisions import Agreement, Membership, RiskKind, Sheet

Notices = Mapping[str, str]
"""Audience -> template of the letter it gets."""

DISPATCH_TASK = Period(5, "days")

#: What a reply page may show of a consultation to those who are asked: the consents obtained before, how
#: many have answered what so far, and who has.
SHOWS = ("consents", "counts", "positions")

#: What the public register tells of the answers to a question, once it is closed: nothing, how many answered
#: what, or who.
PUBLISHES = ("nothing", "counts", "positions")

NO_NOTICES: Notices = MappingProxyType({})


def _none_told() -> Notices:
    return NO_NOTICES


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way on: where to, and what must hold for it. The first whose conditions hold is taken."""

    #: The state it leads to, or "stays": the case remains where it is and its dates run on.
    to: str
    #: Names of guards (guards.py); empty: unconditional.
    when: tuple[str, ...] = ()
    #: Who is told when this way is taken.
    notify: Notices = field(default_factory=_none_told)
    #: Marks this way puts on the case (`approved`, `cleared`), for guards such as `marked(approved)`.
    marks: tuple[str, ...] = ()
    #: Marks this way takes off again.
    unmarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person may do, in the states that allow it."""

    name: str
    #: What it is called on a button and in a refusal.
    title: str
    #: Where the law says so.
    basis: str
    #: Roles that may do it.
    by: tuple[str, ...]
    #: States in which it may be done.
    states: tuple[str, ...]
    #: Guards that must all hold before it is done.
    when: tuple[str, ...] = ()
    #: Details that must be given with it.
    needs: tuple[str, ...] = ()
    #: Details that may be given with it.
    takes: tuple[str, ...] = ()
    #: The checklist (Procedure.checklists) that must be complete, or "".
    checklist: str = ""
    #: The named act (acts.py) that says what it does beyond moving the case, or "".
    does: str = ""
    #: Where the case goes; empty: it stays.
    to: tuple[Alternative, ...] = ()
    #: Who is told, whichever way is taken.
    notify: Notices = field(default_factory=_none_told)
    #: Whether it may be done while the case is on hold.
    while_held: bool = False
    #: Whether it may be done by officers who are not in charge of the case.
    any_officer: bool = False
    #: The part it comes with (parts.py), or "": it stands in the law file itself.
    part: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question put to a set of people by a date, with what silence means and how answers decide."""

    #: Audience whose members are asked, one answer each (`territory_parties`, `all_parties`, a body).
    of: str
    #: Words that may be answered, in the order a page shows them.
    answers: tuple[str, ...]
    #: How answers decide (rules.py).
    rule: str
    #: How long the window is open.
    within: Period
    #: Where the period comes from.
    basis: str
    #: What silence means, as a word (`no answer`, `no_objection`, `no comment`).
    silence: str
    #: `when decided`, `when all answered` (the same) or `at deadline`.
    closes: str
    #: Template of the request.
    letter: str
    #: "on dispatch" (an officer sees every letter first) or "on entry".
    opens: str = "on dispatch"
    #: How long an officer has to dispatch it.
    task: Period = DISPATCH_TASK
    #: The window when the question is put again with an amended text; None: `within`.
    again_within: Period | None = None
    #: Template of the request when it is put again; "": `letter`.
    again_letter: str = ""
    #: Leads of the reminders before the last day, longest first.
    remind: tuple[Period, ...] = ()
    #: Answers that must give reasons.
    reasons: tuple[str, ...] = ()
    #: Answers that speak for the proposal.
    favour: tuple[str, ...] = ()
    #: Answers that speak against it.
    against: tuple[str, ...] = ()
    #: Answers that set conditions, which must be told.
    conditions: tuple[str, ...] = ()
    #: Whether a conditional answer counts in favour only once its conditions are accepted in writing.
    conditions_need_acceptance: bool = False
    #: Answers that are questions: they extend the asker's own window, once a round.
    question: tuple[str, ...] = ()
    #: How far a question extends it.
    question_extends: Period | None = None
    #: What a Party that joins while the window is open has for itself at least; None: it is not asked.
    joiners: Period | None = None
    #: What those asked may see of the consultation while it is open (SHOWS): empty, nothing.
    shows: tuple[str, ...] = ()
    #: What the public may know of the answers after the close, if the case is released (PUBLISHES).
    publishes: str = "nothing"
    #: How many members must speak in favour, or 0.
    quorum: int = 0
    #: Share of those asked that must vote, as (numerator, denominator); fewer votes lapse.
    turnout: tuple[int, int] | None = None
    #: Lowest rank whose answer is final before the last day (`mission`, `head`, `nfp`, `other`,
    #: `member`, `alternate`), or "".
    final_from: str = ""
    #: Whether an officer must confirm the unreached before silence may count.
    confirm_unreached: bool = False
    #: How many extensions one round may have.
    extensions: int = 1
    #: The least an extension adds; None: any.
    extension_at_least: Period | None = None
    #: What happens when a letter comes back for good: "offer" (an officer is told who may be written to
    #: instead) or "next contact" (who is next on file is written to at once, and the officer is told).
    came_back: str = "offer"
    #: What a clear answer by mail is worth, from a known contact whose address is proved, in answer to the
    #: very letter: "after a look" (an officer confirms it) or "at once". Any other waits for an officer.
    by_mail: str = "after a look"
    #: Whether a member's clock starts again when the request reaches it only on a later day.
    restarts_on_delivery: bool = False
    #: Whether an answer against stands, as an objection, until withdrawn in writing.
    objections_stand: bool = False
    #: States from which a timely objection recorded after the close takes the case back.
    returns_from: tuple[str, ...] = ()
    #: Where it takes the case, on what condition, and who is told.
    returns: Alternative | None = None
    #: Who is told when an objection comes in.
    objection_notify: Notices = field(default_factory=_none_told)
    #: Who is told when an objection lapses because its Party has left.
    lapse_notify: Notices = field(default_factory=_none_told)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date that runs while a case is in a state, without a question behind it."""

    name: str
    title: str
    #: Where the period comes from.
    basis: str
    #: Whose task it is (a role); an officer's deadline only becomes overdue.
    of: str
    #: From the day the state is entered ...
    within: Period | None = None
    #: ... or on the last day of the next meeting of this body ...
    meeting: str = ""
    #: ... or this long before the first day of that meeting, rolled back to a working day.
    before: Period | None = None
    #: The action the clock takes when it passes, or "": it only becomes overdue.
    on_expiry: str = ""
    #: The action that fulfils it, when leaving the state does not.
    done_by: str = ""
    #: Whether it starts again once fulfilled (reports to every COP, yearly accounts).
    repeats: bool = False
    #: Body to which it reports, or "": it is no report.
    report_to: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """One stage in the life of a case."""

    name: str
    title: str
    basis: str = ""
    final: bool = False
    ask: Ask | None = None
    #: What follows from the answers: `carried`, `defeated`, `lapsed` -> alternatives.
    outcomes: Mapping[str, tuple[Alternative, ...]] = field(default_factory=dict)
    deadlines: tuple[Deadline, ...] = ()
    #: Ways taken by themselves as soon as their conditions hold.
    moves_on: tuple[Alternative, ...] = ()
    #: Body whose next meeting the case is waiting for, or "". Sets the case's target.
    target: str = ""
    #: Body whose decision is recorded here on whatever day it is taken, or "": it has no meetings on file.
    decider: str = ""
    #: Who is told when the dates of the meeting that the case hangs on move.
    target_notify: Notices = field(default_factory=_none_told)
    #: Who is told when the case enters.
    notify: Notices = field(default_factory=_none_told)


@dataclass(frozen=True, slots=True)
class Body:
    """An organ named in the law file and the arithmetic of its decisions at a meeting."""

    code: str
    title: str
    #: Least number of members present: a number of seats ...
    quorum_seats: int = 0
    #: ... or a share of the Parties of that day, as (numerator, denominator).
    quorum_share: tuple[int, int] | None = None
    #: Kinds of meeting that may decide (`ordinary`).
    kinds: tuple[str, ...] = ("ordinary",)
    #: Share of yes and no that must be yes, as (numerator, denominator); None: more yes than no.
    majority: tuple[int, int] | None = None
    #: Words its results are given in (decisions.RESULTS); empty: the usual ones.
    results: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether its decisions need a quorum that the law file names."""
        return bool(self.quorum_seats) or self.quorum_share is not None


@dataclass(frozen=True, slots=True)
class TakeOver:
    """How cases begun under an older edition go on under this one."""

    basis: str
    #: State of the older edition -> its name here; only those that have another.
    states: Mapping[str, str] = field(default_factory=_none_told)
    #: "keep": tasks keep their dates; "recompute": they are counted anew, from the day of the move.
    dates: str = "keep"


@dataclass(frozen=True, slots=True)
class Procedure:
    """One procedure in one edition."""

    id: str
    edition: str
    title: str
    basis: str
    #: IANA zone in which days begin and end.
    timezone: str
    #: Calendar of days on which nothing falls due.
    calendar: str
    grace: Grace
    languages: tuple[str, ...]
    #: State in which a case begins.
    start: str
    #: "in force", or "draft": may be read and rehearsed, not opened.
    status: str
    #: Register of Parties it is about (`ramsar`).
    parties: str
    #: First letters of its references.
    prefix: str
    #: How long a consent stands before it must be renewed; None: for ever.
    consent_valid: Period | None
    #: Body whose decision in favour relies on the consents before it and renews them, or "".
    consents_renewed_by: str
    #: Role -> what it is.
    roles: Mapping[str, str]
    bodies: Mapping[str, Body]
    #: Checklist -> item -> its words.
    checklists: Mapping[str, Mapping[str, str]]
    states: Mapping[str, State]
    #: Actions by name; one name may mean different things in different states.
    actions: Mapping[str, tuple[Action, ...]]
    #: SHA-256 of the files it was read from: its own, its catalogue of risks, its parts.
    digest: str = ""
    #: Where it was read from, for messages.
    source: str = ""
    #: Body that adopted the framework under which the secretariat decides, or "".
    framed_by: str = ""
    #: Sheets of questions about a case.
    sheets: Mapping[str, Sheet] = field(default_factory=dict)
    #: Risks that may be found in a case: its catalogue's, and its own.
    risks: Mapping[str, RiskKind] = field(default_factory=dict)
    #: Forms an agreement may take.
    agreements: Mapping[str, Agreement] = field(default_factory=dict)
    #: Word for who signs -> what it is called.
    signers: Mapping[str, str] = field(default_factory=_none_told)
    #: Who may be a member of what a case establishes; None: it has no members.
    membership: Membership | None = None
    #: Mark -> what it says of a case, where its name does not say enough.
    marks: Mapping[str, str] = field(default_factory=_none_told)
    #: Part it takes -> its title (parts.py).
    parts: Mapping[str, str] = field(default_factory=_none_told)
    #: Part it takes -> where this law says so.
    part_basis: Mapping[str, str] = field(default_factory=_none_told)
    #: Older edition -> how its open cases may be moved to this one (transfer.py).
    takes_over: Mapping[str, TakeOver] = field(default_factory=dict)

    def action(self, name: str, state: str) -> Action | None:
        """The action of that name in that state, or None."""
        return next((a for a in self.actions.get(name, ()) if state in a.states), None)

    def actions_in(self, state: str) -> tuple[Action, ...]:
        """Every action the state knows, in the order of the file."""
        return tuple(a for same in self.actions.values() for a in same if state in a.states)

    def said(self, mark: str) -> str:
        """What a mark says of a case."""
        return self.marks.get(mark) or mark.replace("_", " ")

    @property
    def items(self) -> frozenset[str]:
        """Every item of every checklist."""
        return frozenset(item for items in self.checklists.values() for item in items)

    @property
    def takeable(self) -> frozenset[str]:
        """What `without` may take away of a case: items, conditions, signatures, answers on sheets."""
        questions = {name for sheet in self.sheets.values() for name in sheet.questions}
        signers = {signer for form in self.agreements.values() for signer in form.signed_by}
        return self.items | {"conditions"} | questions | signers

    @property
    def answers(self) -> frozenset[str]:
        """Every word that answers one of the procedure's questions."""
        return frozenset(word for s in self.states.values() if s.ask for word in s.ask.answers)
