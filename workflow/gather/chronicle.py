"""From the events of a case: in which stage it was and when, and which dates were kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from states.effects import from_plain
from states.procedure import Procedure
from workflow import models
from workflow.queries import EVENTS, table

STAYS, DATES = table(models.CaseStay), table(models.CaseDate)
#: What becomes of a date: it runs, was kept, was missed (done late, or not yet), or fell away before it came.
RUNNING, KEPT, MISSED, VOID = "running", "kept", "missed", "void"

_EVENTS = (
    select(EVENTS.c.case_id, EVENTS.c.at, EVENTS.c.kind, EVENTS.c.body)
    .where(EVENTS.c.case_id.in_(bindparam("ids", expanding=True)))
    .order_by(EVENTS.c.case_id, EVENTS.c.seq)
)
_FORGET = [delete(of).where(of.c.case_id.in_(bindparam("ids", expanding=True))) for of in (STAYS, DATES)]


@dataclass(slots=True)
class Stay:
    """A time in one stage."""

    state: str
    entered_at: datetime
    left_at: datetime | None = None


@dataclass(slots=True)
class Due:
    """A date by which something had to be done."""

    state: str
    title: str
    last_day: date
    due_at: datetime
    ended_at: datetime | None = None
    how: str = RUNNING


@dataclass(slots=True)
class Chronicle:
    """What the events of one case tell, read one after the other."""

    #: None: its law file is not here.
    law: Procedure | None = None
    stays: list[Stay] = field(default_factory=list)
    dates: list[Due] = field(default_factory=list)
    _open: dict[str, Due] = field(default_factory=dict)

    def read(self, at: datetime, kind: str, effects: Iterable[Sequence[Any]]) -> None:
        """Take in one event: its effects as the record keeps them."""
        is_meant = self._is_own(kind)
        for op, values in effects:
            if op == "set" and "state" in values:
                self._enter(values["state"], at)
            elif op == "arm" and values["kind"] == "task":
                told = from_plain(values)
                due = Due(self.stays[-1].state, told["title"], told["last_day"], told["due_at"])
                self.dates.append(due)
                self._open[told["name"]] = due
            elif op == "rearm" and values["name"] in self._open:
                self._change(self._open[values["name"]], from_plain(values))
            elif op == "drop" and values["name"] in self._open:
                is_done = values["how"] == "done" or is_meant
                self._end(self._open.pop(values["name"]), is_done, at)

    def _is_own(self, kind: str) -> bool:
        """Whether an action is of the present stage alone: then it is what the stage's date was set for.

        A proposal that is declined in time was assessed in time; one that is withdrawn was not.
        """
        if self.law is None or not self.stays:
            return False
        action = self.law.action(kind, self.stays[-1].state)
        return action is not None and action.states == (self.stays[-1].state,) and bool(action.to)

    def _enter(self, state: str, at: datetime) -> None:
        if self.stays and self.stays[-1].state == state:
            return
        if self.stays:
            self.stays[-1].left_at = at
        self.stays.append(Stay(state, at))

    @staticmethod
    def _change(due: Due, changes: dict[str, Any]) -> None:
        due.last_day = changes.get("last_day", due.last_day)
        due.due_at = changes.get("due_at", due.due_at)
        due.title = changes.get("title", due.title)
        if "status" in changes:
            # A date that is set anew with its meeting can still be kept.
            due.how = MISSED if changes["status"] == "overdue" else RUNNING

    @staticmethod
    def _end(due: Due, is_done: bool, at: datetime) -> None:
        due.ended_at = at
        # By its moment, not by whether the sweep has noticed: it may have stood still.
        if due.how == MISSED or at > due.due_at:
            due.how = MISSED
        else:
            due.how = KEPT if is_done else VOID


def keep(session: Session, laws: Mapping[int, Procedure | None]) -> None:
    """Write down anew the stages and the dates of these cases."""
    ids = list(laws)
    connection = session.connection()
    found: dict[int, Chronicle] = {}
    for row in connection.execute(_EVENTS, {"ids": ids}):
        told = found.setdefault(row.case_id, Chronicle(laws[row.case_id]))
        told.read(row.at, row.kind, json.loads(row.body)["effects"])
    for statement in _FORGET:
        connection.execute(statement, {"ids": ids})
    stays = [
        {"case_id": i, "no": no, "state": s.state, "entered_at": s.entered_at, "left_at": s.left_at}
        for i, told in found.items()
        for no, s in enumerate(told.stays, 1)
    ]
    dates = [
        {
            "case_id": i, "no": no, "state": d.state, "title": d.title, "last_day": d.last_day,
            "ended_at": d.ended_at, "how": d.how,
        }
        for i, told in found.items()
        for no, d in enumerate(told.dates, 1)
    ]  # fmt: skip
    for into, rows in ((STAYS, stays), (DATES, dates)):
        if rows:
            connection.execute(insert(into), rows)
