"""`python -m benchmarks [NAME …] [--skip NAME …] [--quick] [--rows N]`; all measures when none is named."""

import argparse
import json
import os
import sys
import time
from contextlib import ExitStack

from benchmarks import households, importing, matching, posting, report
from benchmarks.county import County, own_county
from benchmarks.frame import Effort, Found, Measure

# In this order: what shares a county stands together and only ever makes it larger.
MEASURES: dict[str, Measure] = {
    measure.name: measure
    for module in (posting, importing, matching, households)
    for measure in module.MEASURES
}  # fmt: skip


def arguments() -> argparse.Namespace:
    known = "\n".join(f"  {m.name:10} {m.hint}" for m in MEASURES.values())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, epilog=f"measures:\n{known}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("measures", nargs="*", metavar="NAME", choices=[*MEASURES, []], help="what to measure")
    parser.add_argument("--skip", nargs="+", default=[], metavar="NAME", choices=[*MEASURES], help="what to leave out")
    parser.add_argument("--rows", type=int, help="households of the list (1,000,000; 100,000 when quick)")
    parser.add_argument("--quick", action="store_true", help="short rounds; prints, and leaves the document alone")
    parser.add_argument(
        "--page", action="store_true", help="measure nothing; write the page anew from the last numbers"
    )
    return parser.parse_args()


def main() -> None:
    given = arguments()
    if given.page:
        report.write(MEASURES, {})
        return
    chosen = [MEASURES[n] for n in MEASURES if n in (given.measures or MEASURES) and n not in given.skip]
    rows = given.rows or (100_000 if given.quick else 1_000_000)
    effort = Effort(given.quick, rows, *((3, 200) if given.quick else (5, 300)))
    with own_county() as county:
        found, failed = measured(county, chosen, effort)
    if given.quick:
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        print(f"written: {report.DOCUMENT} and {report.RESULTS}")
    sys.exit(1 if failed else 0)


def measured(county: County, chosen: list[Measure], effort: Effort) -> tuple[dict[str, Found], list[str]]:
    """Measure one after the other; what fails is told and does not spoil the rest; what is found is kept at once."""
    found: dict[str, Found] = {}
    failed = []
    shared: County | None = None
    with ExitStack() as counties:
        for measure in chosen:
            begun, load = time.monotonic(), os.getloadavg()
            print(f"{measure.name} …", flush=True)
            try:
                if measure.own_county:
                    with county.copy(measure.name) as own:
                        found[measure.name] = measure.run(own, effort)
                else:
                    shared = shared or counties.enter_context(county.copy("shared"))
                    found[measure.name] = measure.run(shared, effort)
                seconds = round(time.monotonic() - begun)
                print(f"{measure.name}: {seconds} s", flush=True)
                if not effort.quick:
                    where = report.machine(load) | {"seconds": seconds}
                    report.write(MEASURES, {measure.name: found[measure.name] | {"machine": where}})
            except Exception as reason:  # noqa: BLE001  (a failed measure is told at the end and by the exit code)
                failed.append(measure.name)
                print(f"{measure.name} could not be measured: {reason}", file=sys.stderr, flush=True)
    return found, failed


if __name__ == "__main__":
    main()
