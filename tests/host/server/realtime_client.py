"""OpenAI's own client of transcription sessions, for tests."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import openai
from openai.resources.realtime.realtime import AsyncRealtimeConnection

from host.server.wire_client import WITHIN_S

TRANSCRIPTION = "conversation.item.input_audio_transcription"
DELTA, COMPLETED, FAILED = (f"{TRANSCRIPTION}.{what}" for what in ("delta", "completed", "failed"))
RATE = 24_000
SECOND = bytes(2 * RATE)


class Realtime:
    """A connection.

    Attributes:
        heard: all events so far, as the client understands them.
    """

    def __init__(self, connection: AsyncRealtimeConnection, within_s: float) -> None:
        self.connection = connection
        self.heard: list[Any] = []
        self._within_s = within_s

    async def sound(self, samples: bytes) -> None:
        await self.connection.input_audio_buffer.append(audio=base64.b64encode(samples).decode())

    async def commit(self) -> None:
        await self.connection.input_audio_buffer.commit()

    async def update(self, **given: Any) -> None:
        """Settings of `audio.input`."""
        session: Any = {"type": "transcription", "audio": {"input": given}}
        await self.connection.session.update(session=session)

    async def say(self, event: Any) -> None:
        await self.connection.send(event)

    async def hear(self, kind: str) -> Any:
        """The next event of this kind; the others are in `heard`."""
        async with asyncio.timeout(self._within_s):
            while True:
                event: Any = await self.connection.recv()
                self.heard.append(event)
                if event.type == kind:
                    return event
                assert event.type != "error", event

    @property
    def kinds(self) -> list[str]:
        """Of what was heard, without what all names begin with."""
        begin = (f"{TRANSCRIPTION}.", "input_audio_buffer.", "conversation.item.")
        names = [event.type for event in self.heard]
        for prefix in begin:
            names = [name.removeprefix(prefix) for name in names]
        return names

    def deltas(self, item: str) -> str:
        return "".join(e.delta for e in self.heard if e.type == DELTA and e.item_id == item)

    def transcripts(self) -> dict[str, str]:
        """Of each item that is complete, in order."""
        return {e.item_id: e.transcript for e in self.heard if e.type == COMPLETED}


@asynccontextmanager
async def connected(
    address: str, key: str = "none", within_s: float = WITHIN_S, **more: Any
) -> AsyncIterator[Realtime]:
    # Pings wait behind sound that was sent at once, and a busy machine takes its time for that.
    more.setdefault("websocket_connection_options", {"ping_interval": None})
    async with (
        openai.AsyncOpenAI(api_key=key, base_url=f"http://{address}/v1", max_retries=0) as client,
        client.realtime.connect(extra_query={"intent": "transcription"}, **more) as connection,
    ):
        yield Realtime(connection, within_s)


def talking(address: str, scene: Callable[[Realtime], Awaitable[None]], **more: Any) -> Realtime:
    """Play a scene; returns what was heard in it."""

    async def play() -> Realtime:
        async with connected(address, **more) as client:
            await scene(client)
            return client

    return asyncio.run(play())
