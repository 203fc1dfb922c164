"""assent record: is the record whole, does it say what the tables say, and a case's evidence in one file."""

from __future__ import annotations

from pathlib import Path

import typer
from sqlalchemy import select

from workflow import record
from workflow.cli.desk import JSON, REFUSED, WRONG_USE, as_json, desk, err, out, refuse
from workflow.queries import CASES

app = typer.Typer(no_args_is_help=True, help="The record: its chain, its heads, and the evidence of a case.")


@app.command(epilog="Example: assent record verify --heads /mnt/other-host/heads.txt")
def verify(
    context: typer.Context,
    heads: Path = typer.Option(None, help="A file of exported heads: it also shows an end that was cut off."),
    json_: bool = JSON,
) -> None:
    """Walk every chain, and name the first event that was changed, removed or added."""
    at = desk(context)
    lines: list[str] = []
    if heads is not None:
        try:
            lines = heads.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            refuse(
                f"{heads} cannot be read: {error}. Give a file that assent record heads has written.",
                WRONG_USE,
            )
    with at.reading() as session:
        try:
            found = record.verify(session, lines)
        except record.BadHead as error:
            refuse(str(error), WRONG_USE)
    if json_:
        as_json(found)
    elif found.holds:
        out.print(f"The record holds: {found.events} events in {found.chains} chains.")
    else:
        err.print("The record does not hold.", style="bold red")
        for each in found.breaks:
            err.print(f"  {each}", markup=False)
    if not found.holds:
        raise typer.Exit(REFUSED)


@app.command(epilog="Example: assent record rebuild RP-2026-1")
def rebuild(
    context: typer.Context,
    references: list[str] = typer.Argument(None, help="Cases; all of them unless given."),
) -> None:
    """Make cases anew from their events alone, and compare: state, dates and positions must be the same."""
    at = desk(context)
    differing = 0
    with at.reading() as session:
        wanted = select(CASES.c.id, CASES.c.reference).order_by(CASES.c.id)
        if references:
            wanted = wanted.where(CASES.c.id.in_([at.case_id(session, r) for r in references]))
        rows = session.execute(wanted).all()
        for row in rows:
            differences = record.rebuild(session, row.id)
            differing += bool(differences)
            for each in differences:
                err.print(f"{row.reference}: {each}", markup=False)
    if differing:
        refuse(f"{differing} of {len(rows)} cases differ from their record.")
    out.print(f"{len(rows)} cases are what their events say.")


@app.command(epilog="Example: assent record bundle RP-2026-1 --to evidence.zip")
def bundle(
    context: typer.Context,
    reference: str = typer.Argument(..., help="Reference of the case."),
    to: Path = typer.Option(None, help="File to be written; REFERENCE.zip unless given."),
) -> None:
    """Write everything about a case to one file, with a small program that checks it without Assent."""
    at = desk(context)
    with at.reading() as session:
        at.case_id(session, reference)
        content = record.bundle(session, reference.upper())
    path = to or Path(f"{reference.upper()}.zip")
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        refuse(f"{path} is there already. Choose another name with --to.")
    except OSError as error:
        refuse(f"{path} cannot be written: {error.strerror}. Choose another place with --to.")
    out.print(f"{path}: {len(content)} bytes. Unpack it and run: python3 verify.py", markup=False)
    for name, each in record.left_out(content).items():
        found = f" ({each['found']})" if each["found"] else ""
        out.print(f"Left out: {name}: {each['why']}{found}.", markup=False)


@app.command(epilog="Example: assent record heads --to /mnt/other-host/heads.txt")
def heads(
    context: typer.Context,
    to: Path = typer.Option(None, help="File they are appended to, on another host; else they are printed."),
) -> None:
    """The heads of all chains, to be kept outside: without them a cut-off end would not show."""
    at = desk(context)
    with at.reading() as session:
        text = record.heads(session, at.now())
    if to is None:
        print(text, end="")
        return
    try:
        record.export_heads(to, text)
    except record.HeadsNotWritten as error:
        refuse(str(error))
    out.print(f"{to}: {len(text.splitlines())} heads appended.", markup=False)
