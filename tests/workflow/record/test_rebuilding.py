"""Promises about a case made anew from its events alone."""

from dataclasses import fields

import pytest
from sqlalchemy import insert, text

from states.facts import Case
from tests.workflow.record import chains, story
from workflow import db, queries, record
from workflow.queries import EVENTS
from workflow.record.rebuilding import SETS


@pytest.fixture
def case_id(played):
    with db.reading(played) as session:
        return queries.case_id_of(session, story.REFERENCE)


def test_the_tables_say_what_the_events_say(played, case_id):
    with db.reading(played) as session:
        case = queries.load_case(session, case_id)

        # The story is worth nothing if it leaves out what could differ.
        kept = [
            len(kept) for kept in (case.rounds, case.rounds[2].asked, case.rounds[1].answers, case.objections)
        ]
        assert (case.state, kept, len(case.deadlines) > 0) == ("agreement", [3, 172, 19, 1], True)
        assert record.rebuild(session, case_id) == []
        assert record.verify(session).holds


TABLES = {
    "UPDATE cases SET title = 'Other'": (
        "title: the record says 'Biosphere Connections', the table says 'Other'."
    ),
    "UPDATE cases SET state = 'active'": "state: the record says 'agreement', the table says 'active'.",
    "UPDATE cases SET officer = ''": "officer: the record says 'mkaur', the table says ''.",
    """UPDATE cases SET partner = '{"home":"FR","name":"Star Alliance"}'""": (
        "partner, home: the record says 'DE', the table says 'FR'."
    ),
    """UPDATE cases SET marks = '["cleared"]'""": (
        "marks: the record says ['approved', 'cleared'], the table says ['cleared']."
    ),
    "UPDATE rounds SET reply_by = '2024-12-24' WHERE no = 3": (
        "round 3, reply_by: the record says '2024-08-09', the table says '2024-12-24'."
    ),
    "UPDATE asked SET party = 'XX' WHERE round = 3 AND code = 'FR'": (
        "round 3, asked FR, party: the record says 'FR', the table says 'XX'."
    ),
    "UPDATE asked SET position = 9999 WHERE round = 1 AND position = 0": (
        "round 1, order of those asked: the record says ['mwg-1', 'mwg-2', 'mwg-3', 'mwg-4', 'mwg-5'],"
        " the table says ['mwg-2', 'mwg-3', 'mwg-4', 'mwg-5', 'mwg-1']."
    ),
    "DELETE FROM asked WHERE round = 3 AND code = 'FR'": (
        "round 3, asked FR: the record has it, the table has not."
    ),
    "UPDATE answers SET word = 'support' WHERE voice = 'party:AT'": (
        "round 3, answer 20, word: the record says 'objection', the table says 'support'."
    ),
    "DELETE FROM answers WHERE no = 20": "round 3, answer 20: the record has it, the table has not.",
    "UPDATE objections SET ended_at = NULL": (
        "objection 1, ended_at: the record says '2024-08-05T07:00:00.000000Z', the table says None."
    ),
    "UPDATE deadlines SET last_day = '2025-12-24' WHERE status = 'armed'": (
        "deadline task:agreement:signature, last_day: the record says '2024-11-19',"
        " the table says '2025-12-24'."
    ),
    "UPDATE deadlines SET status = 'cancelled' WHERE status = 'armed'": (
        "deadline task:agreement:signature: the record has it, the table has not."
    ),
    "UPDATE deadlines SET status = 'armed' WHERE name = 'window:1'": (
        "deadline window:1: the table has it, the record has not."
    ),
    "UPDATE holds SET resumed_on = '2024-03-24'": (
        "hold 1, resumed_on: the record says '2024-05-06', the table says '2024-03-24'."
    ),
    "UPDATE extensions SET reason = 'another'": (
        "extension 1, reason: the record says 'a long paper', the table says 'another'."
    ),
    "DELETE FROM extensions": "extension 1: the record has it, the table has not.",
}


@pytest.mark.parametrize(("change", "difference"), TABLES.items(), ids=TABLES)
def test_a_table_that_says_something_else_is_named_with_both(played, case_id, change, difference):
    with db.transaction(played) as session:
        session.execute(text(change))

        found = record.rebuild(session, case_id)

    assert found == [difference]


def test_a_case_that_stands_at_another_event_is_named(played, case_id):
    with db.transaction(played) as session:
        count = session.scalar(text("SELECT seq FROM cases"))
        session.execute(text("UPDATE cases SET seq = seq + 1"))

        assert record.rebuild(session, case_id) == [
            f"seq: the record says {count}, the table says {count + 1}."
        ]


@pytest.mark.parametrize(
    ("effects", "why"),
    [
        ([["sell", {}]], "KeyError: 'sell'"),
        ([["arm", {"name": "window:1"}]], "TypeError: "),
        ([["resume", {"on": None, "resumed_on": "2024-03-01"}]], "IndexError: "),
    ],
    ids=["unknown effect", "a deadline without a date", "resumed without a hold"],
)
def test_an_event_that_makes_no_sense_is_named(session, effects, why):
    chains.begin(session, "RP-2024-1", [], case_id=1)
    body = record.canonical({"at": chains.NOON, "effects": effects})
    row = {"case_id": 1, "seq": 1, "at": chains.NOON, "kind": "", "actor": "", "prev": "", "hash": ""}
    session.execute(insert(EVENTS).values(**row, body=body))

    (found,) = record.rebuild(session, 1)

    assert found.startswith(f"Event 1 cannot be applied: {why}")
    assert found.endswith(". Run `assent record verify`: it names the first broken event.")


def test_a_case_without_events_cannot_be_rebuilt(session):
    chains.begin(session, "RP-2024-1", [], case_id=1)

    assert record.rebuild(session, 1) == [
        "The case has no event. Run `assent record verify`: it names the first broken event."
    ]


def test_a_case_that_does_not_exist_is_refused(session):
    with pytest.raises(record.NoSuchCase, match="There is no case number 7"):
        record.rebuild(session, 7)


def test_every_set_of_a_case_is_rebuilt_as_a_set():
    assert {field.name for field in fields(Case) if "frozenset" in str(field.type)} == SETS
