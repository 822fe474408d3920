"""A session whose lines are translated: what it captions passes through, translations follow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from wlk_host.core.caption_session import CaptionSession
from wlk_host.core.errors import WlkError
from wlk_host.core.languages import same_language
from wlk_host.core.options import SessionOptions, TellsEnglish, only_if_chosen
from wlk_host.core.ports import Background, Promise
from wlk_host.core.recognition import Recognition
from wlk_host.core.translation.batches import Batch
from wlk_host.core.translation.lines import LineTranslations
from wlk_host.core.translation.translators import TranslationRequest, TranslationService
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

_FIRST_PAUSE: Final = SAMPLE_RATE
_LONGEST_PAUSE: Final = 60 * SAMPLE_RATE
"""Sound heard before the next try after a failure: doubled each time, up to that."""


@dataclass(frozen=True, slots=True)
class _Flight:
    """A batch on its way."""

    batch: Batch
    texts: Promise[list[str]]


class TranslatedSession:
    """`core.caption_session.CaptionSession` that adds translations to another one's lines.

    Captions never wait for it: the translator works in the background, one call at a time, and
    one that fails only leaves translations out until it works again.

    Args:
        captions: makes the lines.
        service: translates; called in the background.
        background: where that is.
        options: what the user chose.
        start: position of the first sample.
        drafts: whether growing lines are translated as well.
        tells_english: when the captions come with their English.

    Attributes:
        translation_delay: sound heard between a text and its translation, of the newest one;
            None while nothing is translated.
        translation_problem: why there are no translations at present.
    """

    def __init__(
        self,
        captions: CaptionSession,
        service: TranslationService,
        background: Background,
        options: SessionOptions,
        start: Sample = 0,
        *,
        drafts: bool = True,
        tells_english: TellsEnglish = only_if_chosen,
    ) -> None:
        self._captions = captions
        self._service = service
        self._background = background
        self._options = options
        self._tells_english = tells_english
        self._lines = LineTranslations(_target(options), drafts, self._come_with_english)
        self._heard_until = start
        self._flight: _Flight | None = None
        self._pause: Sample = 0
        self._not_before: Sample = start
        self._changes = service.changes
        self.translation_delay: Sample | None = None
        self.translation_problem: WlkError | None = None
        self._make_ready()

    # -- how the captions are ----------------------------------------------------------

    @property
    def lag(self) -> Sample:
        """Audio received and not yet captioned."""
        return self._captions.lag

    @property
    def skipped(self) -> Sample:
        """Audio left out so far because the machine could not keep up."""
        return self._captions.skipped

    @property
    def language(self) -> str | None:
        """Chosen or detected."""
        return self._captions.language

    @property
    def refining(self) -> bool:
        """False while the second pass is left out to keep up."""
        return self._captions.refining

    @property
    def is_overloaded(self) -> bool:
        """Whether captions stay late."""
        return self._captions.is_overloaded

    @is_overloaded.setter
    def is_overloaded(self, is_so: bool) -> None:
        self._captions.is_overloaded = is_so

    # -- what is asked of it ---------------------------------------------------------------

    def feed(self, chunk: AudioChunk) -> list[Event]:
        """Take audio that follows what was fed before."""
        self._heard_until = chunk.end
        return self._translated(self._captions.feed(chunk))

    def cut(self, at: Sample) -> list[Event]:
        """What comes next starts at `at`; no translation gets context from before it."""
        return self._translated(self._captions.cut(at))

    def finish(self) -> None:
        """No more audio; the remaining work becomes due."""
        self._captions.finish()
        # What failed before gets a last chance.
        self._not_before = self._heard_until

    def configure(self, options: SessionOptions) -> None:
        """Go on with other options; lines that come are translated by these."""
        self._captions.configure(options)
        before, self._options = self._options, options
        if (options.translate_to, options.translator) == (before.translate_to, before.translator):
            return
        self._lines.retarget(_target(options))
        self._pause, self._not_before = 0, self._heard_until
        self.translation_delay = self.translation_problem = None
        self._make_ready()

    def adopt(self, recognition: Recognition) -> None:
        """Go on with other models; no word is lost or said twice."""
        self._captions.adopt(recognition)
        self._tells_english = recognition.tells_english

    def asks_translator(self, language: str) -> bool:
        """Whether a line in that language is translated apart, some time after it is final."""
        target = _target(self._options)
        is_foreign = target is not None and not same_language(language, target)
        return is_foreign and not self._come_with_english(language)

    def retranslate(self, earlier: Sequence[Line] = ()) -> list[Event]:
        """Translate all lines into the language that is chosen now.

        Args:
            earlier: what was said before the session was resumed here.
        """
        return [*self._lines.retranslate(self._heard_until, earlier)]

    def next_work(self) -> Work | None:
        """The most urgent work that is due now."""
        return self._captions.next_work() or (Work.TRANSLATE if self._is_due() else None)

    def run(self, work: Work) -> list[Event]:
        """Do one piece of it. A translation runs in the background: begun, then taken over."""
        if work is not Work.TRANSLATE:
            return self._translated(self._captions.run(work))
        flight, self._flight = self._flight, None
        if flight is not None:
            return self._land(flight)
        self._look_again()
        if self._flight is None and (batch := self._lines.next_batch()) is not None:
            self._launch(batch)
        return []

    def finished(self) -> bool:
        """After `finish`: whether all is captioned and translated, as far as that works."""
        if not self._captions.finished() or self._flight is not None:
            return False
        return not self._may_translate() or not self._lines.has_final_waiting

    # -- inside ---------------------------------------------------------------------------

    def _translated(self, events: list[Event]) -> list[Event]:
        return [self._translated_event(event) for event in events]

    def _translated_event(self, event: Event) -> Event:
        match event:
            case CaptionUpdate():
                return self._lines.take(self._as_written(event), self._heard_until)
            case Discontinuity():
                self._lines.begin_anew(event.at)
        return event

    def _as_written(self, update: CaptionUpdate) -> CaptionUpdate:
        """What the recogniser translated is English, whatever was spoken."""
        if self._options.task == "transcribe":
            return update
        lines = tuple(replace(line, language="en") for line in update.lines)
        return replace(update, lines=lines)

    def _come_with_english(self, language: str) -> bool:
        return self._tells_english(self._options, language)

    def _look_again(self) -> None:
        """Where a translator was installed or removed, what failed is tried again at once."""
        if self._service.changes != self._changes:
            self._changes = self._service.changes
            self._pause, self._not_before = 0, self._heard_until
            self._lines.forget_failures()
            self._make_ready()

    def _may_translate(self) -> bool:
        return self._heard_until >= self._not_before

    def _is_due(self) -> bool:
        if self._flight is not None:
            return self._flight.texts.done()
        if self._service.changes != self._changes:
            return True
        return self._may_translate() and self._lines.next_batch() is not None

    def _make_ready(self) -> None:
        """Have the translator loaded before the first line, which also shows soon what is wrong."""
        if _target(self._options) is None or self._flight is not None:
            return
        is_english = self._options.task == "translate"
        source = "en" if is_english else self._options.language
        if not self._tells_english(self._options, source):
            self._launch(self._lines.nothing(source))

    def _launch(self, batch: Batch) -> None:
        request = TranslationRequest(
            translator=self._options.translator,
            source=batch.source,
            target=batch.target,
            texts=batch.texts,
            context=batch.context,
            names=tuple(self._options.vocabulary),
        )
        job = _job(self._service, request)
        self._flight = _Flight(batch, self._background.submit(job))

    def _land(self, flight: _Flight) -> list[Event]:
        try:
            texts = flight.texts.result()
        except WlkError as error:
            self._lines.fail(flight.batch)
            self._pause = min(max(_FIRST_PAUSE, 2 * self._pause), _LONGEST_PAUSE)
            self._not_before = self._heard_until + self._pause
            # The same trouble is reported once, however often it is met.
            if self._options.translate_to and str(error) != str(self.translation_problem):
                self.translation_problem = error
            return []
        self._pause, self.translation_problem = 0, None
        update = self._lines.deliver(flight.batch, texts)
        if update is None:
            return []
        self.translation_delay = self._heard_until - flight.batch.since
        return [update]


def _target(options: SessionOptions) -> str | None:
    """The language that a translator is asked for; None where the recogniser tells it itself."""
    return None if options.whisper_translates else options.translate_to


def _job(service: TranslationService, request: TranslationRequest) -> Callable[[], list[str]]:
    return lambda: service.translate(request)
