"""A server of the real application on 127.0.0.1, around scripted sessions. It stops by itself."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from host.runtime.scripted import ScriptedModel, ScriptedSession
from wlk_host.core.errors import DeviceError
from wlk_host.core.options import SessionOptions
from wlk_host.core.types import AudioChunk, CaptionUpdate, Draft, Event, Line, Sample, Word, Work
from wlk_host.runtime.ports import LoadedModel, ModelLoader, Threads
from wlk_host.server.access import Access
from wlk_host.server.app import application
from wlk_host.server.client_secrets import ClientSecrets
from wlk_host.server.engine import Engine
from wlk_host.server.limits import Limits
from wlk_host.server.listener import HEAD_S, Certificate, listening, server_of
from wlk_host.server.metrics import Metrics
from wlk_host.server.offer import Offer
from wlk_host.server.service import Service
from wlk_host.server.tokens import Tokens

WITHIN_S = 20.0
"""A deadline for what should take milliseconds, on a machine with much else to do."""


class SpeakingSession(ScriptedSession):
    """Commits a line for each second of sound, numbered; all of them are final at the end."""

    def __init__(self, start: Sample) -> None:
        super().__init__()
        self.language = "en"
        self.heard: Sample = start
        self.said: list[Line] = []

    def feed(self, chunk: AudioChunk) -> list[Event]:
        if not self.said and not self.due:
            self.heard = chunk.start
        return super().feed(chunk)

    def run(self, work: Work) -> list[Event]:
        self._note(work.name)
        self.due.remove(work)
        self._revision += 1
        if work is Work.LIVE:
            number = len(self.said) + 1
            start, end = self.fed[len(self.said)]
            word = Word(f" word{number}", start, end, 0.5)
            line = Line(start, start, end, f"word{number}", "committed", "en", (word,))
            self.said.append(line)
            draft = Draft(start, " and", end, end)
            return [CaptionUpdate(self._revision, (line,), draft, 0)]
        final = tuple(Line(n.id, n.start, n.end, n.text, "final", "en", n.words) for n in self.said)
        return [CaptionUpdate(self._revision, final, None, self.fed[-1][1] if self.fed else 0)]


class FailingSession(ScriptedSession):
    def run(self, work: Work) -> list[Event]:
        raise RuntimeError("a bug")


@dataclass
class Loader:
    """Of models whose sessions speak; `context` says which fail.

    Attributes:
        opened: the options and context of each session.
        sessions: all of them.
    """

    opened: list[tuple[SessionOptions, str]] = field(default_factory=list)
    sessions: list[ScriptedSession] = field(default_factory=list)

    def open(self, options: SessionOptions, start: Sample, context: str) -> ScriptedSession:
        self.opened.append((options, context))
        self.sessions.append(FailingSession() if context == "fails" else SpeakingSession(start))
        return self.sessions[-1]

    def load(self, options: SessionOptions) -> ScriptedModel:
        return ScriptedModel(self.open, options.model or "base")

    def load_elsewhere(
        self, model: LoadedModel, options: SessionOptions, error: DeviceError
    ) -> ScriptedModel:
        raise AssertionError("no device fails here")

    def release(self, model: LoadedModel) -> None:
        pass


@dataclass
class Running:
    """A server that runs.

    Attributes:
        address: host and port.
    """

    address: str
    metrics: Metrics
    loader: Loader
    engine: Engine


@contextmanager
def running(  # noqa: PLR0913 - what a command line says, and the clock
    limits: Limits,
    offer: Offer,
    access: Access,
    make_loader: Callable[[Threads], ModelLoader],
    metrics: Metrics,
    certificate: Certificate | None = None,
    *,
    takes_pcm: bool = True,
    head_s: float = HEAD_S,
    now: Callable[[], float] = time.time,
) -> Iterator[tuple[str, Engine]]:
    """Serve on a free port of 127.0.0.1; yields where, and the engine."""
    engine = Engine(make_loader, offer, limits, metrics)
    listener = listening("127.0.0.1", 0)
    port = listener.getsockname()[1]
    with ThreadPoolExecutor(4) as threads:
        client_secrets = ClientSecrets(b"the key of a test", access.tokens, now)
        service = Service(
            engine, access, limits, offer, metrics, threads, client_secrets, takes_pcm
        )
        server = server_of(application(service), limits, metrics, certificate, head_s)
        engine.start()
        thread = threading.Thread(
            target=lambda: asyncio.run(server.serve(sockets=[listener])), name="server"
        )
        thread.start()
        try:
            yield f"127.0.0.1:{port}", engine
        finally:
            server.should_exit = True
            thread.join(WITHIN_S)
            engine.close()
            assert not thread.is_alive()
            assert not engine.is_alive


StartServer = Callable[..., Running]


@pytest.fixture
def start_server() -> Iterator[StartServer]:
    with ExitStack() as stack:

        def start(
            *,
            limits: Limits | None = None,
            offer: Offer | None = None,
            tokens: Tokens | None = None,
            certificate: Certificate | None = None,
            takes_pcm: bool = True,
            head_s: float = HEAD_S,
            now: Callable[[], float] = time.time,
        ) -> Running:
            loader, metrics = Loader(), Metrics()
            address, engine = stack.enter_context(
                running(
                    limits or Limits(),
                    offer or Offer(),
                    Access(tokens),
                    lambda _threads: loader,
                    metrics,
                    certificate,
                    takes_pcm=takes_pcm,
                    head_s=head_s,
                    now=now,
                )
            )
            return Running(address, metrics, loader, engine)

        yield start


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(tmp_path / "serve" / "tokens.json")
