"""The words a law file uses and must not make up: states, guards, audiences, templates, marks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from states.decisions import RESULTS
from states.faults import Path, meant
from states.procedure import Alternative, Notices, Procedure
from states.ways import STAYS, ways

Told = Iterator[tuple[Path, str, str]]
"""Faults before their lines are known: path, what it says, remedy."""

_REFERENCE = re.compile(r"([a-z][a-z0-9_]*)(?:\(([^()]+)\))?")


@dataclass(frozen=True)
class Known:
    """The words a law file may use that are defined outside it."""

    #: Names of groups of people (workflow/people.py).
    audiences: frozenset[str]
    #: Names of letter templates (notifications/templates).
    templates: frozenset[str]
    #: Languages in which every letter can be written.
    languages: frozenset[str]
    #: Calendars of non-working days.
    calendars: frozenset[str]
    #: Names of conditions (guards.py).
    guards: frozenset[str]
    #: Names of acts (acts.py).
    acts: frozenset[str]
    #: Names of rules (rules.py).
    rules: frozenset[str]
    #: Names of conditions that are written with an argument, as in "marked(approved)".
    guards_with_argument: frozenset[str] = frozenset({"marked"})


class Words:
    """What the words of one procedure may be."""

    def __init__(self, procedure: Procedure, known: Known) -> None:
        self.known = known
        self.states = [*procedure.states, STAYS]
        self.audiences = known.audiences | set(procedure.bodies)
        self.marks = {mark for way in ways(procedure) for mark in way.alternative.marks}
        #: Guard -> what its argument is, and what it may be.
        self.arguments: Mapping[str, tuple[str, Iterable[str]]] = {
            "marked": ("mark", self.marks),
            "not_marked": ("mark", self.marks),
            "nothing_stops": ("sheet", procedure.sheets),
            "sheet_is_complete": ("sheet", procedure.sheets),
            "answered": ("answer on a sheet", _answers_of(procedure)),
            "result_is": ("result", RESULTS),
            "form_is": ("form of agreement", procedure.agreements),
        }

    def alternatives(self, at: Path, alternatives: tuple[Alternative, ...]) -> Told:
        """Ways in the order in which they are tried; what stands behind an unconditional one is dead."""
        closed = False
        for n, alternative in enumerate(alternatives):
            here = item_at(at, n, alternatives)
            yield from self.alternative(here, alternative)
            if closed:
                rival = "" if alternative.when else ": two ways without a condition compete"
                says = f"the way to '{alternative.to}' is never taken{rival}"
                yield here, says, "Put it before the way without a condition, or remove it."
            closed = closed or not alternative.when

    def alternative(self, at: Path, alternative: Alternative) -> Told:
        """One way: its state, its conditions, who is told, and the marks it takes off."""
        # A way written as a plain name, to = "open", has no table around it.
        named = at if at[-1] == "to" else (*at, "to")
        yield from unknown(named, "state", alternative.to, self.states)
        yield from self.guards((*at, "when"), alternative.when)
        yield from self.notices((*at, "notify"), alternative.notify)
        for mark in alternative.unmarks:
            yield from unknown((*at, "unmarks"), "mark", mark, self.marks)

    def guards(self, at: Path, references: tuple[str, ...]) -> Told:
        """Conditions, as "name" or "name(argument)"; a mark that nothing puts can never hold."""
        for reference in references:
            found = _REFERENCE.fullmatch(reference)
            if found is None:
                yield at, f"'{reference}' is not a guard", "Write 'name' or 'name(argument)'."
                continue
            name, argument = found.groups()
            yield from unknown(at, "guard", name, self.known.guards | self.known.guards_with_argument)
            if name in self.known.guards_with_argument and not argument:
                yield at, f"the guard '{name}' wants an argument", f"Write '{name}(argument)'."
            elif name in self.known.guards and argument:
                yield at, f"the guard '{name}' takes no argument", f"Write '{name}'."
            elif name in self.arguments and argument:
                yield from unknown(at, self.arguments[name][0], argument, self.arguments[name][1])

    def notices(self, at: Path, notices: Notices) -> Told:
        """Who is told, with which letter."""
        for audience, template in notices.items():
            yield from unknown((*at, audience), "audience", audience, self.audiences)
            yield from unknown((*at, audience), "template", template, self.known.templates)


def _answers_of(procedure: Procedure) -> set[str]:
    """What the sheets can answer, as guards write it: "question=word"."""
    questions = (each for sheet in procedure.sheets.values() for each in sheet.questions.values())
    return {f"{question.name}={word}" for question in questions for word in question.answers}


def unknown(at: Path, kind: str, word: str, known: Iterable[str]) -> Told:
    """A fault if `word` is not among the known ones."""
    names = list(known)
    if word not in names:
        yield at, f"unknown {kind} '{word}'", meant(word, names)


def item_at(at: Path, n: int, items: tuple[object, ...]) -> Path:
    """The path of the n-th way; a single way is written without a list."""
    return (*at, n) if len(items) > 1 else at
