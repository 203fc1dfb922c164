"""Messages -> SMTP. One message per recipient, few connections, each outcome told as soon as it is known."""

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

import aiosmtplib

from notifications.letter import Envelope
from notifications.mime import checked_email, to_bytes
from notifications.outcome import REMEDY, Delivered, Halt, Outcome, Refused, Retry, Stage, Unknown, outcome_of
from notifications.settings import MailConfigError, MailSettings
from notifications.talk import Stale, Talk
from notifications.wire import UnreadableAnswer, Wire

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
        self._idle: list[Wire] = []
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

    async def try_sender(self, sender: str) -> Outcome:
        """Whether the mail server lets us in and takes a sender; no letter is sent.

        Returns  Delivered with the server's words, or why not: Halt with a remedy, Retry, Refused
        """
        self._enter_loop()
        await self._find_hello()
        opened = await self._open()
        if isinstance(opened, Outcome):
            return opened
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                opened.ask(b"MAIL FROM:<" + checked_email(sender, "from") + b">\r\n")
                code, words = await opened.answer()
                if code >= 400:
                    return outcome_of(Stage.SENDER, code, words)
                opened.ask(b"QUIT\r\n")
                await opened.answer()
                return Delivered(words)
        except (ValueError, UnicodeError) as error:
            return Halt(str(error), REMEDY[Stage.SENDER])
        except (TimeoutError, OSError, UnreadableAnswer) as error:
            return Retry(f"The mail server broke off: {error}")
        finally:
            opened.close()

    async def close(self) -> None:
        """Part from the mail server politely; the next `deliver` connects anew."""
        self._enter_loop()
        idle, self._idle = self._idle, []
        for wire in idle:
            with suppress(OSError, UnreadableAnswer):
                async with asyncio.timeout(_QUIT_TIMEOUT_S):
                    wire.ask(b"QUIT\r\n")
                    await wire.answer()
            wire.close()

    async def _work(self, round_: "_Round") -> None:
        """One connection's share of the round: as many of the waiting letters as it can take."""
        wire = self._idle.pop() if self._idle else None
        while round_.waiting and not round_.is_over:
            envelope = round_.waiting.popleft()
            await self._wait_for_turn()
            if round_.is_over:
                break
            is_kept = wire is not None and wire.is_open
            if wire is None or not is_kept:
                opened = await self._open()
                if isinstance(opened, Halt):
                    round_.halt = round_.halt or opened
                    break
                if isinstance(opened, Outcome):
                    # Another connection may still carry this letter; if none does, all share this outcome.
                    round_.waiting.appendleft(envelope)
                    round_.unreachable = opened
                    return
                wire = opened
            outcome = await self._send(wire, envelope)
            if is_kept and isinstance(outcome, Stale):
                # The server closed a connection that had been idle; nothing of this letter had left yet.
                opened = await self._open()
                if isinstance(opened, Outcome):
                    outcome = opened
                else:
                    wire = opened
                    outcome = await self._send(wire, envelope)
            if isinstance(outcome, Stale):
                outcome = outcome.as_retry
            if isinstance(outcome, Halt):
                round_.halt = round_.halt or outcome
                break
            round_.tell(envelope, outcome)
        if wire is not None and wire.is_open:
            self._idle.append(wire)

    async def _send(self, wire: Wire, envelope: Envelope) -> Outcome | Stale:
        try:
            message = to_bytes(envelope)
            recipient = checked_email(envelope.to.email, "To")
            sender = checked_email(envelope.bounce_to, "bounce_to")
        except (ValueError, UnicodeError) as error:
            return Refused(f"The letter cannot be put into a message: {error}")
        talk = Talk(wire)
        try:
            # One time limit for the whole message, not one for each answer.
            async with asyncio.timeout(self._settings.timeout_s):
                return await talk.send(sender, recipient, message)
        except TimeoutError:
            return talk.broken(f"The mail server did not answer within {self._settings.timeout_s:g} s")
        except ConnectionError:
            return talk.broken("The connection to the mail server broke")
        except UnreadableAnswer as error:
            return talk.unreadable(str(error))
        except asyncio.CancelledError:
            wire.close()
            raise

    async def _open(self) -> Wire | Outcome:
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
        return Wire(
            client.transport,
            is_pipelining=client.supports_extension("pipelining"),
            takes_size=client.supports_extension("size"),
        )

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
