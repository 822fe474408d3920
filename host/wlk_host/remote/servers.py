"""Links to servers, and whether one can be had. Imported once a server is named."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from wlk_host.core.errors import WlkError
from wlk_host.protocol.messages import Probed, RemoteServer
from wlk_host.protocol.problem import Problem
from wlk_host.remote import failures
from wlk_host.remote.address import endpoint, name_of
from wlk_host.remote.asr_talk import AsrTalk
from wlk_host.remote.certificates import fingerprint_of
from wlk_host.remote.network import PAUSES_S, NetworkLink, Speak, Talk
from wlk_host.remote.news import News, Opened
from wlk_host.remote.session_talk import SessionTalk

PROBE_S = 15.0
"""A probe is over by then."""


def connect(
    server: RemoteServer,
    tell: Callable[[News], None],
    pauses_s: tuple[float, ...] = PAUSES_S,
) -> NetworkLink:
    """A link to this server.

    Raises:
        WlkError: `remote_address_invalid`, `remote_unencrypted`, `remote_fingerprint_invalid`.
    """
    return NetworkLink(_speaker(server), tell, pauses_s)


def probe(server: RemoteServer, tell: Callable[[Probed], None]) -> None:
    """Find out whether this server can be had, on a thread that ends by itself."""
    threading.Thread(
        target=lambda: tell(asyncio.run(_probed(server))), name="probe", daemon=True
    ).start()


def _speaker(server: RemoteServer) -> Speak:
    to = endpoint(server.address)
    if server.fingerprint is not None:
        fingerprint_of(server.fingerprint)
    kind = AsrTalk if to.kind == "asr" else SessionTalk
    return kind(to, server.token, server.fingerprint)


async def _probed(server: RemoteServer) -> Probed:
    name = name_of(server.address)[:300]
    found: asyncio.Future[Opened] = asyncio.get_running_loop().create_future()

    def note(news: News) -> None:
        if isinstance(news, Opened) and not found.done():
            found.set_result(news)

    async def speak() -> None:
        await _speaker(server)(Talk(1, note))

    speaking: asyncio.Future[None] = asyncio.ensure_future(speak())
    try:
        async with asyncio.timeout(PROBE_S):
            waited: set[asyncio.Future[Any]] = {speaking, found}
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            if not found.done():
                speaking.result()
                raise failures.lost()
        opened = found.result()
        return Probed(name, opened.version, opened.round_trip_ms, None)
    except TimeoutError:
        return Probed(name, None, None, Problem.of(failures.silent()))
    except WlkError as error:
        return Probed(name, None, None, Problem.of(error))
    finally:
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
