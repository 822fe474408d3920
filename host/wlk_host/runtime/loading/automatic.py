"""The automatic choice of a model: the largest installed one that this machine runs with ease."""

import json
import logging
import platform
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Final

from wlk_host import places
from wlk_host.core.options import SessionOptions
from wlk_host.core.translation.choice import whisper_tells
from wlk_host.folders import make_private
from wlk_host.json_files import read_json
from wlk_host.models import store
from wlk_host.models.catalog import CATALOG
from wlk_host.models.entries import CatalogEntry
from wlk_host.runtime.loading import cores
from wlk_host.runtime.loading.speed import Size, StepTime, predicted, size_of
from wlk_host.runtime.translators.registry import serves_english
from wlk_host.version import __version__

MOST_LOAD: Final = 0.5
"""The most load of both passes with which a model is chosen. The rest is for a second tab, for
dense speech, and for other programs."""

_WORTH_A_TRY: Final = 1.4 * MOST_LOAD
"""The most predicted load with which a model is loaded and measured. Predictions for larger models
were up to a third too high (`tests/bench/RESULTS.md`)."""

_SMALLER: Final = 0.8
"""A model is smaller than another if it has at most this share of its bytes."""

_LIBRARIES: Final = ("ctranslate2", "onnxruntime", "torch", "mlx", "numpy")
"""Packages of which a new version can be faster or slower. Not all need be installed."""

_TIMES: Final = ("encode_s", "decode_s", "refine_encode", "refine_decode")

Fingerprint = Mapping[str, str]

_log = logging.getLogger(__name__)


def machine() -> dict[str, str]:
    """What measurements depend on: the processor, its cores, the system, and the versions."""
    return {
        "processor": _processor(),
        "cores": str(cores.n_allowed()),
        "system": f"{platform.system()} {platform.machine()}",
        "wlk-host": __version__,
        **{name: version for name in _LIBRARIES if (version := _version(name))},
    }


def this_machine() -> "Automatic":
    """The automatic choice for this machine, with the measurements made on it before."""
    return Automatic(SpeedCache(machine()))


class SpeedCache:
    """Measured steps in a file of the user's cache folder, for one machine.

    A file of another machine or of other versions counts as empty, and so does a damaged one. If
    the file cannot be written, every start measures again, and captions still work.
    """

    def __init__(self, fingerprint: Fingerprint, path: Path | None = None) -> None:
        self._fingerprint = dict(fingerprint)
        self._path = path or cache_file()
        self._steps = _read(self._path, self._fingerprint)

    def get(self, key: str) -> StepTime | None:
        """The step measured under that key, if any."""
        return self._steps.get(key)

    def put(self, key: str, step: StepTime) -> None:
        """Keep a measurement. A provisional one is kept only until this process ends.

        The file is replaced in one step.
        """
        self._steps[key] = step
        kept = {name: step for name, step in self._steps.items() if not step.provisional}
        content = {
            "machine": self._fingerprint,
            "steps": {name: asdict(step) for name, step in kept.items()},
        }
        try:
            make_private(self._path.parent)
            with tempfile.NamedTemporaryFile(
                "w", encoding="utf-8", dir=self._path.parent, prefix=".speed-", delete=False
            ) as file:
                json.dump(content, file, indent=1)
            Path(file.name).replace(self._path)
        except OSError as error:
            _log.warning("cannot save the measurement of this machine: %s", error)

    def clear(self) -> None:
        """Discard all measurements, so that everything is measured again."""
        self._steps.clear()

    def steps(self) -> dict[str, StepTime]:
        """All measured steps, by key."""
        return dict(self._steps)


class Automatic:
    """Chooses among the installed models.

    The load of a model that was not measured is predicted from one that was. A chosen model is
    loaded anyway, so it is then measured too. It is used only if it keeps the prediction.

    Args:
        cache: the measurements.
        installed: lists the installed models; by default those in the models folder.
        size: the size of a model.
    """

    def __init__(
        self,
        cache: SpeedCache,
        installed: Callable[[], Sequence[CatalogEntry]] = store.installed,
        size: Callable[[CatalogEntry], Size] = lambda entry: size_of(store.folder_of(entry)),
    ) -> None:
        self._cache = cache
        self._installed = installed
        self._size = size

    def choose(
        self, options: SessionOptions, backend_key: str, measure: Callable[[str], StepTime]
    ) -> str | None:
        """The name of the largest suitable model whose load stays below `MOST_LOAD`.

        If there is none, it is the smallest suitable model; None if no model is installed.

        Args:
            options: what the user asked for; its language and its task count.
            backend_key: the backend and its device, as in the key of a measurement.
            measure: loads the model of that name and times a step.
        """
        entries = suitable(_small_first(self._installed()), options)
        if not entries:
            return None
        while True:
            entry = self._largest_with_ease(entries, backend_key)
            key = f"{backend_key}/{entry.name}"
            if self._cache.get(key) is not None:
                return entry.name
            step = measure(entry.name)
            busy = "%s: busy %.0f %% of the time%s"
            _log.info(busy, key, 100 * step.load, ", overloaded" if step.provisional else "")
            self._cache.put(key, step)

    def _largest_with_ease(self, entries: Sequence[CatalogEntry], backend_key: str) -> CatalogEntry:
        """The largest model below `MOST_LOAD` by its measured load, or by a predicted one.

        Predictions start from the largest smaller model that was measured.
        """
        known: tuple[Size, StepTime] | None = None
        chosen = entries[0]
        for entry in entries:
            measured = self._cache.get(f"{backend_key}/{entry.name}")
            if measured is not None:
                known = (self._size(entry), measured)
                step = measured
            elif known is not None:
                step = predicted(known[1], known[0], self._size(entry))
            else:
                return entry  # The smallest one, from which the others are predicted.
            if step.load < (_WORTH_A_TRY if measured is None else MOST_LOAD):
                chosen = entry
        return chosen


def suitable(entries: Sequence[CatalogEntry], options: SessionOptions) -> list[CatalogEntry]:
    """The models that can do the task and know the language; all if none can do the task.

    If the language has to be detected, multilingual models are preferred.
    """
    able = [entry for entry in entries if _does(entry, options)]
    return [entry for entry in able if _knows(entry, options)] or able or list(entries)


def smaller_than(
    size_bytes: int,
    options: SessionOptions,
    installed: Callable[[], Sequence[CatalogEntry]] = store.installed,
) -> str | None:
    """The name of the next smaller suitable model that is installed; None if there is none."""
    names = [
        entry.name
        for entry in _small_first(installed())
        if entry.size_bytes < _SMALLER * size_bytes
        and _does(entry, options)
        and _knows(entry, options)
    ]
    return names[-1] if names else None


def _does(entry: CatalogEntry, options: SessionOptions) -> bool:
    tells_english = whisper_tells(serves_english, options, options.language)
    translates = options.task == "translate" or tells_english
    return entry.translates or not translates


def _knows(entry: CatalogEntry, options: SessionOptions) -> bool:
    if options.language is None:
        return entry.multilingual
    return options.language in entry.languages


def cache_file() -> Path:
    """The file in which measurements are kept."""
    return places.cache_folder() / "speed.json"


def _small_first(entries: Sequence[CatalogEntry]) -> list[CatalogEntry]:
    return [entry for entry in CATALOG if entry in entries]


def _read(path: Path, fingerprint: Fingerprint) -> dict[str, StepTime]:
    try:
        content = read_json(path)
        if content["machine"] != fingerprint:
            return {}
        return {name: _step(kept) for name, kept in content["steps"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return {}


def _step(kept: Mapping[str, float]) -> StepTime:
    encode_s, decode_s, refine_encode, refine_decode = (float(kept[name]) for name in _TIMES)
    step = StepTime(encode_s, decode_s, refine_encode, refine_decode, bool(kept["shared"]))
    if not 0 < step.load < float("inf"):
        raise ValueError(f"{step} is not a measurement")
    return step


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    """The processor's name, as far as the system reports it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())
