"""A text cut into sentences, each with its place, and as it is compared: small letters, no accents."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_END = re.compile(r"[.!?;]+(?=[\s\"'”»)\]]|$)|\n[ \t]*(?=\n)|\n(?=[ \t]*[-*•\d]+[.)]?[ \t])", re.MULTILINE)
_QUOTES = re.compile(r"[\"“”„«»][^\"“”„«»]{0,400}[\"“”„«»]")
#: Abbreviations whose dot ends no sentence.
_ABBREVIATED = re.compile(
    r"\b(?:mr|mrs|ms|dr|no|nos|para|art|arts|res|e\.g|i\.e|m|mme|mm|cf|n|sr|sra|srta|núm|num|párr|exc|vs|st)$",
    re.IGNORECASE,
)
_APOSTROPHES = {
    "’": "'",
    "‘": "'",
    "`": "'",
    "´": "'",
    "ʼ": "'",
    "\u00a0": " ",
    "\u202f": " ",
    "¿": "?",
    "¡": "!",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a text."""

    #: As it was written, on one line.
    text: str
    #: Small letters without accents, apostrophes alike, single spaces between words; ends without a dot.
    plain: str
    #: Where it stands, in characters.
    start: int
    end: int
    is_question: bool

    def is_quoted(self, start: int, end: int) -> bool:
        """Whether the characters from `start` to `end` of `plain` stand in quotation marks."""
        return any(found.start() < start and end < found.end() for found in _QUOTES.finditer(self.plain))

    def written(self, start: int, end: int) -> str:
        """The characters from `start` to `end` of `plain` as they were written, accents and capitals too."""
        # One sign may become several (ß is compared as ss) or none (a sign above a letter).
        places = [place for place, sign in enumerate(self.text) for _ in _bare(sign)]
        compared = "".join(map(_bare, self.text))
        gone = [n for n, sign in enumerate(compared) if sign == " " and compared[n - 1 : n] in ("", " ")]
        for n in reversed(gone):
            del places[n]
        last = places[end - 1] + 1
        while last < len(self.text) and unicodedata.combining(self.text[last]):
            last += 1
        return self.text[places[start] : last]


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a text, in order; a list's items and lines apart are sentences of their own."""
    start = 0
    for found in _END.finditer(text):
        if found.group().startswith(".") and _ABBREVIATED.search(
            text[max(0, found.start() - 8) : found.start()]
        ):
            continue
        yield from _sentence(text, start, found.end())
        start = found.end()
    yield from _sentence(text, start, len(text))


def plain(text: str) -> str:
    """A text as it is compared."""
    text = "".join(_APOSTROPHES.get(sign, sign) for sign in text)
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(bare.split())


def _bare(sign: str) -> str:
    """What becomes of one sign where a text is compared: none, one or several; any space is " "."""
    folded = unicodedata.normalize("NFKD", _APOSTROPHES.get(sign, sign).casefold())
    return "".join(" " if each.isspace() else each for each in folded if not unicodedata.combining(each))


def _sentence(text: str, start: int, end: int) -> Iterator[Sentence]:
    piece = text[start:end]
    stripped = piece.strip()
    if not any(sign.isalnum() for sign in stripped):
        return
    begin = start + len(piece) - len(piece.lstrip())
    shown = " ".join(stripped.split())
    compared = plain(stripped)
    yield Sentence(shown, compared.rstrip(" .!;?"), begin, begin + len(stripped), "?" in compared)
