"""Our own protocol, spoken to a server: `/session`."""

import asyncio
import time
from typing import Final

from msgspec import structs
from websockets.asyncio.client import ClientConnection

from wlk_host.core.errors import WlkError
from wlk_host.protocol import codec
from wlk_host.protocol.connection import Sound
from wlk_host.protocol.constants import PROTOCOL_VERSION
from wlk_host.protocol.messages import Captions, Error, Hello, HostHello, Status
from wlk_host.protocol.sound_frames import encode_sound
from wlk_host.remote import failures
from wlk_host.remote.address import Endpoint
from wlk_host.remote.network import Talk
from wlk_host.remote.news import Said, ToServer
from wlk_host.remote.sockets import (
    OPEN_S,
    PING_S,
    first_of,
    opened,
    round_trip_ms,
    without_token,
)
from wlk_host.version import __version__

_A_SECOND: Final = 100.0
_AT_ONCE: Final = 1000.0
"""Messages of a server. A session says some ten a second at the most."""


class SessionTalk:
    """A `network.Speak`.

    Args:
        to: where the server is.
        token: its secret.
        fingerprint: of its certificate.
    """

    def __init__(self, to: Endpoint, token: str | None, fingerprint: str | None) -> None:
        self._to = to
        self._token = token
        self._fingerprint = fingerprint

    async def __call__(self, talk: Talk) -> None:
        """One connection, until it is over.

        Raises:
            WlkError: why it is.
        """
        async with opened(self._to, self._token, self._fingerprint) as socket:
            hello = await self._greet(socket)
            await first_of(
                asyncio.create_task(self._read(socket, talk, hello.host)),
                asyncio.create_task(_write(socket, talk.unsent)),
                asyncio.create_task(_ping(socket, talk, hello)),
            )

    async def _greet(self, socket: ClientConnection) -> HostHello:
        await socket.send(_text(Hello(PROTOCOL_VERSION, __version__)))
        try:
            async with asyncio.timeout(OPEN_S):
                answer = await socket.recv()
        except TimeoutError:
            raise failures.silent() from None
        said = _understood(answer, "999")  # Its version is yet to be told.
        if isinstance(said, Error):
            raise self._told(said)
        if not isinstance(said, HostHello):
            raise failures.unintelligible("its first message is no greeting")
        if said.protocol != PROTOCOL_VERSION:
            raise failures.unintelligible(f"it speaks protocol {said.protocol}")
        return said

    async def _read(self, socket: ClientConnection, talk: Talk, version: str) -> None:
        left, at = _AT_ONCE, time.monotonic()
        async for payload in socket:
            now = time.monotonic()
            left, at = min(_AT_ONCE, left + (now - at) * _A_SECOND) - 1, now
            if left < 0:
                raise failures.excessive()
            said = _understood(payload, version)
            if isinstance(said, Error):
                error = self._told(said)
                if said.session is None:
                    raise error
                said = structs.replace(said, message=error.message, hint=error.hint)
            if isinstance(said, Captions | Status | Error):
                talk.said(Said(talk.number, said))

    def _told(self, said: Error) -> WlkError:
        return failures.as_told(
            said.code,
            without_token(said.message, self._token),
            without_token(said.hint, self._token),
        )


async def _write(socket: ClientConnection, unsent: "asyncio.Queue[ToServer]") -> None:
    while True:
        message = await unsent.get()
        if isinstance(message, Sound):
            await socket.send(encode_sound(message))
        else:
            await socket.send(_text(message))


async def _ping(socket: ClientConnection, talk: Talk, hello: HostHello) -> None:
    models = frozenset(model.name for model in hello.models)
    translators = frozenset(one.name for one in hello.translators)
    talk.opened(hello.host[:100], models, translators, await round_trip_ms(socket))
    while True:
        await asyncio.sleep(PING_S)
        talk.pinged(await round_trip_ms(socket))


def _understood(payload: bytes | str, version: str) -> object:
    try:
        return codec.decode_from_host(payload, version)
    except WlkError as error:
        raise failures.unintelligible("a message that is none of the protocol") from error


def _text(message: Hello | ToServer) -> str:
    if isinstance(message, Sound):
        raise TypeError("sound is sent as bytes")
    return codec.encode(message).decode()
