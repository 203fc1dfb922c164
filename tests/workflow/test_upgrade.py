"""An installation that already has something in its tables is upgraded and loses nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy import Engine, MetaData

from workflow import db

#: Of what kind a column is -> something that may stand in it.
_SAMPLES: tuple[tuple[type[sa.types.TypeEngine[Any]], Any], ...] = (
    (sa.Boolean, False),
    (sa.DateTime, datetime(2024, 1, 8, 9, tzinfo=UTC)),
    (sa.Date, date(2024, 1, 8)),
    (sa.Integer, 1),
    (sa.JSON, {}),
    (sa.LargeBinary, b"x"),
    (sa.String, "x"),
)


def _at(on: Engine, revision: str) -> None:
    """Bring an empty database to an earlier form."""
    with on.begin() as connection:
        config = db._alembic()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _fill(on: Engine) -> dict[str, int]:
    """Give every table a row, those that others refer to first; how many rows each has then."""
    tables = MetaData()
    with on.begin() as connection:
        tables.reflect(connection)
        for table in tables.sorted_tables:
            if table.name != "alembic_version" and not connection.scalar(
                sa.select(sa.func.count()).select_from(table)
            ):
                connection.execute(table.insert(), {c.name: _sample(c) for c in table.columns})
        return _counts(connection, tables)


def _sample(column: sa.Column[Any]) -> Any:
    if column.nullable and not column.foreign_keys:
        return None
    return next(value for kind, value in _SAMPLES if isinstance(column.type, kind))


def _counts(connection: sa.Connection, tables: MetaData) -> dict[str, int]:
    return {
        table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in tables.sorted_tables
    }


@pytest.mark.parametrize("revision", ["0001", "0005", "0007", "0009", "0012"])
def test_an_installation_with_a_row_in_every_table_is_upgraded(
    empty_database_url: str, revision: str
) -> None:
    engine = db.make_engine(empty_database_url)
    _at(engine, revision)
    before = _fill(engine)

    db.upgrade(engine)

    tables = MetaData()
    with engine.begin() as connection:
        tables.reflect(connection)
        after = _counts(connection, tables)
    engine.dispose()
    assert {name: after[name] for name in before} == before
