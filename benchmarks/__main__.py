"""`python -m benchmarks [list|get|create|import|posting|matching|all] [--rows N] [--quick] [--full]`."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks import households, importing, matching, posting, report
from benchmarks.county import County, own_county

OVER_HTTP = {"list", "get", "create"}
MEASURES = ("list", "get", "create", "import", "posting", "matching")


def sizes_up_to(rows: int) -> list[int]:
    """Return the sizes of the curve: each tenfold, the last as asked."""
    return [n for n in (10_000, 100_000, 1_000_000) if n < rows] + [rows]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("measures", nargs="*", help=f"any of {', '.join(MEASURES)}; all when none is named")
    parser.add_argument("--rows", type=int, help="households of the largest list (1,000,000; 100,000 when quick)")
    parser.add_argument("--quick", action="store_true", help="short rounds; prints, and leaves the document alone")
    parser.add_argument("--full", action="store_true", help="the curve up to 10,000,000 households")
    given = parser.parse_args()
    unknown = set(given.measures) - {*MEASURES, "all"}
    if unknown:
        parser.error(f"no such measure: {', '.join(sorted(unknown))}")
    return given


def main() -> None:
    given = arguments()
    wanted = set(MEASURES) if not given.measures or "all" in given.measures else set(given.measures)
    rows = given.rows or (100_000 if given.quick else 10_000_000 if given.full else 1_000_000)
    effort = households.QUICK if given.quick else households.FULL
    load = os.getloadavg()

    def keep(found: dict[str, Any]) -> None:
        """Write at once, so that an interrupted run keeps what it has measured."""
        if not given.quick:
            report.write(found, report.machine(load))

    sizes = [rows] if given.quick else sizes_up_to(rows)
    with own_county() as county:
        found, failed = measured(county, wanted, given.quick, effort, sizes, keep)
    if given.quick:
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        print(f"written: {report.DOCUMENT} and {report.RESULTS}")
    sys.exit(1 if failed else 0)


def measured(
    county: County,
    wanted: set[str],
    quick: bool,  # noqa: FBT001
    effort: households.Effort,
    sizes: list[int],
    keep: Callable[[dict[str, Any]], None],
) -> tuple[dict[str, Any], list[str]]:
    """Measure one after the other; what fails is told and does not spoil the rest."""
    parts: list[tuple[str, Callable[[], dict[str, Any]]]] = [
        ("posting", lambda: {"posting": posting.measure(county, quick=quick)}),
        (
            "import",
            lambda: {"import": importing.measure(county, rows=5_000 if quick else 50_000, rounds=1 if quick else 3)},
        ),
        ("matching", lambda: {"matching": matching.measure(county)}),
        ("http", lambda: households.measure(county, wanted & OVER_HTTP, effort, sizes, keep)),
    ]
    found, failed = {}, []
    for name, measure in parts:
        if not (wanted & OVER_HTTP if name == "http" else name in wanted):
            continue
        begun = time.monotonic()
        print(f"{name} …", flush=True)
        try:
            found |= measure()
            keep(found)
        except Exception as reason:  # noqa: BLE001  (a failed measure is told at the end and by the exit code)
            failed.append(name)
            print(f"{name} could not be measured: {reason}", file=sys.stderr, flush=True)
        print(f"{name}: {time.monotonic() - begun:.0f} s", flush=True)
    return found, failed


main()
