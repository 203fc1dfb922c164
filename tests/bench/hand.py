"""SQL written by hand, through sqlite3 and psycopg: the least that the same rows can cost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg

from tests.bench.places import Place

Row = dict[str, Any]


class Hand:
    """One connection, with the settings that Assent's own have.

    Statements are written with `?`; psycopg prepares by itself what comes again.
    """

    def __init__(self, place: Place) -> None:
        self.is_sqlite = place.is_sqlite
        #: FOR UPDATE where there is such a thing.
        self.lock = "" if self.is_sqlite else " FOR UPDATE"
        if self.is_sqlite:
            self._connection: Any = sqlite3.connect(place.file, isolation_level=None)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                self._connection.execute(f"PRAGMA {pragma}")
        else:
            self._connection = psycopg.connect(place.url)
        self._cursor = self._connection.cursor()

    def begin(self) -> None:
        """PostgreSQL begins by itself."""
        if self.is_sqlite:
            self._cursor.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        self._connection.commit()

    def end(self) -> None:
        """Leave a transaction that has only read."""
        if not self.is_sqlite:
            self._connection.rollback()

    def do(self, statement: str, values: Sequence[Any] = ()) -> None:
        self._cursor.execute(self._own(statement), values)

    def do_many(self, statement: str, values: Iterable[Sequence[Any]]) -> None:
        self._cursor.executemany(self._own(statement), values)

    def all(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        return list(self._cursor.execute(self._own(statement), values).fetchall())

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """The same by the names of the columns; for what is prepared before the clock runs."""
        found = self.all(statement, values)
        names = [column[0] for column in self._cursor.description]
        return [dict(zip(names, row, strict=True)) for row in found]

    def close(self) -> None:
        self._connection.close()

    def _own(self, statement: str) -> str:
        return statement if self.is_sqlite else statement.replace("?", "%s")


def insert(table: str, columns: Iterable[str]) -> str:
    """INSERT INTO table(columns) VALUES (?, ...)."""
    names = list(columns)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"


def without(row: Row, *names: str) -> Row:
    """A row without some columns, such as an id that the database gives."""
    return {name: value for name, value in row.items() if name not in names}
