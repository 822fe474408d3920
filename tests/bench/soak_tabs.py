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
import heapq
import itertools
import os
import queue
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import soak_report
from soak_browser import HostProcess, Message, Tab, cpu_s, usage
from soak_faults import FAULTS, make_broken, models_of
from soak_report import Sample
from soak_tape import CHUNK, make_tape
from wlk_host.core.types import seconds
from wlk_host.models import store

_TICK_S = seconds(CHUNK)
_SAMPLE_TICKS = 50
_RESTART_S = 0.25


@dataclass
class Soak:
    """The browser with its tabs, and its clock: it stands still while the machine sleeps.

    Attributes:
        broken: a model that cannot be loaded.
        samples: of what the host used.
        faults: when each was, and what.
        unexpected: errors that nothing provoked.
    """

    tabs: Sequence[Tab]
    broken: Path
    environment: dict[str, str]
    samples: list[Sample] = field(default_factory=list)
    faults: list[tuple[float, str]] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._slept_s = 0.0
        self._began = time.monotonic()
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._count = itertools.count()
        self._expected: set[str] = set()
        self._at_end: dict[str, Callable[[], object]] = {}
        self._asleep_until: float | None = None
        self.host = self._start()

    # -- what faults use --------------------------------------------------------------

    @property
    def now(self) -> float:
        """Seconds since the beginning, without sleep."""
        return time.monotonic() - self._began - self._slept_s

    def note(self, what: str, tab: Tab | None) -> None:
        """A fault happens."""
        self.faults.append((self.now, what if tab is None else f"{what}, {tab.name}"))
        print(f"{self.now / 60:6.1f} min: {self.faults[-1][1]}", flush=True)

    def later(self, delay_s: float, action: Callable[[], object]) -> None:
        """Do something then."""
        heapq.heappush(self._due, (self.now + delay_s, next(self._count), action))

    def after_end(self, tab: Tab, action: Callable[[], object]) -> None:
        """Do something when the host has ended the tab's session."""
        self._at_end[tab.name] = action

    def expect(self, *codes: str) -> None:
        """Errors that are right from now on."""
        self._expected |= set(codes)

    def attach(self, tab: Tab) -> None:
        """Begin the tab's session, if there is a host."""
        tab.attach(self.host)

    def sleep(self, length_s: float) -> None:
        """Stop the host and everything here."""
        began = time.monotonic()
        self.host.signal(signal.SIGSTOP)
        time.sleep(length_s)
        self.host.signal(signal.SIGCONT)
        self._slept_s += time.monotonic() - began

    # -- the run ----------------------------------------------------------------------

    def run(self, length_s: float, every_s: float) -> None:
        """All of it."""
        for tab in self.tabs:
            tab.attach(self.host)
        for n in range(round(length_s / _TICK_S)):
            for m, tab in enumerate(self.tabs):
                due = (n + m / len(self.tabs)) * _TICK_S
                self._hear_until(due)
                tab.play(self.now)
            for tab in self.tabs:
                tab.look(self.now)
            number, since = divmod(n, round(every_s / _TICK_S))
            if number and not since and n * _TICK_S + every_s / 2 < length_s:
                fault = FAULTS[(number - 1) % len(FAULTS)]
                fault(self, self.tabs[(number - 1) % len(self.tabs)])
            if n % _SAMPLE_TICKS == 0:
                self._sample()

    def finish(self) -> int:
        """End the sessions and the host; returns its exit code."""
        for tab in self.tabs:
            tab.stop()
        self._hear_until(self.now + 5)
        return self.host.leave()

    def _hear_until(self, due: float) -> None:
        while (left := due - self.now) > 0:
            while self._due and self._due[0][0] <= self.now:
                heapq.heappop(self._due)[2]()
            try:
                message = self.host.heard.get(timeout=min(left, 0.05))
            except queue.Empty:
                continue
            if message is None:
                self._restart()
            else:
                self._hear(message)

    def _hear(self, message: Message) -> None:
        tab = next((tab for tab in self.tabs if tab.name == message.get("session")), None)
        if message["type"] == "error":
            code = message["code"]
            self.errors[code] = self.errors.get(code, 0) + 1
            if code not in self._expected:
                self.unexpected.append(f"{code} at {self.now / 60:.1f} min: {message['message']}")
        elif message.get("state") == "ended" and tab is not None:
            self._at_end.pop(tab.name, lambda: None)()
        elif tab is not None:
            tab.hear(message, self.now)

    def _start(self) -> HostProcess:
        return HostProcess(self.environment)

    def _restart(self) -> None:
        self.host.wait()
        self._at_end.clear()
        for tab in self.tabs:
            tab.detach()
        self.later(_RESTART_S, self._go_on)

    def _go_on(self) -> None:
        self.host = self._start()
        for tab in self.tabs:
            tab.attach(self.host)

    def _sample(self) -> None:
        try:
            memory_mb, descriptors, threads = usage(self.host.pid)
            cpu = cpu_s(self.host.pid)
        except (FileNotFoundError, ProcessLookupError):
            return  # It is between two hosts.
        lag_s = max(tab.lag_ms for tab in self.tabs) / 1000
        host_s = time.monotonic() - self.host.began
        load = os.getloadavg()[0]
        self.samples.append(
            Sample(self.now, host_s, memory_mb, descriptors, threads, lag_s, cpu, load)
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
        soak = Soak(tabs, broken, {**os.environ, "XDG_STATE_HOME": str(state)})
        soak.run(60 * arguments.minutes, arguments.every)
        code = soak.finish()
        return soak_report.show(soak, arguments.settle, code, state)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
