"""What a list or a form says of a Party, a contact, a seat or a meeting, and what that changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

#: What the lines of a list are about.
PARTY, CONTACT, SEAT, MEETING, STAFF = "party", "contact", "seat", "meeting", "staff"
EXCLUSION = "exclusion"

Key = tuple[Any, ...]


class RegisterRefused(Exception):
    """An act on the register that was not carried out; each of `faults` is one sentence with its remedy."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


@dataclass(frozen=True, slots=True)
class Line:
    """One Party, contact, seat or meeting as it is told; what is not told stays as it is."""

    #: What identifies it: (code,), (party, role, email), (body, seat, starts), (body, ordinal).
    key: Key
    #: Column of the table -> value, the key's columns not among them.
    values: Mapping[str, Any]
    #: Row of the spreadsheet; 0: from none.
    row: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One row that is new, or that will say something else."""

    #: party, contact, seat, meeting, staff or exclusion.
    what: str
    #: How people call it: "FR", "FR nfp wetlands@ministry.example".
    label: str
    key: Key
    #: Column -> (old, new); of a new row all columns, with None as the old value.
    fields: Mapping[str, tuple[Any, Any]]
    is_new: bool
    #: The row's number, for tables that have one; None: not yet, or none.
    id: int | None = None

    @property
    def new(self) -> dict[str, Any]:
        """Column -> new value."""
        return {column: new for column, (_, new) in self.fields.items()}

    def lines(self) -> list[str]:
        """What changes, a line for each field: "language: en -> fr"."""
        return [f"{column}: {_shown(old)} -> {_shown(new)}" for column, (old, new) in self.fields.items()]


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import changes, and what it leaves alone."""

    added: tuple[Change, ...] = ()
    changed: tuple[Change, ...] = ()
    #: How many lines say what is on file already.
    unchanged: int = 0
    #: (what, label) of rows on file that the list does not name. They stay: nothing is deleted in silence.
    missing: tuple[tuple[str, str], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not self.added and not self.changed

    def __add__(self, other: Plan) -> Plan:
        return Plan(
            self.added + other.added,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.missing + other.missing,
        )


def differences(
    what: str,
    lines: Iterable[Line],
    on_file: Mapping[Key, Mapping[str, Any]],
    label: Callable[[Key], str],
    defaults: Mapping[str, Any],
) -> Plan:
    """What a list changes in a table.

    on_file    key -> row, with its `id` where the table has one
    defaults   what a new row says where its line is silent
    """
    added, changed, unchanged, named = [], [], 0, set()
    for line in lines:
        row = on_file.get(line.key)
        named.add(line.key)
        if row is None:
            fields = {column: (None, value) for column, value in {**defaults, **line.values}.items()}
            added.append(Change(what, label(line.key), line.key, fields, True))
            continue
        fields = {c: (row[c], value) for c, value in line.values.items() if row[c] != value}
        if fields:
            changed.append(Change(what, label(line.key), line.key, fields, False, row.get("id")))
        else:
            unchanged += 1
    missing = tuple((what, label(key)) for key in on_file if key not in named)
    return Plan(tuple(added), tuple(changed), unchanged, missing)


def told(change: Change, but: Sequence[str] = ()) -> dict[str, Any]:
    """The fields of a change as an event tells them: column -> value, or [old, new] of a row changed."""
    return {
        column: new if change.is_new else [old, new]
        for column, (old, new) in change.fields.items()
        if column not in but
    }


def told_all(plan: Plan, what: str, key: tuple[str, ...]) -> list[dict[str, Any]]:
    """Everything of one kind that a plan changes, as an event tells it; `key` names the parts of the keys."""
    return [
        {**dict(zip(key, change.key, strict=True)), "new": change.is_new, **told(change)}
        for change in (*plan.added, *plan.changed)
        if change.what == what
    ]


def label(key: Key) -> str:
    """How people call what has this key: its parts, side by side."""
    return " ".join(str(part) for part in key)


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "(nothing)"
    return value.isoformat() if isinstance(value, date) else str(value)
