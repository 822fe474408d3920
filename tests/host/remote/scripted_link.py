"""A link to a server that does what a test says, and the port in front of it."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from wlk_host.core.errors import WlkError
from wlk_host.protocol import messages
from wlk_host.protocol.connection import Command, Connection, Refuse
from wlk_host.protocol.messages import HostRemote, Probed, RemoteServer, ToExtension
from wlk_host.remote.news import Lost, News, Opened, Said, ToServer
from wlk_host.remote.port import RemotePort

SECOND = 16_000


@dataclass
class ScriptedLink:
    """Notes what it is told."""

    server: RemoteServer
    tell: Callable[[News], None]
    said: list[ToServer] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    is_closed: bool = False

    def say(self, number: int, message: ToServer) -> None:
        self.said.append(message)

    def drop(self, number: int, error: WlkError) -> None:
        self.dropped.append(error.code)

    def close(self) -> None:
        self.is_closed = True

    def kinds(self) -> list[str]:
        return [str(message.__struct_config__.tag) for message in self.said]


class Desk:
    """A browser, its port, and links; nothing waits.

    Attributes:
        heard: what the browser is told.
        links: all that were made.
        local: what the loop is to carry out.
        now: seconds.
    """

    def __init__(self) -> None:
        self.heard: list[ToExtension] = []
        self.links: list[ScriptedLink] = []
        self.probes: list[RemoteServer] = []
        self.local: list[Command] = []
        self.now = 0.0
        self.fault: WlkError | None = None
        self._seq = 0
        connection = Connection()
        connection.receive(b'{"type": "hello", "protocol": 1, "extension": "0.1.0"}')
        self.port = RemotePort(
            connection, self.heard.append, self._woken, self._connect, self._ask, lambda: self.now
        )

    @property
    def link(self) -> ScriptedLink:
        return self.links[-1]

    @property
    def told(self) -> HostRemote:
        """The newest word on the server."""
        return [one for one in self.heard if isinstance(one, HostRemote)][-1]

    def say(self, **message: object) -> None:
        self._carry_out(list(self.port.commands(json.dumps(message).encode())))

    def choose(self, address: str | None = "desk.example", token: str | None = None) -> None:
        server = {"address": address, "token": token, "fingerprint": None}
        self.say(type="remote", server=None if address is None else server)

    def start(self, session: str = "a", begin: int = 0, **more: object) -> None:
        start = {"type": "start", "session": session, "options": {}, "from": begin}
        self.say(**{**start, **more})

    def sound(self, at: int, length: int = SECOND, session: str = "a") -> None:
        pcm = base64.b64encode(bytes(2 * length)).decode()
        self.say(type="audio", session=session, seq=self._seq, start=at, pcm=pcm)
        self._seq += 1

    def news(self, news: News) -> None:
        self.link.tell(news)

    def open(self, models: tuple[str, ...] = ()) -> None:
        self.news(Opened(1, "0.1.0", frozenset(models), frozenset(), 34))

    def lose(self, code: str = "remote_lost") -> None:
        self.news(Lost(1, WlkError(code, "it is gone", "wait")))

    def hear(self, message: messages.Captions | messages.Status | messages.Error) -> None:
        self.news(Said(1, message))

    def moved(self) -> list[str]:
        """The sessions that the browser is to start again."""
        return [
            str(one.session)
            for one in self.heard
            if isinstance(one, messages.Error) and one.code == "session_moved"
        ]

    def _woken(self) -> None:
        self._carry_out(list(self.port.woken()))

    def _carry_out(self, commands: list[Command]) -> None:
        """As the loop does it."""
        for command in commands:
            if isinstance(command, Refuse):
                if command.session is not None:
                    self.port.failed(command.session)
                self.heard.append(
                    messages.Error.of(command.error, command.session, command.request)
                )
            else:
                self.local.append(command)

    def _connect(self, server: RemoteServer, tell: Callable[[News], None]) -> ScriptedLink:
        if self.fault is not None:
            raise self.fault
        self.links.append(ScriptedLink(server, tell))
        return self.link

    def _ask(self, server: RemoteServer, tell: Callable[[Probed], None]) -> None:
        self.probes.append(server)


def captions(
    until: int, revision: int = 1, *lines: messages.CaptionLine, draft: bool = False
) -> messages.Captions:
    drafted = messages.CaptionDraft(0, " so", 0, until) if draft else None
    return messages.Captions("a", revision, lines, drafted, until)


def line(at: int, state: Literal["committed", "final"] = "final") -> messages.CaptionLine:
    return messages.CaptionLine(at, at, at + SECOND, "word", state, "en", None, None)


def status(state: messages.State, session: str = "a") -> messages.Status:
    return messages.Status(
        session,
        state,
        None,
        None,
        0,
        0,
        True,
        None,
        None,
        "cpu",
        None,
        None,
    )
