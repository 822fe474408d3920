"""Each backend with each policy on one recording: its cost, and whether the texts agree.

    python tests/bench/backends.py SOUND REFERENCE.json [--model base] [--only mlx]

The reference is JSON with `text` and `lang`. Each run has its own process, and a clock that charges
the measured work. Prints the table for RESULTS.md. On Linux, MLX uses torch's BLAS
(`fixtures/blas.py`), without which it takes about twenty times as long.
"""

import argparse
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, get_args

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "installers"))

from wlk_host.backends.availability import LocalBackend, examine, surroundings
from wlk_host.bench.memory import MemoryWatch
from wlk_host.bench.scoring import error_rate, percentile
from wlk_host.core.caption_session import CaptionSession
from wlk_host.core.options import SessionOptions
from wlk_host.core.tab_options import PolicyName
from wlk_host.core.types import CaptionUpdate, Event, Work, seconds
from wlk_host.runtime.files.caption_log import CaptionLog
from wlk_host.runtime.files.clocks import VirtualClock
from wlk_host.runtime.files.media import read_chunks
from wlk_host.runtime.files.playback import play
from wlk_host.runtime.loading.loader import ModelLoader

POLICIES: Final[tuple[PolicyName, ...]] = get_args(PolicyName)


@dataclass(frozen=True, slots=True)
class Row:
    """One run. Times in seconds; `cpu` is CPU seconds per second of sound.

    Attributes:
        live: the text of the live pass.
        final: the text of the second pass.
    """

    backend: str
    policy: str
    load_s: float
    step_p50_s: float
    step_p95_s: float
    cpu: float
    peak_mb: float | None
    live: str
    final: str


class StepClock(VirtualClock):
    """Records how long each live step took."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[float] = []

    def charge(self, session: CaptionSession, work: Work) -> list[Event]:
        """Do the work and record its time."""
        before = self.now()
        events = super().charge(session, work)
        if work is Work.LIVE:
            self.steps.append(self.now() - before)
        return events


def measure(backend: LocalBackend, policy: PolicyName, sound: Path, options: SessionOptions) -> Row:
    """Caption the recording with one backend, in this process."""
    if backend == "mlx":
        from fixtures import blas  # noqa: PLC0415 - loads torch, only for MLX

        blas.lend_torchs()
    clock, memory = StepClock(), MemoryWatch()
    loader = ModelLoader(clock, backend=backend)
    started = time.perf_counter()
    session = loader.open(options)
    load_s = time.perf_counter() - started
    chunks = list(read_chunks(sound))
    log, cpu = CaptionLog(), time.process_time()
    shown = [
        log.add(t, event)
        for t, event in play(session, chunks, clock)
        if isinstance(event, CaptionUpdate)
    ]
    cpu = time.process_time() - cpu
    steps = sorted(clock.steps)
    return Row(
        backend,
        policy,
        load_s,
        percentile(steps, 0.5) or 0.0,
        percentile(steps, 0.95) or 0.0,
        cpu / seconds(chunks[-1].end),
        memory.most_mb(),
        shown[-1].committed,
        shown[-1].final,
    )


def table(rows: list[Row], text: str, language: str) -> str:
    """The rows as markdown, with word error rates and the differences between the texts."""
    lines = [
        "| backend | policy | load s | step p50 s | p95 s | CPU s/s | peak MB | live WER % "
        "| final WER % | final against the first row % |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        peak = "" if row.peak_mb is None else f"{row.peak_mb:.0f}"
        cost = f"{row.load_s:.1f} | {row.step_p50_s:.2f} | {row.step_p95_s:.2f} | {row.cpu:.2f}"
        wer = (
            error_rate(text, row.live, language),
            error_rate(text, row.final, language),
            error_rate(rows[0].final, row.final, language),
        )
        rates = " | ".join(f"{rate:.1f}" for rate in wer)
        lines.append(f"| {row.backend} | {row.policy} | {cost} | {peak} | {rates} |")
    return "\n".join(lines)


def main() -> int:
    """Run all in turn and print the table, or with --row one row as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sound", type=Path)
    parser.add_argument("reference", type=Path)
    parser.add_argument("--model", default="base")
    parser.add_argument("--only", default="", help="only backends whose name contains this")
    parser.add_argument("--row", nargs=2, metavar=("BACKEND", "POLICY"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    reference = json.loads(arguments.reference.read_text("utf-8"))
    if arguments.row:
        backend, policy = arguments.row
        options = SessionOptions(reference["lang"], model=arguments.model, policy=policy)
        row = measure(backend, policy, arguments.sound, options)
        sys.stdout.write(json.dumps(asdict(row)) + "\n")
        return 0
    rows = []
    backends = [c.backend for c in examine(surroundings()) if c.usable]
    for backend in backends:
        for policy in POLICIES:
            if arguments.only in backend:
                command = [sys.executable, __file__, *sys.argv[1:], "--row", backend, policy]
                result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
                rows.append(Row(**json.loads(result.stdout.splitlines()[-1])))
                sys.stderr.write(f"{rows[-1]}\n")
    sys.stdout.write(table(rows, reference["text"], reference["lang"]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
