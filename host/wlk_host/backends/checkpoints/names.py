"""Convert the tensors of every format to OpenAI's names and layout."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wlk_host.backends.checkpoints.files import Tensors
from wlk_host.core.types import ENCODER_FRAME, SAMPLE_RATE, EncoderFrames

HEAD_WIDTH: Final = 64
"""The channels of an attention head, the same in all Whisper models."""

MOST_WIDTH: Final = 4096
"""Features of a position; three times what the largest Whisper model has."""

ENCODER_POSITIONS: Final[EncoderFrames] = 30 * SAMPLE_RATE // ENCODER_FRAME
"""The encoder frames of the window that Whisper was trained on."""

_FROM_HUGGING_FACE: Final = (
    (r"^model\.", ""),
    (r"^(encoder|decoder)\.layers\.", r"\1.blocks."),
    (r"\.self_attn_layer_norm\.", ".attn_ln."),
    (r"\.encoder_attn_layer_norm\.", ".cross_attn_ln."),
    (r"\.final_layer_norm\.", ".mlp_ln."),
    (r"\.self_attn\.", ".attn."),
    (r"\.encoder_attn\.", ".cross_attn."),
    (r"\.q_proj\.", ".query."),
    (r"\.k_proj\.", ".key."),
    (r"\.v_proj\.", ".value."),
    (r"\.out_proj\.", ".out."),
    (r"\.fc1\.", ".mlp.0."),
    (r"\.fc2\.", ".mlp.2."),
    (r"^encoder\.layer_norm\.", "encoder.ln_post."),
    (r"^decoder\.layer_norm\.", "decoder.ln."),
    (r"\.embed_tokens\.", ".token_embedding."),
    (r"\.embed_positions\.weight$", ".positional_embedding"),
    # MLX cannot call a list of layers "mlp".
    (r"\.mlp1\.", ".mlp.0."),
    (r"\.mlp2\.", ".mlp.2."),
)


@dataclass(frozen=True, slots=True)
class Dimensions:
    """The size of a Whisper model, from its tensors."""

    n_mels: int
    n_vocab: int
    width: int
    encoder_layers: int
    decoder_layers: int

    @property
    def n_heads(self) -> int:
        """Attention heads of each layer."""
        return self.width // HEAD_WIDTH


def openai_name(name: str) -> str:
    """A tensor's name in OpenAI's checkpoints, from its name in Hugging Face's or MLX's."""
    for pattern, replacement in _FROM_HUGGING_FACE:
        name = re.sub(pattern, replacement, name)
    return name


def to_openai(tensors: Tensors) -> dict[str, NDArray[np.generic]]:
    """The tensors under OpenAI's names, from OpenAI's, Hugging Face's, MLX's or CTranslate2's.

    Redundant tensors (the projection, which is the embedding) are left out. The encoder's positions
    are computed if they are not stored.

    Raises:
        KeyError: a tensor is missing.
        ValueError, IndexError: one has a shape that no Whisper model has.
    """
    if "encoder/conv1/weight" in tensors:
        return _from_ctranslate2(tensors)
    renamed = {openai_name(name): array for name, array in tensors.items()}
    renamed.pop("proj_out.weight", None)
    renamed.pop("alignment_heads", None)
    for conv in ("encoder.conv1.weight", "encoder.conv2.weight"):
        if renamed[conv].shape[1] == 3:  # MLX puts the kernel before the input.
            renamed[conv] = renamed[conv].transpose(0, 2, 1)
    if "encoder.positional_embedding" not in renamed:
        width = renamed["encoder.conv2.bias"].size
        if not HEAD_WIDTH <= width <= MOST_WIDTH:
            raise ValueError(f"encoder.conv2.bias of {width} features")
        renamed["encoder.positional_embedding"] = sinusoids(ENCODER_POSITIONS, width)
    return renamed


def dimensions(tensors: Tensors) -> Dimensions:
    """The dimensions of a model whose tensors have OpenAI's names.

    Raises:
        KeyError: a tensor is missing.
    """
    n_vocab, width = tensors["decoder.token_embedding.weight"].shape
    return Dimensions(
        n_mels=tensors["encoder.conv1.weight"].shape[1],
        n_vocab=n_vocab,
        width=width,
        encoder_layers=_n_blocks(tensors, "encoder"),
        decoder_layers=_n_blocks(tensors, "decoder"),
    )


def sinusoids(length: int, channels: int) -> NDArray[np.float32]:
    """The encoder's positions (Vaswani et al., 2017), shape (length, channels)."""
    step = math.log(10_000) / (channels // 2 - 1)
    angles = np.arange(length)[:, None] * np.exp(-step * np.arange(channels // 2))[None]
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)


def _n_blocks(tensors: Tensors, half: str) -> int:
    numbers = {name.split(".")[2] for name in tensors if name.startswith(f"{half}.blocks.")}
    return len(numbers)


def _from_ctranslate2(variables: Tensors) -> dict[str, NDArray[np.generic]]:
    tensors: dict[str, NDArray[np.generic]] = {}
    for half, norm in (("encoder", "ln_post"), ("decoder", "ln")):
        tensors[f"{half}.positional_embedding"] = variables[f"{half}/position_encodings/encodings"]
        _split_norm(variables, f"{half}/layer_norm", tensors, f"{half}.{norm}")
        pattern = re.compile(rf"{half}/layer_(\d+)/")
        layers = {int(match[1]) for name in variables if (match := pattern.match(name))}
        for layer in layers:
            _split_layer(variables, f"{half}/layer_{layer}", tensors, f"{half}.blocks.{layer}")
    for conv in ("conv1", "conv2"):
        for kind in ("weight", "bias"):
            tensors[f"encoder.{conv}.{kind}"] = variables[f"encoder/{conv}/{kind}"]
    tensors["decoder.token_embedding.weight"] = variables["decoder/embeddings/weight"]
    return tensors


def _split_layer(
    variables: Tensors, source: str, tensors: dict[str, NDArray[np.generic]], target: str
) -> None:
    """The tensors of one layer. CTranslate2 stacks query, key and value."""
    stacks: Mapping[str, tuple[str, ...]] = {
        "self_attention/linear_0": ("attn.query", "attn.key", "attn.value"),
        "self_attention/linear_1": ("attn.out",),
        "attention/linear_0": ("cross_attn.query",),
        "attention/linear_1": ("cross_attn.key", "cross_attn.value"),
        "attention/linear_2": ("cross_attn.out",),
        "ffn/linear_0": ("mlp.0",),
        "ffn/linear_1": ("mlp.2",),
    }
    norms = {"self_attention": "attn_ln", "attention": "cross_attn_ln", "ffn": "mlp_ln"}
    for stacked, parts in stacks.items():
        if f"{source}/{stacked}/weight" not in variables:  # An encoder has no cross-attention.
            continue
        for kind in ("weight", "bias"):
            arrays = np.split(variables[f"{source}/{stacked}/{kind}"], len(parts))
            for part, array in zip(parts, arrays, strict=True):
                if kind == "weight" or not part.endswith(".key"):  # Keys have no bias.
                    tensors[f"{target}.{part}.{kind}"] = array
    for block, norm in norms.items():
        if f"{source}/{block}/layer_norm/gamma" in variables:
            _split_norm(variables, f"{source}/{block}/layer_norm", tensors, f"{target}.{norm}")


def _split_norm(
    variables: Tensors, source: str, tensors: dict[str, NDArray[np.generic]], target: str
) -> None:
    tensors[f"{target}.weight"] = variables[f"{source}/gamma"]
    tensors[f"{target}.bias"] = variables[f"{source}/beta"]
