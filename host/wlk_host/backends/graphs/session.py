"""Run an ONNX graph on the processor."""

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as failures

from wlk_host.backends.graphs.graph import MICROSOFT, Graph

_FAILURES: Final = (
    failures.EPFail,
    failures.Fail,
    failures.InvalidArgument,
    failures.InvalidGraph,
    failures.InvalidProtobuf,
    failures.NoModel,
    failures.NoSuchFile,
    failures.NotImplemented,
    failures.RuntimeException,
)
"""What onnxruntime raises. They have no base class of their own."""


_ROWS: Final = 4
_COLUMNS: Final = 64
"""Of a product that is tried out."""


class GraphError(Exception):
    """A graph that onnxruntime cannot load."""


def open_session(graph: Path | bytes, threads: int = 1) -> onnxruntime.InferenceSession:
    """A session that leaves the other cores alone while it waits. Threads can share it.

    Args:
        graph: a file, with its external weights beside it, or the content of one.
        threads: cores that one run may use.

    Raises:
        GraphError: the graph is missing, damaged, or needs another onnxruntime.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that spin take the cores of the other pass.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3  # Errors. They are raised as well.
    if overflows():
        # Both are made uint8, which takes twice the time.
        options.add_session_config_entry("session.x64quantprecision", "1")
    return _opened(graph, options)


@cache
def overflows() -> bool:
    """Whether products of uint8 and int8 overflow here, as on x86 without VNNI.

    There, two of them are added up in 16 bits (onnxruntime, "Quantize ONNX models"). So the
    largest ones are tried out.
    """
    graph = Graph("largest")
    x = graph.input("x", "float32", (_ROWS, _COLUMNS))
    weight = graph.weight(np.full((_COLUMNS, _COLUMNS), 127, np.int8))
    scale = graph.weight(np.ones(1, np.float32))
    y = graph.node("DynamicQuantizeMatMul", x, weight, scale, domain=MICROSOFT)
    graph.output(y, "float32", (_ROWS, _COLUMNS))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = _opened(graph.encoded(), options)
    (product,) = session.run(None, {"x": np.ones((_ROWS, _COLUMNS), np.float32)})
    return not np.allclose(product, 127 * _COLUMNS, rtol=0.01)


def _opened(
    graph: Path | bytes, options: onnxruntime.SessionOptions
) -> onnxruntime.InferenceSession:
    source = graph if isinstance(graph, bytes) else str(graph)
    try:
        return onnxruntime.InferenceSession(source, options, ["CPUExecutionProvider"])
    except _FAILURES as error:
        raise GraphError(str(error)) from error
