"""Alembic's entry: the tables of `backend.tables` against the connection it is given."""

from alembic import context

from backend import tables

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=tables.metadata,
    compare_type=True,
    compare_server_default=False,
    include_name=lambda name, kind, _: not (kind == "table" and name in {"repeatable_sql", "alembic_version"}),
)
with context.begin_transaction():
    context.run_migrations()
