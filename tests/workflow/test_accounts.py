"""The statement of accounts: it adds up on both databases, and names the row that was tampered with."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from states.ledger import Sums, Wrong
from tests import build
from tests.web.brought import case_in
from workflow import db, record
from workflow.accounts import Statement, statement, told
from workflow.engine import Outcome
from workflow.queries import ENTRIES

GRANT = {"kind": "receipt", "amount": "250000.50", "currency": "CHF", "who": "Danone", "purpose": "the fund"}


@pytest.fixture
def case(engine: Engine) -> int:
    """An agreement in force since 15 July 2024."""
    build.world(engine)
    return case_in(engine, "active")


def book(on: Engine, case_id: int, when: str, action: str = "book_entry", /, **details: Any) -> int:
    """Book something; the number of its event."""
    done = build.do(on, case_id, when, "finance", action, **details)
    assert isinstance(done, Outcome)
    return done.seq


def stated(on: Engine, case_id: int, day: date | None = None) -> Statement:
    with db.reading(on) as session:
        return statement(session, case_id, day)


def filled(on: Engine, case_id: int) -> list[int]:
    """A pledge, a receipt held from before, its release, a receipt in another currency, two expenditures."""
    held = {**GRANT, "on": date(2024, 7, 1)}
    euros = {**GRANT, "amount": "100", "currency": "EUR"}
    spent = {**GRANT, "kind": "spending", "who": "A printer", "purpose": "World Wetlands Day"}
    numbers = [book(on, case_id, "2024-07-16 10:00", **{**GRANT, "kind": "pledge"})]
    numbers.append(book(on, case_id, "2024-07-16 10:00", **held))
    numbers.append(book(on, case_id, "2024-08-01 10:00", "release_entry", entry=numbers[1], reason="cleared"))
    numbers.append(book(on, case_id, "2024-08-02 10:00", **euros))
    numbers.append(book(on, case_id, "2024-09-03 10:00", **{**spent, "amount": "1000.25"}))
    numbers.append(book(on, case_id, "2024-09-04 10:00", **{**spent, "amount": "150", "currency": "EUR"}))
    return numbers


def test_the_statement_adds_up_by_currency_at_every_date_and_the_record_proves_it(
    engine: Engine, case: int
) -> None:
    filled(engine, case)

    days = (date(2024, 7, 15), date(2024, 7, 31), date(2024, 8, 1), None)
    found = {day: {a.currency: a.sums for a in stated(engine, case, day).accounts} for day in days}

    half = Decimal("250000.50")
    assert found == {
        date(2024, 7, 15): {"CHF": Sums(held=half)},
        date(2024, 7, 31): {"CHF": Sums(pledged=half, held=half)},
        date(2024, 8, 1): {"CHF": Sums(pledged=half, received=half)},
        None: {
            "CHF": Sums(pledged=half, received=half, spent=Decimal("1000.25")),
            "EUR": Sums(received=Decimal("100.00"), spent=Decimal("150.00")),
        },
    }
    whole = stated(engine, case)
    assert whole.adds_up
    assert [a.overdrawn_on for a in whole.accounts] == [None, date(2024, 9, 4)]
    with db.reading(engine) as session:
        assert record.verify(session).holds
    with db.transaction(engine) as session:
        assert record.rebuild(session, case) == []


def test_the_balance_runs_from_line_to_line_in_the_order_of_the_days(engine: Engine, case: int) -> None:
    filled(engine, case)

    (francs, _) = stated(engine, case).accounts

    assert [(line.entry.on, line.entry.kind, str(line.balance)) for line in francs.lines] == [
        (date(2024, 7, 1), "receipt", "0"),
        (date(2024, 7, 16), "pledge", "0"),
        (date(2024, 8, 1), "release", "250000.50"),
        (date(2024, 9, 3), "spending", "249000.25"),
    ]


def test_a_row_that_was_changed_added_or_removed_behind_our_back_is_named(engine: Engine, case: int) -> None:
    numbers = filled(engine, case)
    pledge, spent = numbers[0], numbers[4]
    with db.transaction(engine) as session:
        session.execute(update(ENTRIES).where(ENTRIES.c.no == spent).values(amount="10.25"))
        session.execute(delete(ENTRIES).where(ENTRIES.c.no == pledge))
        row = dict(session.execute(select(ENTRIES).where(ENTRIES.c.no == numbers[3])).mappings().one())
        session.execute(insert(ENTRIES).values({**row, "no": 4711}))

    found = stated(engine, case)

    assert found.wrong == (Wrong(pledge, "record"), Wrong(spent, "record"), Wrong(4711, "record"))
    assert told(found.wrong[1]) == f"Entry {spent}: the record of the case says something else, or nothing."
    with db.transaction(engine) as session:
        told_by_rebuild = record.rebuild(session, case)
    assert [line.partition(":")[0] for line in told_by_rebuild] == [
        f"entry {pledge}", f"entry {spent}, amount", "entry 4711",
    ]  # fmt: skip


def test_a_release_whose_receipt_is_gone_is_named_and_moves_nothing(engine: Engine, case: int) -> None:
    numbers = filled(engine, case)
    with db.transaction(engine) as session:
        session.execute(delete(ENTRIES).where(ENTRIES.c.no == numbers[1]))

    found = stated(engine, case)

    assert found.wrong == (Wrong(numbers[1], "record"), Wrong(numbers[2], "missing", numbers[1]))


def test_the_same_key_books_once(engine: Engine, case: int) -> None:
    for _ in range(2):
        book(engine, case, "2024-07-16 10:00", **GRANT, key_="form 1")

    assert [len(a.lines) for a in stated(engine, case).accounts] == [1]


def test_a_receipt_on_the_day_after_the_term_ended_goes_to_suspense(engine: Engine, case: int) -> None:
    build.do(engine, case, "2024-09-30 18:00", "officer", "expire", reason="the term has ended")

    book(engine, case, "2024-10-02 09:00", **{**GRANT, "on": date(2024, 10, 1)})

    found = stated(engine, case)
    assert [(e.on, e.amount) for e in found.held] == [(date(2024, 10, 1), "250000.50")]
    assert [a.sums.balance for a in found.accounts] == [0]


def test_the_bundle_of_a_case_holds_its_accounts_and_what_is_watched(engine: Engine, case: int) -> None:
    number = book(engine, case, "2024-07-16 10:00", **GRANT)
    due = {"due": date(2024, 9, 30), "text": "the first months"}
    plan = build.do(engine, case, "2024-07-16 11:00", "officer", "plan_assessment", **due).seq
    with db.transaction(engine) as session:
        packed = record.bundle(session, "RP-2024-1")

    dossier = json.loads(zipfile.ZipFile(io.BytesIO(packed)).read("dossier.json"))

    assert [(each["no"], each["amount"], each["on"]) for each in dossier["entries"]] == [
        (number, "250000.50", "2024-07-16")
    ]
    assert [(each["no"], each["kind"], each["due"]) for each in dossier["duties"]] == [
        (plan, "assessment", "2024-09-30")
    ]
