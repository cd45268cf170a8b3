"""Alembic's entry: the tables of `backend.tables` against the connection it is given."""

from typing import Any

from alembic import context
from sqlmodel.sql.sqltypes import AutoString

from backend import tables
from backend.kernel.labels import EnumText

OURS = frozenset(tables.metadata.tables)


def render_plainly(kind: str, item: Any, _: Any) -> str | bool:
    """Write types a migration can keep for good, without our classes."""
    if kind == "type" and isinstance(item, EnumText):
        return "sa.Text()"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=tables.metadata,
    compare_type=True,
    compare_server_default=False,
    render_item=render_plainly,
    include_name=lambda name, kind, _: kind != "table" or name in OURS,
)
with context.begin_transaction():
    context.run_migrations()
