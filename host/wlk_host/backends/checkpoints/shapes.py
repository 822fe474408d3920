"""What a Whisper checkpoint must hold, checked before anything computes with it.

The libraries below trust a model. A scalar of zero ends the process (SIGFPE), and a row too few is
read behind its end.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from wlk_host.backends.checkpoints.container import corrupt_container, read_variables
from wlk_host.backends.checkpoints.files import Tensors
from wlk_host.backends.checkpoints.names import (
    ENCODER_POSITIONS,
    HEAD_WIDTH,
    MOST_WIDTH,
    Dimensions,
    dimensions,
    to_openai,
)

DECODER_POSITIONS: Final = 448
"""Tokens of one text (Radford et al., 2022)."""

_MELS: Final = (80, 128)
_MOST_LAYERS: Final = 64
"""Twice what the largest Whisper model has."""

_SCALARS: Final = {
    "decoder/activation": (3,),  # GELU
    "decoder/alibi": (0,),
    "decoder/alibi_use_positive_positions": (0, 1),
    "decoder/pre_norm": (1,),
    "decoder/scale_alibi": (0,),
    "decoder/scale_embeddings": (0,),
    "decoder/start_from_zero_embedding": (0,),
    "encoder/activation": (3,),
    "encoder/pre_norm": (1,),
}
"""The numbers beside the weights, and what Whisper's are (CTranslate2, `whisper_spec.py`)."""


def require_whisper(tensors: Tensors) -> Dimensions:
    """The size of a model under OpenAI's names, all of whose tensors have the right shapes.

    Raises:
        KeyError: a tensor is missing.
        ValueError: one has another shape, or the model a size that no Whisper model has.
    """
    for name in ("decoder.token_embedding.weight", "encoder.conv1.weight"):
        expected = 2 if name.startswith("decoder") else 3
        if tensors[name].ndim != expected:
            raise ValueError(f"{name} of shape {tensors[name].shape}")
    size = dimensions(tensors)
    _require_size(size)
    for name, shape in _expected(size):
        if tensors[name].shape != shape:
            raise ValueError(f"{name} of shape {tensors[name].shape}, expected {shape}")
    return size


def read_whisper(model_bin: Path) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
    """The variables of a CTranslate2 model (`container.read_variables`), each as Whisper has it.

    Raises:
        WlkError: `model_corrupt`.
    """
    variables = read_variables(model_bin)
    try:
        size = require_whisper(to_openai(variables))
        _require_scalars(variables, size)
        _require_scales(variables)
    except (KeyError, ValueError, IndexError) as error:
        raise corrupt_container(model_bin, f"it lacks or misshapes {error}") from error
    return variables


def _require_size(size: Dimensions) -> None:
    whole_heads = size.width % HEAD_WIDTH == 0
    layers = (size.encoder_layers, size.decoder_layers)
    if not (0 < size.width <= MOST_WIDTH and whole_heads and size.n_vocab > 0):
        raise ValueError(f"an embedding of {size.n_vocab} tokens in {size.width} features")
    if size.n_mels not in _MELS:
        raise ValueError(f"an encoder for {size.n_mels} mel bands, expected 80 or 128")
    if not all(0 < n <= _MOST_LAYERS for n in layers):
        raise ValueError(f"{layers[0]} encoder and {layers[1]} decoder layers")


def _expected(size: Dimensions) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Names and shapes of all tensors (openai/whisper, `model.py`)."""
    width = size.width
    yield "encoder.conv1.weight", (width, size.n_mels, 3)
    yield "encoder.conv2.weight", (width, width, 3)
    yield "encoder.conv1.bias", (width,)
    yield "encoder.conv2.bias", (width,)
    yield "encoder.positional_embedding", (ENCODER_POSITIONS, width)
    yield "decoder.positional_embedding", (DECODER_POSITIONS, width)
    yield "decoder.token_embedding.weight", (size.n_vocab, width)
    for norm in ("encoder.ln_post", "decoder.ln"):
        yield from _norm(norm, width)
    for half, n_layers in (("encoder", size.encoder_layers), ("decoder", size.decoder_layers)):
        for number in range(n_layers):
            block = f"{half}.blocks.{number}"
            yield from _attention(f"{block}.attn", width)
            if half == "decoder":
                yield from _attention(f"{block}.cross_attn", width)
            yield from _norm(f"{block}.mlp_ln", width)
            yield f"{block}.mlp.0.weight", (4 * width, width)
            yield f"{block}.mlp.0.bias", (4 * width,)
            yield f"{block}.mlp.2.weight", (width, 4 * width)
            yield f"{block}.mlp.2.bias", (width,)


def _attention(name: str, width: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield from _norm(f"{name}_ln", width)
    for part in ("query", "key", "value", "out"):
        yield f"{name}.{part}.weight", (width, width)
        if part != "key":  # Whisper's keys have no bias.
            yield f"{name}.{part}.bias", (width,)


def _norm(name: str, width: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{name}.weight", (width,)
    yield f"{name}.bias", (width,)


def _require_scalars(variables: Tensors, size: Dimensions) -> None:
    allowed = {
        **_SCALARS,
        "encoder/num_heads": (size.n_heads,),
        "decoder/num_heads": (size.n_heads,),
        "decoder/alignment_heads": range(size.n_heads + 1),
        "decoder/alignment_layer": range(-size.decoder_layers, size.decoder_layers),
    }
    for name in ("encoder/num_heads", "decoder/num_heads"):
        if variables[name].ndim != 0:
            raise ValueError(f"{name} of shape {variables[name].shape}, expected a number")
    for name, value in variables.items():
        if value.ndim == 0 and (name not in allowed or value.item() not in allowed[name]):
            expected = list(allowed.get(name, ()))[:4] or "no such number"
            raise ValueError(f"{name} = {value}, expected {expected}")


def _require_scales(variables: Tensors) -> None:
    """Quantised weights have one scale for each row, or one for all."""
    for name, scale in variables.items():
        if name.endswith("_scale"):
            weight = variables[name.removesuffix("_scale")]
            if scale.shape not in ((), weight.shape[:1]):
                raise ValueError(f"{name} of shape {scale.shape} for {weight.shape}")
