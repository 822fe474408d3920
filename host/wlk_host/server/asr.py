"""WhisperLiveKit's `/asr`: its web page and its clients work against this server."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, suppress
from functools import partial
from typing import Final

import msgspec
from starlette.websockets import WebSocket

from wlk_host.core.errors import WlkError
from wlk_host.protocol.options import Options
from wlk_host.server.feed import Feed
from wlk_host.server.service import Service, admitted
from wlk_host.server.sockets import close, received, send
from wlk_host.server.sound import Arriving, feed_decoded, form_of
from wlk_host.server.wire.asr_diff import Differences
from wlk_host.server.wire.asr_state import AsrState, JsonObject
from wlk_host.server.wire.containers import MOST_HEAD, container_of

_INVALID: Final = 4400
"""WhisperLiveKit's code for parameters that it does not accept."""

_SAMPLE_BYTES: Final = 2


async def serve_asr(socket: WebSocket, service: Service) -> None:
    """One session. An empty message ends its sound, as `WhisperLiveKit` has it."""
    asked = socket.query_params
    user = await admitted(socket, service, "asr", partial(service.user, socket, asked.get("token")))
    if user is None:
        return
    mode = "diff" if asked.get("mode") == "diff" else "full"
    try:
        options = _options(asked.get("language"), asked.get("target_language"))
    except WlkError as error:
        await _refuse(socket, error)
        return
    await _say(socket, {"type": "config", "useAudioWorklet": service.takes_pcm, "mode": mode})
    client = service.client(user, paced=True)
    feed = Feed(client)
    await feed.start(options)
    feeding = asyncio.create_task(_feed(socket, service, feed, client.leave))
    try:
        await _tell(socket, feed, Differences() if mode == "diff" else None)
        await close(socket)
    except WlkError as error:
        failure = _failure(feeding) or error
        service.metrics.failed(failure.code)
        await _refuse(socket, failure)
    finally:
        client.leave()
        feeding.cancel()
        with suppress(asyncio.CancelledError, WlkError):
            await feeding


async def _tell(socket: WebSocket, feed: Feed, differences: Differences | None) -> None:
    """Send each state, and at the end the last one and that it is over."""
    state = AsrState()

    def message(*, is_over: bool) -> JsonObject:
        if differences is None:
            return state.full()
        return differences.message(state.settled(is_over=is_over))

    async with aclosing(feed.said()) as said:
        async for heard in said:
            if state.hear(heard) and not await _say(socket, message(is_over=False)):
                return
    await _say(socket, message(is_over=True))
    await _say(socket, {"type": "ready_to_stop"})


async def _feed(socket: WebSocket, service: Service, feed: Feed, leave: Callable[[], None]) -> None:
    """Feed what comes, until the client says that it was all; a client that goes says nothing."""
    parts = _parts(socket)
    try:
        async with aclosing(parts):
            await _feed_parts(parts, service, feed)
        await feed.stop()
    except _GoneError:
        leave()
    except WlkError:
        leave()
        raise


async def _feed_parts(parts: AsyncIterator[bytes], service: Service, feed: Feed) -> None:
    head = b""
    async for part in parts:
        head += part
        if len(head) >= MOST_HEAD:
            break
    form = container_of(head, streamed=True)
    if form is None and not service.takes_pcm and head:
        form = form_of(head)
    if form is None:
        await _feed_pcm(head, parts, feed)
    elif head:
        await _feed_encoded(head, parts, form, feed, service)


async def _feed_pcm(head: bytes, parts: AsyncIterator[bytes], feed: Feed) -> None:
    """Samples without a header: s16le, mono, 16 kHz. A message can end inside one."""
    n_whole = len(head) // _SAMPLE_BYTES * _SAMPLE_BYTES
    await feed.sound(feed.end, head[:n_whole])
    rest = head[n_whole:]
    async for part in parts:
        got = rest + part
        n_whole = len(got) // _SAMPLE_BYTES * _SAMPLE_BYTES
        await feed.sound(feed.end, got[:n_whole])
        rest = got[n_whole:]


async def _feed_encoded(
    head: bytes, parts: AsyncIterator[bytes], form: str, feed: Feed, service: Service
) -> None:
    stream = Arriving()
    decoding = asyncio.create_task(feed_decoded(stream, form, feed, service.threads))
    # What cannot be decoded ends the session at once, not when the client has sent all of it.
    sending = asyncio.create_task(_send_parts(head, parts, stream))
    try:
        await asyncio.wait({decoding, sending}, return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
        await decoding
    finally:
        stream.end()
        for task in (sending, decoding):
            task.cancel()
            with suppress(asyncio.CancelledError, _GoneError, WlkError):
                await task


async def _send_parts(head: bytes, parts: AsyncIterator[bytes], stream: Arriving) -> None:
    await stream.put(head)
    async for part in parts:
        await stream.put(part)
    stream.end()


class _GoneError(Exception):
    """The client has gone before it said that its sound was over."""


async def _parts(socket: WebSocket) -> AsyncGenerator[bytes, None]:
    """The client's sound, up to its empty message. What is text is no sound."""
    async with aclosing(received(socket)) as messages:
        async for message in messages:
            if isinstance(message, bytes):
                if not message:
                    return
                yield message
    raise _GoneError


def _options(language: str | None, target: str | None) -> Options:
    """The options of a session.

    Raises:
        WlkError: `option_invalid`.
    """
    chosen = {
        "language": None if language in (None, "", "auto") else language,
        "translate_to": target or None,
    }
    try:
        return msgspec.convert(chosen, Options)
    except msgspec.ValidationError as error:
        raise WlkError(
            "option_invalid",
            f"got a parameter that is not allowed: {error}",
            "give language and target_language as codes, such as en or pt",
        ) from error


def _failure(feeding: "asyncio.Task[None]") -> WlkError | None:
    """Why the sound could not be fed; None where that was not it."""
    error = feeding.exception() if feeding.done() and not feeding.cancelled() else None
    return error if isinstance(error, WlkError) else None


async def _refuse(socket: WebSocket, error: WlkError) -> None:
    await _say(socket, {"type": "error", "error": str(error), "code": error.code})
    await close(socket, _INVALID, error.code)


async def _say(socket: WebSocket, message: JsonObject) -> bool:
    return await send(socket, msgspec.json.encode(message).decode())
