"""Merge a LoRA adapter (PEFT) into the weights that it was trained for."""

import fnmatch
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wlk_host.backends.checkpoints.files import corrupt, read_json, read_tensors, weight_files
from wlk_host.backends.checkpoints.names import openai_name
from wlk_host.core.errors import WlkError

CONFIG: Final = "adapter_config.json"

_PREFIX: Final = "base_model.model."

_PART: Final = re.compile(r"(.+)\.lora_([AB])(?:\.default)?\.weight")

_MOST_ALPHA: Final = 10**6
"""Adapters are trained with 8 to 1024. JSON has numbers that no float can hold, and NaN."""

_SAVED: Final = re.compile(r"(.+?)\.modules_to_save(?:\.default)?\.(weight|bias)|(.+)")


def base_name(adapter: Path) -> str:
    """The adapter's own name for the model that it was trained for.

    Raises:
        WlkError: `model_corrupt`.
    """
    name = read_json(adapter / CONFIG).get("base_model_name_or_path")
    if not isinstance(name, str) or not name:
        raise corrupt(adapter / CONFIG, "it lacks base_model_name_or_path")
    return name


def merge(
    tensors: Mapping[str, NDArray[np.generic]], adapter: Path
) -> dict[str, NDArray[np.generic]]:
    """The tensors (OpenAI's names) with the adapter added: W + scale * B A (Hu et al., 2021).

    Raises:
        WlkError: `model_corrupt` if it is damaged or was made for another model,
            `adapter_unsupported` for variants of LoRA.
    """
    config = read_json(adapter / CONFIG)
    for variant in ("use_dora", "use_qalora", "fan_in_fan_out", "lora_bias"):
        if config.get(variant):
            raise _unsupported(adapter, variant)
    if config.get("peft_type", "LORA") != "LORA":
        raise _unsupported(adapter, str(config["peft_type"]))
    files = weight_files(adapter)
    if not files:
        raise corrupt(adapter, "it lacks adapter_model.safetensors")
    merged = dict(tensors)
    pairs: dict[str, dict[str, NDArray[np.float32]]] = {}
    for name, array in read_tensors(files).items():
        plain = name.removeprefix(_PREFIX)
        if part := _PART.fullmatch(plain):
            pairs.setdefault(part[1], {})[part[2]] = array.astype(np.float32)
        else:
            _replace(merged, adapter, plain, array)
    for module, pair in pairs.items():
        if pair.keys() != {"A", "B"}:
            raise corrupt(adapter, f"{module} has only one of lora_A and lora_B")
        rank = _rank(adapter, module, pair["A"], pair["B"])
        _add(merged, adapter, module, _scale(adapter, config, module, rank), pair["A"], pair["B"])
    return merged


def _rank(adapter: Path, module: str, a: NDArray[np.float32], b: NDArray[np.float32]) -> int:
    """What both matrices share."""
    if a.ndim != 2 or b.ndim != 2 or len(a) != b.shape[1] or len(a) == 0:
        raise corrupt(adapter, f"{module} has lora_A of {a.shape} and lora_B of {b.shape}")
    return len(a)


def _add(
    merged: dict[str, NDArray[np.generic]],
    adapter: Path,
    module: str,
    scale: float,
    a: NDArray[np.float32],
    b: NDArray[np.float32],
) -> None:
    target = openai_name(f"{module}.weight")
    weight = merged.get(target)
    if weight is None or weight.shape != (b.shape[0], a.shape[1]):
        shape = None if weight is None else weight.shape
        raise corrupt(adapter, f"{module} has {(b.shape[0], a.shape[1])}, expected {shape}")
    merged[target] = weight.astype(np.float32) + scale * (b @ a)


def _replace(
    merged: dict[str, NDArray[np.generic]], adapter: Path, name: str, array: NDArray[np.generic]
) -> None:
    """Replace one of the model's tensors by one that was trained as a whole."""
    saved = _SAVED.fullmatch(name)
    plain = f"{saved[1]}.{saved[2]}" if saved and saved[1] else name
    target = openai_name(plain)
    if target not in merged or merged[target].shape != array.shape:
        raise corrupt(adapter, f"the model has no {name} of shape {array.shape}")
    merged[target] = array


def _scale(adapter: Path, config: Mapping[str, object], module: str, rank: int) -> float:
    """alpha / r, or alpha / sqrt(r) if the adapter is rank-stabilised (Kalajdzievski, 2023)."""
    alpha = config.get("lora_alpha", rank)
    patterns = config.get("alpha_pattern")
    if isinstance(patterns, dict):
        for pattern, value in patterns.items():
            if module == pattern or fnmatch.fnmatch(module, f"*.{pattern}"):
                alpha = value
    if not isinstance(alpha, int | float):
        alpha = rank
    if not abs(alpha) < _MOST_ALPHA:
        raise corrupt(adapter / CONFIG, f"its lora_alpha is not below {_MOST_ALPHA}")
    return float(alpha) / (math.sqrt(rank) if config.get("use_rslora") else rank)


def _unsupported(adapter: Path, variant: str) -> WlkError:
    return WlkError(
        code="adapter_unsupported",
        message=f"{adapter} is an adapter of type {variant}, expected plain LoRA",
        hint="merge it with PEFT (merge_and_unload), then name the folder of the result",
    )
