"""assent partners: the register of partner organizations, and the lists of those whom nobody works with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import typer
from rich.table import Table
from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from states.commands import Actor
from states.faults import meant
from workflow import engine, models, queries, register
from workflow.cli.desk import JSON, WRONG_USE, as_json, desk, err, out, refuse
from workflow.queries import CASES, EXCLUSIONS, MATCHES, PARTICIPATIONS, PARTNERS, is_of, table
from workflow.spreadsheet import ListRefused

app = typer.Typer(no_args_is_help=True, help="Partner organizations and exclusion lists.")

NAMES, OWNERS = table(models.PartnerName), table(models.PartnerOwner)


@app.command("list", epilog="Example: assent partners list --name water")
def list_(
    context: typer.Context,
    name: str = typer.Option("", help="Only those one of whose names holds this."),
    json_: bool = JSON,
) -> None:
    """Every partner, with how many cases it has and what of it waits for a decision."""
    with desk(context).reading() as session:
        names: dict[int, list[str]] = {}
        for row in session.execute(select(NAMES).order_by(NAMES.c.id)):
            names.setdefault(row.partner, []).append(row.name)
        wanted = register.folded(name)
        rows = [
            row
            for row in session.execute(select(PARTNERS).order_by(PARTNERS.c.id))
            if any(wanted in register.folded(each) for each in names.get(row.id, ()))
        ]
        cases: dict[int, int] = {}
        beside = select(PARTICIPATIONS.c.partner)
        for number in session.scalars(union_all(select(CASES.c.partner_record), beside)):
            cases[number] = cases.get(number, 0) + 1
        waiting = set(session.scalars(select(MATCHES.c.partner).where(MATCHES.c.is_match.is_(None))))
        stopped = set(session.scalars(select(MATCHES.c.partner).where(MATCHES.c.is_match)))
    if json_:
        as_json(
            [
                {**row._mapping, "names": names[row.id], "cases": cases.get(row.id, 0),
                 "undecided": row.id in waiting, "excluded": row.id in stopped}
                for row in rows
            ]
        )  # fmt: skip
        return
    shown = Table("", "partner", "home", "sector", "cases", "", box=None, padding=(0, 2, 0, 0))
    for row in rows:
        tag = (
            "[red]excluded[/]"
            if row.id in stopped
            else "[yellow]to be decided[/]"
            if row.id in waiting
            else ""
        )
        count = cases.get(row.id, 0)
        shown.add_row(str(row.id), row.name, row.home, row.sector, str(count), tag)
    out.print(shown)
    out.print(f"{len(rows)} partner{'' if len(rows) == 1 else 's'}.")


@app.command(epilog="Example: assent partners show 3")
def show(
    context: typer.Context,
    number: int = typer.Argument(..., help="Number of the partner, as the list shows it."),
    json_: bool = JSON,
) -> None:
    """One partner: its names, its owners, its cases, and names on exclusion lists that are like its own."""
    with desk(context).reading() as session:
        row = session.execute(select(PARTNERS).where(PARTNERS.c.id == number)).one_or_none()
        if row is None:
            refuse(f"There is no partner {number}. List them: assent partners list")
        family = register.family(session, number)
        names = list(
            session.scalars(select(NAMES.c.name).where(NAMES.c.partner == number).order_by(NAMES.c.id))
        )
        owners = session.execute(
            select(OWNERS.c.owner, OWNERS.c.starts, OWNERS.c.ends)
            .where(OWNERS.c.partner == number)
            .order_by(OWNERS.c.id)
        ).all()
        cases = session.execute(
            select(CASES.c.reference, CASES.c.title, CASES.c.state).where(is_of(family)).order_by(CASES.c.id)
        ).all()
        matches = session.execute(
            select(
                EXCLUSIONS.c.name, EXCLUSIONS.c.source, MATCHES.c.score, MATCHES.c.is_match, MATCHES.c.reason
            )
            .join(EXCLUSIONS, EXCLUSIONS.c.id == MATCHES.c.exclusion)
            .where(MATCHES.c.partner.in_(family))
            .order_by(EXCLUSIONS.c.id)
        ).all()
    if json_:
        parts = {"owners": owners, "cases": cases, "matches": matches}
        told = {name: [dict(each._mapping) for each in rows] for name, rows in parts.items()}
        as_json({**row._mapping, "names": names, "one_with": family, **told})
        return
    out.print(f"[bold]{row.name}[/] ({row.id}){', ' + row.home if row.home else ''}", highlight=False)
    for label, value in (("sector", row.sector), ("names", "; ".join(names)), ("note", row.note)):
        if value:
            out.print(f"  {label}: {value}", markup=False)
    for owner in owners:
        span = " ".join(str(day) for day in (owner.starts, "to", owner.ends) if day) if owner.starts else ""
        out.print(f"  owner: {owner.owner} {span}".rstrip(), markup=False)
    if row.merged_into:
        out.print(f"  part of number {row.merged_into} since {row.merged_on}")
    for case in cases:
        out.print(f"  {case.reference}  {case.state}  {case.title}", markup=False)
    for each in matches:
        how = "to be decided" if each.is_match is None else "the same" if each.is_match else "not the same"
        why = f": {each.reason}" if each.reason else ""
        out.print(f"  like {each.name} ({each.source}), {each.score} of 100, {how}{why}", markup=False)


CASE = typer.Argument(..., metavar="CASE", help="Reference of the case, such as RP-2026-1.")


@app.command(epilog="Example: assent partners join 3 RP-2026-1 --by-day 2026-12-31")
def join(
    context: typer.Context,
    number: int = typer.Argument(..., help="Number of the partner, as the list shows it."),
    reference: str = CASE,
    role: str = typer.Option("co_partner", help="co_partner, or member: of the umbrella organization."),
    by_day: str = typer.Option(..., "--by-day", metavar="DAY", help="By when it is looked into."),
    name: str = typer.Option("", "--by", metavar="NAME", help="Sign-in name of whoever decides it."),
) -> None:
    """Let a partner take part in a case beside the case's own; the case looks into it by that day."""
    at = desk(context)
    try:
        due = date.fromisoformat(by_day)
    except ValueError:
        refuse(f"'{by_day}' is not a day. Write it as 2026-12-31.", WRONG_USE)
    with at.writing() as session:
        case_id = _case(session, reference)
        _try(lambda: engine.join_case(session, number, case_id, role, Actor("officer", name), due, at.now()))
    out.print(f"Partner {number} takes part in {reference}.")


@app.command(epilog="Example: assent partners leave 3 RP-2026-1")
def leave(
    context: typer.Context,
    number: int = typer.Argument(..., help="Number of the partner, as the list shows it."),
    reference: str = CASE,
) -> None:
    """Let a partner take no part in a case any more."""
    at = desk(context)
    with at.writing() as session:
        case_id = _case(session, reference)
        _try(lambda: register.leave_case(session, number, case_id, actor="officer", now=at.now()))
    out.print(f"Partner {number} takes no part in {reference}.")


def _case(session: Session, reference: str) -> int:
    found = queries.case_id_of(session, reference)
    if found is None:
        hint = meant(reference, queries.references(session))
        refuse(f"There is no case {reference}: {hint}")
    return found


def _try(act: Callable[[], object]) -> None:
    try:
        act()
    except register.RegisterRefused as refused:
        refuse(" ".join(refused.faults))


@app.command("import-exclusions", epilog="Example: assent partners import-exclusions list.csv")
def import_exclusions(
    context: typer.Context,
    file: Path = typer.Argument(..., help="CSV file; columns: name, source, aliases, until, note."),
    json_: bool = JSON,
) -> None:
    """Take over an exclusion list: all of it, or nothing while any row has a fault; every fault is shown.

    Partners with names like those of the list are noted; a person decides on each, on the page of exclusions.
    """
    at = desk(context)
    try:
        lines = register.read_exclusions(file.read_bytes())
    except OSError as error:
        refuse(f"{file} cannot be read: {error.strerror}. Give the path of a CSV file.", WRONG_USE)
    except ListRefused as refused:
        count = len(refused.faults)
        err.print(
            f"{file}: {count} fault{'s' if count != 1 else ''}; nothing was taken.",
            style="bold red", markup=False,
        )  # fmt: skip
        for fault in refused.faults:
            err.print(f"  {fault}", markup=False)
        raise typer.Exit(1) from None
    with at.writing() as session:
        before = len(session.execute(select(MATCHES.c.partner)).all())
        plan = register.import_exclusions(session, lines, actor="officer", now=at.now())
        found = len(session.execute(select(MATCHES.c.partner)).all()) - before
    if json_:
        as_json({"plan": plan, "found": found})
        return
    out.print(
        f"{len(plan.added)} new and {len(plan.changed)} changed were taken over; {plan.unchanged} are as they"
        f" were. {found} partner{'' if found == 1 else 's'} to be decided on: see /exclusions."
    )
