"""Tries mutated inputs on a target, and tells of crashes, hangs and growing memory."""

import hashlib
import mmap
import os
import resource
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType
from typing import Final

from fuzz import scratch
from fuzz.target import Target
from wlk_host.core.errors import WlkError
from wlk_host.setup.errors import SetupError

FOUND: Final = Path(__file__).with_name("found")
"""Inputs that failed once, in a folder for each target. Tests always try them again."""

LIMIT_S: Final = 2.0
"""The most time of the processor for an input."""

WAIT_S: Final = 20.0
"""The most time by the clock: other work on the machine counts as well."""

MOST_BYTES: Final = 256 << 20
"""By which the process may grow for one input."""

_WARM: Final = 500
"""Inputs before memory is measured: modules are loaded, caches filled."""

_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")
_PEAK_UNIT: Final = 1 if sys.platform == "darwin" else 1024


class HungError(BaseException):
    """An input takes longer than `LIMIT_S` or `WAIT_S`. It passes by whoever catches errors."""


class TooLargeError(Exception):
    """An input takes more memory than `MOST_BYTES`."""


@dataclass
class Finding:
    """An input that failed.

    Attributes:
        where: the error's type and the innermost of our lines that it came through.
    """

    where: str
    data: bytes
    trace: str


@dataclass
class Report:
    """What came of a run.

    Attributes:
        refused: inputs that ended in a coded error.
        seconds: of the processor, as is the slowest input's time.
        grown_bytes: memory at the end, less that after the first inputs.
        findings: the first input of each kind.
    """

    inputs: int = 0
    refused: int = 0
    seconds: float = 0.0
    slowest_s: float = 0.0
    slowest: bytes = b""
    grown_bytes: int = 0
    findings: dict[str, Finding] = field(default_factory=dict)


def run(target: Target, inputs: int, *, until: float = float("inf"), seed: int = 1) -> Report:
    """Try the corpus, then changes of it.

    Args:
        target: that is tried.
        inputs: how many at most.
        until: the end by `time.monotonic`.
        seed: the same inputs come of the same seed.
    """
    report, begun, at_first = Report(), time.process_time(), 0
    with alarm(), _journal() as journal:
        for data in _inputs(target, inputs, Random(seed)):
            _note(journal, data)
            _try(target, data, report)
            report.inputs += 1
            if report.inputs == min(_WARM, inputs):
                at_first = _memory()
            if report.inputs % 64 == 0 and time.monotonic() > until:
                break
    report.grown_bytes = max(0, _memory() - at_first)
    report.seconds = time.process_time() - begun
    return report


def attempt(target: Target, data: bytes) -> bool:
    """Whether the input is accepted.

    Raises:
        HungError, TooLargeError: it takes too much.
        Exception: it is neither accepted nor refused by a coded error.
    """
    peak = _peak()
    signal.setitimer(signal.ITIMER_PROF, LIMIT_S)
    signal.setitimer(signal.ITIMER_REAL, WAIT_S)
    try:
        target.try_one(data)
    except (WlkError, SetupError):
        return False
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        if _peak() - peak > MOST_BYTES:
            raise TooLargeError(f"{_peak() - peak} bytes more for {len(data)} bytes")
    return True


def keep(name: str, finding: Finding) -> Path:
    """Save the input among those that are tried in every run."""
    path = FOUND / name / hashlib.sha256(finding.data).hexdigest()[:12]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(finding.data)
    return path


def found(name: str) -> list[Path]:
    """The inputs that failed once."""
    return sorted((FOUND / name).glob("*"))


def _inputs(target: Target, count: int, rng: Random) -> Iterator[bytes]:
    corpus = list(target.CORPUS)
    yield from corpus[:count]
    for _ in range(count - len(corpus)):
        data = rng.choice(corpus)
        for _ in range(rng.choice((1, 1, 1, 1, 2))):
            data = rng.choice(target.MUTATORS)(rng, data, corpus)
        yield data


def _try(target: Target, data: bytes, report: Report) -> None:
    begun = time.process_time()
    try:
        report.refused += not attempt(target, data)
    except HungError:
        _try_again(target, data, report)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - not coded; panics in Rust are no Exception
        _add(report, error, data)
    took = time.process_time() - begun
    if took > report.slowest_s:
        report.slowest_s, report.slowest = took, data


def _try_again(target: Target, data: bytes, report: Report) -> None:
    """It may have been the machine that was slow."""
    try:
        attempt(target, data)
    except HungError as error:
        _add(report, error, data)


def _add(report: Report, error: BaseException, data: bytes) -> None:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "wlk_host" in frame.filename] or frames[-1:]
    line = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "?"
    where = f"{type(error).__name__} at {line}"
    if where not in report.findings:
        trace = "".join(traceback.format_exception(error))
        report.findings[where] = Finding(where, data, trace)


@contextmanager
def alarm() -> Iterator[None]:
    """Within it, what hangs is interrupted, and libraries warn of nothing."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise HungError(f"not done after {LIMIT_S} s of the processor or {WAIT_S} s")

    rings = (signal.SIGALRM, signal.SIGPROF)
    before = [signal.signal(number, ring) for number in rings]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for number, handler in zip(rings, before, strict=True):
            signal.signal(number, handler)


@contextmanager
def _journal() -> Iterator[mmap.mmap]:
    """Where an input is noted first: if the process dies of it, the file is still there."""
    path = scratch.FOLDER.with_name(f"{scratch.FOLDER.name}-last-input")
    path.write_bytes(bytes(1 << 20))
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as journal:
        yield journal
    path.unlink()


def _note(journal: mmap.mmap, data: bytes) -> None:
    noted = data[: len(journal) - 8]
    journal[: 8 + len(noted)] = len(noted).to_bytes(8, "little") + noted


def _memory() -> int:
    """Bytes of this process in memory."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * _PAGE_BYTES
    return _peak()


def _peak() -> int:
    """The most bytes it ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _PEAK_UNIT
