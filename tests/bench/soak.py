"""Hours of sound in one session: do its cost and its memory stay the same?

    python tests/bench/soak.py MANIFEST... [--rounds 5] [--model base]

The recordings are played repeatedly, as fast as possible, on a clock on which work takes no time.
So the steps are the same however busy the machine is. Prints processor seconds per second of sound
and memory for each round. Exits with 1 if the last round differs from the second by more than 5 %
(in the first the process grows to its size). Linux only.
"""

import argparse
import itertools
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wlk_host.bench.manifest import read_manifest
from wlk_host.core.options import SessionOptions
from wlk_host.core.types import AudioChunk, CaptionUpdate, Sample, seconds
from wlk_host.runtime.files.clocks import SoundClock
from wlk_host.runtime.files.conversion import CHUNK
from wlk_host.runtime.files.media import read_chunks
from wlk_host.runtime.files.playback import play
from wlk_host.runtime.loading.loader import ModelLoader

TOLERANCE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Round:
    """All recordings, played once.

    Attributes:
        cpu_per_s: processor seconds of the whole process per second of sound.
        memory_mb: resident memory at the end of the round.
        n_words: the words that became final in the round.
    """

    cpu_per_s: float
    memory_mb: float
    n_words: int


def looped(files: Sequence[Path], rounds: int, ends: list[Sample]) -> Iterator[AudioChunk]:
    """The files one after the other on one clock. The end of each round is added to `ends`."""
    at: Sample = 0
    for _ in range(rounds):
        for file in files:
            for chunk in read_chunks(file):
                # The short last chunk would shift all later ones.
                if len(chunk.pcm) == CHUNK:
                    yield AudioChunk(at, chunk.pcm)
                    at += CHUNK
        ends.append(at)


def soak(files: Sequence[Path], rounds: int, model: str | None) -> Iterator[Round]:
    """Yield each round when it ends. Late captions count in the round in which they come."""
    clock = SoundClock()
    session = ModelLoader(clock).open(SessionOptions(language="en", model=model))
    ends: list[Sample] = []
    began: Sample = 0
    cpu, n_words = time.process_time(), 0
    for _, event in play(session, looped(files, rounds, ends), clock):
        if isinstance(event, CaptionUpdate):
            n_words += sum(len(line.words) for line in event.lines if line.state == "final")
        if ends and ends[-1] > began and len(ends) < rounds:
            yield Round(_cpu_since(cpu, ends[-1] - began), memory_mb(), n_words)
            began, cpu, n_words = ends[-1], time.process_time(), 0
    yield Round(_cpu_since(cpu, ends[-1] - began), memory_mb(), n_words)


def _cpu_since(began: float, length: Sample) -> float:
    return (time.process_time() - began) / seconds(length)


def memory_mb() -> float:
    """The resident memory of the process."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    assert found
    return int(found[1]) / 2**10


def main() -> int:
    """Print a line for each round; returns 1 if the last differs from the second."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("manifests", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=5, help="at least three")
    parser.add_argument("--model", help="default: the first installed")
    arguments = parser.parse_args()
    files = [
        r.audio for r in itertools.chain.from_iterable(map(read_manifest, arguments.manifests))
    ]
    done: list[Round] = []
    for one in soak(files, arguments.rounds, arguments.model):
        done.append(one)
        print(
            f"round {len(done)}: {one.cpu_per_s:.3f} CPU s/s, {one.memory_mb:.0f} MB, "
            f"{one.n_words} words",
            flush=True,
        )
    first, last = done[1], done[-1]
    cpu, memory = last.cpu_per_s / first.cpu_per_s - 1, last.memory_mb / first.memory_mb - 1
    print(f"last against second: CPU {100 * cpu:+.1f} %, memory {100 * memory:+.1f} %")
    return int(max(cpu, memory) > TOLERANCE)


if __name__ == "__main__":
    sys.exit(main())
