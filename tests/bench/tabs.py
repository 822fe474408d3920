"""How many tabs a machine captions in time: lag and cores by the number of sessions.

    python tests/bench/tabs.py SPEECH [--tabs 1 2 3 6] [--seconds 60] [--model base] [--served]

The real host process behind its pipes, asked for so many sessions of continuous speech in real
time, each in another place of SPEECH. With `--served`, so many clients of a server (`/session`).
The first one is visible. Lag is the speech that waits, as the host tells it; delay is from the end
of a word to when it is first shown. Exits with 1 where a lag exceeds `--most`. Other work on the
machine counts as well: the load is printed beside it.
Linux only.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np

from served import Served
from start import CHUNK, Host
from wlk_host.core.types import Pcm, Sample, seconds
from wlk_host.runtime.files.media import read_chunks

MOST_LAG_S: Final = 1.5
_CHUNK_S: Final = seconds(CHUNK)
Message = dict[str, Any]
Heard = tuple[float, Message]


@dataclass
class Tab:
    """What the host said of one session.

    Attributes:
        began: when its sound began, on the host's clock.
        lags_s: speech that waited, at each status.
        most: the longest of them, and how much sound the tab had been given by then.
        delays_s: of words, each counted when a new one is shown.
        settled: sound whose lines are final.
        refined: of which with a second pass.
    """

    began: float
    lags_s: list[float] = field(default_factory=list)
    most: tuple[float, float] = (0.0, 0.0)
    delays_s: list[float] = field(default_factory=list)
    settled: Sample = 0
    refined: Sample = 0

    def hear(self, log: Iterable[Heard]) -> None:
        """Read off all of its messages, in their order."""
        shown_until: Sample = 0
        is_refining = True
        unsure: Sample = 0
        for at, message in log:
            if message["type"] == "status":
                # What changed is told right after the lines that changed with it.
                is_refining = message["refining"]
                self.lags_s.append(message["lag_ms"] / 1000)
                self.most = max(self.most, (self.lags_s[-1], at - self.began))
            self.refined += unsure * is_refining
            unsure = 0
            if message["type"] == "captions":
                final = [line for line in message["lines"] if line["state"] == "final"]
                unsure = sum(line["end"] - line["start"] for line in final)
                self.settled += unsure
                end = max(_ends(message), default=0)
                if end > shown_until:
                    shown_until = end
                    self.delays_s.append(at - self.began - seconds(end))
        self.refined += unsure * is_refining


@dataclass(frozen=True)
class Result:
    """What so many tabs cost, and how late they were.

    Attributes:
        tabs: each of them.
        played_s: sound that each was given, and the time that passed.
        cpu_s: processor time of the host meanwhile.
        memory_mb: the most that it held.
        load: of the whole machine, over the last minute.
    """

    tabs: Sequence[Tab]
    played_s: float
    cpu_s: float
    memory_mb: float
    load: float

    @property
    def lag_s(self) -> float:
        """The longest."""
        return self.most[0]

    @property
    def most(self) -> tuple[float, float]:
        """The longest lag, and how long its tab had been captioned then."""
        return max(tab.most for tab in self.tabs)

    def row(self) -> str:
        """One line, for a table."""
        lags = [lag for tab in self.tabs for lag in tab.lags_s]
        delays = [delay for tab in self.tabs for delay in tab.delays_s]
        settled = sum(tab.settled for tab in self.tabs)
        refined = sum(tab.refined for tab in self.tabs) / settled if settled else 0
        cores = self.cpu_s / self.played_s
        first = max(self.tabs[0].lags_s)
        return (
            f"{len(self.tabs):>4} | {self.lag_s:6.2f} | {self.most[1]:6.1f} | {_p95(lags):6.2f} "
            f"| {_p95(delays):6.2f} | {first:6.2f} | {cores / len(self.tabs):7.2f} | {cores:5.2f} "
            f"| {100 * refined:5.0f} | {self.memory_mb:5.0f} | {self.load:5.1f}"
        )


HEAD: Final = (
    "tabs | lag, s |  after |    p95 | delay  |  first | CPU s/s | cores | 2nd % |    MB |  load\n"
    "     |   most |      s |        |    p95 |    tab |   a tab |       |       |       |"
)


def endless(pcm: Pcm, begin: Sample) -> Iterator[Pcm]:
    """Chunks of the recording from there on, over and over, without a seam in the beat."""
    n_chunks = len(pcm) // CHUNK
    at = begin // CHUNK
    while True:
        at %= n_chunks
        yield pcm[at * CHUNK : (at + 1) * CHUNK]
        at += 1


def measure(host: Host | Served, pcm: Pcm, n_tabs: int, length_s: float, model: str) -> Result:
    """So many tabs at a time, for so long. The host ends with it."""
    names = [f"tab {n + 1}" for n in range(n_tabs)]
    try:
        for name in names:
            host.start(name, model)
        for name in names:
            host.wait_for("status", session=name, state="listening")
        for name in names[1:]:
            host.hide(name)
        host.log.clear()
        began, cpu_s = host.now_s, host.cpu_s()
        # Their steps do not fall due together, as those of real tabs do not.
        tabs = [Tab(began + _CHUNK_S * n / n_tabs) for n in range(n_tabs)]
        sounds = [endless(pcm, len(pcm) * n // n_tabs) for n in range(n_tabs)]
        for n_chunk in range(round(length_s / _CHUNK_S)):
            for name, tab, sound in zip(names, tabs, sounds, strict=True):
                time.sleep(max(0.0, tab.began + (n_chunk + 1) * _CHUNK_S - host.now_s))
                [chunk] = islice(sound, 1)
                host.play(name, chunk, n_chunk * CHUNK)
        played_s, cpu_s = host.now_s - began, host.cpu_s() - cpu_s
        memory_mb, load = host.memory_mb(), os.getloadavg()[0]
    finally:
        host.leave()
    until = began + played_s
    for name, tab in zip(names, tabs, strict=True):
        tab.hear((at, m) for at, m in host.log if at <= until and m.get("session") == name)
    return Result(tabs, played_s, cpu_s, memory_mb, load)


def _ends(message: Message) -> Iterator[Sample]:
    """Where the words end that it shows."""
    yield from (line["end"] for line in message["lines"] if line["text"])
    if message["draft"] is not None:
        yield message["draft"]["end"]


def _p95(values: Sequence[float]) -> float:
    return float(np.percentile(values, 95)) if values else 0.0


def arguments_of(argv: Sequence[str]) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("speech", type=Path, help="a recording without long pauses")
    parser.add_argument("--tabs", type=int, nargs="+", default=[1, 2, 3, 6])
    parser.add_argument("--seconds", type=float, default=60, help="of sound, for each number")
    parser.add_argument("--model", default="base")
    parser.add_argument("--most", type=float, default=MOST_LAG_S, help="lag allowed, in seconds")
    parser.add_argument("--served", action="store_true", help="measure a server, not a host")
    arguments = parser.parse_args(argv)
    if min(arguments.tabs) < 1:
        parser.error("expected at least one tab")
    return arguments


def main(argv: Sequence[str]) -> int:
    """Print a row for each number of tabs; 1 where one lagged too much."""
    arguments = arguments_of(argv)
    pcm = np.concatenate([chunk.pcm for chunk in read_chunks(arguments.speech)])
    print(HEAD)
    worst = 0.0
    for n_tabs in arguments.tabs:
        model = arguments.model
        host = Served(n_tabs, model) if arguments.served else Host()
        result = measure(host, pcm, n_tabs, arguments.seconds, model)
        print(result.row(), flush=True)
        worst = max(worst, result.lag_s)
    return int(worst > arguments.most)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
