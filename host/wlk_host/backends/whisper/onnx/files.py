"""The files of a decoder's graphs, written once for each model and kept.

To quantise the weights takes a second and more memory than to run them. So the graphs are kept in a
folder, which appears by renaming a finished one: `memory.onnx`, `decoder.onnx`, the weights of both
in `weights.bin`, and in `expected.npy` what the decoder is to answer (`reference`).
"""

import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from wlk_host.backends.graphs.graph import ExternalWeights
from wlk_host.backends.graphs.session import GraphError, open_session, products_overflow
from wlk_host.backends.whisper.layout import Variables, by_layer, n_layers
from wlk_host.backends.whisper.onnx import reference
from wlk_host.backends.whisper.onnx.decoder import OnnxDecoder
from wlk_host.backends.whisper.onnx.graph import decoder_graph, memory_graph
from wlk_host.backends.whisper.onnx.linear import Precision, best_precision
from wlk_host.core.errors import WlkError
from wlk_host.folders import make_private

_VERSION: Final = 2
"""Counted up when graphs of before must be written anew."""

_MEMORY: Final = "memory.onnx"
_DECODER: Final = "decoder.onnx"
_WEIGHTS: Final = "weights.bin"
_EXPECTED: Final = "expected.npy"

_log = logging.getLogger(__name__)


def load_decoder(
    model_bin: Path,
    variables: Variables,
    heads: Sequence[tuple[int, int]],
    kept_in: Path,
    threads: int = 1,
    precision: Precision | None = None,
) -> OnnxDecoder:
    """The decoder of a model, which is found to answer rightly. Writes its graphs if need be.

    Args:
        model_bin: where `variables` come from.
        variables: of the whole model (`checkpoints.container.read_variables`).
        heads: pairs of layer and head whose attention follows the sound.
        kept_in: the folder with the graphs of all models.
        threads: cores that one call may use.
        precision: of the products; None is the best one of this onnxruntime.

    Raises:
        WlkError: `disk_error`; `decoder_unsound` when onnxruntime does not compute what it should.
        KeyError: a variable is missing.
    """
    precision = precision or best_precision()
    folder = kept_in / _slot(model_bin) / _fingerprint(model_bin, heads, precision)
    if folder.is_dir():
        try:
            return _open(folder, variables, threads)
        except GraphError as error:
            _log.warning("the decoder in %s is written anew: %s", folder, error)
    try:
        _write(folder, variables, heads, precision)
    except OSError as error:
        raise WlkError(
            code="disk_error",
            message=f"cannot write the decoder of {model_bin.parent} to {kept_in}: {error}",
            hint="free space there, or set WLK_MODELS to a folder on another disk",
        ) from error
    try:
        return _open(folder, variables, threads)
    except GraphError as error:
        raise WlkError(
            code="decoder_unsound",
            message=f"onnxruntime does not compute the decoder in {precision}: {error}",
            hint="run: pip install --upgrade onnxruntime",
        ) from error


def _open(folder: Path, variables: Variables, threads: int) -> OnnxDecoder:
    """The decoder of a folder, tried out.

    Raises:
        GraphError: a file is missing or damaged, or the answer is wrong.
    """
    decoder = OnnxDecoder(
        variables,
        open_session(folder / _MEMORY, threads),
        open_session(folder / _DECODER, threads),
    )
    try:
        expected = np.load(folder / _EXPECTED)
    except (OSError, ValueError, EOFError) as error:
        raise GraphError(str(error)) from error
    memory = decoder.cross_memory(reference.window(decoder.width))
    logits, _ = decoder.forward([reference.TOKEN], decoder.cache(), memory)
    if logits[0].shape != expected.shape or not reference.agree(logits[0], expected):
        raise GraphError("it answers something else than it should")
    return decoder


def _write(
    folder: Path, variables: Variables, heads: Sequence[tuple[int, int]], precision: Precision
) -> None:
    """Write all files, in place of what is there and of what was written for other settings."""
    slot = folder.parent
    make_private(slot)
    n_blocks = n_layers(variables, "decoder")
    with tempfile.TemporaryDirectory(
        prefix=".writing-", dir=slot.parent, ignore_cleanup_errors=True
    ) as scratch:
        staged = Path(scratch) / "staged"
        make_private(staged)
        with (staged / _WEIGHTS).open("wb") as file:
            external = ExternalWeights(staged / _WEIGHTS, file)
            memory = memory_graph(variables, precision, external)
            decoder = decoder_graph(variables, by_layer(heads, n_blocks), precision, external)
            file.flush()
            os.fsync(file.fileno())
        (staged / _MEMORY).write_bytes(memory)
        (staged / _DECODER).write_bytes(decoder)
        np.save(staged / _EXPECTED, reference.expected_logits(variables))
        for outdated in slot.iterdir():
            # One that another process uses may have to stay, on Windows.
            shutil.rmtree(outdated, ignore_errors=True)
        if not folder.is_dir():
            staged.rename(folder)


def _slot(model_bin: Path) -> str:
    """A folder name that belongs to this model alone."""
    path = model_bin.resolve()
    digest = hashlib.sha256(str(path).encode()).hexdigest()
    return f"{path.parent.name}-{digest[:12]}"


def _fingerprint(model_bin: Path, heads: Sequence[tuple[int, int]], precision: Precision) -> str:
    """Changes when the weights do, what is asked of them, this program, or the processor's kind."""
    stat = model_bin.stat()
    facts = [_VERSION, stat.st_size, stat.st_mtime_ns, list(map(tuple, heads)), precision]
    facts += ["unsigned"] if products_overflow() else []
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
