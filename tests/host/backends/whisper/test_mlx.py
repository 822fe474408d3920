"""Both halves in MLX against PyTorch's and CTranslate2's on the same weights and sound."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ctranslate2
import mlx.core as mx
import numpy as np
import pytest
from numpy.typing import NDArray

from fixtures import checkpoints
from fixtures.engines import LOCAL
from fixtures.models import model
from fixtures.sound import english
from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.whisper.halves import Branches
from wlk_host.backends.whisper.mel import log_mel
from wlk_host.backends.whisper.mlx.decoder import MlxDecoder
from wlk_host.backends.whisper.mlx.encoder import MlxEncoder
from wlk_host.backends.whisper.model import Whisper
from wlk_host.backends.whisper.recognizer import AttentiveRecognizer
from wlk_host.backends.whisper.torch.decoder import TorchDecoder
from wlk_host.bench.scoring import normalise
from wlk_host.core.ports import Task
from wlk_host.core.types import SAMPLE_RATE
from wlk_host.models.errors import MODELS_VARIABLE
from wlk_host.runtime.loading.resolve import resolve

pytestmark = [pytest.mark.model, pytest.mark.torch]

HEADS = [(0, 0), (3, 5)]


def features(n_frames: int) -> NDArray[np.float32]:
    return log_mel(english()[: 9 * SAMPLE_RATE], 80, n_frames)


def encoder(name: str) -> MlxEncoder:
    return MlxEncoder(read_variables(model(name) / "model.bin"), mx.float32)


def error(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> float:
    return float(np.linalg.norm(ours - theirs) / np.linalg.norm(theirs))


@pytest.mark.parametrize(("name", "n_frames"), [("tiny.en", 750), ("base", 1000)])
def test_the_encoder_is_that_of_ctranslate2(name: str, n_frames: int) -> None:
    theirs = ctranslate2.models.Whisper(str(model(name)), compute_type="float32")
    view = ctranslate2.StorageView.from_array(np.ascontiguousarray(features(n_frames)[None]))
    expected = np.array(theirs.encode(view))[0]
    ours = np.array(encoder(name)(features(n_frames)))
    assert ours.shape == expected.shape
    assert error(ours, expected) < 1e-3


def test_the_encoder_in_half_precision_is_nearer_than_int8() -> None:
    """As it is on Apple's GPU. CTranslate2's int8 is off by 4 to 5 per cent."""
    variables = read_variables(model("tiny.en") / "model.bin")
    halved = np.array(MlxEncoder(variables, mx.float16)(features(750)))
    assert halved.dtype == np.float32
    assert error(halved, np.array(encoder("tiny.en")(features(750)))) < 0.04


def test_the_decoder_is_that_of_torch_token_by_token_and_in_branches() -> None:
    variables = read_variables(model("tiny.en") / "model.bin")
    encoded = np.random.default_rng(0).normal(size=(50, 384)).astype(np.float32)
    visible = np.array([[1, 1, 1, 1, 0], [1, 1, 1, 0, 1]], np.bool_)
    theirs = TorchDecoder(variables, HEADS, int8=False)
    ours = MlxDecoder(variables, HEADS, mx.float32)
    their_memory = theirs.cross_memory(encoded)
    our_memory = ours.cross_memory(mx.array(encoded))
    their_cache, our_cache = theirs.cache(), ours.cache()
    reads: list[tuple[list[int], list[int], Branches | None]] = [
        ([50257, 50362], [0, 1], None),
        ([770], [-1], None),
        ([318, 257], [0, 1], Branches(3, visible)),
    ]
    for tokens, rows, branches in reads:
        expected = theirs.forward(tokens, their_cache, their_memory, rows, branches)
        got = ours.forward(tokens, our_cache, our_memory, rows, branches)
        assert our_cache.length == their_cache.length
        for a, b in zip(got, expected, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-3, rtol=1e-3)
    np.testing.assert_allclose(our_memory.frames(20), encoded[:20])


def test_two_threads_share_a_model() -> None:
    """The live pass and the second one; what one thread leaves undone no other can do."""
    with ThreadPoolExecutor(1) as loading:
        whisper = loading.submit(Whisper, model("tiny.en"), "mlx", 1).result()
    recognizer = AttentiveRecognizer(whisper, beams=2, least_window=750)
    pcm = english()[: 7 * SAMPLE_RATE]

    def text() -> str:
        heard = recognizer.transcribe(pcm, Task("en"), (), ())
        return "".join(word.text for word in heard.words)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(text), pool.submit(text)
    assert first.result() == second.result()
    assert normalise(first.result(), "en")[-3:] == ["they", "were", "spoken"]


def test_a_folder_of_mlx_is_heard_by_every_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The format of a checkpoint and the engine have nothing to do with each other."""
    source = checkpoints.mlx_safetensors(model("tiny.en"), tmp_path / "mlx")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "tiny.en").symlink_to(model("tiny.en"))  # Lends its tokenizer.
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path / "models"))
    folder = resolve(str(source))
    for backend in LOCAL:
        recognizer = AttentiveRecognizer(Whisper(folder, backend, 1), beams=1, least_window=750)
        heard = recognizer.transcribe(english()[: 7 * SAMPLE_RATE], Task("en"), (), ())
        words = normalise("".join(word.text for word in heard.words), "en")
        assert words[-3:] == ["they", "were", "spoken"], backend
