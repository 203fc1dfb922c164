"""What may be booked, what is held in suspense, and what is done about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from states import details, ledger, money
from states.commands import Actor, Command
from states.ledger import Sums
from states.zones import zone_of
from tests.states.ready import messages
from tests.states.stages import Stage, stage

FINANCE = Actor("finance")
GRANT = {"kind": "receipt", "amount": "250000.5", "currency": "chf", "who": "Danone", "purpose": "the fund"}


def booked(play: Stage, **more: Any) -> int:
    """Book an entry; its number."""
    play.act(FINANCE, "book_entry", **{**GRANT, **more})
    return play.case.seq


def sums(play: Stage) -> dict[str, Sums]:
    return ledger.sums(play.facts.entries)


def test_an_amount_is_kept_exactly_with_the_decimals_of_its_currency() -> None:
    play = stage("active")

    booked(play)
    booked(play, amount="5000000", currency="JPY")

    assert [(e.amount, e.currency, e.on, e.is_held) for e in play.facts.entries] == [
        ("250000.50", "CHF", date(2024, 7, 15), False),
        ("5000000", "JPY", date(2024, 7, 15), False),
    ]
    assert play.steps[-2].events[0].data == {
        "kind": "receipt", "amount": "250000.50", "currency": "CHF", "on": date(2024, 7, 15), "who": "Danone",
        "purpose": "the fund",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"currency": "CHX"}, "unknown_currency"),
        ({"amount": "0.00"}, "no_amount"),
        ({"amount": "12.345"}, "too_many_decimals"),
        ({"amount": "12.5", "currency": "JPY"}, "too_many_decimals"),
        ({"amount": "-5"}, "bad_detail"),
        ({"amount": 12.5}, "bad_detail"),
        ({"kind": "gift"}, "bad_kind"),
        ({"on": date(2024, 7, 16)}, "booked_in_future"),
    ],
)
def test_what_cannot_be_money_is_refused_with_the_reason(more: dict[str, Any], why: str) -> None:
    found = stage("active").attempt(Command("book_entry", FINANCE, {**GRANT, **more}))

    assert messages(found) == {why}


@pytest.mark.parametrize("typed", ["1 250.50", "1'250.50", "1’250.50", " 1250.50 ", "1\u202f250.50"])
def test_an_amount_may_be_typed_with_what_people_put_between_thousands(typed: str) -> None:
    assert details.read("amount", typed, zone_of("Europe/Zurich")) == "1250.50"


@pytest.mark.parametrize("typed", ["1,250.50", "1.250,50", 1250.5, "a lot", "", "-3", "١٢"])
def test_an_amount_that_could_be_two_is_not_guessed(typed: Any) -> None:
    with pytest.raises(ValueError, match="with a full stop"):
        details.read("amount", typed, zone_of("Europe/Zurich"))


def test_every_currency_has_its_decimals() -> None:
    assert {money.CURRENCIES[code] for code in ("CHF", "EUR", "USD")} == {2}
    assert (money.CURRENCIES["JPY"], money.CURRENCIES["KWD"]) == (0, 3)


# -------------------------------------------------------------------------------------- suspense


@pytest.mark.parametrize(
    "state", ["draft", "notification", "agreement", "suspended", "expired", "terminated"]
)
def test_money_that_comes_where_no_agreement_is_in_force_is_held_and_is_no_balance(state: str) -> None:
    play = stage(state)

    booked(play)

    assert sums(play) == {"CHF": Sums(held=Decimal("250000.50"))}
    assert play.steps[-1].events[0].data["held"] is True


def test_money_dated_before_clearance_is_held_even_if_it_is_booked_after_it() -> None:
    play = stage("active")

    booked(play, on=date(2024, 7, 14))
    booked(play, on=date(2024, 7, 15))

    assert [e.is_held for e in play.facts.entries] == [True, False]


def test_a_pledge_an_expenditure_and_a_contribution_in_kind_are_never_held() -> None:
    play = stage("agreement")

    for kind in ("pledge", "in_kind", "spending"):
        booked(play, kind=kind, amount="10")

    ten = Decimal("10.00")
    assert sums(play) == {"CHF": Sums(pledged=ten, in_kind=ten, spent=ten)}


def test_what_came_before_clearance_counts_once_it_is_released() -> None:
    play = stage("active")
    no = booked(play, on=date(2024, 7, 1))

    play.act(FINANCE, "release_entry", entry=no, reason="cleared on 18 June")

    assert sums(play) == {"CHF": Sums(received=Decimal("250000.50"))}
    assert messages(play.attempt(Command("release_entry", FINANCE, {"entry": no, "reason": "again"}))) == {
        "nothing_held"
    }


def test_before_clearance_nothing_is_released() -> None:
    play = stage("agreement")
    no = booked(play)

    found = play.attempt(Command("release_entry", FINANCE, {"entry": no, "reason": "soon"}))

    assert messages(found) == {"not_in_state"}


def test_what_came_after_the_end_goes_back_and_what_came_before_it_may_be_released() -> None:
    play = stage("expired")  # on 15 July 2027
    early, late = booked(play, on=date(2027, 7, 14)), booked(play, on=date(2027, 7, 15))

    found = play.attempt(Command("release_entry", FINANCE, {"entry": late, "reason": "please"}))
    play.act(FINANCE, "release_entry", entry=early, reason="booked late")
    play.act(FINANCE, "refund_entry", entry=late, reason="the agreement has ended")

    assert "after the agreement ended on Thursday 15 July 2027" in str(found)
    half = Decimal("250000.50")
    assert sums(play) == {"CHF": Sums(received=half, refunded=half)}


# ---------------------------------------------------------------------------------- corrections


def test_a_correction_is_a_counter_entry_and_both_stay() -> None:
    play = stage("active")
    no = booked(play)

    play.act(FINANCE, "correct_entry", entry=no, reason="booked twice")

    assert [(e.kind, e.of) for e in play.facts.entries] == [("receipt", 0), ("correction", no)]
    assert sums(play) == {"CHF": Sums()}


def test_an_entry_is_corrected_once_and_not_before_what_rests_on_it() -> None:
    play = stage("active")
    no = booked(play, on=date(2024, 7, 1))
    play.act(FINANCE, "release_entry", entry=no, reason="cleared")
    release = play.case.seq

    refused = play.attempt(Command("correct_entry", FINANCE, {"entry": no, "reason": "wrong"}))
    play.act(FINANCE, "correct_entry", entry=release, reason="released too early")
    play.act(FINANCE, "correct_entry", entry=no, reason="wrong")

    assert str(refused) == (f"Entry {no} is not one to which this can be done. It can be done to: {release}.")
    assert sums(play) == {"CHF": Sums()}
    assert ledger.correctable(play.facts.entries) == []


# ------------------------------------------------------------------------------- final accounts


def test_a_partnership_is_not_ended_early_without_final_accounts_or_with_money_in_suspense() -> None:
    play = stage("active")
    no = booked(play, on=date(2024, 7, 1))
    officer = Actor("officer")
    held = play.attempt(Command("terminate", officer, {"reason": "under-performance"}))
    play.act(FINANCE, "refund_entry", entry=no, reason="before clearance")
    open_ = play.attempt(Command("terminate", officer, {"reason": "under-performance"}))
    play.act(FINANCE, "final_accounts", evidence="Final accounts.pdf")

    play.act(officer, "terminate", reason="under-performance")

    assert messages(held) == {"money_held", "checklist"}
    assert str(open_) == (
        "Terminate early: the final accounts, agreed with the partner is missing (final_accounts). "
        "Confirm it first."
    )
    assert play.case.state == "terminated"


def test_what_is_booked_after_the_final_accounts_opens_them_again_until_the_end() -> None:
    play = stage("active")
    assert "final_accounts" in play.case.items  # these cases begin with all in order
    booked(play)
    assert "final_accounts" not in play.case.items

    ended = stage("terminated")
    booked(ended)
    assert "final_accounts" in ended.case.items


def test_only_the_finance_officer_books() -> None:
    play = stage("active")
    roles = ("officer", "head", "legal", "finance")

    found = {role: messages(play.attempt(Command("book_entry", Actor(role), GRANT))) for role in roles}

    assert found == {role: set() if role == "finance" else {"not_your_role"} for role in roles}


def test_the_clocks_of_a_held_case_do_not_stop_the_accounts() -> None:
    play = stage("agreement")
    play.act(Actor("officer"), "hold")

    booked(play)

    assert play.case.is_held and len(play.facts.entries) == 1
    assert replace(play.facts.entries[0], no=0).is_held
