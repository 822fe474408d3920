"""Graphs written here and read by onnxruntime."""

from pathlib import Path

import numpy as np
import pytest

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


@pytest.mark.parametrize("content", [b"", b"no graph", bytes(100)])
def test_what_is_no_graph_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "graph.onnx").write_bytes(content)
    with pytest.raises(GraphError):
        open_session(tmp_path / "graph.onnx")
    with pytest.raises(GraphError):
        open_session(tmp_path / "none.onnx")
