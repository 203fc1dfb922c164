"""A mail server in a process of its own that takes everything and keeps nothing.

It notes when it accepted the last letter; the clock is the machine's, the same in every process.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

HOST = "127.0.0.1"
_END = b"\r\n.\r\n"


class Sink:
    """The other process, as seen from here."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.port: int = pipe.recv()

    def start(self) -> None:
        """Begin to count anew."""
        self._pipe.send("start")
        self._pipe.recv()

    def accepted(self) -> tuple[int, float]:
        """How many letters it has accepted since, and when the last one (time.perf_counter)."""
        self._pipe.send("tell")
        count, last = self._pipe.recv()
        return count, last


@contextmanager
def sink(delay_s: float = 0) -> Iterator[Sink]:
    """
    delay_s   how long it thinks before it accepts a letter, seconds
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, delay_s), daemon=True)
    process.start()
    try:
        yield Sink(here)
    finally:
        process.kill()
        process.join()


def _serve(pipe: Connection, delay_s: float) -> None:
    asyncio.run(_run(pipe, delay_s))


async def _run(pipe: Connection, delay_s: float) -> None:
    tally = _Tally(delay_s)
    server = await asyncio.get_running_loop().create_server(lambda: _Talk(tally), HOST, 0)
    pipe.send(server.sockets[0].getsockname()[1])
    asyncio.get_running_loop().add_reader(pipe.fileno(), _answer, pipe, tally)
    await server.serve_forever()


class _Tally:
    def __init__(self, delay_s: float) -> None:
        self.delay_s = delay_s
        self.count = 0
        self.last = 0.0


def _answer(pipe: Connection, tally: _Tally) -> None:
    if pipe.recv() == "start":
        tally.count = 0
        pipe.send(None)
    else:
        pipe.send((tally.count, tally.last))


class _Talk(asyncio.Protocol):
    """One conversation."""

    def __init__(self, tally: _Tally) -> None:
        self._tally = tally
        self._heard = bytearray()
        self._takes_letter = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._say(b"220 sink")

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while self._heard:
            end = _END if self._takes_letter else b"\r\n"
            found = self._heard.find(end)
            if found < 0:
                return
            line = bytes(self._heard[:found]) if not self._takes_letter else b""
            del self._heard[: found + len(end)]
            if self._takes_letter:
                self._takes_letter = False
                self._accept()
            else:
                self._obey(line.upper())

    def _obey(self, line: bytes) -> None:
        if line.startswith(b"EHLO"):
            self._say(b"250-sink\r\n250-8BITMIME\r\n250 PIPELINING")
        elif line.startswith(b"DATA"):
            self._takes_letter = True
            self._say(b"354 go on")
        elif line.startswith(b"QUIT"):
            self._say(b"221 bye")
            self._transport.close()
        else:
            self._say(b"250 ok")

    def _accept(self) -> None:
        if self._tally.delay_s:
            asyncio.get_running_loop().call_later(self._tally.delay_s, self._accepted)
        else:
            self._accepted()

    def _accepted(self) -> None:
        self._tally.count += 1
        self._tally.last = time.perf_counter()
        self._say(b"250 kept")

    def _say(self, answer: bytes) -> None:
        self._transport.write(answer + b"\r\n")
