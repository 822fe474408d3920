"""No dependency of ours reports to its maker, whatever the user's environment says."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from wlk_host import privacy

PROCESSES = {
    "recogniser": "from wlk_host.backends import silero; silero.load_session()",
    "doctor": (
        "import sys; from wlk_host.setup import probes\n"
        "probes.LIBRARIES = {'onnxruntime': 'speech detection'}\n"
        "assert all(f.level == 'ok' for f in probes.check_libraries(sys.executable))"
    ),
}


def against_us(home: Path) -> dict[str, str]:
    """The environment of someone who has switched everything on."""
    return {
        **os.environ,
        **dict.fromkeys(privacy.SWITCHES, "0"),
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "TMPDIR": str(home),
    }


def test_a_module_of_ours_sets_the_switches_before_anything_else(tmp_path: Path) -> None:
    code = "import wlk_host.version, json, os; print(json.dumps(dict(os.environ)))"
    printed = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, env=against_us(tmp_path),
    ).stdout  # fmt: skip
    assert privacy.SWITCHES.items() <= json.loads(printed).items()


@pytest.mark.parametrize("process", PROCESSES)
def test_onnxruntime_leaves_nothing_behind(process: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROCESSES[process]]
    subprocess.run(command, check=True, env=against_us(tmp_path), timeout=120)
    assert list(tmp_path.rglob("*")) == []
