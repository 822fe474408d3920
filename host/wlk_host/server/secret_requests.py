"""OpenAI's `/v1/realtime/client_secrets`, and `/v1/realtime/transcription_sessions` of the beta."""

import secrets
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from wlk_host.core.errors import WlkError
from wlk_host.server.passages import passage_options
from wlk_host.server.service import Service, refusal
from wlk_host.server.wire import realtime_secrets as wire

_INTERFACE: Final = "client_secrets"
_MOST_BYTES: Final = 64 << 10


async def serve_client_secrets(request: Request, service: Service, *, is_beta: bool) -> Response:
    """Make a secret, with which a page opens sessions of these settings for a while."""
    try:
        user = service.user(request)
        settings, lasts_s = wire.asked(await _body(request), is_beta=is_beta)
        passage_options(settings.transcription, service.offer)
        secret = service.client_secrets.make(user, settings, lasts_s)
    except WlkError as error:
        service.metrics.request(_INTERFACE, "refused")
        service.metrics.failed(error.code)
        return refusal(error)
    service.metrics.request(_INTERFACE, "accepted")
    session = f"sess_{secrets.token_hex(8)}"
    told = wire.answer(settings, session, secret.value, secret.expires, is_beta=is_beta)
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > _MOST_BYTES:
                raise WlkError(
                    "upload_too_large",
                    f"got more than {_MOST_BYTES >> 10} KiB of settings",
                    "shorten the prompt or the keywords",
                )
    except ClientDisconnect as error:
        raise WlkError("client_gone", "the client did not send all of it", "ask again") from error
    return bytes(body)
