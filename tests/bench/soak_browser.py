"""What the browser does for its tabs, on the host's pipes: starts, sends, starts again."""

import heapq
import itertools
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from soak_tab import Message, Tab
from soak_tape import CHUNK
from wlk_host.core.types import seconds

HOST: Final = (sys.executable, "-m", "wlk_host.cli", "chrome-extension://measured/")
TICK_S: Final = seconds(CHUNK)
_RESTART_S: Final = 0.25


class HostProcess:
    """A host, its pipes, and a thread for each of them, as in the browser."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            HOST,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
        )
        self.pid = self._process.pid
        self.began = time.monotonic()
        self.heard: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._said: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=self._speak, daemon=True).start()
        self.say(type="hello", protocol=1, extension="0")

    def say(self, **message: object) -> None:
        """Send one message."""
        self.say_bytes(json.dumps(message).encode())

    def say_bytes(self, payload: bytes) -> None:
        """Send anything in a frame. Never waits."""
        self._said.put(len(payload).to_bytes(4, sys.byteorder) + payload)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def leave(self) -> int:
        """Close the pipe; returns the exit code."""
        self._said.put(None)
        return self._process.wait(20)

    def wait(self) -> int:
        """The exit code of one that ends."""
        return self._process.wait(20)

    def _speak(self) -> None:
        pipe = _open(self._process.stdin)
        try:
            while (frame := self._said.get()) is not None:
                pipe.write(frame)
                pipe.flush()
            pipe.close()
        except BrokenPipeError:
            pass  # It has ended, which the other thread notices.

    def _listen(self) -> None:
        pipe = _open(self._process.stdout)
        while len(head := pipe.read(4)) == 4:
            payload = pipe.read(int.from_bytes(head, sys.byteorder))
            self.heard.put(json.loads(payload))
        self.heard.put(None)


@dataclass
class Browser:
    """The host and the tabs, and a clock that stands still while the machine sleeps.

    Attributes:
        environment: of the host.
        unexpected: errors that nothing provoked.
        errors: how many there were of each code.
    """

    tabs: Sequence[Tab]
    environment: Mapping[str, str]
    unexpected: list[str] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._slept_s = 0.0
        self._began = time.monotonic()
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._count = itertools.count()
        self._expected: set[str] = set()
        self._at_end: dict[str, Callable[[], object]] = {}
        self.host = HostProcess(self.environment)

    @property
    def now(self) -> float:
        """Seconds since the beginning, without sleep."""
        return time.monotonic() - self._began - self._slept_s

    def later(self, delay_s: float, action: Callable[[], object]) -> None:
        """Do something then."""
        heapq.heappush(self._due, (self.now + delay_s, next(self._count), action))

    def after_end(self, tab: Tab, action: Callable[[], object]) -> None:
        """Do something when the host has ended the tab's session."""
        self._at_end[tab.name] = action

    def expect(self, *codes: str) -> None:
        """Errors that are right from now on."""
        self._expected |= set(codes)

    def attach(self, tab: Tab) -> None:
        """Begin the tab's session with the host."""
        tab.attach(self.host)

    def sleep(self, length_s: float) -> None:
        """Stop the host and everything here."""
        began = time.monotonic()
        self.host.signal(signal.SIGSTOP)
        time.sleep(length_s)
        self.host.signal(signal.SIGCONT)
        self._slept_s += time.monotonic() - began

    def run(self, length_s: float, at_tick: Callable[[int], None]) -> None:
        """Play so much in all tabs, from now on; `at_tick` is called each 100 ms."""
        began = self.now
        for n in range(round(length_s / TICK_S)):
            for m, tab in enumerate(self.tabs):
                self.hear_until(began + (n + m / len(self.tabs)) * TICK_S)
                tab.play(self.now)
            for tab in self.tabs:
                tab.look(self.now)
            at_tick(n)

    def finish(self) -> int:
        """End the sessions and the host; returns its exit code."""
        for tab in self.tabs:
            tab.stop()
        self.hear_until(self.now + 5)
        return self.host.leave()

    def hear_until(self, due: float) -> None:
        """Take what the host says, and do what is due."""
        while (left := due - self.now) > 0:
            while self._due and self._due[0][0] <= self.now:
                heapq.heappop(self._due)[2]()
            try:
                message = self.host.heard.get(timeout=min(left, TICK_S / 2))
            except queue.Empty:
                continue
            if message is None:
                self._restart()
            else:
                self._hear(message)

    def _hear(self, message: Message) -> None:
        tab = next((tab for tab in self.tabs if tab.name == message.get("session")), None)
        if message["type"] == "error":
            code = message["code"]
            self.errors[code] = self.errors.get(code, 0) + 1
            if code not in self._expected:
                self.unexpected.append(f"{code} at {self.now / 60:.1f} min: {message['message']}")
        elif message.get("state") == "ended" and tab is not None:
            self._at_end.pop(tab.name, lambda: None)()
        elif tab is not None:
            tab.hear(message, self.now)

    def _restart(self) -> None:
        self.host.wait()
        self._at_end.clear()
        for tab in self.tabs:
            tab.detach()
        self.later(_RESTART_S, self._go_on)

    def _go_on(self) -> None:
        self.host = HostProcess(self.environment)
        for tab in self.tabs:
            tab.attach(self.host)


def usage(pid: int) -> tuple[float, int, int]:
    """MB resident, descriptors and threads of a process and all of its children."""
    memory, descriptors, threads = 0.0, 0, 0
    for one in family(pid):
        try:
            pages = int(Path(f"/proc/{one}/statm").read_text(encoding="ascii").split()[1])
            descriptors += sum(1 for _ in Path(f"/proc/{one}/fd").iterdir())
            threads += sum(1 for _ in Path(f"/proc/{one}/task").iterdir())
        except (FileNotFoundError, ProcessLookupError):
            continue  # It has just ended.
        memory += pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return memory, descriptors, threads


def family(pid: int) -> list[int]:
    """A process and its children, and theirs."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text(encoding="ascii").split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in children:
            found += family(int(child))
    return found


def cpu_s(pid: int) -> float:
    """The processor time that it has used."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    user, kernel = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(kernel)) / os.sysconf("SC_CLK_TCK")


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # Popen was given both pipes.
    return pipe
