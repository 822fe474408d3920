"""The right model by itself: the largest installed one that this machine runs with ease."""

import json
import logging
import platform
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Final

from platformdirs import user_cache_dir

from wlk_host.core.options import SessionOptions, whisper_tells
from wlk_host.models import store
from wlk_host.models.catalog import CATALOG, CatalogEntry
from wlk_host.runtime.loading import cores
from wlk_host.runtime.loading.speed import Size, StepTime, foretold, size_of
from wlk_host.runtime.translators.choice import serves_english
from wlk_host.version import __version__

MOST_LOAD: Final = 0.5
"""Busy share of both passes up to which a model is taken: the rest is for a second tab, for
dense speech, and for whatever else the machine does."""

_WORTH_A_TRY: Final = 1.4 * MOST_LOAD
"""What was foretold of a larger model came out up to a third too high
(`tests/bench/RESULTS.md`); up to here it is loaded and measured itself."""

_SMALLER: Final = 0.8
"""A model counts as smaller from this share of the other's bytes on."""

_LIBRARIES: Final = ("ctranslate2", "torch", "numpy")
"""A new version of one may be quicker, or slower."""

_TIMES: Final = ("encode_s", "decode_s", "refine_encode", "refine_decode")

Fingerprint = Mapping[str, str]

_log = logging.getLogger(__name__)


def machine() -> dict[str, str]:
    """What a measurement holds for: processor, its cores, system, and versions."""
    return {
        "processor": _processor(),
        "cores": str(cores.n_allowed()),
        "system": f"{platform.system()} {platform.machine()}",
        "wlk-host": __version__,
        **{name: metadata.version(name) for name in _LIBRARIES},
    }


def this_machine() -> "Automatic":
    """The choice for this machine, with what was measured on it before."""
    return Automatic(SpeedCache(machine()))


class SpeedCache:
    """Measured steps in a file of the user's cache folder, for one machine.

    A file that is of another machine, of other versions, or damaged, is taken for empty. One
    that cannot be written costs a measurement at each start, and no captions.
    """

    def __init__(self, fingerprint: Fingerprint, path: Path | None = None) -> None:
        self._fingerprint = dict(fingerprint)
        self._path = path or cache_file()
        self._steps = _read(self._path, self._fingerprint)

    def get(self, key: str) -> StepTime | None:
        """The step measured under that key, if any."""
        return self._steps.get(key)

    def put(self, key: str, step: StepTime) -> None:
        """Keep a measurement; a provisional one as long as this process lasts.

        The file is replaced in one move.
        """
        self._steps[key] = step
        kept = {name: step for name, step in self._steps.items() if not step.provisional}
        content = {
            "machine": self._fingerprint,
            "steps": {name: asdict(step) for name, step in kept.items()},
        }
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                "w", encoding="utf-8", dir=self._path.parent, prefix=".speed-", delete=False
            ) as file:
                json.dump(content, file, indent=1)
            Path(file.name).replace(self._path)
        except OSError as error:
            _log.warning("the measurement of this machine is not kept: %s", error)

    def clear(self) -> None:
        """Forget all, so that everything is measured again."""
        self._steps.clear()

    def steps(self) -> dict[str, StepTime]:
        """All that is measured, by key."""
        return dict(self._steps)


class Automatic:
    """Chooses among the installed models.

    A model that was not measured is foretold from one that was. What is chosen is then loaded
    anyway, so it is measured itself, and is taken only if it keeps what was foretold.

    Args:
        cache: what was measured.
        installed: the models there are; by default those of the models' folder.
        size: of one of them.
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
        self, options: SessionOptions, engine: str, measure: Callable[[str], StepTime]
    ) -> str | None:
        """The name of the largest model that suits and stays below `MOST_LOAD`, or else the
        smallest that suits; None where none is installed.

        Args:
            options: language and task; what the user asked for.
            engine: what runs it, part of the key of a measurement.
            measure: loads the model of that name and times a step.
        """
        entries = suitable(_small_first(self._installed()), options)
        if not entries:
            return None
        while True:
            entry = self._largest_with_ease(entries, engine)
            key = f"{engine}/{entry.name}"
            if self._cache.get(key) is not None:
                return entry.name
            step = measure(entry.name)
            busy = "%s: busy %.0f %% of the time%s"
            _log.info(busy, key, 100 * step.load, ", overloaded" if step.provisional else "")
            self._cache.put(key, step)

    def _largest_with_ease(self, entries: Sequence[CatalogEntry], engine: str) -> CatalogEntry:
        """By what is measured, or foretold from the largest model that was."""
        known: tuple[Size, StepTime] | None = None
        chosen = entries[0]
        for entry in entries:
            measured = self._cache.get(f"{engine}/{entry.name}")
            if measured is not None:
                known = (self._size(entry), measured)
                step = measured
            elif known is not None:
                step = foretold(known[1], known[0], self._size(entry))
            else:
                return entry  # The smallest one, to foretell the others from.
            if step.load < (_WORTH_A_TRY if measured is None else MOST_LOAD):
                chosen = entry
        return chosen


def suitable(entries: Sequence[CatalogEntry], options: SessionOptions) -> list[CatalogEntry]:
    """Those that know the language, or many where it is to be detected, and can do the task;
    all where none does."""
    able = [entry for entry in entries if _does(entry, options)]
    return [entry for entry in able if _knows(entry, options)] or able or list(entries)


def smaller_than(
    size_bytes: int,
    options: SessionOptions,
    installed: Callable[[], Sequence[CatalogEntry]] = store.installed,
) -> str | None:
    """The name of the next smaller installed model that suits; None where there is none."""
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
    """Where measurements are kept."""
    return Path(user_cache_dir("wlk-host", appauthor=False)) / "speed.json"


def _small_first(entries: Sequence[CatalogEntry]) -> list[CatalogEntry]:
    return [entry for entry in CATALOG if entry in entries]


def _read(path: Path, fingerprint: Fingerprint) -> dict[str, StepTime]:
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["machine"] != fingerprint:
            return {}
        return {name: _step(kept) for name, kept in content["steps"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _step(kept: Mapping[str, float]) -> StepTime:
    encode_s, decode_s, refine_encode, refine_decode = (float(kept[name]) for name in _TIMES)
    step = StepTime(encode_s, decode_s, refine_encode, refine_decode, bool(kept["shared"]))
    if not 0 < step.load < float("inf"):
        raise ValueError(f"{step} is no measurement")
    return step


def _processor() -> str:
    """The processor's name, as far as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())
