"""assent db, assent check: the database as an operator meets it, also when something is wrong with it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from tests.workflow.cli.conftest import ROOT, Terminal

NEW = ("case", "new", "--title", "Springs", "--partner", "Example Waters", "--territory", "FR")


def test_a_database_without_tables_says_what_to_do(bare: Terminal) -> None:
    refused = bare("case", "list")

    assert (refused.code, refused.err.strip().endswith("Run `assent db upgrade`.")) == (1, True)


def test_a_new_database_is_good(assent: Terminal) -> None:
    found = assent("check", "--json").data

    assert [each for each in found if each["weight"] == "fault"] == []
    assert {"database", "register ramsar", "law ramsar-private, edition 2026"} <= {
        f["subject"] for f in found
    }


def test_the_doctor_names_what_needs_a_look_and_says_what_to_do(assent: Terminal) -> None:
    assent.environ["ASSENT_MAIL__HOST"] = "127.0.0.1"
    assent.environ["ASSENT_MAIL__PORT"] = "1"
    assent.environ["ASSENT_MAIL__TLS"] = "none"

    told, data = assent("doctor"), assent("doctor", "--json")

    found = {each["subject"]: each for each in data.data}
    assert (told.code, data.code) == (1, 1)
    assert (found["mail server"]["weight"], found["copies"]["weight"]) == ("fault", "warning")
    assert "There is no copy of the database" in told.out and "need a look" in told.err


def test_a_locked_database_is_told_in_words(bare: Terminal) -> None:
    assert bare("db", "upgrade").code == 0
    bare.environ["ASSENT_DATABASE__BUSY_TIMEOUT_MS"] = "200"
    holder = sqlite3.connect(bare.folder / "assent.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    refused = bare(*NEW)

    holder.execute("ROLLBACK")
    assert refused.code == 1
    assert "kept the database busy for too long" in refused.err
    assert bare(*NEW).code == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_database_is_told_in_words(bare: Terminal) -> None:
    assert bare("db", "upgrade").code == 0
    for path in (bare.folder / "assent.db", bare.folder):
        path.chmod(0o555)

    refused = bare(*NEW)

    bare.folder.chmod(0o755)
    assert (refused.code, "cannot be written to" in refused.err) == (1, True)


def test_what_is_no_database_is_told_in_words(bare: Terminal) -> None:
    (bare.folder / "assent.db").write_text("a text, and a long one" * 100)

    refused = bare("case", "list")

    assert (refused.code, "is not an SQLite database" in refused.err) == (1, True)


def test_a_settings_file_that_is_missing_or_misspelt_is_told(bare: Terminal) -> None:
    (bare.folder / "own.toml").write_text('[database]\nurll = "sqlite:///x.db"\n')

    missing = bare("--config", "none.toml", "case", "list")
    misspelt = bare("--config", "own.toml", "case", "list")

    assert (missing.code, "there is no such settings file" in missing.err) == (2, True)
    assert (misspelt.code, "did you mean 'url'?" in misspelt.err) == (2, True)


def test_a_copy_restored_elsewhere_is_the_same_and_sends_nothing_twice(assent: Terminal) -> None:
    reference = assent(*NEW, "--json").data["reference"]
    assert assent("case", "do", reference, "withdraw").code == 0
    assert assent("db", "backup", "copy.zip").code == 0
    before = assent("case", "show", reference, "--json").data["timeline"]
    other = Terminal(assent.folder, f"sqlite:///{assent.folder / 'other.db'}")

    restored = other("db", "restore", "copy.zip")

    assert restored.code == 0, restored.err
    assert other("case", "show", reference, "--json").data["timeline"] == before
    assert other("record", "verify").code == 0
    assert other(*NEW, "--json").data["reference"] != reference


def test_a_copy_is_never_written_over_and_never_restored_into_use(assent: Terminal) -> None:
    assert assent("db", "backup", "copy.zip").code == 0

    again, into_use = assent("db", "backup", "copy.zip"), assent("db", "restore", "copy.zip")

    assert (again.code, "never overwritten" in again.err) == (1, True)
    assert (into_use.code, "is not empty" in into_use.err) == (1, True)


def test_what_is_no_copy_is_refused(bare: Terminal) -> None:
    (bare.folder / "copy.zip").write_text("no zip")

    refused = bare("db", "restore", "copy.zip")

    assert (refused.code, "is not a copy that can be restored" in refused.err) == (1, True)


def test_the_shared_law_is_shown_drawn_and_checked(bare: Terminal) -> None:
    assert bare("law", "check", "ramsar-private").out == "ramsar-private: sound.\n"
    assert "asks all parties: no objection may stand" in bare("law", "draw").out
    assert bare("law", "draw", "--form", "mermaid").out.startswith("stateDiagram-v2")
    assert "Who acts" in bare("law", "show", "ramsar-private").out


def test_a_law_file_with_a_fault_is_refused_with_its_place(bare: Terminal) -> None:
    text = (ROOT / "states/law/ramsar-private.toml").read_text(encoding="utf-8")
    Path(bare.folder / "mine.toml").write_text(
        text.replace('remind     = ["14 days"', 'remimd     = ["14 days"')
    )

    refused = bare("law", "check", "mine.toml")

    assert refused.code == 1
    assert "unknown key 'remimd', did you mean 'remind'?" in refused.err
    assert refused.err.startswith("mine.toml:")
