"""Where each session of the browser is captioned: here, or on a server."""

import logging
import queue
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from wlk_host.core.errors import WlkError
from wlk_host.core.types import Sample
from wlk_host.protocol.connection import Command, Connection, FeedAudio, Refuse
from wlk_host.protocol.constants import ErrorCode
from wlk_host.protocol.messages import (
    Captions,
    Configure,
    Cut,
    Error,
    HostRemote,
    Probe,
    Probed,
    Remember,
    Remote,
    RemoteServer,
    RemoteState,
    Retranslate,
    Start,
    Status,
    Stop,
    ToExtension,
    Visibility,
)
from wlk_host.protocol.problem import Problem
from wlk_host.protocol.words import Translate, Translated
from wlk_host.remote import failures
from wlk_host.remote.address import name_of
from wlk_host.remote.here import Here
from wlk_host.remote.news import Link, Lost, News, Opened, Pinged, Said
from wlk_host.remote.there import There

REFUSED_S: Final = 60.0
"""How long a session that the server refused stays here."""

MOST_NEWS: Final = 1000
"""That wait for the loop. Then the network's thread waits, and the server with it."""

_SAMPLE_BYTES: Final = 2

ToAnySession: TypeAlias = FeedAudio | Configure | Retranslate | Visibility | Cut | Stop

Connect: TypeAlias = Callable[[RemoteServer, Callable[[News], None]], Link]
Ask: TypeAlias = Callable[[RemoteServer, Callable[[Probed], None]], None]
"""Finds out in the background whether a server can be had."""

_log = logging.getLogger(__name__)


@dataclass
class _Held:
    """A session that waits until it is known whether the server is there."""

    start: Start
    asked: list[ToAnySession]


class RemotePort:
    """`runtime.host.port.Port` of the browser, with a server behind some of its sessions.

    All but `news` is used by the loop's thread. What the server cannot do is done here: then the
    session ends with `session_moved`, and the extension starts it again from what is not final.

    Args:
        connection: understands the browser.
        send: tells the browser.
        wake: has the loop call `woken`; from any thread.
        connect: makes the link to a server.
        ask: for `Probe`.
        now: seconds that pass.
    """

    def __init__(
        self,
        connection: Connection,
        send: Callable[[ToExtension], None],
        wake: Callable[[], None],
        connect: Connect,
        ask: Ask,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connection = connection
        self._send = send
        self._wake = wake
        self._connect = connect
        self._ask = ask
        self._now = now
        self._news: queue.Queue[tuple[object, News]] = queue.Queue(MOST_NEWS)
        self._is_asked = False
        """Whether the extension knows of servers at all."""
        self._server: RemoteServer | None = None
        self._of_link = object()
        """What the link's news are marked with: a link that was closed can still say something."""
        self._link: Link | None = None
        self._opened: Opened | None = None
        self._state: RemoteState = "off"
        self._problem: WlkError | None = None
        self._round_trip_ms: int | None = None
        self._there: dict[str, There] = {}
        self._here: dict[str, Here] = {}
        self._held: dict[str, _Held] = {}
        self._refused: dict[str, float] = {}
        """Until when sessions stay here that the server did not want."""
        self._told: HostRemote | None = None

    # What the loop asks

    def commands(self, payload: bytes) -> Iterator[Command]:
        """See `Port`."""
        yield from self.woken()
        command = self._connection.receive(payload)
        match command:
            case None:
                return
            case Remote():
                yield from self._choose(command.server)
            case Probe():
                self._ask(command.server, self._send)
            case Start():
                yield from self._start(command)
            case Remember() | Translate() if self._is_elsewhere(command.session):
                yield from self._decline(command)
            case FeedAudio() | Configure() | Retranslate() | Visibility() | Cut() | Stop():
                yield from self._pass(command)
            case _:
                yield command
        self._tell()

    def woken(self) -> Iterator[Command]:
        """What follows from the news."""
        while not self._news.empty():
            mark, news = self._news.get_nowait()
            if mark is self._of_link:
                yield from self._learn(news)
                self._tell()

    def say(self, message: ToExtension) -> None:
        """Tell the browser what the loop says, and learn from it."""
        if isinstance(message, Captions) and message.session in self._here:
            self._here[message.session].said(message)
        self._send(message)

    def end(self) -> list[Stop]:
        """See `Port`. Nobody reads any more what a server would say."""
        elsewhere = {*self._there, *self._held}
        if self._link is not None:
            self._link.close()
        return [stop for stop in self._connection.end() if stop.session not in elsewhere]

    def ended(self, session: str) -> None:
        """See `Port`."""
        self._forget(session)
        self._connection.ended(session)

    def failed(self, session: str) -> None:
        """See `Port`."""
        self._forget(session)
        self._connection.failed(session)

    def turned(self, session: str, heard_until: Sample, lag: Sample) -> None:
        """See `Port`."""
        if session in self._here:
            self._here[session].turned(lag)
        self._connection.turned(session, heard_until, lag)

    # The server

    def _choose(self, server: RemoteServer | None) -> Iterator[Command]:
        self._is_asked, self._told = True, None
        if server == self._server:
            return
        if self._link is not None:
            self._link.close()
        self._server, self._link, self._opened = server, None, None
        self._problem, self._round_trip_ms = None, None
        self._refused.clear()
        self._state = "off" if server is None else "connecting"
        yield from self._bring_back()
        if server is None:
            return
        news, wake = self._news, self._wake
        mark = self._of_link = object()

        def tell(one: News) -> None:
            news.put((mark, one))
            wake()

        try:
            self._link = self._connect(server, tell)
        except WlkError as error:
            self._state, self._problem = "away", error
            yield from self._release(to_server=False)

    def _learn(self, news: News) -> Iterator[Command]:
        match news:
            case Opened():
                _log.info("a server captions")
                self._opened, self._state, self._problem = news, "on", None
                self._round_trip_ms = news.round_trip_ms
                self._refused.clear()
                yield from self._release(to_server=True)
            case Pinged():
                self._round_trip_ms = news.round_trip_ms
                yield from self._look()
            case Lost():
                if self._state != "away":
                    _log.warning("the server is away: %s", news.error.code)
                self._opened, self._state, self._problem = None, "away", news.error
                self._round_trip_ms = None
                yield from self._bring_back()
            case Said():
                yield from self._hear(news.message)

    def _bring_back(self) -> Iterator[Command]:
        """Have all sessions go on here."""
        for session in list(self._there):
            yield self._move(session)
        yield from self._release(to_server=False)

    def _release(self, *, to_server: bool) -> Iterator[Command]:
        """Begin the sessions that have waited."""
        held, self._held = self._held, {}
        for one in held.values():
            yield from self._begin(one.start, to_server=to_server)
            for command in one.asked:
                yield from self._pass(command)

    # Sessions

    def _start(self, start: Start) -> Iterator[Command]:
        if self._state == "connecting":
            self._held[start.session] = _Held(start, [])
            return
        is_refused = self._refused.get(start.session, 0.0) > self._now()
        yield from self._begin(start, to_server=self._opened is not None and not is_refused)

    def _begin(self, start: Start, *, to_server: bool) -> Iterator[Command]:
        if self._link is not None and self._opened is not None and to_server:
            there = self._there[start.session] = There(start, self._opened)
            if self._refused.pop(start.session, None) is not None and not self._refused:
                self._problem = None
            self._link.say(self._opened.number, there.start())
            return
        self._here[start.session] = Here()
        yield start

    def _pass(self, command: ToAnySession) -> Iterator[Command]:
        session = command.session
        held, there = self._held.get(session), self._there.get(session)
        if held is not None:
            held.asked.append(command)
        elif there is not None:
            yield from self._forward(there, command)
        else:
            yield from self._keep(command)

    def _keep(self, command: ToAnySession) -> Iterator[Command]:
        """A session that is captioned here, which may be about to change."""
        here = self._here.get(command.session)
        if here is not None and isinstance(command, Stop):
            here.is_stopping = True
        if here is not None and isinstance(command, FeedAudio) and self._opened is not None:
            waits = self._refused.get(command.session, 0.0) > self._now()
            if not waits and here.may_go(len(command.pcm) // _SAMPLE_BYTES):
                yield self._move(command.session)
                return
        yield command

    def _forward(self, there: There, command: ToAnySession) -> Iterator[Command]:
        if self._link is None or self._opened is None:
            yield self._move(command.session)
            return
        message = command if not isinstance(command, FeedAudio) else there.sound(command)
        if isinstance(message, Configure):
            message = there.configure(message)
        elif isinstance(message, Stop):
            there.stopped_at = self._now()
        self._link.say(self._opened.number, message)
        if there.is_silent(self._now()):
            self._link.drop(self._opened.number, failures.silent())

    def _look(self) -> Iterator[Command]:
        """End what the server was asked to end, and does not."""
        for session, there in list(self._there.items()):
            if there.stopped_at is not None and there.is_silent(self._now()):
                yield from self._refuse(session, failures.silent())

    def _hear(self, message: Captions | Status | Error) -> Iterator[Command]:
        there = self._there.get(message.session or "")
        if there is None:
            return
        session = str(message.session)
        if isinstance(message, Error):
            yield from self._refuse(
                session, failures.as_told(message.code, message.message, message.hint)
            )
            return
        fault = there.hear(message)
        if fault is not None:
            yield from self._refuse(session, fault)
            return
        self._send(message)
        if isinstance(message, Status) and message.state == "ended":
            self.ended(session)

    def _refuse(self, session: str, error: WlkError) -> Iterator[Command]:
        """The server cannot caption this session, for now; it goes on here."""
        _log.warning("the server gives a session up: %s", error.code)
        self._problem = error
        now = self._now()
        self._refused = {name: until for name, until in self._refused.items() if until > now}
        self._refused[session] = now + REFUSED_S
        if self._link is not None and self._opened is not None:
            self._link.say(self._opened.number, Stop(session))
        yield self._move(session)

    def _move(self, session: str) -> Refuse:
        """What has the extension start it again."""
        self._there.pop(session, None)
        return Refuse(_moved(), session)

    def _forget(self, session: str) -> None:
        self._there.pop(session, None)
        self._here.pop(session, None)
        self._held.pop(session, None)

    # What no server does

    def _is_elsewhere(self, session: str) -> bool:
        return session in self._there or session in self._held

    def _decline(self, request: Remember | Translate) -> Iterator[Command]:
        """Voices are remembered, and words looked up, where the session is captioned."""
        if isinstance(request, Translate):
            self._send(Translated.of(request, failures.only_here()))
        else:
            yield Refuse(failures.only_here(), None, "remember")

    # What the user sees

    def _tell(self) -> None:
        problem = None if self._problem is None else Problem.of(self._problem)
        now = HostRemote(
            self._state,
            "" if self._server is None else name_of(self._server.address)[:300],
            self._round_trip_ms,
            tuple(self._there),
            problem,
        )
        if not self._is_asked or now == self._told:
            return
        self._told = now
        self._send(now)


def _moved() -> WlkError:
    return WlkError(
        ErrorCode.SESSION_MOVED,
        "captions go on elsewhere",
        "start the session again from what is not final",
    )
