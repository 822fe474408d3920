"""The torch decoder on real weights."""

import numpy as np
import pytest
import torch

from fixtures.models import model
from wlk_host.backends.checkpoints.container import read_variables
from wlk_host.backends.graphs.session import products_overflow
from wlk_host.backends.whisper.halves import Branches
from wlk_host.backends.whisper.torch.decoder import TorchDecoder
from wlk_host.backends.whisper.torch.layers import Int8Linear

pytestmark = [pytest.mark.model, pytest.mark.torch]


def test_one_token_at_a_time_is_the_same_as_all_at_once() -> None:
    variables = read_variables(model("tiny.en") / "model.bin")
    decoder = TorchDecoder(variables, [(0, 0), (3, 5)], int8=False)
    encoded = np.random.default_rng(0).normal(size=(50, 384)).astype(np.float32)
    tokens = [50257, 50362, 770, 318, 257]
    memory = decoder.cross_memory(encoded)
    at_once, attention = decoder.forward(tokens, decoder.cache(), memory, rows=range(5))
    cache = decoder.cache()
    single = [decoder.forward([token], cache, memory) for token in tokens]
    for i, (logits, weights) in enumerate(single):
        np.testing.assert_allclose(logits[0], at_once[i], atol=1e-3, rtol=1e-3)
        np.testing.assert_allclose(weights[:, 0], attention[:, i], atol=1e-5, rtol=1e-3)
    assert attention.shape == (2, 5, 50)
    np.testing.assert_allclose(attention.sum(axis=2), 1, rtol=1e-5)


def test_texts_that_share_a_cache_do_not_see_each_other() -> None:
    variables = read_variables(model("tiny.en") / "model.bin")
    decoder = TorchDecoder(variables, [(0, 0), (3, 5)], int8=False)
    encoded = np.random.default_rng(0).normal(size=(50, 384)).astype(np.float32)
    given, texts = [50257, 50362], [[770, 318], [770, 257], [318, 257]]
    memory = decoder.cross_memory(encoded)
    alone = [decoder.forward([*given, *text], decoder.cache(), memory) for text in texts]
    cache = decoder.cache()
    decoder.forward(given, cache, memory)
    # Two first tokens, of which one goes on in two ways.
    visible = np.array([[1, 1, 1, 0], [1, 1, 0, 1]], np.bool_)
    decoder.forward([770, 318], cache, memory, range(2), Branches(2, visible))
    parents = np.array([[1, 1, 1, 0], [1, 1, 1, 0], [1, 1, 0, 1]], np.bool_)
    visible = np.concatenate([parents, np.eye(3, dtype=np.bool_)], axis=1)
    together, attention = decoder.forward(
        [318, 257, 257], cache, memory, range(3), Branches(3, visible)
    )
    for i, (logits, weights) in enumerate(alone):
        np.testing.assert_allclose(together[i], logits[0], atol=1e-3, rtol=1e-3)
        np.testing.assert_allclose(attention[:, i], weights[:, -1], atol=1e-5, rtol=1e-3)


def test_quantised_weights_change_little() -> None:
    variables = read_variables(model("tiny.en") / "model.bin")
    encoded = np.random.default_rng(0).normal(size=(50, 384)).astype(np.float32)
    exact, near = (
        decoder.forward([50257, 50362], decoder.cache(), decoder.cross_memory(encoded))[0][0]
        for decoder in (TorchDecoder(variables, [(0, 0)], int8=int8) for int8 in (False, True))
    )
    similarity = exact @ near / (np.linalg.norm(exact) * np.linalg.norm(near))
    assert float(similarity) > 0.995


def test_a_wide_layer_packed_in_blocks_is_that_of_its_rows() -> None:
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(40_000, 64, generator=generator).half()
    bias = torch.randn(40_000, generator=generator)
    x = torch.randn(3, 64, generator=generator)
    whole = Int8Linear(weight, bias)(x)
    rows = [0, 16_383, 16_384, 39_999]
    alone = torch.cat([Int8Linear(weight[i : i + 1], bias[i : i + 1])(x) for i in rows], dim=-1)
    torch.testing.assert_close(whole[:, rows], alone)
    exact = x @ weight.float().T + bias
    # Activations have seven bits without VNNI, and so twice the rounding.
    assert float((whole - exact).abs().max()) < (1.0 if products_overflow() else 0.5)
