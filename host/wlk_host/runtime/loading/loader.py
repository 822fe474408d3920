"""Opens sessions on models that are loaded once and shared."""

import gc
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from wlk_host.backends import availability, threads
from wlk_host.backends.checkpoints.heads import Heads, parse
from wlk_host.backends.choice import Backend, choose
from wlk_host.backends.devices import (
    Device,
    DeviceWish,
    choose_device,
    return_memory,
    torch_device,
)
from wlk_host.backends.service.client import Endpoint
from wlk_host.backends.silero import load_session
from wlk_host.backends.whisper.load_halves import needs_ctranslate2
from wlk_host.core.errors import DeviceError, WlkError, without_frames
from wlk_host.core.live.alignatt_pass import LiveOptions
from wlk_host.core.options import SessionOptions
from wlk_host.core.ports import Background
from wlk_host.core.translation.session import TranslatedSession
from wlk_host.core.translation.translators import TranslationService
from wlk_host.core.types import Sample
from wlk_host.models import store
from wlk_host.runtime.loading import cores, heap
from wlk_host.runtime.loading.automatic import Automatic, SpeedCache
from wlk_host.runtime.loading.diarizers import SharedDiarizers
from wlk_host.runtime.loading.opening import Services
from wlk_host.runtime.loading.remote_model import RemoteModel
from wlk_host.runtime.loading.resolve import called, resolve
from wlk_host.runtime.loading.speed import StepTime
from wlk_host.runtime.ports import LoadedModel
from wlk_host.runtime.translators.process import TranslatorProcess

if TYPE_CHECKING:
    from wlk_host.runtime.loading.model import Model

_LIVE: Final = LiveOptions()


@dataclass(frozen=True, slots=True)
class _Setup:
    """How to load a model, apart from which one it is.

    Attributes:
        backend: encodes the sound.
        heads: the attention heads that follow the sound; None: the model's own.
    """

    backend: Backend
    heads: Heads | None = None


class ModelLoader:
    """Loads what sessions need, when the first session needs it.

    The libraries are imported with the first model, while CTranslate2 reads its half of the model.

    Args:
        background: where the second pass runs.
        translating: the thread that waits for translations; None: `background`.
        words: where single words wait for theirs; None: there as well.
        resolve: maps a model's name (None for the default) to its CTranslate2 folder.
        drafts: whether lines are translated while they grow.
        translator: translates the lines; None: a process of its own.
        live: how the live pass works.
        backend: encodes and does the second pass unless `SessionOptions` name another backend. The
            host passes `backends.choice.unmeasured`.
        service: the service that recognises in place of all models; None: the sound stays here.
            Only the command line can name it, never a session.
        automatic: chooses the model if none is named; None: the default model.
        device: where models run; auto: the best device that the backend can use here. After a
            failure all later models run on the processor.
        together: whether what sessions ask of a card at the same time is computed at once. Models
            then run in PyTorch where that can use a card, unless sessions name another backend.
    """

    def __init__(  # noqa: PLR0913 - all but two are keyword-only
        self,
        background: Background,
        translating: Background | None = None,
        resolve: Callable[[str | None], Path] = resolve,
        *,
        words: Background | None = None,
        drafts: bool = True,
        translator: TranslationService | None = None,
        live: LiveOptions = _LIVE,
        backend: Backend = "faster-whisper",
        service: Endpoint | None = None,
        automatic: Automatic | None = None,
        device: DeviceWish = "auto",
        together: bool = False,
    ) -> None:
        self._background = background
        self._translating = translating or background
        self._words = words or self._translating
        self._resolve = resolve
        self._drafts = drafts
        self._backend: Backend = backend
        self._service = service
        self._remote: RemoteModel | None = None
        self._automatic = automatic
        self._wished = device
        self._together = together
        self._places: dict[Backend, tuple[Device, WlkError | None]] = {}
        self._failure: WlkError | None = None
        self._translator = translator or TranslatorProcess()
        self._live = live
        self._models: dict[tuple[Path, Device, _Setup], Model] = {}
        self._services: Services | None = None
        self._diarizers = SharedDiarizers()

    def open(
        self, options: SessionOptions, start: Sample = 0, context: str = ""
    ) -> TranslatedSession:
        """A session for one tab. Takes seconds if its model is not loaded yet.

        Raises:
            WlkError: those of `load`, and `end_of_word_mismatch`.
        """
        return self.load(options).open(options, start, context)

    def load(self, options: SessionOptions) -> "Model | RemoteModel":
        """The model for sessions with these options, loaded.

        Raises:
            WlkError: those of `resolve` and `SharedDiarizers.model`, `vad_missing`,
                `backend_unavailable` and `heads_invalid`.
        """
        with heap.freed_after_failure():
            return self._load(options)

    def _load(self, options: SessionOptions) -> "Model | RemoteModel":
        if options.speakers:
            self._diarizers.model(options)
        if self._service is not None:
            return self._remote_model(self._service)
        had = set(self._models)
        name, setup = options.model, _setup(options, self._usual())
        if name is None and self._automatic is not None:
            name = self._automatic.choose(
                options, self._measurement_key(setup), lambda name: self._time_step(name, setup)
            )
        model = self._loaded(name, setup)
        # Models that were measured on the way and turned out too slow are not kept.
        self._models = {
            key: other for key, other in self._models.items() if other is model or key in had
        }
        return model

    def measured(self, name: str, cache: SpeedCache) -> StepTime:
        """How long a step of that model takes, from the cache or timed now."""
        setup = _Setup(self._backend)
        key = f"{self._measurement_key(setup)}/{name}"
        known = cache.get(key)
        if known is None:
            known = self._time_step(name, setup)
            cache.put(key, known)
        return known

    def _measurement_key(self, setup: _Setup) -> str:
        return f"{setup.backend}/{self._place(setup.backend)[0]}"

    def _remote_model(self, service: Endpoint) -> RemoteModel:
        if self._remote is None:
            self._remote = RemoteModel(service, self._shared())
        return self._remote

    def _shared(self) -> Services:
        """The services that the sessions of all models share."""
        if self._services is None:
            self._services = Services(
                self._background,
                self._translating,
                self._words,
                self._translator,
                self._drafts,
                self._live,
                load_session(),
                self._diarizers.model,
            )
        return self._services

    def _time_step(self, name: str, setup: _Setup) -> StepTime:
        return self._loaded(name, setup).time_step()

    def _loaded(self, name: str | None, setup: _Setup) -> "Model":
        """The model, loaded on the processor if the device has no room for it."""
        device, _ = self._place(setup.backend)
        try:
            return self._loaded_on(name, setup)
        except DeviceError as error:
            self._failure = without_frames(error)
        return_memory(device)
        return self._loaded_on(name, self._elsewhere(setup))

    def _loaded_on(self, name: str | None, setup: _Setup) -> "Model":
        folder = self._resolve(name)
        device, problem = self._place(setup.backend)
        key = (folder, device, setup)
        if key not in self._models:
            self._models[key] = self._read(name, folder, device, setup)
            self._models[key].problem = problem
        return self._models[key]

    def _read(self, name: str | None, folder: Path, device: Device, setup: _Setup) -> "Model":
        services, backend = self._shared(), choose(setup.backend)
        together = self._together and backend == "torch" and torch_device(device) == "cuda"
        n_cores = cores.n_of_a_pass()
        heap.keep_small()
        with _begun(backend, folder, n_cores, device) as loading:
            _import_libraries(backend)
            from wlk_host.backends.whisper.model import Whisper  # noqa: PLC0415 - after the import above
            from wlk_host.runtime.loading.model import Model  # noqa: PLC0415 - as well

            if backend == "torch" or torch_device(device) != "cpu":
                threads.use_cores(n_cores)
            decoders = store.decoders_dir()
            whisper = Whisper(
                folder, backend, n_cores, device, loading, setup.heads, decoders, together=together
            )
        heap.give_back()
        return Model(
            called(name, folder), whisper, backend, folder, device, services, together=together
        )

    def _usual(self) -> Backend:
        """The backend of sessions that name none."""
        is_together = self._together and self._failure is None and availability.has_torch()
        return "torch" if is_together and self._place("torch")[0] == "cuda" else self._backend

    def _elsewhere(self, setup: _Setup) -> _Setup:
        """The same setup after the card has failed, for whose sake alone PyTorch was chosen."""
        return replace(setup, backend=self._backend) if self._together else setup

    def _place(self, backend: Backend) -> tuple[Device, WlkError | None]:
        """The device for all models of a backend, and why it is not a better one."""
        if self._failure is not None:
            return "cpu", self._failure
        if backend not in self._places:
            self._places[backend] = choose_device(self._wished, choose(backend))
        return self._places[backend]

    def load_elsewhere(
        self, model: LoadedModel, options: SessionOptions, error: DeviceError
    ) -> "Model":
        """The same model on the processor, where all later models run too.

        Raises:
            WlkError: as `load`.
        """
        self._failure = without_frames(error)
        name, setup = options.model, _setup(options, self._usual())
        for (folder, _, other_setup), other in self._models.items():
            if other is model:
                name, setup = str(folder), self._elsewhere(other_setup)
        with heap.freed_after_failure():
            elsewhere = self._loaded(name, setup)
        elsewhere.name = model.name
        return elsewhere

    def release(self, model: LoadedModel) -> None:
        """Free a model. After the last one, free all that models share, in other processes too."""
        for key in [key for key, other in self._models.items() if other is model]:
            self._models.pop(key).free()
            return_memory(key[1])
        heap.give_back()
        if not self._models:
            self.release_all()

    def release_all(self) -> None:
        """Free everything. The next session loads it again."""
        self._translator.release()
        self._diarizers.release()
        self._models.clear()
        self._remote = None
        self._services = None


def _setup(options: SessionOptions, backend: Backend) -> _Setup:
    """The setup that a session asked for. Heads count only for a model that the session names."""
    named = options.model is not None and options.alignment_heads is not None
    heads = parse(options.alignment_heads or "") if named else None
    return _Setup(options.backend or backend, heads)


@contextmanager
def _begun(
    backend: Backend, folder: Path, n_cores: int, device: Device
) -> Iterator[Future[Any] | None]:
    """Let CTranslate2 begin to read its half, if it is used, while the rest is being imported.

    At the end of the block it has read it, even where nobody wants it any more.
    """
    if backend != "faster-whisper" or not needs_ctranslate2(device):
        yield None
        return
    from wlk_host.backends.whisper.ct2.model import begin  # noqa: PLC0415 - costs 30 MB

    loading = begin(folder, n_cores, device, cores.n_passes())
    try:
        yield loading
    finally:
        wait([loading])


@cache
def _import_libraries(backend: Backend) -> None:
    """Import what a model needs.

    PyTorch creates 160,000 permanent objects. They are hidden from the garbage collector, which
    would otherwise examine them several times during the import and again in each full collection.
    """
    gc.disable()
    try:
        import wlk_host.runtime.loading.model  # noqa: PLC0415 - what it imports takes a while

        if backend == "torch":
            import wlk_host.backends.whisper.torch.encoder  # noqa: F401, PLC0415 - takes a second
    finally:
        gc.enable()
    gc.freeze()
