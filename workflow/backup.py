"""All tables in one file, and back: a copy made while work goes on, that fits either kind of database.

A zip with one file of JSON lines for each table, and `about.json`. The secret of the installation is not in
it: keep that apart, or reply links already sent will not open.
"""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Date, Engine, LargeBinary, Table, func, insert, select, text
from sqlalchemy.orm import Session

from workflow import db, heartbeat, models, outbox

ABOUT = "about.json"
#: The sign of life (heartbeat.py) that a finished copy leaves.
BEAT = "backup"
_ROWS_AT_A_TIME = 500
#: Tables that are not quite empty when a database is new.
_MADE_BY_MIGRATIONS = ("queue", "register_head")
# The models describe themselves to the metadata when they are loaded.
TABLES = db.Base.metadata.sorted_tables


class BackupError(Exception):
    """A copy that cannot be written or restored; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a copy holds."""

    made_at: str
    tables: int
    rows: int
    #: Letters that were waiting to be sent when it was made.
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Last:
    """The last copy that was finished, as the database remembers it."""

    at: datetime
    #: As it was named, from the folder of whoever made it; "": nobody noted it.
    path: str
    #: In bytes; 0: nobody noted it.
    size: int
    rows: int


def write(engine: Engine, path: Path, now: datetime) -> Kept:
    """Write every row of every table to a new file; all of one moment.

    Raises   BackupError
    """
    if path.exists():
        raise BackupError(f"{path} is there already. A copy is never overwritten: choose another name.")
    unfinished = path.with_name(path.name + ".part")
    rows = 0
    try:
        with db.reading(engine) as session, zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as file:
            if engine.dialect.name == "postgresql":
                # All tables as of one moment; SQLite's reading transaction is that anyway.
                session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            for table in TABLES:
                with file.open(f"{table.name}.jsonl", "w") as lines:
                    for row in session.execute(select(table)).yield_per(_ROWS_AT_A_TIME):
                        plain = {name: _plain(value) for name, value in row._mapping.items()}
                        lines.write(json.dumps(plain, ensure_ascii=False).encode() + b"\n")
                        rows += 1
            about: dict[str, Any] = {
                "made_at": now.isoformat(),
                "revision": db.revision(session),
                "rows": rows,
            }
            file.writestr(ABOUT, json.dumps(about))
        unfinished.rename(path)
    except OSError as error:
        raise BackupError(f"{path} cannot be written: {error.strerror}. Nothing was kept.") from None
    finally:
        unfinished.unlink(missing_ok=True)
    return Kept(about["made_at"], len(TABLES), rows)


def remember(session: Session, path: Path, kept: Kept, now: datetime) -> None:
    """Note that a copy was finished, for whoever looks whether there are any."""
    told = {"path": str(path.resolve()), "size": path.stat().st_size, "rows": kept.rows}
    heartbeat.beat(session, BEAT, now, json.dumps(told, ensure_ascii=False))


def last(session: Session) -> Last | None:
    """The last copy; None: there is none that anybody knows of."""
    beats = heartbeat.HEARTBEATS
    row = session.execute(select(beats.c.at, beats.c.detail).where(beats.c.name == BEAT)).one_or_none()
    if row is None:
        return None
    try:
        told = json.loads(row.detail)
        return Last(row.at, str(told["path"]), int(told["size"]), int(told["rows"]))
    except (ValueError, KeyError, TypeError):
        # Noted by an earlier version: the name alone.
        return Last(row.at, row.detail, 0, 0)


def restore(engine: Engine, path: Path, now: datetime) -> Kept:
    """Fill an empty database from a copy; all of it, or nothing.

    Letters that were waiting may have been sent since: the queue is paused until somebody has looked.
    Raises   BackupError
    """
    try:
        with zipfile.ZipFile(path) as file:
            about = json.loads(file.read(ABOUT))
            db.upgrade(engine)
            with db.transaction(engine) as session:
                _require_fit(session, about, path)
                rows = sum(_fill(session, table, file) for table in TABLES)
                waiting = _pause_if_waiting(session, about, now)
    except (OSError, zipfile.BadZipFile, KeyError, json.JSONDecodeError) as error:
        raise BackupError(f"{path} is not a copy that can be restored: {error}. Choose another.") from None
    return Kept(about["made_at"], len(TABLES), rows, waiting)


def _require_fit(session: Session, about: dict[str, Any], path: Path) -> None:
    if about["revision"] != db.revision(session):
        raise BackupError(
            f"{path} was made by another version of Assent (tables {about['revision']})."
            " Install that version, restore, then upgrade."
        )
    if any(_count(session, model.__table__) for model in (models.Case, models.Event, models.Party)):
        raise BackupError("The database is not empty. Restore into a new one: correct database.url.")


def _count(session: Session, table: Any) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def _fill(session: Session, table: Table, file: zipfile.ZipFile) -> int:
    if table.name in _MADE_BY_MIGRATIONS:
        session.execute(table.delete())
    rows: list[dict[str, Any]] = []
    count = 0
    for row in _lines(table, file):
        rows.append(row)
        if len(rows) == _ROWS_AT_A_TIME:
            count += _insert(session, table, rows)
            rows = []
    count += _insert(session, table, rows)
    key = table.autoincrement_column
    if key is not None and session.get_bind().dialect.name == "postgresql":
        # The rows brought their numbers along; new ones must go on from there.
        following = select(func.coalesce(func.max(key), 0) + 1).scalar_subquery()
        sequence = func.pg_get_serial_sequence(table.name, key.name)
        session.execute(select(func.setval(sequence, following, False)))
    return count


def _insert(session: Session, table: Table, rows: list[dict[str, Any]]) -> int:
    if rows:
        session.connection().execute(insert(table), rows)
    return len(rows)


def _lines(table: Table, file: zipfile.ZipFile) -> Iterator[dict[str, Any]]:
    with file.open(f"{table.name}.jsonl") as lines:
        for line in lines:
            row = json.loads(line)
            yield {column.name: _native(column.type, row[column.name]) for column in table.columns}


def _pause_if_waiting(session: Session, about: dict[str, Any], now: datetime) -> int:
    letters = models.Letter.__table__
    waiting = session.scalar(
        select(func.count()).select_from(letters).where(letters.c.status.in_(("waiting", "sending")))
    )
    if waiting:
        reason = f"Restored from a copy of {about['made_at']}: letters that wait may have been sent since."
        outbox.pause(session, reason, "Look at the letters that wait, then resume.", now)
    return waiting or 0


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else value


def _native(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, db.Instant):
        return datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return base64.b64decode(value) if isinstance(kind, LargeBinary) else value
