"""The databases that are measured: a SQLite file and a PostgreSQL server, both of which keep what they say.

SQLite: WAL, synchronous=FULL, as Assent opens it. PostgreSQL: fsync on, and everything else as it comes, but
for a cache of the size that a server of today has.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from sqlalchemy import Engine

from tests import postgres
from workflow import db

SAFE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
}

_numbers = count(1)


@dataclass
class Place:
    """One database."""

    #: "SQLite" or "PostgreSQL".
    kind: str
    url: str
    #: None: SQLite.
    server: postgres.Server | None
    folder: Path
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        self.engine = db.make_engine(self.url)

    @property
    def is_sqlite(self) -> bool:
        return self.server is None

    @property
    def file(self) -> Path:
        """The file of a SQLite database."""
        return Path(self.url.removeprefix("sqlite:///"))

    @property
    def name(self) -> str:
        """The name of a database on the server."""
        return self.url.split("@/")[1].split("?")[0]

    def copy(self) -> Place:
        """Another database with the same content."""
        self.engine.dispose()
        if self.server is None:
            _fold_wal(self)
            path = self.folder / f"{next(_numbers)}.db"
            shutil.copy(self.file, path)
            return Place(self.kind, f"sqlite:///{path}", None, self.folder)
        url = self.server.create(f"bench_{next(_numbers)}", self.name)
        return Place(self.kind, url, self.server, self.folder)

    def drop(self) -> None:
        """Remove it, to spare the disk."""
        self.engine.dispose()
        if self.server is not None:
            self.server.drop(self.name)
            return
        for tail in ("", "-wal", "-shm"):
            Path(f"{self.file}{tail}").unlink(missing_ok=True)


@contextmanager
def places(kinds: tuple[str, ...]) -> Iterator[list[Place]]:
    """An empty database with Assent's tables of each kind: "sqlite", "postgresql"."""
    with tempfile.TemporaryDirectory(prefix="assent-bench-") as name:
        folder, found = Path(name), []
        if "sqlite" in kinds:
            found.append(_upgraded(Place("SQLite", f"sqlite:///{folder / 'empty.db'}", None, folder)))
        if "postgresql" not in kinds:
            yield found
            return
        with postgres.server(SAFE) as server:
            found.append(_upgraded(Place("PostgreSQL", server.create("bench_empty"), server, folder)))
            yield found


def _upgraded(place: Place) -> Place:
    db.upgrade(place.engine)
    return place


def _fold_wal(place: Place) -> None:
    with place.engine.connect() as connection:
        connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    place.engine.dispose()
