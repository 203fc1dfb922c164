"""Document: what stands on paper, before anybody has said how it is printed.

A document is a letterhead, an address, and blocks one after the other. Whoever makes one gives plain texts:
no printer reads markup in them, so a name may hold any sign there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Look = Literal["letter", "note", "report"]


@dataclass(frozen=True, slots=True)
class Office:
    """Who issues the document: its letterhead."""

    name: str
    #: Postal address on one line; "" if there is none, like what follows.
    address: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a part."""

    text: str
    #: 1 for a part, 2 for a part of a part, 3 below; the title of the document stands above them all.
    level: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; its lines are kept."""

    lines: tuple[str, ...]
    #: Stands out: the subject of a letter, a day by which to answer.
    is_strong: bool = False
    #: Stands back: a note about what was said.
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    lines: tuple[str, ...]
    #: 1, 2, 3 before the items instead of dots.
    is_numbered: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """The words of somebody else."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Short facts, each with what it is called."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a heading over each column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    #: What the table shows; "" where the heading above says it.
    caption: str = ""
    #: Columns of figures, from 0: they are set to the right.
    figures: frozenset[int] = frozenset()
    #: The last row is a sum.
    has_sum: bool = False
    #: How wide the columns are beside each other; empty: as their texts need.
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Signing:
    """Where somebody signs: a line, and below it who it is."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a page of its own."""


Block = Heading | Text | Items | Quote | Facts | Grid | Signing | PageBreak


@dataclass(frozen=True, slots=True)
class Document:
    """One document."""

    #: "en", "fr" or "es".
    language: str
    #: What it is called: its first heading, and the title of the file.
    title: str
    office: Office
    #: A letter, a note verbale, or a report with parts.
    look: Look = "report"
    #: Below the title; "" if there is nothing.
    subtitle: str = ""
    #: (what it is called, what it is): reference, number, date.
    marks: tuple[tuple[str, str], ...] = ()
    #: To whom it is addressed, line by line.
    to: tuple[str, ...] = ()
    blocks: Sequence[Block] = field(default=(), repr=False)
    #: Runs at the head of every further page; "": the title.
    running: str = ""
    #: Stands at the foot of every page, before the number.
    foot: str = ""
