"""An open connection to the mail server: lines go out, answers come in.

The SMTP library opens it (encryption, login) and hands it over: the library takes one answer for each command
it sends and drops the others, so it cannot be used to write several commands together (RFC 2920).
"""

import asyncio
import re
from collections import deque
from typing import NamedTuple, cast

_ANSWER_LENGTH_MAX = 32_768
#: RFC 5321, 4.2; what follows a code other than "-" ends the answer, whatever it is.
_LINE = re.compile(rb"([0-9]{3})(-?)(.*)", re.DOTALL)


class Answer(NamedTuple):
    """What the mail server said to one command."""

    code: int
    #: The words of all its lines.
    words: str


class UnreadableAnswer(Exception):
    """The server said something that is no SMTP: nothing after it can be trusted."""


class Wire(asyncio.Protocol):
    """Counts which answers are owed; a server that speaks unasked is parted from.

    Every error it raises is an OSError or UnreadableAnswer, and the wire is closed then.
    """

    def __init__(
        self,
        transport: asyncio.BaseTransport | None,
        *,
        is_pipelining: bool = False,
        takes_size: bool = False,
    ) -> None:
        """
        transport      of a connection on which no answer is owed; None: it broke before it was handed over
        is_pipelining  commands may be written together (RFC 2920)
        takes_size     the size of a message may be announced (RFC 1870)
        """
        self.is_pipelining = is_pipelining
        self.takes_size = takes_size
        self._transport = cast(asyncio.Transport | None, transport)
        self._loop = asyncio.get_running_loop()
        self._heard = b""
        #: The lines of an answer that is not complete yet.
        self._lines: list[bytes] = []
        self._answers: deque[Answer] = deque()
        #: Answers that the server has still to give.
        self._owed = 0
        #: Why no further answer will come.
        self._end: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        if self._transport is not None:
            self._transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def ask(self, lines: bytes, answers: int = 1) -> None:
        """Write commands, or a message, to which so many answers are owed.

        Raises  ConnectionError if the connection has broken; nothing was written then
        """
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError("Connection lost")
        self._owed += answers
        self._transport.write(lines)

    async def answer(self) -> Answer:
        """The next answer in the order of the commands.

        Raises  ConnectionError, UnreadableAnswer
        """
        if not self._answers:
            if self._end is not None:
                raise self._end
            if not self.is_open:
                raise ConnectionResetError("Connection lost")
            self._waiter = self._loop.create_future()
            await self._waiter
        return self._answers.popleft()

    async def next_answers(self) -> list[Answer]:
        """All answers still owed, in order.

        Raises  ConnectionError, UnreadableAnswer
        """
        return [await self.answer() for _ in range(self._owed + len(self._answers))]

    def close(self) -> None:
        """Break the connection off, without a farewell."""
        if self._transport is not None:
            self._transport.close()

    # ------------------------------------------------------------------- what the event loop tells

    def data_received(self, data: bytes) -> None:
        *lines, self._heard = (self._heard + data).split(b"\n")
        for line in lines:
            self._read(line)
        if len(self._heard) > _ANSWER_LENGTH_MAX:
            self._break_off(UnreadableAnswer("Response too long"))
        waiter = self._waiter
        if waiter is not None and self._answers and not waiter.done():
            waiter.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._break_off(exc if isinstance(exc, ConnectionError) else ConnectionResetError("Connection lost"))

    def _read(self, line: bytes) -> None:
        if not self._owed:
            # Mostly 421, the farewell to one who was idle. Taken for the next answer it would mix up all.
            self.close()
            return
        found = _LINE.match(line)
        if found is None:
            shown = line.decode("utf-8", "ignore")
            self._break_off(UnreadableAnswer(f"Malformed SMTP response line: {shown}"))
            return
        code, goes_on, _ = found.groups()
        self._lines.append(line[4:].strip(b" \t\r"))
        if sum(map(len, self._lines)) > _ANSWER_LENGTH_MAX:
            self._break_off(UnreadableAnswer("Response too long"))
        elif not goes_on:
            self._answers.append(
                Answer(int(code), b"\n".join(self._lines).decode("utf-8", "surrogateescape"))
            )
            self._lines = []
            self._owed -= 1

    def _break_off(self, end: Exception) -> None:
        self._owed = 0
        self._end = self._end or end
        self.close()
        waiter = self._waiter
        if waiter is not None and not waiter.done() and not self._answers:
            waiter.set_exception(self._end)
