"""The worker lets mail in by its doors, and reads the mailbox before a window closes."""

from __future__ import annotations

import smtplib
import socket
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Engine, select

from tests import build
from tests.workflow import mails
from tests.workflow.imap import imap_server
from tests.workflow.mails import made, sent
from workflow import db, scheduler
from workflow.clock import SimulatedClock
from workflow.config import Mailbox, Settings
from workflow.queries import EVENTS, ROUNDS

PATIENCE_S = 60


def wait_until(holds: Callable[[], bool]) -> bool:
    ends = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > ends:
            return False
        time.sleep(0.05)
    return True


def kinds(on: Engine, case_id: int) -> list[str]:
    with db.reading(on) as session:
        wanted = select(EVENTS.c.kind).where(EVENTS.c.case_id == case_id).order_by(EVENTS.c.seq)
        return list(session.scalars(wanted))


def with_mailbox(box: Mailbox) -> Settings:
    chosen = box.model_copy(update={"trusted_server": "mx.secretariat.example"})
    return mails.SETTINGS.model_copy(update={"mailbox": chosen})


def test_an_objection_in_the_mailbox_is_read_before_its_window_closes(engine: Engine) -> None:
    with imap_server() as server:
        case_id = mails.notified(engine, with_mailbox(server.settings()))
        with db.reading(engine) as session:
            closes = session.scalars(
                select(ROUNDS.c.closes_at).where(ROUNDS.c.case_id == case_id, ROUNDS.c.closed_at.is_(None))
            ).one()
        build.run_to(engine, f"{closes - timedelta(hours=3):%Y-%m-%d %H:%M}")
        server.deliver(made("objection-en", sent(engine, case_id)), closes - timedelta(minutes=1))
        worker = scheduler.Worker(engine, SimulatedClock(closes + timedelta(seconds=1)))
        worker.start()
        try:
            assert wait_until(lambda: "closed" in kinds(engine, case_id))
        finally:
            worker.stop()

    told = kinds(engine, case_id)
    assert told.index("answer", told.index("mail_received")) < told.index(
        "closed", told.index("mail_received")
    )
    with db.reading(engine) as session:
        assert build.state_of(session, case_id) == "objection"


def test_a_mail_server_hands_an_answer_to_the_worker_and_it_counts(engine: Engine) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    case_id = mails.notified(engine, with_mailbox(Mailbox(lmtp_host="127.0.0.1", lmtp_port=port)))
    letter = sent(engine, case_id)
    worker = scheduler.Worker(engine, SimulatedClock(mails.NOW))
    worker.start()
    try:
        with smtplib.LMTP("127.0.0.1", port) as line:
            line.sendmail(letter.recipient, [letter.address], made("outlook-es", letter))
        assert wait_until(lambda: bool(mails.answers(engine, case_id)))
    finally:
        worker.stop()

    assert mails.answers(engine, case_id) == [("NO", "party:NO", "no_objection")]
