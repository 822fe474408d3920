"""Read the tensors of a checkpoint's files in any format, without executing anything.

Pickles are read by torch's restricted unpickler (`weights_only`); torch is an extra. It accepts
tensors and plain containers and refuses everything else.
"""

import json
import pickle
import re
import struct
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import safetensors
from numpy.typing import NDArray

from wlk_host import json_files
from wlk_host.backends import availability
from wlk_host.backends.checkpoints.container import first_words, read_variables
from wlk_host.backends.checkpoints.pickles import require_tensors
from wlk_host.backends.checkpoints.zipped import read_npz, require_unpacked, require_within
from wlk_host.core.errors import WlkError
from wlk_host.folders import is_file

if TYPE_CHECKING:
    import torch

Tensors: TypeAlias = Mapping[str, NDArray[np.generic]]
"""Arrays by name, in float16, float32 or an integer type."""

_NAMES: Final = (
    "model.safetensors",
    "pytorch_model.bin",
    "weights.safetensors",
    "weights.npz",
    "adapter_model.safetensors",
    "adapter_model.bin",
    "model.bin",
)
"""The file names of weights of Hugging Face, MLX, PEFT and CTranslate2. The first that exists is
used. An index beside it names the shards."""

READING: Final = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    ImportError,
    MemoryError,
    RuntimeError,
    SyntaxError,  # This and the next one: of headers of NumPy's.
    tokenize.TokenError,
    pickle.UnpicklingError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
    safetensors.SafetensorError,
)
"""The errors of the readers for a damaged file."""

_BFLOAT16: Final = "BF16"
"""As safetensors calls it."""

_MORE_THAN_TENSORS: Final = re.compile("unsupported global|unrecognized function", re.IGNORECASE)
"""Torch's words for a pickle that wants something executed."""


def weight_files(path: Path) -> tuple[Path, ...]:
    """The files with the weights of a checkpoint; empty if the path is not a checkpoint.

    Raises:
        WlkError: `model_corrupt` if shards are missing.
    """
    if is_file(path):
        return (path,)
    for name in _NAMES:
        if is_file(path / name):
            return (path / name,)
        index = path / f"{name}.index.json"
        if is_file(index):
            return _shards(index)
    return ()


def read_tensors(files: Sequence[Path]) -> dict[str, NDArray[np.generic]]:
    """All tensors of all files; bfloat16 becomes float32.

    Raises:
        WlkError: `model_corrupt`, with the file and what is wrong with it; `model_unsafe` for a
            pickle that contains more than tensors; `torch_missing` for a pickle without PyTorch.
    """
    tensors: dict[str, NDArray[np.generic]] = {}
    for file in files:
        try:
            tensors.update(_read(file))
        except WlkError:
            raise
        except READING as error:
            if _MORE_THAN_TENSORS.search(str(error)):
                raise _unsafe(file) from error
            # Torch's text about a pickle is about its own options.
            pickled = isinstance(error, pickle.UnpicklingError)
            raise corrupt(file, "" if pickled else first_words(error)) from error
    return tensors


def read_json(path: Path) -> dict[str, object]:
    """The object in a JSON file beside the weights; empty if there is no such file.

    Raises:
        WlkError: `model_corrupt`.
    """
    if not is_file(path):
        return {}
    try:
        content = json_files.read_json(path)
    except (OSError, ValueError) as error:
        raise corrupt(path, str(error)) from error
    if not isinstance(content, dict):
        raise corrupt(path, f"expected an object, got {type(content).__name__}")
    return content


def corrupt(path: Path, reason: str) -> WlkError:
    """The error for a checkpoint that cannot be used."""
    return WlkError(
        code="model_corrupt",
        message=f"cannot read {path} as a Whisper model: {reason or 'it is damaged'}",
        hint="copy or download it again, or choose another model: wlk-host models list",
    )


def _shards(index: Path) -> tuple[Path, ...]:
    weight_map = read_json(index).get("weight_map")
    if not isinstance(weight_map, dict) or not weight_map:
        raise corrupt(index, "it has no weight_map")
    if not all(isinstance(name, str) for name in weight_map.values()):
        raise corrupt(index, "its weight_map names no files")
    shards = tuple(index.parent / Path(name).name for name in sorted(set(weight_map.values())))
    missing = [shard.name for shard in shards if not is_file(shard)]
    if missing:
        raise corrupt(index.parent, f"it lacks {', '.join(missing)}")
    return shards


def _read(file: Path) -> dict[str, NDArray[np.generic]]:
    if file.suffix == ".safetensors":
        return _read_safetensors(file)
    if file.suffix == ".npz":
        return read_npz(file)
    if file.name == "model.bin":
        return read_variables(file)
    if not availability.has_torch():
        raise availability.torch_missing(f"a checkpoint in a pickle, as {file.name} is,")
    import torch  # noqa: PLC0415 - an extra, and takes a second

    require_unpacked(file)
    require_tensors(file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # About pickles that are then refused.
        loaded = torch.load(file, map_location="cpu", weights_only=True)
    if isinstance(loaded, dict) and "model_state_dict" in loaded:  # OpenAI's, beside its dims.
        loaded = loaded["model_state_dict"]
    if not isinstance(loaded, dict):
        raise corrupt(file, f"expected tensors by name, got {type(loaded).__name__}")
    tensors = {str(name): it for name, it in loaded.items() if isinstance(it, torch.Tensor)}
    # A tensor can be larger than what is stored of it, by strides of 0.
    require_within(file, sum(it.numel() * it.element_size() for it in tensors.values()))
    return {name: _array(tensor) for name, tensor in tensors.items()}


def _read_safetensors(file: Path) -> dict[str, NDArray[np.generic]]:
    with safetensors.safe_open(file, "np") as opened:
        kinds = {name: opened.get_slice(name).get_dtype() for name in opened.keys()}  # noqa: SIM118
        tensors = {name: opened.get_tensor(name) for name in kinds if kinds[name] != _BFLOAT16}
    return tensors if len(tensors) == len(kinds) else tensors | _read_bfloat16(file)


def _read_bfloat16(file: Path) -> dict[str, NDArray[np.generic]]:
    """The tensors in bfloat16, which NumPy does not know, of a file whose header was checked.

    Layout (huggingface/safetensors, README): size of the header, as a little-endian u64; header, in
    JSON; tensors. bfloat16 is the upper half of float32.
    """
    content = np.memmap(file, np.uint8, "r")
    start = 8 + int.from_bytes(content[:8].tobytes(), "little")
    header = json.loads(content[8:start].tobytes())
    header.pop("__metadata__", None)
    tensors: dict[str, NDArray[np.generic]] = {}
    for name, entry in header.items():
        if entry["dtype"] == _BFLOAT16:
            begin, end = (start + offset for offset in entry["data_offsets"])
            upper = content[begin:end].view("<u2").astype(np.uint32) << 16
            tensors[name] = upper.view(np.float32).reshape(entry["shape"])
    return tensors


def _array(tensor: "torch.Tensor") -> NDArray[np.generic]:
    import torch  # noqa: PLC0415 - as above

    if tensor.dtype == torch.bfloat16:
        tensor = tensor.float()
    array: NDArray[np.generic] = tensor.detach().numpy()  # A parameter is not told by itself.
    return array


def _unsafe(file: Path) -> WlkError:
    return WlkError(
        code="model_unsafe",
        message=f"{file} is a pickle with more than tensors in it; reading it could run any code",
        hint="use the same model as safetensors, or ask its authors to save only the state dict",
    )
