"""Ask a ClamAV daemon (clamd) whether a content does harm, by its command INSTREAM.

The content is sent over the line, piece by piece, each after its length in four bytes, the last of length
nought. The daemon needs no access to our files, and may stand on another machine.

* ClamdError
  x Unreachable   the daemon gives no answer to anything
  x NotLookedAt   it does not look at this one

Source   clamd(8), the commands zPING and zINSTREAM
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

#: Bytes that go over the line at a time.
PIECE = 64 * 2**10
#: An answer is one line; more than this is none.
ANSWER_MAX = 4096


class ClamdError(Exception):
    """A content was not looked at; the text says why and what to do."""


class Unreachable(ClamdError):
    """There is no daemon, or it does not speak as one."""


class NotLookedAt(ClamdError):
    """The daemon is there, and refuses this content."""


@dataclass(frozen=True, slots=True)
class Clamd:
    """Where the daemon is."""

    #: Its name or address; "" where `socket_file` is set.
    host: str
    port: int
    #: Its socket on this machine; "" for host and port.
    socket_file: str
    #: How long it may take for one step, seconds.
    timeout_s: float

    @property
    def where(self) -> str:
        """Its address, as people say it."""
        return self.socket_file or f"{self.host}:{self.port}"

    def ping(self) -> None:
        """Ask whether it is there. Raises   Unreachable"""
        with self._line() as line:
            line.sendall(b"zPING\0")
            said = self._answer(line)
        if said != "PONG":
            raise Unreachable(
                f"{self.where} does not speak as clamd does: {said[:100]!r}. Check [antivirus]."
            )

    def infection(self, content: bytes) -> str:
        """What is found in a content; "" for nothing.

        Raises   Unreachable, NotLookedAt
        """
        with self._line() as line:
            try:
                line.sendall(b"zINSTREAM\0")
                for begin in range(0, len(content), PIECE):
                    piece = content[begin : begin + PIECE]
                    line.sendall(len(piece).to_bytes(4, "big") + piece)
                line.sendall((0).to_bytes(4, "big"))
            except (BrokenPipeError, ConnectionResetError):
                # It says that a content is too large, and hangs up before it has the whole.
                pass
            said = self._answer(line)
        if said == "stream: OK":
            return ""
        if said.startswith("stream: ") and said.endswith(" FOUND"):
            return said.removeprefix("stream: ").removesuffix(" FOUND")
        if "size limit exceeded" in said:
            raise NotLookedAt("It is larger than clamd takes. Raise StreamMaxLength in clamd.conf.")
        if said.endswith("ERROR"):
            raise NotLookedAt(f"clamd says: {said[:200]}")
        raise Unreachable(f"{self.where} does not speak as clamd does: {said[:100]!r}. Check [antivirus].")

    @contextmanager
    def _line(self) -> Iterator[socket.socket]:
        try:
            if self.socket_file:
                line = socket.socket(socket.AF_UNIX)
                line.settimeout(self.timeout_s)
                try:
                    line.connect(self.socket_file)
                except OSError:
                    line.close()
                    raise
            else:
                line = socket.create_connection((self.host, self.port), self.timeout_s)
            with line:
                yield line
        except OSError as error:
            raise Unreachable(
                f"clamd at {self.where} gives no answer: {error}. Start it, or correct [antivirus]."
            ) from None

    def _answer(self, line: socket.socket) -> str:
        said = b""
        while not said.endswith(b"\0") and len(said) < ANSWER_MAX:
            more = line.recv(ANSWER_MAX)
            if not more:
                break
            said += more
        return said.rstrip(b"\0\n").decode("utf-8", "replace")
