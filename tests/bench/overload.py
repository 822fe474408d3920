"""Twice as many tabs as the machine captions in time: does all go as the manual says?

    python tests/bench/overload.py RECORDING... [--tabs 16] [--seconds 180] [--model base]

The real host behind its pipes, and as many tabs of speech without pauses, in real time. Then every
second tab ends, and again half of those that are left, and the others are watched until they are on
time. The first tab is visible. Prints what became of each stage, and whether each of these holds:

- overloaded: the second pass is left out, late captions are announced, a smaller model is offered,
  no more than 60 s of sound wait, what is left out is told, the visible tab is the first;
- afterwards: captions are on time, nothing more is left out, the second pass is back, the offer is
  taken back;
- always: no error, the same host, memory within its bound.

Exits with 1 where one does not. Linux only.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from soak_browser import Browser, cpu_s, usage
from soak_tab import Message, Tab
from soak_tape import Tape, make_tape

_SHARE: Final = 0.95
_MOST_WAITING_S: Final = 60.0
_CHUNKS_S: Final = 25.0
"""A turn that is under way adds so much to it (`runtime.host.watchdog.MOST_STEP_S`)."""

_ON_TIME_S: Final = 2.0
_LATE_FOR_LONG: Final = 30
"""Statuses, about one a second, from which a smaller model must have been offered."""

_A_TAB_MB: Final = 60
"""The longest window as it was encoded, its keys and values, 60 s of sound (base)."""


class Watched(Tab):
    """A tab whose statuses are kept, of one stage at a time."""

    def __init__(self, name: str, tape: Tape, offset: int, model: str) -> None:
        super().__init__(name, tape, offset, model)
        self.told: list[Message] = []

    def hear(self, message: Message, now: float) -> None:
        """Keep it as well."""
        super().hear(message, now)
        if message["type"] == "status":
            self.told.append(message)

    @property
    def lags_s(self) -> list[float]:
        """Of each status."""
        return [told["lag_ms"] / 1000 for told in self.told]


@dataclass(frozen=True)
class Stage:
    """What became of the tabs for a while.

    Attributes:
        told: all statuses of each tab, the visible one first.
        skipped_ms: sound that each left out in the stage.
        unannounced: moments that were late without being announced.
        memory_mb: the host's at the end.
        cores: that the host used.
    """

    told: Sequence[Sequence[Message]]
    skipped_ms: Sequence[int]
    unannounced: int
    memory_mb: float
    cores: float

    @property
    def lags_s(self) -> list[float]:
        """The largest of each tab."""
        return [max((one["lag_ms"] / 1000 for one in told), default=0.0) for told in self.told]

    def shown(self) -> str:
        """One line."""
        refined = np.mean([one["refining"] for told in self.told for one in told])
        offered = sum(any(one["smaller_model"] for one in told) for told in self.told)
        return (
            f"{len(self.told):>4} | {self.lags_s[0]:6.1f} | {np.median(self.lags_s):6.1f} "
            f"| {max(self.lags_s):6.1f} | {100 * (1 - refined):4.0f} | {offered:>5} "
            f"| {sum(self.skipped_ms) / 1000:7.1f} | {self.memory_mb:4.0f} | {self.cores:5.2f} "
            f"| {self.unannounced}"
        )


HEAD: Final = (
    "tabs | most lag, s: first, median, any | no 2nd, % | offered | left out, s | MB | cores "
    "| unannounced"
)


def play(browser: Browser, tabs: Sequence[Watched], length_s: float) -> Stage:
    """Let them play so long."""
    skipped = [tab.skipped_ms for tab in tabs]
    unannounced = sum(len(tab.unannounced) for tab in tabs)
    for tab in tabs:
        tab.told.clear()
    pid, began, cpu = browser.host.pid, browser.now, cpu_s(browser.host.pid)
    browser.tabs = tabs
    browser.run(length_s, lambda _: None)
    return Stage(
        [list(tab.told) for tab in tabs],
        [tab.skipped_ms - before for tab, before in zip(tabs, skipped, strict=True)],
        sum(len(tab.unannounced) for tab in tabs) - unannounced,
        usage(pid)[0],
        (cpu_s(pid) - cpu) / (browser.now - began),
    )


def end_every_second(browser: Browser, tabs: Sequence[Watched]) -> list[Watched]:
    """The tabs that are left; the visible one is the first of them."""
    for tab in tabs[1::2]:
        tab.stop()
    return list(tabs[::2])


def overloaded(stage: Stage) -> Iterator[tuple[bool, str]]:
    """What the manual says of it."""
    late = [told for told in stage.told if any(one["state"] == "lagging" for one in told)]
    yield bool(late), f"{len(late)} of {len(stage.told)} tabs are late"
    long = [t for t in late if sum(one["state"] == "lagging" for one in t) >= _LATE_FOR_LONG]
    left = [told for told in long if not all(one["refining"] for one in told)]
    yield (
        len(left) == len(long),
        f"the second pass was left out in {len(left)} of {len(long)} that were late for long",
    )
    offered = [told for told in long if any(one["smaller_model"] for one in told)]
    yield (
        len(offered) == len(long),
        f"a smaller model was offered in {len(offered)} of these",
    )
    yield stage.unannounced == 0, f"{stage.unannounced} moments were late without being announced"
    most_s = max(stage.lags_s)
    yield most_s <= _MOST_WAITING_S + _CHUNKS_S, f"at the most {most_s:.0f} s of sound waited"
    behind = [skipped for skipped, lag in zip(stage.skipped_ms, stage.lags_s, strict=True)
              if lag > _MOST_WAITING_S + 1]  # fmt: skip
    yield all(behind), f"{len(behind)} tabs waited for more than 60 s, and told what they left out"
    first, others = stage.lags_s[0], float(np.median(stage.lags_s[1:]))
    yield first <= others, f"the visible tab was {first:.1f} s late, the others {others:.1f} s"


def recovered(stage: Stage) -> Iterator[tuple[bool, str]]:
    """What the manual says of the end of it."""
    last = [told[-1] for told in stage.told if told]
    yield len(last) == len(stage.told), "every tab still says how it is"
    most_s = max(one["lag_ms"] for one in last) / 1000
    yield most_s < _ON_TIME_S, f"in the end they are {most_s:.1f} s late at the most"
    without = sum(not one["refining"] for one in last)
    yield without == 0, f"the second pass is left out in {without} of them"
    offered = sum(one["smaller_model"] is not None for one in last)
    yield offered == 0, f"a smaller model is still offered in {offered} of them"


def arguments_of(argv: Sequence[str]) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recordings", type=Path, nargs="+", help="with RTTM files beside them")
    parser.add_argument("--tabs", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=180, help="of sound with all of them")
    parser.add_argument("--after", type=float, default=90, help="seconds with half of them, each")
    parser.add_argument("--model", default="base")
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> int:
    """Print the stages and what holds; 1 where something does not."""
    arguments = arguments_of(argv)
    tape = make_tape(arguments.recordings, _SHARE)
    step = len(tape.spoken) // arguments.tabs
    tabs = [Watched(f"tab {n + 1}", tape, n * step, arguments.model) for n in range(arguments.tabs)]
    with tempfile.TemporaryDirectory() as state:
        browser = Browser(tabs, {**os.environ, "XDG_STATE_HOME": state})
        pid = browser.host.pid
        browser.attach(tabs[0])
        alone = play(browser, tabs[:1], 15)
        print(f"{HEAD}\n{alone.shown()}", flush=True)
        for tab in tabs[1:]:
            tab.position = tabs[0].position
            tab.begin_anew()
            browser.attach(tab)
        stages = [play(browser, tabs, arguments.seconds)]
        print(stages[-1].shown(), flush=True)
        for _ in range(2):
            tabs = end_every_second(browser, tabs)
            stages.append(play(browser, tabs, arguments.after))
            print(stages[-1].shown(), flush=True)
        same = browser.host.pid == pid
        code = browser.finish()
    held = [*overloaded(stages[0]), *recovered(stages[-1])]
    bounds_mb = [alone.memory_mb + _A_TAB_MB * len(stage.told) for stage in stages]
    memory = [
        f"{stage.memory_mb:.0f} of {bound:.0f}"
        for stage, bound in zip(stages, bounds_mb, strict=True)
    ]
    held += [
        (same and code == 0, f"the host stayed the same, and its exit code is {code}"),
        (not browser.unexpected, f"no error {browser.unexpected[:5] or ''}"),
        (
            all(s.memory_mb <= bound for s, bound in zip(stages, bounds_mb, strict=True)),
            f"memory, MB: {', '.join(memory)} allowed",
        ),
    ]
    for holds, what in held:
        print(f"{'holds' if holds else 'FAILS'}: {what}")
    return int(not all(holds for holds, _ in held))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
