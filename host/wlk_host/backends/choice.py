"""Which backend suits this machine."""

import time
from collections.abc import Callable
from typing import Final, Literal, TypeAlias

from wlk_host.backends import availability
from wlk_host.backends.availability import LocalBackend, Surroundings
from wlk_host.backends.threads import single_core_thread

Backend: TypeAlias = LocalBackend
"""What runs the model: with "faster-whisper" onnxruntime in int8, or CTranslate2 where that is
better (`whisper.load_halves.needs_ctranslate2`); PyTorch in bfloat16; MLX in float16 on Apple's
GPU."""

Wish: TypeAlias = LocalBackend | Literal["auto"]

_WORTH: Final = 1.5
"""How much faster than float32 bfloat16 must be for PyTorch to be chosen. With matrix units (AMX)
it is 4.4 times as fast. PyTorch then needs two thirds of CTranslate2's time for a short window, and
a quarter for a full one. Without matrix units it was 0.6 times as fast with AVX512-BF16, and 0.1
times with AVX2."""

_ROUNDS: Final = 20
"""The shortest of many short rounds counts, because other programs run as well."""


def choose(
    wish: Wish,
    speedup: Callable[[], float] | None = None,
    here: Surroundings | None = None,
) -> Backend:
    """The requested backend; for `auto` MLX on Apple silicon, otherwise the faster one.

    Args:
        wish: what the user asked for.
        speedup: how much faster bfloat16 is than float32; by default this is measured.
        here: the machine; None is this one.

    Raises:
        WlkError: `backend_unavailable` if the requested backend does not run here.
    """
    here = here or availability.surroundings()
    if wish != "auto":
        availability.require(wish, here)
        return wish
    usual = unmeasured(here)
    if usual == "mlx" or not availability.torch(here).usable:
        return usual
    return "torch" if (speedup or bfloat16_speedup)() >= _WORTH else usual


def unmeasured(here: Surroundings | None = None) -> Backend:
    """The backend for users who name none: MLX if it is installed on Apple silicon.

    Otherwise it is faster-whisper, which suits every machine. Nothing is measured, because that
    takes a while and captions should begin at once.
    """
    mlx = availability.mlx(here or availability.surroundings())
    return "mlx" if mlx.usable and mlx.devices[0] == "metal" else "faster-whisper"


def bfloat16_speedup() -> float:
    """How many times faster this machine multiplies in bfloat16 than in float32, on one core.

    Measured on a layer as wide as the base model's, in a few hundredths of a second. The features
    that a processor reports do not say how fast they are.
    """
    import torch  # noqa: PLC0415 - takes a second, only to measure

    def product_s(dtype: torch.dtype) -> float:
        x, weight = torch.ones(128, 512, dtype=dtype), torch.ones(1024, 512, dtype=dtype)
        return _shortest(lambda: torch.nn.functional.linear(x, weight))

    @torch.inference_mode()
    def speedup() -> float:
        return product_s(torch.float32) / product_s(torch.bfloat16)

    with single_core_thread("measuring") as thread:
        return thread.submit(speedup).result()


def _shortest(do: Callable[[], object]) -> float:
    taken = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        do()
        taken.append(time.perf_counter() - start)
    return min(taken)
