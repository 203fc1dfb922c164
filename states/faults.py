"""Faults of a law file: where, what, and what to do about it.

* ProcedureError
  . carries every Fault that was found, in the order of the file
"""

from __future__ import annotations

import difflib
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
"""A place in a law file: keys, and positions in lists counted from 0."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a law file, in words for whoever wrote it."""

    #: File, line and dotted path: "ramsar.toml:41: states.open.ask".
    place: str
    #: What is wrong, without a full stop.
    says: str
    #: What to do about it: "did you mean 'remind'?" or a sentence.
    remedy: str

    def __str__(self) -> str:
        joint = ", " if self.remedy.startswith("did you mean") else ". "
        return f"{self.place}: {self.says}{joint}{self.remedy}"


class ProcedureError(Exception):
    """A law file that cannot be used; `faults` holds every reason, in the order of the file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was most likely meant, or None."""
    folded = {name.casefold().replace("_", " "): name for name in sorted(known)}
    found = difflib.get_close_matches(word.casefold().replace("_", " "), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def meant(word: str, known: Iterable[str]) -> str:
    """The remedy for an unknown word: the nearest right one, else all that there are."""
    names = sorted(known)
    if near := nearest(word, names):
        return f"did you mean '{near}'?"
    if not names:
        return "There is none to choose from."
    shown = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
    return f"Use one of: {shown}."


def dotted(path: Path) -> str:
    """A path as the file writes it, lists counted from 1: `states.open.outcomes.carried[2]`."""
    words = (f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(words).removeprefix(".")


_TOKENS = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'  # a text over several lines, its quotes included
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\''
    r"|\#[^\n]*|\n|[\[\]{}=,.]|[ \t\r]+"
    r"|[^\s\[\]{}=,.\"'#]+",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Places:
    """The line of every key of a law file, which the TOML reader of the standard library does not tell."""

    #: File name for messages.
    source: str
    #: Path -> line, counted from 1.
    lines: Mapping[Path, int] = field(default_factory=dict)
    #: Path of a table that stands in another file -> the places of that file.
    elsewhere: Mapping[Path, Places] = field(default_factory=dict)

    @classmethod
    def of(cls, source: str, text: str) -> Places:
        """Index a text that is known to be valid TOML."""
        return cls(source, _Index(text).lines)

    def line(self, path: Path) -> int:
        """The line of the place, or of the nearest table around it; 0 if nothing is known."""
        return next((self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), 0)

    def fault(self, path: Path, says: str, remedy: str, key: str = "") -> Fault:
        """A fault of the table at `path`; `key`, if given, is what its line is that of."""
        for table, places in self.elsewhere.items():
            if path[: len(table)] == table:
                return places.fault(path, says, remedy, key)
        line = self.line((*path, key) if key else path)
        where = f"{self.source}:{line}" if line else self.source
        return Fault(": ".join(part for part in (where, dotted(path)) if part), says, remedy)


class _Index:
    """Walks through valid TOML once and notes the line on which each key and list item begins."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        breaks = [at for at, sign in enumerate(text) if sign == "\n"]
        self._tokens = [
            (found[0], bisect_right(breaks, found.start() - 1) + 1)
            for found in _TOKENS.finditer(text)
            if found[0] == "\n" or not (found[0].startswith("#") or found[0].isspace())
        ]
        self._next = 0
        self._document()

    def _peek(self) -> str:
        return self._tokens[self._next][0] if self._next < len(self._tokens) else ""

    def _take(self) -> tuple[str, int]:
        self._next += 1
        return self._tokens[self._next - 1]

    def _document(self) -> None:
        table: Path = ()
        counts: dict[Path, int] = {}
        while self._peek():
            if self._peek() == "\n":
                self._take()
            elif self._peek() == "[":
                opening = 0
                while self._peek() == "[":
                    _, line = self._take()
                    opening += 1
                table = self._keys((), "]")
                while self._peek() == "]":
                    self._take()
                if opening == 2:
                    counts[table] = counts.get(table, -1) + 1
                    table = (*table, counts[table])
                self._note(table, line)
            else:
                self._pair(table)

    def _keys(self, before: Path, end: str) -> Path:
        path = before
        while self._peek() not in (end, ""):
            word, _ = self._take()
            if word != ".":
                path = (*path, word[1:-1] if word[0] in "\"'" else word)
        self._next += 1
        return path

    def _pair(self, table: Path) -> None:
        line = self._tokens[self._next][1]
        path = self._keys(table, "=")
        self._note(path, line)
        self._value(path)

    def _value(self, path: Path) -> None:
        first, line = self._take()
        self._note(path, line)
        if first == "[":
            item = 0
            while self._peek() not in ("]", ""):
                if self._peek() in ("\n", ","):
                    self._take()
                else:
                    self._value((*path, item))
                    item += 1
            self._next += 1
        elif first == "{":
            while self._peek() not in ("}", ""):
                if self._peek() in ("\n", ","):
                    self._take()
                else:
                    self._pair(path)
            self._next += 1
        else:
            # A number or a date may consist of several tokens: 1.5, 12:00:00.5
            while self._peek() not in (",", "]", "}", "\n", ""):
                self._take()

    def _note(self, path: Path, line: int) -> None:
        # A header such as [states.open.ask] may be the only place where the tables around it are named.
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)
