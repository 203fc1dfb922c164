"""A daemon for a test that speaks as clamd does, on 127.0.0.1: it knows one virus, and one size."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

#: The harmless string that every scanner calls a virus (eicar.org); put together here, so that no scanner
#: takes this file for one.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
NAME = "Win.Test.EICAR_HDB-1"
#: Larger streams are refused, as by StreamMaxLength, bytes.
SIZE_MAX = 200_000


@dataclass
class Daemon:
    """What a running one was asked."""

    port: int = 0
    #: Sizes of the contents it was sent.
    asked: list[int] = field(default_factory=list)
    #: What it says instead of a verdict; "": a verdict.
    says: str = ""


@contextmanager
def clam(port: int = 0) -> Iterator[Daemon]:
    """A daemon while the block lasts."""
    daemon = Daemon()

    class Line(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            command = self._until_nought()
            if command == b"zPING":
                self.wfile.write(b"PONG\0")
            elif command == b"zINSTREAM":
                self.wfile.write(self._verdict().encode() + b"\0")

        def _until_nought(self) -> bytes:
            said = b""
            while not said.endswith(b"\0"):
                more = self.rfile.read(1)
                if not more:
                    return said
                said += more
            return said[:-1]

        def _verdict(self) -> str:
            content = b""
            while size := int.from_bytes(self.rfile.read(4), "big"):
                content += self.rfile.read(size)
                if len(content) > SIZE_MAX:
                    return "INSTREAM size limit exceeded. ERROR"
            daemon.asked.append(len(content))
            return daemon.says or (f"stream: {NAME} FOUND" if EICAR in content else "stream: OK")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", port), Line) as server:
        daemon.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield daemon
        finally:
            server.shutdown()
            thread.join()
