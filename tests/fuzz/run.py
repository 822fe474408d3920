"""The long run: `python tests/fuzz/run.py --minutes 10`, over all targets, in Python and in JS.

    python tests/fuzz/run.py --minutes 1 --target npz   one of them
    python tests/fuzz/run.py --inputs 20000             so many inputs for each
    python tests/fuzz/run.py --guided --target message  guided by its coverage, with Atheris
    python tests/fuzz/run.py --list                     what there is

Each target runs in a process of its own. What is found is written to `artifacts/fuzz/TARGET/`; once
mended, it is kept in `tests/fuzz/found/TARGET/`, and the tests read it each time. Every run adds a
line to `artifacts/fuzz/tally.jsonl`. The exit code is 0 if nothing was found.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "host")]

from fuzz.child import recorded  # noqa: E402
from fuzz.driver import Finding  # noqa: E402
from fuzz.targets import TARGETS  # noqa: E402

FOUND: Final = ROOT / "artifacts" / "fuzz"
IN_JS: Final = tuple(
    f"js-{name}"
    for name in (
        "protocol",
        "captions",
        "conversation",
        "overlay",
        "settings",
        "senders",
        "filters",
    )
)
JS: Final = ROOT / "tests" / "extension" / "fuzz" / "run.js"

_PATIENCE_S: Final = 300.0
"""A process that takes so much longer than it should hangs where no alarm reaches it."""


def main() -> int:
    """Run what the command line names; the exit code."""
    chosen = _parse()
    names = chosen.target or [*TARGETS, *IN_JS]
    if chosen.list:
        print("\n".join(names))
        return 0
    seconds = None if chosen.minutes is None else 60 * chosen.minutes / len(names)
    seed = int(time.time()) if chosen.seed is None else chosen.seed
    print(f"{'target':14}{'inputs':>12}{'a second':>10}{'slowest':>10}{'grown':>10}  found")
    n_found = 0
    FOUND.mkdir(parents=True, exist_ok=True)
    for name in names:
        tally = run_one(name, chosen.inputs, seconds, seed, guided=chosen.guided)
        with (FOUND / "tally.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps({**tally, "seed": seed, "guided": chosen.guided}) + "\n")
        print(_row(tally), flush=True)
        n_found += len(tally["findings"])
    return 1 if n_found else 0


def run_one(
    name: str, inputs: int | None, seconds: float | None, seed: int, *, guided: bool
) -> dict[str, Any]:
    """The tally of one target."""
    limits = [*(["--inputs", str(inputs)] if inputs else []), "--seed", str(seed)]
    limits += ["--seconds", str(seconds)] if seconds else []
    with tempfile.TemporaryDirectory() as scratch:
        current = Path(scratch) / "current"
        files = ["--current", str(current), "--found", str(FOUND / name)]
        if name in IN_JS:
            command = [
                "node",
                str(JS),
                name.removeprefix("js-"),
                *limits,
                "--found",
                str(FOUND / name),
            ]
        else:
            module = "fuzz.guided" if guided else "fuzz.child"
            command = [sys.executable, "-m", module, name, *limits, *files]
        paths = os.pathsep.join((str(ROOT / "tests"), str(ROOT / "host")))
        patience = None if seconds is None else seconds + _PATIENCE_S
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, errors="replace", timeout=patience,
                check=False, cwd=scratch, env={**os.environ, "PYTHONPATH": paths},
            )  # fmt: skip
            ended, output, log = f"exit code {done.returncode}", done.stdout, done.stderr
        except subprocess.TimeoutExpired:
            ended, output, log = "hang", "", ""
        last = output.strip().rpartition("\n")[2]
        if ended == "exit code 0" and last.startswith("{"):
            tally: dict[str, Any] = json.loads(last)
            return tally
        tally = _of_libfuzzer(name, log)
        if ended != "exit code 0":
            where = ""
            if current.exists():
                where = f" -> {Finding(recorded(current), ended).save(FOUND / name)}"
            tally["findings"] = [f"{ended}: {log.strip()[-2000:]}{where}"]
        return tally


def _of_libfuzzer(name: str, log: str) -> dict[str, Any]:
    """The tally of a guided run, from the numbers at the end of its log."""
    stats = dict(
        line.removeprefix("stat::").split(":", 1)
        for line in log.splitlines()
        if line.startswith("stat::")
    )
    inputs = int(stats.get("number_of_executed_units", 0))
    rate = max(1, int(stats.get("average_exec_per_sec", 1)))
    return {
        "target": name,
        "inputs": inputs,
        "seconds": inputs / rate,
        "slowest_s": float(stats.get("slowest_unit_time_sec", 0)),
        "grown_bytes": 0,
        "peak_bytes": int(stats.get("peak_rss_mb", 0)) << 20,
        "findings": [],
    }


def _row(tally: dict[str, Any]) -> str:
    rate = tally["inputs"] / max(tally["seconds"], 1e-3)
    slowest, grown = f"{1000 * tally['slowest_s']:.1f} ms", f"{tally['grown_bytes'] / 2**20:.1f} MB"
    told = "\n    ".join(["", *tally["findings"]]) if tally["findings"] else "nothing"
    return f"{tally['target']:14}{tally['inputs']:12,}{rate:10,.0f}{slowest:>10}{grown:>10}  {told}"


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Feed random input to everything that reads.")
    parser.add_argument("--minutes", type=float, help="of all targets together")
    parser.add_argument("--inputs", type=int, help="of each target")
    parser.add_argument("--target", action="append", choices=[*TARGETS, *IN_JS])
    parser.add_argument("--seed", type=int, help="repeats a run; default: another one each time")
    parser.add_argument("--guided", action="store_true", help="by coverage, Python's targets alone")
    parser.add_argument("--list", action="store_true")
    chosen = parser.parse_args()
    if not chosen.list and chosen.minutes is None and chosen.inputs is None:
        parser.error("say how long: --minutes or --inputs")
    return chosen


if __name__ == "__main__":
    sys.exit(main())
