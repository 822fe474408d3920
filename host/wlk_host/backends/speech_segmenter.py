"""Who speaks when in five seconds of sound: PyanNet on the weights of pyannote/segmentation.

End-to-end speaker segmentation for overlap-aware resegmentation (Bredin and Laurent, 2021,
arXiv:2104.04045). Filters whose edges were learnt (SincNet, Ravanelli and Bengio, 2018,
arXiv:1808.00158), three convolutions, four LSTM layers in both directions. The layers are those of
pyannote/pyannote-audio, `models/segmentation/PyanNet.py` and `models/blocks/sincnet.py`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from wlk_host.backends.checkpoints.lightning import read_lightning
from wlk_host.backends.graphs.graph import Graph
from wlk_host.backends.graphs.lstm import lstm
from wlk_host.backends.graphs.session import open_session
from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE, Pcm, Sample

WEIGHTS: Final = "segmentation.bin"

_VOICES: Final = 3
_WIDTH: Final = 128
_LAYERS: Final = 4
_DIRECTIONS: Final = ("", "_reverse")
_LINEAR: Final = 2

_FILTERS: Final = 80
_TAPS: Final = 251
_STRIDE: Final = 10
_CHANNELS: Final = (_FILTERS, 60, 60)
"""Of each convolution; each is pooled by three."""
_KERNEL: Final = 5
_LEAST_HERTZ: Final = 50
"""Of a filter's lower edge, and of its width."""

_LEAK: Final = 0.01
_EPSILON: Final = 1e-5
"""PyTorch's defaults for `leaky_relu` and `InstanceNorm1d`."""

_FRAME: Final = 270
"""Samples from one frame to the next: the stride, and three times pooling by three."""

_FIRST: Final = 495
"""The middle of the 991 samples that the first frame sees."""

_SHAPES: Final = {
    **{f"sincnet.wav_norm1d.{part}": (1,) for part in ("weight", "bias")},
    **{
        f"sincnet.conv1d.0.filterbank.{edge}": (_FILTERS // 2, 1)
        for edge in ("low_hz_", "band_hz_")
    },
    "sincnet.conv1d.0.filterbank.window_": (_TAPS // 2,),
    **{
        f"sincnet.norm1d.{i}.{part}": (_CHANNELS[i],)
        for i in range(3)
        for part in ("weight", "bias")
    },
    **{f"sincnet.conv1d.{i}.weight": (_CHANNELS[i], _CHANNELS[i - 1], _KERNEL) for i in (1, 2)},
    **{f"sincnet.conv1d.{i}.bias": (_CHANNELS[i],) for i in (1, 2)},
    **{
        f"lstm.weight_ih_l{i}{way}": (4 * _WIDTH, 2 * _WIDTH if i else _CHANNELS[-1])
        for i in range(_LAYERS)
        for way in _DIRECTIONS
    },
    **{
        f"lstm.weight_hh_l{i}{way}": (4 * _WIDTH, _WIDTH)
        for i in range(_LAYERS)
        for way in _DIRECTIONS
    },
    **{
        f"lstm.bias_{part}_l{i}{way}": (4 * _WIDTH,)
        for i in range(_LAYERS)
        for way in _DIRECTIONS
        for part in ("ih", "hh")
    },
    **{f"linear.{i}.weight": (_WIDTH, _WIDTH if i else 2 * _WIDTH) for i in range(_LINEAR)},
    **{f"linear.{i}.bias": (_WIDTH,) for i in range(_LINEAR)},
    "classifier.weight": (_VOICES, _WIDTH),
    "classifier.bias": (_VOICES,),
}
"""Of the weights that are used."""

Weights: TypeAlias = Mapping[str, NDArray[np.float32]]


class PyanNet:
    """`core.ports.SpeechSegmenter`. It keeps nothing between calls: sessions and threads share it.

    Args:
        session: on `_graph`, with one thread: the steps of its LSTM are too small to be divided.
    """

    frame: Sample = _FRAME
    first: Sample = _FIRST

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session

    def segment(self, pcm: Pcm) -> NDArray[np.float32]:
        """How probably each voice speaks, shape (frames, 3). See `SpeechSegmenter.segment`.

        It was trained on pieces of five seconds.

        Raises:
            ValueError: less than a second of sound.
        """
        if len(pcm) < SAMPLE_RATE:
            raise ValueError(f"expected at least {SAMPLE_RATE} samples, got {len(pcm)}")
        told: NDArray[np.float32] = self._session.run(["speaks"], {"pcm": pcm[None, None]})[0]
        return told


def load_speech_segmenter(folder: Path) -> PyanNet:
    """The segmenter with the weights in that folder (`models.catalog.SPEAKERS`).

    Raises:
        WlkError: `model_corrupt`.
    """
    path = folder / WEIGHTS
    try:
        weights = _checked(read_lightning(path))
    except (WlkError, LookupError, ValueError) as error:
        raise WlkError(
            code="model_corrupt",
            message=f"{path} does not hold the weights that tell who speaks when: {error}",
            hint="run: wlk-host models download speakers",
        ) from error
    return PyanNet(open_session(_graph(weights)))


def _checked(weights: Mapping[str, NDArray[np.generic]]) -> Weights:
    for name, shape in _SHAPES.items():
        if weights[name].shape != shape or weights[name].dtype.kind != "f":
            raise ValueError(f"{name} has the size {weights[name].shape}, expected {shape}")
    return {name: weights[name].astype(np.float32) for name in _SHAPES}


def _graph(weights: Weights) -> bytes:
    """Sound, `pcm`, shape (1, 1, n), to probabilities, `speaks`, shape (frames, 3)."""
    graph = Graph("segmentation")
    x = graph.input("pcm", "float32", (1, 1, "samples"))
    x = _normalised(graph, weights, "sincnet.wav_norm1d", x)
    x = graph.node("Conv", x, graph.weight(_sinc_filters(weights)), strides=(_STRIDE,))
    x = graph.node("Abs", x)
    for i in range(3):
        if i:
            kernel, bias = (weights[f"sincnet.conv1d.{i}.{part}"] for part in ("weight", "bias"))
            x = graph.node("Conv", x, graph.weight(kernel), graph.weight(bias))
        x = graph.node("MaxPool", x, kernel_shape=(3,), strides=(3,))
        x = _normalised(graph, weights, f"sincnet.norm1d.{i}", x)
        x = graph.node("LeakyRelu", x, alpha=_LEAK)
    x = graph.node("Transpose", x, perm=(2, 0, 1))
    for i in range(_LAYERS):
        x, _ = lstm(graph, weights, i, x, directions=_DIRECTIONS)
    x = graph.node("Squeeze", x, graph.integers(1))
    for i in range(_LINEAR):
        x = graph.node("LeakyRelu", _linear(graph, weights, f"linear.{i}", x), alpha=_LEAK)
    graph.node("Sigmoid", _linear(graph, weights, "classifier", x), called="speaks")
    graph.output("speaks", "float32", ("frames", _VOICES))
    return graph.encoded()


def _normalised(graph: Graph, weights: Weights, name: str, x: str) -> str:
    scale, offset = (graph.weight(weights[f"{name}.{part}"]) for part in ("weight", "bias"))
    return graph.node("InstanceNormalization", x, scale, offset, epsilon=_EPSILON)


def _linear(graph: Graph, weights: Weights, name: str, x: str) -> str:
    product = graph.node("MatMul", x, graph.weight(weights[f"{name}.weight"].T))
    return graph.node("Add", product, graph.weight(weights[f"{name}.bias"]))


def _sinc_filters(weights: Weights) -> NDArray[np.float32]:
    """Band-pass filters between the learnt edges, shape (80, 1, 251): even ones, then odd ones.

    As asteroid-filterbanks' `ParamSincFB` makes them (Pariente et al., 2020, arXiv:1910.10400).
    """
    low = _LEAST_HERTZ + np.abs(weights["sincnet.conv1d.0.filterbank.low_hz_"].astype(np.float64))
    width = np.abs(weights["sincnet.conv1d.0.filterbank.band_hz_"].astype(np.float64))
    high = np.clip(low + _LEAST_HERTZ + width, _LEAST_HERTZ, SAMPLE_RATE / 2)
    window = weights["sincnet.conv1d.0.filterbank.window_"].astype(np.float64)
    phase = 2 * np.pi * np.arange(-(_TAPS // 2), 0) / SAMPLE_RATE
    even = (np.sin(high * phase) - np.sin(low * phase)) / (phase / 2) * window
    odd = (np.cos(low * phase) - np.cos(high * phase)) / (phase / 2) * window
    centre = 2 * (high - low)
    filters = np.concatenate(
        [
            np.concatenate([even, centre, even[:, ::-1]], axis=1) / centre,
            np.concatenate([odd, np.zeros_like(centre), -odd[:, ::-1]], axis=1) / centre,
        ]
    )
    return filters[:, None].astype(np.float32)
