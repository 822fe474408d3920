"""Captions a recording in a session, and measures what that costs."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

from wlk_host.backends.devices import DeviceWish
from wlk_host.backends.service.client import Endpoint
from wlk_host.bench.delays import DelayWatch
from wlk_host.bench.logs import Run, TimedWord
from wlk_host.bench.manifest import Recording
from wlk_host.bench.memory import MemoryWatch
from wlk_host.core.caption_session import CaptionSession
from wlk_host.core.live.alignatt_pass import LiveOptions
from wlk_host.core.options import SessionOptions
from wlk_host.core.types import AudioChunk, AudioSkipped, CaptionUpdate, Line, Sample, seconds
from wlk_host.runtime.files.caption_log import CaptionLog, Shown
from wlk_host.runtime.files.clocks import VirtualClock, WallClock
from wlk_host.runtime.files.media import read_chunks
from wlk_host.runtime.files.playback import play
from wlk_host.runtime.loading.loader import ModelLoader
from wlk_host.runtime.translators.child import Translators
from wlk_host.runtime.workers import Workers

_LIVE: Final = LiveOptions()

Heard = Callable[[float], None]
"""Called with the position in seconds while the recording is playing."""


class Bench:
    """Captions recordings with one set of options.

    Args:
        options: the options of a user. The language is each recording's own, unless one is given or
            `detect` is set.
        realtime: play in real time; otherwise on a clock that charges the measured work.
        detect: let the model detect the language.
        live: how the live pass works.
        device: where models run.
        service: the service that recognises in place of a model; None: a model on this machine.
    """

    def __init__(
        self,
        options: SessionOptions,
        realtime: bool,
        detect: bool = False,
        live: LiveOptions = _LIVE,
        device: DeviceWish = "auto",
        service: Endpoint | None = None,
    ) -> None:
        self.options = options
        self._realtime = realtime
        self._detect = detect
        self._clock: WallClock | VirtualClock = VirtualClock()
        self._memory = MemoryWatch()
        # The loader keeps its models, but each run has its own clock.
        beside = _Beside(lambda: self._clock)
        self._loader = ModelLoader(
            Workers() if realtime else beside,
            Workers(name="translations") if realtime else beside,
            # The translator runs in this process, so that its cost is counted.
            translator=Translators(),
            live=live,
            service=service,
            device=device,
        )

    def run(self, recording: Recording, heard: Heard = lambda _: None) -> Run:
        """Play one recording.

        Raises:
            WlkError: the recording or the model cannot be read.
        """
        language = None if self._detect else self.options.language or recording.reference.spoken
        # A session can begin background work at once, which never ends on another run's clock.
        self._clock = VirtualClock()
        session = self._loader.open(replace(self.options, language=language))
        if self._realtime:
            self._clock = WallClock()  # The clock starts here, because loading is not a delay.
        watch = _Watch(session, self._clock, heard)
        shown = _Record()
        self._memory.begin()
        cpu = time.process_time()
        for t, event in play(session, watch.over(read_chunks(recording.audio)), self._clock):
            match event:
                case CaptionUpdate():
                    shown.add(t, event)
                case AudioSkipped():
                    shown.skipped_s += seconds(event.end - event.start)
        return Run(
            log=tuple(shown.log),
            duration_s=seconds(watch.heard_until),
            cpu_s=time.process_time() - cpu,
            rss_mb=self._memory.most_mb(),
            running_mb=self._memory.during_mb(),
            words=shown.words(),
            final_until=tuple(shown.final_until),
            lag=tuple(sorted(watch.worst_lag_s.items())),
            skipped_s=shown.skipped_s,
            delays=shown.delays.delays(),
        )


class _Record:
    """Collects what was shown."""

    def __init__(self) -> None:
        self.log: list[Shown] = []
        self.final_until: list[tuple[float, float]] = []
        self.skipped_s = 0.0
        self.delays = DelayWatch()
        self._captions = CaptionLog()
        self._lines: dict[Sample, Line] = {}

    def add(self, t: float, update: CaptionUpdate) -> None:
        self.log.append(self._captions.add(t, update))
        self.delays.add(t, update)
        self.final_until.append((round(t, 3), seconds(update.final_until)))
        self._lines.update((line.id, line) for line in update.lines)

    def words(self) -> tuple[TimedWord, ...]:
        """The words of the present lines."""
        lines = (self._lines[line_id] for line_id in sorted(self._lines))
        words = (word for line in lines for word in line.words)
        return tuple((word.text.strip(), seconds(word.start), seconds(word.end)) for word in words)


class _Watch:
    """Checks the lag of a session each time it is fed."""

    def __init__(
        self, session: CaptionSession, clock: WallClock | VirtualClock, heard: Heard
    ) -> None:
        self.heard_until: Sample = 0
        self.worst_lag_s: dict[float, float] = {}
        self._session = session
        self._clock = clock
        self._heard = heard

    def over(self, chunks: Iterable[AudioChunk]) -> Iterator[AudioChunk]:
        """The same chunks. A chunk that is late because a step took long counts as lag too."""
        for chunk in chunks:
            yield chunk
            self.heard_until = chunk.end
            end = seconds(chunk.end)
            lag = seconds(self._session.lag)
            if lag:
                lag += max(0.0, self._clock.now() - end)
            second = float(int(end))
            self.worst_lag_s[second] = max(self.worst_lag_s.get(second, 0.0), round(lag, 2))
            self._heard(end)


class _Beside:
    """The background of the clock that is running."""

    def __init__(self, clock: Callable[[], WallClock | VirtualClock]) -> None:
        self._clock = clock

    def submit(self, job: Callable[[], Any]) -> Any:
        """Run the job on the clock of the current run."""
        clock = self._clock()
        assert isinstance(clock, VirtualClock)  # noqa: S101 - only made for it
        return clock.submit(job)
