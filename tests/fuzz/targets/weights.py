"""Every reader of weights."""

import io
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
from wlk_host.backends.checkpoints.end_of_word import load_end_of_word
from wlk_host.backends.checkpoints.files import read_tensors
from wlk_host.backends.checkpoints.lightning import read_lightning
from wlk_host.backends.checkpoints.shapes import read_whisper
from wlk_host.backends.graphs.session import GraphError
from wlk_host.backends.whisper.onnx import files as onnx_files

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
    """A few tensors, some in bfloat16, and one of 8 bits, which is not read."""
    headers = (
        b'{"a":{"dtype":"BF16","shape":[2,2],"data_offsets":[0,8]},"__metadata__":{"x":"y"}}',
        b'{"a":{"dtype":"F16","shape":[4],"data_offsets":[0,8]},'
        b'"none":{"dtype":"BF16","shape":[0,7],"data_offsets":[8,8]}}',
        b'{"x":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}',
    )
    written = [struct.pack("<Q", len(one)) + one + bytes(range(8)) for one in headers]
    return [save(dict(_ARRAYS)), save({"n": np.arange(3)}, {"format": "np"}), *written]


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


def read_lightnings(data: bytes) -> None:
    """Read a checkpoint of PyTorch Lightning, without PyTorch."""
    with coded("model_corrupt"):
        _require_arrays(read_lightning(_written("pytorch_model.bin", data)), len(data))


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
    Target("lightning", lambda: kept_seeds("lightning"), read_lightnings, _pickles),
    Target("container", container_seeds, read_container, mutate_container, 500),
)  # fmt: skip
