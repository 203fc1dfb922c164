"""The words in which actions speak of several states at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from states.faults import meant
from states.tables import Table

#: What may stand for several states, as a hint to whoever has misspelt it.
PHRASES = ("every state", "every open state", "every state but the start", "every open state but the start")
_EVERY = re.compile(r"every (?P<open>open )?state(?: but (?:the )?(?P<but>[a-z][a-z0-9_]*))?")


@dataclass(frozen=True)
class Stages:
    """What a law file calls its states, one by one and in groups.

    Wherever an action says `in`, there may stand: a state; a group of [groups]; "every state" or "every open
    state" (those in which a case does not end); either with "but NAME", a state, a group or "the start".
    """

    #: State -> whether a case ends in it; in the order of the file.
    ends: Mapping[str, bool]
    start: str
    #: Group -> its states.
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, words: Iterable[str]) -> tuple[str, ...]:
        """The states that are meant, each once; a word that says none stands for itself."""
        return tuple(dict.fromkeys(state for word in words for state in self._meant(word)))

    def _meant(self, word: str) -> Collection[str]:
        if (found := _EVERY.fullmatch(word)) is None:
            return self.groups.get(word, (word,))
        without = {self.start} if found["but"] == "start" else set(self._meant(found["but"] or ""))
        return [s for s, ends in self.ends.items() if s not in without and not (ends and found["open"])]

    def missing(self, words: Iterable[str]) -> list[str]:
        """Names among the words that are neither a state nor a group."""
        named = [found["but"] if (found := _EVERY.fullmatch(word)) else word for word in words]
        known = {*self.ends, *self.groups, "start", None}
        return [name for name in named if name not in known]


def spoken(table: Table) -> tuple[str, ...]:
    """The words of an action's `in`; those that are meant to be a phrase and are none are noted."""
    words = table.words("in")
    for at, word in enumerate(words):
        if " " in word and not _EVERY.fullmatch(word):
            table.fault(f"'{word}' says no states", meant(word, PHRASES), "in", at)
    return words


def stages(top: Table, ends: Mapping[str, bool], start: str) -> Stages:
    """The states of a law file with its table [groups]."""
    plain = Stages(ends, start)
    groups: dict[str, tuple[str, ...]] = {}
    for table in top.subtable("groups"):
        for name in table.content:
            words = table.words(name, ())
            if name in ends:
                table.fault(f"'{name}' is a state already", "Give the group a name of its own.", name)
            for word in plain.missing(words):
                table.fault(f"there is no state '{word}'", meant(word, ends), name)
            groups[name] = plain.of(words)
    return Stages(ends, start, groups)
