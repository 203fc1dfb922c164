"""Engine and sessions: one transaction at a time, the same promises on SQLite and PostgreSQL.

The family of errors:

* DatabaseError
  x DatabaseLocked
  x DatabaseReadOnly
  x DatabaseFull
  x DatabaseNotShared
  x NotADatabase
  x CannotConnect
  x NotMigrated
  x DatabaseIsNewer
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Dialect, Engine, MetaData, StaticPool, create_engine, event, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import String, Text, TypeDecorator, TypeEngine

from workflow import sqlite
from workflow.clock import utc

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

#: Any two processes that upgrade the same PostgreSQL database meet at this advisory lock.
UPGRADE_LOCK = 0x6173_7365_6E74  # "assent"


class DatabaseError(Exception):
    """The database refused. The docstring of each kind is its message."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or " ".join((type(self).__doc__ or "").split()))


class DatabaseLocked(DatabaseError):
    """Another writer kept the database busy for too long. Try again; if it happens often, look for a program
    that holds it open (a backup, a database browser), or raise database.busy_timeout_ms."""


class DatabaseReadOnly(DatabaseError):
    """The database cannot be written to. Give the account Assent runs under the right to write the database
    file and the folder it is in; on PostgreSQL, connect to the primary server, not to a standby."""


class DatabaseFull(DatabaseError):
    """There is no room left for the database. Free some space on its disk; nothing half-done was kept."""


class DatabaseNotShared(DatabaseError):
    """The disk of the database cannot share it between readers and a writer. Put it on a local disk, not on a
    network share, or use PostgreSQL."""


class NotADatabase(DatabaseError):
    """The file is not an SQLite database, or it is damaged. Correct database.url, or restore a backup with
    `assent db restore`."""


class CannotConnect(DatabaseError):
    """The database cannot be reached. Check database.url (host, port, name, user, password; for SQLite that
    its folder exists) and that the server is running."""


class NotMigrated(DatabaseError):
    """The database has no tables yet, or those of an older Assent. Run `assent db upgrade`."""


class DatabaseIsNewer(DatabaseError):
    """The database was upgraded by a newer Assent than this one. Install that version again; this one could
    damage what it does not know."""


class Instant(TypeDecorator[datetime]):
    """A moment: aware going in, aware and UTC coming out, to the microsecond.

    PostgreSQL keeps a timestamptz. SQLite would drop the zone, so it keeps the text of the moment in UTC,
    of one width, which sorts and compares as time does.
    """

    impl = String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        moment = utc(value)
        if dialect.name == "postgresql":
            return moment
        return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)


class Json(TypeDecorator[Any]):
    """Plain values (dict, list, str, int, bool, None) as canonical JSON text: equal values, equal bytes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Base(DeclarativeBase):
    """What every table of Assent descends from."""

    # Migrations can only change a constraint that has a name.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Instant, dict[str, Any]: Json, list[str]: Json, list[Any]: Json}  # noqa: RUF012


def make_engine(url: str | URL, *, busy_timeout_ms: int = 10_000) -> Engine:
    """The engine of an installation; one per process and database.

    url               sqlite:///FILE, sqlite:// (in memory) or postgresql://...
    busy_timeout_ms   how long a writer waits for another, milliseconds
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite_engine(address, busy_timeout_ms)
    return _postgresql_engine(address, busy_timeout_ms)


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One transaction that may write: committed at the end of the block, undone by any exception.

    On SQLite it is the only writer from its first statement on, so what it reads stays true until it commits.
    On PostgreSQL lock the rows you decide upon (`with_for_update`).
    Raises   a DatabaseError in plain words where one fits, else what SQLAlchemy raised
    """
    with _plainly(), Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """One transaction that only reads: it never waits for a writer, and whatever it changed is dropped."""
    options = {"begin_mode": "DEFERRED"}
    with _plainly(), Session(engine, expire_on_commit=False, execution_options=options) as session:
        yield session


def explain(exc: BaseException) -> str | None:
    """What a database error means and what to do about it, in one or two sentences; None for any other."""
    fault = exc if isinstance(exc, DatabaseError) else _fault(exc)
    return str(fault) if fault else None


def upgrade(engine: Engine) -> None:
    """Bring the tables to the newest form; does nothing when they have it. All of it happens, or nothing.

    Raises   DatabaseIsNewer, or another DatabaseError
    """
    # Loading Alembic takes longer than most commands run; only an upgrade needs it.
    from alembic import command

    with _plainly(), engine.connect() as connection:
        on_sqlite = engine.dialect.name == "sqlite"
        if on_sqlite:
            # A changed table is rebuilt and the old one dropped: with foreign keys on, the rows that refer to
            # it would go too. SQLite takes this pragma only outside a transaction, hence the driver.
            _pragma(connection, "foreign_keys=OFF")
        try:
            with connection.begin():
                if not on_sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
                _require_known(_revision(connection))
                config = _alembic()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                if on_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise DatabaseError(
                        "The upgrade would leave rows that refer to nothing, so it was undone: the database"
                        " is as before. Keep a copy of it and report this."
                    )
        finally:
            if on_sqlite:
                _pragma(connection, "foreign_keys=ON")


def revision(session: Session) -> str | None:
    """Which migration the tables were brought to."""
    return _revision(session.connection())


def newest_revision() -> str:
    """The migration to which this version of Assent brings the tables."""
    return str(_migrations().get_current_head())


def require_current(engine: Engine) -> None:
    """Refuse to work on tables of another version.

    Raises   NotMigrated, DatabaseIsNewer, or another DatabaseError
    """
    with reading(engine) as session:
        revision = _revision(session.connection())
    _require_known(revision)
    if revision != newest_revision():
        raise NotMigrated


def _sqlite_engine(url: URL, busy_timeout_ms: int) -> Engine:
    memory = url.database in (None, "", ":memory:")
    opener = sqlite.Opener(None if memory else str(url.database), busy_timeout_ms)
    if memory:
        # A database in memory lives in its connection: all threads share the one there is, in turn.
        engine = create_engine("sqlite://", creator=opener.open, poolclass=StaticPool)
    else:
        engine = create_engine(url, creator=opener.open, pool_size=8, max_overflow=40)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("begin_mode", "IMMEDIATE")
        driver = connection.connection.dbapi_connection
        assert isinstance(driver, sqlite.Connection)
        if memory or mode != "DEFERRED":
            driver.take_turn()
        # IMMEDIATE: a DEFERRED reader that turns writer is refused at once if another has written since.
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def _postgresql_engine(url: URL, busy_timeout_ms: int) -> Engine:
    arguments: dict[str, Any] = {"connect_timeout": 10, "application_name": "assent"}
    # Behind pgbouncer a prepared statement may meet a server that never prepared it; the driver takes None
    # for "never prepare", which an address cannot say.
    threshold = url.query.get("prepare_threshold")
    if threshold is not None:
        arguments["prepare_threshold"] = None if threshold == "none" else int(str(threshold))
        url = url.difference_update_query(["prepare_threshold"])
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args=arguments,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        pool_size=8,
        max_overflow=40,
    )

    @event.listens_for(engine, "connect")
    def connect(driver: Any, _record: object) -> None:
        # In the address ("options") pgbouncer would refuse it.
        with driver.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {int(busy_timeout_ms)}")
        driver.commit()

    return engine


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        fault = _fault(error)
        if fault is None:
            raise
        raise fault from error


#: What the drivers say (SQLite: its text; PostgreSQL: SQLSTATE or its beginning), and which fault that is.
_SIGNS: dict[str, type[DatabaseError]] = {
    "database is locked": DatabaseLocked,
    "database table is locked": DatabaseLocked,
    "readonly database": DatabaseReadOnly,
    "disk is full": DatabaseFull,
    sqlite.NO_WAL: DatabaseNotShared,
    "not a database": NotADatabase,
    "malformed": NotADatabase,
    "unable to open database file": CannotConnect,
    "no such table": NotMigrated,
    "no such column": NotMigrated,
    "has no column named": NotMigrated,
}
_STATES: dict[str, type[DatabaseError]] = {
    "55P03": DatabaseLocked,
    "40P01": DatabaseLocked,
    "25006": DatabaseReadOnly,
    "53100": DatabaseFull,
    "42P01": NotMigrated,
    "42703": NotMigrated,
    "3D000": CannotConnect,
    "28": CannotConnect,
    "08": CannotConnect,
    "57P": CannotConnect,
    "53300": CannotConnect,
}


def _fault(exc: BaseException) -> DatabaseError | None:
    driver = getattr(exc, "orig", None) or exc
    if isinstance(driver, sqlite3.Error):
        signs = [kind for sign, kind in _SIGNS.items() if sign in str(driver)]
        return signs[0]() if signs else None
    if not type(driver).__module__.startswith("psycopg"):
        return None
    state = getattr(driver, "sqlstate", None)
    if state is None:
        # Without a state the server never answered, or the line broke.
        return CannotConnect() if type(driver).__name__ in ("OperationalError", "ConnectionTimeout") else None
    states = [kind for start, kind in _STATES.items() if state.startswith(start)]
    return states[0]() if states else None


def _revision(connection: Connection) -> str | None:
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


def _alembic() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "workflow:migrations")
    return config


def _migrations() -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_alembic())


def _require_known(revision: str | None) -> None:
    known = {script.revision for script in _migrations().walk_revisions()}
    if revision is not None and revision not in known:
        raise DatabaseIsNewer


def _pragma(connection: Connection, pragma: str) -> None:
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.execute(f"PRAGMA {pragma}")
