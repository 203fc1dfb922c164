"""Sending, with all that the law files want to follow from it.

Where the law says so, a letter that comes back goes to whoever is next on file, and the clock of a Party whom
a request reaches only days later starts again. Otherwise the officer is told who could be written to.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from notifications import Courier
from states.commands import CLOCK
from workflow import alerts, delivery, engine, queries, rewriting
from workflow.config import Settings
from workflow.contacts import Recipient
from workflow.delivery import Report
from workflow.outbox import Claim

#: Letters that are written to somebody else when they come back: what somebody must answer.
ANSWERED = ("request", "reminder")


def deliver(
    on: Engine,
    courier: Courier,
    settings: Settings,
    now_of: Callable[[], datetime],
    limit: int | None = None,
) -> Report:
    """Send what is due, as `delivery.deliver` does; what follows from it is done in the same transactions."""
    return delivery.deliver(
        on, courier, settings, now_of, limit, after_refusal=came_back, after_delay=arrived_late
    )


def came_back(session: Session, letter: Claim, reason: str, now: datetime) -> None:
    """Write to the next contact instead, where the law file of the question says so; tell the officers."""
    written_to = _written_to(session, letter, now)
    if letter.purpose == "request" and queries.requests_waiting(session, *_place(letter)):
        # The last that had arrived has come back; what is under way will be the first to reach them.
        rewriting.begin_anew(session, *_place(letter), now)
    alerts.tell_officers(session, letter, reason, now, written_to)


def arrived_late(session: Session, letter: Claim, now: datetime) -> None:
    """Let the clock of whom a request reaches late start again, where the law file says so."""
    if letter.case_id is not None and letter.round:
        rewriting.begin_anew(session, *_place(letter), now)


def _place(letter: Claim) -> tuple[int, int, str]:
    """Case, round and member of a letter of a question."""
    return letter.case_id or 0, letter.round, letter.member


def _written_to(session: Session, letter: Claim, now: datetime) -> Recipient | None:
    if letter.case_id is None or not letter.round or letter.purpose not in ANSWERED:
        return None
    stored = queries.load_cases(session, [letter.case_id])[letter.case_id]
    law, case = engine.law_of(session, stored), stored.case
    round_ = case.rounds[letter.round - 1]
    ask = law.states[round_.state].ask
    if ask is None or ask.came_back != "next contact" or not round_.is_open:
        return None
    try:
        # Of its own: where no letter comes of it, nothing of it is told in the record either.
        with session.begin_nested():
            return rewriting.send_instead(session, letter.id, CLOCK, now)
    except rewriting.NotRewritten:
        return None
