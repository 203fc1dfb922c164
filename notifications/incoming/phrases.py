"""The phrases by which answers are known, read from phrases/*.toml: one file a language.

A phrase is written as it is said, in small letters and without accents, with four signs:

    a/b       one of these words            [a]     a word that may be left out
    a*        a word that begins so         ...     up to four words, none of them a negation
    a_b       two words as one of several
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from notifications.incoming.sentences import plain

FOLDER = Path(__file__).parent / "phrases"
LANGUAGES = ("en", "fr", "es")
#: In this order an answer is read: a longer phrase of any language covers a shorter one.
KINDS = ("condition", "contrast", "doubt")
_WORD = r"[\w'\-]+"
#: What may stand around an answer that is a line of its own.
_AROUND = " -*•:\"'“”«»()[]=_"


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of one language."""

    language: str
    #: Sense -> what says it, anywhere in a sentence.
    anywhere: tuple[tuple[str, re.Pattern[str]], ...]
    #: Sense -> what says it when it is the whole sentence.
    alone: tuple[tuple[str, re.Pattern[str]], ...]
    #: Words that turn a meaning round.
    negations: re.Pattern[str]
    negation_words: frozenset[str]
    #: Words that look like a negation written wrongly and are none.
    harmless: frozenset[str]
    #: condition, contrast, doubt -> what says so.
    doubts: tuple[tuple[str, re.Pattern[str]], ...]
    courtesies: re.Pattern[str]
    #: What the subject, and the text, of a message nobody typed looks like.
    automatic_subjects: re.Pattern[str]
    automatic_texts: re.Pattern[str]

    def senses_in(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Every sense in a sentence, with where its phrase begins and ends."""
        for sense, pattern in self.anywhere:
            for found in pattern.finditer(text):
                yield sense, found.start(), found.end()
        for sense, pattern in self.alone:
            if pattern.fullmatch(text.strip(_AROUND)):
                yield sense, 0, len(text)

    def doubts_in(
        self, text: str, covered: Sequence[tuple[int, int]], is_answer: bool, is_ours: bool
    ) -> Iterator[tuple[str, int, int]]:
        """What makes a sentence less than clear, outside the phrases that were understood, and where.

        is_answer   whether it gives an answer
        is_ours     whether it gives it in this language
        """
        for kind, pattern in self.doubts:
            for found in pattern.finditer(text):
                if not _is_covered(found.start(), found.end(), covered):
                    yield kind, *found.span()
        if not is_answer:
            return
        # A negation of any language counts; what only looks like one, in the language that is spoken.
        for found in self.negations.finditer(text):
            if not _is_covered(found.start(), found.end(), covered):
                yield "negation", *found.span()
        for found in re.finditer(_WORD, text if is_ours else ""):
            word = found.group()
            if not _is_covered(found.start(), found.end(), covered) and self._is_nearly_a_negation(word):
                yield "negation", *found.span()

    def is_courtesy(self, text: str) -> bool:
        """Whether a sentence is a greeting, an offer of help or small print."""
        return bool(self.courtesies.search(text))

    def _is_nearly_a_negation(self, word: str) -> bool:
        """Whether one mistyped letter would make it "no" or "not": then it is not known what was meant."""
        if len(word) > 6 or word in self.harmless or word in self.negation_words:
            return False
        return any(_is_one_letter_off(word, negation) for negation in self.negation_words)


@dataclass(frozen=True, slots=True)
class Sense:
    """What a phrase means, whatever the question was."""

    name: str
    #: favour, against, question or neutral.
    leaning: str
    #: The answers it may be: which one, the question decides. Empty: it is mentioned, not given.
    answers: tuple[str, ...]


@cache
def senses() -> dict[str, Sense]:
    """Every sense by its name."""
    data = tomllib.loads((FOLDER / "senses.toml").read_text(encoding="utf-8"))
    return {name: Sense(name, said["leaning"], tuple(said["answers"])) for name, said in data.items()}


@cache
def all_phrases() -> tuple[Phrases, ...]:
    """The phrases of every language."""
    return tuple(map(_read, LANGUAGES))


def _read(language: str) -> Phrases:
    data = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    negations = data["negations"]
    not_these = "|".join(re.escape(word) for word in negations)
    gap = rf"(?:,? (?!(?:{not_these})\b){_WORD}){{0,4}}"
    said = {
        sense: _any([_pattern(phrase, gap) for phrase in says]) for sense, says in data["anywhere"].items()
    }
    alone = {sense: _any([_pattern(phrase, gap) for phrase in says]) for sense, says in data["alone"].items()}
    return Phrases(
        language=language,
        anywhere=tuple(said.items()),
        alone=tuple(alone.items()),
        negations=_any([_pattern(word, gap) for word in negations]),
        negation_words=frozenset(word for word in negations if word.isalpha()),
        harmless=frozenset(data["harmless"]),
        doubts=tuple(
            (kind, _any([_pattern(phrase, gap) for phrase in data["doubts"][kind]])) for kind in KINDS
        ),
        courtesies=_any([_pattern(phrase, gap) for phrase in data["courtesies"]["phrases"]]),
        automatic_subjects=_any([_pattern(phrase, gap) for phrase in data["automatic"]["subjects"]]),
        automatic_texts=_any([_pattern(phrase, gap) for phrase in data["automatic"]["texts"]]),
    )


def _any(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


def _pattern(phrase: str, gap: str) -> str:
    """A phrase as a regular expression over the plain form of a sentence."""
    if phrase != plain(phrase):
        raise ValueError(f"phrases: '{phrase}' must be in small letters, without accents: '{plain(phrase)}'")
    joined = ""
    for word in phrase.split():
        if word == "...":
            joined += gap
        elif word.startswith("["):
            either = _either(word[1:-1])
            joined += f"(?:,? {either})?" if joined and not _is_open(joined) else f"(?:{either},? )?"
        else:
            joined += f",? {_either(word)}" if joined and not _is_open(joined) else _either(word)
    return rf"(?<![\w'-]){joined}(?![\w-])"


def _is_open(joined: str) -> bool:
    """Whether only words that may be left out stand before: they bring their own space."""
    return joined.endswith(",? )?")


def _either(word: str) -> str:
    return (
        "(?:"
        + "|".join(re.escape(each).replace(r"\*", r"[\w'-]*").replace("_", " ") for each in word.split("/"))
        + ")"
    )


def _is_covered(start: int, end: int, covered: Sequence[tuple[int, int]]) -> bool:
    return any(begin <= start and end <= over for begin, over in covered)


def _is_one_letter_off(word: str, other: str) -> bool:
    """Whether one letter changed, added or left out makes one of the two the other."""
    if abs(len(word) - len(other)) > 1 or word == other:
        return False
    if len(word) == len(other):
        return sum(a != b for a, b in zip(word, other, strict=True)) == 1
    short, long = sorted((word, other), key=len)
    return any(long[:n] + long[n + 1 :] == short for n in range(len(long)))
