"""A passage of a realtime client's sound: one session of the engine."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress

import msgspec

from wlk_host.core.errors import WlkError
from wlk_host.core.types import Sample
from wlk_host.protocol import convert
from wlk_host.protocol.messages import Captions
from wlk_host.protocol.options import Options
from wlk_host.server.clients import Client
from wlk_host.server.feed import Feed, gone
from wlk_host.server.offer import Offer
from wlk_host.server.wire.realtime_settings import Transcription


class PassageOverError(Exception):
    """It has ended before its sound did; why was told already."""


class Passage:
    """Captions sound until it is ended or dropped.

    Args:
        client: of the engine, for this passage only.
        begin: its first sample.
        told: takes each update.
        failed: takes what ended it early.
    """

    def __init__(
        self,
        client: Client,
        begin: Sample,
        told: Callable[[Captions], Awaitable[None]],
        failed: Callable[[WlkError], Awaitable[None]],
    ) -> None:
        self._client = client
        self._begin = begin
        self._told = told
        self._failed = failed
        self._feed = Feed(client)
        self._listening: asyncio.Task[None] | None = None
        self._is_ending = False
        self._has_failed = False

    @property
    def until(self) -> Sample:
        """The sample after its last one."""
        return self._feed.end

    async def start(self, options: Options, context: str) -> None:
        """Begin."""
        await self._feed.start(options, context, begin=self._begin)
        self._listening = asyncio.create_task(self._listen())

    async def hear(self, pcm: bytes) -> None:
        """Go on with this sound, s16le at 16 kHz; returns when most of it was heard.

        Raises:
            PassageOverError: as it says.
        """
        try:
            await self._feed.sound(self._feed.end, pcm)
        except WlkError as error:
            await self._over()
            raise PassageOverError from error

    async def end(self) -> None:
        """No more sound; returns when all is captioned.

        Raises:
            PassageOverError: as it says.
        """
        self._is_ending = True
        await self._feed.stop()
        await self._over()
        if self._has_failed:
            raise PassageOverError

    async def drop(self) -> None:
        """Nobody wants to know the rest."""
        self._client.leave()
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening

    async def _over(self) -> None:
        if self._listening is not None:
            await asyncio.wait({self._listening})

    async def _listen(self) -> None:
        try:
            async with aclosing(self._feed.said()) as said:
                async for message in said:
                    if isinstance(message, Captions):
                        await self._told(message)
            if not self._is_ending:
                raise gone()  # The server stops.
        except WlkError as error:
            self._has_failed = True
            await self._failed(error)
        finally:
            self._client.leave()


def passage_options(chosen: Transcription, offer: Offer) -> Options:
    """The options of a passage.

    Raises:
        WlkError: `option_invalid`, `language_unknown`, `model_not_served`.
    """
    asked = {
        "model": offer.openai_model(chosen.model),
        "language": chosen.language or None,
        "vocabulary": chosen.keywords or (),
    }
    try:
        options = msgspec.convert(asked, Options)
    except msgspec.ValidationError as error:
        raise WlkError(
            "option_invalid",
            f"got settings of the transcription that are not allowed: {error}",
            "give the language as a code such as en, and keywords of at most 100 letters",
        ) from error
    convert.session_options(options)
    return options
