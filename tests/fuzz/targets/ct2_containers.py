"""CTranslate2's `model.bin`."""

from contextlib import suppress
from typing import Final

import numpy as np

from fixtures.smallest_model import Arrays, container, variables
from fuzz import mutation, scratch
from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.checkpoints.shapes import read_whisper
from wlk_host.core.errors import WlkError

_SMALL: Final[Arrays] = {
    "encoder/conv1/weight": np.zeros((2, 80, 3), np.float16),
    "decoder/embeddings/weight": np.zeros((5, 2), np.int8),
    "decoder/embeddings/weight_scale": np.zeros(5, np.float32),
    "encoder/num_heads": np.array(1, np.int16),
}

_ALL: Final[Arrays] = {
    name: array if array.ndim == 0 else np.zeros((0,) * array.ndim, array.dtype)
    for name, array in variables().items()
}
"""Every variable of the smallest model, and none has a number."""

CORPUS: Final = tuple(
    container(scratch.FOLDER / "corpus.bin", found).read_bytes() for found in (_SMALL, _ALL)
)

MUTATORS: Final = (mutation.of_bytes,)


def try_one(data: bytes) -> None:
    """It is read, or it is `model_corrupt`."""
    path = scratch.write("model.bin", data)
    read_variables(path)
    with suppress(WlkError):  # None of them has the size of a model.
        read_whisper(path)
