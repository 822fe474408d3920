"""Hosts that misbehave, as real programs behind real pipes."""

import sys
from pathlib import Path

import pytest

from wlk_host.protocol.constants import EXTENSION_ID, PROTOCOL_VERSION
from wlk_host.setup import roundtrip
from wlk_host.setup.findings import Finding, Level

PREAMBLE = f"""#!{sys.executable}
import json, os, sys
def receive():
    size = int.from_bytes(sys.stdin.buffer.read(4), sys.byteorder)
    return json.loads(sys.stdin.buffer.read(size))
def send(message):
    payload = json.dumps(message).encode()
    sys.stdout.buffer.write(len(payload).to_bytes(4, sys.byteorder) + payload)
    sys.stdout.buffer.flush()
HELLO = {{"type": "hello", "protocol": {PROTOCOL_VERSION}, "host": "9.9", "models": [],
         "translators": []}}
"""


def judge(folder: Path, program: str, hello_within_s: float = 20.0) -> Finding:
    path = folder / "host"
    path.write_text(PREAMBLE + program)
    path.chmod(0o755)
    return roundtrip.check(path, EXTENSION_ID, hello_within_s)


def test_a_host_that_greets_and_leaves_is_fine(tmp_path: Path) -> None:
    program = f"""
assert sys.argv[1] == "chrome-extension://{EXTENSION_ID}/", sys.argv
assert receive()["protocol"] == {PROTOCOL_VERSION}
send(HELLO)
sys.stdin.buffer.read()
"""
    finding = judge(tmp_path, program)
    assert (finding.code, finding.level) == ("host_answers", Level.OK)
    assert "wlk-host 9.9" in finding.message


@pytest.mark.parametrize(
    ("program", "code", "says"),
    [
        ("raise ImportError('no module named torch')", "host_exits", "no module named torch"),
        ("sys.exit(3)", "host_exits", "code 3"),
        ("print('loading the model ...', flush=True); receive()", "host_wrong_reply", "load"),
        ("receive(); send({'type': 'status'}); receive()", "host_wrong_reply", "status"),
        ("receive(); send(['hello'])", "host_wrong_reply", "hello"),
        (
            "receive(); send({'type': 'error', 'code': 'x', 'message': 'broken', 'hint': 'mend'})",
            "host_reports_error",
            "broken",
        ),
        ("receive(); send({**HELLO, 'protocol': 99})", "host_protocol_differs", "99"),
        (
            "receive(); send(HELLO); sys.stdin.buffer.read(); sys.exit(4)",
            "host_exit_code",
            "code 4",
        ),
    ],
)
def test_each_way_to_misbehave_has_its_finding(
    tmp_path: Path, program: str, code: str, says: str
) -> None:
    finding = judge(tmp_path, program)
    assert (finding.code, finding.level) == (code, Level.FAIL)
    assert says in finding.message
    assert finding.remedy


def test_a_silent_host_is_waited_for_no_longer_than_told(tmp_path: Path) -> None:
    finding = judge(tmp_path, "sys.stdin.buffer.read()", hello_within_s=0.3)
    assert finding.code == "host_silent"


def test_a_host_that_outstays_the_browser_is_found_and_ended(tmp_path: Path) -> None:
    program = "receive(); send(HELLO); import signal; signal.pause()"
    assert judge(tmp_path, program).code == "host_stays"


def test_a_host_that_is_slow_only_once_is_fine(tmp_path: Path) -> None:
    program = f"""
receive(); send(HELLO)
sys.stdin.buffer.read()
marks = "{tmp_path}/started"
if not os.path.exists(marks):
    open(marks, "w").close()
    import signal; signal.pause()
"""
    assert judge(tmp_path, program).code == "host_answers"


def test_a_file_that_is_no_program_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "host"
    path.write_bytes(b"\x7fELF nothing")
    path.chmod(0o755)
    assert roundtrip.check(path, EXTENSION_ID).code == "host_does_not_start"
