"""Writes what was decided: effects gathered over any number of cases, then few statements over many rows.

Everything is noted first and written once. What an effect means for a `Case` is told in
`states/effects.py`; here it is told which rows that is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Insert, Table, TextClause, Update, bindparam, insert, update
from sqlalchemy.orm import Session

from states.effects import Effect, plain
from states.facts import Asked, Case
from workflow import models
from workflow.queries import ANSWERS, ASKED, CASES, DEADLINES, ENTRIES, OBJECTIONS, ROUNDS, table

HOLDS, EXTENSIONS = table(models.Hold), table(models.Extension)
INDICATORS, MEASURES, DUTIES = table(models.Indicator), table(models.Measure), table(models.Duty)

Row = dict[str, Any]
Handler = Callable[["Writes", int, Mapping[str, Any]], None]

#: Fields of a case that are columns of its row; the rest of it has tables of its own.
_SCALARS = tuple(
    f.name for f in fields(Case) if f.name not in ("reference", "rounds", "objections", "deadlines", "seq")
)
_LISTS = frozenset(
    {"marks", "items", "conditions", "decisions", "territory", "partner"}
    | {"sheet", "risks", "signatures", "members", "public_texts", "claimants"}
)
_NEW_DEADLINE = {"attempts": 0, "problem": ""}


class Writes:
    """What a transaction will write, case by case, in the order in which it was decided."""

    def __init__(self) -> None:
        self._inserts: dict[Table, list[Row]] = defaultdict(list)
        #: (table, names of keys) -> key -> changed columns.
        self._updates: dict[tuple[Table, tuple[str, ...]], dict[tuple[Any, ...], Row]] = defaultdict(dict)
        #: Rows that are new in this transaction: a later change goes into the row itself.
        self._new: dict[tuple[Table, tuple[Any, ...]], Row] = {}
        #: Deadlines that ran before and have been changed, and those armed here; a name may run again.
        self._deadlines: dict[tuple[int, str], Row] = {}
        self._ended: list[Row] = []
        self._resumed: list[Row] = []
        self._seq = 0
        self._calendar = ""

    # ------------------------------------------------------------------------------------- noting

    def case(
        self, case_id: int, before: Case, after: Case, effects: list[tuple[int, Effect]], **more: Any
    ) -> None:
        """Note what a step does to a case.

        effects   with the number of the event each belongs to
        more      further columns of the case row: head, calendar (the digest new dates were counted with)
        """
        self._calendar = more.pop("calendar", "")
        for self._seq, each in effects:
            handler = WRITE.get(each.op)
            if handler is not None:
                handler(self, case_id, each.values)
        changed: Row = {"seq": after.seq, **more}
        for name in _SCALARS:
            value = getattr(after, name)
            if value is not getattr(before, name) and value != getattr(before, name):
                changed[name] = plain(value) if name in _LISTS else value
        if len(after.rounds) != len(before.rounds):
            changed["rounds"] = len(after.rounds)
        if len(after.objections) != len(before.objections):
            changed["objections"] = len(after.objections)
        self.change(CASES, {"id": case_id}, changed)

    def insert(self, into: Table, row: Row, key: tuple[Any, ...] | None = None) -> None:
        """Note a new row; with its key, later changes to it are made in the row itself."""
        self._inserts[into].append(row)
        if key is not None:
            self._new[into, key] = row

    def change(self, of: Table, key: Row, values: Row) -> None:
        """Note changed columns of one row."""
        parts = tuple(key.values())
        row = self._new.get((of, parts))
        if row is None:
            row = self._updates[of, tuple(key)].setdefault(parts, {})
        row.update(values)

    def arm(self, case_id: int, values: Mapping[str, Any]) -> None:
        row = {"case_id": case_id, **values, "calendar": self._calendar, **_NEW_DEADLINE}
        self._inserts[DEADLINES].append(row)
        self._deadlines[case_id, values["name"]] = row

    def rearm(self, case_id: int, name: str, changes: Row) -> None:
        if "due_at" in changes and self._calendar:
            changes = {**changes, "calendar": self._calendar}
        row = self._deadlines.get((case_id, name))
        if row is None:
            row = {"b_case": case_id, "b_name": name}
            self._deadlines[case_id, name] = row
            self._ended.append(row)
        row.update(changes)

    def drop(self, case_id: int, name: str, how: str) -> None:
        self.rearm(case_id, name, {"status": how})
        # Whatever is armed under this name from here on is another row.
        del self._deadlines[case_id, name]

    def resume(self, case_id: int, resumed_on: Any) -> None:
        self._resumed.append({"b_case": case_id, "resumed_on": resumed_on})

    # ------------------------------------------------------------------------------------ writing

    def write(self, session: Session) -> None:
        """Write it all. Updates before inserts: a deadline may end and run again under the same name."""
        connection = session.connection()
        for (of, keys), rows in self._updates.items():
            bound = [
                {**{f"b_{name}": part for name, part in zip(keys, parts, strict=True)}, **values}
                for parts, values in rows.items()
            ]
            _update(connection, of, keys, bound)
        _update(connection, DEADLINES, _RUNNING, self._ended)
        _update(connection, HOLDS, _STANDING, self._resumed)
        for into, new in self._inserts.items():
            connection.execute(_inserting(into), new)


#: Keys that stand for more than columns: of a case, the running deadline of a name; the hold that stands.
_RUNNING, _STANDING = ("running",), ("standing",)


def _update(connection: Connection, of: Table, keys: tuple[str, ...], rows: list[Row]) -> None:
    """One statement for all rows that change the same columns."""
    alike: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        alike[tuple(sorted(row))].append(row)
    for names, group in alike.items():
        columns = tuple(name for name in names if not name.startswith("b_"))
        if columns:
            connection.execute(_updating(of, keys, columns), group)


# Building a statement costs several times what running it does; there are a few dozen of these.
@cache
def _updating(of: Table, keys: tuple[str, ...], columns: tuple[str, ...]) -> Update:
    where: list[ColumnElement[bool] | TextClause]
    if keys == _RUNNING:
        where = [of.c.case_id == bindparam("b_case"), of.c.name == bindparam("b_name"), models.IS_RUNNING]
    elif keys == _STANDING:
        where = [of.c.case_id == bindparam("b_case"), of.c.resumed_on.is_(None)]
    else:
        where = [of.c[name] == bindparam(f"b_{name}") for name in keys]
    return update(of).where(*where).values({name: bindparam(name) for name in columns})


@cache
def _inserting(into: Table) -> Insert:
    return insert(into)


# ---------------------------------------------------------------------------- which rows an effect is


def _round(writes: Writes, case_id: int, values: Mapping[str, Any]) -> None:
    row = {k: v for k, v in values.items() if k != "asked"}
    row["unreached"] = list(values["unreached"])
    writes.insert(ROUNDS, {"case_id": case_id, **row}, (case_id, values["no"]))
    _add_asked(writes, case_id, values["no"], values["asked"], 0)


def _asked(writes: Writes, case_id: int, values: Mapping[str, Any]) -> None:
    # Joiners come after all who were asked at first; the number of the event keeps them in order.
    _add_asked(writes, case_id, values["round"], values["members"], 10_000 * writes._seq)


def _add_asked(writes: Writes, case_id: int, round_no: int, members: tuple[Asked, ...], first: int) -> None:
    for position, member in enumerate(members, first):
        row = {f: getattr(member, f) for f in _ASKED_FIELDS}
        row |= {"case_id": case_id, "round": round_no, "position": position}
        writes.insert(ASKED, row, (case_id, round_no, member.code))


def _round_change(writes: Writes, case_id: int, values: Mapping[str, Any]) -> None:
    changes = {k: list(v) if k == "unreached" else v for k, v in values.items() if k != "no"}
    writes.change(ROUNDS, {"case_id": case_id, "no": values["no"]}, changes)


def _asked_change(writes: Writes, case_id: int, values: Mapping[str, Any]) -> None:
    changes = {k: v for k, v in values.items() if k not in ("round", "code")}
    writes.change(ASKED, {"case_id": case_id, "round": values["round"], "code": values["code"]}, changes)


def _answer(writes: Writes, case_id: int, values: Mapping[str, Any]) -> None:
    writes.insert(ANSWERS, {"case_id": case_id, **values}, (case_id, values["no"]))


def _answer_change(writes: Writes, case_id: int, values: Mapping[str, Any]) -> None:
    changes = {k: v for k, v in values.items() if k not in ("round", "no")}
    writes.change(ANSWERS, {"case_id": case_id, "no": values["no"]}, changes)


def _objection(writes: Writes, case_id: int, values: Mapping[str, Any]) -> None:
    writes.insert(OBJECTIONS, {"case_id": case_id, **values}, (case_id, values["no"]))


def _objection_end(writes: Writes, case_id: int, values: Mapping[str, Any]) -> None:
    ended = {"ended_at": values["ended_at"], "how": values["how"]}
    writes.change(OBJECTIONS, {"case_id": case_id, "no": values["no"]}, ended)


def _arm(writes: Writes, case_id: int, values: Mapping[str, Any]) -> None:
    writes.arm(case_id, values)


def _rearm(writes: Writes, case_id: int, values: Mapping[str, Any]) -> None:
    writes.rearm(case_id, values["name"], {k: v for k, v in values.items() if k != "name"})


def _drop(writes: Writes, case_id: int, values: Mapping[str, Any]) -> None:
    writes.drop(case_id, values["name"], values["how"])


def _hold(writes: Writes, case_id: int, values: Mapping[str, Any]) -> None:
    row = {
        "case_id": case_id,
        "held_on": values["on"],
        "windows": plain(values["windows"]),
        "resumed_on": None,
    }
    writes.insert(HOLDS, row)


def _resume(writes: Writes, case_id: int, values: Mapping[str, Any]) -> None:
    writes.resume(case_id, values["resumed_on"])


def _extension(writes: Writes, case_id: int, values: Mapping[str, Any]) -> None:
    writes.insert(EXTENSIONS, {"case_id": case_id, "seq": writes._seq, **values})


def _entry(writes: Writes, case_id: int, values: Mapping[str, Any]) -> None:
    writes.insert(ENTRIES, {"case_id": case_id, **values})


def _indicator(writes: Writes, case_id: int, values: Mapping[str, Any]) -> None:
    writes.insert(INDICATORS, {"case_id": case_id, **values})


def _measure(writes: Writes, case_id: int, values: Mapping[str, Any]) -> None:
    writes.insert(MEASURES, {"case_id": case_id, **values})


def _duty(writes: Writes, case_id: int, values: Mapping[str, Any]) -> None:
    row = {"case_id": case_id, **values, "done_on": None, "result": "", "findings": ""}
    writes.insert(DUTIES, row, (case_id, values["no"]))


def _duty_end(writes: Writes, case_id: int, values: Mapping[str, Any]) -> None:
    ended = {name: value for name, value in values.items() if name != "no"}
    writes.change(DUTIES, {"case_id": case_id, "no": values["no"]}, ended)


_ASKED_FIELDS = tuple(f.name for f in fields(Asked))

#: Effect -> its rows. `set`, `mark`, `item`, `condition`, `decision` and what stands in states/dossier.py are
#: columns of the case row itself.
WRITE: Mapping[str, Handler] = {
    "round": _round,
    "round_change": _round_change,
    "asked": _asked,
    "asked_change": _asked_change,
    "answer": _answer,
    "answer_change": _answer_change,
    "objection": _objection,
    "objection_end": _objection_end,
    "arm": _arm,
    "rearm": _rearm,
    "drop": _drop,
    "hold": _hold,
    "resume": _resume,
    "extension": _extension,
    "entry": _entry,
    "indicator": _indicator,
    "measure": _measure,
    "duty": _duty,
    "duty_end": _duty_end,
}
