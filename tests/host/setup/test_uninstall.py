"""What stays and what goes, in a real home folder."""

import subprocess
from collections.abc import Callable
from pathlib import Path

CommandLine = Callable[..., subprocess.CompletedProcess[str]]

OURS = {
    "model": ".local/share/wlk-host/models/base/model.bin",
    "graph": ".cache/wlk-host/speed.json",
    "log": ".local/state/wlk-host/log/host.log",
    "environment": ".local/share/wlk-host/venv/bin/python",
    "record": ".local/share/wlk-host/quickstart.json",
    "setup's log": ".local/share/wlk-host/setup.log",
    "voices": ".local/share/wlk-host/voices.json",
    "tokens": ".local/share/wlk-host/serve/tokens.json",
    "old speech": ".local/share/wlk-host/speech/english-1/english.wav",
}


def used(home: Path, wlk_host: CommandLine) -> None:
    """A home in which everything has left its traces."""
    wlk_host("install", "--all")
    wlk_host("extension", "--to", str(home / ".local/share/wlk-host/extension"))
    for name in OURS.values():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).touch()


def left(home: Path) -> set[str]:
    return {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}


def run(wlk_host: CommandLine, home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    places = {"XDG_CACHE_HOME": str(home / ".cache"), "XDG_STATE_HOME": str(home / ".local/state")}
    return wlk_host("uninstall", *options, **places)


def test_models_and_history_stay_unless_they_are_asked_for(
    home: Path, wlk_host: CommandLine
) -> None:
    used(home, wlk_host)
    assert run(wlk_host, home).returncode == 0
    assert left(home) == {OURS["model"], OURS["graph"], OURS["log"]}
    assert run(wlk_host, home, "--history").returncode == 0
    assert left(home) == {OURS["model"], OURS["graph"]}


def test_with_both_the_home_is_as_it_was_before(home: Path, wlk_host: CommandLine) -> None:
    before = {path.relative_to(home) for path in home.rglob("*")}
    used(home, wlk_host)
    result = run(wlk_host, home, "--models", "--history")
    browsers = {"BraveSoftware", "google-chrome", "microsoft-edge", "opera", "vivaldi"}
    after = {path.relative_to(home) for path in home.rglob("*")}
    # `--all` has made folders of browsers that are not there.
    assert {p for p in after - before if not browsers & set(p.parts)} == set()
    assert left(home) == set()
    assert "The program itself is removed with:\n  " in result.stdout
    assert "chrome://extensions" in result.stdout


def test_a_dry_run_removes_nothing(home: Path, wlk_host: CommandLine) -> None:
    used(home, wlk_host)
    before = left(home)
    result = run(wlk_host, home, "--models", "--history", "--dry-run")
    assert left(home) == before
    models = home / ".local/share/wlk-host/models"
    assert f"would remove folder {models} with all that is in it" in result.stdout


def test_one_profile_is_removed_alone(home: Path, wlk_host: CommandLine, tmp_path: Path) -> None:
    used(home, wlk_host)
    before = left(home)
    wlk_host("install", "--user-data-dir", str(tmp_path / "profile"))
    assert run(wlk_host, home, "--user-data-dir", str(tmp_path / "profile")).returncode == 0
    assert left(tmp_path / "profile") == set()
    assert left(home) == before
