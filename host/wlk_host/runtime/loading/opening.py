"""How a session is opened, whatever recognises its speech."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import onnxruntime

from wlk_host.backends.silero import SileroDetector
from wlk_host.core.errors import WlkError
from wlk_host.core.live.alignatt_pass import LiveOptions
from wlk_host.core.options import SessionOptions
from wlk_host.core.ports import Background, VoiceEncoder
from wlk_host.core.recognition import Recognition
from wlk_host.core.session import Session
from wlk_host.core.speakers import Speakers
from wlk_host.core.translation.session import TranslatedSession
from wlk_host.core.translation.translators import TranslationService
from wlk_host.core.types import Sample
from wlk_host.runtime.ports import Threads, TranslatedCaptionSession


@dataclass(frozen=True, slots=True)
class Services:
    """What all sessions share besides their model.

    Attributes:
        background: where the second pass runs.
        translating: where translations are waited for.
        translator: what translates.
        drafts: whether lines are translated while they grow.
        live: how AlignAtt's first pass works.
        detector: finds speech.
        voices: what tells speakers apart, where it is installed.
    """

    background: Background
    translating: Background
    translator: TranslationService
    drafts: bool
    live: LiveOptions
    detector: onnxruntime.InferenceSession
    voices: Callable[[], VoiceEncoder | None]


class SessionOpener(ABC):
    """Opens sessions on one model. What recognises, and where, each kind of model says.

    Attributes:
        name: of the model, as users know it.
        problem: why it is not the model, or not on the device, that was asked for.

    Args:
        name: as above.
        services: what sessions need besides.
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
        """Have an open session go on with this model; no word is lost or said twice.

        Raises:
            WlkError: those of `recognition`.
        """
        session.adopt(self.recognition(options))

    @abstractmethod
    def recognition(self, options: SessionOptions) -> Recognition:
        """What a session with these options works with."""

    def place(self, threads: Threads) -> Threads:
        """Where a session on this model takes its turns."""
        return threads
