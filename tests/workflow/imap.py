"""An IMAP server of its own for a test: pymap, in a process beside it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import trustme
from imap_tools import MailBoxUnencrypted

from workflow.config import Mailbox

HOST, USER, PASSWORD, FOLDER = "127.0.0.1", "demouser", "demopass", "Answers"
PATIENCE_S = 20


@dataclass(frozen=True)
class ImapServer:
    """A running server with an empty folder for answers."""

    port: int

    def settings(self, **changes: object) -> Mailbox:
        """How Assent is told of it."""
        usual = {
            "host": HOST, "port": self.port, "username": USER, "password": PASSWORD, "tls": "none",
            "folder": FOLDER, "every_s": 1, "timeout_s": 10,
        }  # fmt: skip
        return Mailbox(**usual | changes)  # type: ignore[arg-type]

    @contextmanager
    def client(self) -> Iterator[MailBoxUnencrypted]:
        """A mail program that looks into the same mailbox."""
        with MailBoxUnencrypted(HOST, self.port, timeout=10).login(
            USER, PASSWORD, initial_folder=None
        ) as box:
            yield box

    def deliver(self, raw: bytes, at: datetime = datetime(2024, 6, 12, 8, tzinfo=UTC)) -> None:
        """Let a message arrive at that moment."""
        with self.client() as box:
            box.append(raw, FOLDER, dt=at)


@contextmanager
def imap_server(tls: Path | None = None) -> Iterator[ImapServer]:
    """A server while the block lasts.

    tls   folder in which a certificate is made; None: in clear
    """
    port = _free_port()
    secured = ["--no-tls"] if tls is None else _certificate(tls)
    command = [str(Path(sys.executable).parent / "pymap"), "--host", HOST, "--port", str(port), *secured]
    command += ["--no-service", "admin", "--no-service", "managesieve", "dict", "--demo-data"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, server)
        found = ImapServer(port)
        if tls is None:
            with found.client() as box:
                box.folder.create(FOLDER)
        yield found
    finally:
        server.terminate()
        server.wait()


def _certificate(folder: Path) -> list[str]:
    authority = trustme.CA()
    own = authority.issue_cert(HOST, "localhost")
    own.private_key_pem.write_to_path(folder / "key.pem")
    for number, pem in enumerate(own.cert_chain_pems):
        pem.write_to_path(folder / "cert.pem", append=number > 0)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    return ["--cert", str(folder / "cert.pem"), "--key", str(folder / "key.pem")]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        return int(taken.getsockname()[1])


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends and server.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the IMAP server did not start")
