"""The migrations make exactly the tables that the models describe."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from backend import tables
from backend.migrate import migrate, sync_url

# Some tests describe a table of their own.
OURS = frozenset(name for name in tables.metadata.tables if not name.startswith("test_"))


def test_models_and_migrations_agree(worker_database: str) -> None:
    engine = create_engine(sync_url(worker_database))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: kind != "table" or name in OURS,
                "include_object": lambda _, name, kind, *__: kind != "table" or name in OURS,
            },
        )
        differences = compare_metadata(context, tables.metadata)
    engine.dispose()
    assert differences == []


def test_a_second_migration_changes_nothing(worker_database: str) -> None:
    assert migrate(worker_database) == []


def test_every_sequence_of_the_models_exists(worker_database: str) -> None:
    engine = create_engine(sync_url(worker_database))
    with engine.connect() as connection:
        known = {row.sequencename for row in connection.execute(text("SELECT sequencename FROM pg_sequences"))}
    engine.dispose()
    assert set(tables.metadata._sequences) <= known
