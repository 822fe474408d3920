"""A home folder of our own, in which the real command line runs."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

CommandLine = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The user's home: one Chromium that was run once, nothing else."""
    folder = tmp_path / "home"
    (folder / ".config/chromium").mkdir(parents=True)
    return folder


@pytest.fixture
def wlk_host(home: Path) -> CommandLine:
    """Run `wlk-host` in that home, with no browser on `PATH`."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_DATA_HOME": str(home / ".local/share"),
            "PATH": str(home / "bin"),
            **variables,
        }
        return subprocess.run(
            [sys.executable, "-m", "wlk_host.cli", *arguments],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
            timeout=120,
        )

    return run
