"""What a model runs on, on machines that the tests do not run on."""

import pytest

from wlk_host.backends.availability import Surroundings
from wlk_host.backends.devices import (
    Device,
    DeviceWish,
    choose_device,
    device_errors,
    return_memory,
)
from wlk_host.core.errors import DeviceError, WlkError

VERSIONS = {"ctranslate2": "4.8.5", "torch": "2.13.0"}
PLAIN = Surroundings("Linux", "x86_64", VERSIONS)
CARD = Surroundings("Linux", "x86_64", VERSIONS, "NVIDIA T4", torch_cuda="12.8", cudnn=True)
NO_CUDNN = Surroundings("Linux", "x86_64", VERSIONS, "NVIDIA T4", torch_cuda="12.8")
CPU_TORCH = Surroundings("Linux", "x86_64", VERSIONS, "NVIDIA T4", cudnn=True)
APPLE = Surroundings("Darwin", "arm64", VERSIONS)


def test_auto_takes_the_best_device_of_the_engine() -> None:
    assert choose_device("auto", "faster-whisper", PLAIN) == ("cpu", None)
    assert choose_device("auto", "torch", PLAIN) == ("cpu", None)
    assert choose_device("auto", "faster-whisper", CARD) == ("cuda", None)
    assert choose_device("auto", "torch", CARD) == ("cuda", None)
    assert choose_device("auto", "torch", APPLE) == ("mps", None)
    assert choose_device("auto", "faster-whisper", APPLE) == ("cpu", None)


def test_auto_tells_why_a_card_is_not_used() -> None:
    device, problem = choose_device("auto", "faster-whisper", NO_CUDNN)
    assert (device, problem and problem.code) == ("cpu", "cudnn_missing")
    device, problem = choose_device("auto", "torch", CPU_TORCH)
    assert (device, problem and problem.code) == ("cpu", "torch_without_cuda")


@pytest.mark.parametrize("here", [PLAIN, CARD, NO_CUDNN, APPLE])
def test_the_processor_can_always_be_asked_for(here: Surroundings) -> None:
    assert choose_device("cpu", "faster-whisper", here) == ("cpu", None)


@pytest.mark.parametrize(
    ("wish", "here", "code", "hint"),
    [
        ("cuda", PLAIN, "device_unavailable", "--device cpu"),
        ("mps", PLAIN, "device_unavailable", "--device cpu"),
        ("cuda", APPLE, "device_unavailable", "--device mps"),
        ("cuda", CPU_TORCH, "torch_without_cuda", "torch-backend=auto"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_remedy(
    wish: DeviceWish, here: Surroundings, code: str, hint: str
) -> None:
    with pytest.raises(WlkError) as caught:
        choose_device(wish, "torch", here)
    assert caught.value.code == code
    assert hint in caught.value.hint


def test_without_cudnn_cuda_is_refused_for_ctranslate2() -> None:
    with pytest.raises(WlkError, match="no cuDNN 9") as caught:
        choose_device("cuda", "faster-whisper", NO_CUDNN)
    assert caught.value.code == "cudnn_missing"


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("CUDA failed with error out of memory"),
        RuntimeError("MPS backend out of memory (MPS allocated: 5.00 GB)"),
    ],
)
def test_memory_that_is_full_is_told_apart(error: RuntimeError) -> None:
    with pytest.raises(DeviceError) as caught, device_errors("cuda"):
        raise error
    assert caught.value.code == "device_out_of_memory"
    assert caught.value.__cause__ is error


def test_another_failure_of_the_device_is_one_of_the_device() -> None:
    with pytest.raises(DeviceError, match="cuBLAS failed") as caught, device_errors("cuda"):
        raise RuntimeError("cuBLAS failed with status CUBLAS_STATUS_NOT_INITIALIZED")
    assert caught.value.code == "device_failed"


def test_a_bug_stays_one_and_so_does_what_happens_on_the_processor() -> None:
    with pytest.raises(RuntimeError, match="shape"), device_errors("cuda"):
        raise RuntimeError("shape [1, 2] is invalid")
    with pytest.raises(RuntimeError, match="out of memory"), device_errors("cpu"):
        raise RuntimeError("out of memory")


@pytest.mark.parametrize("device", ["cpu", "cuda", pytest.param("metal", marks=pytest.mark.torch)])
def test_memory_is_given_back_whether_or_not_there_was_a_card(device: Device) -> None:
    freed: list[str] = []

    class Loop:
        """Something that only the collector frees, as a model in a traceback."""

        def __init__(self) -> None:
            self.me = self

        def __del__(self) -> None:
            freed.append(device)

    Loop()
    return_memory(device)
    assert freed == [device]
