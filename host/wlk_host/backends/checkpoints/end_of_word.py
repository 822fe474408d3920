"""Trained end-of-word models in Simul-Whisper's format (`cif_base.pt` and others)."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from wlk_host.backends import availability
from wlk_host.backends.checkpoints.container import first_words
from wlk_host.backends.checkpoints.files import READING
from wlk_host.backends.checkpoints.pickles import require_tensors
from wlk_host.backends.checkpoints.zipped import require_unpacked, require_within
from wlk_host.core.errors import WlkError
from wlk_host.core.live.end_of_word import IntegrateAndFire


def load_end_of_word(path: Path) -> IntegrateAndFire:
    """Read a checkpoint: a linear layer with a `weight` of shape (1, width) and a `bias` of (1,).

    Raises:
        WlkError: `end_of_word_unreadable`, `torch_missing`.
    """
    if not path.is_file():
        raise _unreadable(path, "there is no such file")
    if not availability.has_torch():
        raise availability.torch_missing("a trained end-of-word model")
    import torch  # noqa: PLC0415 - an extra, and takes a second

    try:
        require_unpacked(path)
        require_tensors(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # About pickles that are then refused.
            checkpoint: Any = torch.load(path, map_location="cpu", weights_only=True)
    except READING as error:
        raise _unreadable(path, first_words(error)) from error
    found = _shapes(checkpoint)
    weight, bias = found.get("weight", ()), found.get("bias", ())
    if len(weight) != 2 or weight[0] != 1 or bias != (1,):
        raise _unreadable(path, f"expected a weight of (1, width) and a bias of (1,), got {found}")
    try:
        require_within(path, weight[1] * 4)
    except ValueError as error:
        raise _unreadable(path, str(error)) from error
    numbers = checkpoint["weight"][0].detach().numpy().astype(np.float32)
    return IntegrateAndFire(numbers, float(checkpoint["bias"][0]))


def _shapes(checkpoint: Any) -> dict[str, tuple[int, ...]]:
    """The tensors in it and their shapes."""
    import torch  # noqa: PLC0415 - as above

    if not isinstance(checkpoint, dict):
        return {}
    tensors = {str(k): v for k, v in checkpoint.items() if isinstance(v, torch.Tensor)}
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def _unreadable(path: Path, reason: str) -> WlkError:
    return WlkError(
        code="end_of_word_unreadable",
        message=f"{path} is not an end-of-word model: {reason}",
        hint="give the path of a Simul-Whisper checkpoint such as cif_base.pt, "
        'or choose "next" or "never"',
    )
