"""Spoken clips for the demo and the tests. None is committed; they are made or unpacked here.

The English clip is our own text, spoken by a CC0 voice. The others are the short clips of
`pytest-audioeval` (MIT). The packages are unpacked beside the environment, not installed in it: one
is a pytest plugin with its own dependencies, the other is under the GPL and not part of the host.
"""

import hashlib
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import locked
from locked import LockedName
from progress import Progress, StepError

SENTENCES: Final = (
    "Hello, and welcome.",
    "The words you are reading were recognised on this computer, a moment after they were spoken.",
    "No sound has left the machine, and nothing was sent to a server.",
    "You can open a lecture, a film, or a meeting in any tab, "
    "click the button in the toolbar, and read along.",
    "The captions appear over the page while somebody is still speaking.",
    "When a sentence is finished, it is read once more, and small mistakes are corrected.",
    "If the network goes away, everything keeps working.",
    "That is all there is to it. Thank you for listening.",
)

LANGUAGES: Final = ("en", "es", "fr", "it", "pt", "ja", "zh", "hi", "pl")


@dataclass(frozen=True, slots=True)
class Clip:
    """A spoken clip, 16 kHz mono WAV unless noted otherwise, and its words."""

    path: Path
    text: str
    language: str


def ensure_english(python: Path, folder: Path, progress: Progress) -> Clip:
    """About half a minute of English, synthesised on the first call.

    `english.json` beside it is a timed reference: text, language, and `[word, start s, end s]`. The
    place of a word in its sentence is estimated from the letters before it.

    Args:
        python: an interpreter with numpy and onnxruntime.

    Raises:
        StepError: `speech_unavailable`.
    """
    target = folder / f"english-{_key('voice', *SENTENCES)}"
    clip = Clip(target / "english.wav", " ".join(SENTENCES), "en")
    if clip.path.is_file():
        return clip
    folder.mkdir(0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".voice-", dir=folder) as scratch:
        tools, made = Path(scratch, "tools"), Path(scratch, "made")
        made.mkdir(0o700)
        _unpack(python, "voice", tools, progress)
        script = Path(__file__).with_name("synthesise.py")
        (made / "sentences.json").write_text(json.dumps(SENTENCES), encoding="utf-8")
        error = StepError(
            "speech_unavailable",
            "cannot synthesise the demo's speech",
            "see the lines above",
        )
        progress.require([python, script, tools, made], error)
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)
    return clip


def ensure_samples(python: Path, folder: Path, progress: Progress) -> list[Clip]:
    """Short clips in nine languages, 16 kHz mono float WAV, one to three seconds each.

    Raises:
        StepError: `speech_unavailable`.
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


def _key(name: LockedName, *more: str) -> str:
    """What a clip is made of, in a few letters."""
    parts = (locked.requirements(name).read_text(encoding="utf-8"), *more)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def _unpack(python: Path, name: LockedName, target: Path, progress: Progress) -> None:
    error = StepError(
        code="speech_unavailable",
        message=f"cannot download the packages of installers/locked/{name}.txt",
        hint=locked.NETWORK_HINT,
    )
    locked.install(python, name, progress, error, "--no-deps", "--target", target)
