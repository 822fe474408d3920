"""How the doctor shows the way the last hosts were."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from host.setup.conftest import CommandLine
from host.setup.test_doctor import environment_with
from wlk_host.setup import health

BEGAN = 1_796_000_040
MINUTE = {"at": BEGAN, "sessions": 3, "lag_ms": 1240, "skipped_ms": 0, "memory_mb": 512}
RUN: dict[str, Any] = {
    "host": "0.1.0",
    "began": BEGAN,
    "process": 7,
    "until": BEGAN + 60,
    "state": "ended",
    "minutes": [MINUTE, {**MINUTE, "at": BEGAN + 60, "skipped_ms": 2500, "memory_mb": None}],
    "failures": [{"code": "model_missing", "count": 3, "at": BEGAN + 30}],
}


@pytest.fixture
def utc() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no tzset")
@pytest.mark.usefixtures("utc")
def test_the_table_has_a_line_for_each_host_each_minute_and_each_error() -> None:
    killed = {**RUN, "began": BEGAN - 3600, "state": "running", "minutes": [], "failures": []}
    shown = health.to_text({"file": "/log/health.json", "runs": [RUN, killed]})
    assert shown.splitlines() == [
        "The last hosts (/log/health.json):",
        "first session     minutes  sessions  most behind  left out  memory  ended",
        "2026-11-30 00:54        2         3        1.2 s     2.5 s  512 MB  yes",
        "2026-11-29 23:54        0         0        0.0 s     0.0 s       ?  not told",
        "",
        "The last minutes of the newest one:",
        "minute            sessions  most behind  left out  memory",
        "2026-11-30 00:54         3        1.2 s     0.0 s  512 MB",
        "2026-11-30 00:55         3        1.2 s     2.5 s       ?",
        "",
        "Errors:",
        "2026-11-30 00:54  model_missing, 3 times",
    ]


def test_the_table_stays_short() -> None:
    failures = [{"code": f"code_{n}", "count": 1, "at": n} for n in range(20)]
    run = {**RUN, "minutes": [MINUTE] * 60, "failures": failures}
    shown = health.to_text({"file": "health.json", "runs": [run] * 8})
    assert len(shown.splitlines()) == (2 + 8) + (3 + 10) + (2 + 20)


def test_without_any_host_there_is_a_sentence() -> None:
    assert health.to_text({"file": "health.json", "runs": []}) == (
        "No host has captioned anything yet."
    )


def test_what_cannot_be_read_is_said() -> None:
    assert health.to_text("ImportError: x").endswith("cannot be read: ImportError: x")


def test_it_is_read_in_another_process_in_which_anything_may_be_broken(tmp_path: Path) -> None:
    python = environment_with(tmp_path, msgspec="raise ImportError('half installed')")
    assert health.health(python) == "ImportError: half installed"


@pytest.mark.skipif(sys.platform != "linux", reason="the folder is where Linux has it")
def test_what_hosts_have_kept_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "wlk-host" / "log"
    folder.mkdir(parents=True)
    kept = {"type": "health", "runs": [RUN]}
    (folder / "health.json").write_text(json.dumps(kept), encoding="utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    python = environment_with(tmp_path)
    assert health.health(python) == {"file": str(folder / "health.json"), "runs": [RUN]}


@pytest.mark.skipif(sys.platform != "linux", reason="the folder is where Linux has it")
def test_the_doctor_shows_it(wlk_host: CommandLine) -> None:
    seen = json.loads(wlk_host("doctor", "--json").stdout)
    assert {"healthy", "findings", "history"} == seen.keys()
