"""Listens, with uvicorn: who may connect how often, how long a head may take, and TLS."""

import asyncio
import logging
import socket
import ssl
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from wlk_host.core.errors import WlkError
from wlk_host.server.limits import ConnectRate, Limits
from wlk_host.server.metrics import Metrics

HEAD_S: Final = 10.0
"""Seconds in which a new connection has to have sent the head of a request."""

_GRACE_S: Final = 5

_CAUSED_OUTSIDE: Final = (
    "Invalid HTTP request received.",
    # uvicorn 0.54 says it of every WebSocket that is refused with an answer.
    "ASGI callable returned without completing handshake.",
)
"""Errors that anyone who connects can cause, as often as they like. Metrics count them instead."""

_REFUSAL: Final = (
    b"HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nRetry-After: 60\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
)
_TOO_MANY: Final = (
    b'{"error":{"message":"got too many connections (wait a minute, then connect again)",'
    b'"type":"invalid_request_error","param":null,"code":"connections_too_many"}}'
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Of TLS, as PEM files."""

    chain: Path
    key: Path

    def check(self) -> None:
        """Load it once.

        Raises:
            WlkError: `certificate_unreadable`.
        """
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.chain, self.key)
        except (OSError, ValueError) as error:
            raise WlkError(
                "certificate_unreadable",
                f"{self.chain} and {self.key} are no certificate and key: {error}",
                "give both as PEM files that belong together (--certificate, --key)",
            ) from error


class _Guarded(H11Protocol):
    """A connection that is refused where there are too many, and given up where nothing comes.

    Args:
        rate: how often each address may connect.
        most: connections at the same time.
        metrics: counts.
        head_s: seconds in which the head of a request has to have come.
    """

    def __init__(
        self,
        *args: Any,
        rate: ConnectRate,
        most: int,
        metrics: Metrics,
        head_s: float,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._head_s = head_s
        self._rate, self._most, self._metrics = rate, most, metrics
        self._is_refused = False
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        address = self.client[0] if self.client else ""
        if len(self.connections) > self._most or not self._rate.allows(address):
            self._is_refused = True
            self._metrics.request("connection", "refused")
            transport.write(_REFUSAL % (len(_TOO_MANY), _TOO_MANY))
            transport.close()
            return
        self._deadline = self.loop.call_later(self._head_s, self._give_up)

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        super().data_received(data)
        if self.scope is not None:
            self._forget_deadline()

    def send_400_response(self, msg: str) -> None:
        self._metrics.request("connection", "invalid")
        super().send_400_response(msg)

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_deadline()
        super().connection_lost(exc)

    def _give_up(self) -> None:
        self._metrics.request("connection", "silent")
        self.transport.abort()

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def server_of(
    app: ASGIApp,
    limits: Limits,
    metrics: Metrics,
    certificate: Certificate | None = None,
    head_s: float = HEAD_S,
) -> uvicorn.Server:
    """What serves the application. Addresses are not logged: tokens can be in them.

    Args:
        app: to serve.
        limits: of connections and messages.
        metrics: counts.
        certificate: for TLS; None without.
        head_s: seconds in which a new connection has to have sent the head of a request.
    """
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").addFilter(_is_ours)
    rate = ConnectRate(limits.connects_a_minute)
    guarded: Any = partial(
        _Guarded, rate=rate, most=limits.connections, metrics=metrics, head_s=head_s
    )
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=guarded,
            ws="websockets-sansio",
            ws_max_size=limits.message_bytes,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
            ssl_certfile=None if certificate is None else str(certificate.chain),
            ssl_keyfile=None if certificate is None else str(certificate.key),
        )
    )


def _is_ours(record: logging.LogRecord) -> bool:
    """Whether an error is not merely what somebody sent."""
    return record.msg not in _CAUSED_OUTSIDE


def listening(address: str, port: int) -> socket.socket:
    """A socket that listens there.

    Raises:
        WlkError: `address_unusable`.
    """
    try:
        family = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((address, port), family=family, backlog=128)
    except (OSError, UnicodeError) as error:
        raise WlkError(
            "address_unusable",
            f"cannot listen on {address}, port {port}: {error}",
            "choose another --address or --port, or end what listens there",
        ) from error
    listener.setblocking(False)
    return listener
