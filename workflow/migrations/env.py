"""Runs the migrations on the connection of `db.upgrade`; for the `alembic` command, on the configured one.

To write a migration: change workflow/models.py, bring a database to the last revision, then
`alembic revision --autogenerate -m "what is different"`, and read what it wrote.
"""

import importlib

from alembic import context
from sqlalchemy import Connection

from workflow import config, db


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=db.Base.metadata,
        # SQLite cannot change a table in place: it is rebuilt. Its triggers go with the old one; a migration
        # that rebuilds a table must create them again.
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        user_module_prefix="db.",
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    # The tables of today are what a new migration is compared with; running the old ones does not need them.
    importlib.import_module("workflow.models")
    with db.make_engine(config.load().database.url).begin() as own:
        run(own)
