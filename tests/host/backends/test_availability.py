"""What is said of the engines on machines of every kind, and on this one."""

from dataclasses import replace

import pytest

from fixtures.engines import LOCAL
from wlk_host.backends.availability import (
    Capabilities,
    Surroundings,
    examine,
    faster_whisper,
    mlx,
    require,
    surroundings,
    torch,
)
from wlk_host.core.errors import WlkError

PACKAGES = {"ctranslate2": "4.8.1", "torch": "2.13.0+cpu"}
LAPTOP = Surroundings("Linux", "x86_64", PACKAGES)
MAC = Surroundings("Darwin", "arm64", {**PACKAGES, "mlx": "0.32.4"})
INTEL_MAC = Surroundings("Darwin", "x86_64", PACKAGES)
WINDOWS = Surroundings("Windows", "AMD64", PACKAGES)
SERVER = Surroundings(
    "Linux", "x86_64", PACKAGES, card="NVIDIA H200", torch_cuda="13.0", cudnn=True
)


def code(capabilities: Capabilities) -> str | None:
    return None if capabilities.problem is None else capabilities.problem.code


def test_what_a_machine_can_do_is_used() -> None:
    assert [c.devices for c in examine(MAC)] == [("cpu",), ("mps", "cpu"), ("metal", "cpu")]
    assert [c.devices for c in examine(SERVER)][:2] == [("cuda", "cpu"), ("cuda", "cpu")]
    assert [code(c) for c in examine(MAC)] == [None, None, None]
    assert [code(c) for c in examine(SERVER)[:2]] == [None, None]


def test_local_engines_serve_both_policies_and_keep_the_sound_here() -> None:
    for capabilities in examine(LAPTOP):
        assert capabilities.policies == ("alignatt", "local_agreement")
        assert capabilities.local


def test_a_package_that_is_missing_is_named_with_the_command_that_installs_it() -> None:
    found = mlx(LAPTOP)
    assert (code(found), found.usable) == ("backend_unavailable", False)
    assert found.problem is not None
    assert '-m pip install "wlk-host[mlx]"' in found.problem.hint
    bare = mlx(replace(MAC, versions=PACKAGES))
    assert bare.problem is not None
    assert bare.problem.hint.endswith('-m pip install "wlk-host[mlx]"')


@pytest.mark.parametrize("here", [INTEL_MAC, WINDOWS])
def test_mlx_is_for_apple_silicon(here: Surroundings) -> None:
    with pytest.raises(WlkError, match=r"MLX needs .*found (macOS on x86_64|Windows)") as caught:
        require("mlx", here)
    assert caught.value.code == "backend_unavailable"
    assert "--backend faster-whisper" in caught.value.hint


def test_a_torch_without_cuda_beside_a_card_is_told_and_still_runs() -> None:
    found = torch(replace(SERVER, torch_cuda=None))
    assert (code(found), found.usable, found.devices) == ("torch_without_cuda", True, ("cpu",))
    assert found.problem is not None
    assert "NVIDIA H200" in found.problem.message
    assert "2.13.0+cpu" in found.problem.message
    assert "--torch-backend=auto" in found.problem.hint


def test_a_card_without_cudnn_is_told_and_the_processor_taken() -> None:
    found = faster_whisper(replace(SERVER, cudnn=False))
    assert (code(found), found.usable, found.devices) == ("cudnn_missing", True, ("cpu",))
    assert found.problem is not None
    assert "libcudnn.so.9" in found.problem.message
    assert "nvidia-cudnn-cu12" in found.problem.hint


@pytest.mark.torch
def test_this_machine_runs_what_the_tests_run() -> None:
    here = surroundings()
    for backend in LOCAL:
        require(backend, here)
    assert {c.backend for c in examine(here) if c.usable} == set(LOCAL)


def test_a_card_is_looked_for() -> None:
    """Whether there is one or not: what is said of it fits together."""
    here = surroundings(with_card=True)
    assert here.card != ""
    assert here.card is not None or (here.torch_cuda, here.cudnn) == (None, False)
