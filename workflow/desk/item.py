"""One thing to do, one thing awaited, and whose cases are meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, true
from sqlalchemy.orm import Session

from states.procedure import Procedure
from workflow import house
from workflow.laws import LawMissing
from workflow.queries import CASES

#: Why something is to be done.
#: task        a date that runs asks for it                 draft       a proposal waits to be submitted
#: review      an item that this role alone can confirm      conditions  a Party has set conditions
#: question    a Party has asked a question                  late        an answer came too late
#: verify      a reply was recorded by somebody else         set_aside   letters did not arrive
#: stuck       a date could not be acted on                    match     a name on an exclusion list is alike
#: mail        mail that nobody has looked at
WHYS = (
    "task", "draft", "review", "conditions", "question", "late", "verify", "set_aside", "stuck", "match",
    "mail",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hats:
    """Who looks, in which role, and for whom besides."""

    name: str
    role: str
    stands_in_for: tuple[str, ...] = ()

    @property
    def is_officer(self) -> bool:
        """Whether they have cases of their own; others work on all of them."""
        return self.role == "officer"

    def own(self) -> ColumnElement[bool]:
        """The cases that are theirs: in their name, of nobody, or of those for whom they stand in."""
        return CASES.c.officer.in_([self.name, "", *self.stands_in_for]) if self.is_officer else true()

    def for_whom(self, officer: str) -> str:
        """For which colleague they would act, or ""."""
        return officer if self.is_officer and officer in self.stands_in_for else ""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do."""

    case_id: int
    reference: str
    case_title: str
    #: One of WHYS.
    why: str
    #: What has to be done, in the law file's words, or "".
    says: str = ""
    #: By when; None: no date says.
    due: date | None = None
    is_overdue: bool = False
    #: Codes of the Parties or seats it is about.
    about: tuple[str, ...] = ()
    #: Of how many things it is made.
    count: int = 0
    #: Name and title of each action that would do it; none: look at the case.
    actions: tuple[tuple[str, str], ...] = ()
    #: What happens by itself on that day (an action's title), or "".
    otherwise: str = ""
    #: Colleague in whose place it would be done, or "".
    for_whom: str = ""
    #: Whether no officer has the case.
    is_nobodys: bool = False


@dataclass(frozen=True, slots=True)
class Awaited:
    """One thing that others must do first."""

    case_id: int
    reference: str
    case_title: str
    #: window, role, hold, or task: something that is overdue elsewhere.
    why: str
    #: For a window the title of its state, for a task its own; a role; or "".
    who: str
    #: By when; for a case on hold, since when.
    until: date | None
    asked: int = 0
    answered: int = 0
    #: Sign-in name of the case's officer.
    officer: str = ""
    is_overdue: bool = False


#: Columns by which an item names its case and finds its law.
CASE: tuple[Any, ...] = (
    CASES.c.id,
    CASES.c.reference,
    CASES.c.title,
    CASES.c.officer,
    CASES.c.state,
    CASES.c.procedure,
    CASES.c.edition,
    CASES.c.law_digest,
)


def rows_of(session: Session, wanted: Select[Any]) -> Sequence[Row[Any]]:
    """The rows of a SELECT that begins with CASE."""
    return session.execute(wanted).all()


def of_case(row: Row[Any], hats: Hats, **more: Any) -> Item:
    """An item about the case of a row that has the columns CASE."""
    return Item(
        row.id,
        row.reference,
        row.title,
        for_whom=hats.for_whom(row.officer),
        is_nobodys=hats.is_officer and not row.officer,
        **more,
    )


def law_of(session: Session, row: Row[Any]) -> Procedure | None:
    """The law file of the case of a row; None where it is missing: the case's own page says so."""
    try:
        return house.of(session).laws.of_case(row.procedure, row.edition, row.law_digest)
    except LawMissing:
        return None
