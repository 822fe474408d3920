"""A session that the server itself feeds, as fast as it is captioned: of `/asr`, of OpenAI's."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Final

from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE, Sample
from wlk_host.protocol.connection import Sound
from wlk_host.protocol.constants import PROTOCOL_VERSION
from wlk_host.protocol.messages import Captions, Error, Hello, Start, Status, Stop
from wlk_host.protocol.options import Options
from wlk_host.server.clients import Client, Turned
from wlk_host.version import __version__

_NAME: Final = "it"
"""Of the only session of its client."""

_SAMPLE_BYTES: Final = 2
_PIECE: Final = SAMPLE_RATE
"""Sound that is fed at once at most: more would make the engine leave out the second pass."""


class Feed:
    """Feeds one session, and yields what it says.

    A turn of the session follows each piece before the next one is fed. So sound that comes at once
    is captioned like sound that comes in real time: nothing is skipped.

    Args:
        client: of the engine, which is told about turns.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._seq = 0
        self._heard_until: Sample = 0
        self._turned = asyncio.Condition()
        self._is_over = False
        self._failure: WlkError | None = None
        """Why it is over, where that was an error."""

        self.end: Sample = 0

    async def start(
        self, options: Options, context: str = "", *, words: bool = False, begin: Sample = 0
    ) -> None:
        """Begin, with the sound from that sample on."""
        self.end = self._heard_until = begin
        await self._client.say(Hello(PROTOCOL_VERSION, __version__))
        await self._client.say(Start(_NAME, options, begin, context, words=words))

    async def sound(self, start: Sample, pcm: bytes) -> None:
        """Feed s16le that begins there; returns when most of it was heard.

        Raises:
            WlkError: the session is over; why, or `client_gone`.
        """
        for at in range(0, len(pcm), _PIECE * _SAMPLE_BYTES):
            piece = pcm[at : at + _PIECE * _SAMPLE_BYTES]
            async with self._turned:
                await self._turned.wait_for(self._may_go_on)
            if self._is_over:
                raise self._failure or gone()
            begin = start + at // _SAMPLE_BYTES
            self.end = begin + len(piece) // _SAMPLE_BYTES
            await self._client.say(Sound(_NAME, self._seq, begin, piece))
            self._seq += 1

    async def stop(self) -> None:
        """No more sound: what is left is captioned."""
        await self._client.say(Stop(_NAME))

    async def said(self) -> AsyncGenerator[Captions | Status, None]:
        """What the session says, until it has ended.

        Raises:
            WlkError: it ended with an error, or the client has left.
        """
        try:
            while (message := await self._client.heard()) is not None:
                if isinstance(message, Turned):
                    await self._note(message.heard_until)
                elif isinstance(message, Error):
                    raise self._failed(WlkError(message.code, message.message, message.hint))
                elif isinstance(message, Captions | Status):
                    yield message
                    if isinstance(message, Status) and message.state == "ended":
                        return
            raise self._failed(self._client.refused or gone())
        finally:
            self._is_over = True
            await self._note(self._heard_until)

    def _failed(self, error: WlkError) -> WlkError:
        self._failure = error
        return error

    def _may_go_on(self) -> bool:
        return self._is_over or self.end - self._heard_until < _PIECE

    async def _note(self, heard_until: Sample) -> None:
        async with self._turned:
            self._heard_until = heard_until
            self._turned.notify_all()


def gone() -> WlkError:
    """Why sound cannot be fed to a session that is over."""
    return WlkError("client_gone", "the session ended before its sound did", "connect again")
