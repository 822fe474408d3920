"""Feeds a target and watches it: no error but the documented ones, no hang, no unbounded memory."""

import hashlib
import resource
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType
from typing import Final, Self

from fuzz.target import Target

MOST_S: Final = 2.0
"""Processor time that one input may take. An input has at most a megabyte."""

MOST_GROWN: Final = 256 << 20
"""Bytes that one input may add to the most memory that the process ever had."""

_POPULATION: Final = 256
"""Inputs beside the seeds from which others are made."""

_WARM: Final = 500
"""Inputs after which imports and caches are in memory."""


class HangError(BaseException):
    """An input took too long. No `except Exception` may swallow it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An input that a reader did not cope with.

    Attributes:
        what: the kind of error, and the place in the product where it was raised.
        said: the error's own words.
    """

    input: bytes
    what: str
    said: str = ""

    def save(self, folder: Path) -> Path:
        """Write the input under a name of its own."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / hashlib.sha256(self.input).hexdigest()[:12]
        path.write_bytes(self.input)
        return path


@dataclass(slots=True)
class Tally:
    """What a run came to.

    Attributes:
        slowest_s: the time of the slowest input.
        grown_bytes: memory at the end less that after the first inputs.
        findings: by what was found, the smallest input of each.
    """

    target: str
    inputs: int = 0
    seconds: float = 0.0
    slowest_s: float = 0.0
    grown_bytes: int = 0
    findings: dict[str, Finding] = field(default_factory=dict)


def inputs_of(target: Target, seed: int) -> Iterator[bytes]:
    """The seeds, then ever more input made of them, the same for the same seed."""
    random = Random(seed)
    seeds = list(target.seeds())
    yield from seeds
    population = list(seeds)
    while True:
        # What was changed often is soon garbage, which any reader refuses at once.
        parent = random.choice(seeds if random.random() < 0.5 else population)
        made = target.mutate(random, parent, random.choice(population))
        yield made
        if len(made) < 100_000 and random.random() < 0.05:
            if len(population) < len(seeds) + _POPULATION:
                population.append(made)
            else:
                population[random.randrange(len(seeds), len(population))] = made


def fuzz(
    target: Target,
    *,
    inputs: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
    before: Callable[[bytes], None] = lambda _: None,
) -> Tally:
    """Run a target for so many inputs, or so long.

    Args:
        target: to run.
        inputs: how many at the most; None for any number.
        seconds: how long at the most; None for any time.
        seed: decides which inputs.
        before: is given each input before the target is.
    """
    tally, begun, settled = Tally(target.name), time.monotonic(), 0
    with Watch() as watch:
        for data in inputs_of(target, seed):
            tally.seconds = time.monotonic() - begun
            if tally.inputs == inputs or (seconds is not None and tally.seconds > seconds):
                break
            before(data)
            finding = watch.try_one(target, data)
            tally.inputs += 1
            if finding is not None:
                known = tally.findings.get(finding.what)
                if known is None or len(data) < len(known.input):
                    tally.findings[finding.what] = finding
            if tally.inputs == _WARM:
                settled = memory_now()
    tally.slowest_s = watch.slowest_s
    tally.grown_bytes = memory_now() - settled if settled else 0
    return tally


class Watch:
    """Tries inputs. Once for many of them, because each look at a clock of the system takes longer
    than most inputs.

    Attributes:
        slowest_s: the time of the slowest input.

    Args:
        most_s: processor time that one input may take.
    """

    def __init__(self, most_s: float = MOST_S) -> None:
        self.slowest_s = 0.0
        self._most_s = most_s
        self._ticks = 0
        self._warnings = warnings.catch_warnings()

    def __enter__(self) -> Self:
        self._warnings.__enter__()
        warnings.simplefilter("ignore")  # Of NumPy, about numbers that files hold.
        self._before = signal.signal(signal.SIGPROF, self._tick)
        signal.setitimer(signal.ITIMER_PROF, self._most_s / 2, self._most_s / 2)
        return self

    def __exit__(self, *error: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, self._before)
        self._warnings.__exit__(None, None, None)

    def try_one(self, target: Target, data: bytes) -> Finding | None:
        """What was wrong with an input, if anything was."""
        what, said, most, begun = None, "", memory_peak(), time.perf_counter()
        self._ticks = 0
        try:
            target.read(data)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - PyO3's panics are no Exception
            what, said = _place(error), str(error).partition("\n")[0][:200]
        self.slowest_s = max(self.slowest_s, time.perf_counter() - begun)
        if what is None and memory_peak() - most > MOST_GROWN:
            what = f"memory: more than {MOST_GROWN >> 20} MiB for one input"
        return None if what is None else Finding(data, what, said)

    def _tick(self, _number: int, _frame: FrameType | None) -> None:
        """Processor time has passed, however busy the machine is."""
        self._ticks += 1
        if self._ticks > 2:
            raise HangError


def shrunk(watch: Watch, target: Target, finding: Finding) -> Finding:
    """The same finding with as little input as a few hundred tries can find."""
    data, size, tries = finding.input, max(1, len(finding.input) // 2), 0
    while size >= 1 and tries < 300:
        at = 0
        while at < len(data) and tries < 300:
            tries += 1
            shorter = data[:at] + data[at + size :]
            again = watch.try_one(target, shorter)
            if again is not None and again.what == finding.what:
                data = shorter
            else:
                at += size
        size //= 2
    return Finding(data, finding.what, finding.said)


def memory_peak() -> int:
    """The most bytes that the process ever had in memory."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def memory_now() -> int:
    """The bytes that the process has in memory; 0 where the system does not say so."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except FileNotFoundError:
        return 0
    return pages * resource.getpagesize()


def _place(error: BaseException) -> str:
    """The error's type, and where in the product it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "wlk_host" in frame.filename]
    at = ours[-1] if ours else frames[-1]
    kind = "hang" if isinstance(error, HangError) else type(error).__name__
    return f"{kind} at {Path(at.filename).name}:{at.lineno}"
