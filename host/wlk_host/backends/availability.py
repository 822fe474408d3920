"""Which backends this machine can use, what each can do, and what the others lack."""

import ctypes
import importlib.metadata
import importlib.util
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from wlk_host.core.errors import WlkError
from wlk_host.core.tab_options import BackendName, PolicyName

LocalBackend: TypeAlias = BackendName

_PACKAGES: Final = ("ctranslate2", "torch", "mlx", "nvidia-cudnn-cu12")

_EXTRAS: Final = ("torch", "mlx")
"""Packages that an extra of the same name brings, as they suit the system."""

_CUDNN: Final = {"Linux": "libcudnn.so.9", "Windows": "cudnn64_9.dll"}
"""The library that CTranslate2 loads for its first convolution on a GPU. Without it, it aborts."""

_DRIVER: Final = "nvidia-smi"

_TORCH_FOR_THE_CARD: Final = "uv pip install --reinstall --torch-backend=auto torch"
"""The installer's own command: it picks the build that fits the driver."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What backends need to know about a machine, as a value, so that tests can describe others.

    Attributes:
        system: "Linux", "Darwin" or "Windows".
        processor: the system's name for it, for example "arm64" or "x86_64".
        versions: the versions of the installed packages.
        card: the driver's name for an NVIDIA card; None if there is none.
        torch_cuda: the CUDA version that torch was built for; None for a build without CUDA.
        cudnn: whether cuDNN can be loaded.
    """

    system: str
    processor: str
    versions: Mapping[str, str]
    card: str | None = None
    torch_cuda: str | None = None
    cudnn: bool = False


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a backend can do here.

    Attributes:
        policies: the policies of the live pass that it supports.
        devices: the devices it can run on here, the best first.
        local: whether the sound stays on this machine.
        problem: what keeps it from running, or from using all of the machine; None if nothing does.
        usable: whether it runs at all.
    """

    backend: LocalBackend
    policies: tuple[PolicyName, ...]
    devices: tuple[str, ...]
    local: bool = True
    problem: WlkError | None = None
    usable: bool = True


def examine(here: Surroundings) -> list[Capabilities]:
    """Every backend on this machine, in the order in which they are tried."""
    return [faster_whisper(here), torch(here), mlx(here)]


def require(backend: LocalBackend, here: Surroundings | None = None) -> None:
    """Refuse a backend that does not run here.

    Raises:
        WlkError: `backend_unavailable`, with what was found and how to fix it.
    """
    capabilities = {
        "faster-whisper": faster_whisper,
        "torch": torch,
        "mlx": mlx,
    }[backend](here or surroundings())
    if not capabilities.usable and capabilities.problem is not None:
        raise capabilities.problem


def has_torch() -> bool:
    """Whether PyTorch is installed, which is an extra."""
    return importlib.util.find_spec("torch") is not None


def torch_missing(purpose: str) -> WlkError:
    """The error for what needs PyTorch where it is not installed.

    Args:
        purpose: what needs it, as the subject of a sentence.
    """
    return WlkError(
        code="torch_missing",
        message=f"{purpose} needs PyTorch, which is not installed",
        hint=_install("wlk-host[torch]"),
    )


def faster_whisper(here: Surroundings) -> Capabilities:
    """onnxruntime and CTranslate2: int8 on the processor."""
    problem = _missing("faster-whisper", "ctranslate2", here)
    usable = problem is None
    if usable and here.card is not None and not here.cudnn:
        problem = WlkError(
            code="cudnn_missing",
            message=f"found {here.card}, but no cuDNN 9 for CTranslate2: expected "
            f"{_CUDNN.get(here.system, 'cuDNN')} where the system looks for libraries",
            hint="run: pip install nvidia-cublas-cu12 'nvidia-cudnn-cu12==9.*'; then add the "
            "folders nvidia/*/lib of the environment to LD_LIBRARY_PATH",
        )
    devices = ("cuda", "cpu") if here.card is not None and here.cudnn else ("cpu",)
    return Capabilities(
        "faster-whisper", ("alignatt", "local_agreement"), devices, problem=problem, usable=usable
    )


def torch(here: Surroundings) -> Capabilities:
    """PyTorch, an extra: bfloat16 on the processor."""
    problem = _missing("torch", "torch", here)
    usable = problem is None
    if usable and here.card is not None and here.torch_cuda is None:
        problem = WlkError(
            code="torch_without_cuda",
            message=f"found {here.card}, but torch {here.versions['torch']} cannot use it: it was "
            "built without CUDA",
            hint=f"run: {_TORCH_FOR_THE_CARD}",
        )
    cuda = ("cuda",) if here.card is not None and here.torch_cuda is not None else ()
    mps = ("mps",) if _is_apple_silicon(here) else ()
    return Capabilities(
        "torch",
        ("alignatt", "local_agreement"),
        (*cuda, *mps, "cpu"),
        problem=problem,
        usable=usable,
    )


def mlx(here: Surroundings) -> Capabilities:
    """MLX: float16 on the GPU of Apple silicon. On Linux it runs for tests, slowly."""
    problem = None
    if here.system == "Darwin" and not _is_apple_silicon(here):
        problem = WlkError(
            code="backend_unavailable",
            message=f"MLX needs Apple silicon (arm64), found macOS on {here.processor}, or a "
            "Python for Intel under Rosetta",
            hint="choose --backend faster-whisper; on Apple silicon, install a Python for arm64",
        )
    elif here.system == "Windows":
        problem = WlkError(
            code="backend_unavailable",
            message="MLX needs macOS on Apple silicon, found Windows",
            hint="choose --backend faster-whisper",
        )
    else:
        problem = _missing("mlx", "mlx", here)
    devices = ("metal", "cpu") if _is_apple_silicon(here) else ("cpu",)
    return Capabilities(
        "mlx",
        ("alignatt", "local_agreement"),
        devices,
        problem=problem,
        usable=problem is None,
    )


def surroundings(*, with_card: bool = False) -> Surroundings:
    """The surroundings of this process.

    Args:
        with_card: also look for an NVIDIA card and what it needs, which can take a second.
    """
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    card = _nvidia_card() if with_card else None
    return Surroundings(
        system=platform.system(),
        processor=platform.machine(),
        versions=versions,
        card=card,
        torch_cuda=None if card is None else _cuda_of_torch(),
        cudnn=card is not None and _has_cudnn(),
    )


def _is_apple_silicon(here: Surroundings) -> bool:
    return here.system == "Darwin" and here.processor == "arm64"


def _missing(backend: str, package: str, here: Surroundings) -> WlkError | None:
    if package in here.versions:
        return None
    asked = f"wlk-host[{package}]" if package in _EXTRAS else package
    return WlkError(
        code="backend_unavailable",
        message=f"the backend {backend} needs the package {package}, which is not installed",
        hint=_install(asked),
    )


def _install(requirement: str) -> str:
    return f'run: "{sys.executable}" -m pip install "{requirement}"'


def has_driver() -> bool:
    """Whether NVIDIA's driver is installed. Looks for its program, and does not ask it."""
    return shutil.which(_DRIVER) is not None


def _nvidia_card() -> str | None:
    command = shutil.which(_DRIVER)
    if command is None:
        return None
    query = [command, "--query-gpu=name", "--format=csv,noheader"]
    try:
        listing = subprocess.run(query, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    name = listing.stdout.partition("\n")[0].strip()
    return name if listing.returncode == 0 and name else None


def _cuda_of_torch() -> str | None:
    try:
        from torch import version  # noqa: PLC0415 - takes a second, only with a card
    except ImportError:
        return None
    return version.cuda


def _has_cudnn() -> bool:
    name = _CUDNN.get(platform.system())
    if name is None:
        return False
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
