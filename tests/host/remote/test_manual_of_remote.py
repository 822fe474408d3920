"""What the manual says of captions from another machine is so."""

import re
import subprocess
import sys
from pathlib import Path

from wlk_host.remote.network import PAUSES_S

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "host/docs/remote.md").read_text("utf-8")
SOURCES = "\n".join(file.read_text() for file in (ROOT / "host/wlk_host").rglob("*.py"))


def test_every_code_of_the_room_is_in_the_manual_and_the_other_way_round() -> None:
    table = PAGE.split("## Errors")[1]
    told = set(re.findall(r"`([a-z]+_[a-z_]+)`", table))
    room = "\n".join(file.read_text() for file in (ROOT / "host/wlk_host/remote").glob("*.py"))
    own = set(re.findall(r'"(remote_[a-z_]+)"', room))
    assert own <= told
    assert all(f'"{code}"' in SOURCES for code in told)


def test_it_is_tried_again_as_the_manual_says() -> None:
    assert f"tried again after {PAUSES_S[0]:g} s" in PAGE
    assert f"every {PAUSES_S[-1]:g} s at last" in PAGE


def test_the_network_is_imported_once_a_server_is_named() -> None:
    code = "import sys, wlk_host.runtime.host.servers as s; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = found.stdout.split()
    assert "wlk_host.remote.port" in loaded
    assert not {"websockets", "wlk_host.remote.network"} & set(loaded)
