"""A refusal of a register or of a page, which comes as English with something filled in -> its sentence.

Registers refuse in English: what they say also stands on the command line and in lists of faults. A catalog
has their sentences with {names} for what was filled in (refusals.po), and here they are found again.
"""

from __future__ import annotations

import re
from functools import lru_cache

from workflow.i18n.catalogs import catalog
from workflow.i18n.sentences import shapes

#: Where one sentence ends, and where a suggestion begins.
_JOINTS = re.compile(r"(?<=[.?]) (?=[A-Z'])|, (?=did you mean )")


def colon(language: str) -> str:
    """What stands between a thing and what is said of it: French has a blank before it, too."""
    return catalog(language).text("about", ": ") or ": "


@lru_cache(maxsize=1024)
def refusal(english: str, language: str) -> str:
    """A refusal in that language; whatever nobody has translated stays as it is.

    english   one or several sentences, with or without what they are about: "Contact of FR: email is empty.
              Fill it in."
    """
    if language == "en" or not english.strip():
        return english
    return (
        _about(english, language)
        or _told(english, language)
        or _in_parts(english, language)
        or _about(english, language, anything=True)
        or english
    )


def _about(english: str, language: str, *, anything: bool = False) -> str | None:
    """A refusal that says what it is about: "Seat AF-1 of ramsar-sc: its last day, ..."

    anything   whether that may be words nobody has translated: the name of a file
    """
    about, found, why = english.partition(": ")
    if not found:
        return None
    named = _told(about, language) or (about if anything else None)
    told = refusal(why, language)
    if named is None or told == why:
        return None
    return f"{named}{colon(language)}{told}"


def _told(english: str, language: str) -> str | None:
    """A text that a catalog has: as it is, or with something filled in that may be words of ours again."""
    said = catalog(language)
    for context in ("refusal", "page", "about"):
        if exact := said.text(context, english):
            return exact
    # "Seat {seat}" would take a whole refusal for the name of a seat.
    contexts = ("refusal",) if ": " in english else ("refusal", "about")
    for pattern, translated in (shape for context in contexts for shape in shapes(language, context)):
        if found := pattern.fullmatch(english):
            filled = {name: refusal(value, language) for name, value in found.groupdict().items()}
            return translated.format(**filled)
    # Without its full stop a sentence may be what a list says of a cell, before the remedy.
    return f"{told}." if english.endswith(".") and (told := _told(english[:-1], language)) else None


def _in_parts(english: str, language: str) -> str | None:
    """One sentence and the next, each told if it can be."""
    found = _JOINTS.search(english)
    if found is None:
        return None
    before, after = english[: found.start()], english[found.end() :]
    said = f"{refusal(before, language)}{found[0]}{refusal(after, language)}"
    return said if said != english else None
