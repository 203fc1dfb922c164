"""The conversation with the mail server about one message.

It is led step by step rather than by a library's `sendmail`: only so is it certain whether a message had left
when the connection broke, and with that whether a second copy may exist.
"""

from notifications.outcome import Delivered, Outcome, Retry, Stage, Unknown, outcome_of
from notifications.wire import Wire

#: What goes before the message, and the answers that let it go on.
_STEPS = ((Stage.SENDER, (250,)), (Stage.RECIPIENT, (250, 251)), (Stage.DATA, (354,)))


class Stale:
    """A connection that turned out dead at MAIL FROM: nothing of the letter had left."""

    def __init__(self, as_retry: Retry) -> None:
        self.as_retry = as_retry


class Talk:
    """One message on one wire; `stage` tells how far it came."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._decided: Outcome | None = None
        self.stage = Stage.SENDER

    async def send(self, sender: bytes, recipient: bytes, message: bytes) -> Outcome | Stale:
        """
        sender, recipient  checked addresses (mime.checked_email)
        message            lines that end with CRLF (mime.to_bytes)
        Raises             what the wire raises: then `broken` or `unreadable` tells the outcome
        """
        wire = self._wire
        size = b" SIZE=%d" % len(message) if wire.takes_size else b""
        commands = (b"MAIL FROM:<%b>%b\r\n" % (sender, size), b"RCPT TO:<%b>\r\n" % recipient, b"DATA\r\n")
        if wire.is_pipelining:
            wire.ask(b"".join(commands), 3)
        for (self.stage, welcome), command in zip(_STEPS, commands, strict=True):
            if not wire.is_pipelining:
                wire.ask(command)
            code, words = await wire.answer()
            if code not in welcome:
                break
        else:
            wire.ask(_stuffed(message))
            self.stage = Stage.CONTENT
            code, words = await wire.answer()
            if 200 <= code < 300:
                return Delivered(words)
        if code == 421 and self.stage is Stage.SENDER:
            wire.close()
            return Stale(Retry(f"The mail server answered 421 {words}", 421))
        self._decided = outcome_of(self.stage, code, words)
        await self._tidy_up(code)
        return self._decided

    def broken(self, reason: str) -> Outcome | Stale:
        """What it means that the conversation ended here without an answer."""
        self._wire.close()
        if self._decided is not None:
            return self._decided
        if self.stage is Stage.CONTENT:
            return Unknown(f"{reason} after the letter was handed over: it may have been delivered")
        retry = Retry(f"{reason} before the letter was handed over")
        return Stale(retry) if self.stage is Stage.SENDER else retry

    def unreadable(self, words: str) -> Outcome:
        """What it means that the answer here was no SMTP."""
        self._wire.close()
        return self._decided or outcome_of(self.stage, -1, words)

    async def _tidy_up(self, code: int) -> None:
        """Make the wire ready for the next letter, or give it up."""
        if code == 421 or not 400 <= code < 600 or not await self._is_ended() or not await self._is_reset():
            self._wire.close()

    async def _is_ended(self) -> bool:
        """Read the answers to what was written with the refused command; leave no message half begun."""
        later = [code for code, _ in await self._wire.next_answers()]
        if 421 in later:
            return False
        if 354 not in later:
            return True
        is_recipient_refused = self.stage is Stage.RECIPIENT or later[0] >= 400
        if not is_recipient_refused:
            # An empty message would reach the recipient.
            return False
        # RFC 2920, 3.1: a server that lets us go on although it refused gets an empty message, for nobody.
        self._wire.ask(b".\r\n")
        code, _ = await self._wire.answer()
        return code != 421

    async def _is_reset(self) -> bool:
        self._wire.ask(b"RSET\r\n")
        code, _ = await self._wire.answer()
        return code == 250


def _stuffed(message: bytes) -> bytes:
    """The message as it is written after DATA, up to its last dot."""
    if b"\r\n." in message:
        # Looked for first: dots at the beginning are rare, and to replace nothing takes three times as long.
        message = message.replace(b"\r\n.", b"\r\n..")
    return message + b".\r\n"
