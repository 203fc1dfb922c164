"""Numbers of a year's register: of notifications and of cases. Each is given once, without a gap."""

from __future__ import annotations

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from workflow.models import Number
from workflow.queries import table

NUMBERS = table(Number)
NOTIFICATIONS = "notification"


def next_number(session: Session, register: str, year: int) -> int:
    """The next number of a register in a year; given back if the transaction is undone."""
    mine = (NUMBERS.c.register == register) & (NUMBERS.c.year == year)
    # The row is held until the commit: who comes second waits and gets the next number.
    last: int | None = session.scalar(select(NUMBERS.c.last).where(mine).with_for_update())
    if last is None:
        session.execute(insert(NUMBERS).values(register=register, year=year, last=1))
        return 1
    session.execute(update(NUMBERS).where(mine).values(last=last + 1))
    return last + 1
