"""Spoken clips in nine languages for the tests: the short ones of `pytest-audioeval` (MIT).

None is committed. They are unpacked beside the environment and not in it, because the package
is a pytest plugin with its own dependencies. The English clip of the demo lies in the host itself
(`wlk_host.packaged`).
"""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import locked
from locked import LockedName
from wlk_host.setup.errors import SetupError
from wlk_host.setup.progress import Progress

LANGUAGES: Final = ("en", "es", "fr", "it", "pt", "ja", "zh", "hi", "pl")


@dataclass(frozen=True, slots=True)
class Clip:
    """A spoken clip, 16 kHz mono WAV unless noted otherwise, and its words."""

    path: Path
    text: str
    language: str


def ensure_samples(python: Path, folder: Path, progress: Progress) -> list[Clip]:
    """Short clips in nine languages, 16 kHz mono float WAV, one to three seconds each.

    Raises:
        SetupError: `speech_unavailable`.
    """
    target = folder / f"samples-{_key('samples')}"
    if not target.is_dir():
        folder.mkdir(0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".samples-", dir=folder) as scratch:
            unpacked = Path(scratch, "unpacked")
            _unpack(python, "samples", unpacked, progress)
            (unpacked / "pytest_audioeval/samples/audio").rename(target)
    return [
        Clip(path, path.with_suffix(".txt").read_text(encoding="utf-8").strip(), language)
        for language in LANGUAGES
        for path in sorted((target / language).glob("*.wav"))
    ]


def _key(name: LockedName) -> str:
    """What the clips are made of, in a few letters."""
    parts = (locked.requirements(name).read_text(encoding="utf-8"),)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def _unpack(python: Path, name: LockedName, target: Path, progress: Progress) -> None:
    error = SetupError(
        code="speech_unavailable",
        message=f"cannot download the packages of installers/locked/{name}.txt",
        hint=locked.NETWORK_HINT,
    )
    locked.install(python, name, progress, error, "--no-deps", "--target", target)
