"""What a law file provides besides states and actions, as headings with entries; account.py lays them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from states import terms
from states.procedure import Procedure
from states.provisions import DEGREES, EVERY_PARTNER, Agreement, Category, Question

Told = Iterator[tuple[str, Mapping[str, str]]]
"""Heading, and name -> words of what stands below it."""


def told(procedure: Procedure) -> Told:
    """Its sheets, risks, forms of agreement and members, in that order."""
    for sheet in procedure.sheets.values():
        entries = {name: _question(question) for name, question in sheet.questions.items()}
        if sheet.before:
            stopped = terms.listed(sheet.before, "or")
            entries["Gate"] = f"no case in which an answer stops comes to {stopped}; nobody can override it"
        yield f"Sheet '{sheet.name}': {sheet.title}", {**entries, "Basis": sheet.basis}
    if procedure.risks:
        degrees = f"each by likelihood and severity ({', '.join(DEGREES)})"
        yield f"Risks, {degrees}", {r.code: f"{r.title} ({r.basis})" for r in procedure.risks.values()}
    if procedure.agreements:
        forms = {name: _agreement(procedure, form) for name, form in procedure.agreements.items()}
        yield "Forms of agreement", forms
    if procedure.membership is not None:
        rules = procedure.membership
        entries = {name: _category(category) for name, category in rules.categories.items()}
        if rules.admitted_by:
            entries["Admits"] = f"the {procedure.bodies[rules.admitted_by].title}"
        if rules.regions:
            entries["Regions"] = terms.listed(rules.regions.values())
        yield f"Members: {rules.title}", {**entries, "Basis": rules.basis}


def _question(question: Question) -> str:
    notes = [f"'{terms.spoken(word)}' stops the case" for word in question.stops_on]
    if question.kind == "choice":
        notes.append("one of " + terms.listed(map(terms.spoken, question.answers), "or"))
    if question.needs_evidence:
        notes.append("with evidence")
    if question.optional:
        notes.append("may stay open")
    said = "; ".join(notes)
    return f"{question.asks} {said[:1].upper()}{said[1:]}".rstrip() + f" ({question.basis})"


def _agreement(procedure: Procedure, form: Agreement) -> str:
    if form.written:
        signers = [_signer(procedure, signer) for signer in form.signed_by]
        said = f"{form.title}, signed by {terms.listed(signers)}"
    else:
        said = f"{form.title}: nothing is signed"
    if form.clauses:
        said += f"; its clauses: checklist '{form.clauses}'"
    if form.when:
        said += f"; only if {terms.conditions(form.when)}"
    return f"{said} ({form.basis})"


def _signer(procedure: Procedure, signer: str) -> str:
    return "every partner" if signer == EVERY_PARTNER else procedure.signers.get(signer, signer)


def _category(category: Category) -> str:
    notes = []
    if category.by_default:
        notes.append("members without being admitted")
    if category.expertise:
        notes.append("with demonstrated expertise")
    if category.seats_per_region:
        notes.append(f"{category.seats_per_region} from each region")
    if category.term:
        notes.append(f"for {category.term}")
    return "; ".join([category.title, *notes])
