"""Worker processes that are killed at any moment and started anew, and what must hold all the same.

    ran = run(url, work, kills=20)
    assert lost(engine, ran.accepted) == []

`work(url, port, closing)` is what one process does: make letters and deliver them to the sink at `port`, over
and over; once the file `closing` is there, make no more, and return when nothing is left to be sent.
"""

import multiprocessing
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy import Engine, func, select

from tests.workflow.kill.sink import sink
from workflow import db
from workflow.queries import CASES, LETTERS

Work = Callable[[str, int, Path], None]

#: Between two kills, seconds: sometimes at once, sometimes after several rounds of work.
PAUSE_S = (0.02, 0.25)
#: How long the mail server thinks about a message, so that many are killed in the middle of one.
SINK_PAUSE_S = 0.004
PATIENCE_S = 120


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run came to."""

    kills: int
    #: Message-ID -> copies that reached the mail server.
    accepted: Counter[str]

    @property
    def copies(self) -> int:
        """How many letters arrived once too often."""
        return sum(self.accepted.values()) - len(self.accepted)


def run(url: str, work: Work, *, kills: int, workers: int = 3, seed: int = 1) -> Ran:
    """Let so many processes work, kill one of them `kills` times, then let them finish.

    Raises   AssertionError if a process ends by itself before its time, or never
    """
    chance = random.Random(seed)
    # One server process that has loaded everything makes the workers: they start in no time.
    making = multiprocessing.get_context("forkserver")
    making.set_forkserver_preload([work.__module__])
    with sink(SINK_PAUSE_S) as server, tempfile.TemporaryDirectory() as folder:
        closing = Path(folder) / "closing"

        def start() -> BaseProcess:
            process = making.Process(target=work, args=(url, server.port, closing), daemon=True)
            process.start()
            return process

        processes = [start() for _ in range(workers)]
        while not server.accepted:
            time.sleep(0.01)
        for _ in range(kills):
            time.sleep(chance.uniform(*PAUSE_S))
            place = chance.randrange(workers)
            _kill(processes[place])
            processes[place] = start()
        closing.touch()
        for process in processes:
            process.join(PATIENCE_S)
            assert process.exitcode == 0, f"a worker ended with {process.exitcode}"
        return Ran(kills, server.accepted)


def _kill(process: BaseProcess) -> None:
    assert process.pid is not None
    assert process.exitcode is None, f"a worker ended by itself, with {process.exitcode}"
    os.kill(process.pid, signal.SIGKILL)
    process.join()


# ------------------------------------------------------------------------------------ what must hold


def lost(engine: Engine, accepted: Counter[str]) -> list[str]:
    """Letters that never reached the mail server, whatever is written about them."""
    return sorted(message_id for message_id in _letters(engine) if not accepted[message_id])


def unfinished(engine: Engine) -> list[str]:
    """Letters that are not marked as sent."""
    return sorted(id_ for id_, (status, _) in _letters(engine).items() if status != "sent")


def unmarked_copies(engine: Engine, accepted: Counter[str]) -> list[str]:
    """Letters that arrived more than once and are not marked so."""
    kept = _letters(engine)
    return sorted(id_ for id_, copies in accepted.items() if copies > 1 and not kept[id_][1])


def without_cause(engine: Engine, accepted: Counter[str]) -> list[str]:
    """Letters that arrived though what they tell of was undone."""
    return sorted(accepted.keys() - _letters(engine).keys())


def cases_without_letters(engine: Engine, each: int) -> list[str]:
    """Cases that have moved on without one of the letters that tell of it; `each`: how many there must be."""
    with db.reading(engine) as session:
        query = (
            select(CASES.c.reference)
            .outerjoin(LETTERS, LETTERS.c.case_id == CASES.c.id)
            .group_by(CASES.c.reference)
            .having(func.count(LETTERS.c.id) != each)
        )
        return sorted(session.scalars(query))


def _letters(engine: Engine) -> dict[str, tuple[str, bool]]:
    with db.reading(engine) as session:
        rows = session.execute(select(LETTERS.c.message_id, LETTERS.c.status, LETTERS.c.possibly_twice))
        return {message_id: (status, twice) for message_id, status, twice in rows}
