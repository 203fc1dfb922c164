"""The worker: it wakes when something is due, sends what waits, and keeps the heads of the record outside."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from notifications import Courier
from notifications.settings import MailSettings
from tests import build
from tests.workflow.cli.conftest import ASSENT, Terminal
from workflow import db, delivery, gather, house, queries, record, scheduler
from workflow.catcher import HOST, Catcher
from workflow.clock import SimulatedClock
from workflow.config import Settings
from workflow.laws import Laws
from workflow.queries import LETTERS

#: For how long a test waits for what must come, seconds. What is asserted is that it comes, not when.
PATIENCE_S = 60


def settings(port: int) -> Settings:
    mail = {"host": HOST, "port": port, "tls": "none"}
    return Settings.model_validate({"mail": mail, "sweep": {"at_most_s": 1}})


def wait_until(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def kind_of_last_event(on: Engine, case_id: int) -> str:
    with db.reading(on) as session:
        events = select(queries.EVENTS.c.kind).where(queries.EVENTS.c.case_id == case_id)
        return session.scalars(events.order_by(queries.EVENTS.c.seq.desc()).limit(1)).one()


def waiting(on: Engine) -> int:
    with db.reading(on) as session:
        return session.scalar(select(func.count()).where(LETTERS.c.status != "sent")) or 0


@pytest.fixture
def catcher() -> Iterator[Catcher]:
    with Catcher() as catcher:
        yield catcher


def test_what_is_due_happens_and_what_waits_is_sent_without_anybody_asking(
    engine: Engine, catcher: Catcher, tmp_path: Path
) -> None:
    build.world(engine)
    house.settle(engine, house.House(settings(catcher.port), Laws(), build.SECRET))
    case_id = build.case(engine)
    build.do(engine, case_id, "2024-01-08 10:00", "officer", "submit")
    build.do(engine, case_id, "2024-01-31 15:00", "officer", "endorse", risk="low")
    build.do(engine, case_id, "2024-02-01 09:30", "officer", "dispatch")
    clock = SimulatedClock(build.at("2024-02-01 09:31"))
    heads = tmp_path / "heads.txt"
    worker = scheduler.Worker(engine, clock, heads_file=heads)

    worker.start()
    try:
        assert wait_until(lambda: waiting(engine) == 0)
        clock.move_to(build.at("2024-03-04 09:00"))
        assert wait_until(lambda: kind_of_last_event(engine, case_id) == "reminder")
        assert wait_until(lambda: len(catcher.caught) == 2)
    finally:
        worker.stop()

    assert [re.split(r"[:,\[]", c.message["Subject"])[1].strip() for c in catcher.caught] == [
        "demande d’accord préalable – Evian Project",
        "rappel",
    ]
    with db.reading(engine) as session:
        assert record.verify(session, heads.read_text().splitlines()).breaks == ()


def test_what_has_changed_can_be_searched_soon_without_anybody_asking(
    engine: Engine, catcher: Catcher
) -> None:
    build.world(engine)
    house.settle(engine, house.House(settings(catcher.port), Laws(), build.SECRET))
    worker = scheduler.Worker(engine, SimulatedClock(build.at("2024-02-01 09:31")))

    worker.start()
    try:
        build.case(engine, title="Mangroves")
        assert wait_until(lambda: is_gathered(engine))
    finally:
        worker.stop()


def is_gathered(on: Engine) -> bool:
    with db.reading(on) as session:
        return gather.behind(session) == 0


def test_a_mail_server_that_is_down_for_three_days_loses_no_letter(engine: Engine, catcher: Catcher) -> None:
    build.world(engine)
    case_id = build.in_notification(engine, "2024-06-11 09:00")
    clock = SimulatedClock(build.at("2024-06-11 09:00"))
    chosen = settings(catcher.port)
    nobody_there = Courier(MailSettings(HOST, _closed_port(), tls="none"))

    for _ in range(72):
        delivery.deliver(engine, nobody_there, chosen, clock.now)
        clock.advance(timedelta(hours=1))
    assert catcher.caught == []
    there_again = Courier(MailSettings(HOST, catcher.port, tls="none"))
    for _ in range(8):
        delivery.deliver(engine, there_again, chosen, clock.now)
        clock.advance(timedelta(hours=6))

    assert waiting(engine) == 0
    with db.reading(engine) as session:
        letters = session.scalar(select(func.count()).where(LETTERS.c.case_id == case_id))
    recipients = [c.recipient for c in catcher.caught]
    assert len(recipients) == letters
    assert len({c.message["Message-ID"] for c in catcher.caught}) == letters


def _closed_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        port: int = found.getsockname()[1]
        return port


def test_the_worker_of_the_command_line_does_what_is_due_once(assent: Terminal, catcher: Catcher) -> None:
    assent.environ |= {
        "ASSENT_MAIL__HOST": HOST,
        "ASSENT_MAIL__PORT": str(catcher.port),
        "ASSENT_MAIL__TLS": "none",
    }

    done = assent("worker", "--once")

    assert (done.code, done.out) == (0, "0 messages read, 0 deadlines fired, 0 letters sent.\n")


def test_the_worker_of_the_command_line_runs_until_it_is_stopped(assent: Terminal, catcher: Catcher) -> None:
    assent.environ |= {
        "ASSENT_MAIL__HOST": HOST,
        "ASSENT_MAIL__PORT": str(catcher.port),
        "ASSENT_MAIL__TLS": "none",
    }
    running = subprocess.Popen(
        [ASSENT, "worker"],
        cwd=assent.folder,
        env=assent.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "The worker runs. Stop it with Ctrl-C.\n"

    running.send_signal(signal.SIGTERM)
    rest = running.communicate(timeout=PATIENCE_S)[0]

    assert running.returncode == 0
    assert "Stopping after what is under way." in rest


def test_a_worker_without_a_usable_mail_server_says_so_and_does_not_start(assent: Terminal) -> None:
    assent.environ |= {"ASSENT_MAIL__HOST": "mail.example", "ASSENT_MAIL__TLS": "none"}

    refused = assent("worker")

    assert (refused.code, "'none' would send letters and password in clear" in refused.err) == (1, True)
