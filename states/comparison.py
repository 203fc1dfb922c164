"""What procedures are compared by: who decides, whether an agreement is due, to whom it is reported.

Worked out from what the law file says elsewhere, so that a comparison cannot differ from what is applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from states.procedure import Procedure
from states.terms import spoken

SECRETARIAT = "secretariat"
#: Rules by which asking is enough: whoever is asked so does not decide.
_ADVICE = ("consulted",)

#: What an agreement is, in words.
AGREEMENT_WORDS: Mapping[str, str] = {
    "always": "always in writing, signed",
    "sometimes": "in writing only under some conditions",
    "never": "none is signed",
    "silent": "the source does not say; a signed one is the default of this file",
}


def deciders(procedure: Procedure) -> tuple[str, ...]:
    """Who decides beside the secretariat: those whose answers do, and bodies whose decisions are recorded.

    The secretariat alone where there is nobody else.
    """
    found: list[str] = []
    for state in procedure.states.values():
        if state.ask is not None and state.ask.rule not in _ADVICE:
            found.append(state.ask.of)
        body = state.decider or state.target
        if body and any(action.does == "record_decision" for action in procedure.actions_in(state.name)):
            found.append(body)
    return tuple(dict.fromkeys(found)) or (SECRETARIAT,)


def agreement_duty(procedure: Procedure) -> str:
    """always, sometimes, never, or silent: the source does not say, and the form is a default."""
    forms = procedure.agreements.values()
    if not any(form.written for form in forms):
        return "silent" if any(form.source_is_silent for form in forms) else "never"
    if any(form.source_is_silent for form in forms):
        return "silent"
    return "always" if all(form.written for form in forms) else "sometimes"


def reports_to(procedure: Procedure) -> tuple[str, ...]:
    """The bodies to which cases are reported, in the order of the file."""
    every = (deadline.report_to for state in procedure.states.values() for deadline in state.deadlines)
    return tuple(dict.fromkeys(body for body in every if body))


def named(procedure: Procedure, codes: Iterable[str]) -> list[str]:
    """Bodies and audiences in words."""
    return [
        f"the {procedure.bodies[code].title}"
        if code in procedure.bodies
        else "the secretariat"
        if code == SECRETARIAT
        else spoken(code)
        for code in codes
    ]
