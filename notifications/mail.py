"""Messages -> SMTP. One message per recipient, few connections, each outcome told as soon as it is known.

The conversation is led step by step rather than by the library's `sendmail`: only so is it certain whether
a message had left when the connection broke, and with that whether a second copy may exist.
"""

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Callable, Sequence

import aiosmtplib

from notifications.letter import Envelope
from notifications.mime import checked_email, to_bytes
from notifications.outcome import REMEDY, Delivered, Halt, Outcome, Refused, Retry, Stage, Unknown, outcome_of
from notifications.settings import MailConfigError, MailSettings

__all__ = [
    "Courier",
    "Delivered",
    "Halt",
    "MailConfigError",
    "MailSettings",
    "Outcome",
    "Refused",
    "Retry",
    "Unknown",
    "to_bytes",
]

_CERTIFICATE = "Check the mail server's name and certificate; for a private authority set mail.ca_file."
_QUIT_TIMEOUT_S = 5


class Courier:
    """Carries letters to one mail server and keeps its connections for the next round.

    For one event loop at a time; in another loop the kept connections are dropped and new ones opened.
    """

    def __init__(self, settings: MailSettings) -> None:
        """Raises MailConfigError if the file of certificates cannot be read."""
        self._settings = settings
        self._tls = settings.tls_context()
        self._idle: list[aiosmtplib.SMTP] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._hello = settings.hello
        self._pace = Pace(settings.rate_per_minute)

    async def deliver(
        self, envelopes: Sequence[Envelope], on_outcome: Callable[[Envelope, Outcome], None]
    ) -> Halt | None:
        """Send every letter; tell the outcome of each, in no fixed order.

        Returns  Halt if nothing can be sent: then the letters not told of were not sent, and nobody is to
                 be marked. The messages under way at that moment are finished first.
        Raises   what `on_outcome` raises, after the messages under way are finished; no new one is begun
        """
        self._enter_loop()
        await self._find_hello()
        round_ = _Round(deque(envelopes), on_outcome)
        workers = min(self._settings.connections, len(envelopes))
        await asyncio.gather(*(self._work(round_) for _ in range(workers)))
        if round_.waiting and not round_.is_over and self._idle:
            # Left over by a connection that could not be opened, while the others had already finished.
            await self._work(round_)
        if not round_.is_over and round_.unreachable is not None:
            for envelope in round_.waiting:
                on_outcome(envelope, round_.unreachable)
        if round_.failure is not None:
            raise round_.failure
        return round_.halt

    async def close(self) -> None:
        """Part from the mail server politely; the next `deliver` connects anew."""
        self._enter_loop()
        idle, self._idle = self._idle, []
        for client in idle:
            try:
                await client.quit(timeout=_QUIT_TIMEOUT_S)
            except (aiosmtplib.SMTPException, OSError):
                client.close()

    async def _work(self, round_: "_Round") -> None:
        """One connection's share of the round: as many of the waiting letters as it can take."""
        client = self._idle.pop() if self._idle else None
        while round_.waiting and not round_.is_over:
            envelope = round_.waiting.popleft()
            await self._wait_for_turn()
            if round_.is_over:
                break
            is_kept = client is not None and client.is_connected
            if client is None or not is_kept:
                opened = await self._open()
                if isinstance(opened, Halt):
                    round_.halt = round_.halt or opened
                    break
                if isinstance(opened, Outcome):
                    # Another connection may still carry this letter; if none does, all share this outcome.
                    round_.waiting.appendleft(envelope)
                    round_.unreachable = opened
                    return
                client = opened
            outcome = await self._send(client, envelope)
            if is_kept and isinstance(outcome, _Stale):
                # The server closed a connection that had been idle; nothing of this letter had left yet.
                opened = await self._open()
                if isinstance(opened, Outcome):
                    outcome = opened
                else:
                    client = opened
                    outcome = await self._send(client, envelope)
            if isinstance(outcome, _Stale):
                outcome = outcome.as_retry
            if isinstance(outcome, Halt):
                round_.halt = round_.halt or outcome
                break
            round_.tell(envelope, outcome)
        if client is not None and client.is_connected:
            self._idle.append(client)

    async def _send(self, client: aiosmtplib.SMTP, envelope: Envelope) -> "Outcome | _Stale":
        try:
            message = to_bytes(envelope)
            recipient = checked_email(envelope.to.email, "To")
            sender = checked_email(envelope.bounce_to, "bounce_to")
        except (ValueError, UnicodeError) as error:
            return Refused(f"The letter cannot be put into a message: {error}")
        talk = _Talk(client)
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                outcome = await talk.send(sender, recipient, message)
        except TimeoutError:
            outcome = talk.broken(f"The mail server did not answer within {self._settings.timeout_s:g} s")
        except (aiosmtplib.SMTPServerDisconnected, ConnectionError):
            outcome = talk.broken("The connection to the mail server broke")
        except aiosmtplib.SMTPResponseException as error:
            # Raised here only for an answer that is no SMTP: nothing after it could be trusted.
            client.close()
            outcome = outcome_of(talk.stage, error.code, error.message)
        except asyncio.CancelledError:
            client.close()
            raise
        return outcome

    async def _open(self) -> "aiosmtplib.SMTP | Outcome":
        """A connection, logged in; or why there is none."""
        settings = self._settings
        client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            local_hostname=self._hello,
            timeout=settings.timeout_s,
            use_tls=settings.tls == "tls",
            start_tls=settings.tls == "starttls",
            tls_context=self._tls,
        )
        stage = Stage.CONNECT
        try:
            async with asyncio.timeout(settings.timeout_s):
                await client.connect()
                if not client.last_ehlo_response:
                    await client.ehlo()
                if settings.username:
                    stage = Stage.LOGIN
                    await client.login(settings.username, settings.password)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            client.close()
            return self._without_password(_no_connection(settings, stage, error))
        return client

    def _without_password(self, outcome: Outcome) -> Outcome:
        password = self._settings.password
        if password and isinstance(outcome, Halt) and password in outcome.reason:
            return Halt(outcome.reason.replace(password, "(password)"), outcome.remedy)
        if password and isinstance(outcome, Retry) and password in outcome.reason:
            return Retry(outcome.reason.replace(password, "(password)"), outcome.code)
        return outcome

    async def _wait_for_turn(self) -> None:
        now = asyncio.get_running_loop().time()
        at = self._pace.turn(now)
        if at > now:
            await asyncio.sleep(at - now)

    def _enter_loop(self) -> None:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            # Connections belong to the loop that opened them.
            self._idle, self._loop, self._pace = [], loop, Pace(self._settings.rate_per_minute)

    async def _find_hello(self) -> None:
        if not self._hello:
            # Asked once: a slow name server would otherwise hold up every connection.
            name = await asyncio.to_thread(socket.getfqdn)
            self._hello = name if name.isascii() and name.isprintable() and " " not in name else "localhost"


class Pace:
    """Gives each message its turn; turns not used are not saved up for a burst."""

    def __init__(self, rate_per_minute: int) -> None:
        """A rate of 0 is no limit."""
        self._gap_s = 60 / rate_per_minute if rate_per_minute else 0.0
        self._next_at = 0.0

    def turn(self, now: float) -> float:
        """When the next message may leave; `now` and the result in seconds of one clock."""
        at = max(now, self._next_at)
        self._next_at = at + self._gap_s
        return at


class _Round:
    """What the workers of one `deliver` share."""

    def __init__(self, waiting: deque[Envelope], on_outcome: Callable[[Envelope, Outcome], None]) -> None:
        self.waiting = waiting
        self.on_outcome = on_outcome
        self.halt: Halt | None = None
        #: Why the last attempt to connect failed.
        self.unreachable: Outcome | None = None
        #: What `on_outcome` raised.
        self.failure: Exception | None = None

    @property
    def is_over(self) -> bool:
        return self.halt is not None or self.failure is not None

    def tell(self, envelope: Envelope, outcome: Outcome) -> None:
        try:
            self.on_outcome(envelope, outcome)
        except Exception as error:
            # Kept, not raised here: the other connections must not break off in the middle of a message.
            self.failure = self.failure or error


class _Stale:
    """A connection that turned out dead at MAIL FROM."""

    def __init__(self, as_retry: Retry) -> None:
        self.as_retry = as_retry


class _Talk:
    """The conversation about one message; `stage` tells how far it came."""

    def __init__(self, client: aiosmtplib.SMTP) -> None:
        self._client = client
        self._decided: Outcome | None = None
        self.stage = Stage.SENDER

    async def send(self, sender: bytes, recipient: bytes, message: bytes) -> "Outcome | _Stale":
        size = [f"SIZE={len(message)}".encode()] if self._client.supports_extension("size") else []
        code, words = await self._command(b"MAIL", b"FROM:<" + sender + b">", *size)
        if code == 421:
            self._client.close()
            return _Stale(Retry(f"The mail server answered 421 {words}", 421))
        if code == 250:
            self.stage = Stage.RECIPIENT
            code, words = await self._command(b"RCPT", b"TO:<" + recipient + b">")
            if code in (250, 251):
                self.stage = Stage.DATA
                code, words = await self._command(b"DATA")
                if code == 354:
                    code, words = await self._content(message)
                    if 200 <= code < 300:
                        return Delivered(words)
        self._decided = outcome_of(self.stage, code, words)
        await self._tidy_up(code)
        return self._decided

    def broken(self, reason: str) -> "Outcome | _Stale":
        """What it means that the conversation ended here without an answer."""
        self._client.close()
        if self._decided is not None:
            return self._decided
        if self.stage is Stage.CONTENT:
            return Unknown(f"{reason} after the letter was handed over: it may have been delivered")
        retry = Retry(f"{reason} before the letter was handed over")
        return _Stale(retry) if self.stage is Stage.SENDER else retry

    async def _command(self, *words: bytes) -> tuple[int, str]:
        # No time limit for each answer: the one for the whole message is set by the courier.
        return await self._client.execute_command(*words, timeout=None)

    async def _content(self, message: bytes) -> tuple[int, str]:
        protocol = self._client.protocol
        if protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        stuffed = message.replace(b"\r\n.", b"\r\n..")
        self.stage = Stage.CONTENT
        protocol.write(stuffed + b".\r\n")
        return await protocol.read_response()

    async def _tidy_up(self, code: int) -> None:
        """Make the connection ready for the next letter, or give it up."""
        if code == 421 or not 400 <= code < 600:
            self._client.close()
            return
        try:
            reset, _ = await self._command(b"RSET")
        except (aiosmtplib.SMTPException, OSError):
            reset = 0
        if reset != 250:
            self._client.close()


def _no_connection(settings: MailSettings, stage: Stage, error: Exception) -> Outcome:
    """Why there is no connection, and whether waiting can help."""
    cause = error.__cause__
    if isinstance(error, ssl.SSLError) or isinstance(cause, ssl.SSLError):
        return Halt(f"The mail server {settings.host} could not prove who it is: {error}", _CERTIFICATE)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return outcome_of(stage, error.code, error.message)
    if isinstance(error, (TimeoutError, OSError)):
        words = str(error) or f"no answer within {settings.timeout_s:g} s"
        return Retry(f"The mail server {settings.host}:{settings.port} cannot be reached: {words}")
    if stage is Stage.CONNECT and settings.tls == "starttls":
        return Halt(
            f"The mail server {settings.host}:{settings.port} offers no encryption (STARTTLS): {error}",
            'Use tls = "tls" with port 465, or ask the operator of the mail server to offer STARTTLS.',
        )
    return Halt(f"The mail server {settings.host}:{settings.port} cannot be used: {error}", REMEDY[stage])
