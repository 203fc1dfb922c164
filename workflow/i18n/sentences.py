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
from workflow.i18n.dates import day, listed, period
from workflow.i18n.titles import knows, word

#: Values that are words of ours, said in the reader's language; all others may be somebody's own words.
OURS = frozenset(
    {
        "allowed",
        "asks",
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
        "region",
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
#: Values that may be words of a law file, and their kind; an answer may be somebody's own words.
_KINDS = {"answer": "sheet", "result": "result"}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAY_WORDS = re.compile(rf"(?:{'|'.join(_WEEKDAYS)}) (\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}})")
_STAMP = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}(?::\d{2})?)")
_PERIOD = re.compile(r"\d+ (?:working )?(?:day|month)s?")
#: Between the parts of a list: a basis in parentheses may have a semicolon of its own.
_NEXT = re.compile(r"; (?![^()]*\))")
#: A part of a list, with its basis or its name behind it.
_WITH_TAIL = re.compile(r"(.+?)( \(.+\))?", re.DOTALL)


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
    if name in _KINDS and isinstance(value, str):
        named = value.replace(" ", "_")
        return word(_KINDS[name], named, language) if knows(_KINDS[name], named) else value
    if name == "told" and isinstance(value, str):
        between = catalog(language).text("about", "; ") or "; "
        return between.join(_part(part, language) for part in _NEXT.split(value))
    if name == "reason" and isinstance(value, str):
        # Somebody's own words, unless there are none and we say so.
        return catalog(language).text("phrase", value) or value
    return retold(value, language) if name in OURS and isinstance(value, str) else value


def _part(english: str, language: str) -> str:
    """What a refusal lists: titles, or a question with its answer; names and bases stay as they are."""
    found = _WITH_TAIL.fullmatch(english)
    said, tail = (found[1], found[2] or "") if found else (english, "")
    if whole := catalog(language).text("", said):
        return whole + tail
    asks, mark, answer = said.partition("? ")
    if mark:
        return f"{retold(asks + '?', language)} {_value('answer', answer, language)}{tail}"
    titles = [catalog(language).text("", each) for each in re.split(r", | and ", said)]
    known = [title for title in titles if title is not None]
    # A name that happens to hold an "and" is somebody's own.
    return (listed(known, language) if len(known) == len(titles) else said) + tail


@cache
def shapes(language: str, context: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The texts of a context with something filled in, as patterns; the longest, being closest, first.

    In English, which has no catalog of them, each is said as it stands; what is filled in may be otherwise.
    """
    found: Mapping[tuple[str, str], str] = catalog("fr" if language == "en" else language).texts
    shaped = sorted((en for of, en in found if of == context and "{" in en), key=len, reverse=True)
    return tuple((_pattern(en), en if language == "en" else found[context, en]) for en in shaped)


def _pattern(english: str) -> re.Pattern[str]:
    parts: list[str] = []
    for literal, name, _, _ in Formatter().parse(english):
        parts.append(re.escape(literal))
        if name:
            group = f"(?P<{name}>.+)"
            parts.append(f"(?P={name})" if group in parts else group)
    return re.compile("".join(parts), re.DOTALL)
