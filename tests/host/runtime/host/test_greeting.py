"""What the host says of itself before anything heavy is loaded."""

from pathlib import Path

import pytest

from wlk_host.models import errors
from wlk_host.runtime.host.greeting import host_hello
from wlk_host.runtime.loading import sortformer

NEMO = Path(__file__).parents[3] / "fixtures" / "nemo_package"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the driver's program would be; no model is installed."""
    monkeypatch.setenv(errors.MODELS_VARIABLE, str(tmp_path / "models"))
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder / "nvidia-smi"


def test_speakers_are_told_apart_by_sortformer_alone(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not host_hello().speakers
    monkeypatch.syspath_prepend(str(NEMO))
    weights = sortformer.weights()
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"")
    assert not host_hello().speakers
    program.write_text("#!/bin/sh\nexit 1\n", "utf-8")
    program.chmod(0o700)
    assert host_hello().speakers
    weights.unlink()
    assert not host_hello().speakers
