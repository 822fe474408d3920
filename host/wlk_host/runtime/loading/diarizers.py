"""The engines that tell speakers apart: which there are, which can be used here, and why not."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias
from weakref import WeakValueDictionary

from wlk_host.core.errors import WlkError
from wlk_host.core.options import SessionOptions
from wlk_host.core.speakers.diarizer import DiarizerModel
from wlk_host.core.speakers.embedded import NAME as EMBEDDED
from wlk_host.core.speakers.embedded import Embedded
from wlk_host.models import store
from wlk_host.models.catalog import SPEAKERS
from wlk_host.models.store import Condition
from wlk_host.runtime.loading import diart, sortformer


@dataclass(frozen=True, slots=True)
class DiarizerEntry:
    """An engine that this version knows.

    Attributes:
        name: as it is chosen.
        is_installed: whether the user has got what it needs, intact or not.
        require: raises a `WlkError` if it cannot be used here, which it finds out quickly.
        verify: the same, thoroughly.
        load: loads it. Raises a `WlkError` if it cannot.
        models: which it is loaded with, where it knows several.
    """

    name: str
    is_installed: Callable[[], bool]
    require: Callable[[], object]
    verify: Callable[[], object]
    load: Callable[[], DiarizerModel]
    models: diart.Pair | None = None

    @property
    def problem(self) -> WlkError | None:
        """Why it cannot be used here now; None if it can."""
        try:
            self.require()
        except WlkError as error:
            return error
        return None


def _load_embedded() -> DiarizerModel:
    # Here, since they cost 20 MB.
    from wlk_host.backends.speech_segmenter import load_speech_segmenter  # noqa: PLC0415
    from wlk_host.backends.voice_encoder import load_voice_encoder  # noqa: PLC0415

    folder = store.folder_of(SPEAKERS)
    segmenter, encoder = load_speech_segmenter(folder), load_voice_encoder(folder)
    return Embedded(segmenter, encoder, prints_by=SPEAKERS.files[0].sha256)


def _sortformer(name: str) -> DiarizerEntry:
    load = partial(sortformer.load, name)
    require = sortformer.require
    return DiarizerEntry(name, sortformer.is_installed, require, require, load)


def _diart(models: diart.Pair) -> DiarizerEntry:
    require = partial(diart.require, models)
    is_installed = partial(diart.is_installed, models)
    load = partial(diart.load, models)
    return DiarizerEntry(diart.NAME, is_installed, require, require, load, models)


DIARIZERS: Final = (
    DiarizerEntry(
        EMBEDDED,
        is_installed=lambda: store.condition(SPEAKERS) is not Condition.ABSENT,
        require=lambda: store.require(SPEAKERS),
        verify=lambda: store.verify_entry(SPEAKERS),
        load=_load_embedded,
    ),
    _sortformer(sortformer.NAME),
    _sortformer(sortformer.FAST),
    _diart(diart.DEFAULT),
)
"""The engines, in the order in which they are tried."""


def require(options: SessionOptions) -> None:
    """Check that the engine of these options can be used here; if none is named, that any can.

    Raises:
        WlkError: why it cannot, with what to do about it.
    """
    problems = [entry.problem for entry in _chosen(options)]
    if problems and problems[0] is not None and None not in problems:
        raise problems[0]


def _chosen(options: SessionOptions) -> list[DiarizerEntry]:
    """The engines that these options allow, in the order in which they are tried."""
    entries = [entry for entry in DIARIZERS if options.diarizer in (None, entry.name)]
    if options.diart_models is None:
        return entries
    return [_diart(options.diart_models) if entry.models else entry for entry in entries]


_Key: TypeAlias = tuple[str, diart.Pair | None]
"""An engine's name and its models."""


class SharedDiarizers:
    """Loads the engines at their first use and keeps them for all sessions. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._models: dict[_Key, DiarizerModel] = {}
        # A session that has ended may go on, and keeps its engine: none is loaded beside it.
        self._in_use: WeakValueDictionary[_Key, DiarizerModel] = WeakValueDictionary()

    def model(self, options: SessionOptions) -> DiarizerModel | None:
        """The engine for a session with these options, or None if it cannot be used here.

        Captions come without names then.

        Raises:
            WlkError: those of the engine's `load`, such as `model_corrupt`.
        """
        with self._lock:
            for entry in _chosen(options):
                key = entry.name, entry.models
                model = self._models.get(key) or self._in_use.get(key)
                if model is None and entry.problem is None:
                    model = entry.load()
                if model is not None:
                    self._models[key] = self._in_use[key] = model
                    return model
            return None

    def release(self) -> None:
        """Drop the engines. Sessions that use them keep them."""
        with self._lock:
            self._models.clear()
