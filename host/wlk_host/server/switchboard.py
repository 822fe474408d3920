"""Joins many clients to one host loop: each has a `Connection` of its own."""

import dataclasses
from collections.abc import Iterator
from typing import Final

from msgspec import structs

from wlk_host.core.errors import WlkError
from wlk_host.core.types import Sample
from wlk_host.protocol.connection import Command, Connection, FeedAudio, Refuse, type_of
from wlk_host.protocol.messages import (
    Captions,
    Configure,
    Cut,
    Error,
    Hello,
    Retranslate,
    Start,
    Status,
    Stop,
    ToExtension,
    Visibility,
)
from wlk_host.server.clients import Client, Letter, Turned
from wlk_host.server.limits import DailySound, Limits, Seats
from wlk_host.server.metrics import Metrics
from wlk_host.server.offer import Offer

_SAMPLE_BYTES: Final = 2


class Switchboard:
    """`runtime.host.port.Port` of all clients. Used by the engine's thread.

    In the loop, a session has the number of its client before its id. A client gets sessions and
    nothing else: which models are installed is not its business.

    Args:
        offer: what clients may ask for.
        limits: how much of it.
        metrics: counts.
        sound: what each user had captioned today.
        seats: the sessions that are open.
    """

    def __init__(
        self,
        offer: Offer,
        limits: Limits,
        metrics: Metrics,
        sound: DailySound | None = None,
        seats: Seats | None = None,
    ) -> None:
        self._offer = offer
        self._metrics = metrics
        self._sound = sound or DailySound(limits.hours_a_day)
        self._seats = seats or Seats(limits)
        self._clients: dict[int, Client] = {}
        self._connections: dict[int, Connection] = {}
        self._sessions: dict[str, Client] = {}
        self._speaking: Client | None = None
        """Whose letter is being carried out."""

    def commands(self, letter: Letter) -> Iterator[Command]:
        """See `Port`."""
        client, payload = letter.client, letter.payload
        client.taken()
        if payload is None:
            yield from self._gone(client)
            return
        self._speaking = client
        self._clients[client.number] = client
        connection = self._connections.setdefault(client.number, Connection())
        if isinstance(payload, bytes):
            command = connection.receive(payload)
        else:
            command = connection.take(payload)
        if isinstance(command, Hello):
            client.hear(self._offer.hello())
        elif command is not None:
            yield self._allowed(client, command)

    def woken(self) -> tuple[Command, ...]:
        """See `Port`: only clients say anything here."""
        return ()

    def end(self) -> list[Stop]:
        """See `Port`."""
        return [
            Stop(_joined(number, stop.session))
            for number, connection in self._connections.items()
            for stop in connection.end()
        ]

    def ended(self, session: str) -> None:
        """See `Port`."""
        connection, name = self._forget(session)
        if connection is not None:
            connection.ended(name)

    def failed(self, session: str) -> None:
        """See `Port`."""
        connection, name = self._forget(session)
        if connection is not None:
            connection.failed(name)

    def turned(self, session: str, heard_until: Sample, lag: Sample) -> None:
        """See `Port`."""
        client = self._sessions.get(session)
        if client is not None:
            self._metrics.turned(lag)
            client.hear(Turned(_parted(session)[1], heard_until, lag))

    def send(self, message: ToExtension) -> None:
        """Bring what the loop says to whom it concerns."""
        if isinstance(message, Error):
            self._metrics.failed(message.code)
        if isinstance(message, Captions | Status | Error) and message.session is not None:
            number, session = _parted(message.session)
            client = self._clients.get(number)
            message = structs.replace(message, session=session)
        else:
            client = self._speaking
        if client is not None:
            client.hear(message)

    # What clients may

    def _allowed(self, client: Client, command: Command) -> Command:
        """The command with the session's name in the loop, or its refusal."""
        if isinstance(command, Refuse):
            refused = command.session
            named = None if refused is None else _joined(client.number, refused)
            return dataclasses.replace(command, session=named)
        match command:
            case Start() | Configure():
                return self._with_options(client, command)
            case FeedAudio(session, _, pcm):
                try:
                    self._sound.take(client.user, len(pcm) // _SAMPLE_BYTES)
                except WlkError as error:
                    return Refuse(error, _joined(client.number, session), "audio")
                self._metrics.heard(len(pcm) // _SAMPLE_BYTES)
                return dataclasses.replace(command, session=_joined(client.number, session))
            case Retranslate() | Visibility() | Cut() | Stop():
                return structs.replace(command, session=_joined(client.number, command.session))
        return Refuse(_sessions_only(type_of(command)), None, type_of(command))

    def _with_options(self, client: Client, command: Start | Configure) -> Command:
        session = _joined(client.number, command.session)
        try:
            options = self._offer.options(command.options)
            if isinstance(command, Start):
                self._count(client, session)
                # The voices that this machine remembers are nobody's business but its user's.
                command = structs.replace(command, known_voices=False)
        except WlkError as error:
            return Refuse(error, session, type_of(command))
        return structs.replace(command, session=session, options=options)

    def _count(self, client: Client, session: str) -> None:
        """Note a new session, if there may be one."""
        self._seats.take(client.user)
        self._sessions[session] = client
        self._metrics.sessions(len(self._sessions))

    def _gone(self, client: Client) -> Iterator[Command]:
        """End what a client began. Nobody would read the rest of it."""
        for session in [name for name, other in self._sessions.items() if other is client]:
            yield Refuse(_client_gone(), session)
        self._connections.pop(client.number, None)
        self._clients.pop(client.number, None)
        if self._speaking is client:
            self._speaking = None

    def _forget(self, session: str) -> tuple[Connection | None, str]:
        client = self._sessions.pop(session, None)
        if client is not None:
            self._seats.give_back(client.user)
        self._metrics.sessions(len(self._sessions))
        number, name = _parted(session)
        return self._connections.get(number), name


def _joined(number: int, session: str) -> str:
    return f"{number}.{session}"


def _parted(session: str) -> tuple[int, str]:
    number, _, name = session.partition(".")
    return int(number), name


def _sessions_only(request: str) -> WlkError:
    return WlkError(
        "request_not_served",
        f"got {request}, but a server takes only what concerns sessions",
        "manage models on the server's machine (wlk-host models)",
    )


def _client_gone() -> WlkError:
    return WlkError(
        "client_gone", "the client has left before the session ended", "connect again, and resume"
    )
