"""Weights in safetensors, those in bfloat16 included, which are read here."""

import json
import struct
from typing import Final

import numpy as np
from safetensors.numpy import save

from fuzz import mutation, scratch
from wlk_host.backends.checkpoints.files import read_tensors


def _of(header: object, content: bytes) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content


_BFLOAT16: Final = {
    "__metadata__": {"format": "pt"},
    "a": {"dtype": "BF16", "shape": [2, 2], "data_offsets": [0, 8]},
    "b": {"dtype": "F16", "shape": [2], "data_offsets": [8, 12]},
    "empty": {"dtype": "BF16", "shape": [0, 7], "data_offsets": [12, 12]},
}

CORPUS: Final = (
    save({"a": np.zeros((2, 3), np.float32), "b.weight": np.ones(4, np.float16)}),
    save({"n": np.arange(3), "empty": np.zeros((0, 2), np.float32)}, {"format": "np"}),
    _of(_BFLOAT16, bytes(12)),
    _of({"x": {"dtype": "F8_E4M3", "shape": [4], "data_offsets": [0, 4]}}, bytes(4)),
)

MUTATORS: Final = (mutation.of_bytes, mutation.framed(mutation.of_json, "<Q"))


def try_one(data: bytes) -> None:
    """It is read, or it is `model_corrupt`."""
    read_tensors([scratch.write("model.safetensors", data)])
