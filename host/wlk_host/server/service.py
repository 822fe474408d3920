"""What all interfaces of the server share."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.websockets import WebSocket

from wlk_host.core.errors import WlkError
from wlk_host.server.access import Access, token_in
from wlk_host.server.client_secrets import ClientSecrets, Grant, is_client_secret
from wlk_host.server.clients import Client
from wlk_host.server.engine import Engine
from wlk_host.server.limits import Limits, User
from wlk_host.server.metrics import Metrics
from wlk_host.server.offer import Offer
from wlk_host.server.wire.openai import problem
from wlk_host.server.wire.realtime_settings import Settings
from wlk_host.server.wire.statuses import kind_of, status_of

_Who = TypeVar("_Who")


@dataclass(frozen=True, slots=True)
class Service:
    """The engine, and who may use how much of it.

    Attributes:
        threads: where sound is decoded.
        takes_pcm: whether clients of `/asr` are asked to send samples, not a recorder's stream.
    """

    engine: Engine
    access: Access
    limits: Limits
    offer: Offer
    metrics: Metrics
    threads: Executor
    client_secrets: ClientSecrets
    takes_pcm: bool = True

    def user(self, request: HTTPConnection, token: str | None = None) -> User:
        """Who sends this; see `Access.user`."""
        self._require_engine()
        return self.access.user(_lower(request.headers), token)

    def grant(self, request: HTTPConnection, token: str | None = None) -> Grant:
        """Who opens a realtime session, with a token or with a secret that was made with one.

        Whoever has a secret has it from the owner of the token. So a page may come from anywhere.

        Raises:
            WlkError: those of `user`.
        """
        token = token or token_in(_lower(request.headers))
        if token is not None and is_client_secret(token):
            self._require_engine()
            return self.client_secrets.granted(token)
        return Grant(self.user(request, token), Settings())

    def client(self, user: User, *, paced: bool = False) -> Client:
        """A new client of the engine, for as long as the user is welcome."""
        return self.engine.client(user, partial(self.access.is_welcome, user), paced=paced)

    def _require_engine(self) -> None:
        if not self.engine.is_alive:
            raise WlkError("engine_gone", "the engine has stopped", "start the server again")


def refusal(error: WlkError) -> JSONResponse:
    """The answer that reports an error, in the form of OpenAI's."""
    status = status_of(error)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(problem(error, kind_of(error)), status, headers)


async def admitted(
    socket: WebSocket,
    service: Service,
    interface: str,
    identify: Callable[[], _Who],
    subprotocol: str | None = None,
) -> _Who | None:
    """Who opens this WebSocket, which is accepted then; None where it was refused."""
    try:
        who = identify()
    except WlkError as error:
        service.metrics.request(interface, "refused")
        service.metrics.failed(error.code)
        await socket.send_denial_response(refusal(error))
        return None
    service.metrics.request(interface, "accepted")
    await socket.accept(subprotocol)
    return who


def _lower(headers: Headers) -> Mapping[str, str]:
    return {name.lower(): value for name, value in headers.items()}
