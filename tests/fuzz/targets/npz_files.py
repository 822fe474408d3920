"""Weights in NumPy's archives."""

import io
from typing import Final

import numpy as np

from fuzz import mutation, scratch
from wlk_host.backends.checkpoints.files import read_tensors


def _of(*, compressed: bool = False) -> bytes:
    written = io.BytesIO()
    save = np.savez_compressed if compressed else np.savez
    save(written, a=np.zeros((2, 3), np.float16), **{"b.weight": np.arange(4.0)})  # type: ignore[arg-type]
    return written.getvalue()


CORPUS: Final = (_of(), _of(compressed=True))

MUTATORS: Final = (mutation.of_bytes, mutation.of_archive)


def try_one(data: bytes) -> None:
    """It is read, or it is `model_corrupt`."""
    read_tensors([scratch.write("weights.npz", data)])
