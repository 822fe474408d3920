"""`wlk-host setup`, from an installed host to captions."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from wlk_host.protocol.constants import HOST_NAME

CommandLine = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.model
def test_it_installs_registers_and_says_what_to_click(home: Path, wlk_host: CommandLine) -> None:
    result = wlk_host("setup", "--no-demo", "--model", "tiny.en", WLK_MODELS=str(home / "models"))
    assert result.returncode == 0, result.stdout + result.stderr
    assert (home / "models/tiny.en/model.bin").is_file()
    manifest = home / f".config/chromium/NativeMessagingHosts/{HOST_NAME}.json"
    assert manifest.is_file()
    folder = home / ".local/share/wlk-host/extension"
    assert (folder / "manifest.json").is_file()
    assert f"click Load unpacked and choose {folder}" in result.stdout
    assert "[3/3]" in result.stdout


def test_an_unknown_model_ends_it_with_a_code(home: Path, wlk_host: CommandLine) -> None:
    models = str(home / "models")
    result = wlk_host("setup", "--no-demo", "--model", "giant", WLK_MODELS=models)
    assert result.returncode == 2
    assert result.stderr.startswith("model_failed: ")
    assert "no model 'giant'" in result.stdout or "giant" in result.stdout


@pytest.mark.model
@pytest.mark.browser
def test_the_demo_shows_captions_over_a_page_that_speaks(
    home: Path, wlk_host: CommandLine, tmp_path: Path
) -> None:
    picture = tmp_path / "captions.png"
    result = wlk_host(
        "setup",
        "--headless",
        "--model",
        "tiny.en",
        "--screenshot",
        str(picture),
        WLK_MODELS=str(home / "models"),
        PATH=os.environ["PATH"],
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "computer" in result.stdout
    assert picture.read_bytes().startswith(b"\x89PNG")
