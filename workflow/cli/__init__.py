"""assent ...: what can be done from the command line.

Exit codes: 0 done, 1 refused or not as expected, 2 wrong use.
"""

from __future__ import annotations

import sys

import typer

from workflow.cli import (
    cases,
    database,
    demo,
    law,
    letters,
    mail,
    papers,
    parties,
    partners,
    records,
    rehearsals,
    reports,
    serve,
    worker,
)
from workflow.cli.desk import Desk, explained

__all__ = ["app", "main"]

app = typer.Typer(
    name="assent",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
    help="Take a proposed partnership through everything the treaty demands, on time and on record.",
    epilog="First steps: [bold]assent demo[/bold]",
)
app.add_typer(cases.app, name="case")
app.add_typer(parties.app, name="parties")
app.add_typer(partners.app, name="partners")
app.add_typer(reports.app, name="report")
# The documents stand beside the statements, under one name.
reports.app.add_typer(papers.app)
app.add_typer(law.app, name="law")
app.add_typer(letters.app, name="letters")
app.add_typer(mail.app, name="mail")
app.add_typer(records.app, name="record")
app.add_typer(database.app, name="db")
app.command("check")(database.check)
app.command("doctor")(database.doctor)
app.command("rehearse")(rehearsals.rehearse)
app.command("worker")(worker.worker)
app.command("serve")(serve.serve)
app.command("demo")(demo.demo)


@app.callback()
def settings_of(
    context: typer.Context,
    config: str = typer.Option("", "--config", metavar="PATH", help="Settings file; else ./config.toml."),
) -> None:
    context.obj = Desk(config)


def main() -> None:
    """Run a command; whatever goes wrong is told in sentences."""
    try:
        app()
    except Exception as error:
        told = explained(error)
        if told is None:
            raise
        print(told.text, file=sys.stderr)
        sys.exit(told.code)
