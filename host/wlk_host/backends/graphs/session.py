"""Run an ONNX graph on the processor."""

from pathlib import Path
from typing import Final

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as failures

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
    # Without VNNI, products of uint8 and int8 can overflow; both are made uint8 then.
    options.add_session_config_entry("session.x64quantprecision", "1")
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3  # Errors. They are raised as well.
    source = graph if isinstance(graph, bytes) else str(graph)
    try:
        return onnxruntime.InferenceSession(source, options, ["CPUExecutionProvider"])
    except _FAILURES as error:
        raise GraphError(str(error)) from error
