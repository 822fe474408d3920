"""What the commands import: `--version` has to be quick, and so has the start of a host."""

import os
import re
import subprocess
import sys

import pytest

from wlk_host.version import __version__

HEAVY = ("numpy", "torch", "ctranslate2", "onnxruntime", "tokenizers", "faster_whisper", "av")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "host.run_and_tell", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "100", "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
        timeout=60,
    )


def imported(result: subprocess.CompletedProcess[str]) -> set[str]:
    return set(result.stdout.rsplit("imported:", 1)[1].split())


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["caption", "--help"], ["listen", "--help"]]
)
def test_what_only_prints_imports_nothing_heavy(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.returncode == 0, result.stderr
    assert not imported(result) & set(HEAVY)


def test_the_version_is_printed() -> None:
    assert run("--version").stdout.startswith(f"wlk-host {__version__}\n")


def test_help_names_every_command() -> None:
    printed = run("--help").stdout
    for command in ("install", "uninstall", "doctor", "caption", "listen", "models"):
        assert re.search(rf"^ +{command}\b", printed, re.MULTILINE)


@pytest.mark.parametrize("arguments", ["", "sing", "caption", "caption a --format x"])
def test_wrong_use_says_what_is_right(arguments: str) -> None:
    result = run(*arguments.split())
    assert result.returncode == 2
    assert "usage: wlk-host" in result.stderr
