"""A Whisper model in CTranslate2. Knows nothing of PyTorch, which takes a second to import."""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import ctranslate2

from wlk_host.backends.checkpoints.shapes import read_whisper

_ON_CARDS: Final = ("float16", "int8_float16", "int8_float32", "float32")
"""The first one that a card can do; old ones are slow in float16 and say that they cannot."""


def load(folder: Path, threads: int, device: str = "cpu", n_passes: int = 2) -> Any:
    """`ctranslate2.models.Whisper` of a folder, in int8 on the processor.

    Args:
        folder: of the model.
        threads: cores one window may use.
        device: "cpu" or "cuda".
        n_passes: windows taken at a time on the processor; on a card it is two.

    Raises:
        WlkError: `model_corrupt`.
        RuntimeError: the model cannot be loaded.
    """
    read_whisper(folder / "model.bin")  # CTranslate2 is less particular.
    return ctranslate2.models.Whisper(
        str(folder),
        device=device,
        compute_type=_compute_type(device),
        # Workers on the same weights: no pass holds up another one.
        inter_threads=n_passes if device == "cpu" else 2,
        intra_threads=threads,
    )


def begin(folder: Path, threads: int, device: str = "cpu", n_passes: int = 2) -> Future[Any]:
    """`load`, on a thread of its own: it needs no Python while it reads."""
    pool = ThreadPoolExecutor(1, "ctranslate2")
    loading = pool.submit(load, folder, threads, device, n_passes)
    pool.shutdown(wait=False)
    return loading


def _compute_type(device: str) -> str:
    if device == "cpu":
        return "int8"
    able = ctranslate2.get_supported_compute_types(device)
    return next(kind for kind in _ON_CARDS if kind in able)
