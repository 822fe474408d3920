"""A service in the place of a model. Nothing of it is in memory here but the sessions."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Final

import onnxruntime

from wlk_host.backends.service.client import Client, Endpoint
from wlk_host.backends.service.recognizer import ApiRecognizer, CodePoints
from wlk_host.backends.silero import SileroDetector
from wlk_host.core.detached import DetachedSession
from wlk_host.core.errors import WlkError
from wlk_host.core.live.agreement_pass import AgreementOptions, LocalAgreement
from wlk_host.core.options import SessionOptions
from wlk_host.core.ports import Background, VoiceEncoder
from wlk_host.core.recognition import Pace, Recognition
from wlk_host.core.session import Session
from wlk_host.core.speakers import Speakers
from wlk_host.core.translation.session import TranslatedSession
from wlk_host.core.translation.translators import TranslationService
from wlk_host.core.types import SAMPLE_RATE, Sample
from wlk_host.runtime.ports import TranslatedCaptionSession
from wlk_host.runtime.worker import Worker

_STEP: Final = 2 * SAMPLE_RATE
"""Each step sends the whole window again, and services want to be paid."""


@dataclass(frozen=True, slots=True)
class RemoteServices:
    """What its sessions need.

    Attributes:
        background: a worker, or what does all at once; see `beside`.
        translating: where translations are waited for.
        voices: what tells speakers apart, where it is installed.
    """

    background: Background
    translating: Background
    translator: TranslationService
    drafts: bool
    detector: onnxruntime.InferenceSession
    voices: Callable[[], VoiceEncoder | None]

    def beside(self) -> Background:
        """A place for one session's calls alone: one that is slow keeps no other waiting."""
        if isinstance(self.background, Worker):
            return self.background.another("service")
        return self.background


class RemoteModel:
    """`runtime.ports.LoadedModel` that has a service do the work.

    Args:
        service: where the sound is sent to.
        services: what its sessions need.
    """

    def __init__(self, service: Endpoint, services: RemoteServices) -> None:
        self._client = Client(service)
        self._services = services
        self.name = service.model
        self.device = "remote"
        self.problem: WlkError | None = None

    def open(
        self,
        options: SessionOptions,
        start: Sample,
        context: str,
        speakers: Speakers | None = None,
    ) -> TranslatedSession:
        """A session whose audio begins at `start`.

        Raises:
            WlkError: `policy_unsupported`.
        """
        services = self._services
        detector = SileroDetector(services.detector)
        captions = Session(self._engine(options), detector, options, start, context, speakers)
        detached = DetachedSession(captions, services.beside())
        return TranslatedSession(
            detached,
            services.translator,
            services.translating,
            options,
            start,
            drafts=services.drafts,
        )

    def take_over(self, session: TranslatedCaptionSession, options: SessionOptions) -> None:
        """Have an open session go on with this service."""
        session.adopt(self._engine(options))

    def smaller(self, options: SessionOptions) -> str | None:  # noqa: ARG002
        """There is none: how quick the service is, is not for this machine to say."""
        return None

    def guard(self) -> AbstractContextManager[None]:
        """Nothing here can fail that another device would do."""
        return nullcontext()

    def _engine(self, options: SessionOptions) -> Recognition:
        if options.policy != "local_agreement":
            raise WlkError(
                code="policy_unsupported",
                message=f"the policy {options.policy} needs the decoder's attention, which no "
                "service tells",
                hint="choose --policy local_agreement, or an engine of this machine",
            )
        recognizer, tokenizer = ApiRecognizer(self._client), CodePoints()
        listen = partial(LocalAgreement, recognizer, tokenizer, options=AgreementOptions())
        background, pace = self._services.beside(), Pace(step=_STEP)
        voices = self._services.voices
        return Recognition(
            listen, recognizer, tokenizer, True, background, pace=pace, voices=voices
        )
