"""Start the registered host as the browser does, and greet it over real pipes."""

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, Final

from wlk_host.protocol.constants import MAX_OUTBOUND, PROTOCOL_VERSION
from wlk_host.setup.findings import Finding, Level

HELLO_WITHIN_S: Final = 5.0
"""Much more than a healthy host needs, even from a cold disk."""

EXIT_WITHIN_S: Final = 2.0
"""Chrome kills the host this long after it has closed the pipe."""

_SLOW: Final = frozenset({"host_silent", "host_stays"})
"""Found once, they say little: right after an installation all of it is read from the disk for the
first time."""

_REINSTALL: Final = "reinstall wlk-host in its environment, then run: wlk-host install"


def check(binary: Path, extension_id: str, hello_within_s: float = HELLO_WITHIN_S) -> Finding:
    """Whether the host answers the greeting, and exits when the pipe closes. A slow one is asked
    again."""
    found = _check_once(binary, extension_id, hello_within_s)
    return _check_once(binary, extension_id, hello_within_s) if found.code in _SLOW else found


def _check_once(binary: Path, extension_id: str, hello_within_s: float) -> Finding:
    command = [str(binary), f"chrome-extension://{extension_id}/"]
    if os.name == "nt":
        command.append("--parent-window=0")
    with tempfile.TemporaryFile() as log:
        started = time.monotonic()
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
            )
        except OSError as error:
            return _fail("host_does_not_start", f"{binary} does not start: {error}")
        with process:
            try:
                fault = _greet(process, log, hello_within_s)
                if isinstance(fault, Finding):
                    return fault
                greeted = time.monotonic()
                fault_at_exit = _take_leave(process, log)
            finally:
                process.kill()  # Harmless when it has exited.
    if fault_at_exit is not None:
        return fault_at_exit
    message = (
        f"answers in {greeted - started:.2f} s ({fault}), "
        f"exits in {time.monotonic() - greeted:.2f} s"
    )
    return Finding("host_answers", Level.OK, "host", message)


def _greet(process: subprocess.Popen[bytes], log: IO[bytes], within_s: float) -> Finding | str:
    """A summary of the host's greeting, or what is wrong with it."""
    assert process.stdin is not None  # noqa: S101 - Popen was given pipes
    assert process.stdout is not None  # noqa: S101
    replies: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    stdout = process.stdout
    threading.Thread(target=lambda: replies.put(_read_frame(stdout)), daemon=True).start()
    hello = {"type": "hello", "protocol": PROTOCOL_VERSION, "extension": "doctor"}
    payload = json.dumps(hello).encode()
    try:
        process.stdin.write(_length(payload) + payload)
        process.stdin.flush()
    except OSError:
        pass  # The host has exited. The read below reports why.
    try:
        frame = replies.get(timeout=within_s)
    except queue.Empty:
        message = f"it started, but did not answer within {within_s:g} s{_last_words(log)}"
        return _fail("host_silent", message)
    if not frame:
        code = process.wait()
        return _fail("host_exits", f"it exited at once with code {code}{_last_words(log)}")
    return _judge(frame)


def _judge(frame: bytes) -> Finding | str:
    try:
        reply = json.loads(frame)
    except ValueError:
        return _fail(
            "host_wrong_reply",
            f"got {frame[:60]!r} on its standard output, expected a message",
        )
    kind = reply.get("type") if isinstance(reply, dict) else None
    if kind == "error":
        message = f"it answered with {reply.get('code')}: {reply.get('message')}"
        return Finding("host_reports_error", Level.FAIL, "host", message, reply.get("hint"))
    if kind != "hello":
        return _fail("host_wrong_reply", f"it answered {frame[:60]!r}, expected a hello")
    if reply.get("protocol") != PROTOCOL_VERSION:
        message = f"it speaks protocol {reply.get('protocol')}, expected {PROTOCOL_VERSION}"
        return _fail("host_protocol_differs", message)
    return f"wlk-host {reply.get('host')}, protocol {reply.get('protocol')}"


def _take_leave(process: subprocess.Popen[bytes], log: IO[bytes]) -> Finding | None:
    assert process.stdin is not None  # noqa: S101 - Popen was given pipes
    process.stdin.close()
    try:
        code = process.wait(timeout=EXIT_WITHIN_S)
    except subprocess.TimeoutExpired:
        message = f"it was still running {EXIT_WITHIN_S:g} s after the pipe closed"
        return _fail("host_stays", message)
    if code != 0:
        return _fail("host_exit_code", f"it exited with code {code}{_last_words(log)}")
    return None


def _read_frame(stdout: IO[bytes]) -> bytes:
    """One payload, or whatever came instead of a frame; empty at the end of the stream."""
    head = stdout.read(4)
    size = int.from_bytes(head, sys.byteorder)
    if len(head) < 4 or size > MAX_OUTBOUND:
        return head
    return stdout.read(size)


def _length(payload: bytes) -> bytes:
    return len(payload).to_bytes(4, sys.byteorder)


def _last_words(log: IO[bytes]) -> str:
    """The last line that the host wrote to standard error."""
    log.seek(0)
    lines = log.read().decode(errors="replace").strip().splitlines()
    return f"; its log ends with: {lines[-1].strip()}" if lines else ""


def _fail(code: str, message: str) -> Finding:
    return Finding(code, Level.FAIL, "host", message, _REINSTALL)
