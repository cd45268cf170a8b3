"""Attachments in a backup: from either store into the other, and never silently lost or changed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from backend.backup import dumping, restoring
from backend.files import service
from backend.kernel.crypto import Suite, digest
from storage import LocalStorage, S3Storage, new_key
from tests.cli.test_commands import county, empty, fetch, silent
from tests.storage.conftest import s3_server

__all__ = ["county", "empty", "s3_server"]
PAPERS = {key: bytes([n]) * (n * 70_000) for n, key in enumerate(sorted(new_key() for _ in range(3)), 1)}


async def lay_down(url: str, store: Any) -> None:
    """Keep three papers in the store and their rows in the database."""
    for key, content in PAPERS.items():
        await store.put(key, pieces(content), "image/png")
        await fetch(
            url,
            "INSERT INTO attachment (name, media_type, size, digest, encrypted, division_code, storage_key, uploaded_by,"
            f" uploader, created_at) VALUES ('{key}.png', 'image/png', {len(content)},"
            f" 'sm3:{digest(Suite.SM, content).hexdigest()}', false, '371623', '{key}', 1, '某人', now())",
        )


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 50_000):
        yield content[start : start + 50_000]


def use(monkeypatch: pytest.MonkeyPatch, store: Any) -> None:
    for module in (dumping, restoring):
        monkeypatch.setattr(module, "store", lambda: store)


@pytest.fixture
def stores(s3_server: Any, tmp_path: Path) -> dict[str, LocalStorage | S3Storage]:
    return {"folder": LocalStorage(tmp_path / "files"), "S3": s3_server.storage("backup")}


@pytest.mark.xdist_group("storage")
@pytest.mark.parametrize(("source", "target"), [("folder", "S3"), ("S3", "folder")])
async def test_stored_files_move_from_one_store_into_the_other(
    county: str, empty: str, stores: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, target: str
) -> None:
    await lay_down(county, stores[source])
    use(monkeypatch, stores[source])
    file = tmp_path / "county.tar.gz"
    assert (await dumping.dump(county, file, silent))["faults"] == []
    use(monkeypatch, stores[target])
    await restoring.restore(empty, file, silent)
    rows = await fetch(empty, "SELECT storage_key, digest, size FROM attachment ORDER BY storage_key")
    assert [row["storage_key"] for row in rows] == list(PAPERS)
    for row in rows:
        assert await stores[target].size(row["storage_key"]) == row["size"]
        assert not await service.differs(row["digest"], await stores[target].open(row["storage_key"]))


async def test_a_lost_or_changed_file_is_named_and_the_others_are_kept(
    county: str, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = LocalStorage(tmp_path / "files")
    await lay_down(county, folder)
    lost, changed, whole = PAPERS
    await folder.delete(lost)
    await folder.put(changed, pieces(b"another"), "image/png")
    use(monkeypatch, folder)
    file = tmp_path / "county.tar.gz"
    faults = (await dumping.dump(county, file, silent))["faults"]
    assert ["不存在" in faults[0], "摘要不符" in faults[1]] == [True, True]
    assert [lost in faults[0], changed in faults[1]] == [True, True]
    elsewhere = LocalStorage(tmp_path / "elsewhere")
    use(monkeypatch, elsewhere)
    await restoring.restore(empty, file, silent)
    assert await elsewhere.exists(whole)
    assert not await asyncio.to_thread((tmp_path / "elsewhere" / lost).exists)
