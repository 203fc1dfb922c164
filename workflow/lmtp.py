"""A door for a mail server beside us (LMTP, RFC 2033): what it hands over is kept before it is acknowledged.

The mail server keeps a message until we say that we have it. So nothing is lost when this process is killed,
and what is handed over twice is the same bytes, which are kept once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope
from sqlalchemy import Engine

from workflow import config, db, inbox

log = logging.getLogger("assent.lmtp")

KEPT = "250 2.0.0 kept"
LATER = "451 4.3.0 It could not be kept just now. Try again."
#: Recipients of one message; more are asked for in another (RFC 5321, 4.5.3.1.8).
RECIPIENTS_MAX = 100


class _Handler:
    def __init__(self, on: Engine, now_of: Callable[[], datetime], arrived: Callable[[], None]) -> None:
        self._on, self._now_of, self._arrived = on, now_of, arrived

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= RECIPIENTS_MAX:
            return "452 4.5.3 Too many recipients at once"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        said = await asyncio.to_thread(self._keep, envelope)
        # LMTP wants an answer for each recipient: it is the same message for all of them.
        return "\r\n".join([said] * len(envelope.rcpt_tos))

    def _keep(self, envelope: Envelope) -> str:
        try:
            with db.transaction(self._on) as session:
                inbox.keep(
                    session,
                    envelope.original_content or b"",
                    "lmtp",
                    self._now_of(),
                    sender=envelope.mail_from or "",
                    recipients=envelope.rcpt_tos,
                )
        except Exception:
            # The mail server still has it: whatever is wrong here, it tries again.
            log.exception("a message could not be kept")
            return LATER
        self._arrived()
        return KEPT


class _Server(LMTP):
    """Answers as one that may not be used to find out what is installed."""

    def __init__(self, handler: _Handler, size_max: int) -> None:
        super().__init__(
            handler, data_size_limit=size_max, hostname="assent", ident="LMTP", enable_SMTPUTF8=True
        )


class Listener:
    """Takes mail by LMTP until it is stopped."""

    def __init__(
        self,
        on: Engine,
        settings: config.Mailbox,
        now_of: Callable[[], datetime],
        arrived: Callable[[], None],
    ) -> None:
        """
        arrived   called after something was kept
        """
        handler = _Handler(on, now_of, arrived)
        size_max = settings.size_max_mb * 2**20

        class _Door(Controller):
            def factory(self) -> LMTP:
                return _Server(handler, size_max)

        self._door = _Door(handler, hostname=settings.lmtp_host, port=settings.lmtp_port)

    def start(self) -> None:
        """Begin to listen. Raises OSError where the address is taken."""
        self._door.start()

    def stop(self) -> None:
        """End after what is under way."""
        self._door.stop()
