"""Try our own parsers with random and mutated inputs.

    python tests/fuzz/run.py --inputs 100000
    python tests/fuzz/run.py --minutes 10 --target messages --seed 7
    python tests/fuzz/run.py --inputs 100000 --target frames --atheris

Each target of `tests/fuzz/targets` has a corpus of valid inputs. They are changed and tried. An
input must be accepted or refused with a coded error, within 2 s of the processor and in bounded
memory. One that is not is kept in `tests/fuzz/found/TARGET/`, where the tests always try it again.
The same seed makes the same inputs. Exits with 1 if there were findings. If the process dies, its
last input is in `wlk-fuzz-*-last-input` in /dev/shm, or in the folder for temporary files, behind 8
bytes with its length.

With `--atheris`, libFuzzer chooses the inputs of one target by the lines that they reach. Needs the
package atheris, which no part of the project requires, and stops at the first finding.
Linux and macOS.
"""

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "host")]

from fuzz import driver, guided  # noqa: E402 - found by the path above
from fuzz.target import NAMES, load  # noqa: E402 - as above


def main() -> int:
    """Run the targets one after the other; the exit code."""
    chosen = _arguments()
    names = chosen.target or NAMES
    if chosen.atheris:
        return guided.run(names[0], chosen.inputs or 100_000)
    failed = False
    for name in names:
        minutes = chosen.minutes / len(names) if chosen.minutes else float("inf")
        report = driver.run(
            load(name),
            chosen.inputs or sys.maxsize,
            until=time.monotonic() + 60 * minutes,
            seed=chosen.seed,
        )
        _tell(name, report)
        for finding in report.findings.values():
            print(f"  {finding.where}: {driver.keep(name, finding)}\n{finding.trace}")
        failed |= bool(report.findings)
    return int(failed)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--inputs", type=int, help="for each target")
    parser.add_argument("--minutes", type=float, help="for all targets together")
    parser.add_argument("--target", action="append", choices=NAMES, help="default: all of them")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atheris", action="store_true", help="let libFuzzer choose the inputs")
    chosen = parser.parse_args()
    if chosen.inputs is None and chosen.minutes is None:
        parser.error("expected --inputs or --minutes")
    return chosen


def _tell(name: str, report: driver.Report) -> None:
    rate = report.inputs / max(report.seconds, 1e-9)
    print(
        f"{name}: {report.inputs} inputs, {rate:.0f} a second of the processor, "
        f"{report.refused} refused, "
        f"{report.grown_bytes / 2**20:.1f} MiB grown, slowest {1000 * report.slowest_s:.0f} ms "
        f"({report.slowest[:60]!r}), {len(report.findings)} findings",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
