"""The command line: `ejia --help`."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from backend.kernel.config import settings
from backend.kernel.db import database

if TYPE_CHECKING:
    from collections.abc import Iterator

app = typer.Typer(help="e家大救助：县域社会救助平台的命令行。", no_args_is_help=True, pretty_exceptions_enable=False)
console = Console(stderr=True)
Port = Annotated[int, typer.Option(envvar="PORT", help="监听端口")]
Host = Annotated[str, typer.Option(help="监听地址")]


def _refuse_unsafe() -> None:
    faults = settings().faults()
    for fault in faults:
        console.print(f"[red]{fault}")
    if faults:
        raise typer.Exit(2)


@contextmanager
def _server() -> "Iterator[str]":
    """Point at the configured server, or start the embedded one for as long as this process lives."""
    if settings().database_url:
        yield database.url
        return
    from backend.kernel.postgres import EmbeddedServer

    with EmbeddedServer(settings().home.resolve() / "postgres") as server:
        url = server.start()
        database.use(url)
        os.environ["EJIA_DATABASE_URL"] = url
        settings.cache_clear()
        yield url


@app.command()
def run(port: Port = 8000) -> None:
    """Start everything on this machine: database, migrations, demo county on the first start, worker, server."""
    os.environ.setdefault("EJIA_DEMO", "1")
    settings.cache_clear()
    settings().home.mkdir(parents=True, exist_ok=True)
    with _server() as url:
        console.print("数据库已就绪，正在检查表结构…")
        from backend.migrate import migrate as upgrade

        upgrade(url)
        if settings().demo:
            _load_demo(story=True)
        worker = subprocess.Popen([sys.executable, "-m", "backend.cli", "worker"])
        try:
            _serve("127.0.0.1" if settings().demo else "0.0.0.0", port)  # noqa: S104
        finally:
            worker.send_signal(signal.SIGTERM)
            try:
                worker.wait(timeout=10)
            except subprocess.TimeoutExpired:
                worker.kill()


def _serve(host: str, port: int) -> None:
    import uvicorn

    _refuse_unsafe()
    console.print(f"[green]e家大救助已启动：http://{host}:{port}[/]")
    if settings().demo:
        console.print(f"演示账号：{settings().home / 'demo-accounts.json'}（模拟数据，仅限本机访问）")
    uvicorn.run(
        "main:app", host=host, port=port, log_level="warning", loop="uvloop", http="httptools", server_header=False
    )


@app.command()
def serve(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serve the API and the portal against EJIA_DATABASE_URL (or the embedded server)."""
    if settings().demo and host not in {"127.0.0.1", "localhost", "::1"}:
        console.print("[red]演示模式只能监听本机地址")
        raise typer.Exit(2)
    with _server():
        _serve(host, port)


@app.command()
def worker() -> None:
    """Run background work."""
    from backend.jobs.worker import work

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    _refuse_unsafe()
    loop = asyncio.new_event_loop()
    task = loop.create_task(work())
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, task.cancel)
    try:
        loop.run_until_complete(task)
    except asyncio.CancelledError:
        return


@app.command()
def migrate() -> None:
    """Bring the database to this version."""
    from backend.migrate import migrate as upgrade

    with _server() as url:
        applied = upgrade(url)
    console.print(f"数据库已是最新版本（更新了 {len(applied)} 组函数与触发器）")


@app.command()
def demo() -> None:
    """Load the demo county (simulated data) into an empty database."""
    from backend.migrate import migrate as upgrade

    if not settings().demo:
        console.print("[red]只有在演示模式（EJIA_DEMO=1）下才能装载模拟数据")
        raise typer.Exit(2)
    with _server() as url:
        upgrade(url)
        _load_demo(story=True)


def _load_demo(*, story: bool) -> None:
    from backend.demo.loading import BASICS, STORY, load

    async def fill() -> None:
        with console.status("正在装载模拟数据…") if console.is_terminal else nullcontext():
            await load(BASICS + (STORY if story else ()))
        await database.close()

    asyncio.run(fill())


@app.command()
def verify(what: Annotated[str, typer.Argument(help="all、audit 或 ledger")] = "all") -> None:
    """Prove that no row of the audit and of the ledgers was tampered with; exit code 1 names the first fault."""
    from backend.proofs import VERIFIERS

    names = VERIFIERS if what == "all" else {what: VERIFIERS[what]} if what in VERIFIERS else {}
    if not names:
        console.print(f"[red]不认识“{what}”，可用：all、{'、'.join(VERIFIERS)}")
        raise typer.Exit(2)

    async def check() -> dict[str, Any]:
        found = {name: await verifier() for name, verifier in names.items()}
        await database.close()
        return found

    with _server():
        results = asyncio.run(check())
    for name, result in results.items():
        console.print(f"{name}: {result}")
    if not all(result["ok"] for result in results.values()):
        raise typer.Exit(1)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    app()
