"""Whisper checkpoints of every common format, converted for the backends.

Supported are CTranslate2 folders, Hugging Face folders (safetensors or `.bin`, single or sharded),
OpenAI's `.pt` files, MLX folders (`.npz` or safetensors, quantised or not), and LoRA adapters
(PEFT) for any of these. All but the first are converted once, to a CTranslate2 folder in the cache.
The backends read both the encoder and the decoder from it.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wlk_host.backends.checkpoints import heads as alignment_heads
from wlk_host.backends.checkpoints import lora, mlx
from wlk_host.backends.checkpoints import vocabulary as vocabularies
from wlk_host.backends.checkpoints.files import corrupt, read_json, read_tensors, weight_files
from wlk_host.backends.checkpoints.heads import Heads
from wlk_host.backends.checkpoints.names import Dimensions, to_openai
from wlk_host.backends.checkpoints.shapes import require_whisper
from wlk_host.backends.checkpoints.vocabulary import Vocabulary
from wlk_host.core.errors import WlkError
from wlk_host.folders import is_file, is_folder, make_private

_VERSION: Final = 1
"""Increased when earlier conversions must be repeated."""

_CONTAINER: Final = "model.bin"

_MOST_SOURCES: Final = 8
"""An adapter, those it is for, and the model below them."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model in memory, under OpenAI's names.

    Attributes:
        heads: the alignment heads it comes with, or None.
        vocabulary: the vocabulary it comes with, or None.
    """

    tensors: dict[str, NDArray[np.generic]]
    size: Dimensions
    heads: Heads | None
    vocabulary: Vocabulary | None


def is_converted(path: Path) -> bool:
    """Whether the path is a CTranslate2 folder, which needs no conversion."""
    return is_file(path / _CONTAINER)


def is_checkpoint(path: Path) -> bool:
    """Whether the path has weights in a supported format.

    Raises:
        WlkError: `model_corrupt` if shards are missing.
    """
    return bool(weight_files(path))


def as_ctranslate2(
    path: Path, cache: Path, lenders: Sequence[Path], base_of: Callable[[str], Path]
) -> Path:
    """The CTranslate2 folder of a checkpoint. The first use converts it, which takes seconds.

    Args:
        path: a folder, or a file of weights.
        cache: where conversions are kept, one for each checkpoint.
        lenders: model folders whose tokenizer a checkpoint without one can use.
        base_of: maps the name of an adapter's base model to the path of its checkpoint.

    Raises:
        WlkError: `model_corrupt`, `model_unsafe`, `vocabulary_missing`, `heads_invalid`,
            `adapter_unsupported`, `disk_error`, and what `base_of` raises.
    """
    if is_converted(path):
        return path
    sources = _sources(path, base_of)
    converted = cache / _slot(path) / _fingerprint(sources)
    if is_folder(converted):
        return converted
    checkpoint = _read(sources)
    size = checkpoint.size
    heads = checkpoint.heads or alignment_heads.known(size) or alignment_heads.upper_half(size)
    alignment_heads.require_within(heads, size.decoder_layers, size.n_heads)
    vocabulary = checkpoint.vocabulary or vocabularies.borrowed(size.n_vocab, lenders)
    try:
        _write(converted, checkpoint, heads, vocabulary)
    except OSError as error:
        raise WlkError(
            code="disk_error",
            message=f"cannot write the conversion of {path} to {cache}: {error}",
            hint="free space there, or set WLK_MODELS to a folder on another disk",
        ) from error
    return converted


def _sources(path: Path, base_of: Callable[[str], Path]) -> list[Path]:
    """The adapters, the outermost first, and last the checkpoint that they are for.

    Raises:
        WlkError: `model_corrupt` if they lead back to each other, or are too many.
    """
    sources = [path]
    while is_file(path / lora.CONFIG):
        path = base_of(lora.base_name(path))
        if path.resolve() in {source.resolve() for source in sources}:
            raise corrupt(path, "its adapters lead back to it")
        sources.append(path)
        if len(sources) > _MOST_SOURCES:
            raise corrupt(sources[0], f"it is an adapter of more than {_MOST_SOURCES - 1} others")
    return sources


def _read(sources: Sequence[Path]) -> Checkpoint:
    *adapters, path = sources
    checkpoint = _read_weights(path)
    for adapter in reversed(adapters):
        merged = lora.merge(checkpoint.tensors, adapter)
        checkpoint = replace(checkpoint, tensors=merged)
    return checkpoint


def _read_weights(path: Path) -> Checkpoint:
    stored = read_tensors(weight_files(path))
    if mlx.is_quantised(stored):
        config = read_json((path if path.is_dir() else path.parent) / "config.json")
        stored = mlx.dequantised(stored, config, path)
    try:
        tensors = to_openai(stored)
        size = require_whisper(tensors)
    except (KeyError, ValueError, IndexError) as error:
        raise corrupt(path, f"it lacks or misshapes {error}") from error
    folder = path if path.is_dir() else path.parent
    vocabulary = vocabularies.own(folder) if path.is_dir() else None
    return Checkpoint(tensors, size, _own_heads(folder, stored.get("alignment_heads")), vocabulary)


def _own_heads(folder: Path, stored: NDArray[np.generic] | None) -> Heads | None:
    """The heads in the tensors (MLX) or in the configuration (Hugging Face, CTranslate2)."""
    if stored is not None:
        return _heads(folder, np.asarray(stored).tolist())
    for name in ("generation_config.json", "config.json"):
        pairs = read_json(folder / name).get("alignment_heads")
        if isinstance(pairs, list) and pairs:
            return _heads(folder / name, pairs)
    return None


def _heads(source: Path, pairs: object) -> Heads:
    """The pairs as heads.

    Raises:
        WlkError: `model_corrupt`.
    """
    if isinstance(pairs, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        numbers = [number for pair in pairs for number in pair]
        if all(type(number) is int for number in numbers):
            return tuple((pair[0], pair[1]) for pair in pairs)
    raise corrupt(source, "its alignment_heads are no pairs of layer and head")


def _write(converted: Path, checkpoint: Checkpoint, heads: Heads, vocabulary: Vocabulary) -> None:
    # This imports PyTorch. A converted model can be loaded meanwhile, so it is imported only here.
    from wlk_host.backends.checkpoints.ct2 import write_folder  # noqa: PLC0415

    slot = converted.parent
    make_private(slot)
    with tempfile.TemporaryDirectory(prefix=".converting-", dir=slot.parent) as scratch:
        staged = Path(scratch) / "model"
        make_private(staged)
        try:
            write_folder(staged, checkpoint.tensors, heads, vocabulary)
        except (KeyError, ValueError) as error:
            raise corrupt(slot, f"it lacks or misshapes {error}") from error
        for outdated in slot.iterdir():
            shutil.rmtree(outdated)
        staged.rename(converted)


def _slot(path: Path) -> str:
    """A folder name that is unique to this checkpoint."""
    digest = hashlib.sha256(str(path.resolve()).encode()).hexdigest()
    return f"{path.stem}-{digest[:12]}"


def _fingerprint(sources: Sequence[Path]) -> str:
    """A text that changes with any file of the checkpoint, and with this program."""
    files = [file for path in sources for file in (*weight_files(path), *_beside(path))]
    stats = [(file.name, file.stat()) for file in files if file.is_file()]
    facts = [(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats]
    return hashlib.sha256(repr((_VERSION, facts)).encode()).hexdigest()[:16]


def _beside(path: Path) -> list[Path]:
    names = ("config.json", "generation_config.json", "tokenizer.json", lora.CONFIG)
    return [path / name for name in names]
