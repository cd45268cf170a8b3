"""Fill tables by COPY: thousands of rows in a moment."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession


class Tables:
    """Collects rows per table and copies them in the order asked for."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._columns: dict[str, tuple[str, ...]] = {}
        self._records: dict[str, list[tuple[Any, ...]]] = {}

    def add(self, table: str, **values: Any) -> None:
        """Collect a row; every row of a table names the same columns."""
        columns = self._columns.setdefault(table, tuple(values))
        self._records.setdefault(table, []).append(tuple(values[name] for name in columns))

    async def copy(self, tables: Iterable[str]) -> None:
        """Write what was collected, and let the planner see it."""
        raw = (await (await self._session.connection()).get_raw_connection()).driver_connection
        assert raw is not None  # noqa: S101
        for table in tables:
            if table in self._records:
                await raw.copy_records_to_table(table, records=self._records[table], columns=self._columns[table])
                await self._session.execute(text(f'ANALYZE "{table}"'))

    async def draw_ids(self, table: str, count: int) -> list[int]:
        """Return fresh ids of a table."""
        sql = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
        return list((await self._session.execute(sql, {"table": f'"{table}"', "count": count})).scalars())
