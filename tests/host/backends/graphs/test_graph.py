"""Graphs written here and read by onnxruntime."""

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray
from onnxruntime import SessionOptions

from wlk_host.backends.graphs import session
from wlk_host.backends.graphs.graph import MICROSOFT, ExternalWeights, Graph
from wlk_host.backends.graphs.protobuf import integer, number, text
from wlk_host.backends.graphs.session import GraphError, open_session


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        # protobuf.dev, "Encoding": `Test1 {a: 150}` and `Test2 {b: "testing"}`.
        (integer(1, 150), "08 96 01"),
        (text(2, "testing"), "12 07 74 65 73 74 69 6e 67"),
        (integer(1, -1), "08 ff ff ff ff ff ff ff ff ff 01"),
        (integer(20, 7), "a0 01 07"),
        (number(2, 1.0), "15 00 00 80 3f"),
    ],
)
def test_fields_are_encoded_as_specified(encoded: bytes, expected: str) -> None:
    assert encoded == bytes.fromhex(expected)


def test_a_graph_computes_what_was_written() -> None:
    graph = Graph("test")
    x = graph.input("x", "float32", ("n", 3))
    weight = np.arange(12, dtype=np.float32).reshape(3, 4)
    product = graph.node("MatMul", x, graph.weight(weight))
    scaled = graph.node("LeakyRelu", product, alpha=0.5)
    graph.nodes("Split", ("left", "right"), scaled, graph.integers(1, 3), axis=1)
    graph.node("FusedMatMul", "right", "right", domain=MICROSOFT, transB=1, called="square")
    graph.node("Cast", "left", to=7, called="whole")
    graph.output("square", "float32", ("n", "n"))
    graph.output("whole", "int64", ("n", 1))
    given = np.array([[1, -2, 0], [0, 0, 1]], np.float32)
    square, whole = open_session(graph.encoded()).run(["square", "whole"], {"x": given})
    expected = given @ weight
    expected = np.where(expected < 0, expected / 2, expected)
    np.testing.assert_allclose(square, expected[:, 1:] @ expected[:, 1:].T)
    np.testing.assert_array_equal(whole, expected[:, :1].astype(np.int64))


def test_large_weights_lie_in_a_file_beside_the_graph_on_pages(tmp_path: Path) -> None:
    graphs = []
    weights = [np.full((300, 300), 0.5, np.float32), np.full((300, 200), 2, np.float32)]
    with (tmp_path / "weights.bin").open("wb") as file:
        external = ExternalWeights(tmp_path / "weights.bin", file)
        for weight in weights:
            graph = Graph("test", external)
            x = graph.input("x", "float32", (1, 300))
            graph.node("MatMul", x, graph.weight(weight), called="y")
            graph.output("y", "float32", (1, weight.shape[1]))
            graphs.append(graph.encoded())
    assert max(map(len, graphs)) < 1000
    content = (tmp_path / "weights.bin").read_bytes()
    second = -(-weights[0].nbytes // 4096) * 4096
    assert content[: weights[0].nbytes] == weights[0].tobytes()
    assert content[second:] == weights[1].tobytes()
    for encoded, factor in zip(graphs, (0.5, 2), strict=True):
        (tmp_path / "graph.onnx").write_bytes(encoded)
        (y,) = open_session(tmp_path / "graph.onnx").run(None, {"x": np.ones((1, 300), np.float32)})
        np.testing.assert_allclose(y, 300 * factor)


def test_the_largest_products_of_int8_are_exact_on_every_machine() -> None:
    graph = Graph("test")
    weight = graph.weight(np.full((256, 64), 127, np.int8))
    scale = graph.weight(np.full(64, 0.5, np.float32))
    graph.input("x", "float32", ("n", 256))
    graph.node("DynamicQuantizeMatMul", "x", weight, scale, domain=MICROSOFT, called="y")
    graph.output("y", "float32", ("n", 64))
    session = open_session(graph.encoded())
    for n in (1, 3, 31):
        (y,) = session.run(None, {"x": np.full((n, 256), 2, np.float32)})
        np.testing.assert_allclose(y, 256 * 127, rtol=1e-3)


@pytest.mark.parametrize("content", [b"", b"no graph", bytes(100)])
def test_what_is_no_graph_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "graph.onnx").write_bytes(content)
    with pytest.raises(GraphError):
        open_session(tmp_path / "graph.onnx")
    with pytest.raises(GraphError):
        open_session(tmp_path / "none.onnx")


class Saturating:
    """onnxruntime on a processor without VNNI: two products that are added end at 32767."""

    opened: ClassVar[list[str]] = []

    def __init__(self, source: bytes | str, options: SessionOptions, providers: list[str]) -> None:
        try:
            self.opened.append(options.get_session_config_entry("session.x64quantprecision"))
        except RuntimeError:
            self.opened.append("")

    def run(self, names: None, inputs: dict[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        (x,) = inputs.values()
        return [np.full(x.shape, x.shape[1] // 2 * 32767 / 255, np.float32)]


def test_where_products_overflow_they_are_made_of_wider_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session._overflows.cache_clear()
    monkeypatch.setattr(session.onnxruntime, "InferenceSession", Saturating)
    try:
        session.open_session(b"any")
    finally:
        session._overflows.cache_clear()
    assert Saturating.opened == ["", "1"]
