"""assent partners, assent report accounts: partners on the command line, a statement that adds up."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from tests.workflow.cli.conftest import Terminal

LIST = "name,aliases,source,until,note\nDanone Groupe SA,,Example list,,for the test\n"


def begun(assent: Terminal, partner: str = "Danone Group") -> str:
    """A case of that partner; its reference."""
    done = assent(
        "case",
        "new",
        "--title",
        "Evian Project",
        "--partner",
        partner,
        "--home",
        "fr",
        "--territory",
        "FR",
        "--json",
    )
    assert done.code == 0, done.err
    reference = done.data["reference"]
    assert isinstance(reference, str)
    return reference


def book(assent: Terminal, reference: str, **details: str) -> int:
    """Book something; the number of its event."""
    told = [part for name, value in details.items() for part in ("--with", f"{name}={value}")]
    done = assent("case", "do", reference, "book_entry", "--by", "finance", *told, "--json")
    assert done.code == 0, done.err
    return int(done.data["seq"])


def write(folder: Path, text: str) -> Path:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_case_that_is_begun_has_a_partner_on_file_and_a_list_finds_its_name(assent: Terminal) -> None:
    first, second = begun(assent), begun(assent, "DANONE GROUP")

    taken = assent("partners", "import-exclusions", write(assent.folder, LIST))
    listed = assent("partners", "list", "--name", "danone")
    shown = assent("partners", "show", 1, "--json").data

    assert "1 new and 0 changed were taken over" in taken.out and "1 partner to be decided on" in taken.out
    assert "Danone Group" in listed.out and "to be decided" in listed.out and "1 partner." in listed.out
    assert (shown["names"], [case["reference"] for case in shown["cases"]]) == (
        ["Danone Group"],
        [first, second],
    )
    assert [(each["name"], each["score"], each["is_match"]) for each in shown["matches"]] == [
        ("Danone Groupe SA", 100, None)
    ]
    assert (
        "like Danone Groupe SA (Example list), 100 of 100, to be decided" in assent("partners", "show", 1).out
    )


def test_every_fault_of_a_list_is_shown_and_nothing_is_taken(assent: Terminal) -> None:
    done = assent("partners", "import-exclusions", write(assent.folder, "name,source\n,UN list\nA,\n"))

    assert done.code == 1
    assert "2 faults; nothing was taken" in done.err
    assert "row 2, column A (name)" in done.err and "row 3, column B (source)" in done.err
    assert assent("partners", "show", 1).code == 1


def test_the_statement_is_a_table_data_or_a_list_and_says_that_it_adds_up(assent: Terminal) -> None:
    reference = begun(assent)
    grant = {
        "kind": "receipt",
        "amount": "250000.5",
        "currency": "CHF",
        "who": "Danone",
        "purpose": "the fund",
    }
    number = book(assent, reference, **grant)

    table, data = (
        assent("report", "accounts", reference),
        assent("report", "accounts", reference, "--json").data,
    )
    rows = list(
        csv.DictReader(io.StringIO(assent("report", "accounts", reference, "--csv").out.lstrip("\ufeff")))
    )

    assert table.code == 0 and "The statement adds up" in table.out
    assert f"In suspense: 250000.50 CHF of Danone ({number})." in table.out
    assert (data["adds_up"], data["in_suspense"]) == (True, [number])
    assert data["accounts"][0]["sums"] == {
        "pledged": "0", "in_kind": "0", "received": "0", "spent": "0", "held": "250000.50", "refunded": "0",
        "balance": "0",
    }  # fmt: skip
    assert [(row["entry"], row["held"], row["balance"]) for row in rows] == [(str(number), "250000.50", "0")]


def test_a_day_that_is_none_is_wrong_use(assent: Terminal) -> None:
    reference = begun(assent)

    assert "Nothing is booked." in assent("report", "accounts", reference).out
    assert assent("report", "accounts", reference, "--on", "31/12/2026").code == 2


def test_a_partner_takes_part_in_a_case_of_another_and_leaves_it(assent: Terminal) -> None:
    first = begun(assent)
    begun(assent, "Orchid Bank")

    joined = assent("partners", "join", 2, first, "--by-day", "2030-07-10")
    cases = assent("partners", "show", 2, "--json").data["cases"]
    wrong = [
        assent("partners", "join", 2, "RP-1999-1", "--by-day", "2030-07-10"),
        assent("partners", "join", 2, first, "--by-day", "soon"),
        assent("partners", "join", 2, first, "--by-day", "2030-07-10", "--role", "friend"),
    ]
    left = assent("partners", "leave", 2, first)

    assert (joined.code, f"Partner 2 takes part in {first}." in joined.out) == (0, True)
    assert first in [case["reference"] for case in cases]
    assert ["There is no case RP-1999-1" in wrong[0].err, "'soon' is not a day" in wrong[1].err] == [
        True,
        True,
    ]
    assert "nobody takes part as 'friend'" in wrong[2].err
    assert (left.code, len(assent("partners", "show", 2, "--json").data["cases"])) == (0, 1)
