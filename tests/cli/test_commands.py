"""The command line: data in and out in somebody's name, and a county that comes back from one file."""

import asyncio
import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from backend.backup import archive
from backend.backup.dumping import dump
from backend.backup.restoring import NotRestorable, restore
from backend.cli import app
from backend.identity.service.signing_in import enter_from_console
from backend.kernel.db import connection_arguments
from backend.migrate import migrate
from tests.conftest import committed


def silent(name: str, done: int, total: int) -> None:
    assert 1 <= done <= total, name


def run(*arguments: str, url: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", "-m", "backend.cli", *arguments]
    environment = os.environ | {"EJIA_DATABASE_URL": url, "COLUMNS": "200"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
async def county(worker_database: str, server: Any) -> str:
    """A copy of the template, so that a backup holds a known county."""
    return server.clone("ejia_backed_up")


@pytest.fixture
async def empty(server: Any) -> str:
    """A database with tables and nothing in them."""
    await server.execute('DROP DATABASE IF EXISTS "ejia_empty" WITH (FORCE)')
    await server.execute('CREATE DATABASE "ejia_empty"')
    url = server.url_of("ejia_empty")
    await asyncio.to_thread(migrate, url)
    return url


async def fetch(url: str, sql: str) -> Any:
    connection = await asyncpg.connect(**connection_arguments(url))
    try:
        return await connection.fetch(sql)
    finally:
        await connection.close()


async def contents(url: str) -> dict[str, list[Any]]:
    names = [row["name"] for row in await fetch(url, "SELECT relname AS name FROM pg_class WHERE relkind = 'r'"
        " AND relnamespace = 'public'::regnamespace")]  # fmt: skip
    return {n: sorted(map(str, await fetch(url, f'SELECT t::text FROM "{n}" t'))) for n in names}


async def test_a_county_comes_back_from_its_backup_row_for_row_with_its_guards(
    county: str, empty: str, tmp_path: Path
) -> None:
    file = tmp_path / "county.tar.gz"
    await dump(county, file, silent)
    assert file.stat().st_mode & 0o077 == 0
    await restore(empty, file, silent)
    before, after = await contents(county), await contents(empty)
    assert before["division"]
    assert {name for name in before if before[name] != after[name]} == set()
    guards = "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
    assert await fetch(county, guards) == await fetch(empty, guards)
    keys = "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' ORDER BY 1"
    assert await fetch(county, keys) == await fetch(empty, keys)
    assert (await asyncio.to_thread(run, "verify", url=empty)).returncode == 0
    with pytest.raises(NotRestorable, match="已有数据"):
        await restore(empty, file, silent)


async def test_a_damaged_backup_is_named_and_changes_nothing(county: str, empty: str, tmp_path: Path) -> None:
    file, damaged = tmp_path / "county.tar.gz", tmp_path / "damaged.tar.gz"
    await dump(county, file, silent)
    with tarfile.open(file) as source, tarfile.open(damaged, "w:gz") as target:
        for entry in source:
            content = source.extractfile(entry).read()
            if entry.name == "tables/division":
                content = content[:-3] + b"\0\0\0"
            target.addfile(entry, io.BytesIO(content))
    with pytest.raises(archive.DamagedArchive, match="tables/division"):
        await restore(empty, damaged, silent)
    assert await fetch(empty, "SELECT count(*) AS n FROM division") == [(0,)]
    (tmp_path / "cut.tar.gz").write_bytes(file.read_bytes()[:-4000])
    told = CliRunner().invoke(app, ["restore", "--check", str(tmp_path / "cut.tar.gz")])
    assert (told.exit_code, "备份文件" in told.stderr) == (2, True)
    good = CliRunner().invoke(app, ["restore", "--check", str(file)])
    assert (good.exit_code, "备份完好" in good.stderr) == (0, True)


async def test_an_export_is_made_in_somebodys_name_and_refused_beyond_their_rights(
    worker_database: str, tmp_path: Path
) -> None:
    file = tmp_path / "divisions.csv"
    made = await asyncio.to_thread(
        run, "export", "divisions", "--as", "town109_clerk", "-o", str(file), "--filter", "level=town",
        url=worker_database,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert "信阳镇" in file.read_text("utf-8-sig")
    async with committed() as session:
        entry = await session.execute(
            text("SELECT details->>'channel' FROM audit_entry WHERE action = 'sign_in.enter' ORDER BY id DESC LIMIT 1")
        )
        assert entry.scalar_one() == "console"
    refused = await asyncio.to_thread(
        run, "export", "users", "--as", "town109_clerk", "-o", str(file), url=worker_database
    )
    assert (refused.returncode, "权限" in refused.stderr) == (2, True)
    async with committed() as session:
        assert await enter_from_console(session, "nobody") is None


@pytest.mark.xdist_group("worker")
async def test_a_roster_is_tried_from_the_command_line_and_its_faults_are_written_beside(
    worker_database: str, tmp_path: Path
) -> None:
    roster, errors = tmp_path / "名册.csv", tmp_path / "errors.xlsx"
    roster.write_text("户主姓名,户主身份证号,姓名,身份证号,与户主关系\n张三,123,张三,123,本人\n", "utf-8-sig")
    told = await asyncio.to_thread(
        run, "import", str(roster), "--as", "town109_clerk", "--dry-run", "--errors", str(errors), url=worker_database
    )
    assert told.returncode in {1, 2}, told.stderr
    assert "未通过 1" in told.stderr or "列" in told.stderr


@pytest.mark.parametrize(
    "command", ["run", "serve", "worker", "migrate", "demo", "import", "export", "verify", "backup", "restore"]
)
def test_every_command_explains_itself(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"])
    assert shown.exit_code == 0
    assert "Usage" in shown.output
