"""assent report: what a case owes to others, as tables and files."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal

import typer
from rich.table import Table

from states.ledger import Entry
from workflow import accounts, i18n, spreadsheet
from workflow.accounts import COLUMNS, Statement
from workflow.cli.cases import REFERENCE
from workflow.cli.desk import JSON, REFUSED, WRONG_USE, as_json, desk, err, out, refuse

app = typer.Typer(no_args_is_help=True, help="Reports and statements.")


@app.callback()
def reports() -> None:
    """Reports and statements."""


@app.command("accounts", epilog="Example: assent report accounts RP-2026-1 --on 2026-12-31")
def of_accounts(
    context: typer.Context,
    reference: str = REFERENCE,
    on: str = typer.Option("", help="At the end of this day, such as 2026-12-31; else all there is."),
    csv: bool = typer.Option(False, "--csv", help="The entries as a list for a spreadsheet."),
    json_: bool = JSON,
) -> None:
    """The statement of accounts of a case: every entry, the sums of each currency, and that they add up.

    A row that does not fit the others or the record is named, and the exit code is 1.
    """
    at = desk(context)
    with at.reading() as session:
        found = accounts.statement(session, at.case_id(session, reference), _day(on))
    if json_:
        as_json(_data(found))
    elif csv:
        sys.stdout.buffer.write(_listed(found))
    else:
        _show(found)
    if not found.adds_up:
        raise typer.Exit(REFUSED)


def _show(found: Statement) -> None:
    until = f", at the end of {found.on}" if found.on else ""
    out.print(f"Accounts of {found.reference}, {found.title} ({found.partner}){until}", markup=False)
    if not found.accounts:
        out.print("Nothing is booked.")
    for account in found.accounts:
        used = [name for name in COLUMNS if any(getattr(line.moves, name) for line in account.lines)]
        columns = [account.currency, "day", "what", *(name.replace("_", " ") for name in used), "balance"]
        shown = Table(*columns, box=None, padding=(0, 2, 0, 0))
        for column in shown.columns[3:]:
            column.justify = "right"

        def money(amount: Decimal, currency: str = account.currency) -> str:
            return i18n.amount(amount, currency, "en")

        for line in account.lines:
            entry = line.entry
            about = f" of {entry.of}" if entry.of else ""
            what = f"{i18n.word('entry', entry.kind, 'en')}{about}: {entry.who}, {entry.purpose}"
            amounts = [getattr(line.moves, name) for name in used]
            told = [money(amount) if amount else "" for amount in amounts]
            shown.add_row(str(entry.no), str(entry.on), what, *told, money(line.balance))
        sums = [money(getattr(account.sums, name)) for name in used]
        shown.add_row("", "", "sum", *sums, money(account.sums.balance), style="bold")
        out.print(shown)
        if account.overdrawn_on:
            out.print(f"[yellow]More was spent than received, since {account.overdrawn_on}.[/]")
    for entry in found.held:
        out.print(f"In suspense: {entry.amount} {entry.currency} of {entry.who} ({entry.no}).", markup=False)
    if found.adds_up:
        out.print("[green]The statement adds up[/]: every row fits the others and the record of the case.")
        return
    err.print("The statement does not add up.", style="bold red")
    for each in found.wrong:
        err.print(f"  {accounts.told(each)}", markup=False)


def _data(found: Statement) -> dict[str, object]:
    """The statement as data; amounts as text, which no program rounds."""
    return {
        "reference": found.reference,
        "on": found.on,
        "adds_up": found.adds_up,
        "wrong": [accounts.told(each) for each in found.wrong],
        "in_suspense": [entry.no for entry in found.held],
        "accounts": [
            {
                "currency": account.currency,
                "sums": {name: str(getattr(account.sums, name)) for name in (*COLUMNS, "balance")},
                "entries": [{"balance": str(line.balance), **_entry(line.entry)} for line in account.lines],
            }
            for account in found.accounts
        ],
    }


def _entry(entry: Entry) -> dict[str, object]:
    names = ("no", "kind", "amount", "currency", "on", "who", "purpose", "is_held", "of")
    return {name: getattr(entry, name) for name in names}


def _listed(found: Statement) -> bytes:
    headers = ["entry", "day", "kind", "of", "who", "purpose", "currency", *COLUMNS, "balance"]
    rows = [
        [str(e.no), str(e.on), e.kind, str(e.of or ""), e.who, e.purpose, e.currency,
         *(str(getattr(line.moves, name) or "") for name in COLUMNS), str(line.balance)]
        for account in found.accounts
        for line in account.lines
        for e in (line.entry,)
    ]  # fmt: skip
    return spreadsheet.write(headers, rows)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        refuse(f"--on: '{text}' is not a date. Write it as 2026-12-31.", WRONG_USE)
