"""The accounts in a report: every entry of a case, and the sums of all cases, worked out from the ledger."""

from __future__ import annotations

from collections.abc import Iterable

from notifications.paper import Block, Facts, Grid, Heading, Text
from states.ledger import Entry, Sums
from workflow.accounts import Account, Statement
from workflow.reports.tongue import Tongue

#: Sum of the ledger -> what a statement calls it.
NAMES = {
    "pledged": "Pledged",
    "in_kind": "In kind",
    "received": "Received",
    "spent": "Spent",
    "held": "Held in suspense",
    "refunded": "Refunded",
}


def statement_of(of: Statement, say: Tongue) -> list[Block]:
    """The accounts of one case; nothing while nothing was booked."""
    if not of.accounts:
        return []
    blocks: list[Block] = [Heading(say.t("Contributions and accounts"))]
    if of.on is not None:
        blocks.append(Text((say.t("As at {day}.", day=say.day(of.on)),), is_quiet=True))
    for account in of.accounts:
        blocks += _account(account, say)
    blocks.append(_verdict([of], say))
    return blocks


def totals_of(statements: Iterable[Statement], say: Tongue) -> list[Block]:
    """The sums of several cases, currency by currency, and of each case beside them."""
    every = [each for each in statements if each.accounts]
    if not every:
        return []
    blocks: list[Block] = [Heading(say.t("Accounts of all partnerships"))]
    for currency in sorted({account.currency for each in every for account in each.accounts}):
        rows, whole = [], Sums()
        for each in every:
            for account in each.accounts:
                if account.currency == currency:
                    whole += account.sums
                    rows.append((each.reference, *_sums(account.sums, currency, say)))
        rows.append((say.t("Sum"), *_sums(whole, currency, say)))
        columns = (say.t("Case"), *(say.t(name) for name in NAMES.values()), say.t("Balance"))
        blocks.append(
            Grid(
                columns,
                tuple(rows),
                caption=say.t("Amounts in {currency}", currency=currency),
                figures=frozenset(range(1, len(columns))),
                has_sum=True,
                widths=(7, 6, 6, 6, 6, 6, 7, 6),
            )
        )
    blocks.append(_verdict(every, say))
    return blocks


def _account(of: Account, say: Tongue) -> list[Block]:
    rows = [
        (
            say.day(line.entry.on),
            say.word("entry", line.entry.kind),
            _told(line.entry, say),
            say.amount(line.entry.amount, of.currency),
            say.amount(line.balance, of.currency),
        )
        for line in of.lines
    ]
    columns = (say.t("Date"), say.t("Entry"), say.t("Source, purpose"), say.t("Amount"), say.t("Balance"))
    caption = say.t("Amounts in {currency}", currency=of.currency)
    named = zip(NAMES.values(), _sums(of.sums, of.currency, say), strict=False)
    sums = [(say.t(name), said) for name, said in named]
    sums.append((say.t("Balance"), say.amount(of.sums.balance, of.currency)))
    return [
        Grid(columns, tuple(rows), caption=caption, figures=frozenset({3, 4}), widths=(7, 5, 9, 5, 5)),
        Facts(tuple((name, f"{said} {of.currency}") for name, said in sums)),
    ]


def _told(entry: Entry, say: Tongue) -> str:
    about = say.t("entry {number}", number=entry.of) if entry.of else ""
    held = say.t("held in suspense") if entry.is_held else ""
    return ", ".join(each for each in (entry.who, entry.purpose, about, held) if each)


def _sums(of: Sums, currency: str, say: Tongue) -> list[str]:
    return [*(say.amount(getattr(of, name), currency) for name in NAMES), say.amount(of.balance, currency)]


def _verdict(of: Iterable[Statement], say: Tongue) -> Text:
    """Whether it adds up, in so many words."""
    wrong = [each.reference for each in of if not each.adds_up]
    if wrong:
        told = say.t("The accounts of {cases} do not add up: see their pages.", cases=", ".join(wrong))
        return Text((told,), is_strong=True)
    return Text(
        (say.t("The statement adds up: in every currency, receipts less expenditure are the balance."),)
    )
