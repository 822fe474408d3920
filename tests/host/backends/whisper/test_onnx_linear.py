"""Single layers of the decoder's graphs."""

from typing import Any

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from wlk_host.backends.graphs.graph import Graph
from wlk_host.backends.graphs.session import open_session, products_overflow
from wlk_host.backends.whisper.onnx.linear import channel_linear

N_IN, N_OUT = 256, 64


def product(x: NDArray[np.float32], weight: NDArray[np.float32], bias: Any) -> NDArray[np.float32]:
    graph = Graph("test")
    graph.input("x", "float32", ("n", N_IN))
    channel_linear(graph, "x", weight, bias, called="y")
    graph.output("y", "float32", ("n", N_OUT))
    (y,) = open_session(graph.encoded()).run(None, {"x": x})
    found: NDArray[np.float32] = y
    return found


class Saturating:
    """onnxruntime on a processor without VNNI: two products that are added end at 32767."""

    def __init__(self, *arguments: object) -> None:
        pass

    def run(self, names: None, inputs: dict[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        (x,) = inputs.values()
        return [np.full(x.shape, x.shape[1] // 2 * 32767 / 255, np.float32)]


@pytest.fixture
def overflowing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A processor whose products overflow, by what onnxruntime answers when it is tried out."""
    products_overflow.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(onnxruntime, "InferenceSession", Saturating)
        assert products_overflow()


@pytest.fixture(autouse=True)
def tried_anew() -> Any:
    yield
    products_overflow.cache_clear()


def layers() -> list[tuple[NDArray[np.float32], Any]]:
    """Weights and biases: the largest numbers there are, and some."""
    largest = np.ones((N_OUT, N_IN), np.float32)
    some = np.random.default_rng(0).normal(size=(N_OUT, N_IN)).astype(np.float32)
    return [
        (largest, None), (-largest, np.ones(N_OUT, np.float32)), (some, None), (some, some[:, 0]),
    ]  # fmt: skip


@pytest.mark.parametrize("n", [1, 3, 31])
def test_products_are_exact_but_for_the_rounding(n: int) -> None:
    """On the processor that runs the test."""
    for weight, bias in layers():
        x = np.abs(weight[:n]) + np.float32(1)
        expected = x @ weight.T + (0 if bias is None else bias)
        error = np.linalg.norm(product(x, weight, bias) - expected) / np.linalg.norm(expected)
        assert error < 0.015


@pytest.mark.usefixtures("overflowing")
def test_where_products_overflow_weights_have_no_sign() -> None:
    """They are the same weights: the products are the same on a processor that multiplies both."""
    for weight, bias in layers():
        x = weight[:3] + np.float32(1)
        unsigned = product(x, weight, bias)
        products_overflow.cache_clear()
        np.testing.assert_allclose(product(x, weight, bias), unsigned, rtol=1e-5, atol=1e-4)


def kinds() -> set[int]:
    """The data types of large weights in a graph (onnx.proto: 2 is uint8, 3 is int8)."""
    graph = Graph("test")
    weight = np.ones((N_OUT, N_IN), np.float32)
    channel_linear(graph, "x", weight, called="y")
    return {kind for kind in (2, 3) if bytes([0x08, 0x40, 0x10, kind]) in graph.encoded()}


def test_the_kind_of_the_weights_follows_the_trial(request: pytest.FixtureRequest) -> None:
    here = 2 if products_overflow() else 3
    assert kinds() == {here}
    request.getfixturevalue("overflowing")
    assert kinds() == {2}
