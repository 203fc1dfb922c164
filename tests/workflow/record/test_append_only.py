"""Promises about what the database itself denies."""

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from tests.workflow.record import chains
from workflow import db, record
from workflow.migrations import append_only

KINDS = ["draft", "submitted"]
DENIED = {
    "change": "UPDATE events SET body = body WHERE seq = 1",
    "change of a number": "UPDATE events SET seq = 9 WHERE seq = 2",
    "removal": "DELETE FROM events WHERE seq = 2",
    "personal change": """UPDATE personal SET content = '{"name":"Mr B."}'""",
    "personal reference": "UPDATE personal SET ref = 'other', content = NULL,"
    " erased_at = '2024-03-01T12:00:00.000000Z'",
    "personal removal": "DELETE FROM personal",
}
BY_KIND = {
    "sqlite": {
        "replacement": "INSERT OR REPLACE INTO events"
        " SELECT case_id, seq, at, 'other', actor, body, prev, hash FROM events",
        "change or replacement": "UPDATE OR REPLACE events SET kind = 'other'",
        "personal replacement": "INSERT OR REPLACE INTO personal SELECT ref, salt, '{}', NULL FROM personal",
    },
    "postgresql": {
        "replacement": "INSERT INTO events SELECT * FROM events ON CONFLICT (case_id, seq) DO UPDATE"
        " SET kind = 'other'",
        "emptying": "TRUNCATE events",
        "personal emptying": "TRUNCATE personal",
    },
}


@pytest.fixture
def kept(engine: Engine) -> Engine:
    """A database with a case of two events that refer to personal data."""
    with db.transaction(engine) as session:
        ref = record.keep_personal(session, {"name": "Ms A. Example"})
        chains.begin(session, "RP-2024-1", KINDS, case_id=1, person=ref)
    return engine


def refused(engine: Engine) -> dict[str, str]:
    """What the database said to each attempt; "done" if it let it pass. Nothing is committed."""
    said = {}
    for name, statement in {**DENIED, **BY_KIND[engine.dialect.name]}.items():
        with engine.connect() as connection:
            try:
                connection.exec_driver_sql(statement)
                said[name] = "done"
            except DBAPIError as error:
                said[name] = str(error.orig).splitlines()[0]
            connection.rollback()
    return said


def expected(engine: Engine) -> dict[str, str]:
    return {
        name: append_only.PERSONAL_SAY if "personal" in name else append_only.EVENTS_SAY
        for name in {**DENIED, **BY_KIND[engine.dialect.name]}
    }


def test_the_database_denies_every_change_and_removal(kept):
    assert refused(kept) == expected(kept)


def test_without_its_triggers_the_database_denies_nothing(kept):
    with db.transaction(kept) as session:
        chains.lift(session)

    assert set(refused(kept).values()) == {"done"}


def test_protecting_again_changes_nothing(kept):
    with kept.begin() as connection:
        append_only.protect(connection)
        append_only.protect(connection)

    assert refused(kept) == expected(kept)


def test_a_table_that_a_migration_rebuilt_is_protected_again(kept):
    with kept.begin() as connection:
        op = Operations(MigrationContext.configure(connection))
        for table in ("events", "personal"):
            with op.batch_alter_table(table, recreate="always"):
                pass
    rebuilt = refused(kept)
    with kept.begin() as connection:
        append_only.protect(Operations(MigrationContext.configure(connection)))

    # Whoever forgets to protect a rebuilt table has lost all protection.
    assert set(rebuilt.values()) == {"done"}
    assert refused(kept) == expected(kept)


def test_personal_data_may_be_erased_once_and_not_filled_again(kept):
    with kept.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE personal SET content = NULL, salt = '', erased_at = '2024-03-01T12:00:00.000000Z'"
        )

    with (
        pytest.raises(DBAPIError, match="they can be erased, not changed or removed"),
        kept.begin() as connection,
    ):
        connection.exec_driver_sql("UPDATE personal SET content = '{}'")
    with (
        pytest.raises(DBAPIError, match="they can be erased, not changed or removed"),
        kept.begin() as connection,
    ):
        connection.exec_driver_sql("UPDATE personal SET erased_at = '2024-04-01T12:00:00.000000Z'")
