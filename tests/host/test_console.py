"""What a command prints arrives as UTF-8, or its end is told by the exit code."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = """
import sys, time
from wlk_host import console
from wlk_host.core.errors import WlkError

def command():
    for n in range({count}):
        console.write("żółć 日本 \\ud800\\n")
    print("ready", file=sys.stderr, flush=True)
    time.sleep({sleep})
    return 3

try:
    sys.exit(console.run(command))
except WlkError as error:
    sys.stderr.write(f"{{error}}\\n")
    sys.exit(2)
"""


def start(count: int = 1, sleep: int = 0, stdout: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND.format(count=count, sleep=sleep)],
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def test_output_is_utf_8_whatever_the_code_page() -> None:
    process = start()
    out, err = process.communicate(timeout=30)
    assert (out.decode("utf-8").split(), err) == (["żółć", "日本", "\\ud800"], b"ready\n")
    assert process.returncode == 3


def test_a_reader_that_has_gone_ends_the_command_quietly() -> None:
    with start(count=100_000) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 128 + signal.SIGPIPE


def test_a_full_disk_is_a_coded_error() -> None:
    with Path("/dev/full").open("wb") as full:
        process = start(stdout=full.fileno())
        _, err = process.communicate(timeout=30)
    assert process.returncode == 2
    assert err.startswith(b"output_failed: the output cannot be written: No space left on device")
    assert err.count(b"\n") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_command_ends_without_a_traceback(number: signal.Signals) -> None:
    process = start(sleep=60)
    assert process.stderr is not None
    assert process.stderr.readline() == b"ready\n"
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (128 + number, b"")
    assert out.decode("utf-8").startswith("żółć")


def test_a_command_that_prints_at_its_end_tells_a_full_disk_as_well() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "wlk_host.cli", "models", "list"],
            stdout=full, stderr=subprocess.PIPE, check=False, timeout=60,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith(b"output_failed: ")
