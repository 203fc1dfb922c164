"""The list of Parties and their contacts as a spreadsheet: read it with all its faults, write it.

Columns, in any order; * marks what a list of Parties must have, + what a list of contacts must have:

    iso2 *+             ISO 3166 code of the Party; the row is about it, and about one contact if it names one
    name_en * name_fr * name_es *   language *    en, fr or es: in which it is written to
    timezone *          IANA zone of its capital
    entry_into_force *  the day on which it became a Party (also: joins)
    iso3   region (also: ramsar_region, un_region)   leaves    the day on which its denunciation takes effect
    role +              head, nfp, mission, ministry or other
    email +   name   title
    postal_address      its lines as lines of the cell, or parted by semicolons
    contact_language    if another one than the Party's
    contact_starts   contact_ends   first and last day on which the contact is used

A Party with several contacts has several rows: each repeats the Party's columns, or leaves them all empty.
An empty cell means that there is nothing; a column left out leaves what is on file as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import spreadsheet
from workflow.queries import PARTIES
from workflow.register import cells
from workflow.register.acts import CONTACTS
from workflow.register.cells import Cell
from workflow.register.lines import Line
from workflow.spreadsheet import Column, Fault, ListRefused, Row, Table, shown

CODE = "iso2"
PARTY = (
    Cell("iso3", "iso3", cells.alpha3, aliases=("iso3166_alpha3",)),
    Cell("name_en", "name_en", cells.text, required=True),
    Cell("name_fr", "name_fr", cells.text, required=True),
    Cell("name_es", "name_es", cells.text, required=True),
    Cell("region", "region", cells.text, aliases=("ramsar_region", "un_region")),
    Cell("language", "language", cells.language, required=True, aliases=("party_language",)),
    Cell("timezone", "timezone", cells.zone, required=True, aliases=("time_zone", "zone")),
    Cell("entry_into_force", "joins", cells.day, required=True, aliases=("joins",)),
    Cell("leaves", "leaves", cells.day, nothing=None),
)
CONTACT = (
    Cell("role", "role", cells.role, required=True, aliases=("contact_role",)),
    Cell("name", "name", cells.name, aliases=("contact_name",)),
    Cell("title", "title", cells.text, aliases=("contact_title",)),
    Cell("email", "email", cells.email, required=True, aliases=("e_mail", "contact_email")),
    Cell("postal_address", "postal_address", cells.postal_address, aliases=("address",)),
    Cell("contact_language", "language", cells.language),
    Cell("contact_starts", "starts", cells.day, nothing=None),
    Cell("contact_ends", "ends", cells.day, nothing=None),
)
COLUMNS = (
    Column(CODE, ("code", "iso_2"), required=True),
    *(Column(cell.header, cell.aliases) for cell in (*PARTY, *CONTACT)),
)


@dataclass(frozen=True, slots=True)
class PartyList:
    """A list without faults, as far as it can be judged by itself."""

    #: Keys (code,).
    parties: tuple[Line, ...] = ()
    #: Keys (party, role, email).
    contacts: tuple[Line, ...] = ()
    #: What it was read from, for faults that only the register shows.
    table: Table | None = None

    def fault(self, line: Line, column: str, says: str, remedy: str) -> Fault:
        """A fault of one of its lines."""
        return (self.table or Table((), {})).fault(line.row, column, says, remedy)


def read(content: bytes) -> PartyList:
    """The list in a CSV file.

    Raises   ListRefused with every fault, by row and column; nothing is taken from a list that has any
    """
    reading = _Reading(spreadsheet.read(content, COLUMNS))
    reading.check_header()
    for row in reading.table.rows:
        reading.take(row)
    if reading.faults:
        raise ListRefused(reading.faults)
    return PartyList(tuple(reading.parties.values()), tuple(reading.contacts.values()), reading.table)


def export(session: Session, register: str) -> bytes:
    """The Parties of a register and all their contacts as such a list; read again, it changes nothing."""
    by_party: dict[str, list[Mapping[str, Any]]] = {}
    wanted = select(CONTACTS).where(CONTACTS.c.register == register).order_by(CONTACTS.c.id)
    for contact in session.execute(wanted).mappings():
        by_party.setdefault(contact["party"], []).append(dict(contact))
    rows = []
    for party in session.execute(
        select(PARTIES).where(PARTIES.c.register == register).order_by(PARTIES.c.code)
    ).mappings():
        own = [party["code"], *_written(PARTY, dict(party))]
        rows += [[*own, *_written(CONTACT, contact)] for contact in by_party.get(party["code"], [{}])]
    return spreadsheet.write([CODE, *(cell.header for cell in (*PARTY, *CONTACT))], rows)


def _written(columns: Sequence[Cell], values: Mapping[str, Any]) -> list[str]:
    return ["" if values.get(c.field) is None else str(values[c.field]) for c in columns]


# ----------------------------------------------------------------------------------- row by row


class _Reading:
    """What has been read of a list, and what is wrong with it."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.faults = list(table.faults)
        self.parties: dict[str, Line] = {}
        self.contacts: dict[tuple[str, str, str], Line] = {}
        self._party = [cell for cell in PARTY if cell.header in table.columns]
        self._contact = [cell for cell in CONTACT if cell.header in table.columns]
        #: (field, value) -> the Party and row that have it: two Parties do not share a name.
        self._taken: dict[tuple[str, str], tuple[str, int]] = {}

    def check_header(self) -> None:
        """What the columns there are make necessary."""
        if not self._party and not self._contact and not self.faults:
            remedy = "Add those of the Parties (name_en and so on) or of contacts (role, email)."
            self.faults.append(Fault(1, 0, "", "no column says anything about a Party or a contact", remedy))
        for kind, columns, there in (
            ("Parties", PARTY, self._party),
            ("contacts", CONTACT, self._contact),
        ):
            for cell in columns:
                if there and cell.required and cell not in there and cell.header not in self.table.meant:
                    says = f"the column '{cell.header}' is missing, which a list of {kind} needs"
                    self.faults.append(Fault(1, 0, "", says, "Add it."))

    def take(self, row: Row) -> None:
        """Read one row: the Party it is about, and what it says of it and of a contact."""
        code = self._code(row)
        tells_party = any(row.get(cell.header) for cell in self._party)
        tells_contact = any(row.get(cell.header) for cell in self._contact)
        if tells_party:
            self._take_party(row, code, alone=not tells_contact)
        if tells_contact:
            self._take_contact(row, code)
        if code and not tells_party and not tells_contact:
            self._fault(row, CODE, f"the row says nothing of {code}", "Fill it in, or remove it.")

    def _code(self, row: Row) -> str:
        if not row.get(CODE):
            if CODE in self.table.columns:
                self._fault(row, CODE, "it is empty", "Write the code of the Party, such as FR.")
            return ""
        return self._checked(row, Cell(CODE, CODE, cells.code)) or ""

    def _take_party(self, row: Row, code: str, *, alone: bool) -> None:
        before = self.parties.get(code)
        if before is not None and alone:
            self._fault(row, CODE, f"{code} stands in row {before.row} already", "Remove one of the two.")
            return
        values = self._values(row, self._party, "or leave all columns of the Party empty in this row")
        if values is None or not code:
            return
        if before is not None:
            for cell in self._party:
                if before.values[cell.field] != values[cell.field]:
                    says = f"{shown(row.get(cell.header))} is not what row {before.row} says of {code}"
                    self._fault(row, cell.header, says, "Write the same in both, or leave it empty here.")
                    return
            return
        self._in_order(row, values, "joins", "leaves", "leaves")
        self._check_shared(row, code, values)
        self.parties[code] = Line((code,), values, row.number)

    def _take_contact(self, row: Row, code: str) -> None:
        values = self._values(row, self._contact, "or leave all columns of the contact empty in this row")
        if values is None or not code or not {"role", "email"} <= values.keys():
            return
        self._in_order(row, values, "starts", "ends", "contact_ends")
        key = (code, values.pop("role"), values.pop("email"))
        if key in self.contacts:
            says = f"{key[1]} {key[2]} of {code} stands in row {self.contacts[key].row} already"
            self._fault(row, "email", says, "Remove one of the two.")
            return
        self.contacts[key] = Line(key, values, row.number)

    def _values(self, row: Row, columns: Sequence[Cell], otherwise: str) -> dict[str, Any] | None:
        """The values of these columns; None if one of them cannot be taken."""
        values, good = {}, True
        for cell in columns:
            if row.get(cell.header):
                values[cell.field] = self._checked(row, cell)
                good = good and values[cell.field] is not None
            elif cell.required:
                self._fault(row, cell.header, "it is empty", f"Fill it in, {otherwise}.")
                good = False
            else:
                values[cell.field] = cell.nothing
        return values if good and all(cell.field in values for cell in columns) else None

    def _checked(self, row: Row, cell: Cell) -> Any:
        try:
            return cell.check(row.get(cell.header))
        except cells.BadValue as bad:
            self._fault(row, cell.header, bad.says, bad.remedy)
            return None

    def _in_order(self, row: Row, values: Mapping[str, Any], first: str, last: str, header: str) -> None:
        start, end = values.get(first), values.get(last)
        if start and end and (end < start or (first == "joins" and end == start)):
            says = f"{end} is before {start}, the day it begins"
            if first == "joins":
                says = f"{end} is not after {start}, the day it begins"
            self._fault(row, header, says, "Correct one of the two.")

    def _check_shared(self, row: Row, code: str, values: Mapping[str, Any]) -> None:
        """Two Parties with one name are one Party under two codes, or a row that was copied."""
        for field in ("iso3", "name_en", "name_fr", "name_es"):
            value = values.get(field, "")
            if not value:
                continue
            other, number = self._taken.setdefault((field, value.casefold()), (code, row.number))
            if other != code:
                says = f"{shown(value)} is what row {number} says of {other}"
                self._fault(row, field, says, "Correct one of the two rows.")
                return

    def _fault(self, row: Row, column: str, says: str, remedy: str) -> None:
        self.faults.append(self.table.fault(row, column, says, remedy))
