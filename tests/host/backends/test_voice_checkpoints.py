"""Checkpoints that are not those of the voice encoder, as PyTorch itself writes them."""

from pathlib import Path
from typing import Any

import pytest
import torch

from fixtures.models import model
from host.backends.test_voice_encoder import refused
from wlk_host.backends.voice_encoder import WEIGHTS

pytestmark = [pytest.mark.model, pytest.mark.torch]


@pytest.mark.parametrize(
    "checkpoint",
    [{}, [1, 2], {"model_state": {"lstm.weight_ih_l0": torch.zeros(4)}}, {"model_state": [1]}],
    ids=["empty", "list", "other weights", "no names"],
)
def test_another_checkpoint_is_a_coded_error(tmp_path: Path, checkpoint: Any) -> None:
    torch.save(checkpoint, tmp_path / WEIGHTS, _use_new_zipfile_serialization=False)
    refused(tmp_path, "does not hold the weights")


def test_weights_of_another_size_are_a_coded_error(tmp_path: Path) -> None:
    checkpoint = torch.load(model("speakers") / WEIGHTS, map_location="cpu", weights_only=True)
    checkpoint["model_state"]["linear.bias"] = torch.zeros(128)
    torch.save(checkpoint, tmp_path / WEIGHTS, _use_new_zipfile_serialization=False)
    refused(tmp_path, r"linear\.bias has the size \(128,\)")


def test_a_checkpoint_of_a_newer_format_is_a_coded_error(tmp_path: Path) -> None:
    torch.save({}, tmp_path / WEIGHTS)
    refused(tmp_path, "does not hold the weights")
