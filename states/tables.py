"""One table of a law file: gives its values, and notes every mistake instead of stopping at the first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any, NamedTuple, Self, TypeVar

from states.faults import Path, meant, nearest
from states.periods import Grace, Period, PeriodError
from states.procedure import NO_NOTICES, Alternative, Notices


class Noted(NamedTuple):
    """A fault before its line is known."""

    #: The table or key it is told of.
    path: Path
    #: What is wrong.
    says: str
    #: What to do about it.
    remedy: str
    #: The key of the table at `path` on whose line it stands, or "".
    key: str = ""


_KINDS: dict[type, str] = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    dict: "a table",
    list: "a list",
    float: "a number with a fraction",
    date: "a date",
    datetime: "a date and time",
    time: "a time of day",
}
_PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]*")
_Read = TypeVar("_Read", Period, Grace)


class Table:
    """One table of the file: gives its values, notes what is wrong with them and what nobody asked for."""

    def __init__(self, content: dict[str, Any], path: Path, faults: list[Noted]) -> None:
        self.content = content
        self.path = path
        self.key = str(path[-1]) if path else ""
        self.faults = faults
        self.asked_for: set[str] = set()
        self.missing: dict[str, Noted] = {}

    def fault(self, says: str, remedy: str, *steps: str | int) -> None:
        self.faults.append(Noted((*self.path, *steps), says, remedy))

    def done(self) -> None:
        """Tell every key that no record has a place for."""
        for key in self.content:
            if key in self.asked_for:
                continue
            if (right := nearest(key, self.asked_for)) in self.missing:
                # One slip of the pen is one fault: the key is there, misspelt.
                self.faults.remove(self.missing.pop(str(right)))
            self.faults.append(Noted(self.path, f"unknown key '{key}'", meant(key, self.asked_for), key))

    def text(self, key: str, default: str | None = None) -> str:
        value = self._typed(key, str, default)
        if value == "" and default is None and key in self.content:
            self.fault(f"'{key}' is empty", "Write it out.", key)
        return value if isinstance(value, str) else ""

    def flag(self, key: str) -> bool:
        return self._typed(key, bool, False) is True

    def number(self, key: str, default: int = 0) -> int:
        value = self._typed(key, int, default)
        if isinstance(value, int) and value < 0:
            self.fault(f"{value} is below 0", "Give 0 or a whole number above it.", key)
        return value if isinstance(value, int) else default

    def choice(self, key: str, words: tuple[str, ...], default: str | None = None) -> str:
        value = self._typed(key, str, default)
        if isinstance(value, str) and value not in words:
            self.fault(f"'{value}' is not a word for '{key}'", meant(value, words), key)
        return value if isinstance(value, str) else ""

    def words(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A text, or a list of texts; none may be empty, none may stand there twice."""
        self.asked_for.add(key)
        if key not in self.content:
            if default is None:
                self._note_missing(key)
            return default or ()
        value = self.content[key]
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) and item for item in items):
            self.fault("a text or a list of texts is wanted", 'Write "..." or ["...", "..."].', key)
            return ()
        if not items and default is None:
            self.fault(f"'{key}' is empty", "Name at least one.", key)
        for item in sorted({item for item in items if items.count(item) > 1}):
            self.fault(f"'{item}' stands there twice", "Remove one.", key)
        return tuple(items)

    def period(self, key: str, default: Period | None = None) -> Period:
        return self.parsed(key, Period, default) or Period(1, "days")

    def optional_period(self, key: str) -> Period | None:
        self.asked_for.add(key)
        return self.parsed(key, Period, None) if key in self.content else None

    def periods(self, key: str) -> tuple[Period, ...]:
        found = []
        for at, word in enumerate(self.words(key, ())):
            try:
                found.append(Period.parse(word))
            except PeriodError as error:
                self.fault(*_split(error), key, at)
        return tuple(found)

    def parsed(self, key: str, kind: type[_Read], default: _Read | None) -> _Read | None:
        """A period or a grace; missing is a fault only without a default."""
        if key not in self.content and default is not None and kind is Period:
            self.asked_for.add(key)
            return default
        value = self._typed(key, str, None)
        try:
            return kind.parse(value) if isinstance(value, str) else default
        except PeriodError as error:
            self.fault(*_split(error), key)
            return default

    def share(self, key: str) -> tuple[int, int] | None:
        value = self.text(key, "")
        found = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", value)
        if value and (found is None or int(found[1]) > int(found[2])):
            self.fault(f"'{value}' is not a share", "Write a fraction such as '2/3'.", key)
            return None
        return (int(found[1]), int(found[2])) if found else None

    def phrases(self, key: str, required: bool = False) -> Mapping[str, str]:
        self.asked_for.add(key)
        if required and key not in self.content:
            self._note_missing(key)
        return next((table.all_phrases() for table in self.subtable(key)), NO_NOTICES)

    def notices(self, key: str) -> Notices:
        return self.phrases(key)

    def all_phrases(self) -> Mapping[str, str]:
        """A table whose keys are free: name -> words."""
        return MappingProxyType({key: self.text(key) for key in self.content})

    def alternatives(self, key: str, *, single: bool = False) -> tuple[Alternative, ...]:
        """A state, a table {to, when, notify, marks, unmarks}, or a list of such tables."""
        self.asked_for.add(key)
        if key not in self.content:
            return ()
        value = self.content[key]
        many = isinstance(value, list)
        if many and (single or not value):
            says = "one way is wanted, not a list" if single else "the list of ways is empty"
            self.fault(says, 'Write { to = "state" }.', key)
            return ()
        found = []
        for at, item in enumerate(value if many else [value]):
            steps = (key, at) if many else (key,)
            if isinstance(item, str) and item:
                found.append(Alternative(item))
            elif isinstance(item, dict):
                found.append(_alternative(Table(item, (*self.path, *steps), self.faults)))
            else:
                remedy = 'Write "state" or { to = "state" }.'
                self.fault("a state or a table with 'to' is wanted", remedy, *steps)
        return tuple(found)

    def subtable(self, key: str) -> Iterator[Self]:
        """The table of that key, if it is there."""
        value = self._typed(key, dict, {})
        if key in self.content and isinstance(value, dict):
            yield type(self)(value, (*self.path, key), self.faults)

    def rows(self, key: str) -> Iterator[Self]:
        """The tables of a list, as `[[key]]` writes them; in file order."""
        if isinstance(self.content.get(key), dict):
            self.asked_for.add(key)
            self.fault(f"'{key}' is one table, and a list of tables is wanted", f"Write [[{key}]].", key)
            return
        value = self._typed(key, list, [])
        for at, row in enumerate(value if isinstance(value, list) else []):
            if isinstance(row, dict):
                yield type(self)(row, (*self.path, key, at), self.faults)
            else:
                self.fault("a table is wanted", f"Write [[{key}]].", key, at)

    def tables(self, key: str, *, required: bool = False, plain: bool = False) -> Iterator[Self]:
        """The named tables under that key, in file order."""
        if required and key not in self.content:
            self.asked_for.add(key)
            self._note_missing(key)
        for family in self.subtable(key):
            for name in family.content:
                if plain and not _PLAIN_NAME.fullmatch(name):
                    right = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_") or "a_name"
                    family.fault(f"'{name}' is not a plain name", f"did you mean '{right}'?", name)
                yield from family.subtable(name)

    def _typed(self, key: str, kind: type, default: object) -> object:
        self.asked_for.add(key)
        if key not in self.content:
            if default is None:
                self._note_missing(key)
            return default
        value = self.content[key]
        # True is an int to Python, not to a reader of the law.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            given = next((words for known, words in _KINDS.items() if type(value) is known), "something else")
            self.fault(f"{_KINDS[kind]} is wanted, not {given}", f"Correct '{key}'.", key)
            return default
        return value

    def _note_missing(self, key: str) -> None:
        self.missing[key] = Noted(self.path, f"the key '{key}' is missing", f"Add '{key}'.")
        self.faults.append(self.missing[key])


def _alternative(table: Table) -> Alternative:
    alternative = Alternative(
        to=table.text("to"),
        when=table.words("when", ()),
        notify=table.notices("notify"),
        marks=table.words("marks", ()),
        unmarks=table.words("unmarks", ()),
    )
    table.done()
    return alternative


_FORMS = "Write '60 days', '10 working days' or '3 months'."


def _split(error: Exception) -> tuple[str, str]:
    """A period's complaint as what is wrong, and what to write instead."""
    says, _, remedy = str(error).partition(" Write ")
    if found := re.fullmatch(r"(.*?)[:,] (.*?,? ?)did you mean ('.*')\?", says):
        return f"{found[1]}: {found[2]}".rstrip(" :,"), f"did you mean {found[3]}?"
    return says.rstrip("."), f"Write {remedy}" if remedy else _FORMS
