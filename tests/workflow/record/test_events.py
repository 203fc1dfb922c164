"""Promises about events and the personal data beside them."""

import hashlib
import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from states.effects import effect
from tests.workflow.record import chains
from tests.workflow.record.chains import NOON
from workflow import db, models, record
from workflow.queries import EVENTS, REGISTER_HEAD, table
from workflow.record import Break

PERSONAL = table(models.Personal)


def test_an_event_hashes_all_that_is_said_of_it_together_with_the_event_before():
    row = record.event_row(
        case_id=7,
        chain="RP-2024-7",
        seq=3,
        at=NOON,
        kind="objection",
        actor="party:FR/mission",
        data={"reasons": "l'eau"},
        effects=[effect("objection_end", no=1, ended_at=NOON), effect("mark", add=("approved",), remove=())],
        prev="ab" * 32,
        edition="ramsar-private 2026",
        person="cd" * 32,
        on_behalf="party:FR",
        channel="note_verbale",
        received_at=NOON - timedelta(days=1),
        recorded_at=NOON,
    )

    body = row.pop("body")
    assert json.loads(body) == {
        "chain": "RP-2024-7",
        "seq": 3,
        "at": "2024-03-01T12:00:00.000000Z",
        "kind": "objection",
        "actor": "party:FR/mission",
        "data": {"reasons": "l'eau"},
        "effects": [
            ["objection_end", {"no": 1, "ended_at": "2024-03-01T12:00:00.000000Z"}],
            ["mark", {"add": ["approved"], "remove": []}],
        ],
        "edition": "ramsar-private 2026",
        "person": "cd" * 32,
        "on_behalf": "party:FR",
        "channel": "note_verbale",
        "received_at": "2024-02-29T12:00:00.000000Z",
        "recorded_at": "2024-03-01T12:00:00.000000Z",
    }
    assert row == {
        "case_id": 7,
        "seq": 3,
        "at": NOON,
        "kind": "objection",
        "actor": "party:FR/mission",
        "prev": "ab" * 32,
        "hash": hashlib.sha256(b"assent event 1\n" + b"ab" * 32 + b"\n" + body.encode()).hexdigest(),
    }


def test_acts_that_belong_to_no_case_make_one_chain(session):
    numbers = [
        record.append_register(session, kind, {"party": "FR"}, actor="officer", now=NOON)
        for kind in ("imported", "contact_changed", "meeting_moved")
    ]

    kept = session.execute(select(EVENTS.c.seq, EVENTS.c.kind, EVENTS.c.hash).order_by(EVENTS.c.seq)).all()
    head = session.execute(select(REGISTER_HEAD.c.seq, REGISTER_HEAD.c.head)).all()
    assert numbers == [1, 2, 3]
    assert [row[:2] for row in kept] == [(1, "imported"), (2, "contact_changed"), (3, "meeting_moved")]
    assert head == [(3, kept[-1].hash)]
    assert record.verify(session) == record.Verification(chains=1, events=3, breaks=())


def test_acts_at_the_same_moment_follow_each_other_on_the_chain(engine):
    def append() -> None:
        for _ in range(5):
            with db.transaction(engine) as session:
                record.append_register(session, "imported", {}, actor="officer", now=NOON)

    threads = [threading.Thread(target=append) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with db.reading(engine) as session:
        assert record.verify(session) == record.Verification(chains=1, events=20, breaks=())


def test_an_event_that_cannot_be_kept_exactly_is_not_kept_at_all(session):
    with pytest.raises(record.CannotBeKept, match=r"^data\.share: 0\.5 is a float"):
        record.append_register(session, "imported", {"share": 0.5}, actor="officer", now=NOON)

    assert record.verify(session) == record.Verification(chains=0, events=0, breaks=())


# -- personal data -----------------------------------------------------------------------------------------


def test_personal_data_are_erased_and_the_chain_still_holds(session):
    ref = record.keep_personal(session, {"name": "Ms A. Example", "phone": "+41 22 999 01 70"})
    chains.begin(session, "RP-2024-1", ["draft", "submitted"], case_id=1, person=ref)

    record.erase_personal(session, ref, NOON, actor="officer", reason="she asked for it")

    kept = session.execute(select(PERSONAL)).mappings().all()
    told = session.execute(select(EVENTS.c.kind, EVENTS.c.body).where(EVENTS.c.case_id == 0)).all()
    assert kept == [{"ref": ref, "salt": "", "content": None, "erased_at": NOON}]
    assert [(kind, json.loads(body)["data"]) for kind, body in told] == [
        ("personal_erased", {"ref": ref, "reason": "she asked for it"})
    ]
    assert record.verify(session) == record.Verification(chains=2, events=3, breaks=())


def test_erasing_twice_keeps_the_first_moment(session):
    ref = record.keep_personal(session, {"name": "Ms A. Example"})
    record.erase_personal(session, ref, NOON)

    record.erase_personal(session, ref, NOON + timedelta(days=1))

    assert session.scalar(select(PERSONAL.c.erased_at)) == NOON
    assert session.scalar(select(REGISTER_HEAD.c.seq)) == 1


def test_the_same_person_kept_twice_cannot_be_recognized_by_the_reference(session):
    refs = {record.keep_personal(session, {"name": "Ms A. Example"}) for _ in range(3)}

    assert len(refs) == 3


def test_what_was_never_kept_cannot_be_erased(session):
    with pytest.raises(record.NotKept, match="No personal data are kept under 'nobody'"):
        record.erase_personal(session, "nobody", datetime(2024, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (
            """UPDATE personal SET content = '{"name":"Mr B."}'""",
            "event 1 refers to personal data that were changed",
        ),
        ("UPDATE personal SET content = 'Mr B.'", "event 1 refers to personal data that were changed"),
        ("DELETE FROM personal", "event 1 refers to personal data that are not there: their row was removed"),
        (
            "UPDATE personal SET content = NULL",
            "event 1 refers to personal data that are empty, although no event says that they were erased",
        ),
    ],
    ids=["another name", "no JSON", "removed", "emptied in silence"],
)
def test_personal_data_that_were_changed_behind_the_record_are_named(session, change, what):
    ref = record.keep_personal(session, {"name": "Ms A. Example"})
    chains.begin(session, "RP-2024-1", ["draft", "submitted"], case_id=1, person=ref)
    untouched = record.verify(session)

    chains.tamper(session, change)

    assert untouched.holds
    assert record.verify(session).breaks == (Break("RP-2024-1", 1, what),)
