"""OpenAI's transcription sessions over a WebSocket (`/v1/realtime?intent=transcription`)."""

import asyncio
import base64
import binascii
import secrets
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import msgspec
from msgspec import structs
from starlette.websockets import WebSocket

from wlk_host.core.errors import WlkError
from wlk_host.core.types import Sample
from wlk_host.protocol.messages import Captions
from wlk_host.server.client_secrets import Grant
from wlk_host.server.clients import no_longer_welcome
from wlk_host.server.offer import Offer
from wlk_host.server.passages import Passage, PassageOverError, passage_options
from wlk_host.server.samples import Resampled
from wlk_host.server.service import Service, admitted
from wlk_host.server.sockets import close, received, send
from wlk_host.server.wire import realtime_events as wire
from wlk_host.server.wire.openai import JsonObject
from wlk_host.server.wire.realtime_conversation import Conversation
from wlk_host.server.wire.realtime_items import BufferItem, Items, TurnItems
from wlk_host.server.wire.realtime_settings import Settings, Wanted

_MOST_PROMPT: Final = 2000

_POLICY: Final = 1008
"""The server ends it for a reason of its own (RFC 6455, 7.4.1)."""

_SUBPROTOCOL: Final = "realtime"
_KEY: Final = "openai-insecure-api-key."
"""Before the token among the subprotocols: pages cannot set headers of a WebSocket."""


async def serve_realtime(socket: WebSocket, service: Service) -> None:
    """One connection: a session in OpenAI's sense, with as many items as the client makes."""
    offered = socket.scope.get("subprotocols", [])
    key = next((one.removeprefix(_KEY) for one in offered if one.startswith(_KEY)), None)
    chosen = _SUBPROTOCOL if _SUBPROTOCOL in offered else None
    grant = await admitted(socket, service, "realtime", partial(service.grant, socket, key), chosen)
    if grant is None:
        return
    is_beta = (
        socket.headers.get("openai-beta") == "realtime=v1" or "openai-beta.realtime-v1" in offered
    )
    talk = _Talk(socket, service, grant, is_beta=is_beta)
    try:
        talk.settings = _asked_in_address(socket, service.offer, grant.settings)
    except WlkError as error:
        await talk.fail(error)
        return
    try:
        await talk.read()
    finally:
        await talk.leave()


class _Talk:
    """What one connection says and hears.

    Attributes:
        settings: that hold now.
    """

    def __init__(self, socket: WebSocket, service: Service, grant: Grant, *, is_beta: bool) -> None:
        self.settings = grant.settings
        self._socket = socket
        self._service = service
        self._user = grant.user
        self._id = f"sess_{secrets.token_hex(8)}"
        self._conversation = Conversation(_new_item, is_beta=is_beta)
        self._sound = Resampled(self.settings.coding)
        self._passage: Passage | None = None
        self._items: Items | None = None
        self._heard: Sample = 0
        """The sample after the last one of the passages that are over."""
        self._saying = asyncio.Lock()

    async def read(self) -> None:
        """Do what the client says, until it has gone."""
        await self._say([self._session("created")])
        async for message in received(self._socket):
            got = message.encode("utf-8", "replace") if isinstance(message, str) else message
            try:
                await self._take(wire.read(got))
            except WlkError as error:
                self._service.metrics.failed(error.code)
                await self._say([wire.failed(error, wire.id_of(got))])
            except PassageOverError:
                return

    async def fail(self, error: WlkError) -> None:
        """Say why the connection cannot go on, and end it."""
        self._service.metrics.failed(error.code)
        lost = [] if self._items is None else self._items.fail(error)
        await self._say([*lost, wire.failed(error)])
        await close(self._socket, _POLICY, error.code)

    async def leave(self) -> None:
        """The client has gone."""
        if self._passage is not None:
            await self._passage.drop()

    async def _take(self, event: wire.ClientEvent) -> None:
        match event:
            case wire.Append():
                await self._append(_bytes(event.audio))
            case wire.Commit():
                await self._commit()
            case wire.Clear():
                await self._clear()
            case wire.Update():
                await self._update(event.session)
            case wire.BetaUpdate():
                self._conversation.is_beta = True
                await self._update(event.session.as_wanted())

    async def _append(self, samples: bytes) -> None:
        pcm = self._sound.add(samples)
        if pcm:
            await (self._passage or await self._begin()).hear(pcm)

    async def _begin(self) -> Passage:
        """Begin a passage, behind all sound so far."""
        if not self._service.access.is_welcome(self._user):
            await self.fail(no_longer_welcome())
            raise PassageOverError
        kind = TurnItems if self.settings.finds_turns else BufferItem
        items: Items = kind(self._conversation, self._heard, is_early=self.settings.is_early)
        self._items = items

        async def told(update: Captions) -> None:
            await self._say(items.hear(update))

        client = self._service.client(self._user, paced=True)
        self._passage = passage = Passage(client, self._heard, told, self.fail)
        prompt = self.settings.transcription.prompt or ""
        options = passage_options(self.settings.transcription, self._service.offer)
        await passage.start(options, prompt[:_MOST_PROMPT])
        return passage

    async def _commit(self) -> None:
        """End the passage. An item is complete when all of its sound is captioned."""
        if self._passage is None or self._items is None:
            raise WlkError(
                "nothing_sent",
                "got no sound since the last item",
                "append sound before you commit it",
            )
        await self._say(self._items.commit())
        await self._end()

    async def _end(self) -> None:
        if self._passage is None or self._items is None:
            return
        await self._passage.end()
        self._heard = self._passage.until
        await self._say(self._items.end(self._heard))
        self._passage = self._items = None

    async def _clear(self) -> None:
        if self._passage is not None and self._items is not None:
            await self._passage.drop()
            self._heard = self._passage.until
            await self._say(self._items.drop())
            self._passage = self._items = None
        await self._say([{"type": "input_audio_buffer.cleared"}])

    async def _update(self, wanted: Wanted) -> None:
        """Go on with other settings. What was said before has those that held then."""
        settings = self.settings.updated(wanted)
        passage_options(settings.transcription, self._service.offer)
        if settings != self.settings:
            if self._passage is not None and not self.settings.finds_turns:
                raise WlkError(
                    "option_invalid",
                    "got other settings in the midst of an item",
                    "commit or clear the sound first",
                )
            await self._end()
            self._sound = Resampled(settings.coding)
            self.settings = settings
        await self._say([self._session("updated")])

    def _session(self, done: str) -> JsonObject:
        is_beta = self._conversation.is_beta
        kind = "transcription_session" if is_beta else "session"
        return {
            "type": f"{kind}.{done}",
            "session": self.settings.told(self._id, is_beta=is_beta),
        }

    async def _say(self, events: Sequence[JsonObject]) -> None:
        """Send these, behind whatever is being sent."""
        async with self._saying:
            for event in events:
                told = {"event_id": f"event_{secrets.token_hex(8)}", **event}
                await send(self._socket, msgspec.json.encode(told).decode())


def _new_item() -> str:
    return f"item_{secrets.token_hex(8)}"


def _asked_in_address(socket: WebSocket, offer: Offer, granted: Settings) -> Settings:
    """The settings that a connection begins with: those of its secret, with the address's model.

    Raises:
        WlkError: `option_not_served`, `model_not_served`.
    """
    intent = socket.query_params.get("intent", "transcription")
    if intent != "transcription" or "call_id" in socket.query_params:
        raise WlkError(
            "option_not_served",
            f"got the intent {intent!r}, or a call, expected intent=transcription",
            "the server transcribes and does nothing else; connect with intent=transcription",
        )
    model = socket.query_params.get("model") or granted.transcription.model
    offer.openai_model(model)
    return replace(granted, transcription=structs.replace(granted.transcription, model=model))


def _bytes(audio: str) -> bytes:
    """The sound in an event.

    Raises:
        WlkError: `message_invalid`.
    """
    try:
        return base64.b64decode(audio, validate=True)
    except (binascii.Error, ValueError) as error:
        raise WlkError(
            "message_invalid", f"got audio that is not base64: {error}", "encode it as base64"
        ) from error
