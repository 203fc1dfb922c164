"""A case as a file on paper: everything the house knows of it, for the shelf."""

from __future__ import annotations

from collections.abc import Sequence

from notifications.paper import Block, Document, Facts, Grid, Heading, Items, Text
from workflow import i18n
from workflow.reports import parts
from workflow.reports.accounts import statement_of
from workflow.reports.casefile import CaseFile
from workflow.reports.tongue import Tongue


def dossier(file: CaseFile, language: str) -> Document:
    """The whole file of a case; confidential, as the house is alone in seeing all of it."""
    say = Tongue(language, file.names)
    return Document(
        language=language,
        title=say.t("Dossier"),
        office=say.office(file.office),
        subtitle=file.case.title,
        marks=((say.t("Reference"), file.case.reference), (say.t("Date"), say.moment(file.now, file.law))),
        blocks=parts.part_of(
            parts.facts_of(file, say),
            parts.objective_of(file, say),
            _dates(file, say),
            parts.period_of(file, say),
            parts.consents_of(file, say),
            parts.questions_of(file, say),
            parts.answers_of(file, say),
            parts.objections_of(file, say),
            parts.decisions_of(file, say),
            _sheet(file, say),
            parts.risks_of(file, say),
            _checklists(file, say),
            statement_of(file.statement, say),
            parts.indicators_of(file, say),
            parts.duties_of(file, say),
            parts.changes_of(file, say),
            _letters(file, say),
            _documents(file, say),
            _record(file, say),
        ),
        running=f"{file.case.reference} – {file.case.title}",
        foot=say.t("{reference}, for the Secretariat only", reference=file.case.reference),
    )


def _dates(file: CaseFile, say: Tongue) -> Sequence[Block]:
    """Every date that runs, with how it was calculated."""
    blocks: list[Block] = []
    for each in file.dates:
        running = file.case.deadline(each.name)
        if running is None:
            continue
        title = say.title(running.title) if running.title else say.t("The window for answers closes")
        blocks.append(Text((say.about(say.day(each.last_day), title),), is_strong=True))
        blocks.append(Items(tuple(i18n.explanation(line, say.language) for line in each.lines)))
    return [Heading(say.t("Dates that run, and how they were calculated")), *blocks] if blocks else []


def _sheet(file: CaseFile, say: Tongue) -> Sequence[Block]:
    """What was asked about the partner, and what was found."""
    given = {each.question: each for each in file.case.sheet}
    blocks: list[Block] = []
    for sheet in file.law.sheets.values():
        rows = tuple(
            (
                say.title(question.asks),
                say.word("sheet", found.answer) if found.answer in question.answers else found.answer,
                found.evidence or "–",
                say.day(found.on),
            )
            for name, question in sheet.questions.items()
            if (found := given.get(f"{sheet.name}.{name}") or given.get(name)) is not None
        )
        if rows:
            columns = (say.t("Question"), say.t("Answer"), say.t("Evidence"), say.t("Date"))
            blocks += [Heading(say.title(sheet.title)), Grid(columns, rows, widths=(9, 6, 6, 4))]
    return blocks


def _checklists(file: CaseFile, say: Tongue) -> Sequence[Block]:
    blocks: list[Block] = []
    for name, items in file.law.checklists.items():
        rows = tuple(
            (say.title(words), say.t("on file") if item in file.case.items else say.t("missing"))
            for item, words in items.items()
        )
        if rows:
            blocks.append(
                Grid((say.t("Item"), say.t("State")), rows, say.word("checks", name), widths=(4, 1))
            )
    return [Heading(say.t("Checklists")), *blocks] if blocks else []


def _letters(file: CaseFile, say: Tongue) -> Sequence[Block]:
    rows = tuple(
        (say.word("purpose", purpose), say.word("letter", status), str(number))
        for (purpose, status), number in sorted(file.letters.items())
    )
    if not rows:
        return []
    columns = (say.t("Letters"), say.t("What became of them"), say.t("Number"))
    blocks: list[Block] = [Heading(say.t("Letters")), Grid(columns, rows, figures=frozenset({2}))]
    if file.posted:
        blocks.append(Facts(((say.t("Posted on paper"), str(file.posted)),)))
    return blocks


def _documents(file: CaseFile, say: Tongue) -> Sequence[Block]:
    if not file.documents:
        return []
    rows = tuple(
        (each.name, str(each.version), say.day(file.day(each.added_at)), each.sha256[:16])
        for each in file.documents
    )
    columns = (say.t("Document"), say.t("Version"), say.t("Added on"), "SHA-256")
    return [Heading(say.t("Documents")), Grid(columns, rows, widths=(8, 2, 4, 5))]


def _record(file: CaseFile, say: Tongue) -> Sequence[Block]:
    """Every event, in order."""
    rows = tuple(
        (
            str(entry.seq),
            say.moment(entry.at, file.law),
            say.voice(entry.on_behalf or entry.actor, file.law),
            say.title(entry.title),
            say.title(file.law.states[entry.to].title) if entry.to in file.law.states else "",
        )
        for entry in file.entries
    )
    columns = (say.t("No."), say.t("When"), say.t("By"), say.t("What happened"), say.t("New stage"))
    return [Heading(say.t("The record")), parts.table(columns, rows, (2, 6, 6, 8, 6))]
