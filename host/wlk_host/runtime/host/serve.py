"""Greet the browser at once, then serve its sessions until it is gone."""

import logging
import os
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from wlk_host.core.errors import WlkError
from wlk_host.protocol import codec, messages
from wlk_host.protocol.connection import Connection, Refuse
from wlk_host.runtime.host.greeting import host_hello
from wlk_host.runtime.stdio import (
    INBOX_MESSAGES,
    BrowserGoneError,
    FrameWriter,
    Inbox,
    Pipes,
    read_frames,
)

if TYPE_CHECKING:
    from wlk_host.runtime.ports import ModelLoader, Threads

GRACE_S: Final = 1.5
"""Time that open sessions have to end; Chrome kills the process 2.0 s after it closed the pipe."""

Send = Callable[[messages.ToExtension], None]

_log = logging.getLogger(__name__)


def serve(pipes: Pipes, make_loader: "Callable[[Threads], ModelLoader]") -> int:
    """Serve the browser until it closes the pipe; returns the exit code."""
    inbox: Inbox = queue.Queue(INBOX_MESSAGES)
    writer = FrameWriter(pipes.to_browser)

    def send(message: messages.ToExtension) -> None:
        writer.write(codec.encode(message))

    reader = _Reader(pipes.from_browser, inbox, send)
    reader.start()
    try:
        connection = Connection()
        if _greet(inbox, connection, send):
            # They bring numpy and the network along.
            from wlk_host.runtime.host.loop import HostLoop  # noqa: PLC0415
            from wlk_host.runtime.host.model_service import ModelService  # noqa: PLC0415

            models = ModelService(send)
            HostLoop(inbox, send, connection, make_loader, models.obey).run()
    except BrowserGoneError:
        _log.info("the browser is gone")
    return reader.exit_code


class _Reader(threading.Thread):
    """Fill the inbox; after the end of the input, see to it that the process ends in time.

    Attributes:
        exit_code: 1 where the stream broke off.
    """

    def __init__(self, source: int, inbox: Inbox, send: Send) -> None:
        super().__init__(name="reader", daemon=True)
        self.exit_code = 0
        self._source = source
        self._inbox = inbox
        self._send = send

    def run(self) -> None:
        """Read to the end, then give the sessions some time, but not long."""
        try:
            read_frames(self._source, self._inbox)
        except WlkError as error:
            self.exit_code = 1
            _log.error("the stream from the browser broke off: %s", error)
            with suppress(BrowserGoneError):
                self._send(messages.Error.of(error))
        leave_at = time.monotonic() + GRACE_S
        with suppress(queue.Full):
            self._inbox.put(None, timeout=GRACE_S)
        # Where everything ends before, the process does, and this thread with it. Python itself
        # waits for jobs on other threads, and some work cannot be interrupted.
        time.sleep(max(0.0, leave_at - time.monotonic()))
        _log.warning("leaving in the middle of work")
        os._exit(self.exit_code)


def _greet(inbox: Inbox, connection: Connection, send: Send) -> bool:
    """Answer the browser's hello; False where the input ended before one came."""
    while isinstance(payload := inbox.get(), bytes):
        command = connection.receive(payload)
        if isinstance(command, messages.Hello):
            _log.info("greeted by extension %s", command.extension)
            send(host_hello())
            return True
        if isinstance(command, Refuse):
            send(messages.Error.of(command.error, command.session, command.request))
    return False
