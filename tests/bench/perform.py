"""`perform` of one state-changing command, beside the same SQL by hand and beside two peers.

The command is `decline` of the shipped law: the case changes its state, a deadline ends, the event goes onto
the chain, the partner gets one letter, and the outcome is kept under the command's key. One command, one
transaction.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from hashlib import sha256
from statistics import median
from typing import Any

from states.commands import Command
from states.reasons import Refused
from tests.bench import peers, timing, world
from tests.bench.hand import Hand, Row, insert, without
from tests.bench.places import Place
from tests.bench.timing import Line
from workflow import db, engine

SUBJECT = "perform"
STEPS, STEPS_QUICK = 200, 40
#: Commands before the clock runs: caches fill, and psycopg prepares its statements.
WARM = 20
THREADS = 4
LONGEST_WAIT_MS = 50
OF_PEER = 1.5
OF_HAND = {"SQLite": 0.35, "PostgreSQL": 0.5}

OPENED, DECLINED = world.at("2024-03-01 09:30"), world.at("2024-03-11 09:30")


def lines(places: list[Place], rounds: int, quick: bool) -> list[Line]:
    steps = STEPS_QUICK if quick else STEPS
    peers.configure(places)
    found: list[Line] = []
    for place in places:
        found += _beside_others(place, rounds, steps)
        if place.is_sqlite:
            found += _four_threads(place, rounds, steps)
    return found


def _beside_others(place: Place, rounds: int, steps: int) -> list[Line]:
    own = _prepared(place, WARM + rounds * steps)
    other, django, spiff = own.copy(), place.copy(), place.copy()
    by_hand = ByHand(other, _pattern(own))
    contestants: dict[str, Callable[[int], None]] = {
        "assent": lambda case_id: decline(own, case_id),
        "by hand": by_hand.decline,
        "django-fsm-2": peers.Fsm(django, WARM + rounds * steps).decline,
        "SpiffWorkflow": peers.Spiff(spiff, WARM + rounds * steps).decline,
    }
    ids = [_Ids() for _ in contestants]
    for step, taken in zip(contestants.values(), ids, strict=True):
        _steps(step, taken, WARM)
    runs = {
        name: _run(step, taken, steps) for (name, step), taken in zip(contestants.items(), ids, strict=True)
    }
    seen = timing.medians(timing.in_turn(runs, rounds))
    by_hand.require_same_rows_as(own)
    for each in (own, other, django, spiff):
        each.drop()
    per_step = {name: seconds / steps for name, seconds in seen.items()}
    peer = min(("django-fsm-2", "SpiffWorkflow"), key=per_step.__getitem__)
    mine = per_step["assent"]
    return [
        timing.told(SUBJECT, f"{place.kind}: {name}", f"{timing.ms(s)}, {1 / s:.0f}/s")
        for name, s in per_step.items()
    ] + [
        timing.at_least(
            SUBJECT, f"{place.kind}: times the faster peer", per_step[peer] / mine, OF_PEER, peer
        ),
        timing.at_least(
            SUBJECT, f"{place.kind}: of the SQL by hand", per_step["by hand"] / mine, OF_HAND[place.kind]
        ),
    ]


def _four_threads(place: Place, rounds: int, steps: int) -> list[Line]:
    own = _prepared(place, WARM + rounds * steps * THREADS)
    taken = _Ids()
    _steps(lambda case_id: decline(own, case_id), taken, WARM)
    waits, rates = [], []
    for _ in range(rounds):
        shares = [[taken.next() for _ in range(steps)] for _ in range(THREADS)]
        laps: list[list[float]] = [[] for _ in shares]
        start = time.perf_counter()
        threads = [
            threading.Thread(target=_share, args=(own, share, lap))
            for share, lap in zip(shares, laps, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rates.append(THREADS * steps / (time.perf_counter() - start))
        assert sum(map(len, laps)) == THREADS * steps, "a thread has failed"
        waits.append(max(max(lap) for lap in laps))
    own.drop()
    what = f"SQLite: {THREADS} writing threads, longest command of a round"
    note = f"worst of all rounds {max(waits) * 1000:.0f} ms; {median(rates):.0f}/s"
    return [timing.at_most(SUBJECT, what, median(waits) * 1000, LONGEST_WAIT_MS, "ms", note)]


def _share(own: Place, ids: list[int], laps: list[float]) -> None:
    for case_id in ids:
        start = time.perf_counter()
        decline(own, case_id)
        laps.append(time.perf_counter() - start)


# --------------------------------------------------------------------------------------- our own


def decline(place: Place, case_id: int) -> None:
    """The command, as a page or a reply link would give it."""
    command = Command("decline", world.OFFICER, {"reason": world.REASON}, key=f"key {case_id}")
    with db.transaction(place.engine) as session:
        done = engine.perform(session, case_id, command, DECLINED)
    assert not isinstance(done, Refused), done


def _prepared(place: Place, count: int) -> Place:
    """A copy with so many cases that wait for their preliminary assessment; their ids begin at 1."""
    made = place.copy()
    with db.transaction(made.engine) as session:
        world.settle(session)
        ids = [world.proposal(session, "Evian Project", OPENED) for _ in range(count + 1)]
        engine.perform_all(session, [(i, Command("submit", world.OFFICER)) for i in ids], OPENED)
    assert ids == list(range(1, count + 2)), "cases are not numbered from 1"
    return made


class _Ids:
    """Hands out the cases, each once; the last one is the pattern for the rows by hand."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        self._last += 1
        return self._last


def _steps(step: Callable[[int], None], taken: _Ids, count: int) -> None:
    for _ in range(count):
        step(taken.next())


def _run(step: Callable[[int], None], taken: _Ids, count: int) -> timing.Run:
    def run() -> float:
        clock = timing.Clock()
        ids = [taken.next() for _ in range(count)]
        with clock.running():
            for case_id in ids:
                step(case_id)
        return clock.seconds

    return run


# --------------------------------------------------------------------------------------- by hand

WRITTEN = ("events", "letters", "keys")


def _pattern(own: Place) -> dict[str, Row]:
    """What one command writes: the rows of the last case, which nobody else touches."""
    hand = Hand(own)
    case_id = hand.all("SELECT max(id) FROM cases")[0][0]
    decline(own, case_id)
    found = {
        table: hand.rows(f"SELECT * FROM {table} WHERE case_id = ?", (case_id,))[-1] for table in WRITTEN
    }
    found["cases"] = hand.rows("SELECT * FROM cases WHERE id = ?", (case_id,))[0]
    hand.close()
    return found


class ByHand:
    """The same reads and the same rows, written down for this one command and no other.

    It does what whoever writes SQL by hand cannot spare: the words of the event and their hash, and the
    reference in the letter. It decides nothing, and renders nothing.
    """

    def __init__(self, place: Place, pattern: dict[str, Row]) -> None:
        self._hand = Hand(place)
        self._event = pattern["events"]
        self._body = json.loads(self._event["body"])
        self._letter = without(pattern["letters"], "id")
        self._key = pattern["keys"]
        self._case = pattern["cases"]
        lock = self._hand.lock
        columns = ", ".join(self._case)
        self._select_case = f"SELECT {columns} FROM cases WHERE id = ?{lock}"
        self._insert_event = insert("events", self._event)
        self._insert_letter = insert("letters", self._letter)
        self._insert_key = insert("keys", self._key)

    def decline(self, case_id: int) -> None:
        hand, key = self._hand, f"key {case_id}"
        hand.begin()
        hand.all("SELECT key, case_id, request, outcome, at FROM keys WHERE key = ?", (key,))
        row = hand.all(self._select_case, (case_id,))[0]
        case = dict(zip(self._case, row, strict=True))
        deadlines = hand.all(
            "SELECT id, name, kind, generation, status, rule, anchor, last_day, due_at, title, of, on_expiry,"
            " done_by, round, about, meeting, remaining FROM deadlines WHERE case_id = ?"
            " AND status IN ('armed', 'held', 'overdue', 'fired') ORDER BY id",
            (case_id,),
        )
        hand.all("SELECT head FROM register_head WHERE id = 0")
        seq = case["seq"] + 1
        body = json.dumps(
            {**self._body, "chain": case["reference"], "seq": seq},
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
        )
        digest = sha256(b"assent event 1\n" + case["head"].encode() + b"\n" + body.encode()).hexdigest()
        new = {"case_id": case_id, "seq": seq}
        event = {**self._event, **new, "body": body, "prev": case["head"], "hash": digest}
        letter = {**self._letter, **new, **self._words(case)}
        request = sha256(f"{case_id} decline {world.REASON}".encode()).hexdigest()
        kept = {**self._key, "key": key, "case_id": case_id, "request": request}
        hand.do(
            "UPDATE cases SET state = ?, since = ?, seq = ?, head = ? WHERE id = ?",
            (self._case["state"], self._case["since"], seq, digest, case_id),
        )
        hand.do("UPDATE deadlines SET status = 'cancelled' WHERE id = ?", (deadlines[0][0],))
        hand.do(self._insert_event, tuple(event.values()))
        hand.do(self._insert_letter, tuple(letter.values()))
        hand.do(self._insert_key, tuple(kept.values()))
        hand.commit()

    def _words(self, case: Row) -> Row:
        pattern, reference = self._case["reference"], case["reference"]
        changed = {n: self._letter[n].replace(pattern, reference) for n in ("subject", "text", "html")}
        unique = sha256(f"{reference} {case['seq']} declined".encode()).hexdigest()[:32]
        return {**changed, "message_id": f"<{unique}@example.org>"}

    def require_same_rows_as(self, own: Place) -> None:
        """The comparison holds only if both have written the same.

        Raises   AssertionError
        """
        theirs, mine = self._hand, Hand(own)
        tables: dict[str, Callable[[Hand], Any]] = {
            table: lambda hand, table=table: hand.all(f"SELECT count(*) FROM {table}")[0][0]  # type: ignore[misc]
            for table in WRITTEN
        }
        # The pattern's own rows are in one of the two only.
        for table, count in tables.items():
            assert count(mine) - 1 == count(theirs), f"not as many {table}"
        for statement in (
            "SELECT state, seq FROM cases WHERE id = 5",
            "SELECT name, status FROM deadlines WHERE case_id = 5 ORDER BY id",
            "SELECT subject, length(html), email FROM letters WHERE case_id = 5",
            "SELECT kind, seq, hash FROM events WHERE case_id = 5 ORDER BY seq",
        ):
            assert mine.all(statement) == theirs.all(statement), statement
        mine.close()
        theirs.close()
