"""Clients of the server for tests."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from wlk_host.protocol.connection import Sound
from wlk_host.protocol.sound_frames import encode_sound

WITHIN_S = 20.0


class Talk:
    """A conversation in our own protocol."""

    def __init__(self, socket: ClientConnection, within_s: float = WITHIN_S) -> None:
        self.socket = socket
        self._within_s = within_s

    def say(self, **message: object) -> None:
        self.socket.send(json.dumps(message))

    def greet(self) -> dict[str, Any]:
        self.say(type="hello", protocol=1, extension="0.1.0")
        return self.hear("hello")

    def start(self, session: str, **more: object) -> None:
        self.say(**{"type": "start", "session": session, "options": {}, **more})

    def sound(self, session: str, seq: int, start: int, n_samples: int = 16_000) -> None:
        self.socket.send(encode_sound(Sound(session, seq, start, bytes(2 * n_samples))))

    def next(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.socket.recv(self._within_s))
        return message

    def hear(self, kind: str, **expected: object) -> dict[str, Any]:
        """The next message of this kind with these fields; skips others."""
        while True:
            message = self.next()
            if message["type"] == kind and expected.items() <= message.items():
                return message


@contextmanager
def talk(address: str, **more: Any) -> Iterator[Talk]:
    with connect(f"ws://{address}/session", **more) as socket:
        yield Talk(socket)


@contextmanager
def asr(address: str, query: str = "") -> Iterator[ClientConnection]:
    with connect(f"ws://{address}/asr{query}") as socket:
        yield socket


def all_of(socket: ClientConnection, within_s: float = WITHIN_S) -> list[dict[str, Any]]:
    """What it says until it says that it is ready to stop."""
    heard: list[dict[str, Any]] = []
    while not heard or heard[-1].get("type") not in ("ready_to_stop", "error"):
        heard.append(json.loads(socket.recv(within_s)))
    return heard
