"""perform(): whatever is asked of a case happens once, as a whole, or is refused with every reason."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Engine, func, select

from states.reasons import Refused
from tests import build
from workflow import db, engine, queries, record
from workflow.engine import Outcome


@pytest.fixture(autouse=True)
def world(engine: Engine) -> Engine:
    build.world(engine)
    return engine


def events_of(on: Engine, case_id: int) -> int:
    with db.reading(on) as session:
        events = select(func.count()).where(queries.EVENTS.c.case_id == case_id)
        return session.scalar(events) or 0


def test_a_new_case_is_a_draft_with_a_reference_and_one_event(world: Engine) -> None:
    case_id = build.case(world)

    with db.reading(world) as session:
        case = queries.load_case(session, case_id)
    assert case is not None
    assert (case.reference, case.state, case.seq, case.territory) == ("RP-2024-1", "draft", 1, ("FR",))


def test_references_count_up_within_a_year(world: Engine) -> None:
    for moment in ("2024-03-01 09:00", "2024-12-31 23:59", "2025-01-01 00:00"):
        build.case(world, at_=moment)

    with db.reading(world) as session:
        assert queries.references(session) == ["RP-2024-1", "RP-2024-2", "RP-2025-1"]


def test_a_refused_command_changes_nothing(world: Engine) -> None:
    case_id = build.case(world)
    before = events_of(world, case_id)

    why = build.refused(world, case_id, "2024-01-09 10:00", "officer", "sign")

    assert why == (
        "Record the signature: not possible while the case is in 'Draft' (draft). "
        "Possible here: submit, withdraw, hold, resume, confirm_item, set_details, "
        "fill_sheet, record_risk, mitigate_risk, reopen_due_diligence, confirm_due_diligence, "
        "book_entry, refund_entry, correct_entry."
    )
    assert events_of(world, case_id) == before


def test_the_same_key_does_the_same_thing_once(world: Engine) -> None:
    case_id = build.case(world)

    first = build.do(world, case_id, "2024-01-08 10:00", "officer", "submit", key_="k1")
    again = build.do(world, case_id, "2024-01-08 11:00", "officer", "submit", key_="k1")

    assert (first, first.state) == (again, "preliminary_assessment")
    assert events_of(world, case_id) == 2


def test_the_same_key_with_other_content_is_refused(world: Engine) -> None:
    case_id = build.case(world)
    build.do(world, case_id, "2024-01-08 10:00", "officer", "submit", key_="k1")

    why = build.refused(world, case_id, "2024-01-09 10:00", "officer", "endorse", risk="low", key_="k1")

    assert why == "The key 'k1' was used for another command. Nothing was done; use a new key."


def test_a_key_used_twice_in_one_batch_is_carried_out_once(world: Engine) -> None:
    case_id = build.case(world)
    submit = build.command("officer", "submit", {"key_": "k1"})

    with db.transaction(world) as session:
        first, second = engine.perform_all(session, [(case_id, submit)] * 2, build.at("2024-01-08 10:00"))

    assert first == second
    assert events_of(world, case_id) == 2


def test_whoever_decides_on_an_old_view_is_told_what_has_happened_since(world: Engine) -> None:
    case_id = build.case(world)
    build.do(world, case_id, "2024-01-08 10:00", "officer", "submit", seen_=1)

    why = build.refused(world, case_id, "2024-01-09 10:00", "officer", "decline", seen_=1)

    assert why == (
        "The case has moved on since it was looked at: officer: submit, 2024-01-08 09:00 UTC. "
        "Look again, then decide."
    )


def test_a_case_that_does_not_exist_is_refused(world: Engine) -> None:
    assert build.refused(world, 4711, "2024-01-08 10:00", "officer", "submit") == "There is no case 4711."


def test_everyone_concerned_gets_one_letter_when_a_question_is_put(world: Engine) -> None:
    case_id = build.in_notification(world)

    with db.reading(world) as session:
        letters = queries.LETTERS
        requests = session.execute(
            select(letters.c.round, letters.c.language, func.count())
            .where(letters.c.case_id == case_id, letters.c.template == "notification")
            .group_by(letters.c.round, letters.c.language)
            .order_by(letters.c.language)
        ).all()
        numbers = set(session.scalars(select(letters.c.number).where(letters.c.template == "notification")))
    assert [tuple(row) for row in requests] == [(3, "en", 119), (3, "es", 21), (3, "fr", 32)]
    assert numbers == {"2024/3"}


def test_a_receipt_goes_to_the_party_that_answered(world: Engine) -> None:
    case_id = build.in_notification(world)
    build.do(world, case_id, "2024-06-20 10:00", "party:NO", "objection", reasons="hydrology")

    with db.reading(world) as session:
        assert build.letters_to(session, case_id, "NO") == ["notification", "receipt", "objection_received"]
        assert build.letters_to(session, case_id, "SE")[-1] == "objection_received"


def test_what_the_tables_say_is_what_the_events_say(world: Engine) -> None:
    case_id = build.in_notification(world)
    build.do(world, case_id, "2024-06-20 10:00", "party:NO", "objection", reasons="hydrology")
    build.do(world, case_id, "2024-06-21 10:00", "officer", "hold", reason="talks")
    build.do(world, case_id, "2024-07-01 10:00", "officer", "resume", reason="talks ended")
    build.do(
        world, case_id, "2024-07-02 10:00", "officer", "extend", until=build.at("2024-10-01 12:00").date()
    )

    with db.reading(world) as session:
        assert record.rebuild(session, case_id) == []
        assert record.verify(session).breaks == ()


def test_of_two_officers_at_the_same_second_one_succeeds_and_the_other_is_told(world: Engine) -> None:
    case_id = build.case(world)
    build.do(world, case_id, "2024-01-08 10:00", "officer", "submit")
    outcomes: list[Outcome | Refused] = []
    ready = threading.Barrier(2)

    def act(action: str, **details: str) -> None:
        ready.wait()
        with db.transaction(world) as session:
            told = build.command("officer", action, {**details, "seen_": 2})
            outcomes.append(engine.perform(session, case_id, told, build.at("2024-01-09 10:00")))

    threads = [
        threading.Thread(target=act, args=("endorse",), kwargs={"risk": "low"}),
        threading.Thread(target=act, args=("decline",), kwargs={"reason": "no"}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    done = [o for o in outcomes if isinstance(o, Outcome)]
    told = [str(o) for o in outcomes if isinstance(o, Refused)]
    assert (len(done), len(told)) == (1, 1)
    assert told[0].startswith(f"The case has moved on since it was looked at: officer: {done[0].events[0]}")
