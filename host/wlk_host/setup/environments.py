"""The environment that holds this host: who made it, how it is called, updated and removed."""

import shlex
import shutil
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath
from typing import Final

from wlk_host.folders import is_file
from wlk_host.setup.errors import SetupError
from wlk_host.setup.machine import Machine, Program

_UV_CACHES: Final = ("archive-v0", "environments-v2", "builds-v0")
"""Folders of uv's cache in which `uvx` and `uv run` keep environments."""

OF_THE_SYSTEM: Final = PurePath("/usr/lib/wlk-host")
"""Where the Debian package puts the host (`installers/bundle.py`)."""

OF_MACOS: Final = PurePath("/usr/local/lib/wlk-host")
"""Where the package for macOS puts it (`installers/desktop.py`)."""


class Kind(StrEnum):
    """Who made an environment."""

    TEMPORARY = "temporary"
    UV = "uv"
    PIPX = "pipx"
    QUICKSTART = "quickstart"
    SYSTEM = "system"
    """A Debian package."""
    PKG = "pkg"
    """A package of macOS."""
    FOLDER = "folder"
    """A folder with its own Python, unpacked anywhere."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Commands:
    """What a user types.

    Attributes:
        update: brings the newest version.
        remove: removes the program itself; None if `wlk-host uninstall` does.
    """

    update: str
    remove: str | None


def kind_of(prefix: Path, machine: Machine) -> Kind:
    """Who made the environment with this `sys.prefix`."""
    if _is_temporary(prefix):
        return Kind.TEMPORARY
    if is_file(prefix / "uv-receipt.toml"):
        return Kind.UV
    if is_file(prefix / "pipx_metadata.json"):
        return Kind.PIPX
    if prefix == venv(machine):
        return Kind.QUICKSTART
    if prefix.is_relative_to(OF_THE_SYSTEM):
        return Kind.SYSTEM
    if prefix.is_relative_to(OF_MACOS):
        return Kind.PKG
    if not is_file(prefix / "pyvenv.cfg") and is_file(prefix.parent / "bin" / "wlk-host"):
        return Kind.FOLDER
    return Kind.OTHER


def commands(kind: Kind, prefix: Path) -> Commands:
    """How to update and to remove it."""
    pip = f"{shlex.quote(str(prefix / 'bin' / 'python'))} -m pip"
    return {
        Kind.TEMPORARY: Commands("uvx --refresh wlk-host", "uv cache clean wlk-host"),
        Kind.UV: Commands("uv tool upgrade wlk-host", "uv tool uninstall wlk-host"),
        Kind.PIPX: Commands("pipx upgrade wlk-host", "pipx uninstall wlk-host"),
        Kind.QUICKSTART: Commands("python3 installers/quickstart.py, in a newer folder", None),
        Kind.SYSTEM: Commands("install the newer package", "sudo apt-get purge wlk-host"),
        Kind.PKG: Commands("install the newer package", f"sudo sh {OF_MACOS / 'uninstall.sh'}"),
        Kind.FOLDER: Commands(
            "unpack the newer archive, then run its wlk-host setup",
            f"rm -r {shlex.quote(str(prefix.parent))}",
        ),
        Kind.OTHER: Commands(f"{pip} install --upgrade wlk-host", f"{pip} uninstall wlk-host"),
    }[kind]


def venv(machine: Machine) -> Path:
    """Where the quickstart makes its environment."""
    return Path(machine.data / "venv")


def refuse_temporary(prefix: Path, machine: Machine) -> None:
    """Check that a browser can rely on this environment.

    Raises:
        SetupError: `environment_temporary`.
    """
    if kind_of(prefix, machine) is Kind.TEMPORARY:
        raise SetupError(
            code="environment_temporary",
            message=f"the environment {prefix} is a temporary one, which a browser cannot rely on",
            hint='run: uv tool install "wlk-host[embedded]" (or: pipx install "wlk-host[embedded]")'
            " and then: wlk-host setup",
        )


def command(program: Program) -> str:
    """How to call this host in a terminal: by its name if that finds it, otherwise by its path."""
    own = Path(program.scripts / "wlk-host")
    found = shutil.which("wlk-host")
    if found is not None and Path(found).resolve() == own.resolve():
        return "wlk-host"
    return shlex.quote(str(own))


def _is_temporary(prefix: Path) -> bool:
    """Whether it lies in a cache, as the environments of `uvx` and `pipx run` do."""
    parts = prefix.parts
    if any(name in parts for name in _UV_CACHES):
        return True
    return "pipx" in parts and "venvs" not in parts and bool({".cache", "Cache"} & set(parts))
