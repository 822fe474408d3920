"""A Whisper model in CTranslate2. Knows nothing of PyTorch, which takes a second to import."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import ctranslate2

from wlk_host.backends.checkpoints.shapes import read_whisper
from wlk_host.core.errors import WlkError
from wlk_host.folders import is_file
from wlk_host.pieces import pieces

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
        WlkError: `model_corrupt`, `disk_error`.
        RuntimeError: the model cannot be loaded.
    """
    read_whisper(folder / "model.bin")  # CTranslate2 is less particular.
    with _joined(folder) as whole:
        return ctranslate2.models.Whisper(
            str(whole),
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


@contextmanager
def _joined(folder: Path) -> Iterator[Path]:
    """The model with its weights in one file, while the block runs: CTranslate2 reads no pieces.

    It could take them from memory, but then needs 190 MB more for base as long as it lives.

    Raises:
        WlkError: `disk_error`.
    """
    weights = folder / "model.bin"
    if not pieces(weights) or is_file(weights):
        yield folder
        return
    place = folder.parent if os.access(folder.parent, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix=".joined-", dir=place) as scratch:
        try:
            _join(folder, weights, Path(scratch))
        except OSError as error:
            raise WlkError(
                code="disk_error",
                message=f"cannot join the weights of {folder}: {error}",
                hint="free space there, or set WLK_MODELS to a folder on another disk",
            ) from error
        yield Path(scratch)


def _join(folder: Path, weights: Path, target: Path) -> None:
    for path in folder.iterdir():
        if path.is_file() and not path.name.startswith(weights.name):
            shutil.copy(path, target)
    with (target / weights.name).open("wb") as whole:
        for path in pieces(weights):
            with path.open("rb") as piece:
                shutil.copyfileobj(piece, whole)


def _compute_type(device: str) -> str:
    if device == "cpu":
        return "int8"
    able = ctranslate2.get_supported_compute_types(device)
    return next(kind for kind in _ON_CARDS if kind in able)
