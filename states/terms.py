"""How the names of a law file are spoken in plain English."""

from __future__ import annotations

import re
from collections.abc import Iterable

from states.procedure import Ask, Deadline, Procedure
from states.ways import Way

_RULES = {
    "all_consent": "all must consent",
    "consulted": "whatever is answered, they have been consulted",
    "quorum_without_objection": "at least {quorum} in favour and nobody against",
    "no_objection": "no objection may stand",
    "majority": "more in favour than against{of_quorum}",
    "two_thirds": "two thirds in favour{of_quorum}",
}

_WITH_ARGUMENT = {
    "marked": "it is {}",
    "not_marked": "it is not {}",
    "nothing_stops": "nothing stops it on the sheet '{}'",
    "sheet_is_complete": "the sheet '{}' is complete",
    "answered": "the sheet says '{}'",
    "form_is": "the form is '{}'",
    "result_is": "the result is '{}'",
}


def spoken(name: str) -> str:
    """A name without its underscores: "territory_parties" -> "territory parties"."""
    return name.replace("_", " ")


def condition(reference: str) -> str:
    """A guard as a condition: "no_objection_stands" -> "no objection stands"; "marked(x)" -> "it is x"."""
    found = re.fullmatch(r"(\w+)\((.*)\)", reference)
    if not found:
        return spoken(reference)
    name, argument = found.groups()
    phrase = _WITH_ARGUMENT.get(name, f"{spoken(name)}: {{}}")
    return phrase.format(spoken(argument.replace("=", ": ")))


def conditions(references: Iterable[str]) -> str:
    """Several guards as one condition, or ""."""
    return " and ".join(condition(reference) for reference in references)


def verb(way: Way) -> str:
    """What takes a case along a way, as a drawing names it."""
    by_itself = {"moves_on": "by itself", "returns": "objection recorded late"}
    return by_itself.get(way.kind) or spoken(way.name)


def asked(procedure: Procedure, ask: Ask) -> str:
    """Who is asked: the title of a body, or the audience."""
    body = procedure.bodies.get(ask.of)
    return f"the {body.title}" if body else spoken(ask.of)


def rule(ask: Ask) -> str:
    """How answers decide, in words."""
    of_quorum = f", at least {ask.quorum} voting" if ask.quorum else ""
    if ask.turnout:
        of_quorum += f", at least {ask.turnout[0]}/{ask.turnout[1]} of those asked voting"
    words = _RULES.get(ask.rule, spoken(ask.rule))
    return words.format(quorum=ask.quorum, of_quorum=of_quorum)


def silence(ask: Ask) -> str:
    """What silence means, in words."""
    return f"silence is {spoken(ask.silence)}"


def falls(procedure: Procedure, deadline: Deadline) -> str:
    """When a deadline falls, in words."""
    again = ", and again each time it is fulfilled" if deadline.repeats else ""
    if deadline.within:
        return f"within {deadline.within}{again}"
    body = procedure.bodies.get(deadline.meeting)
    meeting = f"meeting of the {body.title}" if body else f"meeting of {deadline.meeting}"
    if deadline.before:
        return f"{deadline.before} before the next {meeting}{again}"
    return f"last day of the next {meeting}{again}"


def listed(words: Iterable[str], joint: str = "and") -> str:
    """Words as a sentence lists them: "a, b and c"."""
    *most, last = list(words) or [""]
    return f"{', '.join(most)} {joint} {last}" if most else last
