"""Numbers of a year's register: of notifications and of cases. Each is given once, without a gap."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from workflow.models import Number
from workflow.queries import table

NUMBERS = table(Number)
NOTIFICATIONS = "notification"


def next_number(session: Session, register: str, year: int) -> int:
    """The next number of a register in a year; given back if the transaction is undone."""
    connection = session.connection()
    # The row is held until the commit: who comes second waits and gets the next number, also of a new year.
    given = connection.execute(_taking(connection.dialect.name), {"register": register, "year": year})
    number: int = given.scalar_one()
    return number


def number_to_come(session: Session, register: str, year: int) -> int:
    """The number that would be given now; it is not taken."""
    last = select(NUMBERS.c.last).where(NUMBERS.c.register == register, NUMBERS.c.year == year)
    return (session.scalar(last) or 0) + 1


@cache
def _taking(dialect: str) -> Any:
    """One statement that begins the register or moves it on."""
    into = {"postgresql": postgresql, "sqlite": sqlite}[dialect].insert(NUMBERS)
    first = into.values(register=bindparam("register"), year=bindparam("year"), last=1)
    return first.on_conflict_do_update(
        index_elements=["register", "year"], set_={"last": NUMBERS.c.last + 1}
    ).returning(NUMBERS.c.last)
