"""Exclusion lists as spreadsheets, read with all their faults.

name *, source * (the list it is taken from), aliases (several with semicolons), until (the last day on which
it holds; empty: until further notice), note
"""

from __future__ import annotations

from workflow.register import cells
from workflow.register.bodylist import read_list
from workflow.register.cells import Cell
from workflow.register.lines import Line


def _aliases(cell: str) -> tuple[str, ...]:
    names = [cells.text(name.strip()) for name in cell.split(";") if name.strip()]
    return tuple(dict.fromkeys(names))


EXCLUSIONS = (
    Cell("name", "name", cells.text, required=True, aliases=("entity", "organization", "company")),
    Cell("aliases", "aliases", _aliases, aliases=("alias", "also known as", "aka"), nothing=()),
    Cell("source", "source", cells.text, required=True, aliases=("list",)),
    Cell("until", "until", cells.day, aliases=("ends", "to"), nothing=None),
    Cell("note", "note", cells.text, aliases=("reason",)),
)


def read_exclusions(content: bytes) -> tuple[Line, ...]:
    """The entries in a CSV file, with keys (source, name).

    Raises   ListRefused with every fault, by row and column
    """
    return read_list(content, EXCLUSIONS, ("source", "name"), "until")
