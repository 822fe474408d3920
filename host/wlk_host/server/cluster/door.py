"""Where all connections come in: TLS, and limits that hold over all replicas. Passes on bytes."""

import asyncio
import socket
import ssl
from contextlib import suppress
from typing import Final

from wlk_host.server.limits import ConnectRate, Limits
from wlk_host.server.listener import HEAD_S, TOO_MANY, Certificate
from wlk_host.server.metrics import Metrics

_MOST_HEAD: Final = 64 << 10
_PART: Final = 64 << 10
_HEAD_END: Final = b"\r\n\r\n"
_LINGER_S: Final = 0.2
_AWAY: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\n"
    b"Content-Length: 0\r\n\r\n"
)


class Door:
    """Lets connections in to the proxy of Ray Serve on this machine.

    Args:
        behind: the proxy's port on 127.0.0.1.
        limits: of connections.
        metrics: counts.
        certificate: for TLS; None without.
        head_s: seconds in which a new connection has to have sent the head of a request.
    """

    def __init__(
        self,
        behind: int,
        limits: Limits,
        metrics: Metrics,
        certificate: Certificate | None = None,
        head_s: float = HEAD_S,
    ) -> None:
        self._behind = behind
        self._limits, self._metrics, self._head_s = limits, metrics, head_s
        self._rate = ConnectRate(limits.connects_a_minute)
        self._n_open = 0
        self._server: asyncio.Server | None = None
        self._inside: set[asyncio.Future[None]] = set()
        self._tls: ssl.SSLContext | None = None
        if certificate is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificate.chain, certificate.key)

    async def open(self, listener: socket.socket) -> None:
        """Listen on this socket."""
        self._server = await asyncio.start_server(
            self._let_in,
            sock=listener,
            limit=_MOST_HEAD,
            ssl=self._tls,
            ssl_handshake_timeout=None if self._tls is None else self._head_s,
        )

    async def close(self) -> None:
        """Listen no more, and close what is open."""
        if self._server is not None:
            self._server.close()
        for inside in self._inside:
            inside.cancel()
        await asyncio.gather(*self._inside, return_exceptions=True)

    async def _let_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inside = asyncio.ensure_future(self._serve(reader, writer))
        self._inside.add(inside)
        inside.add_done_callback(self._inside.discard)
        with suppress(asyncio.CancelledError):
            await inside

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._n_open += 1
        try:
            peer = writer.get_extra_info("peername")
            if self._n_open > self._limits.connections or not self._rate.allows(peer[0]):
                self._metrics.request("connection", "refused")
                writer.write(TOO_MANY)
                # Closed with bytes unread, the connection would be reset, and the answer lost.
                with suppress(TimeoutError, OSError):
                    await asyncio.wait_for(reader.read(_MOST_HEAD), _LINGER_S)
                return
            head = await self._head(reader)
            if head is None:
                self._metrics.request("connection", "silent")
                writer.transport.abort()
                return
            await self._pass_on(head, reader, writer)
        finally:
            self._n_open -= 1
            await _close(writer)

    async def _head(self, reader: asyncio.StreamReader) -> bytes | None:
        """The head of a request; None if none has come in time."""
        try:
            return await asyncio.wait_for(reader.readuntil(_HEAD_END), self._head_s)
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            return None

    async def _pass_on(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            inner_reader, inner = await asyncio.open_connection(
                "127.0.0.1", self._behind, limit=_MOST_HEAD
            )
        except OSError:
            writer.write(_AWAY)
            await _flush(writer)
            return
        inner.write(head)
        ways = [
            asyncio.create_task(_relay(reader, inner)),
            asyncio.create_task(_relay(inner_reader, writer)),
        ]
        try:
            # One end has closed: what is on its way to the other was written.
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            await _flush(writer)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            await _close(inner)


async def _relay(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while part := await source.read(_PART):
            to.write(part)
            await to.drain()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


async def _flush(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        await writer.drain()
