"""The decoder in onnxruntime against the one in torch, on the same weights in float32."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fixtures.models import model
from fixtures.sound import english, english_words
from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.whisper.ct2.encoder import CTranslate2Encoder
from wlk_host.backends.whisper.ct2.model import load
from wlk_host.backends.whisper.halves import Branches, Decoder
from wlk_host.backends.whisper.mel import log_mel
from wlk_host.backends.whisper.onnx.decoder import OnnxDecoder
from wlk_host.backends.whisper.onnx.files import load_decoder
from wlk_host.backends.whisper.onnx.linear import Precision, best_precision
from wlk_host.backends.whisper.scores import most_probable
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer
from wlk_host.core.types import SAMPLE_RATE

pytestmark = pytest.mark.model

HEADS = [(0, 0), (3, 5), (3, 1)]
START = [50257, 50362]
"""Of a text in English, without times."""


def decoder(name: str, kept_in: Path, precision: Precision) -> OnnxDecoder:
    path = model(name) / "model.bin"
    return load_decoder(path, read_variables(path), HEADS, kept_in, precision=precision)


@pytest.fixture(scope="module")
def exact(tmp_path_factory: pytest.TempPathFactory) -> OnnxDecoder:
    return decoder("tiny.en", tmp_path_factory.mktemp("decoders"), "float32")


@pytest.fixture(scope="module")
def torch_decoder() -> Decoder:
    from wlk_host.backends.whisper.torch.decoder import TorchDecoder  # noqa: PLC0415 - an extra

    return TorchDecoder(read_variables(model("tiny.en") / "model.bin"), HEADS, int8=False)


def noise(n_frames: int = 50) -> NDArray[np.float32]:
    return np.random.default_rng(0).normal(size=(n_frames, 384)).astype(np.float32)


@pytest.mark.torch
def test_it_is_that_of_torch_token_by_token_and_in_branches(
    exact: OnnxDecoder, torch_decoder: Decoder
) -> None:
    visible = np.array([[1, 1, 1, 1, 0], [1, 1, 1, 0, 1]], np.bool_)
    later = np.array([[1, 1, 1, 0, 1, 1, 0], [1, 1, 1, 1, 0, 0, 1]], np.bool_)
    reads: list[tuple[list[int], list[int], Branches | None]] = [
        (START, [0, 1], None),
        ([770], [-1], None),
        ([318, 257], [0, 1], Branches(3, visible)),
        ([257, 318], [0, 1], Branches(4, later)),
    ]
    memory, expected_memory = exact.cross_memory(noise()), torch_decoder.cross_memory(noise())
    cache, expected_cache = exact.cache(), torch_decoder.cache()
    for tokens, rows, branches in reads:
        expected = torch_decoder.forward(tokens, expected_cache, expected_memory, rows, branches)
        got = exact.forward(tokens, cache, memory, rows, branches)
        assert cache.length == expected_cache.length
        for a, b in zip(got, expected, strict=True):
            assert a.shape == b.shape
            np.testing.assert_allclose(a, b, atol=1e-3, rtol=1e-3)
    np.testing.assert_array_equal(memory.frames(20), noise()[:20])


@pytest.mark.parametrize("branches", [None, Branches(2, np.ones((3, 5), np.bool_))])
def test_successors_are_the_best_of_what_is_allowed(
    exact: OnnxDecoder, branches: Branches | None
) -> None:
    memory, cache, same = exact.cross_memory(noise()), exact.cache(), exact.cache()
    for each in (cache, same):
        exact.forward(START, each, memory)
    tokens = [770, 318, 257]
    rows = (-1,) if branches is None else range(3)
    logits, attention = exact.forward(tokens, cache, memory, rows, branches)
    mask = np.zeros(logits.shape[1], np.float32)
    mask[most_probable(logits, mask, 1).tokens] = -np.inf
    found, looked = exact.successors(tokens, same, memory, mask, 4, branches)
    expected = most_probable(logits, mask, 4)
    np.testing.assert_array_equal(found.tokens, expected.tokens)
    np.testing.assert_allclose(found.logprobs, expected.logprobs, atol=1e-4)
    np.testing.assert_allclose(looked, attention, atol=1e-6)
    assert found.tokens.shape == (len(rows), 4)


def test_a_cache_is_not_changed_by_another_decode(exact: OnnxDecoder) -> None:
    memory = exact.cross_memory(noise())
    one, other = exact.cache(), exact.cache()
    exact.forward(START, one, memory)
    exact.forward([*START, 257, 318], other, memory)
    alone = exact.cache()
    exact.forward(START, alone, memory)
    np.testing.assert_array_equal(
        exact.forward([770], one, memory)[0], exact.forward([770], alone, memory)[0]
    )


@pytest.mark.parametrize(("precision", "most_error"), [("int8", 0.25), ("mixed", 0.05)])
def test_quantised_weights_change_little(
    exact: OnnxDecoder, tmp_path: Path, precision: Precision, most_error: float
) -> None:
    features = log_mel(english()[: 7 * SAMPLE_RATE], 80, 750)
    encoded = CTranslate2Encoder(load(model("tiny.en"), 1))(features)
    text = WhisperTokenizer(model("tiny.en")).encode(
        " ".join(w for w, _, _ in english_words()[:12])
    )
    quantised = decoder("tiny.en", tmp_path, precision)
    (expected, looked), (got, looks) = (
        each.forward([*START, *text], each.cache(), each.cross_memory(encoded), range(2, 12))
        for each in (exact, quantised)
    )
    assert np.linalg.norm(got - expected) / np.linalg.norm(expected) < most_error
    assert np.linalg.norm(looks - looked) / np.linalg.norm(looked) < most_error
    assert (got.argmax(axis=1) == expected.argmax(axis=1)).sum() >= 9


@pytest.mark.parametrize(
    ("version", "precision"),
    [("1.20.1", "int8"), ("1.22.1", "int8"), ("1.23.2", "mixed"), ("1.32.0", "mixed")],
)
def test_what_an_old_onnxruntime_cannot_multiply_is_not_asked_of_it(
    version: str, precision: Precision
) -> None:
    assert best_precision(version) == precision
