"""One target in a process of its own, which a crash may end: `python -m fuzz.child NAME …`.

The last line of the output is the tally, as JSON. The input that is being read lies in a file, so
that it is known after a crash.
"""

import argparse
import faulthandler
import json
import mmap
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Final

from fuzz.driver import Tally, Watch, fuzz, memory_peak, shrunk
from fuzz.target import forget_scratch
from fuzz.targets import TARGETS

_MOST_BYTES: Final = 4 << 20
"""Of an input; its size stands in front of it."""

_PATIENCE_S: Final = 240.0
"""Beyond its time, after which the process says where it hangs, and ends."""

_MOST_MEMORY: Final = 4 << 30
"""Address space beyond what is used at the beginning, so that no input fills the machine."""


def main() -> None:
    """Run the target that the command line names."""
    parser = argparse.ArgumentParser()
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--inputs", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--current", type=Path, required=True)
    parser.add_argument("--found", type=Path, required=True)
    chosen = parser.parse_args()
    target = TARGETS[chosen.target]
    before = recorder(chosen.current)
    if chosen.seconds is not None:
        faulthandler.dump_traceback_later(chosen.seconds + _PATIENCE_S, exit=True)
    try:
        _bound_memory()
        tally = fuzz(
            target, inputs=chosen.inputs, seconds=chosen.seconds, seed=chosen.seed, before=before
        )
        print(json.dumps(_told(tally, chosen.found)))
    finally:
        forget_scratch()


def recorder(path: Path) -> Callable[[bytes], None]:
    """What keeps each input in a file before it is read."""
    with path.open("w+b") as file:
        file.truncate(_MOST_BYTES)
        shared = mmap.mmap(file.fileno(), _MOST_BYTES)

    def record(data: bytes) -> None:
        kept = data[: _MOST_BYTES - 8]
        shared[:8] = len(kept).to_bytes(8, "little")
        shared[8 : 8 + len(kept)] = kept

    return record


def recorded(path: Path) -> bytes:
    """The input that was kept last."""
    content = path.read_bytes()
    return content[8 : 8 + int.from_bytes(content[:8], "little")]


def _told(tally: Tally, found: Path) -> dict[str, object]:
    target = TARGETS[tally.target]
    with Watch() as watch:
        findings = [shrunk(watch, target, finding) for finding in tally.findings.values()]
    return {
        "target": tally.target,
        "inputs": tally.inputs,
        "seconds": tally.seconds,
        "slowest_s": tally.slowest_s,
        "grown_bytes": tally.grown_bytes,
        "peak_bytes": memory_peak(),
        "findings": [f"{one.what}: {one.said} -> {one.save(found)}" for one in findings],
    }


def _bound_memory() -> None:
    used = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + _MOST_MEMORY, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
