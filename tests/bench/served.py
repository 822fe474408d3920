"""A real server with clients of `/session`, measured like a host (`start.Host`). Linux only."""

import json
import queue
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress
from typing import Any, Final

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from start import CHUNK, cpu_s_of, most_memory_mb_of
from wlk_host.core.types import Pcm
from wlk_host.protocol.connection import Sound
from wlk_host.protocol.sound_frames import encode_sound

_SERVE: Final = (sys.executable, "-m", "wlk_host.cli", "serve", "--port", "0")
_PATIENCE_S: Final = 120.0


class Served:
    """A server process, and what it says to clients with a session and a socket each.

    Args:
        n_clients: how many it has to admit.
        model: what it serves.
    """

    def __init__(self, n_clients: int, model: str) -> None:
        self._began = time.monotonic()
        most = str(n_clients)
        self._process = subprocess.Popen(
            [*_SERVE, "--model", model, "--sessions", most, "--sessions-each", most],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None  # Popen was given a pipe.
        line = self._process.stdout.readline()
        self._url = line.split()[2].rstrip(";").replace("http", "ws", 1)
        self._open = ExitStack()
        self._sockets: dict[str, ClientConnection] = {}
        self._readers: list[threading.Thread] = []
        self._heard: queue.SimpleQueue[tuple[float, dict[str, Any]]] = queue.SimpleQueue()
        self.log: list[tuple[float, dict[str, Any]]] = []

    @property
    def now_s(self) -> float:
        """Seconds since its start."""
        return time.monotonic() - self._began

    def start(self, session: str, model: str) -> None:
        """Connect, and open a session."""
        socket = self._open.enter_context(connect(f"{self._url}/session", compression=None))
        self._sockets[session] = socket
        self._readers.append(threading.Thread(target=self._listen, args=[socket], daemon=True))
        self._readers[-1].start()
        self._say(session, type="hello", protocol=1, extension="0")
        options = {"model": model, "language": "en"}
        self._say(session, type="start", session=session, options=options)

    def hide(self, session: str) -> None:
        """Nobody looks at this one."""
        self._say(session, type="visibility", session=session, visible=False)

    def play(self, session: str, pcm: Pcm, at: int) -> None:
        """Send sound that begins at a sample, a multiple of `CHUNK`."""
        for start in range(at, at + len(pcm), CHUNK):
            part = (pcm[start - at : start - at + CHUNK] * 32767).astype("<i2").tobytes()
            self._sockets[session].send(encode_sound(Sound(session, start // CHUNK, start, part)))

    def wait_for(self, kind: str, **fields: object) -> float:
        """Wait for a message, unless it has come already, and return its time."""
        expected = {"type": kind, **fields}.items()
        for at, message in self.log:
            if expected <= message.items():
                return at
        while True:
            at, message = self._heard.get(timeout=_PATIENCE_S)
            self.log.append((at, message))
            if message["type"] == "error":
                sys.exit(f"{message['message']}: {message['hint']}")
            if expected <= message.items():
                return at

    def cpu_s(self) -> float:
        """The processor time it has used so far."""
        return cpu_s_of(self._process.pid)

    def memory_mb(self) -> float:
        """The most that it has held so far."""
        return most_memory_mb_of(self._process.pid)

    def leave(self) -> None:
        """Close all sockets, read the remaining messages, end the server."""
        self._open.close()
        for reader in self._readers:
            reader.join(_PATIENCE_S)
        self._process.send_signal(signal.SIGINT)
        self._process.wait(_PATIENCE_S)
        assert self._process.stdout is not None
        self._process.stdout.close()
        while not self._heard.empty():
            self.log.append(self._heard.get())

    def _say(self, to: str, **message: object) -> None:
        self._sockets[to].send(json.dumps(message))

    def _listen(self, socket: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            while True:
                message = json.loads(socket.recv())
                self._heard.put((self.now_s, message))
