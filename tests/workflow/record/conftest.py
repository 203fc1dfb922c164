"""A case that has gone through nearly everything, played once for each kind of database."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests import postgres
from tests.workflow.record import story
from workflow import db

PLAYED = "assent_played"


@pytest.fixture(scope="session")
def played_on_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("played") / "assent.db"
    shutil.copy(sqlite_template, path)
    _play(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def played_on_postgresql(postgresql: postgres.Server) -> postgres.Server:
    _play(postgresql.create(PLAYED, "assent_template"))
    return postgresql


@pytest.fixture(params=["sqlite", "postgresql"])
def played(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a copy of the database in which `story` was played."""
    if request.param == "sqlite":
        path = tmp_path / "played.db"
        shutil.copy(request.getfixturevalue("played_on_sqlite"), path)
        engine = db.make_engine(f"sqlite:///{path}")
        yield engine
        engine.dispose()
        return
    server: postgres.Server = request.getfixturevalue("played_on_postgresql")
    name = f"played_{tmp_path.name}".replace("-", "_")[:50]
    engine = db.make_engine(server.create(name, PLAYED))
    yield engine
    engine.dispose()
    server.drop(name)


def _play(url: str) -> None:
    engine = db.make_engine(url)
    story.play(engine)
    engine.dispose()
