"""What a law file may provide besides states and actions: sheets, risks, agreements, members.

Records as read from the file; what is filled in, found, signed and joined in one case is in dossier.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from states.periods import Period

#: Kinds of question, and the answers of those whose answers are not the file's own.
KINDS = ("yes_no", "choice", "text")
YES_NO = ("yes", "no")
#: How likely a risk is, and how severe it would be.
DEGREES = ("low", "medium", "high")
#: Signer that stands for each of the partners of a case: every one of them signs.
EVERY_PARTNER = "every_partner"


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a sheet."""

    name: str
    #: The question as it is put.
    asks: str
    #: Where the law asks it.
    basis: str
    #: yes_no, choice or text.
    kind: str = "yes_no"
    #: What may be answered; empty: any text.
    answers: tuple[str, ...] = YES_NO
    #: Answers that stop the case: no role gets past them.
    stops_on: tuple[str, ...] = ()
    #: The answer where everything is in order; rehearsals begin with it.
    in_order: str = "yes"
    #: Whether an answer must say where its evidence is.
    needs_evidence: bool = False
    #: Whether the sheet is complete without it.
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """Questions that are answered about one case, each with its evidence: a due-diligence sheet, a gate."""

    name: str
    title: str
    basis: str
    questions: Mapping[str, Question]
    #: States that no case reaches while an answer stops it; soundness.py proves it.
    before: tuple[str, ...] = ()

    @property
    def can_stop(self) -> bool:
        """Whether any of its answers stops a case."""
        return any(question.stops_on for question in self.questions.values())


@dataclass(frozen=True, slots=True)
class RiskKind:
    """One entry of a catalogue of risks."""

    code: str
    title: str
    basis: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """A form of agreement: who signs it, what must be in it, and when it may be chosen."""

    form: str
    title: str
    basis: str
    #: Whether there is anything to sign; False: no agreement is due.
    written: bool = True
    #: Who must sign (words of Procedure.signers).
    signed_by: tuple[str, ...] = ()
    #: Checklist of its clauses, or "".
    clauses: str = ""
    #: Guards that must hold before it is chosen.
    when: tuple[str, ...] = ()
    #: Whether the source does not say that there must be one: it is then a default, not a duty.
    source_is_silent: bool = False


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of member."""

    name: str
    title: str
    #: Whether they are members without being admitted (the Parties, say).
    by_default: bool = False
    #: Whether an applicant must have shown expertise.
    expertise: bool = False
    #: How long a membership lasts; None: until the member leaves.
    term: Period | None = None
    #: How many of them there may be from one region; 0: any number.
    seats_per_region: int = 0


@dataclass(frozen=True, slots=True)
class Membership:
    """Who may be a member, and who admits."""

    title: str
    basis: str
    #: Body that admits (Procedure.bodies), or "": whoever may do the action.
    admitted_by: str
    categories: Mapping[str, Category]
    #: Region -> its words.
    regions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
