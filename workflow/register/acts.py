"""What all acts on the register have in common: one at a time, checked as a whole, told in one event."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from workflow import models
from workflow.queries import REGISTER_HEAD, table
from workflow.record.events import REGISTER_ID
from workflow.register.cells import BadValue
from workflow.register.lines import RegisterRefused

CONTACTS, STAFF = table(models.Contact), table(models.Staff)
_Value = TypeVar("_Value")


def begin(session: Session) -> None:
    """Let nobody else change the register until this transaction ends: what was checked stays true."""
    dialect = {"sqlite": sqlite, "postgresql": postgresql}[session.connection().dialect.name]
    head = dialect.insert(REGISTER_HEAD).values(id=REGISTER_ID, seq=0, head="")
    session.execute(head.on_conflict_do_nothing())
    session.execute(select(REGISTER_HEAD.c.seq).where(REGISTER_HEAD.c.id == REGISTER_ID).with_for_update())


class Form:
    """The fields of one act, checked together: all that is wrong is told at once.

    about   what the act is about, for the sentences: "Contact of FR"
    """

    def __init__(self, about: str) -> None:
        self.about = about
        self.faults: list[str] = []

    def take(
        self, field: str, given: str, check: Callable[[str], _Value], *, required: bool = True
    ) -> _Value | str:
        """The value of a field; where it is wrong, what was given."""
        if not given.strip():
            if required:
                self.refuse(f"{field} is empty. Fill it in.")
            return ""
        try:
            return check(given.strip())
        except BadValue as bad:
            self.refuse(f"{field}: {bad}")
            return given

    def refuse(self, why: str) -> None:
        """Note one thing that is wrong, with its remedy."""
        self.faults.append(f"{self.about}: {why}")

    def done(self) -> None:
        """Raise RegisterRefused if anything is wrong."""
        if self.faults:
            raise RegisterRefused(*self.faults)
