"""The seats of bodies and their meetings as spreadsheets, read with all their faults.

Seats      body * seat * member * alternate, codes of Parties; from * to, the first and the last day on which
           the member holds the seat; region, office, note
Meetings   body * ordinal * ("COP15") kind *, ordinary or extraordinary; starts * ends *, its first and last
           day; place, note
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from workflow import spreadsheet
from workflow.register import cells
from workflow.register.cells import BadValue, Cell
from workflow.register.lines import Key, Line
from workflow.spreadsheet import Column, ListRefused, Row, Table, shown

KINDS = ("ordinary", "extraordinary")


def kind(cell: str) -> str:
    """Whether a meeting is an ordinary one."""
    if cell in KINDS:
        return cell
    raise BadValue(f"{shown(cell)} is not a kind of meeting", "Use one of: extraordinary, ordinary.")


SEATS = (
    Cell("body", "body", cells.slug, required=True),
    Cell("seat", "seat", cells.slug, required=True),
    Cell("region", "region", cells.text),
    Cell("member", "member", cells.code, required=True),
    Cell("alternate", "alternate", cells.code),
    Cell("office", "office", cells.text),
    Cell("from", "starts", cells.day, required=True, aliases=("starts",)),
    Cell("to", "ends", cells.day, aliases=("ends",), nothing=None),
    Cell("note", "note", cells.text),
)
MEETINGS = (
    Cell("body", "body", cells.slug, required=True),
    Cell("ordinal", "ordinal", cells.text, required=True),
    Cell("kind", "kind", kind, required=True),
    Cell("place", "place", cells.text),
    Cell("starts", "starts", cells.day, required=True, aliases=("from",)),
    Cell("ends", "ends", cells.day, required=True, aliases=("to",)),
    Cell("note", "note", cells.text),
)


def read_seats(content: bytes) -> tuple[Line, ...]:
    """The seats in a CSV file, with keys (body, seat, starts).

    Raises   ListRefused with every fault, by row and column
    """
    return read_list(content, SEATS, ("body", "seat", "starts"), "to")


def read_meetings(content: bytes) -> tuple[Line, ...]:
    """The meetings in a CSV file, with keys (body, ordinal).

    Raises   ListRefused with every fault, by row and column
    """
    return read_list(content, MEETINGS, ("body", "ordinal"), "ends")


def read_list(
    content: bytes, columns: Sequence[Cell], key_fields: tuple[str, ...], end: str
) -> tuple[Line, ...]:
    """The lines of a list.

    columns      those it may have
    key_fields   fields that together name a line
    end          header of the column of the last day, which is not before the first one
    Raises       ListRefused with every fault, by row and column
    """
    table = spreadsheet.read(content, [Column(c.header, c.aliases, c.required) for c in columns])
    faults = list(table.faults)
    there = [cell for cell in columns if cell.header in table.columns]
    lines: dict[Key, Line] = {}
    for row in table.rows:
        values, wrong = _values(table, row, there)
        if not wrong and all(field in values for field in key_fields):
            starts, ends = values.get("starts"), values.get("ends")
            if isinstance(starts, date) and isinstance(ends, date) and ends < starts:
                says = f"{ends} is before {starts}, the day it begins"
                wrong.append(table.fault(row, end, says, "Correct one of the two."))
            key = tuple(values.pop(field) for field in key_fields)
            if key in lines:
                says = f"{' '.join(map(str, key))} stands in row {lines[key].row} already"
                wrong.append(table.fault(row, there[0].header, says, "Remove one of the two rows."))
            lines.setdefault(key, Line(key, values, row.number))
        faults += wrong
    if faults:
        raise ListRefused(faults)
    return tuple(lines.values())


def _values(
    table: Table, row: Row, columns: Sequence[Cell]
) -> tuple[dict[str, Any], list[spreadsheet.Fault]]:
    values: dict[str, Any] = {}
    wrong = []
    for cell in columns:
        given = row.get(cell.header)
        if not given and cell.required:
            wrong.append(table.fault(row, cell.header, "it is empty", "Fill it in."))
            continue
        try:
            values[cell.field] = cell.check(given) if given else cell.nothing
        except BadValue as bad:
            wrong.append(table.fault(row, cell.header, bad.says, bad.remedy))
    return values, wrong
