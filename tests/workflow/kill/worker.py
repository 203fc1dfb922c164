"""What the killed processes do: move a case, write its letters, send them. Once rightly, twice wrongly."""

import asyncio
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from notifications import Courier
from tests import build
from tests.workflow import post
from workflow import db, outbox
from workflow.clock import SystemClock
from workflow.config import Settings
from workflow.covers import Covers
from workflow.delivery import deliver
from workflow.queries import LETTERS

#: Letters written by each move of a case.
EACH = 8
LEASE_S = 2
#: Between the two transactions of the wrong way; where everything goes well it does no harm.
GAP_S = 0.05

now_of = SystemClock().now


def work_rightly(url: str, port: int, closing: Path) -> None:
    """The case and its letters in one transaction; sent by `deliver`."""
    _work(url, port, closing, _move, _deliver)


def work_with_two_transactions(url: str, port: int, closing: Path) -> None:
    """A negative control: first the case, then its letters. Who dies in between has moved it in silence."""
    _work(url, port, closing, _move_in_two, _deliver)


def work_marking_first(url: str, port: int, closing: Path) -> None:
    """A negative control: first marked as sent, then sent. Who dies in between has lost letters."""
    _work(url, port, closing, _move, _mark_and_send)


def _work(
    url: str,
    port: int,
    closing: Path,
    move: Callable[[Engine], None],
    send: Callable[[Engine, Courier, Settings], None],
) -> None:
    engine = db.make_engine(url)
    settings = post.settings(port, connections=2, timeout_s=60)
    # Shorter than it may be in earnest: what a dead process had must come back while the test goes on.
    settings = settings.model_copy(update={"sweep": settings.sweep.model_copy(update={"lease_s": LEASE_S})})
    build.settle(engine, settings)
    courier = post.courier(settings)
    while True:
        is_closing = closing.exists()
        if not is_closing:
            move(engine)
        send(engine, courier, settings)
        if is_closing and not is_anything_left(engine):
            return
        time.sleep(0.01)


def _move(engine: Engine) -> None:
    with db.transaction(engine) as session:
        _write_letters(session, _open_case(session))


def _move_in_two(engine: Engine) -> None:
    with db.transaction(engine) as session:
        case_id = _open_case(session)
    time.sleep(GAP_S)
    with db.transaction(engine) as session:
        _write_letters(session, case_id)


def _open_case(session: Session) -> int:
    case_id = secrets.randbelow(2**30)
    post.case(session, case_id)
    return case_id


def _write_letters(session: Session, case_id: int) -> None:
    now = now_of()
    rows = [
        post.letter(n, case_id=case_id, message_id=f"<{case_id}.{n}@{post.DOMAIN}>", created_at=now)
        for n in range(1, EACH + 1)
    ]
    outbox.queue(session, rows)


def _deliver(engine: Engine, courier: Courier, settings: Settings) -> None:
    deliver(engine, courier, settings, now_of)


def _mark_and_send(engine: Engine, courier: Courier, settings: Settings) -> None:
    with db.transaction(engine) as session:
        claims = outbox.claim(session, now_of(), 16, LEASE_S)
        done = LETTERS.c.id.in_([claim.id for claim in claims])
        session.execute(LETTERS.update().where(done).values(status="sent"))
    covers = Covers(settings, build.SECRET)

    async def send() -> None:
        await courier.deliver([covers.envelope(claim) for claim in claims], lambda *_: None)
        await courier.close()

    asyncio.run(send())


def is_anything_left(engine: Engine) -> bool:
    with db.reading(engine) as session:
        unsent = select(LETTERS.c.id).where(LETTERS.c.status != "sent").limit(1)
        return session.scalar(unsent) is not None
