"""What a host process leaves of how it was, and what it tells of it."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from host.runtime.conftest import HostProcess, StartHost

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="the scripted host waits on a named pipe"
)


def kept_health(tmp_path: Path) -> list[dict[str, Any]]:
    file = tmp_path / "state" / "wlk-host" / "log" / "health.json"
    runs: list[dict[str, Any]] = json.loads(file.read_bytes())["runs"]
    return runs


def test_how_it_was_is_kept_when_it_leaves(host: HostProcess, tmp_path: Path) -> None:
    host.start("a")
    host.start("bad", "fails")
    host.audio("bad")
    host.hear("error")
    host.hang_up()
    assert host.exit_code() == 0
    [run] = kept_health(tmp_path)
    assert (run["state"], run["process"]) == ("ended", host.process.pid)
    assert [failure["code"] for failure in run["failures"]] == ["recognition_failed"]
    assert max(minute["sessions"] for minute in run["minutes"]) == 2


def test_a_host_that_is_killed_leaves_that_it_was_there(host: HostProcess, tmp_path: Path) -> None:
    host.start("a")
    # The second status comes after the first one was kept.
    host.hear("status", state="listening")
    host.process.kill()
    host.process.wait()
    [run] = kept_health(tmp_path)
    assert run["state"] == "running"


def test_it_tells_how_it_is_and_how_those_before_it_were(
    start_host: StartHost, tmp_path: Path
) -> None:
    before = start_host()
    before.greet()
    before.start("a")
    before.hear("status", state="listening")
    before.hang_up()
    assert before.exit_code() == 0
    (tmp_path / "gate").unlink()
    host = start_host()
    host.greet()
    host.say(type="health")
    assert [run["state"] for run in host.hear("health")["runs"]] == ["ended"]
    host.start("a")
    host.hear("status", state="listening")
    host.say(type="health")
    assert [run["state"] for run in host.hear("health")["runs"]] == ["running", "ended"]


def test_no_word_name_or_address_of_a_session_is_kept(host: HostProcess, tmp_path: Path) -> None:
    """Whatever a message holds, well-formed or not."""
    secret = "xylophone"
    options = {"vocabulary": [secret], "language": "en"}
    host.say(type="start", session=f"a {secret}", options=options, context=f"It was a {secret}.")
    host.say(type="start", session="b", options={"model": f"/home/{secret}"}, context="fails")
    host.audio("b")
    host.hear("error", session="b")
    host.say(type="start", session="c", options={"language": secret})
    host.say(type="configure", session=f"https://{secret}.example/", options={})
    host.say(type="audio", session=f"a {secret}", seq=0, start=0, pcm=secret + "!")
    host.say(type=secret, title=secret)
    host.say_raw(f'{{"{secret}": '.encode())
    host.hang_up()
    assert host.exit_code() == 0
    files = [file for file in (tmp_path / "state").rglob("*") if file.is_file()]
    assert {file.name for file in files} == {"host.log", "health.json"}
    for file in files:
        assert secret not in file.read_text(encoding="utf-8"), file
