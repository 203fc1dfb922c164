"""What is due happens once, in order, whoever sweeps and however long nobody did."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select, update

from tests import build
from workflow import db, engine, heartbeat, queries, record, sweep
from workflow.queries import DEADLINES, EVENTS


@pytest.fixture(autouse=True)
def world(engine: Engine) -> Engine:
    build.world(engine)
    return engine


def kinds(on: Engine, case_id: int) -> list[str]:
    with db.reading(on) as session:
        events = select(EVENTS.c.kind).where(EVENTS.c.case_id == case_id).order_by(EVENTS.c.seq)
        return list(session.scalars(events))


def armed(on: Engine) -> int:
    with db.reading(on) as session:
        return session.scalar(select(func.count()).where(DEADLINES.c.status == "armed")) or 0


def submitted(on: Engine) -> int:
    case_id = build.case(on)
    build.do(on, case_id, "2024-01-08 10:00", "officer", "submit")
    return case_id


def test_nothing_happens_before_its_moment(world: Engine) -> None:
    case_id = submitted(world)

    before = sweep.fire_due(world, build.at("2024-02-07 23:59") + timedelta(seconds=59))
    after = sweep.fire_due(world, build.at("2024-02-08 00:00"))

    assert (before.fired, after.fired) == (0, 1)
    assert kinds(world, case_id) == ["opened", "submit", "overdue"]


def test_what_is_due_happens_once_however_often_somebody_sweeps(world: Engine) -> None:
    case_id = submitted(world)

    fired = [sweep.fire_due(world, build.at("2024-03-01 09:00")).fired for _ in range(3)]

    assert fired == [1, 0, 0]
    assert kinds(world, case_id) == ["opened", "submit", "overdue"]


def test_nothing_happens_while_a_case_is_on_hold(world: Engine) -> None:
    case_id = submitted(world)
    build.do(world, case_id, "2024-01-20 10:00", "officer", "hold", reason="the partner reconsiders")

    swept = sweep.fire_due(world, build.at("2025-01-20 10:00"))

    assert (swept.fired, kinds(world, case_id)) == (0, ["opened", "submit", "hold"])


def test_after_a_standstill_of_days_each_thing_happens_once_and_only_the_newest_reminder_is_sent(
    world: Engine,
) -> None:
    case_id = build.case(world)
    build.do(world, case_id, "2024-01-08 10:00", "officer", "submit")
    build.do(world, case_id, "2024-01-31 15:00", "officer", "endorse", risk="low")
    build.do(world, case_id, "2024-02-01 09:30", "officer", "dispatch")
    with db.transaction(world) as session:
        session.execute(update(queries.LETTERS).values(status="sent"))

    # 14, 7 and 1 days before 18 March; nobody looked until the 18th itself.
    sweep.fire_due(world, build.at("2024-03-18 10:00"))

    assert kinds(world, case_id)[-3:] == ["reminder_skipped", "reminder_skipped", "reminder"]
    with db.reading(world) as session:
        assert build.letters_to(session, case_id).count("reminder") == 1


def test_several_who_sweep_at_once_fire_each_deadline_once(world: Engine) -> None:
    cases = [submitted(world) for _ in range(12)]
    fired: list[int] = []

    def run() -> None:
        fired.append(sweep.fire_due(world, build.at("2024-03-01 09:00"), batch=2, beat=False).fired)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sweep.fire_due(world, build.at("2024-03-01 09:00"))

    assert [kinds(world, case_id).count("overdue") for case_id in cases] == [1] * 12
    with db.reading(world) as session:
        assert record.verify(session).breaks == ()


def test_a_deadline_that_cannot_be_fired_does_not_hold_up_the_others(world: Engine) -> None:
    broken, good = submitted(world), submitted(world)
    with db.transaction(world) as session:
        # A law file that is gone: nothing can be decided for this case.
        session.execute(update(queries.CASES).where(queries.CASES.c.id == broken).values(edition="gone"))

    swept = sweep.fire_due(world, build.at("2024-03-01 09:00"))

    assert (swept.fired, kinds(world, good)[-1], kinds(world, broken)[-1]) == (1, "overdue", "submit")
    with db.reading(world) as session:
        why = session.scalars(select(DEADLINES.c.problem).where(DEADLINES.c.case_id == broken)).one()
    assert "edition gone, and that law file is not here" in why
    with db.reading(world) as session:
        assert sweep.next_due(session) is not None


def test_a_deadline_that_fails_again_and_again_waits_for_somebody_to_look(world: Engine) -> None:
    broken = submitted(world)
    with db.transaction(world) as session:
        session.execute(update(queries.CASES).where(queries.CASES.c.id == broken).values(edition="gone"))

    for _ in range(sweep.ATTEMPTS_MAX + 2):
        sweep.fire_due(world, build.at("2024-03-01 09:00"))

    with db.reading(world) as session:
        attempts = session.scalars(select(DEADLINES.c.attempts).where(DEADLINES.c.case_id == broken)).one()
        assert (attempts, sweep.next_due(session)) == (sweep.ATTEMPTS_MAX, None)


def test_the_clock_cannot_fire_a_deadline_that_was_moved(world: Engine) -> None:
    case_id = submitted(world)
    with db.reading(world) as session:
        case = queries.load_case(session, case_id)
    assert case is not None
    task = case.deadlines[0]
    build.do(world, case_id, "2024-01-20 10:00", "officer", "hold")
    build.do(world, case_id, "2024-01-22 10:00", "officer", "resume")

    fire = sweep.Due(0, case_id, task.name, task.generation).command
    with db.transaction(world) as session:
        refused = engine.perform(session, case_id, fire, build.at("2024-03-01 09:00"))

    assert str(refused) == f"The deadline '{task.name}' has been moved or is done; nothing is due."


def test_every_sweep_leaves_a_sign_of_life(world: Engine) -> None:
    now = build.at("2024-03-01 09:00")
    with db.reading(world) as session:
        assert heartbeat.silent(session, now) == timedelta.max

    sweep.fire_due(world, now)

    with db.reading(world) as session:
        assert heartbeat.silent(session, now + timedelta(minutes=1)) is None
        assert heartbeat.silent(session, now + timedelta(minutes=5)) == timedelta(minutes=5)


def test_a_party_that_joins_later_and_one_whose_window_is_its_own_are_asked_in_time(world: Engine) -> None:
    case_id = build.in_notification(world, "2025-06-03 09:00")
    with db.reading(world) as session:
        before = queries.load_case(session, case_id)

    # Saudi Arabia became a Party on 2 August 2025, while the window was open.
    build.run_to(world, "2025-08-02 00:00")

    with db.reading(world) as session:
        after = queries.load_case(session, case_id)
    assert before is not None and after is not None and after.open_round is not None
    assert {a.code for a in after.rounds[-1].asked} - {a.code for a in before.rounds[-1].asked} == {"SA"}
    assert str(after.open_round.asked[-1].reply_by) == "2025-08-18"
