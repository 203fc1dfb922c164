"""A mail server that takes everything and remembers the Message-IDs: quick, and nothing but a sink."""

import asyncio
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

HOST = "127.0.0.1"
_MESSAGE_ID = re.compile(rb"^Message-ID: (<[^>\r\n]*>)", re.MULTILINE | re.IGNORECASE)


class Sink:
    """What has been accepted. A letter counts from the moment at which the server has all of it."""

    def __init__(self, pause_s: float = 0) -> None:
        """pause_s  how long it thinks about each message before it says that it has it, seconds"""
        self.pause_s = pause_s
        self.port = 0
        #: Message-ID -> copies.
        self.accepted: Counter[str] = Counter()


class _Talk(asyncio.Protocol):
    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._unread = b""
        self._is_in_message = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while True:
            end = b"\r\n.\r\n" if self._is_in_message else b"\r\n"
            part, found, rest = self._unread.partition(end)
            if not found:
                return
            self._unread = rest
            if self._is_in_message:
                self._is_in_message = False
                self._accept(part)
            else:
                self._obey(part[:4].upper())

    def _obey(self, word: bytes) -> None:
        if word == b"DATA":
            self._is_in_message = True
            self._transport.write(b"354 go on\r\n")
        elif word == b"QUIT":
            self._transport.write(b"221 bye\r\n")
            self._transport.close()
        else:
            self._transport.write(b"250 ok\r\n")

    def _accept(self, message: bytes) -> None:
        found = _MESSAGE_ID.search(message)
        assert found, "a letter without Message-ID"
        # Before it is acknowledged: a sender that dies in between has delivered it and does not know.
        self._sink.accepted[found[1].decode()] += 1
        if self._sink.pause_s:
            asyncio.get_running_loop().call_later(self._sink.pause_s, self._acknowledge)
        else:
            self._acknowledge()

    def _acknowledge(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(b"250 kept\r\n")


@contextmanager
def sink(pause_s: float = 0) -> Iterator[Sink]:
    """A sink on a free port of the loopback, in a thread of its own, until the end of the block."""
    made = Sink(pause_s)
    loop = asyncio.new_event_loop()

    async def serve() -> asyncio.Server:
        server = await loop.create_server(lambda: _Talk(made), HOST, 0)
        made.port = server.sockets[0].getsockname()[1]
        return server

    server = loop.run_until_complete(serve())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
