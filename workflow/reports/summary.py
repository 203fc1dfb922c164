"""The summary of a case in the standard form, and the report to a meeting that holds one for every case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from notifications.paper import Block, Document, Facts, Grid, Heading, PageBreak, Text
from workflow import accounts, i18n, queries
from workflow.config import Secretariat
from workflow.reports import parts
from workflow.reports.accounts import statement_of, totals_of
from workflow.reports.casefile import CaseFile
from workflow.reports.period import Period
from workflow.reports.tongue import Tongue


def case_report(file: CaseFile, language: str) -> Document:
    """The summary of one case as it stands today."""
    say = Tongue(language, file.names)
    return Document(
        language=language,
        title=say.t("Partnership report"),
        office=say.office(file.office),
        subtitle=file.case.title,
        marks=((say.t("Reference"), file.case.reference), (say.t("Date"), say.day(file.today))),
        blocks=summary_of(file, say),
        running=f"{file.case.reference} – {file.case.title}",
        foot=file.case.reference,
    )


def summary_of(file: CaseFile, say: Tongue, period: Period | None = None) -> Sequence[Block]:
    """A case in the standard form: what it is, who agreed, what it cost, what it brought, what comes next."""
    return parts.part_of(
        parts.facts_of(file, say),
        parts.objective_of(file, say),
        parts.period_of(file, say),
        parts.consents_of(file, say),
        parts.questions_of(file, say),
        statement_of(file.statement, say),
        parts.course_of(file, say, period),
        parts.indicators_of(file, say),
        parts.duties_of(file, say),
        parts.risks_of(file, say),
        parts.objections_of(file, say),
        parts.decisions_of(file, say),
        parts.changes_of(file, say),
        parts.next_steps_of(file, say),
    )


def meeting_report(
    session: Session, files: Sequence[CaseFile], period: Period, office: Secretariat, language: str
) -> Document:
    """The report to a meeting: the whole period first, then every case it touches.

    files   of the cases the period touches
    """
    told = [_as_at(session, each, period) for each in files]
    names = told[0].names if told else {}
    say = Tongue(language, names)
    meeting = say.meeting(period.meeting) if period.meeting is not None else ""
    since = say.day(period.first) if period.first is not None else say.t("the beginning")
    blocks: list[Block] = [
        Text(
            (
                say.t(
                    "This report covers the time from {first} to {last}.",
                    first=since,
                    last=say.day(period.last),
                ),
            )
        ),
        *_overview(told, period, say),
        *totals_of((each.statement for each in told), say),
    ]
    for each in told:
        # A case is a part of the report, and its own parts are parts of that.
        blocks.append(PageBreak())
        blocks.append(Heading(f"{each.case.reference}: {each.case.title}"))
        blocks += [_below(block) for block in summary_of(each, say, period)]
    return Document(
        language=language,
        title=say.t("Report on partnerships"),
        office=say.office(office),
        subtitle=meeting,
        marks=((say.t("Period"), f"{since} – {say.day(period.last)}"),),
        foot=say.t("Report on partnerships"),
        blocks=tuple(blocks),
    )  # fmt: skip


def _as_at(session: Session, file: CaseFile, period: Period) -> CaseFile:
    """The case with its accounts at the end of the period."""
    case_id = queries.case_id_of(session, file.case.reference)
    assert case_id is not None
    return replace(file, statement=accounts.statement(session, case_id, on=period.last))


def _overview(files: Sequence[CaseFile], period: Period, say: Tongue) -> list[Block]:
    blocks: list[Block] = [Heading(say.t("Overview"))]
    if not files:
        return [*blocks, Text((say.t("There was no partnership in this time."),))]
    stages = Counter(say.title(_stage(each, period)) for each in files)
    begun = sum(period.holds(each.opened_on) for each in files)
    blocks.append(
        Facts(
            (
                (say.t("Partnerships"), str(len(files))),
                (say.t("Begun in this time"), str(begun)),
                (say.t("Objections received in this time"), str(_objections(files, period))),
                *((stage, str(stages[stage])) for stage in sorted(stages, key=i18n.sort_key)),
            )
        )
    )  # fmt: skip
    columns = (say.t("Case"), say.t("Title"), say.t("Partner"), say.t("Parties concerned"), say.t("Stage"))
    rows = tuple(
        (
            each.case.reference,
            each.case.title,
            str(each.case.partner.get("name") or ""),
            say.parties(each.case.territory) or "–",
            say.title(_stage(each, period)),
        )
        for each in files
    )
    return [*blocks, Grid(columns, rows, widths=(4, 7, 5, 5, 6))]


def _stage(file: CaseFile, period: Period) -> str:
    """Title of the stage at the end of the period."""
    state = file.state_on(period.last) or file.law.start
    return file.law.states[state].title


def _objections(files: Sequence[CaseFile], period: Period) -> int:
    return sum(period.holds(f.day(o.received_at)) for f in files for o in f.case.objections)


def _below(block: Block) -> Block:
    return replace(block, level=block.level + 1) if isinstance(block, Heading) else block
