"""A rehearsal as records: who does what when, what must hold then, how the world differs from ours.

`rehearsal_file.py` reads them from a file; `rehearse.py` plays them.

* RehearsalError
  . carries every Fault of the file, in the order of its lines
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from states.commands import Actor
from states.dossier import Member
from states.facts import nothing
from states.faults import Fault
from states.procedure import Procedure

#: The act of the register that a step may do beside the actions and answers of a procedure.
MOVE_MEETING = "move_meeting"
#: What a letter may be for.
PURPOSES = ("request", "reminder", "receipt", "notice", "alert")


class RehearsalError(Exception):
    """A rehearsal that cannot be played; `faults` holds every reason, in the order of the file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True, slots=True)
class Proposal:
    """The case that is played."""

    title: str
    #: name, and whatever else the file says of it.
    partner: Mapping[str, Any]
    territory: tuple[str, ...] = ()
    summary: str = ""
    officer: str = ""
    #: Question of a sheet -> its answer, where it is not the one in order.
    sheet: Mapping[str, str] = field(default_factory=nothing)
    #: Questions that nobody has answered, and signers who have not signed, when the play begins.
    unanswered: tuple[str, ...] = ()
    unsigned: tuple[str, ...] = ()
    #: Who is a member from the start.
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """Something that is done, and what must hold right after."""

    at: datetime
    #: Each in turn does the same.
    by: tuple[Actor, ...]
    #: An action or an answer of the procedure, or `move_meeting`.
    do: str
    #: Line of the file, for messages.
    line: int
    details: Mapping[str, Any] = field(default_factory=nothing)
    #: Must be refused: True, or a text that must occur in the reasons; False: must be done.
    refused: bool | str = False
    #: What must hold, by the keys of a check.
    then: Mapping[str, Any] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True)
class Check:
    """What must hold at a moment, after everything due by then has happened."""

    at: datetime
    line: int
    then: Mapping[str, Any] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True)
class PartyChange:
    """A Party that joins or leaves on another day than in the shipped data, or is not in them."""

    code: str
    joins: date | None = None
    leaves: date | None = None


@dataclass(frozen=True, slots=True)
class MeetingChange:
    """A meeting with dates of its own."""

    body: str
    ordinal: str
    kind: str
    starts: date
    ends: date


@dataclass(frozen=True, slots=True)
class SeatChange:
    """A seat held by somebody else, or for another time; None leaves as it is."""

    body: str
    #: "": every seat of the body.
    seat: str = ""
    member: str | None = None
    alternate: str | None = None
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class ContactChange:
    """A contact beside the Head of the Administrative Authority, or one whose address does not work."""

    party: str
    #: head, nfp, mission, ministry or other.
    role: str
    works: bool = True


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One rehearsal file."""

    #: What messages call the file.
    source: str
    procedure: Procedure
    start: datetime
    proposal: Proposal
    steps: tuple[Step, ...]
    checks: tuple[Check, ...]
    parties: tuple[PartyChange, ...] = ()
    meetings: tuple[MeetingChange, ...] = ()
    seats: tuple[SeatChange, ...] = ()
    contacts: tuple[ContactChange, ...] = ()
