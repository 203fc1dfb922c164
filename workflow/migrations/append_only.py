"""Triggers that make the record append-only: an event is never changed, personal data are only ever erased,
mail stays as it came.

They hold against mistakes and against programs without the right to drop triggers. Whoever has that right
is found out by the chain (`assent record verify`) and by the heads kept elsewhere.

A migration that rebuilds `events` or `personal` loses their triggers: it must call `protect` again; one that
rebuilds `mail`, `protect_mail`.
"""

from __future__ import annotations

from alembic.operations import Operations
from sqlalchemy import Connection

EVENTS_SAY = (
    "The record is append-only: an event cannot be changed or removed. Append a new event that corrects it."
)
PERSONAL_SAY = "The record keeps personal data as they are: they can be erased, not changed or removed."
MAIL_SAYS = "Mail is kept as it came: it cannot be changed or removed. What is made of it stands beside it."

#: The one change that personal data allow; the salt goes with the content, or a guess could be confirmed.
_ERASES = (
    "NEW.ref = OLD.ref AND OLD.content IS NOT NULL AND NEW.content IS NULL AND NEW.erased_at IS NOT NULL"
)


def protect(target: Operations | Connection) -> None:
    """Create the triggers anew, in their present form; calling it again changes nothing.

    target   Alembic's `op` within a migration, or a connection
    """
    connection = target if isinstance(target, Connection) else target.get_bind()
    statements = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}[connection.dialect.name]
    for statement in statements:
        connection.exec_driver_sql(statement)


def protect_mail(target: Operations | Connection) -> None:
    """Create the triggers of `mail` anew; calling it again changes nothing."""
    connection = target if isinstance(target, Connection) else target.get_bind()
    for statement in {"sqlite": _SQLITE_MAIL, "postgresql": _POSTGRESQL_MAIL}[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def _sqlite(table: str, name: str, moment: str, when: str, says: str) -> tuple[str, str]:
    trigger = f"{table}_{name}"
    return (
        f"DROP TRIGGER IF EXISTS {trigger}",
        f"CREATE TRIGGER {trigger} BEFORE {moment} ON {table} {when}"
        f" BEGIN SELECT RAISE(ABORT, '{says}'); END",
    )


def _taken(table: str, key: str) -> str:
    # INSERT OR REPLACE removes the old row without asking the trigger that denies removal.
    return f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key})"


_SQLITE = (
    *_sqlite("events", "no_update", "UPDATE", "", EVENTS_SAY),
    *_sqlite("events", "no_delete", "DELETE", "", EVENTS_SAY),
    *_sqlite(
        "events",
        "no_replace",
        "INSERT",
        _taken("events", "case_id = NEW.case_id AND seq = NEW.seq"),
        EVENTS_SAY,
    ),
    *_sqlite("personal", "only_erase", "UPDATE", f"WHEN NOT ({_ERASES})", PERSONAL_SAY),
    *_sqlite("personal", "no_delete", "DELETE", "", PERSONAL_SAY),
    *_sqlite("personal", "no_replace", "INSERT", _taken("personal", "ref = NEW.ref"), PERSONAL_SAY),
)


def _function(name: str, body: str) -> str:
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"


def _raise(says: str) -> str:
    return f"RAISE EXCEPTION '{says}' USING ERRCODE = 'restrict_violation';"


def _postgresql(table: str, name: str, moment: str, scope: str, function: str) -> tuple[str, str]:
    trigger = f"{table}_{name}"
    return (
        f"DROP TRIGGER IF EXISTS {trigger} ON {table}",
        f"CREATE TRIGGER {trigger} BEFORE {moment} ON {table} FOR EACH {scope} EXECUTE FUNCTION {function}()",
    )


_POSTGRESQL = (
    _function("assent_deny_event_change", _raise(EVENTS_SAY)),
    _function("assent_deny_personal_change", _raise(PERSONAL_SAY)),
    _function("assent_only_erase", f"IF {_ERASES} THEN RETURN NEW; END IF; {_raise(PERSONAL_SAY)}"),
    *_postgresql("events", "no_change", "UPDATE OR DELETE", "ROW", "assent_deny_event_change"),
    *_postgresql("events", "no_truncate", "TRUNCATE", "STATEMENT", "assent_deny_event_change"),
    *_postgresql("personal", "only_erase", "UPDATE", "ROW", "assent_only_erase"),
    *_postgresql("personal", "no_delete", "DELETE", "ROW", "assent_deny_personal_change"),
    *_postgresql("personal", "no_truncate", "TRUNCATE", "STATEMENT", "assent_deny_personal_change"),
)

_SQLITE_MAIL = (
    *_sqlite("mail", "no_update", "UPDATE", "", MAIL_SAYS),
    *_sqlite("mail", "no_delete", "DELETE", "", MAIL_SAYS),
    *_sqlite("mail", "no_replace", "INSERT", _taken("mail", "id = NEW.id"), MAIL_SAYS),
)
_POSTGRESQL_MAIL = (
    _function("assent_deny_mail_change", _raise(MAIL_SAYS)),
    *_postgresql("mail", "no_change", "UPDATE OR DELETE", "ROW", "assent_deny_mail_change"),
    *_postgresql("mail", "no_truncate", "TRUNCATE", "STATEMENT", "assent_deny_mail_change"),
)
