"""The host loop on a scripted clock: sound, work and background jobs take time, and tell it."""

import base64
import json
import queue
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import Any, Generic, TypeVar

import numpy as np

from host.core.scripted import (
    ScriptedDecoder,
    ScriptedDetector,
    ScriptedRecognizer,
    ScriptedWord,
)
from host.core.stage import LIVE, PACE, REFINE
from host.runtime.scripted import Inline
from wlk_host.core.errors import DeviceError, WlkError
from wlk_host.core.live.alignatt_pass import LivePass
from wlk_host.core.options import SessionOptions
from wlk_host.core.recognition import Recognition
from wlk_host.core.session import Session
from wlk_host.core.speakers.speakers import Speakers
from wlk_host.core.translation.session import TranslatedSession
from wlk_host.core.translation.translators import TranslationRequest, TranslationService
from wlk_host.core.types import SAMPLE_RATE, Event, Pcm, Sample, Work
from wlk_host.runtime.agenda import Agenda
from wlk_host.runtime.ports import LoadedModel, Threads, TranslatedCaptionSession, UnderWay, Urgency
from wlk_host.runtime.stdio import Signal

T = TypeVar("T")

LIVE_S = 0.1
"""What a live step takes."""

SECOND_PASS_S = 5.0
"""What a second pass takes."""


class Timeline(queue.Queue[bytes | Signal | None]):
    """The clock, and an inbox whose messages come at their times; who sleeps in it lets time pass.

    Attributes:
        now: seconds.
        waits: the timeout of every sleep.
        lanes: threads on this clock.
        spent_s: what the job that is being done takes, as far as it is known.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.waits: list[float | None] = []
        self.lanes: list[Lanes] = []
        self.spent_s = 0.0
        self._coming: list[tuple[float, int, bytes | Signal | None]] = []
        self._order = count()

    def at(self, t: float, message: bytes | Signal | None) -> None:
        """Let a message come at that time."""
        heappush(self._coming, (t, next(self._order), message))

    def catch_up(self) -> None:
        """See to it that on all threads is done what is due by now."""
        for lanes in self.lanes:
            lanes.catch_up()

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


class _Job(Generic[T]):
    """What it does is done when it begins, and to be seen when its time has passed."""

    def __init__(
        self, timeline: Timeline, do: Callable[[], T], urgency: Urgency | None, takes_s: float
    ) -> None:
        self.urgency = urgency
        self._timeline = timeline
        self._do = do
        self._takes_s = takes_s
        self._outcome = Future[T]()
        self.due: float | None = None

    def begin(self, now: float) -> float:
        """Do it; returns when it ends."""
        # A turn may submit a second pass, which then begins amid it.
        spent_s, self._timeline.spent_s = self._timeline.spent_s, self._takes_s
        self._outcome = Inline().submit(self._do)
        self.due = now + self._timeline.spent_s
        self._timeline.spent_s = spent_s
        self._timeline.at(self.due, Signal.WAKE)
        return self.due

    def done(self) -> bool:
        self._timeline.catch_up()
        return self.due is not None and self._timeline.now >= self.due

    def result(self) -> T:
        assert self.done(), "nobody waits for a job"
        return self._outcome.result()


class Lanes:
    """Threads on the clock, which do their jobs in the order of the real ones, and wake the loop.

    Args:
        timeline: the clock.
        n_threads: jobs done at a time.
        takes_s: what a job takes besides the work in it, if it is no turn.
    """

    def __init__(self, timeline: Timeline, n_threads: int, takes_s: float = SECOND_PASS_S) -> None:
        self._timeline = timeline
        self._takes_s = takes_s
        self._agenda: Agenda[_Job[Any]] = Agenda(n_threads)
        self._under_way: list[tuple[float, int, _Job[Any]]] = []
        self._order = count()
        timeline.lanes.append(self)

    def take(self, turn: Callable[[], T], urgency: Urgency) -> _Job[T]:
        return self._add(_Job(self._timeline, turn, urgency, 0.0))

    def submit(self, job: Callable[[], T]) -> _Job[T]:
        return self._add(_Job(self._timeline, job, None, self._takes_s))

    def under_way(self) -> list[UnderWay]:
        return []  # On this timeline all work ends.

    def abandon(self, job: UnderWay) -> None:
        raise AssertionError("nothing is under way")

    def apart(self, name: str) -> "Lanes":
        return Lanes(self._timeline, 1, 0.0)

    def catch_up(self) -> None:
        """End what is over by now, and begin at each end what waited for it."""
        while self._under_way and self._under_way[0][0] <= self._timeline.now:
            ended_at, _, job = heappop(self._under_way)
            self._agenda.end(job)
            self._begin(ended_at)

    def _add(self, job: _Job[T]) -> _Job[T]:
        self.catch_up()
        self._agenda.add(job, self._timeline.now)
        self._begin(self._timeline.now)
        return job

    def _begin(self, now: float) -> None:
        while (job := self._agenda.begin(now)) is not None:
            ends_at = job.begin(now)
            heappush(self._under_way, (ends_at, next(self._order), job))


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
            self._steps.live_at.append(self._timeline.now + LIVE_S)
            self._timeline.spent_s += LIVE_S
        return super().run(work)


class NoTranslation:
    changes = 0

    def translate(self, request: TranslationRequest) -> list[str]:
        raise AssertionError("nothing is translated here")

    def release(self) -> None:
        pass


class ClockworkModel:
    """A loaded model, loader and all; the `context` of a start names its session's steps."""

    name, device = "base", "cpu"
    problem: WlkError | None = None

    def __init__(
        self, timeline: Timeline, lanes: Lanes, scripts: Mapping[str, Sequence[ScriptedWord]]
    ) -> None:
        self._timeline = timeline
        self._lanes = lanes
        self._scripts = scripts
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
            self._lanes,
            REFINE,
            PACE,
        )
        session = TimedSession(
            self._timeline, self.steps[context], recognition, ScriptedDetector(), options, start
        )
        translating = self._lanes.apart("translations")
        return TranslatedSession(session, NoTranslation(), translating, options, start)

    def place(self, threads: Threads) -> Threads:
        return threads

    def take_over(self, session: TranslatedCaptionSession, options: SessionOptions) -> None:
        raise AssertionError("no model is changed here")

    def after_lines(self, job: Callable[[TranslationService], T]) -> Future[T]:
        raise AssertionError("no word is looked up here")

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
