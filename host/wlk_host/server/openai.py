"""OpenAI's `/v1/audio/transcriptions` and `/v1/audio/translations`, and `/v1/models`."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from wlk_host.core.errors import WlkError
from wlk_host.protocol.messages import Captions
from wlk_host.server.clients import Client
from wlk_host.server.feed import Feed
from wlk_host.server.limits import User
from wlk_host.server.service import Service, refusal
from wlk_host.server.sound import feed_decoded, form_of
from wlk_host.server.uploads import Upload, upload_of
from wlk_host.server.wire import openai
from wlk_host.server.wire.lines import Lines

_MOST_FIELDS: Final = 64
_MOST_FIELD_BYTES: Final = 64 << 10


async def serve_audio(request: Request, service: Service, task: openai.Task) -> Response:
    """Caption an upload."""
    try:
        user = service.user(request)
        service.metrics.request("audio", "accepted")
        form = await request.form(
            max_files=1, max_fields=_MOST_FIELDS, max_part_size=_MOST_FIELD_BYTES
        )
        try:
            upload = upload_of(form, task, service.offer)
            work = asyncio.create_task(_answer(service, user, upload, form))
            return await _unless_gone(request, work)
        except BaseException:
            await form.close()
            raise
    except WlkError as error:
        service.metrics.request("audio", "refused")
        service.metrics.failed(error.code)
        return refusal(error)


async def serve_models(request: Request, service: Service) -> Response:
    """The models that are offered."""
    try:
        service.user(request)
    except WlkError as error:
        service.metrics.failed(error.code)
        return refusal(error)
    names = service.offer.models or ("whisper-1",)
    models = [
        {"id": name, "object": "model", "created": 0, "owned_by": "wlk-host"} for name in names
    ]
    return JSONResponse({"object": "list", "data": models})


async def _answer(service: Service, user: User, upload: Upload, form: FormData) -> Response:
    """The whole answer, or its beginning and a stream of the rest."""
    feed = Feed(client := service.client(user, paced=True))
    updates = _updates(service, client, feed, upload)
    lines = Lines()
    if upload.is_streamed:
        # What is refused is refused before the answer begins.
        first = await anext(updates, None)
        events = _events(first, updates, lines)
        return StreamingResponse(_closing(events, form), media_type="text/event-stream")
    async with aclosing(updates):
        async for update in updates:
            lines.hear(update)
    await form.close()
    body = openai.answer(upload.form, lines.in_order(), feed.end, upload.task, upload.parts)
    return Response(body, media_type=openai.MEDIA_TYPES[upload.form])


async def _updates(
    service: Service, client: Client, feed: Feed, upload: Upload
) -> AsyncGenerator[Captions, None]:
    """What the session says of the upload, while that is fed to it.

    Raises:
        WlkError: it cannot be decoded or captioned.
    """
    await feed.start(upload.options, upload.prompt, words=True)
    feeding = asyncio.create_task(_feed(service, client, feed, upload))
    try:
        async with aclosing(feed.said()) as said:
            async for message in said:
                if isinstance(message, Captions):
                    yield message
        await feeding
    except WlkError:
        if feeding.done():
            await feeding  # Why the session ended, where that was the sound.
        raise
    finally:
        client.leave()
        feeding.cancel()
        with suppress(asyncio.CancelledError, WlkError):
            await feeding


async def _feed(service: Service, client: Client, feed: Feed, upload: Upload) -> None:
    try:
        form = form_of(upload.sound.head)
        await feed_decoded(upload.sound, form, feed, service.threads)
    except WlkError:
        client.leave()
        raise
    await feed.stop()


async def _events(
    first: Captions | None, updates: AsyncGenerator[Captions, None], lines: Lines
) -> AsyncGenerator[bytes, None]:
    """Each line once it is final, then the whole text."""
    n_told = 0
    try:
        async with aclosing(updates):
            if first is not None:
                lines.hear(first)
            async for update in updates:
                for text in _new(lines, n_told):
                    yield openai.delta(text)
                n_told = max(n_told, lines.n_final())
                lines.hear(update)
    except WlkError as error:
        yield openai.failed(error)
        return
    for line in lines.in_order()[n_told:]:
        yield openai.delta(_spaced(line.text, n_told))
        n_told += 1
    yield openai.done(lines.in_order())


def _new(lines: Lines, n_told: int) -> list[str]:
    """The texts of the lines that have become final."""
    final = lines.in_order()[n_told : lines.n_final()]
    return [_spaced(line.text, n_told + i) for i, line in enumerate(final)]


def _spaced(text: str, number: int) -> str:
    return f" {text}" if number else text


async def _closing(
    events: AsyncGenerator[bytes, None], form: FormData
) -> AsyncGenerator[bytes, None]:
    """The events; behind the last one, or when the client has gone, the upload is deleted."""
    try:
        async with aclosing(events):
            async for event in events:
                yield event
    finally:
        await form.close()


async def _gone(request: Request) -> None:
    """Return when the client has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _unless_gone(request: Request, work: "asyncio.Task[Response]") -> Response:
    """What the work yields; it ends with whoever asked for it."""
    gone = asyncio.create_task(_gone(request))
    try:
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise WlkError("client_gone", "the client did not wait for the answer", "ask again")
        return work.result()
    finally:
        for task in (gone, work):
            task.cancel()
            with suppress(asyncio.CancelledError, WlkError):
                await task
