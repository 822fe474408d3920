"""How sessions are opened, on a model or on a service."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import onnxruntime

from wlk_host.backends.silero import SileroDetector
from wlk_host.core.errors import WlkError
from wlk_host.core.live.alignatt_pass import LiveOptions
from wlk_host.core.options import SessionOptions
from wlk_host.core.ports import Background, Promise
from wlk_host.core.recognition import FindDiarizer, Recognition
from wlk_host.core.session import Session
from wlk_host.core.speakers.speakers import Speakers
from wlk_host.core.translation.session import TranslatedSession
from wlk_host.core.translation.translators import TranslationService
from wlk_host.core.types import Sample
from wlk_host.runtime.ports import Threads, TranslatedCaptionSession
from wlk_host.runtime.workers import Workers

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Services:
    """What all sessions share besides their model.

    Attributes:
        background: where the second pass runs.
        translating: the thread that waits for translations.
        words: where single words wait for theirs, which come after lines.
        translator: translates the lines.
        drafts: whether lines are translated while they grow.
        live: how AlignAtt's live pass works.
        detector: finds speech.
        diarizer: finds what tells speakers apart; None if nothing that does is installed.
    """

    background: Background
    translating: Background
    words: Background
    translator: TranslationService
    drafts: bool
    live: LiveOptions
    detector: onnxruntime.InferenceSession
    diarizer: FindDiarizer


def of_its_own(background: Background, name: str) -> Background:
    """A thread for the second passes of one session, where they run on threads."""
    return background.apart(name) if isinstance(background, Workers) else background


class SessionOpener(ABC):
    """Opens sessions on one model. Subclasses say what recognises, and on which thread.

    Attributes:
        name: the name of the model that users know.
        problem: why the model or its device is not the requested one.

    Args:
        name: as above.
        services: what else sessions need.
    """

    def __init__(self, name: str, services: Services) -> None:
        self.name = name
        self.problem: WlkError | None = None
        self._services = services

    def open(
        self,
        options: SessionOptions,
        start: Sample = 0,
        context: str = "",
        speakers: Speakers | None = None,
    ) -> TranslatedSession:
        """A session whose audio begins at `start`.

        Raises:
            WlkError: those of `recognition`.
        """
        services, recognition = self._services, self.recognition(options)
        detector = SileroDetector(services.detector)
        return TranslatedSession(
            Session(recognition, detector, options, start, context, speakers),
            services.translator,
            services.translating,
            options,
            start,
            drafts=services.drafts,
            tells_english=recognition.tells_english,
        )

    def take_over(self, session: TranslatedCaptionSession, options: SessionOptions) -> None:
        """Let an open session continue with this model. No word is lost or repeated.

        Raises:
            WlkError: those of `recognition`.
        """
        session.adopt(self.recognition(options))

    def after_lines(self, job: Callable[[TranslationService], T]) -> Promise[T]:
        """Have this done with the translator of its sessions when no line waits for it."""
        services = self._services
        return services.words.submit(lambda: job(services.translator))

    @abstractmethod
    def recognition(self, options: SessionOptions) -> Recognition:
        """What a session with these options recognises with."""

    def place(self, threads: Threads) -> Threads:
        """Where a session on this model takes its turns."""
        return threads
