"""assent law: the law files, read, shown, drawn and checked."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.table import Table

from states import reader
from states.chart import draw as drawn
from states.chart import permissions_table, show
from states.faults import ProcedureError
from states.procedure import Procedure
from states.soundness import check as faults_of
from workflow import check as checks
from workflow import house
from workflow.cli.desk import JSON, REFUSED, WRONG_USE, as_json, desk, err, out, refuse

app = typer.Typer(no_args_is_help=True, help="The law files: what a procedure asks for, in words and drawn.")

WHICH = typer.Argument(
    ..., metavar="ID|FILE", help="A procedure (ramsar-private), or the path of a law file."
)


@app.command("list", epilog="Example: assent law list")
def list_(context: typer.Context, json_: bool = JSON) -> None:
    """Every procedure and edition there is."""
    laws = house.laws_of(desk(context).settings).all
    if json_:
        as_json([{"id": p.id, "edition": p.edition, "title": p.title, "status": p.status} for p in laws])
        return
    shown = Table("id", "edition", "status", "title", box=None, padding=(0, 2, 0, 0))
    for p in laws:
        shown.add_row(p.id, p.edition, p.status, p.title)
    out.print(shown)


@app.command("show", epilog="Example: assent law show ramsar-private")
def show_(
    context: typer.Context,
    which: str = WHICH,
    permissions: bool = typer.Option(False, "--permissions", help="Only who may do what, as a table."),
) -> None:
    """A procedure told in full: who is asked what, by when, what silence means, who may do what."""
    procedure = _found(context, which)
    print(permissions_table(procedure) if permissions else show(procedure), end="")


@app.command("draw", epilog="Example: assent law draw ramsar-private --form mermaid")
def draw_(
    context: typer.Context,
    which: str = typer.Argument("ramsar-private", metavar="ID|FILE", help="A procedure or a law file."),
    form: str = typer.Option("words", help="words, mermaid or dot."),
) -> None:
    """A procedure as a drawing."""
    if form == "dot":
        print(drawn(_found(context, which), "dot"), end="")
    elif form == "mermaid":
        print(drawn(_found(context, which), "mermaid"), end="")
    elif form == "words":
        print(drawn(_found(context, which), "words"), end="")
    else:
        refuse(f"'{form}' is not a form of drawing. Use words, mermaid or dot.", WRONG_USE)


@app.command("check", epilog="Example: assent law check my-draft.toml")
def check_(context: typer.Context, which: list[str] = WHICH) -> None:
    """Say every fault of a law file, with its place and what to do; nothing runs under a file with faults."""
    is_faulty = False
    for each in which:
        try:
            procedure = _found(context, each)
            faults = faults_of(procedure, checks.known())
        except ProcedureError as error:
            faults = list(error.faults)
        for fault in faults:
            err.print(str(fault), markup=False)
        if faults:
            is_faulty = True
        else:
            out.print(f"{each}: sound.", markup=False)
    if is_faulty:
        raise typer.Exit(REFUSED)


def _found(context: typer.Context, which: str) -> Procedure:
    if which.endswith(".toml"):
        return reader.load(Path(which))
    return house.laws_of(desk(context).settings).current(which)
