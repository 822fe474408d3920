"""Graphs on the disk: written once, found to be right, written anew when they are not."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fixtures.models import model
from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.whisper.layout import Variables
from wlk_host.backends.whisper.onnx import reference
from wlk_host.backends.whisper.onnx.decoder import OnnxDecoder
from wlk_host.backends.whisper.onnx.files import load_decoder
from wlk_host.core.errors import WlkError

pytestmark = pytest.mark.model

HEADS = [(0, 0), (3, 5)]
FILES = {"memory.onnx", "decoder.onnx", "weights.bin", "expected.npy"}


@pytest.fixture(scope="module")
def model_bin() -> Path:
    return model("tiny.en") / "model.bin"


@pytest.fixture(scope="module")
def variables(model_bin: Path) -> Variables:
    return read_variables(model_bin)


@pytest.fixture
def load(model_bin: Path, variables: Variables, tmp_path: Path) -> Callable[..., OnnxDecoder]:
    def loaded(
        path: Path = model_bin, heads: list[tuple[int, int]] = HEADS, kept_in: Path = tmp_path
    ) -> OnnxDecoder:
        return load_decoder(path, variables, heads, kept_in, precision="int8")

    return loaded


Load = Callable[..., OnnxDecoder]


def the_folder(kept_in: Path) -> Path:
    """The one folder of graphs; whatever was staged is gone."""
    (slot,) = kept_in.iterdir()
    (folder,) = slot.iterdir()
    assert {path.name for path in folder.iterdir()} == FILES
    return folder


def times(folder: Path) -> list[int]:
    return [path.stat().st_mtime_ns for path in sorted(folder.iterdir())]


def answers(decoder: OnnxDecoder, variables: Variables) -> bool:
    memory = decoder.cross_memory(reference.window(decoder.width))
    logits, _ = decoder.forward([reference.TOKEN], decoder.cache(), memory)
    return reference.agree(logits[0], reference.expected_logits(variables))


def test_graphs_are_written_once(load: Load, variables: Variables, tmp_path: Path) -> None:
    assert answers(load(), variables)
    written = times(the_folder(tmp_path))
    assert answers(load(), variables)
    assert times(the_folder(tmp_path)) == written


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def zeroed(path: Path) -> None:
    """As a crash leaves a file whose content was not on the disk yet."""
    path.write_bytes(bytes(path.stat().st_size))


def removed(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    ("file", "damage"),
    [
        ("memory.onnx", removed),
        ("decoder.onnx", cut),
        ("weights.bin", cut),
        ("weights.bin", zeroed),
        ("weights.bin", removed),
        ("expected.npy", emptied),
        ("expected.npy", zeroed),
    ],
)
def test_damaged_graphs_are_written_anew(
    load: Load, variables: Variables, tmp_path: Path, file: str, damage: Callable[[Path], None]
) -> None:
    load()
    path = the_folder(tmp_path) / file
    size = path.stat().st_size
    damage(path)
    assert answers(load(), variables)
    assert (the_folder(tmp_path) / file).stat().st_size == size


def test_other_heads_and_other_weights_take_the_place_of_what_was_there(
    load: Load, model_bin: Path, tmp_path: Path
) -> None:
    model_folder, kept_in = tmp_path / "model", tmp_path / "kept"
    model_folder.mkdir()
    own = model_folder / "model.bin"
    own.write_bytes(model_bin.read_bytes())
    load(own, kept_in=kept_in)
    first = the_folder(kept_in)
    assert load(own, [(1, 2)], kept_in).cross_memory(reference.window(384)).values
    second = the_folder(kept_in)
    os.utime(own, ns=(0, 0))
    load(own, [(1, 2)], kept_in)
    assert len({first, second, the_folder(kept_in)}) == 3


def test_graphs_of_different_models_lie_side_by_side(
    load: Load, model_bin: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "model.bin"
    other.symlink_to(model_bin)
    kept_in = tmp_path / "kept"
    load(kept_in=kept_in)
    load(kept_in=kept_in, path=other)
    assert len(list(kept_in.iterdir())) == 1  # The same file by another name.
    other.unlink()
    other.write_bytes(model_bin.read_bytes())
    load(kept_in=kept_in, path=other)
    assert len(list(kept_in.iterdir())) == 2


def test_a_folder_that_cannot_be_written_is_a_coded_error(load: Load, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WlkError, match="cannot write the decoder") as raised:
        load(kept_in=tmp_path / "file")
    assert raised.value.code == "disk_error"


def test_wrong_answers_are_a_coded_error(
    model_bin: Path, variables: Variables, tmp_path: Path
) -> None:
    """As kernels give that are wrong on some machine: here the weights differ from those asked."""
    wrong = dict(variables)
    name = "decoder/layer_0/ffn/layer_norm/gamma"
    wrong[name] = np.full_like(wrong[name], np.nan)
    with pytest.raises(WlkError, match="does not compute the decoder in int8") as raised:
        load_decoder(model_bin, wrong, HEADS, tmp_path, precision="int8")
    assert raised.value.code == "decoder_unsound"
