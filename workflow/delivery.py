"""Sending what waits in the outbox: letters are claimed, handed to the mail server, and marked.

Two things go on side by side. The carrier hands claimed letters to the courier, one round after another. The
ledger writes: it marks what has become of letters, at most 16 in one transaction, and claims the next ones in
the same transaction. No transaction is open while anybody talks to the mail server.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import TypeVar

from sqlalchemy import Engine

from notifications import Courier, Envelope, Halt, Outcome, Retry, Unknown
from workflow import db, heartbeat, house, outbox, postmark
from workflow.alerts import queue_heads, tell_officers
from workflow.config import Settings
from workflow.covers import Covers
from workflow.outbox import Claim
from workflow.postmark import AfterDelay, AfterRefusal, Postmark, Withheld

__all__ = ["Report", "deliver", "queue_heads"]

log = logging.getLogger(__name__)

_T = TypeVar("_T")

#: Most letters marked or claimed in one transaction: a process that is killed repeats about as many.
BATCH_MAX = 16
#: A mark is not kept waiting for others longer than this.
MARK_WITHIN_S = 0.05
#: Letters claimed ahead for each connection, so that none has to wait for the ledger.
AHEAD = 4
#: SMTP codes (0: none) of a server that is away or takes nothing from anybody now.
NOBODY_THERE = (0, 421)


@dataclass(frozen=True, slots=True)
class Report:
    """What one call of `deliver` came to, in letters."""

    sent: int = 0
    #: Put off; nothing of them was handed over.
    retried: int = 0
    #: Set aside: these recipients will never be reached so.
    refused: int = 0
    #: Put off; they may have arrived.
    unknown: int = 0
    #: Set aside: put off for too long.
    given_up: int = 0
    #: Set aside: a trial run may not write to these recipients.
    withheld: int = 0
    #: Why the queue is paused now; None: it is not, or was before.
    halted: Halt | None = None


def deliver(
    engine: Engine,
    courier: Courier,
    settings: Settings,
    now_of: Callable[[], datetime],
    limit: int | None = None,
    *,
    after_refusal: AfterRefusal = tell_officers,
    after_delay: AfterDelay | None = None,
) -> Report:
    """Send what is due, until nothing is or the mail server is out of reach.

    Any number of processes and threads may do so at once; each with a courier of its own.
    now_of          the present moment, asked at each transaction
    limit           most letters to claim; None: all
    after_refusal   tells the officers about a letter that was set aside
    after_delay     sees what follows from a request that arrives late
    Raises          DatabaseError; letters under way then are marked by nobody and sent again, with a mark
    """
    return asyncio.run(_Delivery(engine, courier, settings, now_of, limit, after_refusal, after_delay).run())


class _Delivery:
    """One call of `deliver`."""

    def __init__(
        self,
        engine: Engine,
        courier: Courier,
        settings: Settings,
        now_of: Callable[[], datetime],
        limit: int | None,
        after_refusal: AfterRefusal,
        after_delay: AfterDelay | None,
    ) -> None:
        self._engine = engine
        self._courier = courier
        self._now_of = now_of
        self._after_refusal = after_refusal
        self._after_delay = after_delay
        self._give_up_after = timedelta(hours=settings.mail.give_up_after_hours)
        self._lease_s = settings.sweep.lease_s
        self._batch = min(settings.mail.batch, BATCH_MAX)
        self._ahead = max(self._batch, AHEAD * settings.mail.connections)
        with db.transaction(engine) as session:
            self._covers = Covers(settings, house.of(session).secret)
            outbox.keep_order(session)
        self._writer = ThreadPoolExecutor(1, "assent-ledger")

        #: How many more may be claimed; None: any number.
        self._left = limit
        #: Claimed and not yet handed over.
        self._reserve: list[Claim] = []
        #: Claimed and not yet marked, by id; and until when each is ours, by the machine's own seconds.
        self._away: dict[int, Claim] = {}
        self._ours_until: dict[int, float] = {}
        #: What became of letters, not yet marked.
        self._told: list[tuple[Claim, Outcome | Withheld]] = []
        self._tally: Counter[str] = Counter()
        self._halt: Halt | None = None
        #: The last claim found nothing.
        self._is_dry = False
        #: Nothing more is claimed or handed over.
        self._is_over = False
        self._is_carrying = False
        self._has_failed = False
        #: The mail server has given an answer about a letter of this round.
        self._is_reached = False
        #: There may be something to write; there may be something to carry.
        self._stirred = asyncio.Event()
        self._filled = asyncio.Event()

    async def run(self) -> Report:
        carrier = asyncio.create_task(self._carry())
        try:
            await self._keep_ledger(carrier)
        except Exception:
            # The database is away: it would only be asked for the same thing again.
            self._has_failed = True
            raise
        finally:
            # Also when the process is asked to stop: what is under way is finished and marked.
            self._is_over = True
            self._filled.set()
            (failure,) = await asyncio.gather(carrier, return_exceptions=True)
            await self._courier.close()
            if not self._has_failed and isinstance(failure, _Stopped | None):
                await self._close_ledger()
            self._writer.shutdown()
        carrier.result()
        return self._report()

    # --------------------------------------------------------------------------------- the carrier

    async def _carry(self) -> None:
        """Hand over what is in reserve, one round after another."""
        while True:
            while not self._reserve and not self._is_over:
                self._filled.clear()
                await self._filled.wait()
            if self._is_over:
                return
            self._is_carrying = True
            envelopes = self._take_reserve()
            self._stirred.set()
            if envelopes:
                self._is_reached = False
                halt = await self._courier.deliver(envelopes, self._note)
                self._halt = self._halt or halt
                # Nobody there: the rest would only wait for the same silence, and lose an attempt.
                self._is_over |= not self._is_reached
            self._is_over |= self._halt is not None
            self._is_carrying = False
            self._stirred.set()

    def _take_reserve(self) -> list[Envelope]:
        """The letters of the next round in their covers; of those that cannot be sent it is told why."""
        claims, self._reserve = self._reserve, []
        envelopes = []
        for claim in claims:
            if self._ours_until[claim.id] <= monotonic():
                # We stood still for so long that another process has it by now.
                del self._away[claim.id], self._ours_until[claim.id]
                continue
            cover = self._covers.envelope(claim)
            if isinstance(cover, Halt):
                self._halt = cover
                return []
            if isinstance(cover, Envelope):
                envelopes.append(cover)
            else:
                self._told.append((claim, cover))
        return envelopes

    def _note(self, envelope: Envelope, outcome: Outcome) -> None:
        self._told.append((self._away[envelope.key], outcome))
        is_silence = isinstance(outcome, Unknown) or (
            isinstance(outcome, Retry) and outcome.code in NOBODY_THERE
        )
        self._is_reached |= not is_silence
        if len(self._told) in (1, BATCH_MAX):
            self._stirred.set()
        if self._is_over:
            raise _Stopped

    # ---------------------------------------------------------------------------------- the ledger

    async def _keep_ledger(self, carrier: "asyncio.Task[None]") -> None:
        """Mark and claim for as long as there is something to send."""
        while True:
            await self._write()
            is_finished = not self._away and (self._is_dry or self._left == 0)
            if is_finished or carrier.done() or (self._is_over and not self._is_carrying):
                return
            await self._until_worth_writing()

    async def _until_worth_writing(self) -> None:
        while True:
            self._stirred.clear()
            is_idle = not self._is_carrying and not self._reserve
            # Where there is some reserve, the next claim shares the transaction of the next marks.
            must_claim = not self._is_dry and not self._reserve and self._room() > 0
            if len(self._told) >= BATCH_MAX or must_claim or (is_idle and self._told) or self._is_over:
                return
            try:
                async with asyncio.timeout(MARK_WITHIN_S if self._told else self._lease_s / 4):
                    await self._stirred.wait()
            except TimeoutError:
                return

    def _room(self) -> int:
        """How many letters to claim next."""
        if self._is_over:
            return 0
        room = min(self._batch, self._ahead - len(self._reserve))
        return max(room if self._left is None else min(room, self._left), 0)

    async def _write(self) -> None:
        """One transaction: marks, claims, and longer leases for what takes long."""
        told, self._told = self._told[:BATCH_MAX], self._told[BATCH_MAX:]
        # A mark may set free what waited behind that letter: then it is worth looking again.
        room = self._room() if told or not self._is_dry else 0
        began = monotonic()
        for claim, _ in told:
            # Now, not after the transaction: should it fail, their lease must end, for they may have arrived.
            del self._away[claim.id], self._ours_until[claim.id]
        soon = began + self._lease_s / 2
        kept = [claim for claim in self._away.values() if self._ours_until[claim.id] < soon]
        if not (told or room or kept):
            return
        marks, claims = await self._in_writer(self._transact, told, kept, room)
        for made in marks:
            self._tally[made.outcome if made.status == "waiting" else made.status] += 1
        for claim in (*kept, *claims):
            self._away[claim.id] = claim
            self._ours_until[claim.id] = began + self._lease_s
        if room:
            self._is_dry = not claims
        if self._left is not None:
            self._left -= len(claims)
        self._reserve += claims
        self._filled.set()

    def _transact(
        self, told: Sequence[tuple[Claim, Outcome | Withheld]], kept: Sequence[Claim], room: int
    ) -> tuple[list[Postmark], list[Claim]]:
        now = self._now_of()
        with db.transaction(self._engine) as session:
            marks = postmark.mark(
                session, told, now, self._give_up_after, self._after_refusal, self._after_delay
            )
            outbox.renew(session, kept, now, self._lease_s)
            return marks, outbox.claim(session, now, room, self._lease_s) if room else []

    async def _close_ledger(self) -> None:
        while self._told:
            await self._write()
        await self._in_writer(self._finish, list(self._away.values()))

    def _finish(self, untried: Sequence[Claim]) -> None:
        now = self._now_of()
        with db.transaction(self._engine) as session:
            outbox.give_back(session, untried)
            if self._halt and outbox.pause(session, self._halt.reason, self._halt.remedy, now):
                log.error("sending is paused: %s %s", self._halt.reason, self._halt.remedy)
            heartbeat.beat(session, "delivery", now)

    async def _in_writer(self, work: Callable[..., _T], *arguments: object) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._writer, work, *arguments)

    def _report(self) -> Report:
        return Report(
            sent=self._tally["sent"],
            retried=self._tally["retry"],
            refused=self._tally["refused"],
            unknown=self._tally["unknown"],
            given_up=self._tally["given_up"],
            withheld=self._tally["withheld"],
            halted=self._halt,
        )


class _Stopped(Exception):
    """Nothing more is to be handed over."""
