"""Words as they are searched for: small letters without accents; references also as a whole."""

from __future__ import annotations

import re
import unicodedata

#: Longer words are cut, in what is kept and in what is asked for alike.
LENGTH_MAX = 64

#: Letters that fall apart into no plain letter and an accent.
_LETTERS = str.maketrans(
    {"ø": "o", "œ": "oe", "æ": "ae", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h", "ŋ": "n"}
)
_WORD = re.compile(r"[^\W_]+")
#: `rp-2026-17`, `2026/3`, `x.12`: joined by signs that sort before every digit and letter.
_JOINED = re.compile(r"[^\W_]+(?:[-./][^\W_]+)+")


def fold(text: str) -> str:
    """The text in small letters without accents: "Côte d’Ivoire" -> "cote d’ivoire"."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return bare.translate(_LETTERS)


def words(*texts: str) -> set[str]:
    """Every word of the texts, folded; references and numbers also as a whole."""
    found: set[str] = set()
    for text in texts:
        folded = fold(text)
        found.update(word[:LENGTH_MAX] for word in _WORD.findall(folded))
        found.update(whole[:LENGTH_MAX] for whole in _JOINED.findall(folded) if _has_digit(whole))
    return found


def asked(query: str) -> list[str]:
    """What somebody who typed this looks for: each is the beginning of a word, or a whole reference.

    A reference or a number is looked for as a whole: `RP-2026-1` is not `RP-2026-17`.
    """
    found: list[str] = []
    for chunk in fold(query).split():
        chunk = chunk.strip("\"'“”«»‘’()[]{},;:.!?")
        if is_whole(chunk):
            found.append(chunk[:LENGTH_MAX])
        else:
            found += [word[:LENGTH_MAX] for word in _WORD.findall(chunk)]
    return list(dict.fromkeys(found))


def is_whole(word: str) -> bool:
    """Whether it is a reference or a number of several parts."""
    return _JOINED.fullmatch(word) is not None and _has_digit(word)


def reach(word: str) -> tuple[str, str]:
    """The words that one asked for stands for: from the first, up to but without the second, by code point.

    The signs that join a reference sort before "0": `rp-2026` reaches `rp-2026-17`, and no `rp-20261`.
    A single letter or digit stands for itself alone: half of all words would begin with it.
    """
    if len(word) == 1:
        return word, f"{word} "
    return (word, f"{word}0") if is_whole(word) else (word, f"{word}\U0010ffff")


def _has_digit(word: str) -> bool:
    return any(sign.isdigit() for sign in word)
