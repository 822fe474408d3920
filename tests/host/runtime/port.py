"""The browser's side of the host loop: the whole conversation lies in the inbox before it runs."""

import base64
import json
import queue
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from host.runtime.scripted import Held, Inline
from wlk_host.core.types import Pcm, Sample
from wlk_host.protocol.connection import Connection
from wlk_host.protocol.health import Health
from wlk_host.protocol.messages import Error, Status, ToExtension, ToModels
from wlk_host.runtime.host.loop import HostLoop, Wake
from wlk_host.runtime.host.model_service import ModelService
from wlk_host.runtime.ports import ModelLoader, Threads
from wlk_host.runtime.stdio import Inbox, Signal

Journal = list[tuple[str, str]]


class WatchedInbox(queue.Queue[bytes | Signal | None]):
    """Notes how the loop waits."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float | None] = []

    def get(self, block: bool = True, timeout: float | None = None) -> bytes | Signal | None:
        if block:
            self.waits.append(timeout)
        return super().get(block, timeout)


class OneByOne(WatchedInbox):
    """Lets one message in before each piece of work."""

    def empty(self) -> bool:
        return True


class Scenes(WatchedInbox):
    """Plays the next of these scenes whenever the loop has nothing left to do."""

    def __init__(self, *scenes: Callable[[], None]) -> None:
        super().__init__()
        self.scenes = list(scenes)

    def get(self, block: bool = True, timeout: float | None = None) -> bytes | Signal | None:
        if block:
            while self.empty():
                self.scenes.pop(0)()
        return super().get(block, timeout)


@dataclass
class Port:
    """The browser's side: what it says lies in `inbox`, what it hears in `heard`.

    Models are loaded in `loading`. Sessions take their turns on `threads`; None is at once.
    """

    inbox: WatchedInbox = field(default_factory=WatchedInbox)
    heard: list[ToExtension] = field(default_factory=list)
    loading: Inline | Held = field(default_factory=Inline)
    threads: Threads | None = None

    def say(self, **message: object) -> None:
        self.inbox.put(json.dumps(message).encode())

    def start(self, name: str, **more: object) -> None:
        self.say(**{"type": "start", "session": name, "options": {}, "context": name, **more})

    def audio(self, name: str, seq: int = 0, start: int = 0, length: int = 1600) -> None:
        pcm = base64.b64encode(bytes(2 * length)).decode()
        self.say(type="audio", session=name, seq=seq, start=start, pcm=pcm)

    def sound(self, name: str, seq: int, start: Sample, pcm: Pcm) -> None:
        raw = np.rint(np.clip(pcm, -1, 1) * 32767).astype("<i2").tobytes()
        text = base64.b64encode(raw).decode()
        self.say(type="audio", session=name, seq=seq, start=start, pcm=text)

    def hang_up(self) -> None:
        self.inbox.put(None)

    def serve(
        self,
        make_loader: Callable[[Threads], ModelLoader],
        send: Callable[[ToExtension], None] | None = None,
        release_after_s: float = 300,
        make_threads: Callable[[Wake], Threads] | None = None,
    ) -> None:
        """Let a host loop work until the input ends."""
        self.hang_up()
        self.serve_on(
            self.inbox, make_loader, send or self.heard.append, release_after_s, make_threads
        )

    def serve_on(
        self,
        inbox: Inbox,
        make_loader: Callable[[Threads], ModelLoader],
        send: Callable[[ToExtension], None],
        release_after_s: float,
        make_threads: Callable[[Wake], Threads] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        connection = Connection()
        connection.receive(b'{"type": "hello", "protocol": 1, "extension": "0.1.0"}')
        models = ModelService(send, ())

        def answer(request: ToModels | Health) -> None:
            assert not isinstance(request, Health), "the process answers it"
            models.obey(request)

        threads = self.threads or Inline(self.loading)
        make_threads = make_threads or (lambda _: threads)
        HostLoop(
            inbox, send, connection, make_loader, answer, release_after_s, make_threads, now
        ).run()

    def states(self, session: str) -> list[str]:
        return [
            message.state
            for message in self.heard
            if isinstance(message, Status) and message.session == session
        ]

    def errors(self) -> list[tuple[str, str | None]]:
        return [(error.code, error.session) for error in self.heard if isinstance(error, Error)]


def pieces(journal: Journal) -> Journal:
    return [(name, what) for name, what in journal if what in {"LIVE", "REFINE"}]
