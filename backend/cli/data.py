"""Data in and out: rosters and lists in somebody's name, the whole county in one file."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.progress import Progress

from backend.cli.server import console, server
from backend.kernel.db import database

As = Annotated[str, typer.Option("--as", help="以哪个用户的名义办理（其权限和辖区照常适用，并记入审计）")]
REFUSED, FAULTY = 2, 1
POLL_SECONDS = 0.5


def add_to(app: typer.Typer) -> None:
    """Offer the commands."""
    app.command("import", help="导入家庭名册；有行未通过时退出码为 1，整个文件被拒绝为 2。")(import_roster)
    app.command("export", help="导出列表：与页面上的导出相同，按该用户的辖区和脱敏规则。")(export_list)
    app.command(help="把整个县的数据库和文件备份为一个带校验的文件。")(backup)
    app.command(help="把备份恢复到空数据库；备份损坏或不相符时退出码为 2。")(restore)


def import_roster(
    file: Annotated[Path, typer.Argument(help="名册文件（xlsx、xls、csv）", exists=True, dir_okay=False)],
    username: As,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只校验，不写入")] = False,  # noqa: FBT002
    all_or_nothing: Annotated[bool, typer.Option("--all-or-nothing", help="有一行有误则全部不导入")] = False,  # noqa: FBT002
    errors: Annotated[Path | None, typer.Option(help="把标注了错误的原表另存到此文件")] = None,
) -> None:
    """Import a roster of households; exit code 1 when rows were refused, 2 when the whole file was."""
    form = {"dry_run": str(dry_run).lower(), "mode": "all_or_nothing" if all_or_nothing else "accepted"}
    with server():
        state, marked = asyncio.run(_import(file.name, file.read_bytes(), username, form))
    console.print(
        f"共 {state['rows']} 行：通过 {state['accepted']}，未通过 {state['rejected']}。", state["message"] or ""
    )
    if errors is not None and marked is not None:
        errors.write_bytes(marked)
        console.print(f"错误说明：{errors}")
    if state["status"] == "failed":
        raise typer.Exit(REFUSED)
    if state["rejected"]:
        raise typer.Exit(FAULTY)


async def _import(
    name: str, content: bytes, username: str, form: dict[str, str]
) -> tuple[dict[str, Any], bytes | None]:
    """Return how the import ended, and the roster with its faults marked when there were any."""
    from backend.jobs.worker import work

    async with _signed_in(username) as client:
        upload = {"file": (name, content)}
        state = _answer(await client.post("/api/v1/households/imports", data=form, files=upload))
        address = f"/api/v1/imports/{state['id']}"
        # The work is in the queue; whichever worker takes it, this one or the server's.
        worker = asyncio.create_task(work())
        with Progress(console=console) as bars:
            bar = bars.add_task("正在导入", total=100)
            while state["status"] in {"waiting", "working"}:
                await asyncio.sleep(POLL_SECONDS)
                state = _answer(await client.get(address))
                bars.update(bar, completed=state["progress"])
        marked = (await client.get(f"{address}/errors")).content if state["rejected"] else None
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    await database.close()
    return state, marked


def export_list(
    resource: Annotated[str, typer.Argument(help="资源，如 households、persons、cases、entitlements")],
    username: As,
    output: Annotated[Path, typer.Option("--output", "-o", help="写入的文件，扩展名 xlsx 或 csv 决定格式")],
    filters: Annotated[list[str] | None, typer.Option("--filter", help="筛选条件，如 division_code=371623109")] = None,
) -> None:
    """Export a list as its page does: filtered, within somebody's area, masked for them."""
    ending = output.suffix.removeprefix(".")
    if ending not in {"xlsx", "csv"}:
        console.print("[red]文件扩展名应为 .xlsx 或 .csv")
        raise typer.Exit(REFUSED)
    pairs = [pair.partition("=") for pair in filters or ()]
    query = {"format": ending} | {name: value for name, _, value in pairs}
    with server():
        asyncio.run(_export(f"/api/v1/{resource}/export", query, username, output))
    console.print(f"已写入 {output}（{output.stat().st_size:,} 字节）")


async def _export(address: str, query: dict[str, str], username: str, output: Path) -> None:
    async with _signed_in(username) as client, client.stream("GET", address, params=query) as answer:
        if answer.status_code != httpx.codes.OK:
            await answer.aread()
            _answer(answer)
        with console.status("正在导出…"), output.open("wb") as file:
            async for chunk in answer.aiter_bytes():
                file.write(chunk)
    await database.close()


def backup(file: Annotated[Path, typer.Argument(help="备份文件，如 ejia-20261124.tar.gz")]) -> None:
    """Write the whole county, database and files, into one file with digests."""
    from backend.backup.dumping import dump

    if file.exists():
        console.print(f"[red]{file} 已存在，请换一个文件名")
        raise typer.Exit(REFUSED)
    with server() as url, _progress("正在备份") as told:
        manifest = asyncio.run(dump(url, file, told))
    rows = sum(member.get("rows", 0) for member in manifest["members"].values())
    console.print(
        f"已备份 {rows:,} 行、{len(manifest['members'])} 项到 {file}。恢复时需要同一个 EJIA_FIELD_KEY，请另行妥善保管"
    )
    for fault in manifest["faults"]:
        console.print(f"[red]{fault}")
    if manifest["faults"]:
        raise typer.Exit(FAULTY)


def restore(
    file: Annotated[Path, typer.Argument(help="备份文件", exists=True, dir_okay=False)],
    check: Annotated[bool, typer.Option("--check", help="只核对备份是否完好，不恢复")] = False,  # noqa: FBT002
) -> None:
    """Bring a backup back into an empty database; exit code 2 when it is damaged or does not fit."""
    from backend.backup import archive
    from backend.backup.restoring import NotRestorable
    from backend.backup.restoring import restore as bring_back
    from backend.migrate import migrate

    try:
        if check:
            manifest = archive.check(file)
        else:
            with server() as url, _progress("正在恢复") as told:
                migrate(url)
                manifest = asyncio.run(bring_back(url, file, told))
    except (archive.DamagedArchive, NotRestorable) as refusal:
        console.print(f"[red]{refusal}")
        raise typer.Exit(REFUSED) from None
    console.print(f"{'备份完好' if check else '已恢复'}：制作于 {manifest['made_at']}，{len(manifest['members'])} 项")


@contextmanager
def _progress(title: str) -> Iterator[Any]:
    with Progress(console=console) as bars:
        bar = bars.add_task(title, total=None)

        def told(name: str, done: int, total: int) -> None:
            bars.update(bar, description=f"{title} {name}", completed=done, total=total)

        yield told


def _signed_in(username: str) -> httpx.AsyncClient:
    """Return a client of the API in this process that acts as the user."""
    from backend.api import create_api

    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://console.internal", auth=_Console(username))


class _Console(httpx.Auth):
    """Whoever runs commands on the server needs no password; the sign-in is recorded as made from the console."""

    def __init__(self, username: str) -> None:
        self._username, self._token = username, ""

    async def async_auth_flow(self, request: httpx.Request) -> Any:
        """Sign in before the first request."""
        if not self._token:
            self._token = await _token_of(self._username)
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


async def _token_of(username: str) -> str:
    from backend.identity.service.signing_in import enter_from_console
    from backend.kernel.db import unit_of_work

    async with unit_of_work() as session:
        entered = await enter_from_console(session, username)
    if entered is None:
        console.print(f"[red]没有用户“{username}”，或其已停用、没有有效任职")
        raise typer.Exit(REFUSED)
    return entered.token


def _answer(answer: httpx.Response) -> dict[str, Any]:
    if answer.is_success:
        found: dict[str, Any] = answer.json()
        return found
    body = answer.json()
    told = "；".join([body.get("detail", ""), *(error["message"] for error in body.get("errors", ()))])
    console.print(f"[red]{told}")
    raise typer.Exit(REFUSED)
