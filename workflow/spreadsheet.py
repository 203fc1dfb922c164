"""Read a list from a CSV file as spreadsheets write it, and write one that a spreadsheet opens safely.

Taken are comma, semicolon and tab; UTF-8 with or without its mark, and the UTF-16 that Excel calls "Unicode
text"; columns in any order; texts over several lines. Everything wrong is told by row and column.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from notifications.letter import INVISIBLE
from states.faults import meant, nearest

#: A list of Parties is some hundred kilobytes; more is something else.
SIZE_MAX_BYTES = 10 * 2**20

#: What spreadsheets may take for a formula at the beginning of a cell.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NEUTRALISED = re.compile(r"'+[=+\-@\t\r]")
_SEPARATORS = (",", ";", "\t")
_SAVE_AS = "In Excel choose Save As, 'CSV UTF-8'; in LibreOffice 'Text CSV' with the character set UTF-8."


@dataclass(frozen=True, slots=True)
class Column:
    """One column a list may have."""

    #: Its header.
    name: str
    #: Other headers that mean the same.
    aliases: tuple[str, ...] = ()
    #: Whether a list without it is refused.
    required: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong with a list, its place as the spreadsheet shows it."""

    #: Number of the row as the spreadsheet counts; 0: the file as a whole.
    row: int
    #: Number of the column from 1; 0: the row as a whole.
    column: int
    header: str
    #: What is wrong, without a full stop.
    says: str
    #: What to do about it.
    remedy: str

    @property
    def place(self) -> str:
        """Such as "row 7, column C (name_en)"."""
        if not self.row:
            return "file"
        if not self.column:
            return f"row {self.row}"
        header = f" ({self.header})" if self.header else ""
        return f"row {self.row}, column {letter(self.column)}{header}"

    def __str__(self) -> str:
        joint = ", " if self.remedy.startswith("did you mean") else ". "
        return f"{self.place}: {self.says}{joint}{self.remedy}"


class ListRefused(Exception):
    """A list that cannot be used: nothing of it was taken. `faults` holds every reason, in order of place."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not empty."""

    #: As the spreadsheet counts, the header being a row too.
    number: int
    #: Column -> text, without blanks around it; only columns that the list has.
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        """The text in this column, or ""."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Table:
    """A list as it was read."""

    rows: tuple[Row, ...]
    #: Column -> (its number from 1, its header as written).
    columns: Mapping[str, tuple[int, str]]
    #: What is wrong with the file, its header and the number of cells; not with what the cells say.
    faults: tuple[Fault, ...] = ()
    #: Columns that an unknown header was probably meant to be: reported missing, a slip would be told twice.
    meant: frozenset[str] = frozenset()
    #: How its characters were written.
    encoding: str = "UTF-8"

    def fault(self, row: Row | int, column: str, says: str, remedy: str) -> Fault:
        """A fault of one cell."""
        number, header = self.columns.get(column, (0, ""))
        return Fault(row if isinstance(row, int) else row.number, number, header, says, remedy)


def read(content: bytes, columns: Sequence[Column]) -> Table:
    """The list in a file.

    columns   those it may have
    Raises    ListRefused if the file cannot be read as a list at all; other faults are in the table
    """
    text, encoding = _text(content)
    separator, text = _separator(text, columns)
    reading = _Reading(columns)
    # strict: a stray quotation mark would otherwise swallow rows in silence.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            reading.take(number, [_cell(cell) for cell in next(reader)])
        except StopIteration:
            break
        except csv.Error:
            says = "its quotation marks do not pair, so what follows cannot be read"
            remedy = "Write a quotation mark inside a text twice, or save the file anew from the spreadsheet."
            reading.faults.append(Fault(number, 0, "", says, remedy))
            break
    if not reading.places and not reading.faults:
        raise _refused("it is empty", "Its first row must name the columns.")
    return Table(
        rows=tuple(reading.rows),
        columns=MappingProxyType(reading.places),
        faults=tuple(reading.faults),
        meant=frozenset(reading.meant),
        encoding=encoding,
    )


def write(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A list as CSV in UTF-8, with the mark by which Excel knows it.

    A text that a spreadsheet could take for a formula gets an apostrophe before it; `read` takes it off.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(headers)
    writer.writerows([f"'{cell}" if _FORMULA.match(cell) else cell for cell in row] for row in rows)
    return codecs.BOM_UTF8 + out.getvalue().encode()


def letter(number: int) -> str:
    """The letters of a column: 1 -> A, 27 -> AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


# ----------------------------------------------------------------------------------------- rows


@dataclass
class _Reading:
    """What has been read so far."""

    columns: Sequence[Column]
    rows: list[Row] = field(default_factory=list)
    places: dict[str, tuple[int, str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    meant: set[str] = field(default_factory=set)
    _width: int = 0
    _spare: set[int] = field(default_factory=set)

    def take(self, number: int, cells: list[str]) -> None:
        """Read one more row; the first that is not empty is the header."""
        if not any(cells):
            return
        if not self._width:
            self._header(number, cells)
            return
        for at, cell in enumerate(cells, 1):
            if cell and (at > self._width or at in self._spare):
                says = f"{shown(cell)} stands in a column without a header"
                remedy = "Name the column in the first row, or quote a text that holds the separator."
                self.faults.append(Fault(number, at, "", says, remedy))
                break
        own = {name: cells[at - 1] if at <= len(cells) else "" for name, (at, _) in self.places.items()}
        if any(own.values()):
            self.rows.append(Row(number, MappingProxyType(own)))

    def _header(self, number: int, cells: list[str]) -> None:
        self._width = len(cells)
        names = {_plain(word): c.name for c in self.columns for word in (c.name, *c.aliases)}
        for at, cell in enumerate(cells, 1):
            name = names.get(_plain(cell))
            if not cell:
                self._spare.add(at)
            elif name is None:
                near = nearest(_plain(cell), names)
                remedy = f"did you mean '{near}'?" if near else meant(cell, [c.name for c in self.columns])
                self.meant.update([names[near]] if near else [])
                self.faults.append(Fault(number, at, cell, f"unknown column {shown(cell)}", remedy))
            elif name in self.places:
                first = letter(self.places[name][0])
                says = f"the column '{name}' stands in column {first} already"
                self.faults.append(Fault(number, at, cell, says, "Remove one of the two."))
            else:
                self.places[name] = (at, cell)
        for column in self.columns:
            if column.required and column.name not in self.places and column.name not in self.meant:
                says = f"the column '{column.name}' is missing"
                self.faults.append(Fault(number, 0, "", says, "Add it."))


def shown(cell: str) -> str:
    """A text in quotation marks, cut short, with what cannot be seen made visible."""
    short = cell if len(cell) <= 40 else cell[:39] + "…"
    return "'" + "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in short) + "'"


def _cell(raw: str) -> str:
    return (raw[1:] if _NEUTRALISED.match(raw) else raw).strip(INVISIBLE)


def _plain(header: str) -> str:
    return re.sub(r"[\s_.\-]+", "_", header.strip(INVISIBLE).casefold())


def _separator(text: str, columns: Sequence[Column]) -> tuple[str, str]:
    """What separates the cells, and the text without the line by which Excel may be told."""
    told = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    if told:
        return told[1], text[told.end() :]
    known = {_plain(word) for column in columns for word in (column.name, *column.aliases)}

    def fits(separator: str) -> tuple[int, int]:
        cells: list[str] = next(
            csv.reader(io.StringIO(text.lstrip("\r\n"), newline=""), delimiter=separator), []
        )
        return sum(_plain(cell) in known for cell in cells), len(cells)

    return max(_SEPARATORS, key=fits), text


# ----------------------------------------------------------------------------------- characters

_WORKBOOKS = {
    b"PK\x03\x04": "a workbook (.xlsx or .ods)",
    b"\xd0\xcf\x11\xe0": "a workbook of old Excel (.xls)",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),  # begins like UTF-16
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
#: In which code pages spreadsheets save a "CSV" of Western letters: Windows, Macintosh and MS-DOS.
_CODE_PAGES = ("cp1252", "cp1250", "cp1254", "mac_roman", "cp850")


def _text(content: bytes) -> tuple[str, str]:
    """The text of a file, and how it was written."""
    if len(content) > SIZE_MAX_BYTES:
        raise _refused(f"it is larger than {SIZE_MAX_BYTES // 2**20} MB", "Check that it is the right file.")
    for sign, kind in _WORKBOOKS.items():
        if content.startswith(sign):
            raise _refused(f"it is {kind}, whatever its name says", f"Save it as CSV: {_SAVE_AS}")
    for mark, codec, name in _MARKS:
        if content.startswith(mark):
            try:
                return _without_binary(content.decode(codec)), name
            except UnicodeDecodeError:
                raise _refused(f"it begins as {name} but is not {name} throughout", _SAVE_AS) from None
    try:
        return _without_binary(content.decode()), "UTF-8"
    except UnicodeDecodeError as error:
        return _of_code_page(content, error)


def _without_binary(text: str) -> str:
    if "\0" in text:
        raise _refused("it is not a text, or one whose characters are written in another way", _SAVE_AS)
    return text


def _of_code_page(content: bytes, error: UnicodeDecodeError) -> tuple[str, str]:
    """A text that is not UTF-8, if all the code pages in which it makes sense read it alike.

    The same byte is è in Western and č in Central Europe: a name must not be guessed.
    """
    readings: dict[str, str] = {}
    for page in _CODE_PAGES:
        try:
            text = content.decode(page)
        except UnicodeDecodeError:
            continue
        if _makes_sense(text):
            readings.setdefault(text, page)
    if len(readings) == 1:
        text, page = readings.popitem()
        return _without_binary(text), page
    row = content.count(b"\n", 0, error.start) + 1
    line = content.splitlines()[row - 1]
    cited = shown(line.decode("cp1252", "replace"))
    says = f"a letter of {cited} is not written in UTF-8, and it cannot be told which one it is"
    raise ListRefused([Fault(row, 0, "", says, f"Save the file as UTF-8. {_SAVE_AS}")])


def _makes_sense(text: str) -> bool:
    """Whether what is not ASCII is letters of words: read wrongly, they become signs, or capitals inside."""
    for before, sign, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if sign.isascii():
            continue
        if not ("\u00c0" <= sign <= "\u017f" and sign.isalpha()):
            return False
        if sign.isupper() and before.isalpha() and (before.islower() or after.islower()):
            return False
    return True


def _refused(says: str, remedy: str) -> ListRefused:
    return ListRefused([Fault(0, 0, "", says, remedy)])
