"""Mail servers on loopback: one that behaves, and one that does exactly what a test tells it."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

HOST = "127.0.0.1"


@dataclass
class Mailbox:
    """What a well-behaved server (aiosmtpd) saw, and what it is to refuse."""

    #: (envelope sender, recipient, message as bytes), in the order of arrival.
    messages: list[tuple[str, str, bytes]] = field(default_factory=list)
    #: How many connections were opened.
    connections: int = 0
    #: Answers by recipient, one for each attempt; then "250 OK".
    to_recipient: dict[str, list[str]] = field(default_factory=dict)
    #: Answers by envelope sender.
    to_sender: dict[str, str] = field(default_factory=dict)
    #: Answer to any message.
    to_message: str = "250 kept"
    port: int = 0

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list
    ):
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list
    ):
        answer = self.to_sender.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list
    ):
        answers = self.to_recipient.get(address, [])
        answer = answers.pop(0) if answers else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope):
        if self.to_message.startswith("250"):
            for recipient in envelope.rcpt_tos:
                self.messages.append((envelope.mail_from, recipient, envelope.content))
        return self.to_message


@asynccontextmanager
async def mailbox(
    *,
    login: tuple[str, str] | None = None,
    context: ssl.SSLContext | None = None,
    starttls: bool = False,
    **answers,
) -> AsyncIterator[Mailbox]:
    """A server that keeps what it is sent.

    login     the only user name and password it takes; None for no login
    context   its certificate, for TLS from the start, or after STARTTLS if `starttls`
    answers   fields of Mailbox
    """
    box = Mailbox(**answers)

    def authenticate(server, session, envelope, mechanism, data):
        return AuthResult(success=(data.login.decode(), data.password.decode()) == login, handled=False)

    def protocol() -> SMTP:
        box.connections += 1
        with warnings.catch_warnings():
            # Login without TLS is what a test on loopback wants.
            warnings.simplefilter("ignore")
            return smtp()

    def smtp() -> SMTP:
        return SMTP(
            box,
            hostname="mail.test",
            loop=asyncio.get_running_loop(),
            authenticator=authenticate if login else None,
            auth_required=login is not None,
            auth_require_tls=False,
            tls_context=context if starttls else None,
            require_starttls=starttls,
        )

    server = await asyncio.get_running_loop().create_server(
        protocol, HOST, box.port, ssl=None if starttls else context
    )
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()


@dataclass
class Script:
    """What a scripted server was sent: commands and, apart from them, messages."""

    commands: list[str] = field(default_factory=list)
    #: As they were written, up to the last dot.
    messages: list[bytes] = field(default_factory=list)
    connections: int = 0
    port: int = 0


CLOSE = "close the connection"
SILENCE = "say nothing"
OK = {
    "greeting": "220 mail.test",
    "EHLO": "250 mail.test",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    ".": "250 kept",
    "RSET": "250 ok",
    "QUIT": "221 bye",
}


@asynccontextmanager
async def scripted(answer: Callable[[int, str], str | None]) -> AsyncIterator[Script]:
    """A server that misbehaves to order.

    answer  (number of the connection from 1, command word) -> what it says, CLOSE, SILENCE, or None for
            what a good server would say; "." stands for the end of a message, "greeting" for the welcome
    """
    script = Script()
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        script.connections += 1
        number = script.connections
        word = "greeting"
        while True:
            said = answer(number, word) or OK[word]
            if said == CLOSE:
                break
            if said != SILENCE:
                writer.write(said.encode() + b"\r\n")
                await writer.drain()
            if word == "QUIT":
                break
            line = await reader.readline()
            if said.splitlines()[-1].startswith("354"):
                message = b""
                while line not in (b".\r\n", b""):
                    message += line
                    line = await reader.readline()
                line = line and b"."
                script.messages += [message] if line else []
            if not line:
                break
            word = line.decode().split()[0].upper()
            script.commands.append(line.decode().strip())
        writer.close()

    server = await asyncio.start_server(serve, HOST, 0)
    script.port = server.sockets[0].getsockname()[1]
    try:
        yield script
    finally:
        server.close()
        for writer in writers:
            writer.close()
