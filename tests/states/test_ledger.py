"""The accounts add up: in every currency, on every day, whatever was booked, held, released, corrected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from states import ledger
from states.ledger import Entry, Sums, Wrong

FIRST = date(2024, 1, 1)
CURRENCIES = ("CHF", "EUR", "JPY")


@st.composite
def books(draw: st.DrawFn) -> list[Entry]:
    """Entries as the acts would book them: nothing is settled or taken back twice."""
    entries: list[Entry] = []
    for no in range(1, draw(st.integers(0, 25)) + 1):
        kind = draw(st.sampled_from((*ledger.BOOKED, ledger.RELEASE, ledger.REFUND, ledger.CORRECTION)))
        possible = ledger.correctable(entries) if kind == ledger.CORRECTION else ledger.in_suspense(entries)
        if kind in ledger.BOOKED:
            cents = draw(st.integers(1, 10**12))
            entry = Entry(
                no, kind, str(Decimal(cents).scaleb(-2)), draw(st.sampled_from(CURRENCIES)),
                FIRST + timedelta(draw(st.integers(0, 400))),
                is_held=draw(st.booleans()) and kind == "receipt",
            )  # fmt: skip
        elif possible:
            other = draw(st.sampled_from(possible))
            later = other.on + timedelta(draw(st.integers(0, 100)))
            entry = Entry(no, kind, other.amount, other.currency, later, of=other.no)
        else:
            continue
        entries.append(entry)
    return entries


def by_hand(entries: Sequence[Entry], currency: str, on: date) -> tuple[Decimal, Decimal]:
    """Receipts and expenditure up to a day, counted without the code under test."""
    by_no = {e.no: e for e in entries}
    received = spent = Decimal(0)
    for each in entries:
        sign, real = (-1, by_no[each.of]) if each.kind == "correction" else (1, each)
        if each.currency != currency or each.on > on:
            continue
        if real.kind == "release" or (real.kind == "receipt" and not real.is_held):
            received += sign * Decimal(each.amount)
        elif real.kind == "spending":
            spent += sign * Decimal(each.amount)
    return received, spent


@given(books())
def test_receipts_less_expenditure_are_the_balance_in_every_currency_on_every_day(
    entries: list[Entry],
) -> None:
    days = sorted({e.on for e in entries} | {FIRST - timedelta(1), date(2030, 1, 1)})
    for day in days:
        found = ledger.sums(entries, day)
        for currency in CURRENCIES:
            received, spent = by_hand(entries, currency, day)
            mine = found.get(currency, Sums())
            assert (mine.received, mine.spent, mine.balance) == (received, spent, received - spent)


@given(books())
def test_all_money_that_came_in_is_at_hand_spent_in_suspense_or_gone_back(entries: list[Entry]) -> None:
    gone = ledger.undone(entries)
    for currency, found in ledger.sums(entries).items():
        receipts = [e for e in entries if e.kind == "receipt" and e.currency == currency and e.no not in gone]
        assert found.came_in == sum((Decimal(e.amount) for e in receipts), Decimal(0))
        assert found.came_in == found.balance + found.spent + found.held + found.refunded


@given(books())
def test_what_the_acts_book_is_never_found_wrong(entries: list[Entry]) -> None:
    assert list(ledger.wrong(entries)) == []


@given(books())
def test_what_is_taken_back_leaves_the_sums_as_if_it_had_not_been(entries: list[Entry]) -> None:
    possible = ledger.correctable(entries)
    if not possible:
        return
    other = possible[-1]
    after = [*entries, Entry(99, "correction", other.amount, other.currency, other.on, of=other.no)]
    without = [e for e in entries if e.no != other.no]

    zero = {c: s for c, s in ledger.sums(after).items() if s != Sums()}
    assert zero == {c: s for c, s in ledger.sums(without).items() if s != Sums()}


RECEIPT = Entry(3, "receipt", "100.00", "CHF", FIRST, is_held=True)


def test_nothing_is_taken_back_on_which_another_entry_rests() -> None:
    release = Entry(4, "release", "100.00", "CHF", FIRST, of=3)
    correction = Entry(5, "correction", "100.00", "CHF", FIRST, of=4)

    assert ledger.correctable([RECEIPT, release]) == [release]
    assert ledger.correctable([RECEIPT, release, correction]) == [RECEIPT]


def test_a_row_that_does_not_fit_is_named_with_what_is_wrong_with_it() -> None:
    release = Entry(4, "release", "100.00", "CHF", FIRST, of=3)
    table = {
        "nothing": [RECEIPT, replace(release, of=7)],
        "another amount": [RECEIPT, replace(release, amount="90.00")],
        "another currency": [RECEIPT, replace(release, currency="EUR")],
        "a release of what is not held": [replace(RECEIPT, is_held=False), release],
        "before it came": [RECEIPT, replace(release, on=FIRST - timedelta(1))],
        "released twice": [RECEIPT, release, replace(release, no=5)],
        "released, then sent back": [RECEIPT, release, replace(release, no=5, kind="refund")],
        "no amount": [replace(RECEIPT, amount="-5.00")],
    }

    assert {name: list(ledger.wrong(rows)) for name, rows in table.items()} == {
        "nothing": [Wrong(4, "missing", 7)],
        "another amount": [Wrong(4, "differs", 3)],
        "another currency": [Wrong(4, "differs", 3)],
        "a release of what is not held": [Wrong(4, "unfit", 3)],
        "before it came": [Wrong(4, "early", 3)],
        "released twice": [Wrong(5, "twice", 3)],
        "released, then sent back": [Wrong(5, "twice", 3)],
        "no amount": [Wrong(3, "amount")],
    }
