"""Whisper checkpoints of every common format, made ready for the engines.

Understood are CTranslate2 folders, Hugging Face folders (safetensors or `.bin`, single or
sharded), OpenAI's `.pt` files, MLX folders (`.npz` or safetensors, quantised or not), and LoRA
adapters (PEFT) for any of these. All but the first are converted once, into a CTranslate2 folder
in the cache, from which the engines read both halves.
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
from wlk_host.backends.checkpoints.names import Dimensions, dimensions, to_openai
from wlk_host.backends.checkpoints.vocabulary import Vocabulary
from wlk_host.core.errors import WlkError

_VERSION: Final = 1
"""Counted up when conversions of before must be made anew."""

_CONTAINER: Final = "model.bin"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model in memory, under OpenAI's names.

    Attributes:
        heads: alignment heads that it brings along, or None.
        vocabulary: its tokenizer, or None.
    """

    tensors: dict[str, NDArray[np.generic]]
    size: Dimensions
    heads: Heads | None
    vocabulary: Vocabulary | None


def is_converted(path: Path) -> bool:
    """Whether it is a CTranslate2 folder, which is used as it is."""
    return (path / _CONTAINER).is_file()


def is_checkpoint(path: Path) -> bool:
    """Whether there are weights of a format that is understood.

    Raises:
        WlkError: `model_corrupt` when shards are missing.
    """
    return bool(weight_files(path))


def as_ctranslate2(
    path: Path, cache: Path, lenders: Sequence[Path], base_of: Callable[[str], Path]
) -> Path:
    """The CTranslate2 folder of a checkpoint; made at its first use, which takes seconds.

    Args:
        path: a folder, or a file of weights.
        cache: where conversions are kept, one per checkpoint.
        lenders: model folders whose tokenizer a checkpoint without one may use.
        base_of: the model that an adapter names, as a path to its checkpoint.

    Raises:
        WlkError: `model_corrupt`, `model_unsafe`, `vocabulary_missing`, `heads_invalid`,
            `adapter_unsupported`, `disk_error`, and what `base_of` raises.
    """
    if is_converted(path):
        return path
    sources = _sources(path, base_of)
    converted = cache / _slot(path) / _fingerprint(sources)
    if converted.is_dir():
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
            message=f"cannot write the converted {path} to {cache}: {error}",
            hint="free space there, or set WLK_MODELS to a folder on another disk",
        ) from error
    return converted


def _sources(path: Path, base_of: Callable[[str], Path]) -> list[Path]:
    """The checkpoint itself, behind the adapters that go on top of it."""
    if not (path / lora.CONFIG).is_file():
        return [path]
    return [path, *_sources(base_of(lora.base_name(path)), base_of)]


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
        size = dimensions(tensors)
    except (KeyError, ValueError, IndexError) as error:
        raise corrupt(path, f"it lacks or misshapes {error}") from error
    folder = path if path.is_dir() else path.parent
    vocabulary = vocabularies.own(folder) if path.is_dir() else None
    return Checkpoint(tensors, size, _own_heads(folder, stored.get("alignment_heads")), vocabulary)


def _own_heads(folder: Path, stored: NDArray[np.generic] | None) -> Heads | None:
    """What the tensors (MLX) or the configuration (Hugging Face, CTranslate2) say."""
    if stored is not None:
        return tuple((int(layer), int(head)) for layer, head in np.asarray(stored, np.int64))
    for name in ("generation_config.json", "config.json"):
        pairs = read_json(folder / name).get("alignment_heads")
        if isinstance(pairs, list) and pairs:
            return tuple((int(layer), int(head)) for layer, head in pairs)
    return None


def _write(converted: Path, checkpoint: Checkpoint, heads: Heads, vocabulary: Vocabulary) -> None:
    # Brings PyTorch along, which a model that is ready can be loaded beside.
    from wlk_host.backends.checkpoints.ct2 import write_folder  # noqa: PLC0415

    slot = converted.parent
    slot.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".converting-", dir=slot.parent) as scratch:
        staged = Path(scratch) / "model"
        staged.mkdir()
        try:
            write_folder(staged, checkpoint.tensors, heads, vocabulary)
        except (KeyError, ValueError) as error:
            raise corrupt(slot, f"it lacks or misshapes {error}") from error
        for outdated in slot.iterdir():
            shutil.rmtree(outdated)
        staged.rename(converted)


def _slot(path: Path) -> str:
    """A folder name that belongs to this checkpoint alone."""
    digest = hashlib.sha256(str(path.resolve()).encode()).hexdigest()
    return f"{path.stem}-{digest[:12]}"


def _fingerprint(sources: Sequence[Path]) -> str:
    """Changes when a file of the checkpoint does, or this program does."""
    files = [file for path in sources for file in (*weight_files(path), *_beside(path))]
    stats = [(file.name, file.stat()) for file in files if file.is_file()]
    facts = [(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats]
    return hashlib.sha256(repr((_VERSION, facts)).encode()).hexdigest()[:16]


def _beside(path: Path) -> list[Path]:
    names = ("config.json", "generation_config.json", "tokenizer.json", lora.CONFIG)
    return [path / name for name in names]
