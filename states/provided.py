"""Reads what a law file provides besides states and actions: sheets, risks, agreements, members.

A catalogue of risks is a file of its own, shared by the law files that name it: `catalogues/NAME.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from states.faults import Fault, ProcedureError, meant
from states.provisions import KINDS, YES_NO, Agreement, Category, Membership, Question, RiskKind, Sheet
from states.shelves import CATALOGUES, shelf
from states.source import Source, SourceError
from states.tables import Noted, Table


def sheets(top: Table) -> dict[str, Sheet]:
    """The tables [sheets.NAME], each with its questions."""
    return {table.key: _sheet(table) for table in top.tables("sheets", plain=True)}


def _sheet(table: Table) -> Sheet:
    sheet = Sheet(
        name=table.key,
        title=table.text("title"),
        basis=table.text("basis"),
        before=table.words("before", ()),
        questions={
            question.key: _question(question)
            for question in table.tables("questions", required=True, plain=True)
        },
    )
    table.done()
    return sheet


def _question(table: Table) -> Question:
    kind = table.choice("kind", KINDS, "yes_no")
    answers = {"yes_no": YES_NO, "choice": (), "text": ()}.get(kind, ())
    if kind == "choice":
        answers = table.words("answers")
    stops_on = table.words("stops_on", ())
    for at, word in enumerate(stops_on):
        if answers and word not in answers:
            table.fault(f"'{word}' cannot be answered", meant(word, answers), "stops_on", at)
    if kind == "text" and stops_on:
        table.fault("a text stops nothing", "Make it a choice, or remove 'stops_on'.", "stops_on")
    good = next((word for word in answers if word not in stops_on), "")
    if answers and not good:
        table.fault("every answer stops the case", "Leave one out of 'stops_on'.", "stops_on")
    in_order = table.text("in_order", good or "in order")
    if answers and (in_order not in answers or in_order in stops_on):
        allowed = [word for word in answers if word not in stops_on]
        table.fault(f"'{in_order}' is not an answer in order", meant(in_order, allowed), "in_order")
    question = Question(
        name=table.key,
        asks=table.text("asks"),
        basis=table.text("basis"),
        kind=kind,
        answers=answers,
        stops_on=stops_on,
        in_order=in_order,
        needs_evidence=table.flag("needs_evidence"),
        optional=table.flag("optional"),
    )
    table.done()
    return question


def agreements(top: Table) -> dict[str, Agreement]:
    """The tables [agreements.FORM]."""
    found = {}
    for table in top.tables("agreements", plain=True):
        found[table.key] = Agreement(
            form=table.key,
            title=table.text("title"),
            basis=table.text("basis"),
            written=table.flag("written") or "written" not in table.content,
            signed_by=table.words("signed_by", ()),
            clauses=table.text("clauses", ""),
            when=table.words("when", ()),
            source_is_silent=table.flag("source_is_silent"),
        )
        table.done()
    return found


def membership(top: Table) -> Membership | None:
    """The table [membership], if there is one."""
    return next((_membership(table) for table in top.subtable("membership")), None)


def _membership(table: Table) -> Membership:
    found = Membership(
        title=table.text("title"),
        basis=table.text("basis"),
        admitted_by=table.text("admitted_by", ""),
        categories={
            category.key: _category(category)
            for category in table.tables("categories", required=True, plain=True)
        },
        regions=table.phrases("regions"),
    )
    for category in found.categories.values():
        if category.seats_per_region and not found.regions:
            table.fault("it counts seats by region, and no region is named", "Add [membership.regions].")
    table.done()
    return found


def _category(table: Table) -> Category:
    category = Category(
        name=table.key,
        title=table.text("title"),
        by_default=table.flag("by_default"),
        expertise=table.flag("expertise"),
        term=table.optional_period("term"),
        seats_per_region=table.number("seats_per_region"),
    )
    table.done()
    return category


# ------------------------------------------------------------------------------------------ risks


def risks(table: Table) -> dict[str, RiskKind]:
    """The tables [risks.CODE], of a law file or of a catalogue."""
    found = {}
    for each in table.tables("risks", plain=True):
        found[each.key] = RiskKind(each.key, each.text("title"), each.text("basis"))
        each.done()
    return found


def catalogue(top: Table, name: str, folder: Path | None, content: bytes | None) -> Mapping[str, RiskKind]:
    """The risks of the catalogue a law file names; that there is none of that name is noted.

    Raises   ProcedureError with every fault of the catalogue itself
    """
    if content is None:
        top.fault(f"there is no catalogue '{name}'", meant(name, shelf(CATALOGUES, folder)), "risk_catalogue")
        return {}
    try:
        file = Source.of(f"{CATALOGUES}/{name}.toml", content)
    except SourceError as error:
        raise ProcedureError([error.fault]) from None
    noted: list[Noted] = []
    table = Table(file.content, (), noted)
    table.text("title")
    table.text("basis")
    found = risks(table)
    table.done()
    if not found and not noted:
        raise ProcedureError([Fault(file.name, "it lists no risk", "Add [risks.CODE] tables.")])
    if noted:
        raise ProcedureError(file.faults(noted))
    return found
