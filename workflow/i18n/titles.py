"""What the words and titles of law files are called."""

from __future__ import annotations

from collections.abc import Mapping

from workflow.i18n.catalogs import catalog
from workflow.i18n.countries import country, of_state


def word(kind: str, name: str, language: str) -> str:
    """How a word of a law file is said: `no_objection` -> "No objection", "Pas d’objection", "Sin objeción".

    kind   answer, silence, role, rank, channel, risk, result, way, vote, amendment, corrigendum, end
    A word nobody has translated is told by its own letters, so that other law files can be read too.
    """
    said = catalog(language).text(kind, name) or catalog("en").text(kind, name)
    if said is not None:
        return said
    spoken = name.replace("_", " ").strip()
    return spoken[:1].upper() + spoken[1:]


def knows(kind: str, name: str) -> bool:
    """Whether somebody has said how this word is said."""
    return catalog("en").text(kind, name) is not None


def title(english: str, language: str, law: str = "") -> str:
    """A title of a law file, or a name of the settings, in that language; its English where there is none.

    law   id of the procedure that says it: an "Executive Board" is called otherwise by each organization,
          and a procedure that has a name of its own for it is the context of that name in titles.po
    """
    said = catalog(language)
    return (law and said.text(law, english)) or said.text("", english) or english


def form(kind: str, name: str, language: str, **values: object) -> str:
    """A word with something filled in."""
    return word(kind, name, language).format(**values)


def voice(words: str, language: str, names: Mapping[str, str] | None = None) -> str:
    """Who speaks: `party:FR/mission` -> "Permanent Mission of France"; `seat:CA`, `officer`, a body's code.

    names   code -> the State's name in that language, as the register writes it
    """
    role, _, rest = words.partition(":")
    code, _, rank = rest.partition("/")
    if role == "party":
        name = (names or {}).get(code) or country(code, language)
        return form("voice", rank or "head", language, of_party=of_state(name, language))
    if role == "seat":
        name = (names or {}).get(code) or country(code, language)
        return form("voice", "seat", language, party=name)
    return word("role", role, language)
