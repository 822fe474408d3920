"""Undo the quantisation of MLX folders, in which groups of weights share a scale and a bias.

A quantised matrix `name.weight` consists of unsigned integers of 2 to 8 bits. Each row is a stream
of bits, the lowest first. `name.scales` and `name.biases` have a column for each group
(ml-explore/mlx, `mx.quantize`, mode "affine"). The number of bits and the size of a group are in
`config.json` under "quantization", for some layers separately.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wlk_host.backends.checkpoints.files import Tensors, corrupt

_BITS: Final = (2, 3, 4, 5, 6, 8)
_ROWS: Final = 1024
"""The rows unpacked at a time, because each bit takes a byte then."""


def is_quantised(tensors: Tensors) -> bool:
    """Whether any of the tensors is quantised."""
    return any(name.endswith(".scales") for name in tensors)


def dequantised(
    tensors: Tensors, config: Mapping[str, object], path: Path
) -> dict[str, NDArray[np.generic]]:
    """The same tensors; those that were quantised are in float16.

    Args:
        tensors: under MLX's names.
        config: the folder's configuration.
        path: the folder, for errors.

    Raises:
        WlkError: `model_corrupt` if the configuration lacks the scheme or does not fit.
    """
    plain = {name: array for name, array in tensors.items() if not _belongs(name, tensors)}
    quantised = [name for name in tensors if name.endswith(".scales")]
    for name in (name.removesuffix(".scales") for name in quantised):
        group_size, bits = _scheme(config, name, path)
        try:
            packed, scales, biases = (
                tensors[f"{name}.{part}"] for part in ("weight", "scales", "biases")
            )
            plain[f"{name}.weight"] = _matrix(packed, scales, biases, group_size, bits)
        except (KeyError, ValueError, IndexError) as error:
            raise corrupt(path, f"its quantised {name} lacks or misshapes {error}") from error
    return plain


def _belongs(name: str, tensors: Tensors) -> bool:
    """Whether the tensor is a part of a quantised matrix."""
    layer, _, part = name.rpartition(".")
    return part in ("weight", "scales", "biases") and f"{layer}.scales" in tensors


def _scheme(config: Mapping[str, object], name: str, path: Path) -> tuple[int, int]:
    """The number of weights in a group, and of bits in a weight."""
    general = config.get("quantization")
    if isinstance(general, dict):
        own = general.get(name)
        scheme = {**general, **own} if isinstance(own, dict) else general
        group_size, bits = scheme.get("group_size"), scheme.get("bits")
        affine = scheme.get("mode", "affine") == "affine"
        if affine and isinstance(group_size, int) and group_size > 0 and bits in _BITS:
            return group_size, int(bits)
    raise corrupt(
        path,
        f"it is quantised, but config.json has {general!r} for quantization, expected "
        f"group_size and bits, one of {', '.join(map(str, _BITS))}",
    )


def _matrix(
    packed: NDArray[np.generic],
    scales: NDArray[np.generic],
    biases: NDArray[np.generic],
    group_size: int,
    bits: int,
) -> NDArray[np.float16]:
    """The matrix (out, in) from (out, in * bits / 32) and two of (out, in / group_size)."""
    n_rows, n_groups = scales.shape
    if packed.ndim != 2 or biases.shape != scales.shape:
        raise ValueError(f"shapes {packed.shape}, {scales.shape}, {biases.shape}")
    if packed.shape != (n_rows, n_groups * group_size * bits // 32):
        raise ValueError(f"shape {packed.shape} for {n_groups} groups of {group_size} weights")
    whole = np.empty((n_rows, n_groups * group_size), np.float16)
    words = np.ascontiguousarray(packed, "<u4")
    for at in range(0, n_rows, _ROWS):
        rows = slice(at, at + _ROWS)
        steps = _unpacked(words[rows], bits).reshape(-1, n_groups, group_size)
        values = steps * scales[rows, :, None].astype(np.float32)
        values += biases[rows, :, None].astype(np.float32)
        whole[rows] = values.reshape(len(values), -1)
    return whole


def _unpacked(words: NDArray[np.uint32], bits: int) -> NDArray[np.float32]:
    """The integers in rows of 32-bit words."""
    stream = np.unpackbits(words.view(np.uint8), axis=1, bitorder="little")
    digits = stream.reshape(len(words), -1, bits)
    integers: NDArray[np.float32] = np.matmul(digits, np.exp2(np.arange(bits, dtype=np.float32)))
    return integers
