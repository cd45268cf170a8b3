"""A folder: full disks, killed processes, closed folders."""

import errno
import json
import os
from pathlib import Path

import pytest

import storage.local
from storage import LocalStorage, StorageError, StorageFull, StorageUnavailable, connect, new_key


def all_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def full_disk() -> Path:
    """Linux's device that is always full."""
    return Path("/dev/full")


async def test_a_full_disk_is_told_in_a_sentence_and_nothing_stays(
    tmp_path: Path, full_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, key = LocalStorage(tmp_path / "files"), new_key()
    begin = store._begin

    def on_a_full_disk() -> tuple[Path, object]:
        unfinished, file = begin()
        file.close()
        return unfinished, full_disk.open("wb")

    monkeypatch.setattr(store, "_begin", on_a_full_disk)
    for content in (b"small", b"x" * 1_000_000):
        with pytest.raises(StorageFull, match="空间已满，文件未保存"):
            await store.put(key, content, "text/plain")
        assert all_files(tmp_path) == []
    with pytest.raises(StorageFull):
        await store.health()
    assert not await store.exists(key)


async def test_room_that_runs_out_when_the_file_gets_its_place_keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_: int) -> None:
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    monkeypatch.setattr(storage.local.os, "fsync", no_room)
    with pytest.raises(StorageFull):
        await LocalStorage(tmp_path).put(new_key(), b"x", "text/plain")
    assert all_files(tmp_path) == []


async def test_what_a_killed_process_left_is_swept_after_a_day_and_uploads_in_progress_stay(tmp_path: Path) -> None:
    store = LocalStorage(tmp_path)
    await store.put(new_key(), b"x", "text/plain")
    old, young = tmp_path / "incoming" / "old", tmp_path / "incoming" / "young"
    old.write_bytes(b"half")
    young.write_bytes(b"half")
    os.utime(old, (0, 0))
    await store.put(new_key(), b"y", "text/plain")
    assert not old.exists()
    assert young.exists()


async def test_files_are_closed_to_other_accounts(tmp_path: Path) -> None:
    root = tmp_path / "files"
    await LocalStorage(root).put(new_key(), b"x", "text/plain")
    assert root.stat().st_mode & 0o077 == 0


async def test_a_place_that_is_no_folder_makes_the_store_unavailable(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file stands where the folder should be")
    store = LocalStorage(tmp_path / "files")
    with pytest.raises(StorageUnavailable, match="暂时无法使用"):
        await store.put(new_key(), b"x", "text/plain")
    with pytest.raises(StorageUnavailable):
        await store.health()


def test_without_an_endpoint_files_go_to_the_folder(tmp_path: Path) -> None:
    nothing = {"access_key": "", "secret_key": "", "bucket": "ejia", "secure": True}
    assert isinstance(connect(tmp_path, endpoint=None, **nothing), LocalStorage)
    assert not isinstance(connect(tmp_path, endpoint="127.0.0.1:9", **nothing), LocalStorage)


def test_every_error_has_its_english() -> None:
    english = json.loads((Path(storage.__file__).parent / "english.json").read_text("utf-8"))
    for kind in (StorageError, *StorageError.__subclasses__()):
        assert kind.message in english
