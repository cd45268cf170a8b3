"""A keep-alive HTTP client that costs less than what it measures, and servers in processes of their own."""

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
START_SECONDS = 180
ROUND_SECONDS = 4.0


@dataclass
class Side:
    """One of those compared: where it listens and how it is asked; `ask(n)` is the n-th request."""

    name: str
    port: int
    ask: Callable[[int], bytes]
    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)


class Wire:
    """One connection, one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> "Wire":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def send(self, request: bytes) -> tuple[int, bytes]:
        """Return status and body; only answers with a Content-Length are understood."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        place = head.lower().index(b"content-length:")
        length = int(head[place + 15 : head.index(b"\r\n", place)])
        return int(head[9:12]), await self._reader.readexactly(length)

    def close(self) -> None:
        self._writer.close()


def get(path: str, headers: Mapping[str, str] | None = None) -> bytes:
    return request("GET", path, b"", headers)


def request(method: str, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{k}: {v}" for k, v in (headers or {}).items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


async def one(port: int, sent: bytes) -> tuple[int, bytes]:
    """Send a single request on a connection of its own."""
    wire = await Wire.open(port)
    try:
        return await wire.send(sent)
    finally:
        wire.close()


async def interleave(sides: list[Side], *, rounds: int, requests: int, connections: int) -> None:
    """Ask all sides in turn, round after round; the first round warms up and is not counted.

    A round ends after as many requests, or after a few seconds with those that a slow side has answered by then.
    """
    asked = dict.fromkeys((side.name for side in sides), 0)
    for turn in range(rounds + 1):
        # Whoever comes first in a round changes, so that no side always follows the same one.
        for side in sides[turn % len(sides) :] + sides[: turn % len(sides)]:
            count = requests if turn else max(connections, requests // 4)
            latencies, seconds = await _load(side, asked[side.name], count, connections)
            asked[side.name] += len(latencies)
            if turn:
                side.rates.append(len(latencies) / seconds)
                side.latencies += latencies


async def _load(side: Side, first: int, count: int, connections: int) -> tuple[list[float], float]:
    numbers, latencies = iter(range(first, first + count)), []
    wires = [await Wire.open(side.port) for _ in range(connections)]

    async def work(wire: Wire) -> None:
        for number in numbers:
            asked = time.perf_counter()
            status, body = await wire.send(side.ask(number))
            latencies.append(time.perf_counter() - asked)
            # fastapi-amis-admin answers 200 to what went wrong, and says so in the body.
            if status >= 400 or (body.startswith(b'{"status":') and not body.startswith(b'{"status":0')):
                raise RuntimeError(f"{side.name} answered {status}: {body[:400]!r}")
            if time.perf_counter() - begun > ROUND_SECONDS:
                return

    begun = time.perf_counter()
    await asyncio.gather(*(work(wire) for wire in wires))
    seconds = time.perf_counter() - begun
    for wire in wires:
        wire.close()
    return latencies, seconds


def summary(sides: list[Side]) -> dict[str, dict[str, float]]:
    """Return median rate and latency of each, and the ratio to the first as the median over the rounds."""
    return {
        side.name: {
            "per_second": round(statistics.median(side.rates), 1),
            "median_ms": round(statistics.median(side.latencies) * 1000, 2),
            "p95_ms": round(sorted(side.latencies)[int(len(side.latencies) * 0.95)] * 1000, 2),
            "ratio": round(statistics.median(a / b for a, b in zip(side.rates, sides[0].rates, strict=True)), 3),
        }
        for side in sides
    }


@contextmanager
def serving(app: str, url: str, python: str = sys.executable) -> Iterator[int]:
    """Run an application with one uvicorn worker as the product is run; yield its port."""
    # A handed-over socket would be slower than the product's own: uvicorn takes it for a Unix socket and leaves Nagle on.
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    flags = [
        "--loop",
        "uvloop",
        "--http",
        "httptools",
        "--log-level",
        "warning",
        "--no-access-log",
        "--no-server-header",
    ]
    process = subprocess.Popen(
        [python, "-m", "uvicorn", app, "--host", "127.0.0.1", "--port", str(port), *flags],
        cwd=ROOT,
        env=os.environ | {"EJIA_DATABASE_URL": url},
    )
    try:
        asyncio.run(_await(port, process))
        yield port
    finally:
        process.terminate()
        process.wait(30)


async def _await(port: int, process: "subprocess.Popen[bytes]") -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < START_SECONDS:
        if process.poll() is not None:
            raise RuntimeError("the server ended at once; its message stands above")
        try:
            await asyncio.wait_for(one(port, get("/healthz")), 5)
        except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
            await asyncio.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not answer")
