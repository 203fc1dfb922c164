"""Promises about the heads that leave the machine."""

from datetime import timedelta, timezone

import pytest

from tests.workflow.record import chains
from tests.workflow.record.chains import NOON
from workflow import record
from workflow.record import Head


def test_there_is_one_line_for_every_chain(session):
    chains.begin(session, "RP-2024-1", ["draft", "submitted"], case_id=1)
    chains.begin(session, "RP-2024-2", ["draft"], case_id=2)
    record.append_register(session, "imported", {}, actor="officer", now=NOON)

    lines = record.heads(session, NOON.astimezone(timezone(timedelta(hours=5))))

    at = "2024-03-01T12:00:00.000000Z"
    register = record.event_row(
        case_id=0,
        chain="register",
        seq=1,
        at=NOON,
        kind="imported",
        actor="officer",
        data={},
        effects=(),
        prev="",
    )
    assert record.read_heads(lines.splitlines()) == [
        Head(at, "register", 1, register["hash"]),
        Head(at, "RP-2024-1", 2, chains.hashes("RP-2024-1", ["draft", "submitted"])[-1]),
        Head(at, "RP-2024-2", 1, chains.hashes("RP-2024-2", ["draft"])[-1]),
    ]
    assert lines == "".join(f"{head}\n" for head in record.read_heads(lines.splitlines()))


def test_a_chain_without_events_has_no_head(session):
    chains.begin(session, "RP-2024-1", [], case_id=1)

    assert record.heads(session, NOON) == ""


def test_a_moment_without_a_zone_is_refused(session):
    with pytest.raises(ValueError, match="has no time zone"):
        record.heads(session, NOON.replace(tzinfo=None))


def test_heads_are_added_to_what_the_file_holds(tmp_path):
    path = tmp_path / "heads.txt"

    record.export_heads(path, "monday\n")
    record.export_heads(path, "tuesday\nwednesday\n")

    assert path.read_text() == "monday\ntuesday\nwednesday\n"


def test_a_line_that_was_cut_off_does_not_spoil_the_next(tmp_path):
    path = tmp_path / "heads.txt"
    path.write_text("monday\ntues")

    record.export_heads(path, "wednesday\n")

    assert path.read_text() == "monday\ntues\nwednesday\n"


def test_a_file_that_cannot_be_written_is_told_with_what_to_do(tmp_path):
    path = tmp_path / "no folder" / "heads.txt"

    with pytest.raises(record.HeadsNotWritten) as refused:
        record.export_heads(path, "monday\n")

    assert str(refused.value) == (
        f"The heads of the record could not be appended to {path}: no such file or directory."
        " Make its folder, or give the account Assent runs under the right to write there."
    )


@pytest.mark.parametrize(
    "line",
    [
        "2024-03-01 RP-2024-1 4 " + "a" * 64,  # a day is no moment
        "2024-03-01T12:00:00.000000Z RP-2024-1 0 " + "a" * 64,  # events are counted from 1
        "2024-03-01T12:00:00.000000Z RP-2024-1 4 " + "a" * 63,  # cut off
        "2024-03-01T12:00:00.000000Z RP-2024-1 4 " + "A" * 64,  # retyped
        "2024-03-01T12:00:00.000000Z RP 2024 1 4 " + "a" * 64,  # a space too many
    ],
)
def test_what_is_not_exactly_a_head_is_refused(line):
    with pytest.raises(record.BadHead, match=r"^sent by mail, line 2: '.*' is not a head"):
        record.read_heads(["# Heads of the record", line], "sent by mail")
