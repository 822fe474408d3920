"""Opens sessions on models that are loaded once and shared."""

import ctypes
import os
import platform
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import onnxruntime

from wlk_host.backends.api_client import endpoint
from wlk_host.backends.choice import Backend, Remote, Wish, choose
from wlk_host.backends.devices import Device, DeviceWish, choose_device, device_errors
from wlk_host.backends.silero import SileroDetector, load_session
from wlk_host.backends.torch_recognizer import TorchRecognizer
from wlk_host.backends.whisper import Whisper
from wlk_host.core.end_of_word import IntegrateAndFire
from wlk_host.core.errors import DeviceError, WlkError
from wlk_host.core.live import LiveOptions, LivePass
from wlk_host.core.local_agreement import AgreementOptions, LocalAgreement
from wlk_host.core.policy import OpenPolicy
from wlk_host.core.ports import Background, LiveRecognizer
from wlk_host.core.session import Engine, Pace, Session
from wlk_host.core.translated_session import TranslatedSession
from wlk_host.core.translators import TranslationService
from wlk_host.core.types import SAMPLE_RATE, PolicyName, Sample, SessionOptions
from wlk_host.runtime.automatic import Automatic, SpeedCache, smaller_than
from wlk_host.runtime.remote_model import RemoteModel, RemoteServices
from wlk_host.runtime.resolve import called, resolve
from wlk_host.runtime.sessions import LoadedModel, TranslatedCaptionSession
from wlk_host.runtime.speed import StepTime, time_step
from wlk_host.runtime.translator_process import TranslatorProcess

_MOST_THREADS: Final = 4
"""Of one pass. A step is short: more cores cost more in waking than they save, and the
other pass runs beside it."""

_LEAST_WINDOW: Final = 750
"""Feature frames (7.5 s) encoded at the least while somebody speaks; see `LiveOptions.window`."""

_AGREEMENT_STEP: Final = SAMPLE_RATE
"""Shorter steps cut more words in two, and cost more (`tests/bench/RESULTS.md`)."""
_LIVE: Final = LiveOptions()

_M_MMAP_THRESHOLD: Final = -3
"""glibc, `malloc.h`."""


@dataclass(frozen=True, slots=True)
class _Services:
    """What all sessions share besides their model.

    Attributes:
        background: where the second pass runs.
        translating: where translations are waited for.
        translator: what translates.
        drafts: whether lines are translated while they grow.
        live: how the first pass works.
        detector: finds speech.
    """

    background: Background
    translating: Background
    translator: TranslationService
    drafts: bool
    live: LiveOptions
    detector: onnxruntime.InferenceSession


class SessionFactory:
    """Loads what a session needs when the first one needs it.

    Args:
        background: where the second pass runs.
        translating: where translations are waited for; None is the same place.
        resolve: model name (or None for the default) to its CTranslate2 folder.
        drafts: whether lines are translated while they grow.
        translator: what translates; None for a process of its own.
        live: how the first pass works.
        backend: what encodes and does the second pass; see `backends.choice`. With
            "openai-api" the sound is sent to the service that the environment names.
        automatic: which model is taken where none is named; None for the default one.
        device: what models run on; with auto the best that the engine can use here.
    """

    def __init__(  # noqa: PLR0913 - all but two stand by their names
        self,
        background: Background,
        translating: Background | None = None,
        resolve: Callable[[str | None], Path] = resolve,
        *,
        drafts: bool = True,
        translator: TranslationService | None = None,
        live: LiveOptions = _LIVE,
        backend: Wish | Remote = "faster-whisper",
        automatic: Automatic | None = None,
        device: DeviceWish = "auto",
    ) -> None:
        self._background = background
        self._translating = translating or background
        self._resolve = resolve
        self._drafts = drafts
        self._backend = backend
        self._remote: RemoteModel | None = None
        self._automatic = automatic
        self._wished = device
        self._placed: tuple[Device, WlkError | None] | None = None
        self._translator = translator or TranslatorProcess()
        self._live = live
        self._models: dict[tuple[Path, Device], Model] = {}
        self._detector: onnxruntime.InferenceSession | None = None

    def open(
        self, options: SessionOptions, start: Sample = 0, context: str = ""
    ) -> TranslatedSession:
        """A session for one tab. Takes seconds when its model is not loaded yet.

        Raises:
            WlkError: those of `load`, and `end_of_word_mismatch`.
        """
        return self.load(options).open(options, start, context)

    def load(self, options: SessionOptions) -> "Model | RemoteModel":
        """What sessions with these options work with.

        Raises:
            WlkError: those of `resolve`, of `api_client.endpoint`, and `vad_missing`.
        """
        if self._backend == "openai-api":
            return self._service()
        had = set(self._models)
        name = options.model
        if name is None and self._automatic is not None:
            name = self._automatic.choose(options, self._engine_key, self._time_step)
        model = self._loaded(name)
        # What was measured on the way and is too slow is not kept.
        self._models = {
            key: other for key, other in self._models.items() if other is model or key in had
        }
        return model

    def measured(self, name: str, cache: SpeedCache) -> StepTime:
        """How long a step of that model takes: from the cache, or timed and put there."""
        key = f"{self._engine_key}/{name}"
        known = cache.get(key)
        if known is None:
            known = self._time_step(name)
            cache.put(key, known)
        return known

    @property
    def _engine_key(self) -> str:
        return f"{self._backend}/{self._place()[0]}"

    def _service(self) -> RemoteModel:
        if self._detector is None:
            self._detector = load_session()
        if self._remote is None:
            services = RemoteServices(
                self._background,
                self._translating,
                self._translator,
                self._drafts,
                self._detector,
            )
            self._remote = RemoteModel(endpoint(), services)
        return self._remote

    def _time_step(self, name: str) -> StepTime:
        return self._loaded(name).time_step()

    def _loaded(self, name: str | None) -> "Model":
        """The model, on the processor where the device has no room for it."""
        try:
            return self._loaded_on(name, *self._place())
        except DeviceError as error:
            self._placed = ("cpu", error)
            return self._loaded_on(name, "cpu", error)

    def _loaded_on(self, name: str | None, device: Device, problem: WlkError | None) -> "Model":
        folder = self._resolve(name)
        if self._detector is None:
            self._detector = load_session()
        if (folder, device) not in self._models:
            services = _Services(
                self._background,
                self._translating,
                self._translator,
                self._drafts,
                self._live,
                self._detector,
            )
            assert self._backend != "openai-api"  # noqa: S101 - it has no models here
            model = Model(called(name, folder), folder, self._backend, device, services)
            model.problem = problem
            self._models[folder, device] = model
        return self._models[folder, device]

    def _place(self) -> tuple[Device, WlkError | None]:
        """The device for all models, and why it is not a better one."""
        if self._placed is None:
            assert self._backend != "openai-api"  # noqa: S101 - it has no devices here
            self._placed = choose_device(self._wished, choose(self._backend))
        return self._placed

    def load_elsewhere(
        self, model: LoadedModel, options: SessionOptions, error: DeviceError
    ) -> "Model":
        """The same model on the processor, where all later ones go as well.

        Raises:
            WlkError: as `load`.
        """
        self._placed = ("cpu", error)
        folders = [folder for (folder, _), other in self._models.items() if other is model]
        elsewhere = self._loaded(str(folders[0]) if folders else options.model)
        elsewhere.name = model.name
        return elsewhere

    def release(self, model: LoadedModel) -> None:
        """Free a model; with the last one also what the others needed, in other processes too."""
        kept = {key: other for key, other in self._models.items() if other is not model}
        self._models = kept
        if not kept:
            self.release_all()

    def release_all(self) -> None:
        """Free everything; the next session loads again."""
        self._translator.release()
        self._models.clear()
        self._remote = None
        self._detector = None


class Model:
    """The recognisers on one model folder. They share its weights."""

    def __init__(
        self, name: str, folder: Path, backend: Wish, device: Device, services: _Services
    ) -> None:
        threads = max(1, min(_MOST_THREADS, (os.cpu_count() or 1) // 2))
        self._backend = choose(backend)
        self._whisper = Whisper(folder, self._backend, threads, device)
        self._services = services
        self._folder = folder
        self.name = name
        self.device = device
        self.problem: WlkError | None = None
        _return_memory()

    def open(self, options: SessionOptions, start: Sample, context: str) -> TranslatedSession:
        """A session whose audio begins at `start`.

        Raises:
            WlkError: `end_of_word_mismatch`.
        """
        services = self._services
        engine = self._engine(options.policy)
        detector = SileroDetector(services.detector)
        captions = Session(engine, detector, options, start, context)
        return TranslatedSession(
            captions,
            services.translator,
            services.translating,
            options,
            start,
            drafts=services.drafts,
        )

    def take_over(self, session: TranslatedCaptionSession, options: SessionOptions) -> None:
        """Have an open session go on with this model; no word is lost or said twice."""
        session.adopt(self._engine(options.policy))

    def time_step(self) -> StepTime:
        """How long a live step takes here."""
        return time_step(self._whisper)

    def smaller(self, options: SessionOptions) -> str | None:
        """The next smaller installed model that suits what the user asked for."""
        return smaller_than((self._folder / "model.bin").stat().st_size, options)

    def guard(self) -> AbstractContextManager[None]:
        """While its work is done: a device that cannot go on raises `DeviceError`."""
        return device_errors(self.device)

    def _engine(self, policy: PolicyName) -> Engine:
        """What sessions with that policy work with."""
        whisper, tokenizer = self._whisper, self._whisper.tokenizer
        live, background = self._services.live, self._services.background
        listen: OpenPolicy
        match policy:
            case "alignatt":
                _check_end_of_word(live, whisper.decoder.width)
                listen = partial(LivePass, whisper, options=live)
                pace = Pace()
            case "local_agreement":
                quick = _recognizer(whisper, self._backend, beams=1, least_window=_LEAST_WINDOW)
                listen = partial(LocalAgreement, quick, tokenizer, options=AgreementOptions())
                pace = Pace(step=_AGREEMENT_STEP)
        recognizer = _recognizer(whisper, self._backend)
        return Engine(listen, recognizer, tokenizer, whisper.multilingual, background, pace=pace)


def _recognizer(whisper: Whisper, backend: Backend, **options: int) -> LiveRecognizer:
    """Who decodes whole sounds: CTranslate2 where it is loaded anyway."""
    if backend != "faster-whisper":
        return TorchRecognizer(whisper, **options)
    from wlk_host.backends.ct2_encoder import CTranslate2Encoder  # noqa: PLC0415 - costs 30 MB
    from wlk_host.backends.ct2_recognizer import CTranslate2Recognizer  # noqa: PLC0415 - as well

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


def _return_memory() -> None:
    """Have freed memory go back to the system, that of loading and that of each pass.

    glibc would keep it for itself: some 60 MB after loading, 200 MB after the first long
    window. Blocks of 1 MB and more get pages of their own instead, which are returned when
    they are freed. Elsewhere there is nothing to do.
    """
    if sys.platform == "linux" and platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_THRESHOLD, 1 << 20)
        libc.malloc_trim(0)
