"""The whole demo county in a database of its own, loaded once."""

import os
import time
from collections.abc import AsyncIterator

import pytest

from backend.kernel.db import database
from tests.conftest import Server


@pytest.fixture(scope="session")
def empty_county(server: Server, worker_database: str) -> tuple[str, str]:
    """A fresh database beside the worker's."""
    name = f"ejia_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_demo"
    return server.clone(name), worker_database


@pytest.fixture(scope="package")
async def loaded(empty_county: tuple[str, str]) -> AsyncIterator[float]:
    """Load the county; return how many seconds it took."""
    from backend import subscriptions
    from backend.demo.loading import STORY, load

    fresh, usual = empty_county
    subscriptions.connect()
    await database.close()
    database.use(fresh)
    began = time.process_time()
    await load(STORY)
    yield time.process_time() - began
    await database.close()
    database.use(usual)


@pytest.fixture
def county(loaded: float) -> None:
    """The loaded county."""
