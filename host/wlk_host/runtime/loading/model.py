"""A model in memory, and what sessions do with it."""

from contextlib import AbstractContextManager
from functools import cache, partial
from pathlib import Path
from typing import Final

from wlk_host.backends.choice import Backend
from wlk_host.backends.devices import Device, device_errors
from wlk_host.backends.whisper.layout import LEAST_LIVE_WINDOW
from wlk_host.backends.whisper.model import Whisper
from wlk_host.backends.whisper.recognizer import TorchRecognizer
from wlk_host.core.errors import WlkError
from wlk_host.core.live.agreement_pass import AgreementOptions, LocalAgreement
from wlk_host.core.live.alignatt_pass import LiveOptions, LivePass
from wlk_host.core.live.end_of_word import IntegrateAndFire
from wlk_host.core.live.policy import OpenPolicy
from wlk_host.core.options import SessionOptions, TellsEnglish, only_if_chosen, whisper_tells
from wlk_host.core.ports import LiveRecognizer
from wlk_host.core.recognition import Pace, Recognition
from wlk_host.core.types import MEL_FRAME, SAMPLE_RATE, MelFrames, Sample
from wlk_host.models import catalog
from wlk_host.runtime.loading import heap
from wlk_host.runtime.loading.automatic import smaller_than
from wlk_host.runtime.loading.opening import Services, SessionOpener
from wlk_host.runtime.loading.speed import StepTime, time_step
from wlk_host.runtime.ports import Threads
from wlk_host.runtime.translators.choice import serves_english

_LEAST_WINDOW: Final[MelFrames] = LEAST_LIVE_WINDOW // MEL_FRAME

_AGREEMENT_STEP: Final[Sample] = SAMPLE_RATE
"""Shorter steps cut more words in two, and cost more (`tests/bench/RESULTS.md`)."""


class Model(SessionOpener):
    """`runtime.ports.LoadedModel`: the recognisers on one model, which share its weights.

    Args:
        name: as users know it.
        whisper: in memory.
        backend: what it was loaded for.
        folder: of its files.
        device: it runs on.
        services: what sessions need besides.
    """

    def __init__(
        self,
        name: str,
        whisper: Whisper,
        backend: Backend,
        folder: Path,
        device: Device,
        services: Services,
    ) -> None:
        super().__init__(name, services)
        self._whisper = whisper
        self._backend = backend
        self._folder = folder
        self._beside_processor: Threads | None = None
        self.device = device

    def free(self) -> None:
        """Let go of the weights, whoever still holds this; nothing else can be asked of it then."""
        del self._whisper

    def time_step(self) -> StepTime:
        """How long a live step takes here."""
        return time_step(self._whisper, on_card=self.device != "cpu")

    def smaller(self, options: SessionOptions) -> str | None:
        """The next smaller installed model that suits what the user asked for."""
        return smaller_than((self._folder / "model.bin").stat().st_size, options)

    def guard(self) -> AbstractContextManager[None]:
        """While its work is done: a device that cannot go on raises `DeviceError`."""
        return device_errors(self.device)

    def place(self, threads: Threads) -> Threads:
        """On the processor all threads; a card's sessions take turns on one, for it is one."""
        if self.device == "cpu":
            return threads
        if self._beside_processor is None:
            self._beside_processor = threads.apart("card")
        return self._beside_processor

    def recognition(self, options: SessionOptions) -> Recognition:
        """What a session with that policy works with.

        Raises:
            WlkError: `end_of_word_mismatch`.
        """
        whisper, tokenizer = self._whisper, self._whisper.tokenizer
        live, background = self._services.live, self._services.background
        listen: OpenPolicy
        match options.policy:
            case "alignatt":
                _check_end_of_word(live, whisper.decoder.width)
                listen = partial(LivePass, whisper, options=live)
                pace = Pace()
            case "local_agreement":
                quick = _recognizer(whisper, self._backend, beams=1, least_window=_LEAST_WINDOW)
                listen = partial(LocalAgreement, quick, tokenizer, options=AgreementOptions())
                pace = Pace(step=_AGREEMENT_STEP)
        return Recognition(
            listen,
            _recognizer(whisper, self._backend),
            tokenizer,
            whisper.multilingual,
            heap.GivingBack(background),
            pace=pace,
            tells_english=self._tells_english(),
            voices=self._services.voices,
        )

    def _tells_english(self) -> TellsEnglish:
        entry = catalog.find(self.name)
        able = self._whisper.multilingual if entry is None else entry.translates
        # What is installed is looked up once for a session: it is asked at each of its steps.
        return partial(whisper_tells, cache(serves_english)) if able else only_if_chosen


def _recognizer(whisper: Whisper, backend: Backend, **options: int) -> LiveRecognizer:
    """Who decodes whole sounds: CTranslate2 where it is loaded anyway."""
    if backend != "faster-whisper":
        return TorchRecognizer(whisper, **options)
    from wlk_host.backends.whisper.ct2.encoder import CTranslate2Encoder  # noqa: PLC0415 - costs 30 MB
    from wlk_host.backends.whisper.ct2.recognizer import CTranslate2Recognizer  # noqa: PLC0415 - as well

    assert isinstance(whisper.encoder, CTranslate2Encoder)  # noqa: S101 - as it was loaded
    return CTranslate2Recognizer(whisper.encoder.whisper, whisper.tokenizer, **options)


def _check_end_of_word(live: LiveOptions, width: int) -> None:
    """Refuse a model that was trained on another encoder."""
    model = live.end_of_word
    if isinstance(model, IntegrateAndFire) and model.width != width:
        raise WlkError(
            code="end_of_word_mismatch",
            message=f"the end-of-word model reads {model.width} features, this model has {width}",
            hint="choose the one that was trained with this model, for example cif_base for base",
        )
