"""Make a case anew from its events alone and say where its tables tell something else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from states.effects import Effect, apply, from_plain, plain
from states.facts import Case
from workflow import models, queries
from workflow.queries import CASES, EVENTS
from workflow.record.errors import NoSuchCase

HOLDS, EXTENSIONS = queries.table(models.Hold), queries.table(models.Extension)
#: Effects that add a numbered row to a table of their own.
NUMBERED = {
    "entry": queries.ENTRIES,
    "indicator": queries.INDICATORS,
    "measure": queries.table(models.Measure),
    "duty": queries.table(models.Duty),
}

#: Fields of a case that are sets: JSON knows only lists.
SETS = frozenset({"marks", "items"})
_ORDER = "order of those asked"


def rebuild(session: Session, case_id: int) -> list[str]:
    """Each difference between what the events of a case say and what its tables say; empty: none.

    Raises   NoSuchCase
    """
    # Held, so that the events and the tables below are read of one moment.
    held = select(CASES.c.reference, CASES.c.seq).where(CASES.c.id == case_id).with_for_update(read=True)
    row = session.execute(held).one_or_none()
    stored = queries.load_case(session, case_id)
    if row is None or stored is None:
        raise NoSuchCase(f"There is no case number {case_id}. `assent case list` shows those there are.")
    try:
        case, beside = _replay(row.reference, _events(session, case_id))
    except _Unreadable as fault:
        return [f"{fault}. Run `assent record verify`: it names the first broken event."]
    return _differences(_told(case) | beside, _told(stored) | _beside(session, case_id))


# ------------------------------------------------------------------------------ what the events say


class _Unreadable(Exception):
    """An event from which nothing can be rebuilt."""


def _events(session: Session, case_id: int) -> list[tuple[int, str]]:
    wanted = select(EVENTS.c.seq, EVENTS.c.body).where(EVENTS.c.case_id == case_id).order_by(EVENTS.c.seq)
    return [(seq, body) for seq, body in session.execute(wanted)]


def _replay(reference: str, events: Iterable[tuple[int, str]]) -> tuple[Case, dict[str, Any]]:
    """The case that these events make, and what stands beside it."""
    case: Case | None = None
    registers = _Registers()
    count = 0
    for seq, body in events:
        count += 1
        try:
            said = json.loads(body)
            if case is None:
                case = Case(reference, state="", since=datetime.fromisoformat(said["at"]))
            effects = [Effect(op, _native(values)) for op, values in said["effects"]]
            case = apply(case, effects)
            registers.add(seq, effects)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise _Unreadable(f"Event {seq} cannot be applied: {type(error).__name__}: {error}") from error
    if case is None:
        raise _Unreadable("The case has no event")
    return apply(case, [Effect("set", {"seq": count})]), registers.told()


def _native(values: Mapping[str, Any]) -> dict[str, Any]:
    native = from_plain(values)
    return {name: frozenset(value) if name in SETS else value for name, value in native.items()}


class _Registers:
    """What stands beside a case: holds and extensions, its accounts, what it is measured by and must do."""

    def __init__(self) -> None:
        self._holds: list[dict[str, Any]] = []
        self._extensions: list[dict[str, Any]] = []
        #: "entry 17" -> its values.
        self._numbered: dict[str, Any] = {}

    def add(self, seq: int, effects: Iterable[Effect]) -> None:
        """Note what the effects of this event say of them."""
        for op, values in ((each.op, each.values) for each in effects):
            if op == "hold":
                self._holds.append(
                    {"held_on": values["on"], "resumed_on": None, "windows": values["windows"]}
                )
            elif op == "resume":
                running = [hold for hold in self._holds if hold["resumed_on"] is None]
                running[-1]["resumed_on"] = values["resumed_on"]
            elif op == "extension":
                self._extensions.append({**values, "seq": seq})
            elif op in NUMBERED:
                more = {"done_on": None, "result": "", "findings": ""} if op == "duty" else {}
                self._numbered[f"{op} {values['no']}"] = plain({**values, **more})
            elif op == "duty_end":
                self._numbered[f"duty {values['no']}"] |= plain(values)

    def told(self) -> dict[str, Any]:
        return _registers(self._holds, self._extensions) | self._numbered


# ------------------------------------------------------------------------------ what the tables say


def _beside(session: Session, case_id: int) -> dict[str, Any]:
    found = []
    for table in (HOLDS, EXTENSIONS):
        wanted = select(table).where(table.c.case_id == case_id).order_by(table.c.id)
        rows = session.execute(wanted).mappings()
        found.append([{k: v for k, v in row.items() if k not in ("id", "case_id")} for row in rows])
    told = _registers(*found)
    for op, table in NUMBERED.items():
        rows = session.execute(
            select(table).where(table.c.case_id == case_id).order_by(table.c.no)
        ).mappings()
        for row in rows:
            told[f"{op} {row['no']}"] = plain({k: v for k, v in row.items() if k != "case_id"})
    return told


# --------------------------------------------------------------------------------------- comparing


def _registers(holds: list[dict[str, Any]], extensions: list[dict[str, Any]]) -> dict[str, Any]:
    named = {f"hold {no}": plain(each) for no, each in enumerate(holds, 1)}
    return named | {f"extension {no}": plain(each) for no, each in enumerate(extensions, 1)}


def _told(case: Case) -> dict[str, Any]:
    """A case as nested tables of plain values, each record under a name that people know it by."""
    told: dict[str, Any] = plain(case)
    for each in told.pop("rounds"):
        asked, answers = each.pop("asked"), each.pop("answers")
        each[_ORDER] = [member["code"] for member in asked]
        each |= {f"asked {member['code']}": member for member in asked}
        each |= {f"answer {answer['no']}": answer for answer in answers}
        told[f"round {each['no']}"] = each
    for each in told.pop("objections"):
        told[f"objection {each['no']}"] = each
    for each in told.pop("deadlines"):
        told[f"deadline {each['name']}"] = each
    return told


def _differences(record: Mapping[str, Any], table: Mapping[str, Any], place: str = "") -> list[str]:
    found = []
    for name in dict.fromkeys([*record, *table]):
        where = f"{place}, {name}" if place else name
        if name not in table:
            found.append(f"{where}: the record has it, the table has not.")
        elif name not in record:
            found.append(f"{where}: the table has it, the record has not.")
        elif isinstance(record[name], Mapping) and isinstance(table[name], Mapping):
            found += _differences(record[name], table[name], where)
        elif name == _ORDER and set(record[name]) != set(table[name]):
            continue  # whoever is missing or too many is named already
        elif record[name] != table[name]:
            found.append(f"{where}: the record says {record[name]!r}, the table says {table[name]!r}.")
    return found
