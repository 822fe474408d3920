"""A translated session on a stage: captions, translator and background are scripted."""

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TypeVar

import numpy as np

from wlk_host.core.errors import WlkError
from wlk_host.core.options import SessionOptions, only_if_chosen
from wlk_host.core.recognition import Recognition
from wlk_host.core.translation.choice import whisper_tells
from wlk_host.core.translation.session import TranslatedSession
from wlk_host.core.translation.translators import TranslationRequest
from wlk_host.core.types import (
    SAMPLE_RATE,
    AudioChunk,
    CaptionUpdate,
    Discontinuity,
    Event,
    Line,
    Sample,
    Work,
)

T = TypeVar("T")
INTO_PT = SessionOptions(language="en", translate_to="pt", vocabulary=("Rhea",))
BROKEN = WlkError("translator_died", "it died", "wait")


class ScriptedCaptions:
    """A session that says what a test puts into `says`, one update a piece of work."""

    def __init__(self) -> None:
        self.lag: Sample = 0
        self.skipped: Sample = 0
        self.language: str | None = "en"
        self.refining = True
        self.is_overloaded = False
        self.says: list[CaptionUpdate] = []
        self.is_over = False

    def feed(self, chunk: AudioChunk) -> list[Event]:
        return []

    def cut(self, at: Sample) -> list[Event]:
        return [Discontinuity(at)]

    def finish(self) -> None:
        self.is_over = True

    def configure(self, options: SessionOptions) -> None:
        pass

    def adopt(self, recognition: Recognition) -> None:
        raise AssertionError("no model is changed here")

    def next_work(self) -> Work | None:
        return Work.LIVE if self.says else None

    def run(self, work: Work) -> list[Event]:
        assert work is Work.LIVE
        return [self.says.pop(0)]

    def finished(self) -> bool:
        return self.is_over and not self.says


class Upper:
    """Translates into capitals; notes what it was asked, fails as often as told."""

    def __init__(self) -> None:
        self.changes = 0
        self.asked: list[TranslationRequest] = []
        self.failures: list[WlkError] = []

    def translate(self, request: TranslationRequest) -> list[str]:
        if self.failures:
            raise self.failures.pop(0)
        self.asked.append(request)
        return [text.upper() for text in request.texts]

    def release(self) -> None:
        pass


class Later:
    """A background in which jobs wait until the test does them."""

    def __init__(self) -> None:
        self.jobs: list[Callable[[], None]] = []

    def submit(self, job: Callable[[], T], /) -> Future[T]:
        future = Future[T]()

        def work() -> None:
            try:
                future.set_result(job())
            except WlkError as error:
                future.set_exception(error)

        self.jobs.append(work)
        return future

    def work(self) -> None:
        while self.jobs:
            self.jobs.pop(0)()


class Stage:
    """A session with everything around it; time is the sound it is fed."""

    def __init__(
        self, options: SessionOptions = INTO_PT, serves: Callable[[str | None], bool] | None = None
    ) -> None:
        self.captions = ScriptedCaptions()
        self.service = Upper()
        self.background = Later()
        self.heard: Sample = 0
        self.session = TranslatedSession(
            self.captions,
            self.service,
            self.background,
            options,
            tells_english=partial(whisper_tells, serves) if serves else only_if_chosen,
        )

    def say(self, *lines: tuple[int, str, str]) -> None:
        made = tuple(
            Line(i, i, i + 1, text, "final" if state == "final" else "committed", "en")
            for i, text, state in lines
        )
        self.captions.says.append(CaptionUpdate(1, made, None, 0))

    def hear(self, seconds: float) -> None:
        chunk = AudioChunk(self.heard, np.zeros(round(seconds * SAMPLE_RATE), np.float32))
        self.heard = chunk.end
        self.session.feed(chunk)

    def work(self) -> list[tuple[str, str | None]]:
        """Do what is due, the background's jobs too; (text, translation) of each line told."""
        told: list[tuple[str, str | None]] = []
        while True:
            while (work := self.session.next_work()) is not None:
                for event in self.session.run(work):
                    assert isinstance(event, CaptionUpdate)
                    told += [
                        (one.text, one.translation.text if one.translation else None)
                        for one in event.lines
                    ]
            if not self.background.jobs:
                return told
            self.background.work()
