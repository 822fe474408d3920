"""Converts a CTranslate2 Whisper model to OpenAI's checkpoint format, which some systems need."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from wlk_host.backends.checkpoints.container import read_variables

_HEAD_WIDTH: Final = 64
"""The channels of an attention head in every Whisper model."""

_OUTSIDE: Final = {
    "decoder/embeddings/weight": "decoder.token_embedding.weight",
    "decoder/position_encodings/encodings": "decoder.positional_embedding",
    "encoder/position_encodings/encodings": "encoder.positional_embedding",
    "decoder/layer_norm/gamma": "decoder.ln.weight",
    "decoder/layer_norm/beta": "decoder.ln.bias",
    "encoder/layer_norm/gamma": "encoder.ln_post.weight",
    "encoder/layer_norm/beta": "encoder.ln_post.bias",
    "encoder/conv1/weight": "encoder.conv1.weight",
    "encoder/conv1/bias": "encoder.conv1.bias",
    "encoder/conv2/weight": "encoder.conv2.weight",
    "encoder/conv2/bias": "encoder.conv2.bias",
}

_INSIDE: Final = {
    "self_attention/layer_norm": ("attn_ln",),
    "self_attention/linear_0": ("attn.query", "attn.key", "attn.value"),
    "self_attention/linear_1": ("attn.out",),
    "attention/layer_norm": ("cross_attn_ln",),
    "attention/linear_0": ("cross_attn.query",),
    "attention/linear_1": ("cross_attn.key", "cross_attn.value"),
    "attention/linear_2": ("cross_attn.out",),
    "ffn/layer_norm": ("mlp_ln",),
    "ffn/linear_0": ("mlp.0",),
    "ffn/linear_1": ("mlp.2",),
}
"""CTranslate2's modules of a layer, with OpenAI's modules that each stacks in one matrix."""

_KINDS: Final = {"gamma": "weight", "beta": "bias"}


def openai_checkpoint(folder: Path) -> dict[str, Any]:
    """The model in that folder as `{"dims": ..., "model_state_dict": ...}`, in float32."""
    import torch  # noqa: PLC0415 - an extra

    state = {
        name: tensor
        for variable, array in read_variables(folder / "model.bin").items()
        for name, tensor in _renamed(variable, torch.from_numpy(np.array(array)))
    }
    dims = {
        "n_mels": state["encoder.conv1.weight"].shape[1],
        "n_vocab": state["decoder.token_embedding.weight"].shape[0],
    }
    for side, kind in (("encoder", "audio"), ("decoder", "text")):
        context, width = state[f"{side}.positional_embedding"].shape
        dims |= {
            f"n_{kind}_ctx": context,
            f"n_{kind}_state": width,
            f"n_{kind}_head": width // _HEAD_WIDTH,
            f"n_{kind}_layer": sum(
                name.startswith(side) and name.endswith(".mlp.0.weight") for name in state
            ),
        }
    return {"dims": dims, "model_state_dict": state}


def _renamed(variable: str, tensor: Any) -> Iterator[tuple[str, Any]]:
    """OpenAI's parameters in one variable; none if the variable is a setting."""
    if variable in _OUTSIDE:
        yield _OUTSIDE[variable], tensor.float()
    elif "/layer_" in variable and tensor.ndim:
        side, layer, *module, kind = variable.split("/")
        names = _INSIDE["/".join(module)]
        for name, part in zip(names, tensor.float().chunk(len(names)), strict=True):
            # The keys' bias is always zero, and OpenAI's layer has none.
            if not (name.endswith(".key") and kind == "bias"):
                block = layer.removeprefix("layer_")
                yield f"{side}.blocks.{block}.{name}.{_KINDS.get(kind, kind)}", part.clone()
