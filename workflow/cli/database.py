"""assent db, check, doctor: the tables, their copies, and whether all is there and going that is needed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer
from rich.table import Table

from workflow import backup, db, register
from workflow import check as checks
from workflow import doctor as doctors
from workflow.cli.desk import JSON, REFUSED, as_json, desk, err, out

app = typer.Typer(no_args_is_help=True, help="The database: its tables and its copies.")


@app.command(epilog="Example: assent db upgrade")
def upgrade(
    context: typer.Context,
    empty: bool = typer.Option(False, "--empty", help="Do not load the shipped Parties, seats and meetings."),
) -> None:
    """Bring the tables to the newest form, and load the shipped registers into an empty database."""
    at = desk(context)
    db.upgrade(at.engine)
    if not empty:
        with db.transaction(at.engine) as session:
            register.ensure_shipped(session, "ramsar", at.now(), contacts_per_party=0)
    out.print("The database is up to date.")


@app.command("backup", epilog="Example: assent db backup backups/monday.zip")
def backup_(
    context: typer.Context, path: Path = typer.Argument(..., help="File to be written; must not exist.")
) -> None:
    """Write all tables to one file, while work goes on."""
    at = desk(context)
    kept = backup.write(at.engine, path, at.now())
    with at.writing() as session:
        backup.remember(session, path, kept, at.now())
    out.print(f"{path}: {kept.rows} rows of {kept.tables} tables.", markup=False)


@app.command(epilog="Example: assent db restore backups/monday.zip")
def restore(
    context: typer.Context, path: Path = typer.Argument(..., help="A file that assent db backup has written.")
) -> None:
    """Fill an empty database from a copy. No letter that was sent before is sent again."""
    at = desk(context)
    kept = backup.restore(at.engine, path, at.now())
    out.print(f"{kept.rows} rows of {kept.tables} tables restored, as of {kept.made_at}.", markup=False)
    if kept.waiting:
        out.print(
            f"{kept.waiting} letters were waiting when the copy was made. The queue is paused: they may have"
            " been sent since. Look at them (assent letters list), then: assent letters resume",
            markup=False,
        )


def check(context: typer.Context, json_: bool = JSON) -> None:
    """Look whether everything is there that the law files, the letters and the dates need.

    Example: assent check
    """
    at = desk(context)
    found = checks.findings(at.settings, at.engine, at.now())
    _tell(found, json_)
    if any(each.weight == "fault" for each in found):
        if not json_:
            err.print("Something must be put right first.", style="red")
        raise typer.Exit(REFUSED)


def doctor(context: typer.Context, json_: bool = JSON) -> None:
    """Look at everything, outside too: mail server, mailbox, name servers, clock, queue, copies, disk.

    No letter is sent. Exit code 0: everything is as it should be; 1: something needs a look.

    Example: assent doctor
    """
    at = desk(context)
    found = doctors.findings(at.settings, at.engine, at.now())
    _tell(found, json_)
    worries = sum(each.weight != "good" for each in found)
    if worries:
        if not json_:
            err.print(f"{worries} of {len(found)} need a look.", style="yellow")
        raise typer.Exit(REFUSED)
    if not json_:
        out.print("Everything is as it should be.")


def _tell(found: Sequence[checks.Finding], json_: bool) -> None:
    """What was found, as a table or as JSON."""
    if json_:
        as_json(found)
    else:
        shown = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
        signs = {"good": "[green]good[/]", "warning": "[yellow]look[/]", "fault": "[red]fault[/]"}
        for each in found:
            words = each.says if each.weight == "good" or not each.remedy else f"{each.says} {each.remedy}"
            shown.add_row(signs[each.weight], each.subject, words)
        out.print(shown)
