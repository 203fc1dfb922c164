"""A name server on loopback that knows what a test tells it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

HOST = "127.0.0.1"
#: (name, kind) -> what it says.
Zone = Mapping[tuple[str, str], tuple[str, ...]]


class NameServer:
    """What it was asked, and where it is."""

    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, 0))
        self.address = f"{HOST}:{self._socket.getsockname()[1]}"
        self.asked: list[tuple[str, str]] = []

    def serve(self) -> None:
        """Answer until it is closed."""
        while True:
            try:
                content, whom = self._socket.recvfrom(4096)
            except OSError:
                return
            if not content:
                return
            self._socket.sendto(self._answer(content), whom)

    def _answer(self, content: bytes) -> bytes:
        query = dns.message.from_wire(content)
        question = query.question[0]
        name, kind = str(question.name).rstrip("."), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        said = self._zone.get((name, kind))
        if said:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *said))
        elif not any(known == name for known, _ in self._zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer.to_wire()

    def close(self) -> None:
        """Wake it up and end it."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", self._socket.getsockname())


@contextmanager
def name_server(zone: Zone) -> Iterator[NameServer]:
    """A name server that says this, and nothing of what else it is asked."""
    server = NameServer(zone)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join(timeout=10)
        server._socket.close()
