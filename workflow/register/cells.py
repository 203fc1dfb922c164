"""Check what a cell or a field says: a text becomes a value, or the reason and the remedy are told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from notifications import Address, AddressError
from states.faults import meant, nearest
from workflow.contacts import LANGUAGES, ROLES
from workflow.spreadsheet import shown

TEXT_LENGTH_MAX = 300
#: What the window of an envelope shows below a name.
ADDRESS_LINES_MAX, ADDRESS_LINE_MAX = 7, 60
Check = Callable[[str], Any]
"""What it takes is not empty."""

_SPREADSHEET_ERROR = re.compile(r"#(REF!|NAME\?|N/A|VALUE!|DIV/0!|NUM!|NULL!)", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_OTHER_DAY = re.compile(r"(\d{1,2})[./ -](\d{1,2})[./ -](\d{4})")
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: What people write for a language.
_LANGUAGES = {
    **dict.fromkeys(("english", "anglais", "inglés", "ingles", "eng", "e"), "en"),
    **dict.fromkeys(("french", "français", "francais", "francés", "frances", "fra", "fre", "f"), "fr"),
    **dict.fromkeys(("spanish", "espagnol", "español", "espanol", "spa", "esp", "s"), "es"),
}
#: What people write for a role.
_ROLES = {
    "head of administrative authority": "head",
    "administrative authority": "head",
    "aa": "head",
    "national focal point": "nfp",
    "focal point": "nfp",
    "permanent mission": "mission",
    "foreign ministry": "ministry",
    "ministry of foreign affairs": "ministry",
}
#: Codes in daily use that ISO 3166 gives otherwise.
_CODES = {"UK": "GB", "EL": "GR"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of a list: its header, the table's column it fills, and how what it says is checked."""

    header: str
    field: str
    check: Check
    required: bool = False
    #: Other headers that mean the same.
    aliases: tuple[str, ...] = ()
    #: What an empty cell means.
    nothing: Any = ""


class BadValue(ValueError):
    """A value that cannot be taken. `says` and `remedy` as a Fault has them."""

    def __init__(self, says: str, remedy: str) -> None:
        super().__init__(f"{says}{', ' if remedy.startswith('did you mean') else '. '}{remedy}")
        self.says, self.remedy = says, remedy


def text(cell: str) -> str:
    """A text on one line."""
    if _SPREADSHEET_ERROR.fullmatch(cell):
        raise BadValue(f"{cell} is an error of the spreadsheet", "Put the text there that was meant.")
    for sign in cell:
        if sign in _OVERRIDES or unicodedata.category(sign) in ("Cc", "Zl", "Zp", "Cs"):
            raise BadValue(
                f"{shown(cell)} holds a line break or a sign that cannot be seen (U+{ord(sign):04X})",
                "Write it anew, on one line.",
            )
    if len(cell) > TEXT_LENGTH_MAX:
        raise BadValue(f"it has {len(cell)} characters, more than {TEXT_LENGTH_MAX}", "Shorten it.")
    return unicodedata.normalize("NFC", " ".join(cell.split()))


def postal_address(cell: str) -> str:
    """A postal address, line by line; on one line of a list its lines are parted by semicolons."""
    parts = cell.replace("\r\n", "\n").replace("\r", "\n").replace(";", "\n").split("\n")
    lines = [line for part in parts if (line := text(part.strip()))]
    if len(lines) > ADDRESS_LINES_MAX:
        says = f"it has {len(lines)} lines, more than {ADDRESS_LINES_MAX}"
        raise BadValue(says, "Leave out the name and the title, which stand above it.")
    for line in lines:
        if len(line) > ADDRESS_LINE_MAX:
            says = f"its line {shown(line)} has {len(line)} characters, more than {ADDRESS_LINE_MAX}"
            raise BadValue(says, "Break it into two.")
    return "\n".join(lines)


def code(cell: str) -> str:
    """The code of a Party, ISO 3166 alpha-2; small letters are taken for capitals."""
    found = cell.upper()
    if re.fullmatch(r"[A-Z]{2}", found) and found in _territories():
        return found
    says = f"{shown(cell)} is not the code of a State"
    if near := _CODES.get(found):
        raise BadValue(says, f"did you mean '{near}'?")
    by_name = {name: code for code, name in _territories().items()}
    if len(cell) > 2 and (name := nearest(cell, by_name)):
        raise BadValue(says, f"did you mean '{by_name[name]}' ({name})?")
    raise BadValue(says, "Write the two letters of ISO 3166, such as FR.")


def alpha3(cell: str) -> str:
    """The three letters of ISO 3166."""
    if re.fullmatch(r"[A-Za-z]{3}", cell):
        return cell.upper()
    raise BadValue(
        f"{shown(cell)} is not a code of three letters", "Write one such as FRA, or leave it empty."
    )


def language(cell: str) -> str:
    """A language in which letters are written."""
    return _word(cell, LANGUAGES, _LANGUAGES, "is not a language of letters")


def role(cell: str) -> str:
    """In what capacity a contact speaks for its Party."""
    return _word(cell, ROLES, _ROLES, "is not a role")


def zone(cell: str) -> str:
    """A time zone by its IANA name."""
    if cell in _zones():
        return cell
    cities = _cities()
    city = cell.replace(" ", "_").casefold()
    near = cities.get(city) or nearest(cell, _zones()) or cities.get(nearest(city, cities) or "")
    remedy = f"did you mean '{near}'?" if near else "Write one such as Europe/Paris."
    raise BadValue(f"{shown(cell)} is not a time zone", remedy)


def day(cell: str) -> date:
    """A day, written as 1975-12-21 and in no other way: 02/03/1976 is two days."""
    says = f"{shown(cell)} is not a day of the calendar"
    if _DAY.fullmatch(cell):
        try:
            return date.fromisoformat(cell)
        except ValueError:
            raise BadValue(says, "Correct it.") from None
    if other := _OTHER_DAY.fullmatch(cell):
        one, two, year = (int(part) for part in other.groups())
        readings = {_iso(year, two, one), _iso(year, one, two)} - {""}
        if len(readings) == 1:
            raise BadValue(f"{shown(cell)} is not written as a day", f"Write it as {readings.pop()}.")
        if readings:
            first, second = sorted(readings)
            remedy = f"Write {first} or {second}, whichever is meant."
            raise BadValue(f"{shown(cell)} may be two days", remedy)
    raise BadValue(says, "Write it as 1975-12-21.")


def email(cell: str) -> str:
    """One e-mail address, in the form in which it is written to."""
    try:
        return Address.parse("", cell).email
    except AddressError as error:
        raise _bad_address(error) from None


def name(cell: str) -> str:
    """The name of a person or office, as it may stand in the head of a letter."""
    checked = text(cell)
    try:
        return Address.parse(checked, "office@ministry.example").name
    except AddressError as error:
        raise _bad_address(error) from None


def slug(cell: str) -> str:
    """The name by which law files call a body or a seat."""
    if re.fullmatch(r"[a-z][a-z0-9_-]*", cell):
        return cell
    raise BadValue(f"{shown(cell)} is not such a name", "Write small letters, figures, - and _ only.")


def _bad_address(error: AddressError) -> BadValue:
    says, _, remedy = str(error).partition(". ")
    return BadValue(says.rstrip("."), remedy or "Correct it.")


def _word(cell: str, words: tuple[str, ...], other: Mapping[str, str], says: str) -> str:
    found = cell.casefold()
    if found in words:
        return found
    near = other.get(found.replace("_", " "))
    raise BadValue(f"{shown(cell)} {says}", f"did you mean '{near}'?" if near else meant(cell, words))


def _iso(year: int, month: int, day_of_month: int) -> str:
    try:
        return date(year, month, day_of_month).isoformat()
    except ValueError:
        return ""


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def _cities() -> Mapping[str, str]:
    """City in small letters -> its zone: people write the capital."""
    return {name.rsplit("/", 1)[-1].casefold(): name for name in sorted(_zones()) if "/" in name}


@cache
def _territories() -> Mapping[str, str]:
    """Codes of States and of other territories (the European Union has one) -> English names."""
    from babel import Locale  # takes a while to load, and most commands never ask

    return {code: name for code, name in Locale("en").territories.items() if re.fullmatch("[A-Z]{2}", code)}
