"""Promises about the database, the same on SQLite and PostgreSQL."""

import multiprocessing
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Engine, ForeignKey, Integer, MetaData, Table, inspect, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from workflow import db

TABLES = MetaData(naming_convention=db.Base.metadata.naming_convention)
NOTE = Table(
    "test_note",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("count", Integer, nullable=False, default=0),
    Column("at", db.Instant),
    Column("content", db.Json),
    Column("answers", ForeignKey("test_note.id")),
)
NOON_UTC = datetime(2026, 3, 29, 12, tzinfo=UTC)


@pytest.fixture
def notes(empty_database_url: str) -> Iterator[Engine]:
    """An engine on a database with one table and one row."""
    engine = db.make_engine(empty_database_url, busy_timeout_ms=20_000)
    TABLES.create_all(engine)
    with db.transaction(engine) as session:
        session.execute(NOTE.insert().values(id=1))
    yield engine
    engine.dispose()


def put(engine: Engine, **values: object) -> None:
    with db.transaction(engine) as session:
        session.execute(update(NOTE).values(**values))


def get(engine: Engine, column: Column) -> object:
    with db.reading(engine) as session:
        return session.execute(select(column).where(NOTE.c.id == 1)).scalar_one()


# -- transactions ------------------------------------------------------------------------------------------


def test_a_transaction_is_kept_whole_or_not_at_all(notes):
    with pytest.raises(LookupError), db.transaction(notes) as session:
        session.execute(update(NOTE).values(count=5))
        session.execute(NOTE.insert().values(id=2))
        raise LookupError

    with db.reading(notes) as session:
        assert session.execute(select(NOTE.c.id, NOTE.c.count)).all() == [(1, 0)]


def test_what_a_reader_changes_is_dropped(notes):
    with db.reading(notes) as session:
        session.execute(update(NOTE).values(count=5))

    assert get(notes, NOTE.c.count) == 0


def test_a_reader_never_waits_for_a_writer_and_sees_only_what_was_committed(notes):
    with db.transaction(notes) as session:
        session.execute(update(NOTE).values(count=5))

        assert get(notes, NOTE.c.count) == 0

    assert get(notes, NOTE.c.count) == 5


def test_a_row_that_refers_to_nothing_is_refused(notes):
    with pytest.raises(IntegrityError), db.transaction(notes) as session:
        session.execute(NOTE.insert().values(id=2, answers=99))


def add_one(engine: Engine) -> None:
    """Reads and then writes: the pattern that loses updates where transactions are not what they seem."""
    with db.transaction(engine) as session:
        row = select(NOTE.c.count).where(NOTE.c.id == 1).with_for_update()
        count = session.execute(row).scalar_one()
        session.execute(update(NOTE).values(count=count + 1))


def test_threads_that_read_and_then_write_lose_nothing(notes):
    threads = [threading.Thread(target=lambda: [add_one(notes) for _ in range(25)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert get(notes, NOTE.c.count) == 200


def _count_in_a_process(url: str) -> None:
    engine = db.make_engine(url, busy_timeout_ms=20_000)
    for _ in range(20):
        add_one(engine)
    engine.dispose()


def test_processes_that_read_and_then_write_lose_nothing(notes, empty_database_url):
    spawning = multiprocessing.get_context("spawn")
    processes = [spawning.Process(target=_count_in_a_process, args=(empty_database_url,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert ([process.exitcode for process in processes], get(notes, NOTE.c.count)) == ([0, 0, 0], 60)


def test_processes_that_open_a_new_database_at_once_all_may_write(tmp_path):
    url = f"sqlite:///{tmp_path / 'new.db'}"
    spawning = multiprocessing.get_context("spawn")
    processes = [spawning.Process(target=_make_a_table, args=(url, number)) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert ([process.exitcode for process in processes], tables(db.make_engine(url))) == (
        [0, 0, 0],
        ["t0", "t1", "t2"],
    )


def _make_a_table(url: str, number: int) -> None:
    with db.transaction(db.make_engine(url)) as session:
        session.execute(text(f"CREATE TABLE t{number} (id INTEGER)"))


def test_writers_of_one_process_write_in_the_order_they_came(tmp_path):
    from workflow.sqlite import WriterQueue

    queue, order = WriterQueue(patience_s=20), []

    def write(number: int) -> None:
        queue.enter()
        order.append(number)
        queue.leave()

    queue.enter()
    threads = []
    for number in range(6):
        threads.append(threading.Thread(target=write, args=(number,)))
        threads[-1].start()
        while len(queue._waiting) <= number:
            pass
    queue.leave()
    for thread in threads:
        thread.join()

    assert order == [0, 1, 2, 3, 4, 5]


def test_a_failed_write_does_not_keep_the_next_writer_out(notes):
    for _ in range(3):
        with pytest.raises(IntegrityError), db.transaction(notes) as session:
            session.execute(NOTE.insert().values(id=1))

    add_one(notes)

    assert get(notes, NOTE.c.count) == 1


def test_a_database_in_memory_serves_all_threads_of_its_process():
    engine = db.make_engine("sqlite://")
    TABLES.create_all(engine)
    with db.transaction(engine) as session:
        session.execute(NOTE.insert().values(id=1))
    threads = [threading.Thread(target=lambda: [add_one(engine) for _ in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert get(engine, NOTE.c.count) == 80


def test_sqlite_keeps_what_it_committed_through_a_power_cut(tmp_path):
    engine = db.make_engine(f"sqlite:///{tmp_path / 'a.db'}")
    asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    with engine.connect() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in asked]

    assert found == ["wal", 2, 1, 10_000]


# -- types -------------------------------------------------------------------------------------------------


def test_a_moment_comes_back_in_utc_and_to_the_microsecond(notes):
    gland = timezone(timedelta(hours=2))
    put(notes, at=datetime(2026, 3, 29, 14, 0, 0, 123456, tzinfo=gland))

    read = get(notes, NOTE.c.at)

    assert (read, read.tzinfo) == (datetime(2026, 3, 29, 12, 0, 0, 123456, tzinfo=UTC), UTC)


def test_moments_compare_as_time_does_whatever_their_zone(notes):
    put(notes, at=NOON_UTC)
    moments = [
        (NOON_UTC - timedelta(microseconds=1), False),
        (NOON_UTC.astimezone(timezone(timedelta(hours=-8))), True),  # its text would sort before
        (
            datetime(2026, 3, 29, 13, 59, tzinfo=timezone(timedelta(hours=2))),
            False,
        ),  # its text would sort after
        (NOON_UTC + timedelta(microseconds=1), True),
    ]
    with db.reading(notes) as session:
        due = [session.execute(select(NOTE.c.at <= moment)).scalar_one() for moment, _ in moments]

    assert due == [expected for _, expected in moments]


def test_a_moment_without_a_zone_is_refused(notes):
    with pytest.raises(StatementError, match="has no time zone"):
        put(notes, at=datetime(2026, 3, 29, 12))


def test_plain_values_come_back_as_they_were_and_equal_values_are_equal_bytes(notes):
    put(notes, content={"b": ["é", 1, None, True], "a": {}})

    with db.reading(notes) as session:
        stored = session.execute(text("SELECT content FROM test_note")).scalar_one()
    assert stored == '{"a":{},"b":["é",1,null,true]}'
    assert get(notes, NOTE.c.content) == {"b": ["é", 1, None, True], "a": {}}


# -- upgrades ----------------------------------------------------------------------------------------------


def tables(engine: Engine) -> list[str]:
    return sorted(inspect(engine).get_table_names())


def test_an_upgrade_makes_every_table_and_the_second_one_changes_nothing(empty_database_url):
    engine = db.make_engine(empty_database_url)

    db.upgrade(engine)
    first = tables(engine)
    db.upgrade(engine)
    db.require_current(engine)

    assert tables(engine) == first
    assert set(db.Base.metadata.tables) <= set(first)
    engine.dispose()


def test_the_migrations_make_exactly_the_tables_of_the_models(engine):
    pytest.importorskip("workflow.models")
    with engine.connect() as connection:
        found = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(found, db.Base.metadata) == []


def test_an_upgraded_database_still_refuses_rows_that_refer_to_nothing(empty_database_url):
    engine = db.make_engine(empty_database_url)
    db.upgrade(engine)
    TABLES.create_all(engine)

    with pytest.raises(IntegrityError), db.transaction(engine) as session:
        session.execute(NOTE.insert().values(id=2, answers=99))
    engine.dispose()


def test_a_database_of_a_newer_assent_is_left_alone(engine):
    with db.transaction(engine) as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)"))
        session.execute(text("DELETE FROM alembic_version"))
        session.execute(text("INSERT INTO alembic_version VALUES ('of_the_future')"))

    for step in (db.upgrade, db.require_current):
        with pytest.raises(db.DatabaseIsNewer, match="by a newer Assent than this one"):
            step(engine)


def test_upgrades_started_at_once_follow_each_other(empty_database_url):
    spawning = multiprocessing.get_context("spawn")
    processes = [spawning.Process(target=_upgrade_in_a_process, args=(empty_database_url,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0, 0]


def _upgrade_in_a_process(url: str) -> None:
    db.upgrade(db.make_engine(url))


# -- errors ------------------------------------------------------------------------------------------------


def test_a_missing_table_is_told_as_a_missing_upgrade(empty_database_url):
    engine = db.make_engine(empty_database_url)

    with pytest.raises(db.NotMigrated, match="Run `assent db upgrade`"), db.reading(engine) as session:
        session.execute(select(NOTE.c.id))
    engine.dispose()


def test_a_writer_that_waited_too_long_is_told_so(notes, empty_database_url):
    impatient = db.make_engine(empty_database_url, busy_timeout_ms=50)

    with db.transaction(notes) as session:
        session.execute(update(NOTE).values(count=1))
        with pytest.raises(db.DatabaseLocked, match="kept the database busy for too long"):
            put(impatient, count=2)

    put(impatient, count=3)
    assert get(notes, NOTE.c.count) == 3
    impatient.dispose()


def test_a_thread_that_waited_too_long_for_its_turn_is_told_so(tmp_path):
    engine = db.make_engine(f"sqlite:///{tmp_path / 'a.db'}", busy_timeout_ms=50)
    TABLES.create_all(engine)

    with db.transaction(engine) as session:
        session.execute(NOTE.insert().values(id=1))
        with pytest.raises(db.DatabaseLocked):
            put(engine, count=2)
    put(engine, count=3)

    assert get(engine, NOTE.c.count) == 3


def test_a_file_that_is_no_database_is_told_as_such(tmp_path):
    path = tmp_path / "letter.db"
    path.write_text("Dear colleague, " * 100)

    with pytest.raises(db.NotADatabase, match="is not an SQLite database, or it is damaged"):
        put(db.make_engine(f"sqlite:///{path}"), count=1)


@pytest.mark.parametrize(
    "url",
    ["sqlite:////no/such/folder/a.db", "postgresql://u@localhost:1/n", "postgresql://u@/n?host=/no/such"],
)
def test_a_database_out_of_reach_is_told_as_such(url):
    with pytest.raises(db.CannotConnect, match="Check database"):
        put(db.make_engine(url), count=1)


def test_an_unknown_name_of_a_postgresql_database_is_told_as_such(bare_postgresql):
    with pytest.raises(db.CannotConnect):
        put(db.make_engine(bare_postgresql.url("nowhere")), count=1)


def test_a_database_that_may_not_be_written_to_is_told_as_such(notes, tmp_path: Path):
    if notes.dialect.name == "sqlite":
        engine = db.make_engine(f"sqlite:///{tmp_path / 'empty.db'}")
        prepare = "PRAGMA query_only=ON"
    else:
        engine, prepare = notes, "SET TRANSACTION READ ONLY"

    with pytest.raises(db.DatabaseReadOnly, match="cannot be written to"), db.transaction(engine) as session:
        session.execute(text(prepare))
        session.execute(update(NOTE).values(count=1))


def test_a_prepared_statement_can_be_switched_off_for_a_pooler(bare_postgresql):
    with db.make_engine(bare_postgresql.url("postgres") + "&prepare_threshold=none").connect() as connection:
        assert connection.connection.dbapi_connection.prepare_threshold is None


def test_only_what_the_database_said_is_explained(tmp_path):
    said = [
        sqlite3.OperationalError("database is locked"),
        sqlite3.OperationalError("database or disk is full"),
        db.NotMigrated(),
        sqlite3.OperationalError("near 'SELEC': syntax error"),
        ValueError("database is locked"),
    ]

    assert [db.explain(exc) for exc in said] == [
        "Another writer kept the database busy for too long. Try again; if it happens often, look for a"
        " program that holds it open (a backup, a database browser), or raise database.busy_timeout_ms.",
        "There is no room left for the database. Free some space on its disk; nothing half-done was kept.",
        "The database has no tables yet, or those of an older Assent. Run `assent db upgrade`.",
        None,
        None,
    ]
