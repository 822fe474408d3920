"""Which engine suits this machine."""

import time
from collections.abc import Callable
from typing import Final, Literal, TypeAlias

from wlk_host.backends import availability
from wlk_host.backends.availability import LocalBackend, Surroundings

Backend: TypeAlias = LocalBackend
"""What encodes and does the second pass: CTranslate2 in int8, PyTorch in bfloat16, or MLX, in
float16 on Apple's GPU. PyTorch and MLX decode the live pass as well; beside CTranslate2 it is
onnxruntime."""

Wish: TypeAlias = Literal["auto", "faster-whisper", "torch", "mlx"]

Remote: TypeAlias = Literal["openai-api"]
"""A service on another machine (`api_client`), never taken by itself."""

_WORTH: Final = 1.5
"""How much quicker than float32 bfloat16 has to be. With matrix units (AMX) it is 4.4 times as
quick, and PyTorch needs two thirds of the time of CTranslate2 for a short window and a quarter
for a full one. Kept from them it was 0.6 times as quick with AVX512-BF16, 0.1 times with AVX2."""

_ROUNDS: Final = 20
"""The shortest of many short ones: other programs run as well."""


def choose(
    wish: Wish,
    speedup: Callable[[], float] | None = None,
    here: Surroundings | None = None,
) -> Backend:
    """The engine that was asked for; for `auto` MLX on Apple silicon, else the quicker one.

    Args:
        wish: what the user said.
        speedup: how much quicker bfloat16 is than float32; by default this is measured.
        here: the machine; None is this one.

    Raises:
        WlkError: `backend_unavailable` when what was asked for does not run here.
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
    """The engine for somebody who wishes none: MLX where it is installed on Apple silicon.

    Elsewhere it is CTranslate2, which suits every machine: captions are to begin at once, and
    measuring takes a while.
    """
    mlx = availability.mlx(here or availability.surroundings())
    return "mlx" if mlx.usable and mlx.devices[0] == "metal" else "faster-whisper"


def bfloat16_speedup() -> float:
    """How many times quicker than in float32 this machine multiplies in bfloat16, on one core.

    Measured on a layer of the width of the base model, in a few hundredths of a second: what
    a processor says that it can do does not tell how quick it is at it.
    """
    import torch  # noqa: PLC0415 - takes a second, for those who measure

    def product_s(dtype: torch.dtype) -> float:
        x, weight = torch.ones(128, 512, dtype=dtype), torch.ones(1024, 512, dtype=dtype)
        return _shortest(lambda: torch.nn.functional.linear(x, weight))

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode():
            return product_s(torch.float32) / product_s(torch.bfloat16)
    finally:
        torch.set_num_threads(threads)


def _shortest(do: Callable[[], object]) -> float:
    taken = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        do()
        taken.append(time.perf_counter() - start)
    return min(taken)
