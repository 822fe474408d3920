"""Checkpoints of end-of-word models, written the way they are published."""

from pathlib import Path

import numpy as np
import pytest
import torch

from wlk_host.backends.checkpoints.end_of_word import load_end_of_word
from wlk_host.core.errors import WlkError

pytestmark = pytest.mark.torch


def test_a_linear_layers_state_is_read(tmp_path: Path) -> None:
    torch.manual_seed(0)
    layer = torch.nn.Linear(512, 1)
    torch.save(layer.state_dict(), tmp_path / "cif.pt")
    model = load_end_of_word(tmp_path / "cif.pt")
    encoded = np.random.default_rng(0).normal(size=(50, 512)).astype(np.float32)
    theirs = layer(torch.from_numpy(encoded)).detach().numpy()[:, 0]
    assert model.width == 512
    np.testing.assert_allclose(encoded @ model.weight + model.bias, theirs, atol=1e-5)


def test_half_precision_is_read_as_well(tmp_path: Path) -> None:
    torch.save(torch.nn.Linear(4, 1).half().state_dict(), tmp_path / "cif.pt")
    assert load_end_of_word(tmp_path / "cif.pt").weight.dtype == np.float32


@pytest.mark.parametrize(
    "checkpoint",
    [
        {},
        {"weight": torch.zeros(1, 4)},
        {"weight": torch.zeros(2, 4), "bias": torch.zeros(2)},
        {"weight": torch.zeros(4), "bias": torch.zeros(1)},
        {"weight": [0.0] * 4, "bias": torch.zeros(1)},
        torch.zeros(1, 4),
    ],
)
def test_what_is_no_such_layer_is_refused(tmp_path: Path, checkpoint: object) -> None:
    torch.save(checkpoint, tmp_path / "cif.pt")
    refused(tmp_path / "cif.pt")


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x03\x04 cut off"])
def test_damaged_files_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cif.pt").write_bytes(content)
    refused(tmp_path / "cif.pt")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "nothing.pt")


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path: Path) -> None:
    torch.save({"weight": Path("code"), "bias": torch.zeros(1)}, tmp_path / "cif.pt")
    refused(tmp_path / "cif.pt")


def refused(path: Path) -> None:
    with pytest.raises(WlkError) as caught:
        load_end_of_word(path)
    assert caught.value.code == "end_of_word_unreadable"
    assert str(path) in caught.value.message
