"""What must hold of the sheets, agreements and members that a law file provides.

The heart of it is the proof of a gate: without the ways that ask whether the sheet stops the case, no case
comes to the states that stand behind it.
"""

from __future__ import annotations

from collections.abc import Mapping

from states.decisions import RESULTS
from states.faults import Path
from states.procedure import Action, Procedure
from states.provisions import EVERY_PARTNER, Sheet
from states.vocabulary import Told, Words, unknown
from states.ways import STAYS, Way, roads, ways

#: Act -> what of the law file it works with, and the details it cannot do without.
WANTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "fill_sheet": ("sheets", ("question", "answer")),
    "record_risk": ("risks", ("risk_kind", "likelihood", "severity")),
    "mitigate_risk": ("risks", ("risk_kind", "mitigation", "owner")),
    "choose_form": ("agreements", ("form",)),
    "record_signature": ("agreements", ("signer",)),
    "admit_member": ("membership", ("member", "category")),
    "refuse_member": ("membership", ("member",)),
    "member_leaves": ("membership", ("member",)),
    "record_decision": ("", ("result",)),
}


def faults(procedure: Procedure, words: Words) -> Told:
    """Every fault, before its line is known."""
    every = ways(procedure)
    for sheet in procedure.sheets.values():
        yield from _sheet(procedure, sheet, every)
    yield from _agreements(procedure, words)
    yield from _membership(procedure)
    for mark in procedure.marks:
        yield from unknown(("marks", mark), "mark", mark, words.marks)
    if renewing := procedure.consents_renewed_by:
        yield from unknown(("consents_renewed_by",), "body", renewing, procedure.bodies)
    if procedure.framed_by:
        yield from unknown(("framed_by",), "body", procedure.framed_by, procedure.bodies)
    for body in procedure.bodies.values():
        for n, word in enumerate(body.results):
            yield from unknown(("bodies", body.code, "results", n), "result", word, RESULTS)
    for state in procedure.states.values():
        at: Path = ("states", state.name, "decider")
        if state.decider:
            yield from unknown(at, "body", state.decider, procedure.bodies)
        for deadline in state.deadlines:
            if deadline.report_to:
                here: Path = ("states", state.name, "deadlines", deadline.name, "report_to")
                yield from unknown(here, "body", deadline.report_to, procedure.bodies)
        if state.decider and state.target:
            yield at, "the state waits for a meeting and for none", "Keep 'target', or 'decider'."


def of_action(procedure: Procedure, action: Action, at: Path) -> Told:
    """What an action needs for the act it does."""
    if action.does not in WANTS:
        return
    table, details = WANTS[action.does]
    if table and not getattr(procedure, table):
        yield (*at, "does"), f"'{action.does}' works with [{table}], and there is none", f"Add [{table}]."
    for detail in details:
        if detail not in action.needs:
            yield (*at, "needs"), f"'{action.does}' cannot do without '{detail}'", f"Add '{detail}'."
    if action.does != "record_decision":
        return
    for name in action.states:
        state = procedure.states.get(name)
        if state is not None and not (state.target or state.decider):
            says = f"nobody decides in '{name}'"
            yield (*at, "does"), says, "Name a body in the state's 'target' or 'decider'."


# -------------------------------------------------------------------------------------- sheets


def _sheet(procedure: Procedure, sheet: Sheet, every: list[Way]) -> Told:
    at: Path = ("sheets", sheet.name)
    for other in procedure.sheets.values():
        if other.name == sheet.name:
            break
        for twice in sorted(set(other.questions) & set(sheet.questions)):
            says = f"'{twice}' is a question of the sheet '{other.name}' as well"
            yield (*at, "questions", twice), says, "Rename one."
    for n, state in enumerate(sheet.before):
        yield from unknown((*at, "before", n), "state", state, procedure.states)
    if sheet.can_stop and not sheet.before:
        says = "its answers stop a case, and it is not said before which states"
        yield at, says, "Add 'before': the states that no case reaches past it."
    if sheet.before and not sheet.can_stop:
        yield (*at, "before"), "none of its answers stops a case", "Add 'stops_on', or remove 'before'."
    yield from _gate(procedure, sheet, every)


def _gate(procedure: Procedure, sheet: Sheet, every: list[Way]) -> Told:
    """No road may lead around the gate."""
    guard = f"nothing_stops({sheet.name})"
    around = [
        (way.source, way.to)
        for way in every
        if way.to != STAYS and guard not in (*way.alternative.when, *_conditions(procedure, way))
    ]
    found = roads(procedure.start, around)
    for n, state in enumerate(sheet.before):
        if state in found:
            says = f"a road leads around the gate to '{state}' ({' -> '.join(found[state])})"
            yield ("sheets", sheet.name, "before", n), says, f"Add '{guard}' to a step of it."


def _conditions(procedure: Procedure, way: Way) -> tuple[str, ...]:
    action = procedure.action(way.name, way.source) if way.kind == "action" else None
    return action.when if action is not None else ()


# ------------------------------------------------------------------------- agreements and members


def _agreements(procedure: Procedure, words: Words) -> Told:
    for form in procedure.agreements.values():
        at: Path = ("agreements", form.form)
        for n, signer in enumerate(form.signed_by):
            if signer != EVERY_PARTNER:
                yield from unknown((*at, "signed_by", n), "signer", signer, procedure.signers)
        if form.clauses:
            yield from unknown((*at, "clauses"), "checklist", form.clauses, procedure.checklists)
        if form.written and not form.signed_by:
            yield at, "nobody signs it", "Add 'signed_by', or write written = false."
        if not form.written and form.signed_by:
            yield (*at, "signed_by"), "nothing is written that could be signed", "Remove one of the two."
        yield from words.guards((*at, "when"), form.when)
    acts = {action.does for same in procedure.actions.values() for action in same}
    if len(procedure.agreements) > 1 and "choose_form" not in acts:
        says = "there are several forms, and no action chooses one"
        yield ("agreements",), says, 'Add an action with does = "choose_form".'


def _membership(procedure: Procedure) -> Told:
    rules = procedure.membership
    if rules is not None and rules.admitted_by:
        at: Path = ("membership", "admitted_by")
        yield from unknown(at, "body", rules.admitted_by, procedure.bodies)
