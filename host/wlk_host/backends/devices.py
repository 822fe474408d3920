"""The device that a model runs on, and the errors of a device that fails."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from wlk_host.backends import availability
from wlk_host.backends.availability import Capabilities, LocalBackend, Surroundings
from wlk_host.core.errors import DeviceError, WlkError

if TYPE_CHECKING:
    import torch

Device: TypeAlias = Literal["cpu", "cuda", "mps", "metal"]
DeviceWish: TypeAlias = Literal["auto", "cpu", "cuda", "mps"]

_NO_MEMORY: Final = "out of memory"
"""Part of the messages of CUDA, CTranslate2 and MPS alike."""

_FAILURES: Final = ("cuda", "cudnn", "cublas", "mps")
"""The errors of a driver or its libraries contain one of these."""


def choose_device(
    wish: DeviceWish, backend: LocalBackend, here: Surroundings | None = None
) -> tuple[Device, WlkError | None]:
    """The device to use, and why it is not a better one that the machine has.

    Args:
        wish: what the user asked for.
        backend: the backend that runs on the device.
        here: the machine; None is this one.

    Raises:
        WlkError: `device_unavailable`, `cudnn_missing` or `torch_without_cuda` if the requested
            device cannot be used.
    """
    if wish == "cpu" and backend != "mlx":
        return "cpu", None
    here = here or availability.surroundings(with_card=True)
    able = _capabilities(backend, here)
    found = able.devices
    if wish == "auto":
        return _device(found[0]), able.problem
    if wish in found:
        return wish, None
    if wish == "cuda" and able.problem is not None:
        raise able.problem
    raise WlkError(
        code="device_unavailable",
        message=f"{backend} cannot use {wish} here; found {', '.join(found)}",
        hint=f"choose --device {found[0]} or auto; wlk-host doctor reports what is missing",
    )


def torch_device(device: Device) -> str:
    """The device for PyTorch's part of a model: PyTorch can be absent, or a build without CUDA."""
    if device == "cuda":
        if not availability.has_torch():
            return "cpu"
        import torch  # noqa: PLC0415 - an extra, and takes a second

        return "cuda" if torch.cuda.is_available() else "cpu"
    return "cpu" if device == "metal" else device


def torch_dtype(device: str) -> "torch.dtype":
    """The type for PyTorch's products in the encoder: one that the device multiplies fast."""
    import torch  # noqa: PLC0415 - as above

    return torch.bfloat16 if device == "cpu" else torch.float16


def return_memory(device: Device) -> None:
    """Return the memory of freed models to the device. Libraries keep it for later models."""
    gc.collect()
    match device:
        case "cuda" | "mps":
            # Without a torch that can use the card, only CTranslate2 used it.
            if torch_device(device) != "cpu":
                import torch  # noqa: PLC0415 - as above

                (torch.cuda if device == "cuda" else torch.mps).empty_cache()
        case "metal":
            import mlx.core as mx  # noqa: PLC0415 - costs 30 MB

            mx.clear_cache()
        case "cpu":
            pass


@contextmanager
def device_errors(device: Device) -> Iterator[None]:
    """A context for work on that device, which turns its failures into `DeviceError`.

    Raises:
        DeviceError: `device_out_of_memory` or `device_failed`, never for the processor.
    """
    try:
        yield
    except RuntimeError as error:
        text = str(error).lower()
        if device == "cpu":
            raise
        if _NO_MEMORY in text:
            raise DeviceError(
                code="device_out_of_memory",
                message=f"the memory of {device} is full; captions continue on the processor",
                hint="choose a smaller model, or close other programs that use the graphics card",
            ) from error
        if any(word in text for word in _FAILURES):
            raise DeviceError(
                code="device_failed",
                message=f"{device} failed: {str(error).splitlines()[0][:200]}; "
                "captions continue on the processor",
                hint="run: wlk-host doctor",
            ) from error
        raise


def _capabilities(backend: LocalBackend, here: Surroundings) -> Capabilities:
    return next(able for able in availability.examine(here) if able.backend == backend)


def _device(name: str) -> Device:
    known: tuple[Device, ...] = ("cpu", "cuda", "mps", "metal")
    return next(device for device in known if device == name)
