"""A case page that stays open is told when its case has changed: server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from sqlalchemy import bindparam, select

from workflow.queries import CASES
from workflow.web import references
from workflow.web.people import Person, sees
from workflow.web.site import Site, site_of

router = APIRouter()

_SEQ = select(CASES.c.seq).where(CASES.c.reference == bindparam("reference"))


@dataclass(frozen=True, slots=True)
class Pace:
    """How an open page is kept up to date."""

    #: How often the database is asked, at most.
    every: timedelta = timedelta(seconds=1)
    #: After how long without news a comment is sent: proxies close what is silent.
    silence: timedelta = timedelta(seconds=15)
    #: After how long the stream ends; the browser asks for another, if its session still is one.
    lasts: timedelta = timedelta(minutes=5)


@router.get(f"/cases/{{reference:{references.KIND}}}/live", name="case_live")
def listen(
    request: Request, reference: str, seen: int = -1, person: Person = sees("case", by_itself=True)
) -> StreamingResponse:
    """The changes of a case as they happen.

    seen   number of the last event the page shows; -1: whatever is there now
    """
    site = site_of(request)
    if _seq(site, reference) is None:
        raise HTTPException(404, f"There is no case {reference}.")
    # A browser that comes back says itself what it was told last.
    last = request.headers.get("last-event-id", "")
    known = int(last) if last.isascii() and last.isdigit() and len(last) < 10 else seen
    pace: Pace = getattr(request.app.state, "pace", Pace())
    return StreamingResponse(
        changes(lambda: _seq(site, reference), known, pace),
        media_type="text/event-stream",
        # Proxies must pass on each event as it comes.
        headers={"X-Accel-Buffering": "no"},
    )


async def changes(look: Callable[[], int | None], seen: int, pace: Pace) -> AsyncIterator[str]:
    """The stream: an event for each change, a comment now and then, and an end.

    look   asks for the number of the case's last event, in a transaction of its own that is over at once
    """
    clock = asyncio.get_running_loop().time
    begun = spoke = clock()
    yield "retry: 3000\n\n"
    while clock() - begun < pace.lasts.total_seconds():
        seq = await run_in_threadpool(look)
        if seq is not None and seq != seen:
            if seen >= 0:
                yield f"id: {seq}\nevent: changed\ndata: {seq}\n\n"
                spoke = clock()
            seen = seq
        elif clock() - spoke >= pace.silence.total_seconds():
            yield ": nothing new\n\n"
            spoke = clock()
        await asyncio.sleep(pace.every.total_seconds())


def _seq(site: Site, reference: str) -> int | None:
    with site.reading() as session:
        return session.connection().scalar(_SEQ, {"reference": reference})
