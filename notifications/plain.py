"""Which values a template may be given, and how they are cleaned before it sees them.

A template gets plain values only: it can then neither reach a database nor change anything, whatever
is written in it. Every text is one line, except people's own words, which keep their line breaks.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

#: Stands where the reply link goes until the letter is sent: the record never holds the true link.
REPLY_LINK = "https://reply.invalid/ASSENT-REPLY-LINK"

_OWN_WORDS = frozenset(
    ["summary", "what.changes", "what.conditions", "what.reason", "what.reasons", "what.text", "what.why"]
)
# Control characters, surrogates and noncharacters; the last also serve the renderer as marks of its own.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Not \s: the no-break spaces of French typography must survive.
_GAP = re.compile("[ \t\n]+")


class ValueNotPlain(TypeError):
    """A value a template may not be given; the message names it."""


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values`, checked and cleaned, ready for a template.

    Raises  ValueNotPlain for anything that is not None, str, int, bool, date, datetime, or a list, tuple
            or dict of those
    """
    return {name: _clean(value, name) for name, value in values.items()}


@lru_cache(maxsize=4096)
def one_line(text: str) -> str:
    """`text` without line breaks or control characters, single spaces between words."""
    return _GAP.sub(" ", free_text(text)).strip()


def free_text(text: str) -> str:
    """`text` with "\\n" as its only control character."""
    return _UNSEEN.sub("", _LINE_END.sub("\n", text))


def without_link(text: str) -> str:
    """`text`, unable to conjure up the reader's own reply link: whoever wrote it may be a stranger."""
    return text.replace(REPLY_LINK, "reply.invalid")


def _clean(value: Any, path: str, is_free: bool = False) -> Any:
    is_free = is_free or path in _OWN_WORDS
    if value is None or isinstance(value, (bool, int, date)):
        return value
    if isinstance(value, str):
        cleaned = free_text(value).strip() if is_free else one_line(value)
        return cleaned if path == "ask.link" else without_link(cleaned)
    if isinstance(value, (list, tuple)):
        return [_clean(each, f"{path}[{n}]", is_free) for n, each in enumerate(value)]
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise ValueNotPlain(f"{path} has the key {key!r}, which is not text")
        return {key: _clean(each, f"{path}.{key}", is_free) for key, each in value.items()}
    raise ValueNotPlain(
        f"{path} is of type {type(value).__name__}; a letter takes only text, numbers, dates, "
        "and lists or dicts of those"
    )
