"""The real command line, in a home folder of its own."""

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from wlk_host.protocol.constants import EXTENSION_ID, HOST_NAME

CommandLine = Callable[..., subprocess.CompletedProcess[str]]


def manifest(home: Path, profile: str = "chromium") -> Path:
    return home / ".config" / profile / "NativeMessagingHosts" / f"{HOST_NAME}.json"


def test_install_registers_with_the_browser_found(home: Path, wlk_host: CommandLine) -> None:
    result = wlk_host("install")
    assert result.returncode == 0, result.stderr
    assert "Chromium" in result.stdout
    fields = json.loads(manifest(home).read_text())
    assert fields["name"] == HOST_NAME
    assert fields["allowed_origins"] == [f"chrome-extension://{EXTENSION_ID}/"]
    assert os.access(fields["path"], os.X_OK)
    assert not manifest(home, "google-chrome").exists()


def test_what_is_registered_runs_whatever_the_browsers_environment(
    home: Path, wlk_host: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "wlk_host.py").write_text("raise SystemExit('the wrong module')")
    wlk_host("install")
    launcher = json.loads(manifest(home).read_text())["path"]
    environment = {"PYTHONPATH": str(tmp_path), "PYTHONHOME": "/nowhere", "HOME": str(home)}
    result = subprocess.run(
        [launcher, "--version"], capture_output=True, text=True, env=environment, check=True
    )
    assert result.stdout.startswith("wlk-host ")


def test_a_second_install_changes_nothing(home: Path, wlk_host: CommandLine) -> None:
    wlk_host("install")
    before = manifest(home).read_bytes()
    wlk_host("install")
    assert manifest(home).read_bytes() == before
    assert [path.name for path in manifest(home).parent.iterdir()] == [f"{HOST_NAME}.json"]


def test_all_registers_with_browsers_that_are_not_there(home: Path, wlk_host: CommandLine) -> None:
    assert wlk_host("install", "--all").returncode == 0
    for profile in ("google-chrome", "chromium", "microsoft-edge", "vivaldi", "opera"):
        assert manifest(home, profile).is_file()


def test_a_named_browser_and_a_further_extension(home: Path, wlk_host: CommandLine) -> None:
    wlk_host("install", "--browser", "vivaldi", "chrome", "--extension-id", "a" * 32)
    assert not manifest(home).exists()
    for profile in ("vivaldi", "google-chrome"):
        origins = json.loads(manifest(home, profile).read_text())["allowed_origins"]
        assert origins == [f"chrome-extension://{EXTENSION_ID}/", f"chrome-extension://{'a' * 32}/"]


def test_dry_run_writes_nothing(home: Path, wlk_host: CommandLine) -> None:
    result = wlk_host("install", "--all", "--dry-run")
    assert f"would write file {manifest(home)}" in result.stdout
    assert [path.name for path in home.rglob("*") if path.is_file()] == []


def test_uninstall_leaves_no_file(home: Path, wlk_host: CommandLine) -> None:
    wlk_host("install", "--all")
    assert wlk_host("uninstall").returncode == 0
    assert [path.name for path in home.rglob("*") if path.is_file()] == []
    assert "Nothing was registered." in wlk_host("uninstall").stdout


def test_no_browser_is_a_coded_error(home: Path, wlk_host: CommandLine) -> None:
    (home / ".config/chromium").rmdir()
    result = wlk_host("install")
    assert result.returncode == 2
    assert result.stderr.startswith("no_browser_found: ")
    assert "Traceback" not in result.stderr


def test_a_folder_that_cannot_be_written_is_a_coded_error(
    home: Path, wlk_host: CommandLine
) -> None:
    (home / ".config/chromium/NativeMessagingHosts").write_text("a file in the way")
    result = wlk_host("install")
    assert result.returncode == 2
    assert result.stderr.startswith("write_failed: ")
    assert str(manifest(home)) in result.stderr


@pytest.mark.alone
def test_version_and_help_are_quick(wlk_host: CommandLine) -> None:
    for option in ("--version", "--help"):
        durations = []
        for _ in range(3):
            started = time.perf_counter()
            assert wlk_host(option).returncode == 0
            durations.append(time.perf_counter() - started)
        assert min(durations) < 0.3
