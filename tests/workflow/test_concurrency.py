"""Several processes at once: nothing is lost, nothing happens twice, and nobody sees a locked database."""

from __future__ import annotations

import multiprocessing
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from states.reasons import Refused
from tests import build
from workflow import db, engine, queries, record
from workflow.engine import Outcome

PROCESSES = 4
CASES_EACH = 6
#: Nothing inherited: each process opens its own connections, as on a machine of its own.
START = multiprocessing.get_context("spawn")


@pytest.fixture(autouse=True)
def world(engine: Engine) -> Engine:
    build.world(engine)
    return engine


def write_cases(url: str, number: int, results: Any) -> None:
    """What one process does: begin cases and bring each of them through three steps."""
    on = db.make_engine(url)
    build.settle(on)
    try:
        for _ in range(CASES_EACH):
            case_id = build.case(on, officer=f"officer-{number}")
            build.do(on, case_id, "2024-01-08 10:00", "officer", "submit", key_=f"submit-{case_id}")
            build.do(on, case_id, "2024-01-09 10:00", "officer", "hold", key_=f"hold-{case_id}")
            build.do(on, case_id, "2024-01-10 10:00", "officer", "resume", key_=f"resume-{case_id}")
        results.put("done")
    except BaseException as error:
        results.put(f"{type(error).__name__}: {error}")
        raise
    finally:
        on.dispose()


def decide_once(url: str, case_id: int, action: str, ready: Any, results: Any) -> None:
    """What one officer does at the same second as another."""
    on = db.make_engine(url)
    build.settle(on)
    told = build.command(
        "officer", action, {"risk": "low", "seen_": 2} if action == "endorse" else {"seen_": 2}
    )
    ready.wait()
    with db.transaction(on) as session:
        outcome = engine.perform(session, case_id, told, build.at("2024-01-09 10:00"))
    results.put(outcome.events[0] if isinstance(outcome, Outcome) else str(outcome))
    on.dispose()


def test_four_processes_write_and_nothing_is_lost(world: Engine, database_url: str) -> None:
    results = START.Queue()
    writers = [START.Process(target=write_cases, args=(database_url, n, results)) for n in range(PROCESSES)]
    for writer in writers:
        writer.start()
    told = [results.get(timeout=120) for _ in writers]
    for writer in writers:
        writer.join()

    assert told == ["done"] * PROCESSES
    with db.reading(world) as session:
        references = queries.references(session)
        events = session.scalar(select(func.count()).where(queries.EVENTS.c.case_id > 0))
        assert record.verify(session).breaks == ()
    count = PROCESSES * CASES_EACH
    by_number = sorted(references, key=lambda reference: int(reference.rsplit("-")[-1]))
    assert by_number == [f"RP-2024-{number}" for number in range(1, count + 1)]
    assert events == 4 * count


def test_of_two_processes_at_the_same_second_one_succeeds_and_the_other_is_told(
    world: Engine, database_url: str
) -> None:
    case_id = build.case(world)
    build.do(world, case_id, "2024-01-08 10:00", "officer", "submit")
    results, ready = START.Queue(), START.Barrier(2)
    officers = [
        START.Process(target=decide_once, args=(database_url, case_id, action, ready, results))
        for action in ("endorse", "decline")
    ]
    for officer in officers:
        officer.start()
    told = sorted((results.get(timeout=60) for _ in officers), key=len)
    for officer in officers:
        officer.join()

    done, refused = told
    assert done in ("endorse", "decline")
    assert refused.startswith(f"The case has moved on since it was looked at: officer: {done}")
    with db.reading(world) as session:
        assert record.rebuild(session, case_id) == []


def test_a_reader_never_waits_for_a_writer(world: Engine) -> None:
    case_id = build.case(world)

    with db.transaction(world) as writing:
        engine.perform(writing, case_id, build.command("officer", "submit", {}), build.at("2024-01-08 10:00"))
        with db.reading(world) as session:
            assert build.state_of(session, case_id) == "draft"
    with db.reading(world) as session:
        assert build.state_of(session, case_id) == "preliminary_assessment"


def test_a_command_that_fails_halfway_leaves_nothing_behind(world: Engine) -> None:
    case_id = build.case(world)

    with pytest.raises(RuntimeError), db.transaction(world) as session:
        done = engine.perform(
            session, case_id, build.command("officer", "submit", {"key_": "k"}), build.at("2024-01-08 10:00")
        )
        assert not isinstance(done, Refused)
        raise RuntimeError("the machine stops here")

    assert build.do(world, case_id, "2024-01-08 11:00", "officer", "submit", key_="k").seq == 2
