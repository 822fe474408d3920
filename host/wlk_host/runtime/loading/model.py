"""A model in memory, and the sessions on it."""

from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Final

from wlk_host.backends.choice import Backend
from wlk_host.backends.devices import Device, device_errors
from wlk_host.backends.whisper.layout import LEAST_LIVE_WINDOW
from wlk_host.backends.whisper.model import Whisper
from wlk_host.backends.whisper.onnx.encoder import OnnxEncoder
from wlk_host.backends.whisper.recognizer import AttentiveRecognizer
from wlk_host.core.errors import WlkError
from wlk_host.core.live.agreement_pass import AgreementOptions, LocalAgreement
from wlk_host.core.live.alignatt_pass import LiveOptions, LivePass
from wlk_host.core.live.end_of_word import IntegrateAndFire
from wlk_host.core.live.policy import OpenPolicy
from wlk_host.core.options import SessionOptions, TellsEnglish, only_if_chosen
from wlk_host.core.ports import LiveRecognizer, Task
from wlk_host.core.recognition import Pace, Recognition
from wlk_host.core.translation.choice import whisper_tells
from wlk_host.core.types import MEL_FRAME, SAMPLE_RATE, MelFrames, Sample
from wlk_host.models import catalog
from wlk_host.runtime.loading import heap
from wlk_host.runtime.loading.automatic import smaller_than
from wlk_host.runtime.loading.opening import Services, SessionOpener, of_its_own
from wlk_host.runtime.loading.speed import StepTime, time_step
from wlk_host.runtime.ports import Threads
from wlk_host.runtime.translators.registry import KnownEnglish

_LEAST_WINDOW: Final[MelFrames] = LEAST_LIVE_WINDOW // MEL_FRAME

_AGREEMENT_STEP: Final[Sample] = SAMPLE_RATE
"""Shorter steps split more words and cost more (`tests/bench/RESULTS.md`)."""


class Model(SessionOpener):
    """A `runtime.ports.LoadedModel`: recognisers that share the weights of one model.

    Args:
        name: the name that users know.
        whisper: the model in memory.
        backend: the backend it was loaded for.
        folder: holds its files.
        device: where it runs.
        services: what else sessions need.
        together: whether what sessions ask for at the same time is computed at once.
    """

    def __init__(
        self,
        name: str,
        whisper: Whisper,
        backend: Backend,
        folder: Path,
        device: Device,
        services: Services,
        *,
        together: bool = False,
    ) -> None:
        super().__init__(name, services)
        self._whisper = whisper
        self._backend = backend
        self._folder = folder
        self._together = together
        self._beside_processor: Threads | None = None
        self.device = device

    def free(self) -> None:
        """Free the weights, even if this object is still referenced. It is unusable after that."""
        del self._whisper

    def time_step(self) -> StepTime:
        """How long a live step takes here."""
        return time_step(self._whisper, on_card=self.device != "cpu")

    def smaller(self, options: SessionOptions) -> str | None:
        """The next smaller installed model that suits the options; None if there is none."""
        return smaller_than((self._folder / "model.bin").stat().st_size, options)

    def guard(self) -> AbstractContextManager[None]:
        """A context for its work, in which a failing device raises `DeviceError`."""
        return device_errors(self.device)

    def place(self, threads: Threads) -> Threads:
        """On the processor all threads; a card's sessions take turns on one, for it is one.

        Where the card computes for several at once, each waits on a thread of its own.
        """
        if self._together:
            return threads.apart("together")
        if self.device == "cpu":
            return threads
        if self._beside_processor is None:
            self._beside_processor = threads.apart("card")
        return self._beside_processor

    def recognition(self, options: SessionOptions) -> Recognition:
        """What a session with these options recognises with.

        Raises:
            WlkError: `end_of_word_mismatch`; `language_unknown` or `model_english_only` if the
                model does not know the language or the task.
        """
        whisper, tokenizer = self._whisper, self._whisper.tokenizer
        # Refused now, not when somebody begins to speak.
        tokenizer.task_tokens(Task(options.language or "en", options.task))
        live, background = self._services.live, self._services.background
        if self._together:
            background = of_its_own(background, "second-pass-together")
        listen: OpenPolicy
        match options.policy:
            case "alignatt":
                _check_end_of_word(live, whisper.decoder.width)
                listen = partial(LivePass, whisper, options=live)
                pace = Pace()
            case "local_agreement":
                quick = recognizer_of(whisper, self._backend, beams=1, least_window=_LEAST_WINDOW)
                listen = partial(LocalAgreement, quick, tokenizer, options=AgreementOptions())
                pace = Pace(step=_AGREEMENT_STEP)
        return Recognition(
            listen,
            recognizer_of(whisper, self._backend),
            tokenizer,
            whisper.multilingual,
            heap.GivingBack(background),
            pace=pace,
            tells_english=self._tells_english(),
            diarizer=self._services.diarizer,
        )

    def _tells_english(self) -> TellsEnglish:
        entry = catalog.find(self.name)
        able = self._whisper.multilingual if entry is None else entry.translates
        # Every step asks for this, so each session looks up what is installed only once in a while.
        return partial(whisper_tells, KnownEnglish()) if able else only_if_chosen


def recognizer_of(whisper: Whisper, backend: Backend, **options: int) -> LiveRecognizer:
    """The recogniser that decodes whole stretches of sound: CTranslate2 if it is loaded anyway."""
    if backend != "faster-whisper" or isinstance(whisper.encoder, OnnxEncoder):
        return AttentiveRecognizer(whisper, **options)
    from wlk_host.backends.whisper.ct2.encoder import CTranslate2Encoder  # noqa: PLC0415 - costs 30 MB
    from wlk_host.backends.whisper.ct2.recognizer import CTranslate2Recognizer  # noqa: PLC0415 - as well

    assert isinstance(whisper.encoder, CTranslate2Encoder)  # noqa: S101 - as it was loaded
    return CTranslate2Recognizer(whisper.encoder.whisper, whisper.tokenizer, **options)


def _check_end_of_word(live: LiveOptions, width: int) -> None:
    """Refuse an end-of-word model that was trained on another encoder."""
    model = live.end_of_word
    if isinstance(model, IntegrateAndFire) and model.width != width:
        raise WlkError(
            code="end_of_word_mismatch",
            message=f"got an end-of-word model for {model.width} features, expected {width}",
            hint="choose the one that was trained with this model, for example cif_base for base",
        )
