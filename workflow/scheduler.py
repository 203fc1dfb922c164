"""When the clock ticks: sweeps what is due, sends what waits, and sleeps until there is something to do.

APScheduler keeps its jobs in memory, in every process; what is due is in the database alone. The sweep sets
its own next moment, the earliest that is due, at most `sweep.at_most_s` away: a changed clock, a machine
that slept, or a deadline set by another process is noticed within that time.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine

from notifications import Courier
from workflow import check, db, delivery, gather, house, inbox, lmtp, mailbox, record, scans, sending, sweep
from workflow.clock import Clock, SystemClock
from workflow.config import Settings

log = logging.getLogger("assent.worker")

SWEEP, DELIVER, GATHER, HEADS, FILE, SCAN = "sweep", "deliver", "gather", "heads", "file", "scan"
#: How soon letters are looked for again when none waited: queueing and sending meet in the database alone.
LETTERS_LOOK_S = 5
#: How soon changed cases are gathered for the search and the figures, and how many at a time.
GATHER_LOOK_S, GATHER_AT_A_TIME = 10, 100
#: How soon mail is looked for that another process has kept: our own doors tell of theirs at once.
MAIL_LOOK_S = 15
#: How soon the scanner is asked about what is new: somebody may wait to read it.
SCAN_LOOK_S = 5


class Worker:
    """Sweeps and delivers for one database until it is stopped.

    heads_file   where the heads of the record are appended once a day, on another host's disk; None: nowhere
    """

    def __init__(self, on: Engine, clock: Clock, *, heads_file: Path | None = None) -> None:
        """Raises MailConfigError."""
        self._engine = on
        self._clock = clock
        self._machine = SystemClock()
        self._heads_file = heads_file
        with db.reading(on) as session:
            self._settings = house.of(session).settings
        self._courier = Courier(check.mail_settings(self._settings))
        self._scheduler = BackgroundScheduler(timezone=UTC)
        self._doors = list(self._doors_of(self._settings))
        self._stopping = False
        #: How many jobs are at work; who stops waits for it to be none.
        self._at_work = 0
        self._quiet = threading.Condition()

    def start(self) -> None:
        """Begin; returns at once."""
        self._scheduler.start()
        self._again(SWEEP, self._sweep, 0)
        self._again(DELIVER, self._deliver, 0)
        self._again(GATHER, self._gather, 0)
        self._again(HEADS, self._keep_heads, 0)
        self._again(FILE, self._file, 0)
        if scans.scanner(self._settings) is not None:
            self._again(SCAN, self._scan, 0)
        for door in self._doors:
            door.start()

    def stop(self) -> None:
        """End after what is under way."""
        for door in self._doors:
            door.stop()
        self._stopping = True
        # Not wait=True: it holds the lock that a job needs to set its next moment; both would wait for ever.
        self._scheduler.shutdown(wait=False)
        with self._quiet:
            self._quiet.wait_for(lambda: self._at_work == 0)

    def _doors_of(self, settings: Settings) -> Iterator[mailbox.Watcher | lmtp.Listener]:
        """By which mail comes in, as the settings say."""
        chosen, arrived = settings.mailbox, lambda: self._again(FILE, self._file, 0)
        if chosen.host:
            yield mailbox.Watcher(self._engine, chosen, self._clock.now, arrived)
        if chosen.lmtp_host:
            yield lmtp.Listener(self._engine, chosen, self._clock.now, arrived)

    @contextmanager
    def _working(self) -> Iterator[None]:
        with self._quiet:
            self._at_work += 1
        try:
            yield
        finally:
            with self._quiet:
                self._at_work -= 1
                self._quiet.notify_all()

    def _again(self, name: str, job: Callable[[], None], in_s: float) -> None:
        if self._stopping:
            return

        def run() -> None:
            with self._working():
                if not self._stopping:
                    job()

        # The scheduler waits in the machine's own time, whatever clock says what is due.
        self._scheduler.add_job(
            run,
            "date",
            run_date=self._machine.now() + timedelta(seconds=max(in_s, 0)),
            id=name,
            replace_existing=True,
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )

    def _sweep(self) -> None:
        wait_s = float(self._settings.sweep.at_most_s)
        try:
            now = self._clock.now()
            self._read_before_closing(now)
            done = sweep.fire_due(self._engine, now, batch=self._settings.sweep.batch)
            if done.fired or done.failed:
                log.info("swept: %s fired, %s failed", done.fired, done.failed)
                self._again(DELIVER, self._deliver, 0)
            with db.reading(self._engine) as session:
                due = sweep.next_due(session)
            if due is not None:
                wait_s = min(wait_s, (due - self._clock.now()).total_seconds())
        except Exception:
            # Whatever happens, the next look must come: a scheduler that stops in silence loses deadlines.
            log.exception("the sweep failed; it is tried again")
            wait_s = min(wait_s, 10)
        finally:
            self._again(SWEEP, self._sweep, wait_s)

    def _read_before_closing(self, now: datetime) -> None:
        """Read what has come in before a window closes: an answer in the mailbox came in time."""
        with db.reading(self._engine) as session:
            if not sweep.closes_a_window(session, now):
                return
        if self._settings.mailbox.host:
            try:
                mailbox.look(self._engine, self._settings.mailbox, self._clock.now)
            except mailbox.MailboxError as error:
                # The window closes all the same: an answer that is found later was still received in time.
                log.error("a window closes and the mailbox could not be read: %s", error)
        inbox.file_new(self._engine, self._clock.now)

    def _file(self) -> None:
        try:
            done = inbox.file_new(self._engine, self._clock.now)
            if done.read:
                log.info("mail: %s read, %s answers, %s wait", done.read, done.answers, done.waiting)
                self._again(SWEEP, self._sweep, 0)
                self._again(DELIVER, self._deliver, 0)
        except Exception:
            log.exception("mail could not be filed; it is tried again")
        finally:
            self._again(FILE, self._file, MAIL_LOOK_S)

    def _scan(self) -> None:
        try:
            done = scans.look(self._engine, self._clock.now)
            if done:
                log.info("%s files looked at for viruses", done)
        except Exception:
            log.exception("what came in could not be looked at for viruses; it is tried again")
        finally:
            self._again(SCAN, self._scan, SCAN_LOOK_S)

    def _deliver(self) -> None:
        try:
            done = sending.deliver(self._engine, self._courier, self._settings, self._clock.now)
            if done.sent:
                log.info("sent %s letters", done.sent)
        except Exception:
            log.exception("sending failed; it is tried again")
        finally:
            self._again(DELIVER, self._deliver, LETTERS_LOOK_S)

    def _gather(self) -> None:
        more = False
        try:
            more = gather.gather(self._engine, GATHER_AT_A_TIME) == GATHER_AT_A_TIME
        except Exception:
            log.exception("what the search needs could not be gathered; it is tried again")
        finally:
            self._again(GATHER, self._gather, 0 if more else GATHER_LOOK_S)

    def _keep_heads(self) -> None:
        try:
            now = self._clock.now()
            with db.transaction(self._engine) as session:
                text = record.heads(session, now)
                if self._settings.installation.outside_head_address:
                    delivery.queue_heads(session, text, self._settings, now)
            if self._heads_file is not None:
                record.export_heads(self._heads_file, text)
        except Exception:
            log.exception("the heads of the record could not be kept outside; it is tried again tomorrow")
        finally:
            self._again(HEADS, self._keep_heads, 24 * 3600)
