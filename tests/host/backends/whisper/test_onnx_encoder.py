"""The encoder in onnxruntime, on real weights: what it computes, and its files."""

import os
from pathlib import Path

import numpy as np
import pytest

from fixtures.models import model
from fixtures.sound import english
from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.whisper.layout import Variables
from wlk_host.backends.whisper.mel import log_mel
from wlk_host.backends.whisper.onnx import reference_encoder
from wlk_host.backends.whisper.onnx.files import load_encoder
from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE

pytestmark = pytest.mark.model

NAMES = ("tiny.en", "base")


@pytest.fixture(scope="module", params=NAMES)
def model_bin(request: pytest.FixtureRequest) -> Path:
    return model(request.param) / "model.bin"


@pytest.fixture(scope="module")
def variables(model_bin: Path) -> Variables:
    return read_variables(model_bin)


@pytest.fixture(scope="module")
def kept_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("graphs")


def test_it_encodes_speech_nearly_as_float32_does(
    model_bin: Path, variables: Variables, kept_in: Path
) -> None:
    """CTranslate2 in int8 is 6 % off on base; with one scale for all layers 18 % were lost."""
    features = log_mel(english()[: 3 * SAMPLE_RATE], 80, 380)
    exact = reference_encoder.expected_frames(variables, features)
    encoded = load_encoder(model_bin, variables, kept_in)(features)
    assert encoded.shape == exact.shape == (190, variables["decoder/embeddings/weight"].shape[1])
    assert np.linalg.norm(encoded - exact) < 0.1 * np.linalg.norm(exact)


def test_windows_of_all_lengths_are_encoded(
    model_bin: Path, variables: Variables, kept_in: Path
) -> None:
    encoder, pcm = load_encoder(model_bin, variables, kept_in), english()
    for n_frames in (2, 750, 3000):
        assert encoder(log_mel(pcm, 80, n_frames)).shape[0] == n_frames // 2


def test_it_is_written_once_and_anew_when_it_is_damaged(
    model_bin: Path, variables: Variables, tmp_path: Path
) -> None:
    def folder() -> Path:
        (slot,) = tmp_path.iterdir()
        (found,) = slot.iterdir()
        assert {path.name for path in found.iterdir()} == {
            "encoder.onnx",
            "weights.bin",
            "expected.npy",
        }
        return found

    load_encoder(model_bin, variables, tmp_path)
    weights = folder() / "weights.bin"
    size, written = weights.stat().st_size, weights.stat().st_mtime_ns
    load_encoder(model_bin, variables, tmp_path)
    assert weights.stat().st_mtime_ns == written
    os.truncate(weights, size // 2)
    load_encoder(model_bin, variables, tmp_path)
    assert (folder() / "weights.bin").stat().st_size == size


def test_wrong_answers_are_a_coded_error(
    model_bin: Path, variables: Variables, tmp_path: Path
) -> None:
    """As kernels give that are wrong on some machine: here a weight is no number."""
    name = "encoder/layer_norm/gamma"
    wrong = dict(variables) | {name: np.full_like(variables[name], np.nan)}
    with pytest.raises(WlkError, match="does not compute the encoder") as raised:
        load_encoder(model_bin, wrong, tmp_path)
    assert raised.value.code == "decoder_unsound"
