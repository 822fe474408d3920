"""The models in memory: loaded on a thread of their own, freed some time after the last use."""

import logging
import sys
import time
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from wlk_host.core.errors import DeviceError, WlkError, without_frames
from wlk_host.core.options import SessionOptions
from wlk_host.core.ports import Promise
from wlk_host.runtime.host.failures import Failures, coded
from wlk_host.runtime.ports import LoadedModel, ModelLoader, Threads

RELEASE_AFTER_S: Final = 300.0
"""A model is freed this long after its last session, so that a pause costs no second load."""

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Asked:
    """A model that was asked for.

    Attributes:
        key: what was asked for.
        loaded: the model, once it is there.
        is_begun: whether the thread works on it.
    """

    key: Hashable
    loaded: list[LoadedModel] = field(default_factory=list)
    is_begun: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Failed:
    """`core.ports.Promise` of a model that failed a moment ago."""

    error: WlkError

    def done(self) -> bool:
        """True."""
        return True

    def result(self) -> LoadedModel:
        """Raises the error."""
        raise without_frames(self.error)


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
        thread: Threads,
        release_after_s: float = RELEASE_AFTER_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make_loader = make_loader
        self.thread = thread
        self._release_after_s = release_after_s
        self._now = now
        self._loader: ModelLoader | None = None
        self._loading: dict[Promise[LoadedModel], _Asked] = {}
        self._failures = Failures(now)
        self._abandoned: list[Promise[LoadedModel]] = []
        self._unused_since: dict[LoadedModel, float | None] = {}
        self._failed: set[LoadedModel] = set()

    @property
    def is_loading(self) -> bool:
        """Whether a model is under way that was not taken yet."""
        return bool(self._loading)

    def load(self, options: SessionOptions) -> Promise[LoadedModel]:
        """Begin to load what sessions with these options work with.

        What failed a moment ago fails again at once. The time for which it does grows with each
        failure.
        """
        key = _what_is_loaded(options)
        failure = self._failures.of(key)
        if failure is None:
            return self._begin(key, lambda: self._made().load(options))
        promise = _Failed(failure)
        self._loading[promise] = _Asked(None)
        return promise

    def _begin(self, key: Hashable, load: Callable[[], LoadedModel]) -> Promise[LoadedModel]:
        asked = _Asked(key)

        def work() -> LoadedModel:
            asked.is_begun = True
            model = load()
            asked.loaded.append(model)
            return model

        promise = self.thread.submit(work)
        self._loading[promise] = asked
        return promise

    def replace(
        self, model: LoadedModel, options: SessionOptions, error: DeviceError
    ) -> Promise[LoadedModel]:
        """Begin to load a model in place of one whose device cannot go on.

        That one is freed as soon as nobody uses it.
        """
        self._failed.add(model)
        return self._begin(None, lambda: self._made().load_elsewhere(model, options, error))

    def take(self, promise: Promise[LoadedModel]) -> LoadedModel:
        """The model that was loaded; raises what kept it from that."""
        asked = self._loading.pop(promise)
        try:
            model = promise.result()
        finally:
            failure = sys.exception()
            if failure is None:
                self._failures.forget(asked.key)
            elif asked.key is not None:
                self._failures.note(asked.key, coded(failure))
            del promise, failure  # The frame would keep them, and the failure keeps the frame.
        self._unused_since.setdefault(model, None)
        return model

    def give_up(self, error: WlkError) -> list[Promise[LoadedModel]]:
        """Expect no longer what the thread works on: it does not end.

        The loader is left with it. Another one loads what is asked for from now on.

        Returns:
            what nobody needs to wait for any more.
        """
        stuck = [p for p, asked in self._loading.items() if asked.is_begun and not p.done()]
        for promise in stuck:
            asked = self._loading.pop(promise)
            if asked.key is not None:
                self._failures.note(asked.key, error)
        self._abandoned = [promise for promise in self._abandoned if promise not in stuck]
        self._loader = None
        return stuck

    def forget_failures(self) -> None:
        """Models come or go, so what failed may go well now."""
        self._failures.forget_all()

    def abandon(self, promise: Promise[LoadedModel]) -> None:
        """Nobody wants that model any more."""
        if promise in self._loading:
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
            for model in self._loading.pop(promise).loaded:
                self._unused_since.setdefault(model, None)
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
        self.thread.submit(partial(self._made().release, model))

    def _made(self) -> ModelLoader:
        if self._loader is None:
            self._loader = self._make_loader()
        return self._loader


def _what_is_loaded(options: SessionOptions) -> Hashable:
    """The options that decide which model is loaded, and how."""
    of_speakers = (options.speakers, options.diarizer)
    named = (options.model, options.backend, options.alignment_heads, *of_speakers)
    return named if options.model is not None else (*named, options.task, options.language)
