"""Weights in pickles: ZIP archives of PyTorch, and its older files. Needs PyTorch."""

import io
from contextlib import suppress
from typing import Any, Final

import torch

from fuzz import mutation, scratch
from wlk_host.backends.checkpoints.end_of_word import load_end_of_word
from wlk_host.backends.checkpoints.files import read_tensors
from wlk_host.backends.voice_encoder import WEIGHTS, load_voice_encoder
from wlk_host.core.errors import WlkError


def _of(content: Any, *, older: bool = False) -> bytes:
    written = io.BytesIO()
    torch.save(content, written, _use_new_zipfile_serialization=not older)
    return written.getvalue()


_TENSORS: Final = {"a": torch.zeros(2, 3, dtype=torch.bfloat16), "b.weight": torch.arange(4.0)}
_END_OF_WORD: Final = {"weight": torch.zeros(1, 4), "bias": torch.zeros(1)}

CORPUS: Final = (
    _of(_TENSORS),
    _of({"dims": {"n_mels": 80}, "model_state_dict": _TENSORS}),
    _of(_END_OF_WORD),
    _of(_END_OF_WORD, older=True),
    _of({"model_state": {"linear.bias": torch.zeros(4)}}, older=True),
)

MUTATORS: Final = (mutation.of_bytes, mutation.of_archive)

_READERS: Final = (
    lambda data: read_tensors([scratch.write("model.pt", data)]),
    lambda data: load_end_of_word(scratch.write("cif.pt", data)),
    lambda data: load_voice_encoder(scratch.write(WEIGHTS, data).parent),
)


def try_one(data: bytes) -> None:
    """Each reader reads it, or says what is wrong with it."""
    for read in _READERS:
        with suppress(WlkError):
            read(data)
