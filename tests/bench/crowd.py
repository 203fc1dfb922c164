"""Many open cases, made by copying a few: the rest of a house in which something is due.

The patterns are made by Assent itself. A copy is a row of the case and rows of what runs for it; where
something will be due, also its round, those asked, and the letters that were sent. It is made inside the
database: a million rows through Python would take too long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, bindparam, text
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from tests.bench import world
from tests.bench.places import Place
from workflow import db
from workflow.queries import ASKED, CASES, DEADLINES, LETTERS, ROUNDS

#: What may be due, by the kind of the deadline.
#: task      an assessment is overdue: the officer is told
#: reminder  two Parties that have not answered are reminded, at two contacts each
#: window    their silence is no consent: the case moves on, a task is set, all concerned are told
KINDS = ("task", "reminder", "window")
#: Of each ten that are due. Most are tasks, which every state has; a window shuts once in months.
MIX = {"task": 7, "reminder": 2, "window": 1}
TASKS = {"task": 10}

_OPENED = world.at("2026-02-02 09:30")
#: From here on something is due, minute by minute.
_FIRST = datetime(2026, 9, 1, 7, 0, tzinfo=UTC)
#: What only fills the house is due long after, some each minute.
_FAR = datetime(2031, 1, 1, tzinfo=UTC)
#: Last day of a question whose window is open all the time.
_OPEN_UNTIL = date(2026, 12, 1)
#: Running deadlines of a case that fills the house: a window and three reminders.
_PER_CASE = 4
_COPIES_AT_A_TIME = 2_500


@dataclass(frozen=True, slots=True)
class Slot:
    """Deadlines that fall due together, and their cases."""

    at: datetime
    case_ids: list[int]


class Crowd:
    """One database with many open deadlines."""

    def __init__(
        self, empty: Place, open_deadlines: int, slots: Sequence[tuple[int, Mapping[str, int]]]
    ) -> None:
        """
        open_deadlines   how many fill the house
        slots            how many are due in each slot, and of which kinds
        """
        self.place = empty.copy()
        with db.transaction(self.place.engine) as session:
            self._patterns = _patterns(session)
            self._last_id = max(self._patterns.values())
            for first in range(0, open_deadlines // _PER_CASE, _COPIES_AT_A_TIME):
                at = _FAR + timedelta(minutes=first)
                self._copy(session, "rest", min(_COPIES_AT_A_TIME, open_deadlines // _PER_CASE - first), at)
            self._slots = [
                self._slot(session, _FIRST + timedelta(minutes=n), due, kinds)
                for n, (due, kinds) in enumerate(slots)
            ]
            if not self.place.is_sqlite:
                session.execute(text("SELECT setval('cases_id_seq', :last)"), {"last": self._last_id})
        if not self.place.is_sqlite:
            with self.place.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE"))
        self._next = 0
        #: The moment up to which everything has been fired.
        self.now = _FIRST - timedelta(minutes=1)

    def next_slot(self) -> Slot:
        """What is due next; from now on it is that time."""
        slot = self._slots[self._next]
        self._next += 1
        self.now = slot.at
        return slot

    def _slot(self, session: Session, at: datetime, due: int, kinds: Mapping[str, int]) -> Slot:
        ids: list[int] = []
        for kind, share in kinds.items():
            ids += self._copy(session, kind, due * share // sum(kinds.values()), at)
        return Slot(at, ids)

    def _copy(self, session: Session, kind: str, count: int, at: datetime) -> list[int]:
        first, pattern = self._last_id + 1, self._patterns[kind]
        self._last_id += count
        values = {"first": first, "last": self._last_id, "pattern": pattern, "at": at, "open": _OPEN_UNTIL}
        here = {"case_id": "n.i"}
        _insert(session, CASES, {"id": "n.i", "reference": "'RP-2025-' || n.i"}, values, key="id")
        if kind == "rest":
            _insert(session, DEADLINES, {**here, "due_at": ":at"}, values, where="status = 'armed'")
            return []
        due = {"due_at": f"CASE kind WHEN '{kind}' THEN :at ELSE due_at END"}
        if kind == "reminder":
            due["last_day"] = ":open"
        _insert(session, DEADLINES, here | due, values, where="status = 'armed'")
        if kind != "task":
            open_until = {"closes_at": ":at"} if kind == "window" else {"reply_by": ":open"}
            _insert(session, ROUNDS, here | open_until, values)
            _insert(session, ASKED, here, values)
            _insert(session, LETTERS, {**here, "message_id": "n.i || message_id"}, values)
        return list(range(first, self._last_id + 1))


def _patterns(session: Session) -> dict[str, int]:
    """One case of each kind, of whose dates those alone run that will be due or must be there."""
    world.settle(session)
    found = {
        kind: world.proposal(session, "Evian Project", _OPENED, ("FR", "CH")) for kind in (*KINDS, "rest")
    }
    for kind, case_id in found.items():
        world.act(session, case_id, "2026-02-03 09:30", "submit")
        if kind != "task":
            world.act(session, case_id, "2026-02-05 09:30", "endorse", risk="low")
            world.act(session, case_id, "2026-02-09 09:30", "dispatch")
    # Every request has arrived: whoever is silent is reminded.
    session.execute(text("UPDATE letters SET status = 'sent', sent_at = created_at"))
    ended = text(
        "UPDATE deadlines SET status = 'done' WHERE case_id = :id AND kind = 'reminder'"
        " AND (name <> :kept OR :kept = '')"
    )
    session.execute(ended, {"id": found["window"], "kept": ""})
    session.execute(ended, {"id": found["reminder"], "kept": "remind:1:1"})
    far = {"far": _FAR}
    session.execute(_typed("UPDATE deadlines SET due_at = :far"), far)
    return found


def _insert(
    session: Session,
    into: Any,
    changed: Mapping[str, str],
    values: Mapping[str, Any],
    *,
    key: str = "case_id",
    where: str = "",
) -> None:
    """One copy for each number from `first` to `last` of the rows that belong to `pattern`.

    changed   column -> the SQL expression that takes its place; `n.i` is the number
    """
    columns = [c.name for c in into.columns if c.name != "id" or key == "id"]
    names = ", ".join(f'"{name}"' for name in columns)
    taken = ", ".join(changed.get(name, f'p."{name}"') for name in columns)
    condition = f" AND p.{where}" if where else ""
    statement = (
        f"INSERT INTO {into.name} ({names})"
        " WITH RECURSIVE n(i) AS"
        " (SELECT CAST(:first AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
        f" SELECT {taken} FROM n, {into.name} p WHERE p.{key} = :pattern{condition}"
    )
    session.execute(_typed(statement), {k: v for k, v in values.items() if f":{k}" in statement})


def _typed(statement: str) -> Any:
    """A statement whose moments and days are stored as Assent stores them."""
    types: dict[str, TypeEngine[Any]] = {"at": db.Instant(), "far": db.Instant(), "open": Date()}
    given: list[Any] = [
        bindparam(name, type_=kind) for name, kind in types.items() if f":{name}" in statement
    ]
    return text(statement).bindparams(*given)
