"""Parts of pages that are made once: kept under everything they show, so that none is ever out of date.

The head of a chain is a hash over all that has ever happened in it: equal heads, equal cases. What a case
page shows beside - the registers, what became of letters, how much mail there is - has its own mark in the
key.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TypeVar

from fastapi import Request
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from workflow import inbox
from workflow.queries import CASES, LETTERS, REGISTER_HEAD

_T = TypeVar("_T")
#: How many parts one server keeps: those of the pages looked at last.
KEPT_MAX = 256

_THE_HEADS = select(
    CASES.c.id,
    CASES.c.seq,
    CASES.c.head,
    select(REGISTER_HEAD.c.head).where(REGISTER_HEAD.c.id == 0).scalar_subquery().label("register"),
    inbox.count_of_case().label("mail"),
    inbox.count_of_case(waits=True).label("waits"),
).where(CASES.c.reference == bindparam("reference"))
_KINDS = (LETTERS.c.round, LETTERS.c.purpose, LETTERS.c.template, LETTERS.c.status)
# The sum of the numbers tells two letters apart that changed places.
_THE_LETTERS = (
    select(*_KINDS, func.count(), func.sum(LETTERS.c.id))
    .where(LETTERS.c.case_id == bindparam("case"))
    .group_by(*_KINDS)
    .order_by(*_KINDS)
)


@dataclass(frozen=True, slots=True)
class Version:
    """What a case page shows, as a mark: equal versions, equal pages."""

    case_id: int
    reference: str
    #: Number of the case's last event.
    seq: int
    #: Head of the case's chain, and of the register's.
    head: str
    register: str
    #: (round, purpose, template, status, how many, sum of their numbers).
    letters: tuple[tuple[int, str, str, str, int, int], ...]
    #: How many messages have come in about it, and how many of them wait for somebody.
    mail: int = 0
    mail_waits: int = 0


def version_of(session: Session, reference: str) -> Version | None:
    """The present version of a case; None: there is no such case."""
    connection = session.connection()
    row = connection.execute(_THE_HEADS, {"reference": reference}).one_or_none()
    if row is None:
        return None
    letters = connection.execute(_THE_LETTERS, {"case": row.id}).all()
    told = tuple((*each[:4], each[4], int(each[5])) for each in letters)
    return Version(row.id, reference, row.seq, row.head, row.register or "", told, row.mail, row.waits)


class Kept:
    """The parts looked at last; threads may ask at once."""

    def __init__(self, most: int = KEPT_MAX) -> None:
        self._most = most
        self._found: OrderedDict[Hashable, object] = OrderedDict()
        self._guard = threading.Lock()

    def of(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """What is kept under a key; made now if it is not there."""
        with self._guard:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]  # type: ignore[return-value]
        made = make()
        with self._guard:
            self._found[key] = made
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return made


def kept_of(request: Request) -> Kept:
    """What this server keeps."""
    state = request.app.state
    if not hasattr(state, "kept"):
        state.kept = Kept()
    found = state.kept
    assert isinstance(found, Kept)
    return found
