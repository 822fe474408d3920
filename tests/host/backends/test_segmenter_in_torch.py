"""The segmenter tells what PyTorch tells with the published layers and the same weights."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from fixtures.models import model
from fixtures.sound import english
from host.backends.test_speech_segmenter import refused
from wlk_host.backends.checkpoints.lightning import read_lightning
from wlk_host.backends.speech_segmenter import WEIGHTS, load_speech_segmenter
from wlk_host.core.types import SAMPLE_RATE, Pcm

pytestmark = [pytest.mark.model, pytest.mark.torch]

Weights = dict[str, Tensor]


def published() -> Weights:
    state = read_lightning(model("speakers") / WEIGHTS)
    return {name: torch.from_numpy(np.array(array)) for name, array in state.items()}


def filters(weights: Weights) -> Tensor:
    """With the phases and half of the window that are in the checkpoint."""
    low_edges, widths, window, phase = (
        weights[f"sincnet.conv1d.0.filterbank.{name}"]
        for name in ("low_hz_", "band_hz_", "window_", "n_")
    )
    low = 50 + low_edges.abs()
    high = (low + 50 + widths.abs()).clamp(50, 8000)
    even = ((high @ phase).sin() - (low @ phase).sin()) / (phase / 2) * window
    odd = ((low @ phase).cos() - (high @ phase).cos()) / (phase / 2) * window
    centre = 2 * (high - low)
    return torch.cat(
        [
            torch.cat([even, centre, even.flip(1)], 1) / centre,
            torch.cat([odd, 0 * centre, -odd.flip(1)], 1) / centre,
        ]
    )[:, None]


@torch.inference_mode()
def told(weights: Weights, pcm: Pcm) -> NDArray[np.float32]:
    def normalised(name: str, x: Tensor) -> Tensor:
        scale, offset = weights[f"sincnet.{name}.weight"], weights[f"sincnet.{name}.bias"]
        return functional.instance_norm(x, weight=scale, bias=offset)

    lstm = nn.LSTM(60, 128, 4, bidirectional=True, batch_first=True)
    state = {k.removeprefix("lstm."): w for k, w in weights.items() if k.startswith("lstm.")}
    lstm.load_state_dict(state)
    x = normalised("wav_norm1d", torch.from_numpy(pcm.copy())[None, None])
    x = functional.conv1d(x, filters(weights), stride=10).abs()
    for i in range(3):
        if i:
            kernel, bias = (weights[f"sincnet.conv1d.{i}.{part}"] for part in ("weight", "bias"))
            x = functional.conv1d(x, kernel, bias)
        x = functional.leaky_relu(normalised(f"norm1d.{i}", functional.max_pool1d(x, 3)))
    x, _ = lstm(x.transpose(1, 2))
    for i in range(2):
        x = functional.linear(x, weights[f"linear.{i}.weight"], weights[f"linear.{i}.bias"])
        x = functional.leaky_relu(x)
    x = functional.linear(x, weights["classifier.weight"], weights["classifier.bias"])
    return np.asarray(x.sigmoid()[0].numpy())


@pytest.mark.parametrize("length_s", [1.0, 3.3, 5.0])
def test_the_graph_tells_what_the_published_layers_tell(length_s: float) -> None:
    pcm = english()[SAMPLE_RATE:][: int(length_s * SAMPLE_RATE)]
    segmenter = load_speech_segmenter(model("speakers"))
    np.testing.assert_allclose(segmenter.segment(pcm), told(published(), pcm), atol=0.01)


def test_weights_of_another_size_are_a_coded_error(tmp_path: Path) -> None:
    weights = published()
    weights["classifier.bias"] = torch.zeros(7)
    torch.save({"state_dict": weights}, tmp_path / WEIGHTS)
    refused(tmp_path, r"classifier\.bias has the size \(7,\), expected \(3,\)")
    del weights["classifier.bias"]
    torch.save({"state_dict": weights}, tmp_path / WEIGHTS)
    refused(tmp_path, "classifier.bias")
