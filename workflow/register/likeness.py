"""How much two names of organizations are alike, from 0 to 100."""

from __future__ import annotations

from rapidfuzz import fuzz

from workflow.folding import words

#: From here on a person has to look. Names of companies differ by a letter, an order, a form of law.
ALIKE = 85
#: Says what an organization is by law, and nothing of which one it is.
_FORMS = frozenset({
    "ab", "ag", "aps", "as", "asa", "bv", "co", "company", "corp", "corporation", "doo", "eirl", "ev",
    "foundation", "fundacion", "gmbh", "group", "groupe", "grupo", "holding", "holdings", "inc",
    "incorporated", "kg", "kk", "limited", "llc", "llp", "lp", "ltd", "nv", "oy", "plc", "pte", "pty",
    "sa", "sab", "sae", "saoc", "sarl", "sas", "se", "sl", "spa", "srl", "cie", "compagnie", "compania",
    "the", "de", "la", "le", "les", "los", "du", "of", "and", "et", "y", "und",
})  # fmt: skip


def likeness(one: str, other: str) -> int:
    """How much two names are alike: their words in any order, without accents and forms of law.

    A name of two words or more that stands whole within the other is alike: "Philip Morris" and
    "Philip Morris International".
    """
    first, second = (_telling(name) for name in (one, other))
    a, b = " ".join(sorted(first)), " ".join(sorted(second))
    score = max(fuzz.ratio(a, b), fuzz.ratio(a.replace(" ", ""), b.replace(" ", "")))
    if min(len(first), len(second)) >= 2:
        score = max(score, fuzz.token_set_ratio(a, b))
    return round(score)


def _telling(name: str) -> list[str]:
    """The words of a name that say which one it is; all of them where nothing else is left."""
    # "S.A." is a form of law, written with its full stops.
    every = sorted(words(name.replace(".", "")))
    return [word for word in every if word not in _FORMS] or every
