"""How many sessions a machine carries, and what many of them need: measured, simulated, checked.

    python tests/bench/capacity.py measure SPEECH.wav... --model base --out costs.json
    python tests/bench/capacity.py check costs.json REPORT.json --nodes 2 --cores 1 --replicas 2
    python tests/bench/capacity.py plan costs.json --cores 16 --streams 10 100 1000 10000 100000

`measure` runs the real session on a clock that stands still while it works, and notes the time of
the processor for each live step and second pass. `check` simulates the run that
`cluster_load.py` reported and says how far its processor time is off; above 15 % it exits with 1.
`plan` sums up machines, memory, network and price. Prices are yours: those by default are examples.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from capacity_model import Costs, Farm, simulate
from capacity_plan import Plan, Prices, Traffic, most_sessions, plan
from wlk_host.core.options import SessionOptions
from wlk_host.core.types import SAMPLE_RATE, AudioChunk, Event, Sample, Work, seconds
from wlk_host.runtime.files.clocks import SoundClock
from wlk_host.runtime.files.media import read_chunks
from wlk_host.runtime.files.playback import play
from wlk_host.runtime.loading.loader import ModelLoader

MOST_OFF: Final = 0.15
_LONG_STEP: Final[Sample] = 3 * SAMPLE_RATE
"""Sound at once, in the run that shows what more sound in a step costs."""


@dataclass
class Noted:
    """Processor seconds of each piece of work; of live steps with their sound."""

    live: list[tuple[float, float]] = field(default_factory=list)
    second_passes: list[float] = field(default_factory=list)
    fed: float = 0.0
    sound: float = 0.0


class NotingClock(SoundClock):
    """The time of the sound, and what work on it costs."""

    def __init__(self, noted: Noted) -> None:
        super().__init__()
        self._noted = noted

    def charge(self, session: Any, work: Work) -> list[Event]:
        """Do the work."""
        waited, began = session.lag, time.process_time()
        self._beside = 0.0
        events: list[Event] = session.run(work)
        used = time.process_time() - began - self._beside
        if work is Work.LIVE:
            self._noted.live.append((seconds(waited - session.lag), used))
        return events

    def submit(self, job: Callable[[], Any]) -> Any:
        """Do a second pass."""
        began = time.process_time()
        promise = super().submit(job)
        used = time.process_time() - began
        self._beside = getattr(self, "_beside", 0.0) + used
        self._noted.second_passes.append(used)
        return promise


class _Loading:
    """Where the loader's sessions run their second passes: on the clock of the current run."""

    clock: SoundClock

    def submit(self, job: Callable[[], Any]) -> Any:
        return self.clock.submit(job)


def measure(recordings: Iterable[Path], model: str) -> Costs:
    """What work on this speech costs here."""
    beside = _Loading()
    beside.clock = SoundClock()
    loader = ModelLoader(beside, beside)
    short, long = Noted(), Noted()
    for path in recordings:
        for noted, at_once in ((Noted(), 0), (short, 0), (long, _LONG_STEP)):
            beside.clock = NotingClock(noted)
            session = loader.open(SessionOptions(model=model, language="en"))
            chunks = _fed(read_chunks(path), noted, at_once)
            for _ in play(session, chunks, beside.clock):
                pass
    return costs_of(short, long)


def _fed(chunks: Iterable[AudioChunk], noted: Noted, at_once: Sample) -> Iterable[AudioChunk]:
    """The chunks, joined to pieces of that length. Notes how much sound there was."""
    joined: AudioChunk | None = None
    for chunk in chunks:
        noted.sound += seconds(chunk.end - chunk.start)
        joined = chunk if joined is None else _joined(joined, chunk)
        if joined.end - joined.start >= at_once:
            yield joined
            joined = None
    if joined is not None:
        yield joined


def _joined(one: AudioChunk, other: AudioChunk) -> AudioChunk:
    return AudioChunk(one.start, np.concatenate([one.pcm, other.pcm]))


def costs_of(short: Noted, long: Noted) -> Costs:
    """A line through the two kinds of steps, and the means of the rest."""
    few_s, few = (statistics.fmean(part) for part in zip(*short.live, strict=True))
    much_s, much = (statistics.fmean(part) for part in zip(*long.live, strict=True))
    slope = max(0.0, (much - few) / (much_s - few_s))
    passes = short.second_passes
    return Costs(
        step=few - slope * few_s,
        sound=slope,
        spread=statistics.pstdev(used for _, used in short.live) / few,
        second_pass=sum(passes) / short.sound,
        utterance=short.sound / len(passes),
        wire=0.0,
        pace=short.sound / len(short.live),
    )


def calibrated(costs: Costs, alone: dict[str, Any]) -> Costs:
    """With what a server adds to a session's steps, from a report of one engine without Ray."""
    each = alone["cpu_s"] / alone["sessions"] / alone["sound_s"]
    return replace(costs, wire=max(0.0, each - costs.each_second()))


def check(costs: Costs, report: dict[str, Any], farm: Farm) -> float:
    """How far the simulation is off, as a share of what was measured; of the engines alone."""
    measured = sum(n for name, n in report["spent"].items() if "ServeReplica" in name)
    outcome = simulate(costs, farm, report["sessions"], report["sound_s"])
    off: float = outcome.cpu_s / measured - 1
    print(
        f"{report['sessions']} sessions, {farm.nodes} x {farm.replicas} replicas: predicted "
        f"{outcome.cpu_s:.1f}, measured {measured:.1f} processor seconds, off by {off:+.1%}; "
        f"late {outcome.late:.1%}, sound waiting p95 {outcome.lag_s(0.95):.2f} s"
    )
    return off


def table(plans: Iterable[Plan]) -> str:
    """As Markdown."""
    rows = [
        "| streams | machines | memory GiB | in Mbit/s | out Mbit/s | price of a stream's hour |",
        "|---|---|---|---|---|---|",
    ]
    rows += [
        f"| {p.streams} | {p.machines} | {p.memory_gib:.1f} | {p.up_mbit_s:.3g} "
        f"| {p.down_mbit_s:.3g} | {p.price:.4f} |"
        for p in plans
    ]
    return "\n".join(rows)


def main() -> int:
    """Do what is asked; the process's exit code."""
    chosen = _arguments()
    if chosen.what == "measure":
        costs = measure(chosen.speech, chosen.model)
        if chosen.alone:
            costs = calibrated(costs, _read(chosen.alone))
        text = json.dumps(asdict(costs), indent=1)
        print(text)
        if chosen.out:
            chosen.out.write_text(text, "utf-8")
        return 0
    costs = Costs(**_read(chosen.costs))
    if chosen.what == "check":
        farm = Farm(chosen.nodes, chosen.cores, chosen.replicas)
        off = [check(costs, _read(report), farm) for report in chosen.reports]
        return int(any(abs(one) > MOST_OFF for one in off))
    farm = Farm(1, chosen.cores, chosen.replicas, chosen.passes)
    each = most_sessions(costs, farm)
    memory = chosen.replicas * chosen.replica_mb + each * chosen.session_mb
    prices = Prices(chosen.core_hour, chosen.gib_sent)
    print(
        f"a machine of {farm.cores:g} cores carries {each} sessions: {each / farm.cores:.2f} a core"
    )
    hour = prices.core_hour * farm.cores
    traffic = Traffic(chosen.up, chosen.down)
    print(table(plan(n, each, memory, hour, traffic, prices) for n in chosen.streams))
    return 0


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parts = parser.add_subparsers(dest="what", required=True)
    one = parts.add_parser("measure")
    one.add_argument("speech", type=Path, nargs="+")
    one.add_argument("--model", default="base")
    one.add_argument("--alone", type=Path, help="a report of cluster_load.py about one engine")
    one.add_argument("--out", type=Path)
    two = parts.add_parser("check")
    two.add_argument("costs", type=Path)
    two.add_argument("reports", type=Path, nargs="+")
    two.add_argument("--nodes", type=int, default=1)
    three = parts.add_parser("plan")
    three.add_argument("costs", type=Path)
    three.add_argument("--streams", type=int, nargs="+", default=[10, 100, 1000, 10_000, 100_000])
    three.add_argument("--passes", type=int, default=2, help="of a replica, side by side")
    three.add_argument("--replica-mb", type=float, default=520, help="memory of a replica")
    three.add_argument("--session-mb", type=float, default=35, help="memory of a session more")
    three.add_argument("--up", type=float, default=32_140, help="bytes a second of a session, in")
    three.add_argument("--down", type=float, default=800, help="bytes a second of a session, out")
    three.add_argument("--core-hour", type=float, default=0.04, help="an example")
    three.add_argument("--gib-sent", type=float, default=0.08, help="an example")
    for part in (two, three):
        part.add_argument("--cores", type=float, default=2.0, help="of each node")
        part.add_argument("--replicas", type=int, default=1, help="of each node")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
