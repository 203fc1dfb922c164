"""assent mail: mail that comes in through a pipe, from the mailbox, and reading again what is kept."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Row, select

from workflow import db, inbox, mailbox
from workflow.cli.desk import JSON, as_json, desk, out, refuse
from workflow.inbox.keeping import MAIL, READINGS
from workflow.queries import CASES

#: What a mail server takes as "try again later" from a program it pipes mail into (EX_TEMPFAIL).
TRY_AGAIN = 75

app = typer.Typer(no_args_is_help=True, help="Mail that comes in: through a pipe, from the mailbox, again.")


@app.command("in", epilog="Example: assent mail in --to case+RP-2026-4@cases.example.org < message.eml")
def in_(
    context: typer.Context,
    to: list[str] = typer.Option([], "--to", help="Recipient of the envelope; may be given several times."),
    sender: str = typer.Option("", "--from", help="Sender of the envelope."),
    file: Path = typer.Option(None, help="The message; else it is read from the standard input."),
) -> None:
    """Keep one message and file it; the same message twice is kept once."""
    raw = file.read_bytes() if file is not None else sys.stdin.buffer.read()
    if not raw.strip():
        refuse("The message is empty. Give it on the standard input, or with --file.")
    at = desk(context)
    try:
        with at.writing() as session:
            kept = inbox.keep(session, raw, "pipe", at.now(), sender=sender, recipients=to)
    except db.DatabaseError as error:
        refuse(f"The message was not kept: {error}", TRY_AGAIN)
    inbox.file_new(at.engine, at.now)
    with at.reading() as session:
        row = inbox.message(session, kept.id)
    assert row is not None
    again = "" if kept.is_new else " (it was kept before)"
    out.print(f"Mail {kept.id}{again}: {_told(row)}")


@app.command(epilog="Example: assent mail fetch")
def fetch(context: typer.Context) -> None:
    """Look into the mailbox once, and file what is new."""
    at = desk(context)
    if not at.settings.mailbox.host:
        refuse("There is no mailbox to look into: set mailbox.host.")
    new = mailbox.look(at.engine, at.settings.mailbox, at.now)
    done = inbox.file_new(at.engine, at.now)
    out.print(f"{new} new messages. {done.answers} answers counted, {done.waiting} wait for an officer.")


@app.command(epilog="Example: assent mail reread 17 18")
def reread(
    context: typer.Context, numbers: list[int] = typer.Argument(None, help="Only these; none: all.")
) -> None:
    """Read mail again that is kept; what waits is matched anew, what was decided stays."""
    at = desk(context)
    done = inbox.read_again(at.engine, at.now, numbers or ())
    out.print(f"Read again. {done.read} filed anew, {done.waiting} of them wait for an officer.")


@app.command("list", epilog="Example: assent mail list --status waiting")
def list_(
    context: typer.Context,
    status: str = typer.Option("", help="new, waiting, filed, dropped or copy."),
    newest: int = typer.Option(40, help="How many, the newest first."),
    json_: bool = JSON,
) -> None:
    """Mail that came in, and what was made of it."""
    names = ("status", "reason", "verdict", "from_email", "subject", "word", "certainty", "matched_by")
    wanted = (
        select(MAIL.c.id, MAIL.c.received_at, CASES.c.reference, *(READINGS.c[name] for name in names))
        .join(READINGS, READINGS.c.mail_id == MAIL.c.id)
        .outerjoin(CASES, CASES.c.id == READINGS.c.case_id)
        .order_by(MAIL.c.id.desc())
        .limit(newest)
    )
    if status:
        wanted = wanted.where(READINGS.c.status == status)
    at = desk(context)
    with at.reading() as session:
        rows = session.execute(wanted).all()
        counts = inbox.counts(session)
    if json_:
        as_json({"waiting": counts, "mail": [dict(row._mapping) for row in rows]})
        return
    out.print(f"{sum(counts.values())} wait for an officer." if counts else "Nothing waits.")
    shown = Table("mail", "case", "status", "from", "subject", "answer", box=None, padding=(0, 2, 0, 0))
    for row in rows:
        answer = f"{row.word} ({row.certainty})" if row.word else ""
        reason = f"{row.status}: {row.reason}" if row.reason else row.status
        case = row.reference or "-"
        shown.add_row(str(row.id), case, reason, escape(row.from_email), escape(row.subject[:60]), answer)
    if rows:
        out.print(shown)


def _told(row: Row[Any]) -> str:
    """What became of a message, in a line."""
    where = row.reference or "no case"
    if row.status == "waiting":
        return f"waits, with {where}. {inbox.WAITS.get(row.reason, row.reason)}"
    return f"{row.status}, with {where} ({row.reason.replace('_', ' ')})."
