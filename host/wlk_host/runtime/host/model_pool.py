"""The models in memory: loaded on a thread of their own, freed some time after the last use."""

import logging
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial
from typing import Final

from wlk_host.core.errors import DeviceError, WlkError
from wlk_host.core.options import SessionOptions
from wlk_host.core.ports import Background, Promise
from wlk_host.runtime.ports import LoadedModel, ModelLoader

RELEASE_AFTER_S: Final = 300.0
"""A model is freed this long after its last session, so that a pause costs no second load."""

_log = logging.getLogger(__name__)


class ModelPool:
    """Knows which models are there and which of them nobody uses.

    The loader is made, and works, on a thread of its own: loading a model for one tab
    does not keep the others waiting.

    Args:
        make_loader: called when the first model is wanted; takes seconds.
        thread: where models are loaded and freed.
        release_after_s: how long a model that nobody uses is kept.
        now: seconds that pass.
    """

    def __init__(
        self,
        make_loader: Callable[[], ModelLoader],
        thread: Background,
        release_after_s: float = RELEASE_AFTER_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make_loader = make_loader
        self._thread = thread
        self._release_after_s = release_after_s
        self._now = now
        self._loader: ModelLoader | None = None
        self._loading: list[Promise[LoadedModel]] = []
        self._abandoned: list[Promise[LoadedModel]] = []
        self._unused_since: dict[LoadedModel, float | None] = {}
        self._failed: set[LoadedModel] = set()

    @property
    def is_loading(self) -> bool:
        """Whether a model is under way that was not taken yet."""
        return bool(self._loading)

    def load(self, options: SessionOptions) -> Promise[LoadedModel]:
        """Begin to load what sessions with these options work with."""
        promise = self._thread.submit(lambda: self._made().load(options))
        self._loading.append(promise)
        return promise

    def replace(
        self, model: LoadedModel, options: SessionOptions, error: DeviceError
    ) -> Promise[LoadedModel]:
        """Begin to load a model in place of one whose device cannot go on.

        That one is freed as soon as nobody uses it.
        """
        promise = self._thread.submit(lambda: self._made().load_elsewhere(model, options, error))
        self._failed.add(model)
        self._loading.append(promise)
        return promise

    def take(self, promise: Promise[LoadedModel]) -> LoadedModel:
        """The model that was loaded; raises what kept it from that."""
        self._loading.remove(promise)
        model = promise.result()
        self._unused_since.setdefault(model, None)
        return model

    def abandon(self, promise: Promise[LoadedModel]) -> None:
        """Nobody wants that model any more."""
        self._abandoned.append(promise)

    def patience(self) -> float | None:
        """Seconds until a model is due to be freed; None where none is."""
        since = [at for at in self._unused_since.values() if at is not None]
        if not since or self._loading:
            return None
        return max(0.0, min(since) + self._release_after_s - self._now())

    def note_use(self, used: Collection[LoadedModel]) -> None:
        """Take note of what is in use, and free what was not for long enough."""
        now = self._now()
        for promise in [promise for promise in self._abandoned if promise.done()]:
            self._abandoned.remove(promise)
            with suppress(WlkError):
                self.take(promise)
        for model, since in list(self._unused_since.items()):
            if model in used:
                self._unused_since[model] = None
            elif model in self._failed and not self._loading:
                self._release(model)
            elif since is None:
                self._unused_since[model] = now
            # The one being loaded can be the same.
            elif now - since >= self._release_after_s and not self._loading:
                self._release(model)

    def _release(self, model: LoadedModel) -> None:
        _log.info("freeing model %s", model.name)
        del self._unused_since[model]
        self._failed.discard(model)
        self._thread.submit(partial(self._made().release, model))

    def _made(self) -> ModelLoader:
        if self._loader is None:
            self._loader = self._make_loader()
        return self._loader
