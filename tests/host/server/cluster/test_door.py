"""Where connections come in, in front of a listener that stands for the proxy of Ray Serve."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from host.server.wire_client import WITHIN_S
from wlk_host.server.cluster.door import Door
from wlk_host.server.limits import Limits
from wlk_host.server.listener import Certificate, listening
from wlk_host.server.metrics import Metrics

TLS = Path(__file__).parents[3] / "fixtures/tls"
REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
Behave = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while part := await reader.read(1000):
        writer.write(part)
    await gone(writer)


@asynccontextmanager
async def door(
    limits: Limits, metrics: Metrics, behave: Behave | None = echo, **more: object
) -> AsyncIterator[int]:
    inner = listening("127.0.0.1", 0)
    behind = inner.getsockname()[1]
    proxy = None
    if behave is None:
        inner.close()
    else:
        proxy = await asyncio.start_server(behave, sock=inner)
    listener = listening("127.0.0.1", 0)
    port: int = listener.getsockname()[1]
    opened = Door(behind, limits, metrics, **more)  # type: ignore[arg-type]
    await opened.open(listener)
    try:
        yield port
    finally:
        await opened.close()
        if proxy is not None:
            proxy.close()


async def everything(port: int, sent: bytes, until: int | None = None, **more: object) -> bytes:
    """What comes back: until it ends, or so many bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, **more)  # type: ignore[arg-type]
    writer.write(sent)
    try:
        if until is not None:
            return await asyncio.wait_for(reader.readexactly(until), WITHIN_S)
        return await asyncio.wait_for(reader.read(), WITHIN_S)
    except ConnectionError:
        return b""
    finally:
        await gone(writer)


async def gone(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


def counted(metrics: Metrics) -> dict[str, int]:
    return {outcome: n for (_, outcome), n in metrics.counts().requests.items()}


def test_bytes_are_passed_on_both_ways() -> None:
    async def run() -> None:
        sent = REQUEST + bytes(range(256)) * 2000
        async with door(Limits(), Metrics()) as port:
            assert await everything(port, sent, len(sent)) == sent

    asyncio.run(run())


def test_tls_ends_at_the_door() -> None:
    async def run() -> None:
        certificate = Certificate(TLS / "certificate.pem", TLS / "key.pem")
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        async with door(Limits(), Metrics(), certificate=certificate) as port:
            assert await everything(port, REQUEST, len(REQUEST), ssl=trusting) == REQUEST
            assert await everything(port, REQUEST) == b""

    asyncio.run(run())


def test_connections_too_many_are_refused_and_counted() -> None:
    async def run() -> None:
        metrics = Metrics()
        async with door(Limits(connects_a_minute=3), metrics) as port:
            for _ in range(3):
                assert await everything(port, REQUEST, len(REQUEST)) == REQUEST
            for _ in range(200):
                assert (await everything(port, REQUEST)).startswith(b"HTTP/1.1 429 ")
        assert counted(metrics) == {"refused": 200}

    asyncio.run(run())


def test_only_so_many_connections_are_open_at_a_time() -> None:
    async def run() -> None:
        metrics = Metrics()
        async with door(Limits(connections=1), metrics) as port:
            _, first = await asyncio.open_connection("127.0.0.1", port)
            assert (await everything(port, REQUEST)).startswith(b"HTTP/1.1 429 ")
            await gone(first)
            while (await everything(port, REQUEST, len(REQUEST))) != REQUEST:
                await asyncio.sleep(0)

    asyncio.run(run())


def test_one_that_sends_no_request_is_closed() -> None:
    async def run() -> None:
        metrics = Metrics()
        async with door(Limits(), metrics, head_s=0.1) as port:
            assert await everything(port, b"GET / HTTP/1.1\r\n") == b""
            assert await everything(port, b"x" * 200_000) == b""
        assert counted(metrics) == {"silent": 2}

    asyncio.run(run())


def test_without_a_proxy_the_client_hears_that_it_is_to_come_again() -> None:
    async def run() -> None:
        async with door(Limits(), Metrics(), behave=None) as port:
            assert (await everything(port, REQUEST)).startswith(b"HTTP/1.1 503 ")

    asyncio.run(run())


def test_what_the_proxy_says_last_arrives() -> None:
    async def goodbye(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"bye" * 50_000)
        await gone(writer)

    async def run() -> None:
        async with door(Limits(), Metrics(), behave=goodbye) as port:
            assert await everything(port, REQUEST) == b"bye" * 50_000

    asyncio.run(run())
