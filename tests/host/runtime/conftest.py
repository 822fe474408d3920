"""The real host process on real pipes, as the browser has it."""

import array
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import wlk_host
from host.runtime.port import Port

TESTS = Path(__file__).parents[2]
HOST = Path(wlk_host.__file__).parents[1]
ORIGIN = "chrome-extension://adliapmgjimkjkbmaenmlijopoacdhcg/"
SCRIPTED = ("-m", "host.runtime.scripted_host")
PIPE_BYTES = 65536
"""What a pipe holds on Linux and macOS (pipe(7))."""

WITHIN_S = 20.0
"""A deadline for what should take milliseconds, on a machine with much else to do."""


class HostProcess:
    """A host and the browser's ends of its pipes.

    Args:
        home: of its user.
        program: what the executable runs.
        executable: a Python, or a launcher, which needs no program.
    """

    def __init__(
        self, home: Path, program: Sequence[str], executable: str | Path = sys.executable
    ) -> None:
        self.gate = home / "gate"
        os.mkfifo(self.gate)
        self._stderr = (home / "stderr").open("w+b")
        self.process = subprocess.Popen(
            [str(executable), *program, ORIGIN, str(self.gate)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            bufsize=0,
            env={
                **os.environ,
                "HOME": str(home),
                "XDG_STATE_HOME": str(home / "state"),
                "WLK_MODELS": str(home / "models"),
                # The same host as the tests import, wherever that is installed.
                "PYTHONPATH": os.pathsep.join([str(TESTS), str(HOST)]),
            },
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.stdin = self.process.stdin
        self.stdout = self.process.stdout
        self._heard: queue.SimpleQueue[dict[str, Any] | bytes] = queue.SimpleQueue()
        self._deaf = threading.Event()
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def write(self, raw: bytes) -> None:
        self.stdin.write(raw)

    def say_raw(self, payload: bytes) -> None:
        self.write(len(payload).to_bytes(4, sys.byteorder) + payload)

    def say(self, **message: object) -> None:
        self.say_raw(json.dumps(message).encode())

    def greet(self) -> dict[str, Any]:
        self.say(type="hello", protocol=1, extension="0.1.0")
        return self.hear("hello")

    def start(self, session: str, script: str = "", model: str | None = None) -> None:
        self.say(type="start", session=session, options={"model": model}, context=script)

    def audio(self, session: str, seq: int = 0) -> None:
        self.say(type="audio", session=session, seq=seq, start=2 * seq, pcm="AAAAAA==")

    def hear(self, kind: str, **expected: object) -> dict[str, Any]:
        """The next message of this kind with these fields; skips others.

        What is no frame at all fails the test.
        """
        while True:
            message = self._next()
            if message["type"] == kind and expected.items() <= message.items():
                return message

    def hear_until_ended(self, kind: str) -> list[dict[str, Any]]:
        """All messages of this kind up to the status that says a session has ended."""
        heard = []
        while (message := self._next())["type"] != "status" or message["state"] != "ended":
            if message["type"] == kind:
                heard.append(message)
        return heard

    def hang_up(self) -> None:
        """What the browser does when it quits or the port is disconnected."""
        self.stdin.close()

    def stop_reading(self) -> None:
        """Read nothing more: what it writes fills the pipe, and then it waits."""
        self._deaf.set()
        self.say_raw(b"its answer is the last one heard")
        self._listener.join()

    def fill_stdout(self) -> None:
        """Have it write until the pipe takes nothing more; `stop_reading` comes first."""
        for _ in range(1000):
            self.say_raw(b"{")
        import fcntl  # noqa: PLC0415 - not on Windows
        import termios  # noqa: PLC0415 - as well

        unread = array.array("i", [0])
        deadline = time.monotonic() + WITHIN_S
        while unread[0] < PIPE_BYTES - 4096:  # A page of it can be left when it is full.
            assert time.monotonic() < deadline, f"{unread[0]} bytes in the pipe"
            time.sleep(0.02)
            fcntl.ioctl(self.stdout, termios.FIONREAD, unread)

    def stop_listening(self) -> None:
        """Close stdout, but not stdin: what it writes from now on, nobody reads."""
        self.stop_reading()
        self.stdout.close()

    def exit_code(self, within_s: float = WITHIN_S) -> int:
        return self.process.wait(within_s)

    def stderr(self) -> str:
        return Path(self._stderr.name).read_text()

    def leave(self) -> None:
        self.process.kill()
        self.process.wait()
        self._listener.join()
        for pipe in (self.stdin, self.stdout, self._stderr):
            pipe.close()

    def _next(self) -> dict[str, Any]:
        message = self._heard.get(timeout=WITHIN_S)
        assert isinstance(message, dict), f"no message: {message!r}; {self.stderr()}"
        return message

    def _listen(self) -> None:
        while not self._deaf.is_set() and len(head := self._read(4)) == 4:
            payload = self._read(int.from_bytes(head, sys.byteorder))
            try:
                self._heard.put(json.loads(payload))
            except ValueError:
                self._heard.put(head + payload)
        self._heard.put(b"")

    def _read(self, size: int) -> bytes:
        got = b""
        while len(got) < size and (more := self.stdout.read(min(size - len(got), 65536))):
            got += more
        return got


StartHost = Callable[..., HostProcess]


@pytest.fixture
def start_host(tmp_path: Path) -> Iterator[StartHost]:
    hosts: list[HostProcess] = []

    def start(*program: str) -> HostProcess:
        hosts.append(HostProcess(tmp_path, program or SCRIPTED))
        return hosts[-1]

    yield start
    for host in hosts:
        host.leave()


@pytest.fixture
def host(start_host: StartHost) -> HostProcess:
    """A host that has been greeted."""
    process = start_host()
    process.greet()
    return process


@pytest.fixture
def port() -> Port:
    return Port()
