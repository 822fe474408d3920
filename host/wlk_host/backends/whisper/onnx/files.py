"""The files of a model's graphs, written once for each model and kept.

To quantise the weights takes a second and more memory than to run them. So the graphs of each half
are kept in a folder, which appears by renaming a finished one: `encoder.onnx`, or `memory.onnx` and
`decoder.onnx`, their weights in `weights.bin`, and in `expected.npy` what the half is to answer
(`reference`, `reference_encoder`).
"""

import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import numpy as np

from wlk_host.backends.checkpoints.files import READING
from wlk_host.backends.graphs.graph import ExternalWeights
from wlk_host.backends.graphs.session import GraphError, open_session, products_overflow
from wlk_host.backends.whisper.layout import Variables, by_layer, n_layers
from wlk_host.backends.whisper.onnx import reference, reference_encoder
from wlk_host.backends.whisper.onnx.decoder import OnnxDecoder
from wlk_host.backends.whisper.onnx.encoder import OnnxEncoder
from wlk_host.backends.whisper.onnx.encoder_graph import encoder_graph
from wlk_host.backends.whisper.onnx.graph import decoder_graph, memory_graph
from wlk_host.backends.whisper.onnx.linear import Precision, best_precision
from wlk_host.backends.whisper.onnx.reference import Rows
from wlk_host.core.errors import WlkError
from wlk_host.folders import make_private

_VERSION: Final = 2
"""Counted up when graphs of before must be written anew."""

_ENCODER: Final = "encoder.onnx"
_MEMORY: Final = "memory.onnx"
_DECODER: Final = "decoder.onnx"
_WEIGHTS: Final = "weights.bin"
_EXPECTED: Final = "expected.npy"

T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Part(Generic[T]):
    """One half of a model as it is kept.

    Attributes:
        name: its own among the parts of a model; part of a folder's name.
        facts: besides the weights, what its graphs depend on.
        write: its graphs, with the weights in the given file.
        expected: what it is to answer.
        open: the half from the folder with its files, not tried out yet.
        answer: what it answers.
    """

    name: str
    facts: tuple[object, ...]
    write: Callable[[ExternalWeights], dict[str, bytes]]
    expected: Callable[[], Rows]
    open: Callable[[Path], T]
    answer: Callable[[T], Rows]


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
    used = precision or best_precision()

    def write(external: ExternalWeights) -> dict[str, bytes]:
        by_block = by_layer(heads, n_layers(variables, "decoder"))
        return {
            _MEMORY: memory_graph(variables, used, external),
            _DECODER: decoder_graph(variables, by_block, used, external),
        }

    def opened(folder: Path) -> OnnxDecoder:
        memory, decoder = (open_session(folder / name, threads) for name in (_MEMORY, _DECODER))
        return OnnxDecoder(variables, memory, decoder)

    def answer(decoder: OnnxDecoder) -> Rows:
        memory = decoder.cross_memory(reference.window(decoder.width))
        logits, _ = decoder.forward([reference.TOKEN], decoder.cache(), memory)
        first: Rows = logits[0]
        return first

    facts = (list(map(tuple, heads)), used)
    expected = partial(reference.expected_logits, variables)
    return _load(_Part("decoder", facts, write, expected, opened, answer), model_bin, kept_in)


def load_encoder(
    model_bin: Path, variables: Variables, kept_in: Path, threads: int = 1
) -> OnnxEncoder:
    """The encoder of a model; see `load_decoder`."""
    sound = reference.features(int(variables["encoder/conv1/weight"].shape[1]))

    def write(external: ExternalWeights) -> dict[str, bytes]:
        return {_ENCODER: encoder_graph(variables, external)}

    def opened(folder: Path) -> OnnxEncoder:
        return OnnxEncoder(open_session(folder / _ENCODER, threads))

    expected = partial(reference_encoder.expected_frames, variables, sound)
    return _load(
        _Part("encoder", (), write, expected, opened, lambda encoder: encoder(sound)),
        model_bin,
        kept_in,
    )


def _load(part: _Part[T], model_bin: Path, kept_in: Path) -> T:
    folder = kept_in / _slot(model_bin, part.name) / _fingerprint(model_bin, part.facts)
    if folder.is_dir():
        try:
            return _open(folder, part)
        except GraphError as error:
            _log.warning("the %s in %s is written anew: %s", part.name, folder, error)
    try:
        _write(folder, part)
    except OSError as error:
        raise WlkError(
            code="disk_error",
            message=f"cannot write the {part.name} of {model_bin.parent} to {kept_in}: {error}",
            hint="free space there, or set WLK_MODELS to a folder on another disk",
        ) from error
    try:
        return _open(folder, part)
    except GraphError as error:
        raise WlkError(
            code="decoder_unsound",
            message=f"onnxruntime does not compute the {part.name}{_in(part.facts)}: {error}",
            hint="run: pip install --upgrade onnxruntime",
        ) from error


def _open(folder: Path, part: _Part[T]) -> T:
    """The half that a folder holds, tried out.

    Raises:
        GraphError: a file is missing or damaged, or the answer is wrong.
    """
    half = part.open(folder)
    expected = _expected_in(folder)
    answer = part.answer(half)
    if answer.shape != expected.shape or not reference.agree(answer, expected):
        raise GraphError("it answers something else than it should")
    return half


def _expected_in(folder: Path) -> Rows:
    """What the half in a folder is to answer.

    Raises:
        GraphError: it cannot be read.
    """
    try:
        expected: Rows = np.load(folder / _EXPECTED)
    except READING as error:
        raise GraphError(str(error)) from error
    return expected


def _write(folder: Path, part: _Part[Any]) -> None:
    """Write all files, in place of what is there and of what was written for other settings."""
    slot = folder.parent
    make_private(slot)
    with tempfile.TemporaryDirectory(
        prefix=".writing-", dir=slot.parent, ignore_cleanup_errors=True
    ) as scratch:
        staged = Path(scratch) / "staged"
        make_private(staged)
        with (staged / _WEIGHTS).open("wb") as file:
            graphs = part.write(ExternalWeights(staged / _WEIGHTS, file))
            file.flush()
            os.fsync(file.fileno())
        for name, graph in graphs.items():
            (staged / name).write_bytes(graph)
        np.save(staged / _EXPECTED, part.expected())
        for outdated in slot.iterdir():
            # One that another process uses may have to stay, on Windows.
            shutil.rmtree(outdated, ignore_errors=True)
        if not folder.is_dir():
            staged.rename(folder)


def _slot(model_bin: Path, part: str) -> str:
    """A folder name that belongs to this half of this model alone."""
    path = model_bin.resolve()
    digest = hashlib.sha256(str(path).encode()).hexdigest()
    ending = "" if part == "decoder" else f"-{part}"  # Decoders were here first.
    return f"{path.parent.name}-{digest[:12]}{ending}"


def _fingerprint(model_bin: Path, facts: tuple[object, ...]) -> str:
    """Changes when the weights do, what is asked of them, this program, or the processor's kind."""
    stat = model_bin.stat()
    known = [_VERSION, stat.st_size, stat.st_mtime_ns, *facts]
    known += ["unsigned"] if products_overflow() else []
    return hashlib.sha256(repr(known).encode()).hexdigest()[:16]


def _in(facts: tuple[object, ...]) -> str:
    return f" in {facts[-1]}" if facts else ""
