"""The accounts of a case: a statement at any day, its entries, and what may be booked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from workflow import accounts, i18n, spreadsheet
from workflow.accounts import COLUMNS, Statement, statement
from workflow.register.cells import BadValue, day
from workflow.web import references
from workflow.web.deeds import ACCOUNTS, Deed, deeds_of, what_was_done
from workflow.web.hand import case_or_404, look_at
from workflow.web.people import Person, sees
from workflow.web.showing import language_of, page, say
from workflow.web.site import site_of
from workflow.web.workbook import Cell, attached, plain, write

router = APIRouter()

CASE = f"/cases/{{reference:{references.KIND}}}"
#: Column of a statement -> its heading.
HEADINGS = {
    "pledged": "Pledged",
    "in_kind": "In kind",
    "received": "Received",
    "spent": "Spent",
    "held": "In suspense",
    "refunded": "Sent back",
}


@router.get(f"{CASE}/accounts", name="accounts")
def show(request: Request, reference: str, person: Person = sees("accounts")) -> Response:
    """The statement, and what may be booked."""
    site, language = site_of(request), language_of(request)
    on, faults = _day_asked(request)
    with site.reading() as session:
        case_id, law, facts = look_at(site, session, reference)
        found = statement(session, case_id, on)
        deeds = deeds_of(session, law, facts, person, f"/cases/{reference}", language)
    return page(
        request,
        "accounts.html",
        reference=reference,
        case=facts.case,
        law=law,
        found=found,
        wrong=[i18n.refusal(accounts.told(each), language) for each in found.wrong],
        money=lambda amount, currency: i18n.amount(amount, currency, language),
        headings=HEADINGS,
        columns=_used(found),
        deeds=[deed for deed in deeds.possible if deed.page == ACCOUNTS and not deed.about_one],
        refused=[deed for deed in deeds.refused if deed.page == ACCOUNTS],
        one=_about_one(deeds.possible),
        suspense=frozenset(entry.no for entry in found.held),
        on=on,
        done=what_was_done(law, request, language),
        faults=faults,
        query=f"?on={on}" if on else "",
    )


@router.get(f"{CASE}/accounts.csv", name="accounts_csv")
def as_csv(request: Request, reference: str, person: Person = sees("accounts")) -> Response:
    """The entries as CSV; amounts as they are kept."""
    headers, rows, name = _file(request, reference)
    return attached(spreadsheet.write(headers, [[plain(c) for c in row] for row in rows]), f"{name}.csv")


@router.get(f"{CASE}/accounts.xlsx", name="accounts_xlsx")
def as_workbook(request: Request, reference: str, person: Person = sees("accounts")) -> Response:
    """The entries as a workbook; amounts as numbers that can be added up."""
    headers, rows, name = _file(request, reference)
    return attached(write(name, headers, rows), f"{name}.xlsx")


def _file(request: Request, reference: str) -> tuple[list[str], list[list[Cell]], str]:
    language = language_of(request)
    on, _ = _day_asked(request)
    with site_of(request).reading() as session:
        found = _statement(session, reference, on)
    words = ("Entry", "Day", "Kind", "From or to", "Purpose", "Currency", *HEADINGS.values(), "Balance")
    rows: list[list[Cell]] = []
    for account in found.accounts:
        for line in account.lines:
            entry = line.entry
            kind = i18n.word("entry", entry.kind, language)
            about = f"{kind} ({entry.of})" if entry.of else kind
            amounts: list[Cell] = [getattr(line.moves, name) or None for name in COLUMNS]
            rows.append(
                [entry.no, entry.on, about, entry.who, entry.purpose, entry.currency, *amounts, line.balance]
            )
    return [say(word, language) for word in words], rows, f"{reference}-accounts"


def _statement(session: Session, reference: str, on: date | None) -> Statement:
    return statement(session, case_or_404(session, reference), on)


def _day_asked(request: Request) -> tuple[date | None, list[str]]:
    given = request.query_params.get("on", "").strip()
    if not given:
        return None, []
    try:
        return day(given), []
    except BadValue as bad:
        return None, [str(bad)]


def _used(found: Statement) -> list[str]:
    """The columns in which something stands: a partnership without contributions in kind needs none."""
    lines = [line for account in found.accounts for line in account.lines]
    return [name for name in COLUMNS if any(getattr(line.moves, name) for line in lines)]


def _about_one(possible: Sequence[Deed]) -> dict[str, Any]:
    """Act on one entry -> the deed, for the links beside each row."""
    return {deed.does: deed for deed in possible if deed.page == ACCOUNTS and deed.about_one}
