"""Servers on 127.0.0.1 that do not do what they should."""

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

HELLO = '{"type":"hello","protocol":1,"host":"0.1.0","models":[],"translators":[],"speakers":false}'

_NOWHERE = logging.Logger("nowhere", logging.CRITICAL + 1)
"""What these servers see is no log of ours."""

Behave = Callable[[ServerConnection], None]


@contextmanager
def behaving(behave: Behave) -> Iterator[str]:
    """A WebSocket server that does this with each client; yields its address."""
    with behaving_at(0, behave) as address:
        yield address


@contextmanager
def behaving_at(port: int, behave: Behave) -> Iterator[str]:
    """The same on this port."""

    def handle(client: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            behave(client)

    with serve(handle, "127.0.0.1", port, logger=_NOWHERE, close_timeout=0.5) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        finally:
            server.shutdown()
            thread.join(20)


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """A server that says these bytes to whoever connects, once it was asked, and closes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    with client:
                        client.recv(65536)
                        client.sendall(answer)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)


@contextmanager
def mute() -> Iterator[str]:
    """It takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}"


def free_port() -> int:
    """Where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
