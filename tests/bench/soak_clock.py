"""Hours of captions in several tabs on a simulated clock: do memory, lines and cost stay the same?

    python tests/bench/soak_clock.py [--hours 8] [--tabs 3]

The real host loop, its connection and its sessions, with the scripted models of the tests: they
know what is said by the samples, so hours take minutes. A script of a minute, sentences with pauses
up to 6 s, is played over and over in each tab. The clock jumps from message to message. Memory of
the models and of native libraries is none of this: `soak.py` and `soak_tabs.py` measure that.
Exits with 1 if an hour differs from the second one by more than 5 %.
"""

import argparse
import base64
import gc
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from host.core.scripted import (
    ScriptedDecoder,
    ScriptedDetector,
    ScriptedRecognizer,
    ScriptedStream,
    ScriptedWord,
    sound_of,
    spoken,
)
from host.core.stage import LIVE, PACE, REFINE
from host.runtime.clockwork import (
    ClockworkModel,
    Lanes,
    NoTranslation,
    Steps,
    TimedSession,
    Timeline,
)
from host.runtime.port import Port
from soak import memory_mb
from wlk_host.core.live.alignatt_pass import LivePass
from wlk_host.core.options import SessionOptions
from wlk_host.core.recognition import Recognition
from wlk_host.core.speakers.speakers import Speakers
from wlk_host.core.translation.session import TranslatedSession
from wlk_host.core.types import SAMPLE_RATE, Pcm, Sample
from wlk_host.protocol import codec
from wlk_host.protocol.messages import Captions, Error, Status, ToExtension
from wlk_host.runtime.stdio import Signal

CHUNK: Final = SAMPLE_RATE // 10
_AHEAD_S: Final = 2.0
_TOLERANCE: Final = 0.05
_LONG_AGO: Final = 60 * SAMPLE_RATE
"""A line that is so much older than the newest one does not change any more."""


class ForgetfulStream(ScriptedStream):
    """Lets go of sound that will not be asked for, and of what the decoder noted of each decode."""

    def forget(self, before: Sample) -> None:
        """All before it."""
        super().forget(before)
        gone = max(0, before - self._first)
        self._pcm, self._first = self._pcm[gone:].copy(), self._first + gone
        for noted in (self._decoder.tasks, self._decoder.prompts, self._decoder.windows):
            noted.clear()


class ForgetfulDecoder(ScriptedDecoder):
    """A scripted decoder for hours."""

    def listen(self, start: Sample) -> ForgetfulStream:
        """A stream that does not grow."""
        return ForgetfulStream(self, start)


class HoursModel(ClockworkModel):
    """Opens sessions that all hear the same script."""

    def __init__(self, timeline: Timeline, lanes: Lanes, script: Sequence[ScriptedWord]) -> None:
        super().__init__(timeline, lanes, {})
        self._script = script
        self._hours_timeline, self._hours_lanes = timeline, lanes
        self.recognizers: list[ScriptedRecognizer] = []
        self.all_steps: list[Steps] = []

    def open(
        self, options: SessionOptions, start: Sample, context: str, speakers: Speakers
    ) -> TranslatedSession:
        """A session with models of its own."""
        decoder, lanes = ForgetfulDecoder(self._script), self._hours_lanes
        recognizer = ScriptedRecognizer(self._script, decoder.tokenizer)
        self.recognizers.append(recognizer)
        self.all_steps.append(Steps())
        live = partial(LivePass, decoder, options=LIVE)
        recognition = Recognition(live, recognizer, decoder.tokenizer, False, lanes, REFINE, PACE)
        session = TimedSession(
            self._hours_timeline,
            self.all_steps[-1],
            recognition,
            ScriptedDetector(),
            options,
            start,
        )
        apart = lanes.apart("translations")
        return TranslatedSession(session, NoTranslation(), apart, options, start)

    def forget(self) -> None:
        """What the tests' models noted."""
        for recognizer in self.recognizers:
            recognizer.tasks.clear()
            recognizer.prompts.clear()
        for steps in self.all_steps:
            steps.live_at.clear()


@dataclass
class Hour:
    """What came of an hour.

    Attributes:
        lines: final ones.
        messages: to the extension.
        most_bytes: of the longest message.
        lag_s: the most that was told.
    """

    lines: int = 0
    messages: int = 0
    most_bytes: int = 0
    lag_s: float = 0.0
    memory_mb: float = 0.0
    objects: int = 0
    cpu_s: float = 0.0


class Tabs(Timeline):
    """The clock, which lets the sound of all tabs come, and what they heard.

    Attributes:
        hours: that are over, and the one that runs.
        wrong: what must not be.
    """

    def __init__(self, n_tabs: int, length_s: float, pcm: Pcm) -> None:
        super().__init__()
        self.hours = [Hour()]
        self.wrong: list[str] = []
        self.model = HoursModel(self, Lanes(self, 2), minute_of_speech())
        self._n_tabs, self._length_s = n_tabs, length_s
        self._chunks = [
            base64.b64encode(np.rint(part * 32768).astype("<i2").tobytes()).decode()
            for part in np.split(pcm, len(pcm) // CHUNK)
        ]
        self._n_sent = 0
        self._newest: dict[str, Sample] = {}
        self._revisions: dict[str, int] = {}
        self._cpu_s = time.process_time()
        for n in range(n_tabs):
            self._say(0.0, n, "start", options={})
        self.at(length_s + 60, None)

    def get(self, block: bool = True, timeout: float | None = None) -> bytes | Signal | None:
        """The next message."""
        self._send_until(min(self.now + _AHEAD_S, self._length_s))
        self.waits.clear()
        if self.now >= 3600 * len(self.hours) and self.now < self._length_s:
            self.close_hour()
            self.hours.append(Hour())
        return super().get(block, timeout)

    def hear(self, message: ToExtension) -> None:
        """Count what the host says."""
        hour = self.hours[-1]
        hour.messages += 1
        hour.most_bytes = max(hour.most_bytes, len(codec.encode(message)))
        if isinstance(message, Error):
            self.wrong.append(f"error {message.code}: {message.message}")
        elif isinstance(message, Status):
            hour.lag_s = max(hour.lag_s, message.lag_ms / 1000)
        elif isinstance(message, Captions):
            self._hear_captions(message, hour)

    def close_hour(self) -> None:
        """Note what it cost, and print it."""
        hour = self.hours[-1]
        self.model.forget()
        gc.collect()
        hour.memory_mb, hour.objects = memory_mb(), len(gc.get_objects())
        now_s = time.process_time()
        hour.cpu_s, self._cpu_s = now_s - self._cpu_s, now_s
        print(
            f"{len(self.hours):>4} | {hour.memory_mb:6.1f} | {hour.objects:>7} | {hour.lines:>5} "
            f"| {hour.messages:>8} | {hour.most_bytes:>10} | {hour.lag_s:6.2f} | {hour.cpu_s:5.0f}",
            flush=True,
        )

    def _hear_captions(self, message: Captions, hour: Hour) -> None:
        name = message.session
        if message.revision != self._revisions.get(name, 0) + 1:
            self.wrong.append(f"{name}: revision {message.revision}")
        self._revisions[name] = message.revision
        for line in message.lines:
            hour.lines += line.state == "final" and line.text != ""
            newest = self._newest.get(name, 0)
            if line.id < newest - _LONG_AGO:
                self.wrong.append(f"{name}: line {line.id} changed when {newest} was there")
            self._newest[name] = max(newest, line.id)

    def _send_until(self, until_s: float) -> None:
        while self._n_sent < round(until_s * 10):
            seq = self._n_sent
            for n in range(self._n_tabs):
                # They say different things at a time.
                pcm = self._chunks[(seq + 197 * n) % len(self._chunks)]
                due = (seq + 1 + n / self._n_tabs) / 10
                self._say(due, n, "audio", seq=seq, start=seq * CHUNK, pcm=pcm)
            self._n_sent += 1

    def _say(self, t: float, tab: int, kind: str, **more: object) -> None:
        message = {"type": kind, "session": f"tab {tab}", **more}
        self.at(t, json.dumps(message).encode())


def minute_of_speech(seed: int = 3) -> list[ScriptedWord]:
    """Sentences of made-up words, with pauses between them."""
    letters = random.Random(seed)
    parts: list[str] = []
    for _ in range(12):
        words = [
            "".join(letters.choices("abcdefghijkl", k=5)) for _ in range(letters.randint(3, 14))
        ]
        parts += [*words[:-1], f"{words[-1]}.", f"{letters.choice([0.4, 0.8, 2.0, 6.0]):.1f}"]
    return spoken(" ".join(parts))


def soak(n_tabs: int, hours: float) -> Tabs:
    """Play so many hours."""
    script = minute_of_speech()
    length = -(-(script[-1].end + SAMPLE_RATE) // CHUNK) * CHUNK
    tabs = Tabs(n_tabs, hours * 3600, sound_of(script, length))
    port = Port(threads=tabs.lanes[0])
    port.serve_on(tabs, lambda _: tabs.model, tabs.hear, 300)
    tabs.close_hour()
    return tabs


def main() -> int:
    """Print a line for each hour; returns 1 if one differs from the second."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=8)
    parser.add_argument("--tabs", type=int, default=3)
    arguments = parser.parse_args()
    print("hour |     MB | objects | lines | messages | most bytes | lag, s | CPU s")
    tabs = soak(arguments.tabs, arguments.hours)
    for wrong in tabs.wrong[:20]:
        print(f"FAILS: {wrong}")
    settled, last = tabs.hours[min(1, len(tabs.hours) - 1)], tabs.hours[-1]
    faults = bool(tabs.wrong)
    for name in ("memory_mb", "objects", "lines", "most_bytes", "cpu_s"):
        change = getattr(last, name) / getattr(settled, name) - 1
        grown = change > _TOLERANCE
        faults |= grown
        print(f"{'FAILS' if grown else 'holds'}: {name}, last against second {100 * change:+.1f} %")
    return int(faults)


if __name__ == "__main__":
    sys.exit(main())
