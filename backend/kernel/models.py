"""The columns every table has."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Identity, Numeric, String, func
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# Codes sort and compare byte by byte, so that a prefix is a range of the index.
DIVISION_CODE: Any = String(15, collation="C")
MONEY: Any = Numeric(14, 2)
AWARE: Any = DateTime(timezone=True)


def now() -> datetime:
    """Return the current time, always with a time zone."""
    return datetime.now(UTC)


class Record(SQLModel):
    """A row with an identity and a birth time. The database gives both."""

    id: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity(always=False)], title="编号"
    )
    created_at: datetime = Field(
        default_factory=now, sa_type=AWARE, sa_column_kwargs={"server_default": func.now()}, title="创建时间"
    )


class Versioned(Record):
    """A row that people edit: `version` counts the edits, so that nobody overwrites another's unseen."""

    version: int = Field(default=1, title="版本", sa_column_kwargs={"server_default": "1"})
    updated_at: datetime = Field(
        default_factory=now, sa_type=AWARE, sa_column_kwargs={"server_default": func.now()}, title="修改时间"
    )


def money_field(title: str, **options: Any) -> Any:
    """Return a NUMERIC(14,2) column; null means not known, never zero."""
    return Field(title=title, sa_type=MONEY, **options)


def division_field(title: str = "行政区划", **options: Any) -> Any:
    """Return the division code column every large table carries."""
    return Field(
        title=title,
        sa_type=DIVISION_CODE,
        max_length=15,
        schema_extra={"json_schema_extra": {"x-options": "/api/v1/divisions/options"}},
        **options,
    )


ZERO = Decimal("0.00")
