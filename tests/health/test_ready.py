"""A proxy and an operator are told the truth."""

from typing import Any

import pytest


async def test_ready_means_database_files_and_migrations(public: Any) -> None:
    answer = await public.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["parts"] == {"database": "ok", "migrations": "ok", "files": "ok"}


async def test_a_store_that_is_away_is_not_ready(public: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from backend import health

    class Away:
        async def health(self) -> None:
            raise ConnectionError

    monkeypatch.setattr(health, "store", Away)
    answer = await public.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["files"] != "ok"


async def test_alive_is_alive(public: Any) -> None:
    assert (await public.get("/healthz")).json() == {"status": "ok"}
