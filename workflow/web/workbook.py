"""Lists as files: cells for CSV, workbooks for spreadsheets, always to be saved and never shown."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter
from fastapi import Response

from workflow.spreadsheet import letter

Cell = str | int | float | Decimal | date | datetime | bool | None

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML = "text/html; charset=utf-8"
#: How a file's name ends -> what it is.
KINDS = {"csv": CSV, "xlsx": XLSX, "pdf": PDF, "docx": DOCX, "html": HTML}
#: Widths of columns, in characters.
_NARROWEST, _WIDEST = 8, 48


def plain(cell: Cell) -> str:
    """A cell as CSV has it: days as 2024-06-17, nothing as an empty cell."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def write(
    title: str, headers: Sequence[str], rows: Iterable[Sequence[Cell]], zone: ZoneInfo | None = None
) -> bytes:
    """A workbook with one sheet: headings that stay in sight, days as days, every text as a text.

    zone   on whose wall moments are shown: a spreadsheet knows none
    """
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, {**options, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        bold = book.add_format({"bold": True, "bottom": 1})
        of_moments = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        widths = [len(header) for header in headers]
        sheet.write_row(0, 0, headers, bold)
        last = 0
        for last, row in enumerate(rows, 1):
            for at, cell in enumerate(row):
                _write(sheet, last, at, cell, of_moments, zone)
                widths[at] = max(widths[at], len(plain(cell)))
        for at, width in enumerate(widths):
            sheet.set_column(at, at, min(max(width + 2, _NARROWEST), _WIDEST))
        sheet.freeze_panes(1, 1)
        if headers:
            sheet.autofilter(f"A1:{letter(len(headers))}{last + 1}")
    return out.getvalue()


def _write(sheet: Any, row: int, at: int, cell: Cell, of_moments: Any, zone: ZoneInfo | None) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, datetime):
        local = cell.astimezone(zone) if zone is not None else cell
        sheet.write_datetime(row, at, local.replace(tzinfo=None), of_moments)
    elif isinstance(cell, date):
        sheet.write_datetime(row, at, cell)
    elif isinstance(cell, bool | str):
        sheet.write_string(row, at, str(cell))
    else:
        sheet.write_number(row, at, cell)


def attached(content: bytes, name: str) -> Response:
    """A file to be saved."""
    kind = KINDS[name.rpartition(".")[2]]
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)


def _sheet_name(title: str) -> str:
    """What a spreadsheet takes as the name of a sheet: 31 signs, and none of its own."""
    return "".join(" " if sign in "[]:*?/\\" else sign for sign in title)[:31].strip(" '") or "Sheet"
