"""assent parties: a list is taken over as a whole, or every fault of it is shown."""

from __future__ import annotations

from pathlib import Path

from tests.workflow.cli.conftest import ROOT, Terminal

PARTIES = ROOT / "workflow" / "data" / "parties.csv"


def contacts(folder: Path, *rows: str) -> Path:
    path = folder / "contacts.csv"
    path.write_text("iso2,role,name,email\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_the_shipped_list_changes_nothing(assent: Terminal) -> None:
    done = assent("parties", "import", PARTIES)

    assert done.code == 0, done.err
    assert "0 new and 0 changed were taken over; 173 are as they were." in done.out


def test_a_list_of_contacts_is_taken_over_and_a_second_import_changes_nothing(assent: Terminal) -> None:
    path = contacts(
        assent.folder, "FR,head,Office,head@ministry.example", "NO,nfp,Focal,nfp@ministry.example"
    )

    first, second = assent("parties", "import", path), assent("parties", "import", path)

    assert "2 new and 0 changed were taken over" in first.out
    assert "0 new and 0 changed were taken over; 2 are as they were." in second.out


def test_every_fault_is_shown_and_nothing_is_taken(assent: Terminal) -> None:
    path = contacts(
        assent.folder,
        "FR,head,Office,head@ministry.example",
        "XX,head,Office,head@ministry.example",
        "NO,hed,Office,head@ministry.example",
        "SE,head,Office,not an address",
        'DE,head,Office,"a@ministry.example, b@ministry.example"',
    )

    refused = assent("parties", "import", path)

    assert refused.code == 1
    assert refused.err.splitlines()[0].endswith("4 faults; nothing was taken.")
    assert [line.split(":")[0].strip() for line in refused.err.splitlines()[1:]] == [
        "row 3, column A (iso2)",
        "row 4, column B (role)",
        "row 5, column D (email)",
        "row 6, column D (email)",
    ]
    rows = assent("parties", "list", "--json").data
    assert {row["contacts"] for row in rows} == {0}


def test_the_parties_of_a_day_are_listed(assent: Terminal) -> None:
    before = assent("parties", "list", "--on", "2025-08-01", "--json").data
    after = assent("parties", "list", "--on", "2025-08-02", "--json").data

    assert (len(before), len(after)) == (172, 173)
    assert {row["code"] for row in after} - {row["code"] for row in before} == {"SA"}


def test_what_was_exported_can_be_imported_again(assent: Terminal) -> None:
    (assent.folder / "all.csv").write_bytes(assent("parties", "list", "--csv").out.encode())

    assert "0 new and 0 changed would be taken over" in assent("parties", "diff", "all.csv").out


def test_a_file_that_is_not_there_is_told(assent: Terminal) -> None:
    refused = assent("parties", "import", "none.csv")

    assert (refused.code, "none.csv cannot be read" in refused.err) == (2, True)
