"""What every test may ask for: an empty, upgraded database, once on SQLite and once on PostgreSQL."""

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests import postgres
from workflow import db

TEMPLATE = "assent_template"
_numbers = count(1)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An upgraded SQLite file; each test gets a copy of it."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = db.make_engine(f"sqlite:///{path}")
    db.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def bare_postgresql() -> Iterator[postgres.Server]:
    """A running PostgreSQL server, started by the first test of a worker that needs it."""
    try:
        with postgres.server() as server:
            yield server
    except postgres.NoServer as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def postgresql(bare_postgresql: postgres.Server) -> postgres.Server:
    """The server with an upgraded database; each test gets a copy of it."""
    engine = db.make_engine(bare_postgresql.create(TEMPLATE))
    db.upgrade(engine)
    engine.dispose()
    return bare_postgresql


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: postgres.Server = request.getfixturevalue("bare_postgresql")
    name = f"empty_{next(_numbers)}"
    yield server.create(name)
    server.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an upgraded database of this test's own, on either kind of server."""
    if request.param == "sqlite":
        path = tmp_path / "assent.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: postgres.Server = request.getfixturevalue("postgresql")
    name = f"assent_{next(_numbers)}"
    yield server.create(name, TEMPLATE)
    server.drop(name)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on `database_url`."""
    engine = db.make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """One open transaction on `engine`, committed at the end of the test."""
    with db.transaction(engine) as session:
        yield session
