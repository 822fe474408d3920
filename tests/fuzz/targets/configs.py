"""The JSON files beside the weights of a model."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np
from safetensors.numpy import save

from fixtures.smallest_model import Arrays
from fuzz import mutation, scratch
from wlk_host.backends.checkpoints import conversion, lora, mlx, vocabulary
from wlk_host.backends.checkpoints.files import read_json, weight_files
from wlk_host.backends.checkpoints.vocabulary import LARGE_V3
from wlk_host.backends.translators.folder import FolderModel
from wlk_host.backends.whisper.config import read_config

_WEIGHT: Final = "encoder.blocks.0.attn.query.weight"
_MODULE: Final = "base_model.model.model.encoder.layers.0.self_attn.q_proj"
_VARIABLES: Final[Arrays] = {
    "decoder/embeddings/weight": np.zeros((100, 64), np.float16),
    "decoder/layer_0/self_attention/linear_0/weight": np.zeros((192, 64), np.float16),
    "decoder/num_heads": np.array(1, np.int16),
    "encoder/num_heads": np.array(1, np.int16),
}
_QUANTISED: Final[Arrays] = {
    "a.weight": np.zeros((2, 8), np.uint32),
    "a.scales": np.zeros((2, 1), np.float16),
    "a.biases": np.zeros((2, 1), np.float16),
}
_ADDED: Final = ("<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|translate|>")
_TOKENIZER: Final = {
    "model": {"vocab": {"a": 0, "b": 1, "<|notimestamps|>": 50_363}},
    "added_tokens": [
        *({"id": 50_257 + n, "content": content} for n, content in enumerate(_ADDED)),
        {"id": 50_363, "content": "<|notimestamps|>"},
    ],
    "post_processor": {"special_tokens": {"<|en|>": {"id": "<|en|>", "ids": [50_259]}}},
}
_SUPPRESSED: Final = {"suppress_tokens": [1, 2], "begin_suppress_tokens": [3]}
_GOOD: Final[dict[str, object]] = {
    "tokenizer.json": _TOKENIZER,
    "generation_config.json": {**_SUPPRESSED, "alignment_heads": [[0, 0]]},
    "config.json": {
        "suppress_ids": [1],
        "suppress_ids_begin": [2],
        "lang_ids": [3],
        "alignment_heads": [[0, 0]],
        "quantization": {"group_size": 64, "bits": 4, "a": {"bits": 4}},
    },
    "model.safetensors.index.json": {"weight_map": {"a": "model-1.safetensors"}},
    "adapter_config.json": {
        "base_model_name_or_path": "base",
        "peft_type": "LORA",
        "lora_alpha": 8,
        "alpha_pattern": {"q_proj": 4},
        "use_rslora": True,
    },
    "shared_vocabulary.json": ["a", "b", "__en__", "__pt__"],
}


def _folder(name: str, content: bytes) -> Path:
    """A folder whose other files are sound."""
    path = scratch.write(f"{_BESIDE[name]}/{name}", content)
    return path.parent


def _prepare() -> None:
    pair = {
        f"{_MODULE}.lora_A.weight": np.ones((2, 64), np.float32),
        f"{_MODULE}.lora_B.weight": np.ones((64, 2), np.float32),
    }
    scratch.write("adapter/adapter_model.safetensors", save(pair))
    scratch.write("index/model-1.safetensors", b"")
    scratch.write("translator/model.bin", b"")
    for folder, name in (("translator", "config.json"), ("vocabulary", "config.json")):
        scratch.write(f"{folder}/{name}", json.dumps(_GOOD["config.json"]).encode())
    for folder in ("generation", "config"):
        scratch.write(f"{folder}/tokenizer.json", json.dumps(_TOKENIZER).encode())


_BESIDE: Final = {
    "tokenizer.json": "vocabulary",
    "generation_config.json": "generation",
    "config.json": "config",
    "model.safetensors.index.json": "index",
    "adapter_config.json": "adapter",
    "shared_vocabulary.json": "translator",
}
"""The folder of each file."""

_prepare()


def _tokens(folder: Path) -> None:
    own = vocabulary.own(folder)
    if own is not None:
        with suppress(KeyError, ValueError):  # As `conversion` does.
            own.tokens(100)
            own.language_ids()
    vocabulary.borrowed(LARGE_V3, [folder])


def _config(folder: Path) -> None:
    vocabulary.own(folder)
    conversion._own_heads(folder, None)
    mlx.dequantised(_QUANTISED, read_json(folder / "config.json"), folder)


def _adapter(folder: Path) -> None:
    lora.base_name(folder)
    lora.merge({_WEIGHT: np.zeros((64, 64), np.float32)}, folder)


def _translator(folder: Path) -> None:
    model = FolderModel(folder)
    model.supports("en", "pt")


_READERS: Final[dict[str, tuple[Callable[[Path], Any], ...]]] = {
    "tokenizer.json": (_tokens,),
    "generation_config.json": (_config,),
    "config.json": (_config, lambda folder: read_config(folder, _VARIABLES)),
    "model.safetensors.index.json": (weight_files,),
    "adapter_config.json": (_adapter,),
    "shared_vocabulary.json": (_translator,),
}

CORPUS: Final = tuple(f"{name}\n{json.dumps(content)}".encode() for name, content in _GOOD.items())

MUTATORS: Final = (mutation.named(mutation.of_json),) * 3 + (mutation.named(mutation.of_bytes),)


def try_one(data: bytes) -> None:
    """Each reader of that file reads it, or says what is wrong with it."""
    name, _, content = data.partition(b"\n")
    known = name.decode("utf-8", "replace")
    for read in _READERS.get(known, ()):
        read(_folder(known, content))
