"""What a case gathers beside its rounds: answers on sheets, risks, signatures, members, public texts.

Plain frozen records: `facts.Case` holds them, `effects.py` changes them, the case row keeps them as JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class SheetAnswer:
    """An answer to a question of a sheet; a later one replaces it, and the record keeps both."""

    question: str
    answer: str
    #: Day on which it was given.
    on: date
    #: Where it can be verified: a document, a reference.
    evidence: str = ""
    #: Who gave it: a sign-in name, else a role.
    by: str = ""


@dataclass(frozen=True, slots=True)
class Risk:
    """A risk found in a case, by its entry in the catalogue."""

    #: Code of the catalogue.
    kind: str
    #: low, medium or high, both.
    likelihood: str
    severity: str
    #: Day on which it was assessed.
    on: date
    #: What is done about it, or "".
    mitigation: str = ""
    #: Who sees to that, or "".
    owner: str = ""

    @property
    def level(self) -> str:
        """low, medium or high: likelihood times severity."""
        weights = {"low": 1, "medium": 2, "high": 3}
        product = weights[self.likelihood] * weights[self.severity]
        return "high" if product >= 6 else "medium" if product >= 3 else "low"

    @property
    def is_mitigated(self) -> bool:
        """Whether something is done about it, and somebody sees to it."""
        return bool(self.mitigation and self.owner)


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature under the agreement of a case."""

    #: Word of the law file for who signs.
    signer: str
    #: Form of agreement it stands under; "": whichever is chosen.
    form: str = ""
    #: Which organization, where several sign under one word.
    organization: str = ""
    #: Person who signed, with the function.
    name: str = ""
    signed_on: date | None = None
    #: Name of the document that shows it, or "".
    scan: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of what the case has established."""

    name: str
    category: str
    admitted_on: date
    region: str = ""
    #: Last day of its term, if it has one.
    term_ends: date | None = None
    #: Day on which it left.
    left_on: date | None = None

    def is_member(self, day: date) -> bool:
        """Whether it is a member on that day."""
        has_left = self.left_on is not None and self.left_on <= day
        return not has_left and (self.term_ends is None or day <= self.term_ends)


@dataclass(frozen=True, slots=True)
class PublicText:
    """What the public may read of a case in one language, once it is reviewed and the case is released."""

    language: str
    #: What the case is called outside; not the title of the file.
    title: str
    #: Who proposes it, in words.
    proposed_by: str
    #: What is proposed.
    proposal: str
    #: Contributions and matching funds, in words, or "".
    funds: str = ""
    #: Who wrote it: a sign-in name, else a role.
    by: str = ""
    #: Who reviewed it, another person; "": nobody yet.
    reviewed_by: str = ""
    #: When it was reviewed (UTC); None: it waits.
    reviewed_at: datetime | None = None

    @property
    def is_reviewed(self) -> bool:
        """Whether a second person has read it."""
        return self.reviewed_at is not None
