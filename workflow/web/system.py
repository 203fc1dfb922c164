"""The system: what keeps it going, what is stuck, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from workflow import backup, check, clock, db, heartbeat, outbox, record
from workflow.clock import SystemClock
from workflow.outbox import QUEUE, THE_QUEUE
from workflow.queries import CASES, DEADLINES, LETTERS
from workflow.sweep import ATTEMPTS_MAX
from workflow.upkeep import BACKUP_MAX, DRIFT_MAX, HOUSEKEEPING, WAIT_MAX
from workflow.web import forms
from workflow.web.acting import acting, done, what_was_done
from workflow.web.people import Person, changes, sees
from workflow.web.showing import page
from workflow.web.site import site_of

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Pulse:
    """One kind of housekeeping."""

    name: str
    title: str
    #: When it last ran to its end; None: never.
    at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Post:
    """The queue of letters."""

    waiting: int
    #: Since when the oldest of them waits.
    oldest: datetime | None
    sending: int
    set_aside: int
    paused_at: datetime | None
    reason: str
    remedy: str

    def is_slow(self, now: datetime) -> bool:
        """Whether something has waited for too long."""
        return self.oldest is not None and now - self.oldest > WAIT_MAX


@router.get("/system", name="system")
def show(request: Request, person: Person = sees("system")) -> Response:
    """Everything that keeps the installation going, with remedies."""
    site = site_of(request)
    now = site.now()
    with site.reading() as session:
        pulses = _pulses(session, now)
        post = _post(session)
        failing = _failing(session)
        database = clock.database_time(session)
        revision = db.revision(session)
        copy = backup.last(session)
    is_simulated = not isinstance(site.clock, SystemClock)
    findings = check.findings(site.house.settings, site.engine, now)
    drift = abs(now - database)
    is_copy_old = copy is None or now - copy.at > BACKUP_MAX
    worries = sum(each.weight != "good" for each in findings)
    return page(
        request,
        "system.html",
        pulses=pulses,
        post=post,
        is_slow=post.is_slow(now),
        failing=failing,
        attempts_max=ATTEMPTS_MAX,
        database=database,
        drift=drift,
        is_drifting=drift > DRIFT_MAX and not is_simulated,
        is_simulated=is_simulated,
        kind=site.engine.dialect.name,
        revision=revision,
        newest=db.newest_revision(),
        copy=copy,
        copy_size=_size(copy.size) if copy is not None else "",
        copy_hours=int((now - copy.at) / timedelta(hours=1)) if copy is not None else 0,
        is_copy_old=is_copy_old,
        findings=findings,
        worries=worries,
        done=what_was_done(request),
    )


@router.post("/system/queue")
def set_queue(request: Request, person: Person = changes("system"), form: FormData = forms.SENT) -> Response:
    """Pause the sending of letters, or let it go on."""
    site = site_of(request)
    is_pause = forms.text(form, "do") == "pause"
    with acting(site, person) as session:
        if is_pause:
            why = forms.text(form, "reason") or "Paused by the administrator."
            is_done = outbox.pause(session, why, "Resume it when the reason is gone.", site.now())
        else:
            is_done = outbox.resume(session)
        if is_done:
            kind = "sending_paused" if is_pause else "sending_resumed"
            data = {"reason": why} if is_pause else {}
            record.append_register(session, kind, data, actor=person.role, now=site.now())
    return done("/system", "paused" if is_pause else "resumed")


@router.post("/system/deadlines/{number}")
def retry(
    request: Request, number: int, person: Person = changes("system"), form: FormData = forms.SENT
) -> Response:
    """Let the sweep try a deadline again that has failed too often."""
    site = site_of(request)
    with acting(site, person) as session:
        tried = update(DEADLINES).where(DEADLINES.c.id == number, DEADLINES.c.attempts > 0)
        if not outbox.count(session.execute(tried.values(attempts=0, problem=""))):
            raise HTTPException(404, "There is no such deadline that has failed. Look at the list.")
        data = {"deadline": number}
        record.append_register(session, "deadline_retried", data, actor=person.role, now=site.now())
    return done("/system", "retried")


def _size(number: int) -> str:
    """Bytes as people say them."""
    for unit, of in (("MB", 2**20), ("kB", 2**10)):
        if number >= of:
            return f"{number / of:.1f} {unit}"
    return f"{number} B"


def _pulses(session: Session, now: datetime) -> list[Pulse]:
    beats = heartbeat.last_beats(session)
    known = {**{name: (name, timedelta.max) for name in beats}, **HOUSEKEEPING}
    found = []
    for name in (*HOUSEKEEPING, *sorted(set(beats) - set(HOUSEKEEPING))):
        title, silence = known[name]
        at = beats.get(name)
        found.append(Pulse(name, title, at, at is None or now - at > silence))
    return found


def _post(session: Session) -> Post:
    counted = select(LETTERS.c.status, func.count(), func.min(LETTERS.c.created_at)).group_by(
        LETTERS.c.status
    )
    counts = {status: (number, oldest) for status, number, oldest in session.execute(counted)}
    queue = session.execute(select(QUEUE).where(QUEUE.c.id == THE_QUEUE)).one_or_none()
    nothing = (0, None)
    return Post(
        waiting=counts.get("waiting", nothing)[0],
        oldest=counts.get("waiting", nothing)[1],
        sending=counts.get("sending", nothing)[0],
        set_aside=sum(counts.get(status, nothing)[0] for status in ("refused", "given_up", "withheld")),
        paused_at=queue.paused_at if queue else None,
        reason=queue.reason if queue else "",
        remedy=queue.remedy if queue else "",
    )


def _failing(session: Session) -> Sequence[Any]:
    """The deadlines on which the sweep has failed."""
    return session.execute(
        select(DEADLINES, CASES.c.reference)
        .join(CASES, CASES.c.id == DEADLINES.c.case_id)
        .where(DEADLINES.c.status == "armed", DEADLINES.c.attempts > 0)
        .order_by(DEADLINES.c.due_at)
    ).all()
