"""A mail server on the loopback that keeps what it is given: for the demo, where no letter may leave."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Caught:
    """One message as it arrived."""

    sender: str
    recipient: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The message, read."""
        found = message_from_bytes(self.content, policy=default)
        assert isinstance(found, EmailMessage)
        return found


class _Box:
    def __init__(self, refuse: frozenset[str]) -> None:
        self.caught: list[Caught] = []
        self.refuse = refuse

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.casefold() in self.refuse:
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        for recipient in envelope.rcpt_tos:
            self.caught.append(Caught(envelope.mail_from or "", recipient, content))
        return "250 kept"


class Catcher:
    """A mail server while the `with` block lasts; it keeps every message, and refuses some mailboxes.

    refuse   addresses that do not exist here
    """

    def __init__(self, refuse: frozenset[str] = frozenset()) -> None:
        self._box = _Box(frozenset(address.casefold() for address in refuse))
        self.port = free_port()
        self._server = Controller(self._box, hostname=HOST, port=self.port, data_size_limit=2**25)

    def __enter__(self) -> Catcher:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()

    @property
    def caught(self) -> list[Caught]:
        """Every message so far, in the order in which they came."""
        return list(self._box.caught)


def free_port() -> int:
    """A port of the loopback on which nobody listens."""
    with socket.socket() as found:
        found.bind((HOST, 0))
        port: int = found.getsockname()[1]
        return port
