"""SQLite connections that many threads and processes may use at once without losing a write."""

import sqlite3
import threading
import time
from collections import deque

#: Said when the disk cannot keep the write-ahead log; `db.explain` knows it.
NO_WAL = "the journal is not a write-ahead log"
WAL_ATTEMPTS = 40
WAL_PAUSE_S = 0.05


class Opener:
    """Opens the connections of one engine.

    path              the file; None: in memory
    busy_timeout_ms   how long a writer waits for another, milliseconds
    """

    def __init__(self, path: str | None, busy_timeout_ms: int) -> None:
        self._path = path
        self._timeout_s = busy_timeout_ms / 1000
        self._queue = WriterQueue(self._timeout_s)

    def open(self) -> "Connection":
        connection = sqlite3.connect(
            self._path or ":memory:",
            timeout=self._timeout_s,
            # None: the driver begins nothing by itself. Its own way reads outside any transaction, and two
            # such readers who then write lose one of the two updates without an error.
            isolation_level=None,
            check_same_thread=False,
            factory=Connection,
        )
        connection.queue = self._queue
        try:
            if self._path:
                _into_wal(connection)
            # FULL: with NORMAL a power cut may take back transactions already committed, that is, evidence.
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
        except sqlite3.Error:
            connection.close()
            raise
        return connection


class WriterQueue:
    """Lets the writing threads of one process write one after the other, in the order they came.

    SQLite itself keeps no order: whoever tries at the right moment wins, and a thread may wait for seconds.
    """

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._guard = threading.Lock()
        self._busy = False
        self._waiting: deque[threading.Lock] = deque()

    def enter(self) -> None:
        """Wait for one's turn. Raises sqlite3.OperationalError when it does not come in time."""
        with self._guard:
            if not self._busy:
                self._busy = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=self._patience_s):
            return
        with self._guard:
            # Not waiting any more: the turn came between the end of our patience and here, and it is ours.
            if turn in self._waiting:
                self._waiting.remove(turn)
                raise sqlite3.OperationalError("database is locked")

    def leave(self) -> None:
        """Hand the turn to whoever has waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._busy = False


class Connection(sqlite3.Connection):
    """A connection that gives up its turn as soon as its transaction is over, and not before."""

    #: Where the writers of this engine wait for each other. Set once, by the Opener.
    queue: WriterQueue
    _has_turn = False

    def take_turn(self) -> None:
        """Become the only writer of this process until the transaction ends."""
        self.queue.enter()
        self._has_turn = True

    def commit(self) -> None:
        super().commit()
        # Not reached when the commit failed: then the rollback that must follow gives up the turn.
        self._give_up_turn()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._give_up_turn()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._give_up_turn()

    def _give_up_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self.queue.leave()


def _into_wal(connection: sqlite3.Connection) -> None:
    """Readers beside one writer. The mode stays in the file: only its first connection has to change it."""
    for attempt in range(WAL_ATTEMPTS):
        try:
            mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        except sqlite3.OperationalError as error:
            # Two processes that open a new file at once: SQLite does not make the second one wait here.
            if "locked" not in str(error) or attempt == WAL_ATTEMPTS - 1:
                raise
            time.sleep(WAL_PAUSE_S)
        else:
            if mode != "wal":
                raise sqlite3.OperationalError(f"{NO_WAL} but {mode!r}")
            return
