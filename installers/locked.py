"""Packages as they were locked: every file by its SHA-256 (`locked/`), and only wheels.

`python tests/tools/lock.py` writes the files anew.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from wlk_host.setup.errors import SetupError
from wlk_host.setup.progress import Progress

LockedName = Literal[
    "pip",
    "build",
    "embedded",
    "embedded-tiny-en",
    "voice",
    "samples",
    "speakers",
    "release",
    "uv",
]

FOLDER: Final = Path(__file__).with_name("locked")

NETWORK_HINT: Final = "check the network connection and the proxy settings, then run this again"


def requirements(name: LockedName) -> Path:
    """The file with the locked requirements of a set, in pip's form."""
    return FOLDER / f"{name}.txt"


def pip(python: Path) -> list[str | Path]:
    """The beginning of a command: pip of that interpreter, without the user's own packages."""
    return [python, "-I", "-m", "pip", "--disable-pip-version-check"]


def install(
    python: Path,
    name: LockedName,
    progress: Progress,
    error: SetupError,
    *options: str | Path,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Install a set. A file with another hash is refused.

    Args:
        options: more of pip's own.

    Raises:
        SetupError: `error`.
    """
    command = [*pip(python), "install", "--require-hashes", "--only-binary", ":all:", *options]
    progress.require([*command, "-r", requirements(name)], error, environment)
