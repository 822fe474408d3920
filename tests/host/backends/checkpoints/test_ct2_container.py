"""The reader against a file that CTranslate2 wrote, files made by hand, and broken ones."""

import json
import random
import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fixtures.models import model
from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.whisper.model import Whisper
from wlk_host.core.errors import WlkError

VARIABLES: dict[str, NDArray[np.generic]] = {
    "decoder/scale": np.array(0.5, np.float32),
    "decoder/weight": np.arange(6, dtype=np.float16).reshape(2, 3),
    "encoder/weight": np.arange(-3, 3, dtype=np.int8),
}
IDS = {"float32": 0, "int8": 1, "int16": 2, "int32": 3, "float16": 4}


def name(text: str) -> bytes:
    return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"


def container(version: int = 6) -> bytes:
    """A `model.bin` as its specification has it, with one alias."""
    raw = struct.pack("<I", version) + name("WhisperSpec")
    raw += struct.pack("<II", 3, len(VARIABLES))
    for key, array in VARIABLES.items():
        raw += name(key) + struct.pack("<B", array.ndim)
        raw += b"".join(struct.pack("<I", n) for n in array.shape)
        raw += struct.pack("<BI", IDS[array.dtype.name], array.nbytes) + array.tobytes()
    return raw + struct.pack("<I", 1) + name("decoder/tied") + name("decoder/weight")


def written(folder: Path, content: bytes) -> Path:
    path = folder / "model.bin"
    path.write_bytes(content)
    return path


def test_names_shapes_types_values_and_aliases_are_read(tmp_path: Path) -> None:
    variables = read_variables(written(tmp_path, container()))
    assert variables.keys() == {*VARIABLES, "decoder/tied"}
    for key, array in VARIABLES.items():
        assert variables[key].dtype == array.dtype
        np.testing.assert_array_equal(variables[key], array)
    np.testing.assert_array_equal(variables["decoder/tied"], VARIABLES["decoder/weight"])


@pytest.mark.model
@pytest.mark.parametrize(("model_name", "width", "n_words"), [("tiny.en", 384, 51864)])
def test_what_ctranslate2_wrote_is_read(model_name: str, width: int, n_words: int) -> None:
    variables = read_variables(model(model_name) / "model.bin")
    assert variables["decoder/embeddings/weight"].shape == (n_words, width)
    assert variables["encoder/conv1/weight"].shape == (width, 80, 3)
    heads = json.loads((model(model_name) / "config.json").read_text("utf-8"))["alignment_heads"]
    for layer, _ in heads:
        assert f"decoder/layer_{layer}/attention/linear_0/weight" in variables
    for key, array in variables.items():
        assert np.isfinite(np.asarray(array, np.float32)).all(), key


def refused(path: Path) -> str:
    with pytest.raises(WlkError) as caught:
        read_variables(path)
    assert caught.value.code == "model_corrupt"
    assert str(path) in caught.value.message
    assert caught.value.hint
    return caught.value.message


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert "empty" in refused(written(tmp_path, b""))


def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    whole = container()
    for length in range(1, len(whole)):
        refused(written(tmp_path, whole[:length]))


def test_another_version_is_refused(tmp_path: Path) -> None:
    assert "version 9" in refused(written(tmp_path, container(version=9)))


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    refused(written(tmp_path, b"<!DOCTYPE html><title>404 Not Found</title>" * 100))
    for seed in range(50):
        refused(written(tmp_path, struct.pack("<I", 6) + random.Random(seed).randbytes(2000)))


def test_a_size_that_does_not_fit_its_shape_is_refused(tmp_path: Path) -> None:
    whole = container()
    at = whole.index(struct.pack("<BI", 4, 12))
    assert "bytes" in refused(written(tmp_path, whole[: at + 1] + b"\x0b" + whole[at + 2 :]))


@pytest.mark.model
@pytest.mark.parametrize("damage", ["model.bin", "config.json", "tokenizer.json"])
@pytest.mark.parametrize("kept", [0.0, 0.5])
def test_a_model_with_a_file_cut_off_is_not_loaded(
    tmp_path: Path, damage: str, kept: float
) -> None:
    for file in model("tiny.en").iterdir():
        if file.name != damage:
            (tmp_path / file.name).symlink_to(file)
    raw = (model("tiny.en") / damage).read_bytes()
    (tmp_path / damage).write_bytes(raw[: int(len(raw) * kept)])
    with pytest.raises(WlkError) as caught:
        Whisper(tmp_path, threads=1)
    assert caught.value.code == "model_corrupt"
    assert "wlk-host models download" in caught.value.hint
