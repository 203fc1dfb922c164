"""A reason of a refusal, or a line of an explanation -> its sentence in a language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from string import Formatter
from typing import Any

from states.explained import EXPLANATIONS, Line
from states.reasons import MESSAGES, Reason
from workflow.i18n.catalogs import catalog
from workflow.i18n.dates import day, period
from workflow.i18n.titles import word

#: Values that are words of ours, said in the reader's language; all others may be somebody's own words.
OURS = frozenset(
    {
        "allowed",
        "body",
        "by",
        "decided",
        "due",
        "expected",
        "hint",
        "last",
        "least",
        "of",
        "opened",
        "period",
        "possible",
    }
    | {
        "received",
        "role",
        "rule",
        "says",
        "share",
        "signed",
        "since",
        "starts",
        "state_title",
        "title",
        "until",
        "valid",
        "what",
    }
    | {"why", "words"}
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAY_WORDS = re.compile(rf"(?:{'|'.join(_WEEKDAYS)}) (\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}})")
_STAMP = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}(?::\d{2})?)")
_PERIOD = re.compile(r"\d+ (?:working )?(?:day|month)s?")


def sentence(reason: Reason, language: str) -> str:
    """Why something was refused, in that language; in English where the sentence is not translated."""
    english = MESSAGES[reason.message]
    said = catalog(language).text(reason.message, english)
    if said is None:
        return reason.english
    return said.format(**{name: _value(name, value, language) for name, value in reason.values.items()})


def explanation(line: Line, language: str) -> str:
    """One line of "how was this date calculated?", in that language."""
    said = catalog(language).text(line.message, EXPLANATIONS[line.message])
    if said is None:
        return line.english
    return said.format(**{name: _value(name, value, language) for name, value in line.values.items()})


def retold(english: str, language: str) -> str:
    """English words of ours - a title, a task, a rule, a day - in that language; unknown ones as they are."""
    if language == "en" or not english:
        return english
    translated = catalog(language).text("", english) or catalog(language).text("phrase", english)
    if translated is not None:
        return translated
    if found := _DAY_WORDS.fullmatch(english):
        return day(date(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1])), language)
    if found := _STAMP.fullmatch(english):
        return f"{day(date.fromisoformat(found[1]), language)}, {found[2]}"
    if _PERIOD.fullmatch(english):
        return period(english, language)
    for pattern, said in shapes(language, "phrase"):
        if found := pattern.fullmatch(english):
            return said.format(**{name: retold(value, language) for name, value in found.groupdict().items()})
    return english


def _value(name: str, value: Any, language: str) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return day(value, language)
    if name == "word" and isinstance(value, str):
        return word("answer", value, language)
    if name == "reason" and isinstance(value, str):
        # Somebody's own words, unless there are none and we say so.
        return catalog(language).text("phrase", value) or value
    return retold(value, language) if name in OURS and isinstance(value, str) else value


@cache
def shapes(language: str, context: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The texts of a context with something filled in, as patterns; the longest, being closest, first."""
    found: Mapping[tuple[str, str], str] = catalog(language).texts
    shaped = sorted((en for of, en in found if of == context and "{" in en), key=len, reverse=True)
    return tuple((_pattern(english), found[context, english]) for english in shaped)


def _pattern(english: str) -> re.Pattern[str]:
    parts: list[str] = []
    for literal, name, _, _ in Formatter().parse(english):
        parts.append(re.escape(literal))
        if name:
            group = f"(?P<{name}>.+)"
            parts.append(f"(?P={name})" if group in parts else group)
    return re.compile("".join(parts), re.DOTALL)
