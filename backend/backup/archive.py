"""The file itself: a tar whose last member, the manifest, names every other with its size and digest."""

import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self

MANIFEST = "manifest.json"
CHUNK_BYTES = 1024 * 1024
FORMAT = 1


class DamagedArchive(Exception):
    """The file is no backup, or not what was written."""


@dataclass(slots=True)
class Writer:
    """Append members; the manifest comes last, when all digests are known."""

    path: Path
    facts: dict[str, Any]
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    _tar: tarfile.TarFile | None = None

    def __enter__(self) -> Self:
        """Open the file, readable by its owner alone: it holds everything the county knows."""
        self.path.touch(mode=0o600)
        self._tar = tarfile.open(self.path, "w:gz", compresslevel=3)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Write the manifest; an unfinished file is removed."""
        assert self._tar is not None  # noqa: S101  (opened by __enter__)
        if kind is None:
            manifest = {"format": FORMAT, **self.facts, "members": self.members}
            content = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
            self._add(MANIFEST, io.BytesIO(content), len(content))
        self._tar.close()
        if kind is not None:
            self.path.unlink()

    def add(self, name: str, content: IO[bytes], **facts: Any) -> None:
        """Append what stands in an open file, from its beginning."""
        size = content.seek(0, io.SEEK_END)
        content.seek(0)
        digest = hashlib.sha256()
        while chunk := content.read(CHUNK_BYTES):
            digest.update(chunk)
        content.seek(0)
        self._add(name, content, size)
        self.members[name] = {"size": size, "sha256": digest.hexdigest(), **facts}

    def _add(self, name: str, content: IO[bytes], size: int) -> None:
        assert self._tar is not None  # noqa: S101  (opened by __enter__)
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        self._tar.addfile(entry, content)


def check(path: Path) -> dict[str, Any]:
    """Read the whole file and return its manifest; raise DamagedArchive, naming the member that does not fit."""
    try:
        manifest, found = _read_through(path)
    except (tarfile.TarError, EOFError, OSError, zlib.error, ValueError) as error:
        raise DamagedArchive(f"备份文件读不下去，可能没有写完或已损坏：{error}") from error
    if manifest is None or manifest.get("format") != FORMAT:
        raise DamagedArchive("备份文件不完整：缺少清单，或不是本系统的备份")
    wanted = manifest["members"]
    for name in sorted(wanted.keys() | found.keys()):
        written = {key: wanted.get(name, {}).get(key) for key in ("size", "sha256")}
        if found.get(name) != written:
            raise DamagedArchive(f"备份文件已损坏：{name} 与清单不符")
    return manifest


def _read_through(path: Path) -> tuple[dict[str, Any] | None, dict[str, dict[str, Any]]]:
    found: dict[str, dict[str, Any]] = {}
    manifest: dict[str, Any] | None = None
    for name, content in members(path):
        if name == MANIFEST:
            manifest = json.loads(content.read())
            continue
        digest, size = hashlib.sha256(), 0
        while chunk := content.read(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
        found[name] = {"size": size, "sha256": digest.hexdigest()}
    return manifest, found


def members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Give each member's name and content in turn."""
    with tarfile.open(path, "r:gz") as tar:
        for entry in tar:
            content = tar.extractfile(entry)
            if content is not None:
                yield entry.name, content
