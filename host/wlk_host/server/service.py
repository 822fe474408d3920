"""What all interfaces of the server share."""

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.websockets import WebSocket

from wlk_host.core.errors import WlkError
from wlk_host.server.access import Access
from wlk_host.server.clients import Client
from wlk_host.server.engine import Engine
from wlk_host.server.limits import Limits, User
from wlk_host.server.metrics import Metrics
from wlk_host.server.offer import Offer
from wlk_host.server.wire.openai import problem
from wlk_host.server.wire.statuses import kind_of, status_of


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
    takes_pcm: bool = True

    def user(self, request: HTTPConnection, token: str | None = None) -> User:
        """Who sends this; see `Access.user`."""
        if not self.engine.is_alive:
            raise WlkError("engine_gone", "the engine has stopped", "start the server again")
        return self.access.user(_lower(request.headers), token)

    def client(self, user: User, *, paced: bool = False) -> Client:
        """A new client of the engine, for as long as the user is welcome."""
        return self.engine.client(user, partial(self.access.is_welcome, user), paced=paced)


def refusal(error: WlkError) -> JSONResponse:
    """The answer that reports an error, in the form of OpenAI's."""
    status = status_of(error)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(problem(error, kind_of(error)), status, headers)


async def admitted(
    socket: WebSocket,
    service: Service,
    interface: str,
    token: str | None = None,
    subprotocol: str | None = None,
) -> User | None:
    """Who opens this WebSocket, which is accepted then; None where it was refused."""
    try:
        user = service.user(socket, token)
    except WlkError as error:
        service.metrics.request(interface, "refused")
        service.metrics.failed(error.code)
        await socket.send_denial_response(refusal(error))
        return None
    service.metrics.request(interface, "accepted")
    await socket.accept(subprotocol)
    return user


def _lower(headers: Headers) -> Mapping[str, str]:
    return {name.lower(): value for name, value in headers.items()}
