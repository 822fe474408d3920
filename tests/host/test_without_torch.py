"""PyTorch is an extra: what works without it, and what is said where it is needed."""

import subprocess
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fixtures import checkpoints
from fixtures.models import model
from fixtures.sound import english
from wlk_host.backends import availability
from wlk_host.backends.availability import Surroundings
from wlk_host.backends.checkpoints.end_of_word import load_end_of_word
from wlk_host.backends.checkpoints.files import read_tensors
from wlk_host.backends.choice import choose
from wlk_host.backends.devices import return_memory, torch_device
from wlk_host.bench.scoring import normalise
from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE
from wlk_host.runtime.files.find_heads import find_heads

pytestmark = pytest.mark.model

PLAIN = Surroundings("Linux", "x86_64", {"ctranslate2": "4.8.5"})

_RUN = """
import sys
sys.modules["torch"] = None  # As if it were not installed.
from wlk_host.cli import main
code = main(sys.argv[1:])
parts = [name for name in sys.modules if name.startswith("torch.")]
sys.exit(code or (f"imported: {parts}" if parts else 0))
"""


@pytest.mark.parametrize("policy", ["alignatt", "local_agreement"])
def test_captions_need_no_torch(tmp_path: Path, policy: str) -> None:
    said = tmp_path / "said.wav"
    with wave.open(str(said), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        file.writeframes((english()[: 7 * SAMPLE_RATE] * 32767).astype("<i2").tobytes())
    options = ("--model", str(model("tiny.en")), "--policy", policy, "--speakers")
    command = [sys.executable, "-c", _RUN, "caption", str(said), *options]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert run.returncode == 0, run.stderr
    assert normalise(run.stdout, "en")[-3:] == ["they", "were", "spoken"]


@pytest.fixture
def no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)


def missing(error: WlkError) -> None:
    assert error.code == "torch_missing"
    assert "needs PyTorch, which is not installed" in error.message
    assert '-m pip install "wlk-host[torch]"' in str(error.hint)


@pytest.mark.usefixtures("no_torch")
def test_an_end_of_word_model_needs_it(tmp_path: Path) -> None:
    (tmp_path / "cif.pt").touch()
    with pytest.raises(WlkError, match="a trained end-of-word model needs") as raised:
        load_end_of_word(tmp_path / "cif.pt")
    missing(raised.value)


@pytest.mark.usefixtures("no_torch")
@pytest.mark.parametrize("name", ["pytorch_model.bin", "base.pt"])
def test_a_checkpoint_in_a_pickle_needs_it(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"any")
    with pytest.raises(WlkError, match=name) as raised:
        read_tensors([tmp_path / name])
    missing(raised.value)


@pytest.mark.usefixtures("no_torch")
def test_a_search_for_heads_needs_it() -> None:
    with pytest.raises(WlkError, match="looking for alignment heads needs") as raised:
        find_heads(model("tiny.en"), english()[:SAMPLE_RATE], "Hello", "en")
    missing(raised.value)


def test_checkpoints_in_safetensors_do_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = checkpoints.safetensors(model("tiny.en"), tmp_path / "source")
    monkeypatch.setitem(sys.modules, "torch", None)
    tensors = read_tensors([source / "model.safetensors"])
    assert tensors["model.decoder.embed_tokens.weight"].shape == (51_864, 384)
    assert all(np.isfinite(array).all() for array in tensors.values())


@pytest.mark.torch
def test_bfloat16_is_read_as_float32(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch  # noqa: PLC0415 - what the test takes away later
    from safetensors.torch import save_file  # noqa: PLC0415 - as above

    numbers: Any = np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)
    halved = torch.from_numpy(numbers).bfloat16()
    file = tmp_path / "model.safetensors"
    save_file({"a": halved, "b": halved[0].float()}, file, {"dtype": "BF16"})
    monkeypatch.setitem(sys.modules, "torch", None)
    read: Any = read_tensors([file])
    assert {array.dtype for array in read.values()} == {np.dtype(np.float32)}
    np.testing.assert_allclose(read["a"], numbers, rtol=2**-8)
    np.testing.assert_array_equal(read["a"][0], read["b"])


@pytest.mark.usefixtures("no_torch")
def test_a_card_is_used_by_ctranslate2_alone() -> None:
    assert torch_device("cuda") == "cpu"
    return_memory("cuda")


def test_the_backend_torch_says_how_to_install_it() -> None:
    able = availability.torch(PLAIN)
    assert not able.usable
    assert able.problem is not None
    assert '-m pip install "wlk-host[torch]"' in str(able.problem.hint)
    with pytest.raises(WlkError, match="needs the package torch"):
        choose("torch", here=PLAIN)


def test_nothing_is_measured_where_it_is_missing() -> None:
    assert choose("auto", lambda: pytest.fail("measured"), PLAIN) == "faster-whisper"
