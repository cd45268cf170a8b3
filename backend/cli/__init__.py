"""The command line: `ejia --help`."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from backend.cli import data
from backend.cli.server import console, server
from backend.kernel.config import settings
from backend.kernel.db import database

app = typer.Typer(help="e家大救助：县域社会救助平台的命令行。", no_args_is_help=True, pretty_exceptions_enable=False)
Port = Annotated[int, typer.Option(envvar="PORT", help="监听端口")]
Host = Annotated[str, typer.Option(help="监听地址")]


def _refuse_unsafe() -> None:
    faults = settings().faults()
    for fault in faults:
        console.print(f"[red]{fault}")
    if faults:
        raise typer.Exit(2)


@app.command(help="在本机启动全部：数据库、表结构、首次演示数据、后台任务和服务。")
def run(port: Port = 8000) -> None:
    """Start everything on this machine: database, migrations, demo county on the first start, worker, server."""
    os.environ.setdefault("EJIA_DEMO", "1")
    settings.cache_clear()
    settings().home.mkdir(parents=True, exist_ok=True)
    with server() as url:
        console.print("数据库已就绪，正在检查表结构…")
        from backend.jobs.worker import STARTED_BY
        from backend.migrate import migrate as upgrade

        upgrade(url)
        if settings().demo:
            _load_demo(story=True)
        # The server re-raises the signal that ended it; without a handler that would end this process before `finally`.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        environment = os.environ | {STARTED_BY: str(os.getpid())}
        worker = subprocess.Popen([sys.executable, "-m", "backend.cli", "worker"], env=environment)
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


@app.command(help="启动接口和门户（使用 EJIA_DATABASE_URL 或内置数据库）。")
def serve(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serve the API and the portal against EJIA_DATABASE_URL (or the embedded server)."""
    if settings().demo and host not in {"127.0.0.1", "localhost", "::1"}:
        console.print("[red]演示模式只能监听本机地址")
        raise typer.Exit(2)
    with server():
        _serve(host, port)


@app.command(help="运行后台任务。")
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


@app.command(help="把数据库升级到本版本。")
def migrate() -> None:
    """Bring the database to this version."""
    from backend.migrate import migrate as upgrade

    with server() as url:
        applied = upgrade(url)
    console.print(f"数据库已是最新版本（更新了 {len(applied)} 组函数与触发器）")


@app.command(help="把演示县（模拟数据）装入空数据库。")
def demo() -> None:
    """Load the demo county (simulated data) into an empty database."""
    from backend.migrate import migrate as upgrade

    if not settings().demo:
        console.print("[red]只有在演示模式（EJIA_DEMO=1）下才能装载模拟数据")
        raise typer.Exit(2)
    with server() as url:
        upgrade(url)
        _load_demo(story=True)


def _load_demo(*, story: bool) -> None:
    from backend.demo.loading import BASICS, STORY, load

    steps = BASICS + (STORY if story else ())
    console.print("正在检查模拟数据，首次装载约需一分钟…")

    async def fill() -> None:
        for at, module in enumerate(steps, 1):
            with console.status(f"正在装载模拟数据（第 {at} 步，共 {len(steps)} 步）…"):
                await load((module,))
        await database.close()

    asyncio.run(fill())


@app.command(help="校验审计和账簿未被篡改，或校验一个账簿数据包；退出码 1 表示发现问题并指出第一处。")
def verify(
    what: Annotated[str, typer.Argument(help="all、audit、ledger，或 package")] = "all",
    file: Annotated[Path | None, typer.Argument(help="账簿数据包（zip），只用于 package", dir_okay=False)] = None,
    key: Annotated[str | None, typer.Option(help="签署人公钥指纹，只用于 package；由签署的县另行告知")] = None,
) -> None:
    """Prove that no row of the audit and of the ledgers was tampered with; exit code 1 names the first fault."""
    if what == "package":
        _verify_package(file, key)
        return
    _verify_here(what)


def _verify_package(file: Path | None, key: str | None) -> None:
    """Check a file on any machine: no database, no settings of the county that wrote it."""
    from backend.ledger.package.checking import check

    if file is None or not file.is_file():
        console.print("[red]请给出账簿数据包的文件名，例如 ejia verify package BK01-2026.zip")
        raise typer.Exit(2)
    found = check(file, key)
    if not found.ok:
        console.print(f"[red]{found.fault}")
        raise typer.Exit(1)
    console.print(f"[green]完好[/]：{found.fund}，{found.year} 年，{found.vouchers} 张凭证")
    console.print(f"链尾摘要 {found.head_hash}")
    console.print(f"签署人公钥指纹 {found.fingerprint}" + ("（与给定的相符）" if key else "（请与签署的县核对）"))


def _verify_here(what: str) -> None:
    from backend.proofs import VERIFIERS

    names = VERIFIERS if what == "all" else {what: VERIFIERS[what]} if what in VERIFIERS else {}
    if not names:
        console.print(f"[red]不认识“{what}”，可用：all、{'、'.join(VERIFIERS)}、package")
        raise typer.Exit(2)

    async def check() -> dict[str, Any]:
        found = {name: await verifier() for name, verifier in names.items()}
        await database.close()
        return found

    with server():
        results = asyncio.run(check())
    for name, result in results.items():
        console.print(f"{name}: {result}")
    if not all(result["ok"] for result in results.values()):
        raise typer.Exit(1)


data.add_to(app)
