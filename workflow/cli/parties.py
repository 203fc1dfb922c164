"""assent parties: take over a list of Parties and contacts, look at them, compare."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import NoReturn

import typer
from rich.table import Table
from sqlalchemy import func, select

from workflow import engine, models, people, register
from workflow.cli.desk import JSON, WRONG_USE, as_json, desk, err, out, refuse
from workflow.queries import PARTIES, table
from workflow.spreadsheet import ListRefused

app = typer.Typer(no_args_is_help=True, help="Parties and their contacts.")

CONTACTS = table(models.Contact)
FILE = typer.Argument(..., help="CSV file; columns: iso2, name_en, ... role, email (see --help).")
REGISTER = typer.Option(
    "ramsar", "--register", "--treaty", help="Of which treaty: ramsar, basel, cites, or a name of one's own."
)


@app.command("import", epilog="Example: assent parties import parties.csv")
def import_(context: typer.Context, file: Path = FILE, into: str = REGISTER, json_: bool = JSON) -> None:
    """Take over a list: all of it, or nothing while any row has a fault; every fault is shown.

    Columns of a Party: iso2, iso3, name_en, name_fr, name_es, region, language, timezone, entry_into_force,
    leaves. Of a contact: role (head, nfp, mission, ministry, other), name, title, email, postal_address (its
    lines parted by semicolons), contact_language, contact_starts, contact_ends. A second import changes only
    what changed; nobody is ever removed by it.
    """
    at = desk(context)
    listed = _read(file)
    with at.writing() as session:
        try:
            plan = register.import_parties(
                session, into, listed, actor="officer", now=at.now(), source=file.name
            )
        except ListRefused as refused:
            _refuse(file, refused)
        if not plan.is_empty:
            engine.register_changed(session, f"import of {file.name}", at.now())
    _tell(plan, json_, done=True)


@app.command(epilog="Example: assent parties diff parties.csv")
def diff(context: typer.Context, file: Path = FILE, into: str = REGISTER, json_: bool = JSON) -> None:
    """Show what an import would change; change nothing."""
    at = desk(context)
    listed = _read(file)
    with at.reading() as session:
        try:
            plan = register.compare(session, into, listed)
        except ListRefused as refused:
            _refuse(file, refused)
    _tell(plan, json_, done=False)


@app.command(
    "list", epilog="Examples: assent parties list --on 2024-06-17   assent parties list --csv > parties.csv"
)
def list_(
    context: typer.Context,
    on: str = typer.Option("", help="Only the Parties of this day, such as 2024-06-17."),
    unreachable: bool = typer.Option(False, "--unreachable", help="Only those without a usable contact."),
    csv: bool = typer.Option(False, "--csv", help="All of it as a list that can be imported again."),
    of: str = REGISTER,
    json_: bool = JSON,
) -> None:
    """The Parties, when they became one, and how many contacts each has."""
    at = desk(context)
    with at.reading() as session:
        if csv:
            sys.stdout.buffer.write(register.export(session, of))
            return
        day = _day(on) if on else at.now().date()
        lost = set(people.unreachable(session, of, day))
        counted = (
            select(CONTACTS.c.party, func.count().label("contacts"))
            .where(CONTACTS.c.register == of)
            .group_by(CONTACTS.c.party)
            .subquery()
        )
        rows = session.execute(
            select(PARTIES, func.coalesce(counted.c.contacts, 0).label("contacts"))
            .outerjoin(counted, counted.c.party == PARTIES.c.code)
            .where(PARTIES.c.register == of)
            .order_by(PARTIES.c.name_en)
        ).all()
    if on:
        rows = [r for r in rows if r.joins <= day and (r.leaves is None or day < r.leaves)]
    if unreachable:
        rows = [r for r in rows if r.code in lost]
    if json_:
        as_json([{**row._mapping, "reachable": row.code not in lost} for row in rows])
        return
    shown = Table("", "Party", "region", "language", "since", "contacts", box=None, padding=(0, 2, 0, 0))
    for row in rows:
        contacts = f"[red]{row.contacts}, none usable[/]" if row.code in lost else str(row.contacts)
        leaves = f" until {row.leaves}" if row.leaves else ""
        shown.add_row(row.code, row.name_en, row.region, row.language, f"{row.joins}{leaves}", contacts)
    out.print(shown)
    out.print(f"{len(rows)} Parties.")


def _read(file: Path) -> register.PartyList:
    try:
        return register.read(file.read_bytes())
    except OSError as error:
        refuse(f"{file} cannot be read: {error.strerror}. Give the path of a CSV file.", WRONG_USE)
    except ListRefused as refused:
        _refuse(file, refused)


def _refuse(file: Path, refused: ListRefused) -> NoReturn:
    count = len(refused.faults)
    err.print(
        f"{file}: {count} fault{'s' if count != 1 else ''}; nothing was taken.",
        style="bold red",
        markup=False,
    )
    for fault in refused.faults:
        err.print(f"  {fault}", markup=False)
    raise typer.Exit(1)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        refuse(f"--on: '{text}' is not a date. Write it as 2024-06-17.", WRONG_USE)


def _tell(plan: register.Plan, json_: bool, *, done: bool) -> None:
    if json_:
        as_json(plan)
        return
    for change in plan.added:
        out.print(f"[green]new[/]      {change.label}")
    for change in plan.changed:
        out.print(f"[yellow]changed[/]  {change.label}")
        for line in change.lines():
            out.print(f"           {line}", markup=False)
    for _, label in plan.missing:
        out.print(f"[dim]not in the list, kept as it is: {label}[/]")
    verb = "were taken over" if done else "would be taken over"
    out.print(
        f"{len(plan.added)} new and {len(plan.changed)} changed {verb}; {plan.unchanged} are as they were."
    )
