"""Promises about what is found when somebody with all rights changes the record behind its back."""

from datetime import timedelta

import pytest
from sqlalchemy import event as listening
from sqlalchemy import insert, update

from tests.workflow.record import chains
from tests.workflow.record.chains import NOON
from workflow import db, record
from workflow.queries import CASES, EVENTS
from workflow.record import Break, Verification, verification

A, B = "RP-2024-1", "RP-2024-2"
KINDS = ["draft", "submitted", "assessed", "asked"]


@pytest.fixture
def two_cases(session):
    """Two cases of four events each, and a register of two."""
    chains.begin(session, A, KINDS, case_id=1)
    chains.begin(session, B, KINDS, case_id=2)
    for kind in ("imported", "meeting_moved"):
        record.append_register(session, kind, {}, actor="officer", now=NOON)
    return session


def breaks(session, *heads):
    return list(record.verify(session, heads).breaks)


def test_a_record_that_nobody_touched_holds(two_cases):
    heads = record.heads(two_cases, NOON).splitlines()

    assert record.verify(two_cases, heads) == Verification(chains=3, events=10, breaks=())


def test_an_empty_record_holds(session):
    assert record.verify(session) == Verification(chains=0, events=0, breaks=())


ATTACKS = {
    "one byte of the content": (
        ["UPDATE events SET body = replace(body, 'Évian', 'Évjan') WHERE case_id = 1 AND seq = 2"],
        Break(A, 2, "event 2 was changed: its hash is not that of its content"),
    ),
    "a hash": (
        [f"UPDATE events SET hash = '{'0' * 64}' WHERE case_id = 1 AND seq = 2"],
        Break(A, 2, "event 2 was changed: its hash is not that of its content"),
    ),
    "the hash of the event before": (
        ["UPDATE events SET prev = '' WHERE case_id = 1 AND seq = 2"],
        Break(A, 2, "event 2 was changed: its hash is not that of its content"),
    ),
    "a kind": (
        ["UPDATE events SET kind = 'declined' WHERE case_id = 1 AND seq = 3"],
        Break(A, 3, "event 3 says kind 'declined', but its content says 'assessed'"),
    ),
    "an actor": (
        ["UPDATE events SET actor = 'clock' WHERE case_id = 1 AND seq = 3"],
        Break(A, 3, "event 3 says actor 'clock', but its content says 'officer'"),
    ),
    "a moment": (
        ["UPDATE events SET at = '2024-03-01T15:00:00.000001Z' WHERE case_id = 1 AND seq = 3"],
        Break(
            A,
            3,
            "event 3 says at '2024-03-01T15:00:00.000001Z', but its content says"
            " '2024-03-01T15:00:00.000000Z'",
        ),
    ),
    "the first event removed": (
        ["DELETE FROM events WHERE case_id = 1 AND seq = 1"],
        Break(A, 1, "event 1 is missing: after event 0 comes event 2"),
    ),
    "an event removed": (
        ["DELETE FROM events WHERE case_id = 1 AND seq IN (2, 3)"],
        Break(A, 2, "event 2 is missing: after event 1 comes event 4"),
    ),
    "an event removed and the rest moved up": (
        ["DELETE FROM events WHERE case_id = 1 AND seq = 2",
         "UPDATE events SET seq = 2 WHERE case_id = 1 AND seq = 3",
         "UPDATE events SET seq = 3 WHERE case_id = 1 AND seq = 4"],
        Break(A, 2, "event 2 does not follow event 1: it names another hash than that one's"),
    ),
    "the last event removed": (
        ["DELETE FROM events WHERE case_id = 1 AND seq = 4"],
        Break(A, 4, "event 4 is missing: the row of case 1 stands at event 4"),
    ),
    "all events removed": (
        ["DELETE FROM events WHERE case_id = 1"],
        Break(A, 1, "event 1 is missing: the row of case 1 stands at event 4"),
    ),
    "all events removed and the case set back": (
        ["DELETE FROM events WHERE case_id = 1", "UPDATE cases SET seq = 0, head = '' WHERE id = 1"],
        Break(A, 1, "it has no event at all"),
    ),
    "a case set forward": (
        ["UPDATE cases SET seq = 6 WHERE id = 1"],
        Break(A, 5, "event 5 is missing: the row of case 1 stands at event 6"),
    ),
    "a case set back": (
        ["UPDATE cases SET seq = 2 WHERE id = 1"],
        Break(A, 3, "event 3 is one too many: the row of case 1 stands at event 2"),
    ),
    "the head of a case": (
        ["UPDATE cases SET head = 'x' WHERE id = 1"],
        Break(A, 4, "event 4 is not the one that the row of case 1 names: it has another hash"),
    ),
    "a case removed": (
        ["DELETE FROM cases WHERE id = 1"],
        Break(A, 1, "event 1 belongs to nothing: the row of case 1 is not there"),
    ),
    "an event moved to another case": (
        ["DELETE FROM events WHERE case_id = 1 AND seq > 1",
         "UPDATE events SET case_id = 1 WHERE case_id = 2 AND seq = 2",
         "UPDATE events SET seq = 2 WHERE case_id = 2 AND seq = 3",
         "UPDATE events SET seq = 3 WHERE case_id = 2 AND seq = 4"],
        Break(A, 2, "event 2 does not follow event 1: it names another hash than that one's"),
    ),
    "an event of the register": (
        ["UPDATE events SET body = replace(body, 'imported', 'exported') WHERE case_id = 0 AND seq = 1"],
        Break("register", 1, "event 1 was changed: its hash is not that of its content"),
    ),
    "the end of the register": (
        ["DELETE FROM events WHERE case_id = 0 AND seq = 2"],
        Break("register", 2, "event 2 is missing: the head of the register stands at event 2"),
    ),
    "the head of the register removed": (
        ["DELETE FROM register_head"],
        Break("register", 1, "event 1 belongs to nothing: the head of the register is not there"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("statements", "first"), ATTACKS.values(), ids=ATTACKS)
def test_the_first_broken_event_is_named(two_cases, statements, first):
    chains.tamper(two_cases, *statements)

    assert breaks(two_cases)[:1] == [first]
    assert {each.chain for each in breaks(two_cases)} <= {first.chain, B}


def test_a_broken_chain_does_not_hide_another(two_cases):
    chains.tamper(two_cases, "DELETE FROM events WHERE seq = 2")

    assert breaks(two_cases) == [
        Break("register", 2, "event 2 is missing: the head of the register stands at event 2"),
        Break(A, 2, "event 2 is missing: after event 1 comes event 3"),
        Break(B, 2, "event 2 is missing: after event 1 comes event 3"),
    ]


def test_a_moment_that_nobody_can_read_is_named_like_any_other_change(two_cases):
    if two_cases.connection().dialect.name == "postgresql":
        pytest.skip("PostgreSQL keeps no moment that cannot be read")
    chains.tamper(two_cases, "UPDATE events SET at = 'yesterday' WHERE case_id = 1 AND seq = 3")

    assert breaks(two_cases) == [
        Break(A, 3, "event 3 says at 'yesterday', but its content says '2024-03-01T15:00:00.000000Z'")
    ]


# -- what only heads kept elsewhere can show ---------------------------------------------------------------


def rewrite(session, kinds):
    """Write a case anew with other events, hashes and all, and fit its row to them."""
    chains.tamper(session, "DELETE FROM events WHERE case_id = 1")
    rows, prev = [], ""
    for seq, kind in enumerate(kinds, 1):
        rows.append(chains.event(1, A, seq, kind, prev))
        prev = rows[-1]["hash"]
    session.execute(insert(EVENTS), rows)
    session.execute(update(CASES).where(CASES.c.id == 1).values(seq=len(rows), head=prev))


def test_a_chain_written_anew_holds_until_it_is_compared_with_an_exported_head(two_cases):
    heads = record.heads(two_cases, NOON).splitlines()
    rewrite(two_cases, ["draft", "submitted", "declined", "asked"])

    assert breaks(two_cases) == []
    assert breaks(two_cases, *heads) == [
        Break(A, 4, "event 4 is not the one that was exported as head on 2024-03-01T12:00:00.000000Z")
    ]


def test_of_several_exported_heads_the_first_that_differs_is_named(two_cases):
    hashes = chains.hashes(A, KINDS)
    days = [f"2024-03-0{seq}T00:00:00.000000Z {A} {seq} {hashes[seq - 1]}" for seq in (4, 2, 3)]
    rewrite(two_cases, ["draft", "submitted", "declined", "asked"])

    assert breaks(two_cases, *days) == [
        Break(A, 3, "event 3 is not the one that was exported as head on 2024-03-03T00:00:00.000000Z")
    ]


def test_a_cut_off_end_shows_although_the_case_was_fitted_to_it(two_cases):
    heads = record.heads(two_cases, NOON).splitlines()
    rewrite(two_cases, KINDS[:3])

    assert breaks(two_cases) == []
    assert breaks(two_cases, *heads) == [
        Break(A, 4, "event 4 is missing: it was exported as head on 2024-03-01T12:00:00.000000Z")
    ]


def test_a_case_that_vanished_without_a_trace_shows(two_cases):
    heads = record.heads(two_cases, NOON).splitlines()
    chains.tamper(two_cases, "DELETE FROM events WHERE case_id = 1", "DELETE FROM cases WHERE id = 1")

    assert breaks(two_cases) == []
    assert breaks(two_cases, *heads) == [
        Break(A, 1, "the whole chain is missing: it was exported as 4 events on 2024-03-01T12:00:00.000000Z")
    ]


def test_of_two_heads_that_contradict_each_other_the_wrong_one_is_named(two_cases):
    right = record.heads(two_cases, NOON).splitlines()
    wrong = f"2024-03-02T12:00:00.000000Z {A} 4 {'0' * 64}"

    assert breaks(two_cases, *right, wrong) == [
        Break(A, 4, "event 4 is not the one that was exported as head on 2024-03-02T12:00:00.000000Z")
    ]


def test_a_record_that_has_grown_since_agrees_with_every_earlier_head(two_cases):
    lines = []
    for day in range(3):
        lines += record.heads(two_cases, NOON + timedelta(days=day)).splitlines()
        record.append_register(two_cases, "imported", {}, actor="officer", now=NOON)

    assert breaks(two_cases, *lines) == []


def test_a_line_that_is_no_head_is_refused_with_its_place(two_cases):
    lines = ["# kept at the depositary", "", record.heads(two_cases, NOON).splitlines()[0], "RP-2024-1: 4"]

    with pytest.raises(
        record.BadHead, match=r"^heads, line 4: 'RP-2024-1: 4' is not a head\. Expected: a moment"
    ):
        record.verify(two_cases, lines)


# -- at work -----------------------------------------------------------------------------------------------


def meanwhile(engine, reader, act):
    """Do it, in a transaction of its own, right after the first statement of the reader."""
    done = []

    @listening.listens_for(reader.connection(), "after_cursor_execute")
    def interrupt(*_: object) -> None:
        if not done:
            done.append(True)
            with db.transaction(engine) as session:
                act(session)


def test_a_case_that_moves_while_the_record_is_read_does_not_look_broken(engine):
    def move(session):
        row = chains.event(2, B, 5, "late", chains.hashes(B, KINDS, 2)[-1])
        session.execute(insert(EVENTS).values(row))
        session.execute(update(CASES).where(CASES.c.id == 2).values(seq=5, head=row["hash"]))

    with db.transaction(engine) as session:
        chains.begin(session, A, KINDS, case_id=1)
        chains.begin(session, B, KINDS, case_id=2)

    with db.reading(engine) as reader:
        meanwhile(engine, reader, move)
        assert record.verify(reader) == Verification(chains=2, events=8, breaks=())
    with db.reading(engine) as reader:
        assert record.verify(reader) == Verification(chains=2, events=9, breaks=())


def test_personal_data_erased_while_the_record_is_read_do_not_look_emptied(engine):
    with db.transaction(engine) as session:
        ref = record.keep_personal(session, {"name": "Ms A. Example"})
        chains.begin(session, A, KINDS, case_id=1, person=ref)

    with db.reading(engine) as reader:
        meanwhile(engine, reader, lambda session: record.erase_personal(session, ref, NOON))
        assert record.verify(reader) == Verification(chains=1, events=4, breaks=())
    with db.reading(engine) as reader:
        assert record.verify(reader) == Verification(chains=2, events=5, breaks=())


def test_more_than_fits_into_memory_at_a_time_is_walked_whole(session, monkeypatch):
    monkeypatch.setattr(verification, "BATCH", 4)
    for case_id in range(1, 12):
        ref = record.keep_personal(session, {"number": case_id})
        chains.begin(session, f"RP-2024-{case_id}", KINDS, case_id=case_id, person=ref)

    assert record.verify(session) == Verification(chains=11, events=44, breaks=())
    chains.tamper(session, "DELETE FROM events WHERE case_id = 9 AND seq = 2", "DELETE FROM personal")
    gone = "event 1 refers to personal data that are not there: their row was removed"
    assert breaks(session) == [
        Break("RP-2024-9", 2, "event 2 is missing: after event 1 comes event 3"),
        *(Break(f"RP-2024-{case_id}", 1, gone) for case_id in range(1, 12)),
    ]
