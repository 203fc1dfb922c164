"""assent letters: what waits to be sent, what was sent, what was set aside; and the paused queue."""

from __future__ import annotations

import typer
from rich.markup import escape
from rich.table import Table
from sqlalchemy import func, select

from workflow import models, outbox
from workflow.cli.desk import JSON, as_json, desk, out
from workflow.queries import CASES, LETTERS, table

app = typer.Typer(no_args_is_help=True, help="Letters: the queue, what was sent, what was set aside.")

QUEUE = table(models.Queue)


@app.command("list", epilog="Example: assent letters list --status waiting")
def list_(
    context: typer.Context,
    status: str = typer.Option("", help="waiting, sending, sent, refused, given_up or withheld."),
    case: str = typer.Option("", help="Only those of this case."),
    newest: int = typer.Option(40, help="How many, the newest first."),
    json_: bool = JSON,
) -> None:
    """Letters and what has become of them, and whether the queue runs."""
    at = desk(context)
    names = ("id", "status", "email", "subject", "created_at", "sent_at", "possibly_twice")
    wanted = (
        select(CASES.c.reference, *(LETTERS.c[name] for name in names))
        .select_from(LETTERS)
        .outerjoin(CASES, CASES.c.id == LETTERS.c.case_id)
        .order_by(LETTERS.c.id.desc())
        .limit(newest)
    )
    counted = select(LETTERS.c.status, func.count()).group_by(LETTERS.c.status)
    with at.reading() as session:
        if status:
            wanted = wanted.where(LETTERS.c.status == status)
        if case:
            mine = LETTERS.c.case_id == at.case_id(session, case)
            wanted, counted = wanted.where(mine), counted.where(mine)
        rows = session.execute(wanted).all()
        counts = {row[0]: row[1] for row in session.execute(counted)}
        paused = session.execute(select(QUEUE).where(QUEUE.c.paused_at.is_not(None))).one_or_none()
    if json_:
        pause = (
            {"since": paused.paused_at, "reason": paused.reason, "remedy": paused.remedy} if paused else None
        )
        as_json({"paused": pause, "counts": counts, "letters": [dict(row._mapping) for row in rows]})
        return
    if paused:
        out.print(f"[bold red]The queue is paused[/] since {paused.paused_at:%Y-%m-%d %H:%M} UTC.")
        out.print(f"  {escape(paused.reason)} {escape(paused.remedy)}")
        out.print("  When that is done: assent letters resume")
    told = ", ".join(f"{count} {word.replace('_', ' ')}" for word, count in sorted(counts.items()))
    out.print(told or "There are no letters yet.")
    shown = Table("case", "status", "to", "subject", box=None, padding=(0, 2, 0, 0))
    for row in rows:
        twice = " (possibly twice)" if row.possibly_twice else ""
        shown.add_row(row.reference or "-", row.status + twice, row.email, escape(row.subject))
    if rows:
        out.print(shown)


@app.command(epilog="Example: assent letters resume")
def resume(context: typer.Context) -> None:
    """Let a paused queue run again; everything that waits is sent."""
    at = desk(context)
    with at.writing() as session:
        was_paused = outbox.resume(session)
    out.print("The queue runs again." if was_paused else "The queue was not paused.")
