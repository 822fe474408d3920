"""Write tensors as a CTranslate2 model folder, which every backend here can read."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import common_spec, whisper_spec
from numpy.typing import NDArray

from wlk_host.backends.checkpoints import vocabulary as vocabularies
from wlk_host.backends.checkpoints.files import Tensors
from wlk_host.backends.checkpoints.heads import Heads
from wlk_host.backends.checkpoints.names import dimensions
from wlk_host.backends.checkpoints.vocabulary import Vocabulary


def write_folder(folder: Path, tensors: Tensors, heads: Heads, vocabulary: Vocabulary) -> None:
    """Write `model.bin` in float16, `config.json`, `vocabulary.json` and `tokenizer.json`.

    Args:
        folder: an empty folder.
        tensors: in OpenAI's layout, under OpenAI's names.

    Raises:
        KeyError: a tensor is missing.
        ValueError: tensors do not fit together.
    """
    size = dimensions(tensors)
    spec = whisper_spec.WhisperSpec(
        size.encoder_layers, size.n_heads, size.decoder_layers, size.n_heads
    )
    _fill(spec, tensors)
    spec.register_vocabulary(vocabulary.tokens(size.n_vocab))
    spec.config.suppress_ids = list(vocabulary.suppressed)
    spec.config.suppress_ids_begin = list(vocabulary.suppressed_first)
    spec.config.lang_ids = vocabulary.language_ids()
    spec.config.alignment_heads = [list(pair) for pair in heads]
    spec.validate()
    spec.optimize(quantization="float16")
    spec.save(os.fspath(folder))
    vocabularies.write(vocabulary, folder)


def _fill(spec: Any, tensors: Tensors) -> None:
    for conv, name in ((spec.encoder.conv1, "conv1"), (spec.encoder.conv2, "conv2")):
        conv.weight = _array(tensors, f"encoder.{name}.weight")
        conv.bias = _array(tensors, f"encoder.{name}.bias")
    for half, name, norm in ((spec.encoder, "encoder", "ln_post"), (spec.decoder, "decoder", "ln")):
        half.position_encodings.encodings = _array(tensors, f"{name}.positional_embedding")
        _norm(half.layer_norm, tensors, f"{name}.{norm}")
        for number, layer in enumerate(half.layer):
            block = f"{name}.blocks.{number}"
            _attention(layer.self_attention, tensors, f"{block}.attn", (3, 1))
            if half is spec.decoder:
                _attention(layer.attention, tensors, f"{block}.cross_attn", (1, 2, 1))
            _norm(layer.ffn.layer_norm, tensors, f"{block}.mlp_ln")
            _linear(layer.ffn.linear_0, tensors, [f"{block}.mlp.0"])
            _linear(layer.ffn.linear_1, tensors, [f"{block}.mlp.2"])
    spec.decoder.embeddings.weight = _array(tensors, "decoder.token_embedding.weight")
    spec.decoder.projection.weight = spec.decoder.embeddings.weight


def _attention(spec: Any, tensors: Tensors, name: str, stacks: tuple[int, ...]) -> None:
    """Fill in query, key, value and output; `stacks` says how many of them share a matrix."""
    _norm(spec.layer_norm, tensors, f"{name}_ln")
    parts = [f"{name}.{part}" for part in ("query", "key", "value", "out")]
    for linear, stack in zip(spec.linear, stacks, strict=True):
        _linear(linear, tensors, parts[:stack])
        parts = parts[stack:]


def _linear(spec: common_spec.LinearSpec, tensors: Tensors, parts: list[str]) -> None:
    spec.weight = np.concatenate([_array(tensors, f"{part}.weight") for part in parts])
    spec.bias = np.concatenate([_bias(tensors, part) for part in parts])


def _bias(tensors: Tensors, part: str) -> NDArray[np.floating]:
    """The bias of a linear layer. Whisper's keys have none."""
    if part.endswith(".key"):
        return np.zeros(len(tensors[f"{part}.weight"]), np.float16)
    return _array(tensors, f"{part}.bias")


def _norm(spec: common_spec.LayerNormSpec, tensors: Tensors, name: str) -> None:
    spec.gamma = _array(tensors, f"{name}.weight")
    spec.beta = _array(tensors, f"{name}.bias")


def _array(tensors: Tensors, name: str) -> NDArray[np.floating]:
    """The tensor in float32, or in float16 if stored so: large models are in memory twice."""
    array = tensors[name]
    return np.ascontiguousarray(array, np.float16 if array.dtype == np.float16 else np.float32)
