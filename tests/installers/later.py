"""Environments with the host's wheel, and the same wheel under a later version."""

import contextlib
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tools.lock import ROOT
from wlk_host.version import __version__

VERSION: Final = "9.0.0"
"""Of the later wheel."""

_GUARD: Final = f"""

from wlk_host.version import __version__ as _told
if _told != "{VERSION}":
    raise ImportError(f"{{__name__}} of {VERSION} was taken into a host of {{_told}}")
"""


def built(build: Callable[[str], str], folder: Path) -> Path:
    """Build a package from this checkout, with a hook of the build backend."""
    with contextlib.chdir(ROOT):
        return folder / build(str(folder))


def later_wheel(wheel: Path, folder: Path, instead: Mapping[str, str] | None = None) -> Path:
    """Write the wheel under a later version, whose modules no process of this version can import.

    Args:
        wheel: of this version.
        folder: where to write it.
        instead: files with another content.
    """
    folder.mkdir(parents=True)
    later = folder / f"wlk_host-{VERSION}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(later, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("/METADATA"):
                told = f"\nVersion: {__version__}\n".encode()
                content = content.replace(told, f"\nVersion: {VERSION}\n".encode())
            elif name == "wlk_host/version.py":
                content = content.replace(f'"{__version__}"'.encode(), f'"{VERSION}"'.encode())
            elif re.fullmatch(r"wlk_host/.+\.py", name):
                content += _GUARD.encode()
            if instead and name in instead:
                content = instead[name].encode()
            if not name.endswith("/RECORD"):
                new.writestr(name.replace(f"{__version__}.dist", f"{VERSION}.dist"), content)
        new.writestr(f"wlk_host-{VERSION}.dist-info/RECORD", "")
    return later


def environment_with(wheel: Path, folder: Path) -> Path:
    """The programs of a new environment with the wheel in it, and what it requires."""
    venv.create(folder, clear=True)
    install(wheel, folder)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    # Behind the wheel's own packages, and without an editable host.
    (site / "requirements.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin"


def install(wheel: Path, folder: Path) -> None:
    """Put the wheel into an environment, in the place of the one that is there."""
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin/python"), "install", "-q"]
    alone = ("--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check")
    command = [*pip, *alone, "--force-reinstall", str(wheel)]
    subprocess.run(command, check=True, capture_output=True)
