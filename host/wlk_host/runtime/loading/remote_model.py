"""A service in place of a model. Only the sessions are in this process's memory."""

from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Final

from wlk_host.backends.service.client import Client, Endpoint
from wlk_host.backends.service.recognizer import ApiRecognizer, CodePoints
from wlk_host.core.errors import WlkError
from wlk_host.core.live.agreement_pass import AgreementOptions, LocalAgreement
from wlk_host.core.options import SessionOptions
from wlk_host.core.recognition import Pace, Recognition
from wlk_host.core.types import SAMPLE_RATE, Sample
from wlk_host.runtime.loading.opening import Services, SessionOpener, of_its_own
from wlk_host.runtime.ports import Threads

_STEP: Final[Sample] = 2 * SAMPLE_RATE
"""Each step sends the whole window again, and services charge for that."""


class RemoteModel(SessionOpener):
    """A `runtime.ports.LoadedModel` that lets a service do the work.

    Args:
        service: where the sound is sent.
        services: what else its sessions need.
    """

    def __init__(self, service: Endpoint, services: Services) -> None:
        super().__init__(service.model, services)
        self._client = Client(service)
        self.device = "remote"

    def smaller(self, options: SessionOptions) -> str | None:  # noqa: ARG002
        """None: this machine does not choose the model of the service."""
        return None

    def guard(self) -> AbstractContextManager[None]:
        """An empty context: no device of this machine is used that could fail."""
        return nullcontext()

    def place(self, threads: Threads) -> Threads:
        """A thread for one session alone: its slow calls delay no other session."""
        return threads.apart("service")

    def recognition(self, options: SessionOptions) -> Recognition:
        """What a session recognises with.

        Raises:
            WlkError: `policy_unsupported`.
        """
        if options.policy != "local_agreement":
            raise WlkError(
                code="policy_unsupported",
                message=f"the policy {options.policy} needs the decoder's attention, which "
                "services do not report",
                hint="choose --policy local_agreement, or a backend of this machine",
            )
        background = of_its_own(self._services.background, "second-pass-service")
        recognizer, tokenizer = ApiRecognizer(self._client), CodePoints()
        listen = partial(LocalAgreement, recognizer, tokenizer, options=AgreementOptions())
        return Recognition(
            listen,
            recognizer,
            tokenizer,
            True,
            background,
            pace=Pace(step=_STEP),
            diarizer=self._services.diarizer,
        )
