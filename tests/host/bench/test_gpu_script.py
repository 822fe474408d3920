"""`tests/bench/gpu.py` and what it measures: one decoder for several sessions."""

from pathlib import Path

import numpy as np
import pytest
import torch

import card_rounds
import gpu
from card_batches import SessionsDecoder, prefixes
from fixtures.models import model
from fixtures.sized_model import Size, write_sized_model
from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.whisper.layout import Variables
from wlk_host.backends.whisper.model import Whisper
from wlk_host.backends.whisper.torch.decoder import TorchDecoder

pytestmark = pytest.mark.torch

HEADS = [(0, 1), (1, 0), (1, 1)]
N_FRAMES = 30


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> Variables:
    folder = tmp_path_factory.mktemp("sized") / "model"
    write_sized_model(folder, Size(128, 1, 2), model("base"))
    return read_variables(folder / "model.bin")


@pytest.mark.model
def test_sessions_read_together_are_told_what_each_is_told_alone(variables: Variables) -> None:
    rng = np.random.default_rng(0)
    windows = rng.normal(0, 1, (3, N_FRAMES, 128)).astype(np.float32)
    texts = [rng.integers(0, 5000, n).tolist() for n in (4, 7, 5)]
    mask = np.zeros(len(variables["decoder/embeddings/weight"]), np.float32)
    mask[8192:] = -np.inf  # The random embeddings begin anew there.
    alone = TorchDecoder(variables, HEADS, int8=False)
    sessions = SessionsDecoder(variables, HEADS, "cpu", torch.float32).sessions(3, N_FRAMES)
    sessions.hear(torch.from_numpy(windows))

    _, positions, last = prefixes(3, [len(text) for text in texts], 0)
    padded = np.array([text + [0] * (positions.shape[1] - len(text)) for text in texts])
    there = torch.from_numpy(mask)
    tokens, places, ends = (torch.from_numpy(x) for x in (padded, positions, last))
    read = sessions.read(tokens, places, ends, there, 2)
    following = read.tokens[:, 0, :1]
    place = torch.from_numpy(last + 1)
    then = sessions.read(following, place, torch.zeros_like(place), there, 2)

    for i, text in enumerate(texts):
        memory, cache = alone.cross_memory(windows[i]), alone.cache()
        first, attention = alone.successors(text, cache, memory, mask, 2)
        np.testing.assert_array_equal(read.tokens[i], first.tokens)
        np.testing.assert_allclose(read.logprobs[i], first.logprobs, atol=1e-4)
        np.testing.assert_allclose(read.attention[:, i, : len(text)], attention, atol=1e-5)
        second, attention = alone.successors([int(following[i, 0])], cache, memory, mask, 2)
        np.testing.assert_array_equal(then.tokens[i], second.tokens)
        np.testing.assert_allclose(then.logprobs[i], second.logprobs, atol=1e-4)
        np.testing.assert_allclose(then.attention[:, i], attention, atol=1e-5)


def test_prefixes_of_different_lengths_are_padded_behind() -> None:
    tokens, positions, last = prefixes(3, (2, 3), 7)
    assert tokens.tolist() == [[7] * 3] * 3
    assert positions.tolist() == [[0, 1, 2]] * 3
    assert last.tolist() == [[1], [2], [1]]


@pytest.mark.model
def test_sessions_side_by_side_all_take_steps(tmp_path: Path) -> None:
    folder = write_sized_model(tmp_path / "model", Size(256, 1, 1), model("base"))
    whisper = Whisper(folder, "torch", 1, "cpu", together=True)
    busy = gpu.together(whisper, 3, card_rounds.Card(torch.device("cpu"), 0.01))
    assert len(busy.taken) >= 3
    assert busy.steps_a_second > 0
    assert busy.processor_s > 0


def test_ctranslate2_is_left_out_without_its_library_for_cards() -> None:
    assert "cuBLAS 12" in (gpu.left_out("faster-whisper", "cuda", "libnowhere.so.12") or "")
    assert gpu.left_out("faster-whisper", "cpu") is None
    assert gpu.left_out("torch", "cpu") is None


def test_its_arguments() -> None:
    arguments = gpu.arguments_of(["--size", "base", "large-v3", "--backends", "torch"])
    assert (arguments.size, arguments.backends) == (["base", "large-v3"], ["torch"])
    assert Path(arguments.like) == Path("base")
