"""Hours of captions in several tabs with a fault every few minutes, in real time.

    python tests/bench/soak_tabs.py RECORDING... [--tabs 3] [--minutes 120] [--every 300]

The real host behind its pipes, and for each tab what the extension does: it sends sound every
100 ms, begins again where a host was lost, and shows a phase. The recordings, with RTTM files
beside them, are played in a circle with pauses; `--share` is the share of speech. The tabs have the
models base and tiny.en in turn, so both are loaded all the time. The faults (`soak_faults.py`) come
one kind after the other. Prints a table of the minutes, and whether each of these holds:

- no moment of speech is more than 5 s old, uncaptioned, and not announced as late;
- after `--settle` seconds memory grows by no more than 5 %, descriptors and threads by none;
- no error but those that a fault provokes; the log holds none of the recordings' words.

Exits with 1 where one does not. Linux only.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import soak_report
from soak_browser import TICK_S, Browser, cpu_s, usage
from soak_faults import DEADLY, FAULTS, Fault, make_broken, models_of
from soak_report import Sample
from soak_tab import Tab
from soak_tape import make_tape
from wlk_host.core.types import seconds
from wlk_host.models import store

_SAMPLE_TICKS: Final = 50


@dataclass
class Soak:
    """The browser, what it goes through, and what the host uses meanwhile.

    Attributes:
        broken: a model that cannot be loaded.
        samples: of what the host used.
        faults: when each was, and what.
    """

    browser: Browser
    broken: Path
    samples: list[Sample] = field(default_factory=list)
    faults: list[tuple[float, str]] = field(default_factory=list)

    def note(self, what: str, tab: Tab | None) -> None:
        """A fault happens."""
        now = self.browser.now
        self.faults.append((now, what if tab is None else f"{what}, {tab.name}"))
        print(f"{now / 60:6.1f} min: {self.faults[-1][1]}", flush=True)

    def run(self, length_s: float, every_s: float, faults: Sequence[Fault]) -> None:
        """All of it, with a fault every so many seconds."""
        tabs = self.browser.tabs
        for tab in tabs:
            self.browser.attach(tab)

        def at_tick(n: int) -> None:
            number, since = divmod(n, round(every_s / TICK_S))
            if number and not since and n * TICK_S + every_s / 2 < length_s:
                fault = faults[(number - 1) % len(faults)]
                fault(self, tabs[(number - 1) % len(tabs)])
            if n % _SAMPLE_TICKS == 0:
                self._sample()

        self.browser.run(length_s, at_tick)

    def _sample(self) -> None:
        host = self.browser.host
        try:
            memory_mb, descriptors, threads = usage(host.pid)
            cpu = cpu_s(host.pid)
        except (FileNotFoundError, ProcessLookupError):
            return  # It is between two hosts.
        lag_s = max(tab.lag_ms for tab in self.browser.tabs) / 1000
        host_s, load = time.monotonic() - host.began, os.getloadavg()[0]
        self.samples.append(
            Sample(self.browser.now, host_s, memory_mb, descriptors, threads, lag_s, cpu, load)
        )


def arguments_of(argv: Sequence[str]) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recordings", type=Path, nargs="+", help="with RTTM files beside them")
    parser.add_argument("--tabs", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--every", type=float, default=300, help="seconds from fault to fault")
    parser.add_argument("--settle", type=float, default=600, help="seconds before memory counts")
    parser.add_argument("--share", type=float, default=0.5, help="of speech in the sound")
    parser.add_argument("--same-host", action="store_true", help="without faults that end it")
    arguments = parser.parse_args(argv)
    if arguments.tabs < 2:
        parser.error("expected at least two tabs, with a model each")
    return arguments


def main(argv: Sequence[str]) -> int:
    """Print the table and the verdicts; 1 where one is bad."""
    arguments = arguments_of(argv)
    tape = make_tape(arguments.recordings, arguments.share)
    print(f"{seconds(len(tape.pcm)):.0f} s of sound, {100 * tape.share:.0f} % of it speech")
    n_chunks = len(tape.spoken)
    tabs = [
        Tab(f"tab {n + 1}", tape, n_chunks * n // arguments.tabs, model)
        for n, model in enumerate(models_of(arguments.tabs))
    ]
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        broken = make_broken(store.resolve("base"), Path(folder) / "broken")
        soak = Soak(Browser(tabs, {**os.environ, "XDG_STATE_HOME": str(state)}), broken)
        faults = [one for one in FAULTS if one not in DEADLY or not arguments.same_host]
        soak.run(60 * arguments.minutes, arguments.every, faults)
        code = soak.browser.finish()
        return soak_report.show(soak, arguments.settle, code, state)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
