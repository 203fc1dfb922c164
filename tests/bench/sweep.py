"""The sweep: what is due among many open deadlines is fired, with all its case work.

What is due (crowd.py): of each ten, seven tasks become overdue and the officer is told, two reminders go to
silent Parties, one window shuts upon silence. Beside it: APScheduler, which merely wakes as many jobs, and
the same rows written by hand, their values ready.
"""

from __future__ import annotations

import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, text

from tests.bench import timing
from tests.bench.crowd import MIX, TASKS, Crowd, Slot
from tests.bench.hand import Hand
from tests.bench.places import Place
from tests.bench.timing import Line
from tests.bench.written import Rows, Writing, count, look, only, writings
from workflow import sweep

SUBJECT = "sweep"
OPEN, OPEN_QUICK = (100_000, 1_000_000), (4_000, 40_000)
DUE, DUE_QUICK = (0, 10, 1_000), (0, 10, 100)
#: With nothing due a sweep is too short to be timed alone.
IDLE_SWEEPS = 50
BATCH = 100
RATIO_MAX = 1.2


def lines(places: list[Place], rounds: int, quick: bool) -> list[Line]:
    sizes, dues = (OPEN_QUICK, DUE_QUICK) if quick else (OPEN, DUE)
    found: list[Line] = []
    for place in places:
        found += _by_what_is_open(place, rounds, sizes, dues)
        found += _beside_others(place, rounds, sizes[0], dues[-1])
    return found


# ---------------------------------------------------------------------- few open, many open


def _by_what_is_open(place: Place, rounds: int, sizes: tuple[int, ...], dues: tuple[int, ...]) -> list[Line]:
    slots = [(due, MIX) for _ in range(rounds + 1) for due in dues if due]
    crowds = {size: Crowd(place, size, slots) for size in sizes}
    for crowd in crowds.values():
        for due in dues:
            _sweep(crowd, due)
    runs = {
        f"{due} of {size}": lambda crowd=crowd, due=due: _sweep(crowd, due)
        for due in dues
        for size, crowd in crowds.items()
    }
    seen = timing.medians(timing.in_turn(runs, rounds))
    for crowd in crowds.values():
        crowd.place.drop()
    few, many = sizes
    found = []
    for due in dues:
        mine = [seen[f"{due} of {size}"] for size in sizes]
        what = f"{place.kind}: {due} due, {many:,} open beside {few:,}"
        note = f"{timing.ms(mine[1])} and {timing.ms(mine[0])}"
        found.append(timing.at_most(SUBJECT, what, mine[1] / mine[0], RATIO_MAX, "x", note))
    return found


def _sweep(crowd: Crowd, due: int) -> float:
    """Seconds of one sweep in which so many are due."""
    clock, times = timing.Clock(), 1 if due else IDLE_SWEEPS
    if due:
        crowd.next_slot()
    with clock.running():
        done = [sweep.fire_due(crowd.place.engine, crowd.now, batch=BATCH) for _ in range(times)]
    assert sum(each.fired for each in done) == due and not any(each.failed for each in done), done
    return clock.seconds / times


# ------------------------------------------------------------------------------ beside others


def _beside_others(place: Place, rounds: int, size: int, due: int) -> list[Line]:
    found: list[Line] = []
    wake = _Wake(place, due)
    for name, kinds in (("the mix", MIX), ("all of them overdue tasks", TASKS)):
        crowd = Crowd(place, size, [(due, kinds)] * (rounds + 1))
        other = crowd.place.copy()
        by_hand = _ByHand(crowd, other)
        by_hand.follow()
        by_hand.write()
        runs = {"assent": by_hand.follow, "by hand": by_hand.write, "APScheduler": wake.all}
        seen = timing.medians(timing.in_turn(runs, rounds))
        told = ", ".join(f"{n} {table}" for table, n in by_hand.count.items())
        by_hand.close()
        crowd.place.drop()
        other.drop()
        what = f"{place.kind}: {due} due, {name}: of APScheduler's time to wake {due} jobs"
        note = f"{timing.ms(seen['assent'])} and {timing.ms(seen['APScheduler'])}"
        found += [
            timing.at_most(SUBJECT, what, seen["assent"] / seen["APScheduler"], 1, "x", note),
            timing.told(
                SUBJECT,
                f"{place.kind}: {due} due, {name}: by hand, the rows ready: {told}",
                f"{timing.ms(seen['by hand'])} ({seen['assent'] / seen['by hand']:.1f} x by hand)",
            ),
        ]
    wake.close()
    return found


class _ByHand:
    """Writes on a second database what the sweep has written on the first."""

    def __init__(self, crowd: Crowd, other: Place) -> None:
        self._crowd = crowd
        self._own, self._other = Hand(crowd.place), Hand(other)
        self._slot: Slot | None = None
        self._batches: list[tuple[list[int], list[Writing]]] = []

    def follow(self) -> float:
        """Let the sweep fire the next slot, and prepare what it has written; returns the sweep's seconds."""
        self._slot = slot = self._crowd.next_slot()
        before = look(self._own, slot.case_ids)
        clock = timing.Clock()
        with clock.running():
            done = sweep.fire_due(self._crowd.place.engine, slot.at, batch=BATCH)
        assert (done.fired, done.failed) == (len(slot.case_ids), 0), done
        after = look(self._own, slot.case_ids)
        self._batches = [
            _batch(before, after, slot.case_ids[n : n + BATCH]) for n in range(0, done.fired, BATCH)
        ]
        return clock.seconds

    def write(self) -> float:
        clock = timing.Clock()
        with clock.running():
            for case_ids, found in self._batches:
                self._write(case_ids, found)
            self._write([], [])
        return clock.seconds

    def _write(self, case_ids: list[int], found: list[Writing]) -> None:
        """One batch in one transaction; the last one finds nothing due, and says that the sweep has run."""
        hand = self._other
        assert self._slot is not None
        # SQLite holds moments as text, as Assent writes them.
        at: Any = self._slot.at
        if hand.is_sqlite:
            at = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        hand.begin()
        claimed = hand.all(
            "SELECT id, case_id, name, generation FROM deadlines WHERE status = 'armed' AND due_at <= ?"
            f" ORDER BY due_at, id LIMIT {BATCH}",
            (at,),
        )
        assert len(claimed) == len(case_ids)
        if case_ids:
            marks = ", ".join("?" * len(case_ids))
            hand.all(f"SELECT * FROM cases WHERE id IN ({marks}) ORDER BY id{hand.lock}", case_ids)
            for table in ("deadlines", "rounds", "asked", "answers"):
                hand.all(f"SELECT * FROM {table} WHERE case_id IN ({marks})", case_ids)
            hand.all("SELECT head FROM register_head WHERE id = 0")
        for each in found:
            hand.do_many(each.statement, each.values)
        if not case_ids:
            hand.do("UPDATE heartbeats SET at = ? WHERE name = 'sweep'", (at,))
        hand.commit()

    @property
    def count(self) -> dict[str, int]:
        told: dict[str, int] = {}
        for _, found in self._batches:
            for table, rows in count(found).items():
                told[table] = told.get(table, 0) + rows
        return told

    def close(self) -> None:
        self._own.close()
        self._other.close()


def _batch(before: Rows, after: Rows, case_ids: list[int]) -> tuple[list[int], list[Writing]]:
    return case_ids, writings(only(before, case_ids), only(after, case_ids))


# -------------------------------------------------------------------------------- APScheduler


def nothing() -> None:
    """What a woken job does."""


class _Wake:
    """APScheduler's own store of jobs, in the same kind of database: it wakes what is due, and no more."""

    def __init__(self, place: Place, jobs: int) -> None:
        self._jobs = jobs
        self._place = place.copy()
        self._folder = tempfile.TemporaryDirectory(prefix="assent-bench-jobs-")
        self._engine: Any = create_engine(
            f"sqlite:///{Path(self._folder.name) / 'jobs.db'}"
            if place.is_sqlite
            else self._place.url.replace("postgresql://", "postgresql+psycopg://")
        )
        if place.is_sqlite:

            @event.listens_for(self._engine, "connect")
            def connect(driver: Any, _record: object) -> None:
                driver.execute("PRAGMA journal_mode=WAL")
                driver.execute("PRAGMA synchronous=FULL")

    def all(self) -> float:
        """Seconds until all jobs that are due have run and are out of the store."""
        from apscheduler.events import EVENT_JOB_EXECUTED, EVENT_JOB_REMOVED
        from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
        from apscheduler.schedulers.background import BackgroundScheduler

        scheduler = BackgroundScheduler(
            timezone=UTC, jobstores={"default": SQLAlchemyJobStore(engine=self._engine)}
        )
        scheduler.start(paused=True)
        due = datetime(2026, 1, 1, tzinfo=UTC)
        for n in range(self._jobs):
            scheduler.add_job(
                nothing, "date", run_date=due, id=str(n), misfire_grace_time=None, coalesce=True
            )
        left, over = {EVENT_JOB_EXECUTED: self._jobs, EVENT_JOB_REMOVED: self._jobs}, threading.Event()
        guard = threading.Lock()

        def told(what: Any) -> None:
            with guard:
                left[what.code] -= 1
                if not any(left.values()):
                    over.set()

        scheduler.add_listener(told, EVENT_JOB_EXECUTED | EVENT_JOB_REMOVED)
        clock = timing.Clock()
        with clock.running():
            scheduler.resume()
            assert over.wait(120), "APScheduler has not woken all jobs"
        scheduler.shutdown()
        return clock.seconds

    def close(self) -> None:
        with self._engine.begin() as connection:
            assert connection.execute(text("SELECT count(*) FROM apscheduler_jobs")).scalar() == 0
        self._engine.dispose()
        self._folder.cleanup()
        self._place.drop()
