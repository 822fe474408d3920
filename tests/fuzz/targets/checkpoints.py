"""Checkpoint folders: what lies beside the weights, and all of it together."""

import json
import struct
from contextlib import suppress
from typing import Any, Final

from fixtures import smallest_model
from fuzz import mutations
from fuzz.target import Target, coded, folder
from wlk_host.backends.checkpoints import vocabulary
from wlk_host.backends.checkpoints.conversion import as_ctranslate2
from wlk_host.backends.checkpoints.files import weight_files
from wlk_host.backends.checkpoints.names import to_openai
from wlk_host.backends.translators import pieces
from wlk_host.backends.whisper.config import read_config
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer


def folder_seeds() -> list[bytes]:
    """Checkpoint folders: shapes of tensors by name, and the JSON files beside them."""
    whisper = {n: ["F16", list(a.shape)] for n, a in to_openai(smallest_model.variables()).items()}
    config = {"alignment_heads": [[0, 0]]}
    quantised = {
        **whisper,
        "decoder.blocks.0.mlp.0.weight": ["U32", [256, 8]],
        "decoder.blocks.0.mlp.0.scales": ["F16", [256, 1]],
        "decoder.blocks.0.mlp.0.biases": ["F16", [256, 1]],
    }
    tokenizer: dict[str, Any] = {
        "model": {"vocab": {"a": 0, "b": 1}},
        "added_tokens": [
            {"id": 89, "content": "<|endoftext|>"},
            {"id": 90, "content": "<|notimestamps|>"},
        ],
    }
    generation = {"suppress_tokens": [1], "begin_suppress_tokens": [2]}
    lora = {"base_model_name_or_path": "base", "lora_alpha": 4, "use_rslora": True}
    lora |= {"peft_type": "LORA", "alpha_pattern": {"attn.query": 2}}
    adapter = {
        "base_model.model.decoder.blocks.0.attn.query.lora_A.weight": ["F32", [2, 64]],
        "base_model.model.decoder.blocks.0.attn.query.lora_B.weight": ["F32", [64, 2]],
        "base_model.model.decoder.ln.bias": ["F32", [64]],
    }
    scheme = {"quantization": {"group_size": 64, "bits": 4}}
    beside = {"generation_config.json": generation, "tokenizer.json": tokenizer}
    seeds: list[dict[str, Any]] = [
        {"tensors": whisper, "config.json": config, **beside},
        {"tensors": quantised, "config.json": {**config, **scheme}},
        {"tensors": whisper, "adapter": adapter, "adapter_config.json": lora},
        {"tensors": whisper, "model.safetensors.index.json": {"weight_map": {"a": "x", "b": "x"}}},
    ]
    return [json.dumps(seed).encode() for seed in seeds]


def read_folder(data: bytes) -> None:
    """Convert a checkpoint and its adapter, as far as it can be read."""
    try:
        given = json.loads(data)
    except (ValueError, RecursionError):
        return
    if not isinstance(given, dict):
        return
    cache = folder("converted")
    base, adapter = folder("converted/base"), folder("converted/adapter")
    beside = {name: content for name, content in given.items() if name in _BESIDE}
    is_adapted = "adapter_config.json" in beside
    for where, kind, name in (
        (base, "tensors", "model.safetensors"),
        (adapter, "adapter", "adapter_model.safetensors"),
    ):
        for path in where.iterdir():
            path.unlink()
        if f"{name}.index.json" not in beside:
            (where / name).write_bytes(_safetensors(given.get(kind)))
    for name, content in beside.items():
        text = json.dumps(content).encode("utf-8", "surrogatepass")
        (adapter if name.startswith("adapter") else base).joinpath(name).write_bytes(text)
    codes = ("model_corrupt", "vocabulary_missing", "heads_invalid", "adapter_unsupported")
    with coded(*codes):
        as_ctranslate2(adapter if is_adapted else base, cache / "cache", [], lambda _: base)


_BESIDE: Final = frozenset(
    {
        "adapter_config.json",
        "config.json",
        "generation_config.json",
        "model.safetensors.index.json",
        "tokenizer.json",
    }
)

_SIZES: Final = {"F16": 2, "BF16": 2, "F32": 4, "F64": 8, "I8": 1, "U8": 1, "I32": 4, "U32": 4}


def _safetensors(tensors: object) -> bytes:
    """A file with these tensors, all of them zeros; what is no shape goes into it as it is."""
    header, n_bytes = dict[str, Any](), 0
    for name, told in tensors.items() if isinstance(tensors, dict) else ():
        kind, shape = told if isinstance(told, list) and len(told) == 2 else ("F16", told)
        sizes = shape if isinstance(shape, list) else []
        size = _SIZES.get(str(kind), 4)
        for length in sizes:
            size *= length if type(length) is int and 0 <= length < 10**5 else 1
        end = n_bytes + min(size, 1 << 22)
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [n_bytes, end]}
        n_bytes = end
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(min(n_bytes, 1 << 24))


def config_seeds() -> list[bytes]:
    """What lies beside the weights."""
    heads = [[0, 0]]
    ours = {
        "alignment_heads": heads,
        "suppress_ids": [1],
        "suppress_ids_begin": [2],
        "lang_ids": [],
    }
    return [json.dumps(ours).encode()]


def read_model_config(data: bytes) -> None:
    """Read the configuration of a converted model."""
    path = folder("config") / "config.json"
    path.write_bytes(data)
    with coded("model_corrupt", "heads_invalid"):
        read_config(path.parent, smallest_model.variables())


def tokenizer_seeds() -> list[bytes]:
    """The smallest tokenizer with all of Whisper's special tokens."""
    names = ("endoftext", "startoftranscript", "en", "de", "translate", "transcribe", "startoflm",
             "startofprev", "nospeech", "notimestamps")  # fmt: skip
    added = [
        {"id": 50_354 + n, "content": f"<|{name}|>", "single_word": False, "lstrip": False,
         "rstrip": False, "normalized": False, "special": True}
        for n, name in enumerate(names)
    ]  # fmt: skip
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    vocab = {character: n for n, character in enumerate("abcdefghijklmnopqrstuvwxyzĠ!")}
    whole = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
        "normalizer": None, "pre_tokenizer": level, "post_processor": level, "decoder": level,
        "model": {"type": "BPE", "vocab": {**vocab, "th": 40}, "merges": ["t h"]},
    }  # fmt: skip
    return [json.dumps(whole).encode()]


def read_tokenizer(data: bytes) -> None:
    """Read a tokenizer, both ways, and use it."""
    where = folder("tokenizer")
    (where / "tokenizer.json").write_bytes(data)
    (where / "config.json").write_bytes(b'{"suppress_ids": [1], "suppress_ids_begin": [2]}')
    with coded("translator_broken"):
        pieces._fast_tokenizer(where / "tokenizer.json")
    with coded("model_corrupt"):
        tokenizer = WhisperTokenizer(where)
        assert isinstance(tokenizer.decode(tokenizer.encode(" the words")), str)
        assert len(tokenizer.languages) < 1000
        tokenizer.require_fit(tokenizer.vocabulary_size)
    with coded("model_corrupt"):
        _use(vocabulary.own(where))
    with coded("model_corrupt", "vocabulary_missing"):
        found = vocabulary.borrowed(51_866, [where])
        found.tokens(100)


def _use(own: vocabulary.Vocabulary | None) -> None:
    """Ask for what a conversion writes, which does without where there is none."""
    if own is not None:
        with suppress(KeyError, ValueError):
            own.tokens(100)
            assert len(own.language_ids()) < 1000


def index_seeds() -> list[bytes]:
    """An index of shards."""
    names = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    for name in names.values():
        (folder("index") / name).touch()
    return [json.dumps({"metadata": {}, "weight_map": names}).encode()]


def read_index(data: bytes) -> None:
    """Find the shards that an index names."""
    where = folder("index")
    (where / "model.safetensors.index.json").write_bytes(data)
    with coded("model_corrupt"):
        assert all(path.parent == where for path in weight_files(where))


TARGETS: Final = (
    Target("folder", folder_seeds, read_folder, mutations.of_json, 300, needs_torch=True),
    Target("config", config_seeds, read_model_config, mutations.of_json),
    Target("tokenizer", tokenizer_seeds, read_tokenizer, mutations.of_json),
    Target("index", index_seeds, read_index, mutations.of_json),
)
