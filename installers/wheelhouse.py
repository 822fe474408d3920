"""The locked wheels for another kind of computer in one folder, with the host's own and uv.

pip checks each file by its SHA-256. Nothing of it is run here.
"""

import re
import sys
import zipfile
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

import locked
import wheels
from locked import NETWORK_HINT, LockedName, pip
from wheels import Target
from wlk_host.setup.errors import SetupError
from wlk_host.setup.progress import Progress

PYTHON: Final = (3, 13)
"""What the installers for macOS and Windows have uv fetch."""

_HASHED: Final = re.compile(
    r"^(?P<requirement>[^\s;\\]+)[^\n]*\\\n(?P<hashes>(?: +--hash=\S+.*\n)+)", re.M
)


def fill(folder: Path, target: Target, name: LockedName, progress: Progress) -> None:
    """Fetch the wheels of a locked set for that computer.

    Raises:
        SetupError: `wheels_unavailable`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    listed = folder.with_name(f"{name}-{target}.txt")
    listed.write_text(flattened(name, target), encoding="utf-8")
    places = [word for tag in platforms(target) for word in ("--platform", tag)]
    version = f"{target.python[0]}.{target.python[1]}"
    command: list[str | Path] = [
        *pip(Path(sys.executable)),
        "download",
        "--no-deps",
        "--dest",
        folder,
    ]
    command += ["--only-binary", ":all:", "--python-version", version, "--implementation", "cp"]
    error = SetupError("wheels_unavailable", f"cannot fetch the wheels for {target}", NETWORK_HINT)
    progress.require([*command, *places, "--require-hashes", "-r", listed], error)


def flattened(name: LockedName, target: Target) -> str:
    """The locked requirements for one computer: no markers, the hashes as they are."""
    wanted = {wheels.key(r): r for r in wheels.requirements(name, target)}
    text = locked.requirements(name).read_text(encoding="utf-8")
    lines = []
    for found in _HASHED.finditer(text):
        requirement, version = found["requirement"].split("==")
        key = wheels.key(Requirement(f"{requirement}=={version}"))
        if key in wanted:
            lines.append(f"{wanted[key].name}=={version} \\\n{found['hashes']}")
    return "".join(lines)


def platforms(target: Target) -> list[str]:
    """The platform tags of wheels that run there, the newest first."""
    return list(dict.fromkeys(tag.platform for tag in sorted(target.tags(), key=str, reverse=True)))


def take_program(folder: Path, name: str, target: Path) -> None:
    """Unpack a program from the wheel in a folder that carries it."""
    [wheel] = folder.glob("uv-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        [entry] = [entry for entry in archive.namelist() if entry.endswith(f"/scripts/{name}")]
        target.write_bytes(archive.read(entry))
    target.chmod(0o755)


def build_host(checkout: Path, folder: Path, progress: Progress) -> str:
    """Build the host's own wheel into a folder, and return its name."""
    error = SetupError("wheel_failed", "cannot build the host's wheel", "pip install hatchling")
    build = [*pip(Path(sys.executable)), "wheel", "--no-deps", "--no-build-isolation"]
    progress.require([*build, "--wheel-dir", folder, checkout], error)
    [wheel] = folder.glob("wlk_host-*.whl")
    return wheel.name
