"""The host loop on a scripted clock: sound, work and background jobs take time, and tell it."""

import base64
import json
import queue
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import Generic, TypeVar

import numpy as np

from host.core.scripted import (
    ScriptedDecoder,
    ScriptedDetector,
    ScriptedRecognizer,
    ScriptedWord,
)
from host.core.stage import LIVE, PACE, REFINE
from wlk_host.core.errors import DeviceError, WlkError
from wlk_host.core.live.alignatt_pass import LivePass
from wlk_host.core.options import SessionOptions
from wlk_host.core.recognition import Recognition
from wlk_host.core.session import Session
from wlk_host.core.speakers import Speakers
from wlk_host.core.translation.session import TranslatedSession
from wlk_host.core.translation.translators import TranslationRequest
from wlk_host.core.types import SAMPLE_RATE, Event, Pcm, Sample, Work
from wlk_host.runtime.ports import LoadedModel, TranslatedCaptionSession
from wlk_host.runtime.stdio import Signal

T = TypeVar("T")

LIVE_S = 0.1
"""What a live step takes."""

SECOND_PASS_S = 5.0
"""What a second pass takes, beside the loop."""


class Timeline(queue.Queue[bytes | Signal | None]):
    """The clock, and an inbox whose messages come at their times; who sleeps in it lets time pass.

    Attributes:
        now: seconds.
        waits: the timeout of every sleep.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.waits: list[float | None] = []
        self._coming: list[tuple[float, int, bytes | Signal | None]] = []
        self._order = count()

    def at(self, t: float, message: bytes | Signal | None) -> None:
        """Let a message come at that time."""
        heappush(self._coming, (t, next(self._order), message))

    def get(self, block: bool = True, timeout: float | None = None) -> bytes | Signal | None:
        if block and self.empty():
            assert self._coming, "asleep for ever"
            self.waits.append(timeout)
            self.now = self._coming[0][0]
        if self.empty():
            raise queue.Empty
        return heappop(self._coming)[2]

    def empty(self) -> bool:
        return not self._coming or self._coming[0][0] > self.now


@dataclass
class _Job(Generic[T]):
    """Done at its time; who asks before waits, and nobody else does anything meanwhile."""

    timeline: Timeline
    due: float
    job: Callable[[], T]

    def done(self) -> bool:
        return self.timeline.now >= self.due

    def result(self) -> T:
        self.timeline.now = max(self.timeline.now, self.due)
        return self.job()


@dataclass
class Beside:
    """A background on which one job after the other takes its time, and wakes the loop then."""

    timeline: Timeline
    takes_s: float
    free_at: float = 0.0

    def submit(self, job: Callable[[], T]) -> _Job[T]:
        self.free_at = max(self.free_at, self.timeline.now) + self.takes_s
        self.timeline.at(self.free_at, Signal.WAKE)
        return _Job(self.timeline, self.free_at, job)


@dataclass
class Steps:
    """When a session worked, and how long its speech had waited before."""

    live_at: list[float] = field(default_factory=list)
    lag_s: list[float] = field(default_factory=list)


class TimedSession(Session):
    """A session whose work takes time, and which notes when it does any."""

    def __init__(self, timeline: Timeline, steps: Steps, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self._timeline = timeline
        self._steps = steps

    def run(self, work: Work) -> list[Event]:
        if work is Work.LIVE:
            self._steps.lag_s.append(self.lag / SAMPLE_RATE)
            self._timeline.now += LIVE_S
            self._steps.live_at.append(self._timeline.now)
        return super().run(work)


class NoTranslation:
    def translate(self, request: TranslationRequest) -> list[str]:
        raise AssertionError("nothing is translated here")

    def release(self) -> None:
        pass


class ClockworkModel:
    """A loaded model, loader and all; the `context` of a start names its session's steps."""

    name, device = "base", "cpu"
    problem: WlkError | None = None

    def __init__(self, timeline: Timeline, scripts: dict[str, Sequence[ScriptedWord]]) -> None:
        self._timeline = timeline
        self._scripts = scripts
        self._second_pass = Beside(timeline, SECOND_PASS_S)
        self.steps = {name: Steps() for name in scripts}

    def open(
        self, options: SessionOptions, start: Sample, context: str, speakers: Speakers
    ) -> TranslatedSession:
        decoder = ScriptedDecoder(self._scripts[context])
        recognition = Recognition(
            partial(LivePass, decoder, options=LIVE),
            ScriptedRecognizer(decoder.script, decoder.tokenizer),
            decoder.tokenizer,
            False,
            self._second_pass,
            REFINE,
            PACE,
        )
        session = TimedSession(
            self._timeline, self.steps[context], recognition, ScriptedDetector(), options, start
        )
        return TranslatedSession(
            session, NoTranslation(), Beside(self._timeline, 0.0), options, start
        )

    def take_over(self, session: TranslatedCaptionSession, options: SessionOptions) -> None:
        raise AssertionError("no model is changed here")

    def smaller(self, options: SessionOptions) -> str | None:
        return None

    def guard(self) -> AbstractContextManager[None]:
        return nullcontext()

    # As the loader of itself.

    def load(self, options: SessionOptions) -> LoadedModel:
        return self

    def load_elsewhere(
        self, model: LoadedModel, options: SessionOptions, error: DeviceError
    ) -> LoadedModel:
        raise AssertionError("no device fails here")

    def release(self, model: LoadedModel) -> None:
        pass


@dataclass
class Tab:
    """What a tab sends, and when."""

    timeline: Timeline
    name: str
    seq: int = 0

    def say(self, t: float, kind: str, **more: object) -> None:
        message = {"type": kind, "session": self.name, **more}
        self.timeline.at(t, json.dumps(message).encode())

    def start(self, t: float) -> None:
        self.say(t, "start", options={}, context=self.name)

    def play(self, t: float, pcm: Pcm, at: Sample = 0, chunk: Sample = SAMPLE_RATE // 10) -> None:
        """The sound that lies at `at`, from that time on as fast as it is heard."""
        for begin in range(0, len(pcm), chunk):
            part = pcm[begin : begin + chunk]
            raw = np.rint(part * 32768).astype("<i2").tobytes()
            self.say(
                t + (begin + len(part)) / SAMPLE_RATE,
                "audio",
                seq=self.seq,
                start=at + begin,
                pcm=base64.b64encode(raw).decode(),
            )
            self.seq += 1
