"""Files that PyTorch itself saves in its old format."""

import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from wlk_host.backends.checkpoints.legacy_pickle import read_legacy

pytestmark = pytest.mark.torch


def saved(path: Path, content: Any) -> Path:
    torch.save(content, path, _use_new_zipfile_serialization=False)
    return path


def test_tensors_of_every_kind_come_back_in_their_containers(tmp_path: Path) -> None:
    whole = torch.arange(12.0)
    content: dict[str, Any] = {
        "step": 7,
        "state": OrderedDict(a=whole.reshape(3, 4), part=whole[4:8], one=torch.tensor(2.5)),
        "others": [torch.arange(3), torch.ones(2, 2).half(), torch.zeros(0, 5).double()],
    }
    read = read_legacy(saved(tmp_path / "x.pt", content))
    assert read["step"] == 7
    for name, tensor in content["state"].items():
        np.testing.assert_array_equal(read["state"][name], tensor.numpy())
    for array, tensor in zip(read["others"], content["others"], strict=True):
        assert (array.dtype, array.shape) == (tensor.numpy().dtype, tensor.shape)
        np.testing.assert_array_equal(array, tensor.numpy())


def test_what_would_run_something_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.pt", {"path": Path("/")})
    with pytest.raises(pickle.UnpicklingError, match="it asks for pathlib"):
        read_legacy(path)


def test_a_tensor_in_another_order_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="strides"):
        read_legacy(saved(tmp_path / "x.pt", torch.arange(12.0).reshape(3, 4).T))


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.99])
def test_a_file_that_ends_early_is_refused(tmp_path: Path, kept: float) -> None:
    path = saved(tmp_path / "x.pt", {"a": torch.arange(2000.0), "b": torch.arange(3)})
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises((EOFError, pickle.UnpicklingError)):
        read_legacy(path)


def test_the_present_format_is_refused(tmp_path: Path) -> None:
    torch.save({}, tmp_path / "x.pt")
    with pytest.raises(pickle.UnpicklingError):
        read_legacy(tmp_path / "x.pt")


def test_a_number_beyond_the_objects_is_refused_before_a_table_is_made_for_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.pt"
    path.write_bytes(b"\x80\x02Nr" + (2**31 - 1).to_bytes(4, "little") + b".")
    with pytest.raises(pickle.UnpicklingError, match="in place 2147483647 of its memo"):
        read_legacy(path)


def test_a_shape_that_is_none_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.pt", {"a": torch.arange(3.0)})
    content = path.read_bytes()
    assert content.count(b"K\x03\x85") == 1  # The shape, (3,), becomes ((),).
    path.write_bytes(content.replace(b"K\x03\x85", b")\x85"))
    with pytest.raises(pickle.UnpicklingError, match="without a shape"):
        read_legacy(path)
