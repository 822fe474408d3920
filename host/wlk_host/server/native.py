"""Our own protocol over a WebSocket: native messaging's messages as text, sound as binary."""

import asyncio
from functools import partial
from typing import Final

from starlette.websockets import WebSocket

from wlk_host.core.errors import WlkError
from wlk_host.protocol import codec
from wlk_host.protocol.messages import Error
from wlk_host.protocol.sound_frames import decode_sound
from wlk_host.server.clients import Client, Turned
from wlk_host.server.limits import ByteRate
from wlk_host.server.service import Service, admitted
from wlk_host.server.sockets import close, received, send

_BYTES_A_SECOND: Final = 32_000 * 4 // 3
"""Of a session: sound as base64, which is the larger form."""

_AT_ONCE_S: Final = 90
"""A client that comes back sends the last minute again."""

_FASTER: Final = 2
"""Than real time, to catch up."""

_POLICY: Final = 1008
"""The server ends it for a reason of its own (RFC 6455, 7.4.1)."""


async def serve_session(socket: WebSocket, service: Service) -> None:
    """One client, with as many sessions as it may have."""
    user = await admitted(socket, service, "session", partial(service.user, socket))
    if user is None:
        return
    client = service.client(user)
    each = service.limits.sessions_each if user.sessions is None else user.sessions
    usual = _BYTES_A_SECOND * max(1, each)
    reading = asyncio.create_task(
        _read(socket, client, ByteRate(_AT_ONCE_S * usual, _FASTER * usual))
    )
    try:
        while (message := await client.heard()) is not None:
            if isinstance(message, Turned):
                continue
            if not await send(socket, codec.encode(message).decode()):
                break
        if client.refused is not None:
            await send(socket, codec.encode(Error.of(client.refused)).decode())
            await close(socket, _POLICY, client.refused.code)
    finally:
        client.leave()
        reading.cancel()


async def _read(socket: WebSocket, client: Client, rate: ByteRate) -> None:
    """Give all that comes to the engine, at the pace of sound."""
    try:
        async for message in received(socket):
            if isinstance(message, str):
                await client.say(message.encode("utf-8", "replace"))
            else:
                try:
                    await client.say(decode_sound(message))
                except WlkError as error:
                    client.hear(Error.of(error, None, "audio"))
            await asyncio.sleep(rate.wait_s(len(message)))
    finally:
        client.leave()
