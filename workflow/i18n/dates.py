"""Days, moments, periods and lists in words.

French writes the first of a month "1er", and Spanish "e" for "y" before an i: neither is in CLDR.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.lists import format_list

from states.periods import Period, PeriodError
from workflow.i18n.catalogs import catalog, locale_of

_DAY = {"es": "d 'de' MMMM 'de' y"}
_DAY_ELSEWHERE = "d MMMM y"
_YEAR = re.compile(r"(?: de)? \d{4}$")
_LAST_MINUTE = time(23, 59)


@lru_cache(maxsize=2048)
def day(of: date, language: str, *, weekday: bool = True) -> str:
    """`Monday 17 June 2024`, `lundi 17 juin 2024`, `lunes 17 de junio de 2024`; or without the weekday."""
    pattern = ("EEEE " if weekday else "") + _DAY.get(language, _DAY_ELSEWHERE)
    # A datetime is a date too, and its day depends on a zone: `moment` asks for one.
    return _ordinal(format_date(date(of.year, of.month, of.day), pattern, locale_of(language)), language)


@lru_cache(maxsize=2048)
def moment(at: datetime, zone: ZoneInfo, language: str) -> str:
    """An instant on the wall of a zone: `Tuesday 18 June 2024, 09:00 (Europe/Zurich)`."""
    local = at.astimezone(zone)
    return f"{day(local.date(), language)}, {local:%H:%M} ({zone.key})"


def last_moment(of: date, zone: ZoneInfo, language: str) -> str:
    """The end of a last day, as letters print it: `Monday 17 June 2024, 23:59 (Europe/Zurich)`."""
    return f"{day(of, language)}, {_LAST_MINUTE:%H:%M} ({zone.key})"


def offset(of: date, zone: ZoneInfo) -> str:
    """What that zone's clock is ahead of UTC late on that day: `+2`, `+5:45`, `-3:30`, ``."""
    ahead = datetime.combine(of, _LAST_MINUTE, zone).utcoffset()
    minutes = round(ahead.total_seconds() / 60) if ahead is not None else 0
    hours, rest = divmod(abs(minutes), 60)
    if not minutes:
        return ""
    return f"{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def span(first: date, last: date, language: str) -> str:
    """The days of a meeting: `23–31 July 2025`, `30 juin – 4 juillet 2025`."""
    ends = day(last, language, weekday=False)
    if first == last:
        return ends
    if (first.year, first.month) == (last.year, last.month):
        return f"{_ordinal(str(first.day), language)}–{ends}"
    begins = day(first, language, weekday=False)
    # A year is said once, at the end.
    return f"{_YEAR.sub('', begins) if first.year == last.year else begins} – {ends}"


def period(length: Period | str, language: str) -> str:
    """A length of time: `60 days`, `60 jours`, `10 días hábiles`; other words as they are."""
    try:
        known = Period.parse(length) if isinstance(length, str) else length
    except PeriodError:
        return str(length)
    said = catalog(language).counted("length", known.unit.removesuffix("s"), known.amount)
    return said.format(n=known.amount) if said is not None else str(known)


def days(number: int, language: str) -> str:
    """`14 days`, `1 jour`, `0 jour`."""
    said = catalog(language).counted("length", "day", number)
    return said.format(n=number) if said is not None else str(number)


def listed(words: Sequence[str], language: str) -> str:
    """`France, Brazil and Chad`; "" for nothing."""
    if not words:
        return ""
    joined = format_list(list(words), locale=locale_of(language))
    if language == "es" and len(words) > 1 and re.match(r"h?[ií](?![aeoáéó])", words[-1].lower()):
        before = joined[: -len(words[-1])]
        return before.removesuffix("y ") + "e " + words[-1]
    return joined


def sort_key(name: str) -> str:
    """What names are put in alphabetical order by: É stands with E, Å with A."""
    bare = unicodedata.normalize("NFKD", name)
    return "".join(c for c in bare if not unicodedata.combining(c)).casefold()


def _ordinal(text: str, language: str) -> str:
    return re.sub(r"(?<!\d)1(?!\d)", "1er", text) if language == "fr" else text
