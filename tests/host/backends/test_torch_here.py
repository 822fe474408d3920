"""What PyTorch says of this machine, and raises on it."""

import pytest
import torch

from wlk_host.backends.choice import bfloat16_speedup
from wlk_host.backends.devices import device_errors, torch_device, torch_dtype
from wlk_host.core.errors import DeviceError

pytestmark = pytest.mark.torch


def test_its_memory_that_is_full_is_told_apart() -> None:
    error = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
    with pytest.raises(DeviceError) as caught, device_errors("cuda"):
        raise error
    assert caught.value.code == "device_out_of_memory"
    assert caught.value.__cause__ is error


def test_torch_without_cuda_decodes_on_the_processor() -> None:
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert torch_device("cuda") == expected
    assert torch_device("metal") == "cpu"
    assert torch_dtype("cpu") == torch.bfloat16
    assert torch_dtype("cuda") == torch_dtype("mps") == torch.float16


def test_the_machine_is_measured() -> None:
    threads = torch.get_num_threads()
    assert 0.01 < bfloat16_speedup() < 100
    assert torch.get_num_threads() == threads
