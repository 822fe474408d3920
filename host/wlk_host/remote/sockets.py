"""WebSockets to a server: opened within seconds, checked, and every failure a coded one."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidStatus,
    WebSocketException,
)

from wlk_host.core.errors import WlkError
from wlk_host.remote import failures
from wlk_host.remote.address import Endpoint
from wlk_host.remote.certificates import context_for
from wlk_host.version import __version__

OPEN_S: Final = 5.0
"""To open a connection, TLS included."""

MOST_OF_A_MESSAGE: Final = 512 * 1024
"""Bytes of what a server says. Half of what goes to the browser: written anew, it can be longer."""

PING_S: Final = 5.0
PONG_S: Final = 10.0
"""How often a server is asked whether it is there, and how long it has to answer."""

_CLOSE_S: Final = 1.0

_NOWHERE: Final = logging.Logger("nowhere", logging.CRITICAL + 1)
"""The library would log headers, and the token is in one of them."""

_NORMAL: Final = (1000, 1001)


class _Direct(connect):
    """Follows no redirect: another server was not asked for."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


@asynccontextmanager
async def opened(
    to: Endpoint, token: str | None, fingerprint: str | None
) -> AsyncGenerator[ClientConnection, None]:
    """A connection; whatever goes wrong with it until the end of the block is coded.

    Raises:
        WlkError: codes of `failures`, or one that our own server gave.
    """
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    try:
        socket = await _Direct(
            to.uri,
            ssl=context_for(fingerprint) if to.is_encrypted else None,
            additional_headers=headers,
            user_agent_header=f"wlk-host/{__version__}",
            proxy=None if to.is_here else True,
            open_timeout=OPEN_S,
            ping_interval=None,
            close_timeout=_CLOSE_S,
            max_size=MOST_OF_A_MESSAGE,
            compression=None,
            logger=_NOWHERE,
        )
        try:
            yield socket
        finally:
            await _end(socket)
    except ConnectionClosed as error:
        raise _closed(error) from None
    except InvalidStatus as error:
        raise _without(
            token, failures.refused(error.response.status_code, error.response.body)
        ) from None
    except OSError as error:
        raise failures.unreachable(error) from None
    except (WebSocketException, UnicodeError):
        raise failures.unintelligible("it does not speak WebSocket") from None


async def _end(socket: ClientConnection) -> None:
    """Say goodbye, and wait for nobody who does not answer."""
    try:
        async with asyncio.timeout(_CLOSE_S):
            await socket.close()
    except TimeoutError:
        pass
    finally:
        # What is not sent by now would keep it open.
        socket.transport.abort()
        await socket.wait_closed()


async def round_trip_ms(socket: ClientConnection) -> int:
    """How long an empty message takes, there and back.

    Raises:
        WlkError: `remote_silent`.
    """
    began = time.monotonic()
    try:
        async with asyncio.timeout(PONG_S):
            await (await socket.ping())
    except TimeoutError:
        raise failures.silent() from None
    return max(1, round((time.monotonic() - began) * 1000))


async def first_of(*speakers: "asyncio.Task[None]") -> None:
    """Wait until one of them is over, and end the others. Its error is raised."""
    try:
        done, _ = await asyncio.wait(speakers, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await end_all(*speakers)
    for speaker in done:
        speaker.result()


async def end_all(*speakers: "asyncio.Task[None]") -> None:
    """End them, and wait for that."""
    for speaker in speakers:
        speaker.cancel()
    await asyncio.gather(*speakers, return_exceptions=True)


def without_token(text: str, token: str | None) -> str:
    """What a server says can contain what it was told."""
    return text if not token else text.replace(token, "…")


def _without(token: str | None, error: WlkError) -> WlkError:
    return WlkError(
        error.code, without_token(error.message, token), without_token(error.hint, token)
    )


def _closed(error: ConnectionClosed) -> WlkError:
    frame = error.rcvd
    if frame is not None and frame.code == 1008:
        return failures.ended()
    if error.sent is not None and error.sent.code not in _NORMAL and frame is None:
        return failures.unintelligible("a message that is too long, or none")
    return failures.lost()
