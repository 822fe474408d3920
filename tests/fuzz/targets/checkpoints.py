"""Every reader of weights and of what lies beside them."""

import io
import json
import struct
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from fixtures import smallest_model
from fuzz import mutations
from fuzz.target import Target, coded, folder, kept_seeds
from wlk_host.backends import voice_encoder
from wlk_host.backends.checkpoints import vocabulary
from wlk_host.backends.checkpoints.conversion import as_ctranslate2
from wlk_host.backends.checkpoints.end_of_word import load_end_of_word
from wlk_host.backends.checkpoints.files import read_tensors, weight_files
from wlk_host.backends.checkpoints.names import to_openai
from wlk_host.backends.checkpoints.shapes import read_whisper
from wlk_host.backends.graphs.session import GraphError
from wlk_host.backends.whisper.config import read_config
from wlk_host.backends.whisper.onnx import files as onnx_files
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer

_ARRAYS: Final[Mapping[str, NDArray[Any]]] = {
    "encoder.conv1.weight": np.ones((4, 2, 3), np.float16),
    "decoder.ln.bias": np.arange(5, dtype=np.float32),
    "alignment_heads": np.array([[0, 1], [1, 2]], np.int32),
    "none": np.zeros((0, 7), np.float32),
    "one": np.array(1.5, np.float32),
}


def _written(name: str, data: bytes) -> Path:
    path = folder("checkpoints") / name
    path.write_bytes(data)
    return path


def safetensors_seeds() -> list[bytes]:
    """A few tensors, and one in bfloat16."""
    header = b'{"a":{"dtype":"BF16","shape":[2,2],"data_offsets":[0,8]},"__metadata__":{"x":"y"}}'
    return [save(dict(_ARRAYS)), struct.pack("<Q", len(header)) + header + bytes(range(8))]


def read_safetensors(data: bytes) -> None:
    """Read a file of Hugging Face's."""
    with coded("model_corrupt"):
        _require_arrays(read_tensors([_written("model.safetensors", data)]), len(data))


def npz_seeds() -> list[bytes]:
    """Archives of NumPy's, packed or not."""
    plain, packed = io.BytesIO(), io.BytesIO()
    np.savez(plain, allow_pickle=False, **_ARRAYS)
    np.savez_compressed(packed, allow_pickle=False, **_ARRAYS)
    return [plain.getvalue(), packed.getvalue()]


def read_npz(data: bytes) -> None:
    """Read a file of MLX's."""
    with coded("model_corrupt"):
        _require_arrays(read_tensors([_written("weights.npz", data)]), len(data))


def npy_seeds() -> list[bytes]:
    """Single arrays of NumPy's."""
    made = []
    for array in _ARRAYS.values():
        file = io.BytesIO()
        np.save(file, array, allow_pickle=False)
        made.append(file.getvalue())
    return made


def read_npy(data: bytes) -> None:
    """Read what a kept half of a model is to answer."""
    with suppress(GraphError):  # It is written anew then.
        onnx_files._expected_in(_written("expected.npy", data).parent)


def _require_arrays(tensors: Mapping[str, NDArray[Any]], n_bytes: int) -> None:
    """They are arrays, and hold no more than the file can."""
    assert all(isinstance(array, np.ndarray) for array in tensors.values())
    assert sum(array.nbytes for array in tensors.values()) <= max(4 * n_bytes, 1 << 20)


def read_pickle(data: bytes) -> None:
    """Read a checkpoint of PyTorch's with PyTorch."""
    with coded("model_corrupt", "model_unsafe"):
        _require_arrays(read_tensors([_written("pytorch_model.bin", data)]), len(data))
    with coded("end_of_word_unreadable"):
        load_end_of_word(_written("cif.pt", data))


def read_legacy(data: bytes) -> None:
    """Read a voice encoder, from before PyTorch 1.6, without PyTorch."""
    with coded("model_corrupt"):
        voice_encoder.load_voice_encoder(_written(voice_encoder.WEIGHTS, data).parent)


def container_seeds() -> list[bytes]:
    """The smallest Whisper model of CTranslate2's."""
    path = folder("checkpoints") / "seed.bin"
    return [smallest_model.container(path, smallest_model.variables()).read_bytes()]


def mutate_container(random: Random, data: bytes, other: bytes) -> bytes:
    """The model with a changed variable, its sizes true more often than not."""
    found = smallest_model.variables()
    name = random.choice(list(found))
    array = found[name]
    match random.randrange(7):
        case 0:
            del found[name]
        case 1:
            shape = [*array.shape]
            random.shuffle(shape)
            found[name] = np.zeros(shape, array.dtype)
        case 2:
            shape = [random.choice((0, 1, 2, 3, 64, 80)) for _ in range(random.randrange(4))]
            found[name] = np.zeros(shape, random.choice((np.float16, np.int8, np.float32)))
        case 3:
            kind = random.choice((np.float32, np.float16, np.int16, np.int32))
            odd = random.choice((np.nan, np.inf, -1, 0, 2, 1e4))
            with np.errstate(all="ignore"):
                found[name] = np.array(odd).astype(kind)
        case 4:
            other_name = random.choice((name + "_scale", "decoder/x", name.replace("0", "9")))
            found[other_name] = found[random.choice(list(found))]
        case _:
            head = random.choice((40, 200, 4000, len(data)))
            return mutations.of_bytes(random, data[:head], other[:head]) + data[head:]
    path = folder("checkpoints") / "mutated.bin"
    return smallest_model.container(path, found, random.choice((0, 0, 0, 1, -1))).read_bytes()


def read_container(data: bytes) -> None:
    """Read a model of CTranslate2's and check that it is Whisper's."""
    with coded("model_corrupt"):
        read_whisper(_written("model.bin", data))


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
    home = folder("converted")
    base, adapter = folder("converted/base"), folder("converted/adapter")
    for path in (*base.iterdir(), *adapter.iterdir()):
        path.unlink()
    for name, content in given.items():
        if name.endswith(".json") and name.isprintable() and "/" not in name and len(name) < 99:
            (adapter if name.startswith("adapter") else base).joinpath(name).write_text(
                json.dumps(content), "utf-8", "surrogatepass"
            )
    for where, name in ((base, "model.safetensors"), (adapter, "adapter_model.safetensors")):
        tensors = given.get("tensors" if where is base else "adapter")
        if f"{name}.index.json" not in given:
            (where / name).write_bytes(_safetensors(tensors))
    start = adapter if (adapter / "adapter_config.json").exists() else base
    codes = ("model_corrupt", "vocabulary_missing", "heads_invalid", "adapter_unsupported")
    with coded(*codes):
        as_ctranslate2(start, home / "cache", [], lambda _: base)


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
    path = _written("config.json", data)
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
    with coded("model_corrupt"):
        tokenizer = WhisperTokenizer(where)
        assert isinstance(tokenizer.decode(tokenizer.encode(" the words")), str)
        assert len(tokenizer.languages) < 1000
        tokenizer.require_fit(51_865)
    with coded("model_corrupt", "vocabulary_missing"):
        found = vocabulary.borrowed(51_866, [where])
        found.tokens(100)


def index_seeds() -> list[bytes]:
    """An index of shards."""
    names = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    return [json.dumps({"metadata": {}, "weight_map": names}).encode()]


def read_index(data: bytes) -> None:
    """Find the shards that an index names."""
    where = folder("index")
    (where / "model.safetensors.index.json").write_bytes(data)
    with coded("model_corrupt"):
        assert all(path.parent == where for path in weight_files(where))


def _pickles(random: Random, data: bytes, other: bytes) -> bytes:
    archive = data.startswith(b"PK")
    return (_PICKLED if archive else mutations.of_bytes)(random, data, other)


_PICKLED: Final = mutations.of_zip(mutations.of_bytes)

TARGETS: Final = (
    Target("safetensors", safetensors_seeds, read_safetensors,
           mutations.of_header(8, mutations.of_json)),
    Target("npz", npz_seeds, read_npz, mutations.of_zip(mutations.of_bytes)),
    Target("npy", npy_seeds, read_npy, mutations.of_bytes),
    Target("pickle", lambda: kept_seeds("pickle"), read_pickle, _pickles, 500, needs_torch=True),
    Target("legacy", lambda: kept_seeds("legacy"), read_legacy, mutations.of_bytes),
    Target("container", container_seeds, read_container, mutate_container, 500),
    Target("folder", folder_seeds, read_folder, mutations.of_json, 300, needs_torch=True),
    Target("config", config_seeds, read_model_config, mutations.of_json),
    Target("tokenizer", tokenizer_seeds, read_tokenizer, mutations.of_json),
    Target("index", index_seeds, read_index, mutations.of_json),
)  # fmt: skip
