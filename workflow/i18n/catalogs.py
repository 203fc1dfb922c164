"""The catalogs of workflow/locale: .po files, compiled in memory when first needed.

words.po       (all languages)  msgctxt: kind, msgid: a word as law files write it -> how it is said
sentences.po   (fr, es)         msgctxt: id of a reason or an explanation, msgid: its English
phrases.po     (fr, es)         English that comes as a value of a sentence, with {names} for what differs
pages.po       (fr, es)         msgctxt: page, msgid: a text of a page in English
refusals.po    (fr, es)         msgctxt: refusal, msgid: an English refusal or finding, with {names} as above
law.po         (fr, es)         msgctxt: law, msgid: what the page of a law says in English, with {names}
papers.po      (fr, es)         msgctxt: paper, msgid: a text of a document in English, with {names} as above
titles.po      (fr, es)         titles of law files, of tasks and of the Secretariat, by their English

English itself has only words.po: what is not found there, or not found as it now reads, stays English.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.pofile import PoFileError, read_po

LANGUAGES = ("en", "fr", "es")
FOLDER = Path(__file__).parent.parent / "locale"

_WISH = re.compile(r"\s*([A-Za-z]{2,8})(?:[-_][A-Za-z0-9-_]*)?\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?))?\s*")


class CatalogError(Exception):
    """A catalog cannot be read: the message names the file and the fault."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """What one language says."""

    language: str
    #: (msgctxt or "", msgid) -> what is said.
    texts: Mapping[tuple[str, str], str]
    #: (msgctxt, msgid) -> what is said of one, and of several.
    plurals: Mapping[tuple[str, str], tuple[str, str]]

    def text(self, context: str, msgid: str) -> str | None:
        """The translation, or None."""
        return self.texts.get((context, msgid))

    def counted(self, context: str, msgid: str, number: int) -> str | None:
        """The translation for so many of it, or None."""
        forms = self.plurals.get((context, msgid))
        # French says "0 jour" and "1 jour", the others "0 days" and "1 day".
        is_one = number in (0, 1) if self.language == "fr" else number == 1
        return forms[0 if is_one else 1] if forms is not None else None


@cache
def catalog(language: str) -> Catalog:
    """The catalog of one of LANGUAGES, read once.

    Raises   CatalogError: a file cannot be read, or says two things of one message
    """
    texts: dict[tuple[str, str], str] = {}
    plurals: dict[tuple[str, str], tuple[str, str]] = {}
    for path in sorted((FOLDER / language).glob("*.po")):
        for key, said in _messages(path):
            if key in texts or key in plurals:
                raise CatalogError(f"{path.name} ({language}): {key[1]!r} is translated twice. Keep one.")
            if isinstance(said, str):
                texts[key] = said
            else:
                plurals[key] = said
    return Catalog(language, texts, plurals)


def _messages(path: Path) -> Iterable[tuple[tuple[str, str], str | tuple[str, str]]]:
    try:
        with path.open("rb") as file:
            read = read_po(file, abort_invalid=True)
    except (OSError, PoFileError, UnicodeDecodeError) as error:
        raise CatalogError(f"{path.name} ({path.parent.name}) cannot be read: {error}") from None
    for message in read:
        if not message.id or message.fuzzy or not message.string:
            continue
        context = message.context or ""
        if isinstance(message.id, str):
            yield (context, message.id), str(message.string)
        else:
            forms = list(message.string)
            yield (context, message.id[0]), (forms[0], forms[1])


# ------------------------------------------------------------------------------ which language


def negotiated(
    wishes: str | Iterable[str] | None, default: str = "en", among: Collection[str] = LANGUAGES
) -> str:
    """The first wish that there is, else the default.

    wishes    "fr", "es-MX", ["ar", "fr"], or what a browser sends: "pt, fr-CH;q=0.9, en;q=0.8"
    default   the configured language of the installation
    among     the languages there are
    """
    given = wishes.split(",") if isinstance(wishes, str) else list(wishes or ())
    ranked: list[tuple[float, str]] = []
    for each in given:
        found = _WISH.fullmatch(each)
        weight = float(found[2] or 1) if found else 0.0
        if found and weight > 0 and found[1].lower() in among:
            ranked.append((weight, found[1].lower()))
    # `max` keeps the first of equals: the order of the wishes decides.
    return max(ranked, key=lambda wish: wish[0])[1] if ranked else default


def direction(language: str) -> str:
    """`rtl` for languages written from right to left, else `ltr`; as HTML wants it."""
    try:
        return str(locale_of(re.split("[-_]", language)[0].lower()).text_direction)
    except (UnknownLocaleError, ValueError):
        return "ltr"


@cache
def locale_of(language: str) -> Locale:
    """How a language writes days, lists and names of States; English as the British do.

    Raises   UnknownLocaleError, ValueError: nobody has described that language
    """
    # "17 June 2024", and no comma before "and".
    return Locale("en", "GB") if language == "en" else Locale.parse(language)


@cache
def own_name(language: str) -> str:
    """What a language calls itself: `English`, `Français`, `Español`."""
    name = str(locale_of(language).languages.get(language) or language)
    return name[:1].upper() + name[1:]
