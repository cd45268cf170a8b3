"""Write rows of several tables in one statement: one round trip, however many rows and tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import TextClause, text
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one table, all with the same columns; what they leave out gets the model's default or the database's.

    `computed` names columns that the database works out, as SQL over the row `r`.
    """

    model: type[SQLModel]
    rows: Sequence[Values]
    computed: Mapping[str, str] = field(default_factory=dict)

    def defaults(self) -> dict[str, Any]:
        """Return the model's own defaults of the columns that are left out."""
        return {k: v for k, v in _defaults(self.model).items() if k not in self.rows[0] and k not in self.computed}


@lru_cache(maxsize=100)
def _defaults(model: type[SQLModel]) -> dict[str, Any]:
    columns = model.__table__.c  # type: ignore[attr-defined]
    fields = {name: info for name, info in model.model_fields.items() if name in columns}
    return {
        name: info.default
        for name, info in fields.items()
        if info.default is not None and not info.is_required() and info.default_factory is None
        if columns[name].server_default is None
    }


async def insert_together(
    session: AsyncSession, batches: Sequence[Batch], returning: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Insert every batch; return these columns of the first one's rows. A row may name the key of another's."""
    filled = [batch for batch in batches if batch.rows]
    defaults = [batch.defaults() for batch in filled]
    shape = tuple(
        (str(batch.model.__tablename__), (*batch.rows[0], *more), tuple(batch.computed.items()))
        for batch, more in zip(filled, defaults, strict=True)
    )
    values = {
        f"rows_{i}": orjson.dumps([{**more, **row} for row in batch.rows], default=_plain).decode()
        for i, (batch, more) in enumerate(zip(filled, defaults, strict=True))
    }
    found = await session.execute(_statement(shape, tuple(returning)), values)
    return [dict(row) for row in found.mappings()] if returning else []


@lru_cache(maxsize=500)
def _statement(
    shape: tuple[tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]], ...], returning: tuple[str, ...]
) -> TextClause:
    parts = []
    for i, (table, columns, computed) in enumerate(shape):
        names = ", ".join([*(f'"{name}"' for name in columns), *(f'"{name}"' for name, _ in computed)])
        values = ", ".join([*(f'r."{name}"' for name in columns), *(sql for _, sql in computed)])
        back = f" RETURNING {', '.join(returning)}" if returning and i == 0 else ""
        source = f"jsonb_populate_recordset(NULL::{table}, CAST(:rows_{i} AS jsonb)) r"
        parts.append(f"batch_{i} AS (INSERT INTO {table} ({names}) SELECT {values} FROM {source}{back})")
    ending = f"SELECT {', '.join(returning)} FROM batch_0" if returning else "SELECT 1"
    return text(f"WITH {', '.join(parts)} {ending}")


def _plain(value: Any) -> str:
    """Write what JSON has no form for as the column's type reads it."""
    return f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)
