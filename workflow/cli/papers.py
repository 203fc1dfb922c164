"""assent report: to a meeting, of a case, of a year; as PDF, Word or HTML, in English, French or Spanish."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import typer

from notifications import LANGUAGES
from notifications.paper import Document, NotPrinted
from states.periods import local_day
from states.zones import zone_of
from workflow import queries, reports
from workflow.cli.desk import WRONG_USE, Desk, desk, out, refuse

app = typer.Typer(no_args_is_help=True, help="Reports to a meeting, of a case, of a year.")

FORMAT = typer.Option("pdf", "--format", help="pdf, docx or html.")
LANGUAGE = typer.Option("en", "--language", help="en, fr or es.")
TO = typer.Option(None, "--to", help="File to be written; a name that says what it is unless given.")


@app.command("cop", epilog="Example: assent report cop COP15 --format docx --language fr")
def to_meeting(
    context: typer.Context,
    ordinal: str = typer.Argument(..., help="Ordinal of the meeting."),
    form: str = FORMAT,
    language: str = LANGUAGE,
    to: Path = TO,
) -> None:
    """Report on every partnership since the ordinary meeting before, with the accounts."""
    at = _desk(context, language)
    office = at.settings.secretariat
    with at.reading() as session:
        meetings = queries.world(session, reports.register_of(session)).meetings
        try:
            period = reports.period_before(meetings, ordinal, _today(at))
        except reports.UnknownMeeting as why:
            refuse(str(why))
        files = reports.gather_all(session, office, at.now(), period)
        made = reports.meeting_report(session, files, period, office, language)
    _write(made, form, to or Path(f"report-{ordinal.upper()}-{language}.{form}"), at)


@app.command("case", epilog="Example: assent report case RP-2026-1 --what dossier")
def of_case(
    context: typer.Context,
    reference: str = typer.Argument(..., help="Reference of the case."),
    what: str = typer.Option("report", "--what", help="report, working-paper, agreement or dossier."),
    form: str = FORMAT,
    language: str = LANGUAGE,
    to: Path = TO,
) -> None:
    """Report on one case, or print its working paper, the draft of its agreement, or its whole dossier."""
    at = _desk(context, language)
    makers = {
        "report": reports.case_report,
        "working-paper": reports.working_paper,
        "agreement": reports.agreement,
        "dossier": reports.dossier,
    }
    if what not in makers:
        refuse(f"'{what}' is no document of a case. Choose one of: {', '.join(makers)}.", WRONG_USE)
    with at.reading() as session:
        at.case_id(session, reference)
        file = reports.gather(session, reference.upper(), at.settings.secretariat, at.now())
    target = to or Path(f"{reference.upper()}-{what}-{language}.{form}")
    try:
        if what == "agreement" and form == "docx":
            own = at.settings.secretariat.agreement_template
            drafted = reports.agreement_word(reports.draft_of(file, language), Path(own) if own else None)
            _keep(drafted, target)
        else:
            _write(makers[what](file, language), form, target, at)
    except (reports.NoDraft, reports.BadTemplate) as why:
        refuse(str(why))


@app.command("template", epilog="Example: assent report template --to ours.docx")
def template(
    to: Path = typer.Option(Path("agreement.docx"), "--to", help="File to be written."),
) -> None:
    """Write the Word template of agreements, to be reworded and named in secretariat.agreement_template."""
    _keep(reports.template(), to)


@app.command("year", epilog="Example: assent report year 2026")
def of_year(
    context: typer.Context,
    year: int = typer.Argument(..., help="A year that has begun."),
    form: str = FORMAT,
    language: str = LANGUAGE,
    to: Path = TO,
) -> None:
    """Count the cases, questions, answers and objections of a year."""
    at, office = _desk(context, language), desk(context).settings.secretariat
    today = _today(at)
    if not 1900 < year <= today.year:
        refuse(f"{year} has not begun. Give a year such as {today.year}.", WRONG_USE)
    with at.reading() as session:
        files = reports.gather_all(session, office, at.now(), reports.year_of(year, today))
        made = reports.yearly(files, year, office, language, today)
    _write(made, form, to or Path(f"partnerships-{year}-{language}.{form}"), at)


def _desk(context: typer.Context, language: str) -> Desk:
    if language not in LANGUAGES:
        refuse(f"There are no reports in '{language}'. Use one of: {', '.join(LANGUAGES)}.", WRONG_USE)
    return desk(context)


def _today(at: Desk) -> date:
    return local_day(at.now(), zone_of("Europe/Zurich"))


def _write(made: Document, form: str, to: Path, at: Desk) -> None:
    try:
        content = reports.handed_out(made, form, at.now())
    except reports.UnknownFormat as why:
        refuse(str(why), WRONG_USE)
    except NotPrinted as why:
        refuse(str(why))
    _keep(content, to)


def _keep(content: bytes, to: Path) -> None:
    try:
        to.write_bytes(content)
    except OSError as error:
        refuse(f"{to} cannot be written: {error.strerror}. Name another file with --to.")
    out.print(f"Written: {to} ({len(content):,} bytes)", markup=False)
