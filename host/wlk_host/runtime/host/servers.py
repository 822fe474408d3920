"""The browser's port with a server behind it. The network is imported once one is named."""

from collections.abc import Callable

from wlk_host.protocol.connection import Connection
from wlk_host.protocol.messages import Probed, RemoteServer, ToExtension
from wlk_host.remote.news import Link, News
from wlk_host.remote.port import RemotePort


def remote_port(
    connection: Connection, send: Callable[[ToExtension], None], wake: Callable[[], None]
) -> RemotePort:
    """The port, without a server until the extension names one."""

    def connect(server: RemoteServer, tell: Callable[[News], None]) -> Link:
        from wlk_host.remote.servers import connect  # noqa: PLC0415

        return connect(server, tell)

    def ask(server: RemoteServer, tell: Callable[[Probed], None]) -> None:
        from wlk_host.remote.servers import probe  # noqa: PLC0415

        probe(server, tell)

    return RemotePort(connection, send, wake, connect, ask)
