"""The routes of the server, as an ASGI application: uvicorn runs it here, Ray Serve can."""

from functools import partial
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from wlk_host.core.errors import WlkError
from wlk_host.server.asr import serve_asr
from wlk_host.server.metrics import CONTENT_TYPE
from wlk_host.server.native import serve_session
from wlk_host.server.openai import serve_audio, serve_models
from wlk_host.server.realtime import serve_realtime
from wlk_host.server.secret_requests import serve_client_secrets
from wlk_host.server.service import Service, refusal
from wlk_host.server.wire.openai import Task, problem

_TASKS: Final[dict[str, Task]] = {"transcriptions": "transcribe", "translations": "translate"}
_SECRETS: Final = {"client_secrets": False, "transcription_sessions": True}
"""Whether it is one of the beta."""


def application(service: Service) -> ASGIApp:
    """All interfaces of this service."""

    async def session(socket: WebSocket) -> None:
        await serve_session(socket, service)

    async def asr(socket: WebSocket) -> None:
        await serve_asr(socket, service)

    async def realtime(socket: WebSocket) -> None:
        await serve_realtime(socket, service)

    async def audio(request: Request, task: Task) -> Response:
        return await serve_audio(request, service, task)

    async def models(request: Request) -> Response:
        return await serve_models(request, service)

    async def health(_request: Request) -> Response:
        alive = service.engine.is_alive
        return JSONResponse({"status": "ok" if alive else "gone"}, 200 if alive else 503)

    async def ready(_request: Request) -> Response:
        """As WhisperLiveKit answers."""
        alive = service.engine.is_alive
        return JSONResponse(
            {"status": "ok" if alive else "gone", "backend": "wlk-host", "ready": alive},
            200 if alive else 503,
        )

    async def metrics(request: Request) -> Response:
        try:
            service.user(request)
        except WlkError as error:
            return refusal(error)
        return PlainTextResponse(service.metrics.text(), media_type=CONTENT_TYPE)

    posts = [
        Route(f"/v1/audio/{name}", partial(audio, task=task), methods=["POST"])
        for name, task in _TASKS.items()
    ]
    secret_posts = [
        Route(
            f"/v1/realtime/{name}",
            partial(serve_client_secrets, service=service, is_beta=is_beta),
            methods=["POST"],
        )
        for name, is_beta in _SECRETS.items()
    ]
    routes = [
        WebSocketRoute("/session", session),
        WebSocketRoute("/asr", asr),
        WebSocketRoute("/v1/realtime", realtime),
        *posts,
        *secret_posts,
        Route("/v1/models", models),
        Route("/healthz", health),
        Route("/health", ready),
        Route("/metrics", metrics),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _explained})
    return UploadLimit(app, service.limits.upload_bytes)


class UploadLimit:
    """Refuses what is larger, by its header or while it comes.

    Args:
        app: gets everything else.
        most: bytes of a request's body.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self._most:
            await refusal(_too_large(self._most))(scope, receive, send)
            return
        left = self._most

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, _too_large(self._most).message)
            return message

        await self._app(scope, counted, send)


async def _explained(_request: Request, error: Exception) -> Response:
    """What Starlette itself refuses, in the form of the other errors."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = error.detail if isinstance(error, HTTPException) else ""
    known = WlkError("request_refused", f"the request was refused: {detail}", "see the manual")
    return JSONResponse(problem(known), status)


def _too_large(most: int) -> WlkError:
    return WlkError(
        "upload_too_large",
        f"got more than {most >> 20} MiB, which is the most of one request",
        "send it in parts, or raise the server's limit (--upload-mb)",
    )
