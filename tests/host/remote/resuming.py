"""The real host as a process, and a browser that plays a clip and resumes as the extension does."""

import base64
import json
import queue
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from wlk_host.core.types import SAMPLE_RATE

HOST = [
    sys.executable,
    "-m",
    "wlk_host.cli",
    "chrome-extension://adliapmgjimkjkbmaenmlijopoacdhcg/",
]
PIECE = SAMPLE_RATE // 10
WITHIN_S = 120.0


@contextmanager
def serving(port: int, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`wlk-host serve` on this port, once it listens; killed at the end."""
    command = [sys.executable, "-m", "wlk_host.cli", "serve", "--port", str(port), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            for said in process.stdout:
                if said.startswith("listening on"):
                    break
            yield process
        finally:
            process.kill()


@dataclass
class Browser:
    """Plays a clip to a host and keeps what is captioned, as the extension does.

    Attributes:
        pcm: s16le, mono, 16 kHz.
        lines: text and state, by id.
        final_until: the host's acknowledgement.
        remotes: what the host said of the server.
        moved: the samples at which the session went elsewhere.
        is_ready: its model is loaded.
        delays_s: after the end of words, until they were committed.
    """

    host: "subprocess.Popen[bytes]"
    pcm: bytes
    lines: dict[int, tuple[str, str]] = field(default_factory=dict)
    final_until: int = 0
    remotes: list[dict[str, Any]] = field(default_factory=list)
    moved: list[int] = field(default_factory=list)
    delays_s: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._heard: queue.Queue[dict[str, Any]] = queue.Queue()
        self._sent = self._seq = self._from = 0
        self._is_over = self.is_ready = False
        self._is_stopped = False
        self._words_until = 0
        self._began = 0.0
        assert self.host.stdout is not None
        reading = threading.Thread(target=self._read, args=(self.host.stdout,), daemon=True)
        reading.start()

    @property
    def text(self) -> str:
        return " ".join(text for _, (text, _) in sorted(self.lines.items()) if text)

    @property
    def captioned_by(self) -> str | None:
        """The server that has the session now."""
        newest = self.remotes[-1] if self.remotes else None
        return newest["name"] if newest and newest["sessions"] else None

    def say(self, **message: object) -> None:
        payload = json.dumps(message).encode()
        assert self.host.stdin is not None
        self.host.stdin.write(struct.pack("@I", len(payload)) + payload)
        self.host.stdin.flush()

    def greet(self, address: str | None = None, token: str | None = None) -> None:
        self.say(type="hello", protocol=1, extension="0.1.0")
        if address is not None:
            server = {"address": address, "token": token, "fingerprint": None}
            self.say(type="remote", server=server)

    def wait(self, until: Callable[["Browser"], bool]) -> None:
        """Listen until something holds."""
        ends = time.monotonic() + WITHIN_S
        while not until(self):
            self._take(self._heard.get(timeout=max(0.01, ends - time.monotonic())))

    def start(self) -> None:
        """Open the session where captions are not final."""
        self._from = self._sent = self.final_until
        self._seq = 0
        self.lines = {name: line for name, line in self.lines.items() if name < self._from}
        context = self.text[-400:]
        options = {"language": "en", "model": "base"}
        self.say(
            **{"type": "start", "session": "a", "options": options, "from": self._from},
            context=context,
        )

    def play(self, until_s: float, marks: Callable[[float], None] = lambda _: None) -> None:
        """Send the sound in real time, up to a second of it."""
        end = min(round(until_s * SAMPLE_RATE), len(self.pcm) // 2)
        if self._began == 0.0:
            self._began = time.monotonic()
        while self._sent < end:
            self._send()
            marks(self._sent / SAMPLE_RATE)
            due = self._began + self._sent / SAMPLE_RATE
            while (left := due - time.monotonic()) > 0:
                try:
                    self._take(self._heard.get(timeout=left))
                except queue.Empty:
                    break

    def finish(self) -> None:
        """Stop, and hear the last words."""
        self._is_stopped = True
        self.say(type="stop", session="a")
        self.wait(lambda _: self._is_over)

    def _send(self) -> None:
        piece = self.pcm[2 * self._sent : 2 * (self._sent + PIECE)]
        encoded = base64.b64encode(piece).decode()
        self.say(type="audio", session="a", seq=self._seq, start=self._sent, pcm=encoded)
        self._seq += 1
        self._sent += len(piece) // 2

    def _take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "remote":
                self.remotes.append(message)
            case "captions":
                self._note(message)
            case "status":
                self._is_over |= message["state"] == "ended"
                self.is_ready |= message["state"] == "listening"
            case "error" if message["code"] == "session_moved":
                self._resume()
            case "error":
                self.errors.append(message["code"])

    def _note(self, captions: dict[str, Any]) -> None:
        for line in captions["lines"]:
            self.lines[line["id"]] = (line["text"], line["state"])
            if line["end"] > self._words_until and line["text"]:
                self._words_until = line["end"]
                delay = time.monotonic() - self._began - line["end"] / SAMPLE_RATE
                self.delays_s.append(delay)
        self.final_until = captions["final_until"]

    def _resume(self) -> None:
        """Go on elsewhere: all sound from what is not final is sent again, at once."""
        reached = self._sent
        self.moved.append(reached)
        self.start()
        while self._sent < reached:
            self._send()
        if self._is_stopped:
            self.say(type="stop", session="a")

    def _read(self, stdout: IO[bytes]) -> None:
        while len(head := stdout.read(4)) == 4:
            self._heard.put(json.loads(stdout.read(struct.unpack("@I", head)[0])))


@contextmanager
def browsing(pcm: bytes, log: IO[bytes] | None = None) -> Iterator[Browser]:
    """A browser with a host of its own, which ends with it."""
    with subprocess.Popen(
        HOST, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log or subprocess.DEVNULL
    ) as host:
        try:
            yield Browser(host, pcm)
        finally:
            host.kill()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
