"""assent case: begin a case, list cases, show one, do something in one."""

from __future__ import annotations

import typer
from rich.table import Table
from sqlalchemy import select

from states import details
from states.commands import Actor, Command
from states.reasons import Refused
from states.zones import zone_of
from workflow import check, engine, house, queries
from workflow.cli import casefile
from workflow.cli.desk import (
    JSON,
    WRONG_USE,
    as_json,
    desk,
    given,
    out,
    refuse,
    refused,
    told_day,
)

app = typer.Typer(no_args_is_help=True, help="Cases: begin, list, show, act.")

REFERENCE = typer.Argument(..., help="Reference of the case, such as RP-2026-1.")


@app.command(
    epilog='Example: assent case new --title "Evian Project" --partner "Danone Group" --territory FR'
)
def new(
    context: typer.Context,
    title: str = typer.Option(..., help="Title of the proposal."),
    partner: str = typer.Option(..., help="Name of the partner."),
    sector: str = typer.Option("", help="The partner's sector."),
    home: str = typer.Option("", help="Home State of the partner, two letters."),
    email: str = typer.Option("", help="Where the partner is written to."),
    territory: str = typer.Option("", help="Parties concerned, with commas: FR,CH."),
    summary: str = typer.Option("", help="The proposal in a few sentences."),
    officer: str = typer.Option("", help="Sign-in name of the officer in charge."),
    procedure: str = typer.Option("ramsar-private", help="Procedure it begins under."),
    json_: bool = JSON,
) -> None:
    """Begin a case: a draft, under the newest edition of a procedure."""
    at = desk(context)
    law = check.require_sound(house.laws_of(at.settings).current(procedure))
    if law.status != "in force":
        refuse(f"{law.id} is a draft: it can be read and rehearsed, not opened.")
    zone = zone_of(law.timezone)
    about = {"name": partner, "sector": sector, "home": home.upper(), "email": email}
    with at.writing() as session:
        outcome = engine.open_case(
            session,
            law,
            title=title,
            partner={k: v for k, v in about.items() if v},
            territory=details.read("territory", territory.upper(), zone),
            officer=officer,
            summary=summary,
            now=at.now(),
        )
    if isinstance(outcome, Refused):
        refused(outcome)
    if json_:
        as_json(outcome)
    else:
        out.print(f"{outcome.reference} is a draft. Look at it: assent case show {outcome.reference}")


@app.command("list", epilog="Example: assent case list --state notification")
def list_(
    context: typer.Context,
    state: str = typer.Option("", help="Only cases in this state."),
    json_: bool = JSON,
) -> None:
    """Every case, the newest first, with the date that comes next."""
    at = desk(context)
    cases = queries.CASES
    with at.reading() as session:
        rows = session.execute(
            select(cases.c.id, cases.c.reference, cases.c.state, cases.c.title, cases.c.held_on)
            .where(cases.c.state == state if state else cases.c.id > 0)
            .order_by(cases.c.id.desc())
        ).all()
        due = queries.next_dates(session, [row.id for row in rows])
    if json_:
        as_json([{**row._mapping, "next": due.get(row.id)} for row in rows])
        return
    if not rows:
        known = "No case is in that state." if state else "There is no case yet. Begin one: assent case new"
        out.print(known)
        return
    shown = Table("case", "state", "next date", "title", box=None, padding=(0, 2, 0, 0))
    for row in rows:
        date = "on hold" if row.held_on else told_day(due[row.id]) if row.id in due else "-"
        shown.add_row(row.reference, row.state, date, row.title)
    out.print(shown)


@app.command(epilog="Example: assent case show RP-2026-1 --dates")
def show(
    context: typer.Context,
    reference: str = REFERENCE,
    dates: bool = typer.Option(False, "--dates", help="How each date was calculated, line by line."),
    timeline: bool = typer.Option(False, "--timeline", help="All events, not only the last ones."),
    json_: bool = JSON,
) -> None:
    """A case: where it is, what it waits for, who has answered what, and what may be done."""
    at = desk(context)
    with at.reading() as session:
        case_id = at.case_id(session, reference)
        if json_:
            as_json(casefile.as_data(session, case_id, at.now()))
            return
        casefile.show(out, session, case_id, at.now(), every_event=timeline)
        if dates:
            casefile.show_dates(out, session, case_id)


@app.command(
    epilog="Examples: assent case do RP-2026-1 submit   "
    "assent case do RP-2026-1 objection --by party:NO --with reasons='effects on a shared coast'"
)
def do(
    context: typer.Context,
    reference: str = REFERENCE,
    action: str = typer.Argument(..., help="An action of the procedure, or an answer."),
    by: str = typer.Option("officer", help="officer, head, legal, finance, party:FR, party:FR/nfp, seat:CA."),
    name: str = typer.Option("", help="Sign-in name of who acts."),
    with_: list[str] = typer.Option([], "--with", metavar="NAME=VALUE", help="A detail; may be repeated."),
    seen: int = typer.Option(-1, help="Number of the last event you saw: refused if there is a newer one."),
    key: str = typer.Option("", help="The same key does the same thing once."),
    json_: bool = JSON,
) -> None:
    """Do something in a case, or record somebody's answer; refused with every reason."""
    at = desk(context)
    try:
        actor = Actor.parse(by)
    except ValueError as error:
        refuse(str(error), WRONG_USE)
    with at.writing() as session:
        case_id = at.case_id(session, reference)
        found = engine.facts_of(session, case_id, at.now())
        assert found is not None
        zone = zone_of(found[0].timezone)
        told = given(with_, lambda detail, value: details.read(detail, value, zone))
        command = Command(
            action,
            Actor(actor.role, name, actor.party, actor.voice),
            told,
            expected_seq=seen if seen >= 0 else None,
            key=key,
        )
        outcome = engine.perform(session, case_id, command, at.now())
    if isinstance(outcome, Refused):
        refused(outcome)
    if json_:
        as_json(outcome)
        return
    out.print(f"{outcome.reference}: {', '.join(outcome.events)}; now in '{outcome.state}'.", markup=False)
    if outcome.letters:
        out.print(f"{outcome.letters} letters queued.")
