"""Greet the browser at once, then serve its sessions until it is gone."""

import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from wlk_host.core.errors import WlkError
from wlk_host.protocol import codec, messages
from wlk_host.protocol.connection import Connection, Refuse
from wlk_host.protocol.health import Health, HostHealth
from wlk_host.runtime.host.greeting import host_hello
from wlk_host.runtime.host.health import HealthLog
from wlk_host.runtime.host.health_file import health_file, keep, read, with_run
from wlk_host.runtime.stdio import (
    HUNG_EXIT_CODE,
    INBOX_MESSAGES,
    MEMORY_EXIT_CODE,
    BrowserGoneError,
    FrameWriter,
    HungError,
    Inbox,
    MemoryFullError,
    Pipes,
    read_frames,
)

if TYPE_CHECKING:
    from wlk_host.runtime.ports import ModelLoader, Threads

GRACE_S: Final = 1.5
"""Time that open sessions have to end; Chrome kills the process 2.0 s after it closed the pipe."""

Send = Callable[[messages.ToExtension], None]

_log = logging.getLogger(__name__)


def serve(
    pipes: Pipes,
    make_loader: "Callable[[Threads], ModelLoader]",
    now: Callable[[], float] = time.monotonic,
) -> int:
    """Serve the browser until it closes the pipe; returns the exit code."""
    inbox: Inbox = queue.Queue(INBOX_MESSAGES)
    writer = FrameWriter(pipes.to_browser)

    log = HealthLog(lambda run: keep(health_file(), run))

    def send(message: messages.ToExtension) -> None:
        writer.write(codec.encode(message))
        log.note(message)

    reader = _Reader(pipes.from_browser, inbox, send, lambda: log.end("ended"))
    reader.start()
    try:
        connection = Connection()
        if _greet(inbox, connection, send):
            # They bring numpy and the network along.
            from wlk_host.runtime.host.loop import HostLoop, wake  # noqa: PLC0415
            from wlk_host.runtime.host.model_service import ModelService  # noqa: PLC0415
            from wlk_host.runtime.host.servers import remote_port  # noqa: PLC0415

            models = ModelService(send, changed=lambda: wake(inbox))
            port = remote_port(connection, send, lambda: wake(inbox))

            def answer(request: messages.ToModels | Health) -> None:
                if isinstance(request, Health):
                    send(_health(log))
                else:
                    models.obey(request)

            HostLoop(inbox, port.say, port, make_loader, answer, now=now).run()
    except BrowserGoneError:
        _log.info("the browser is gone")
    except HungError:
        # Python itself would wait for the threads that do not end.
        _log.critical("leaving, because too much work does not end")
        log.end("hung")
        os._exit(HUNG_EXIT_CODE)
    except MemoryFullError:
        # The other threads would ask for more while Python waits for them.
        _log.critical("leaving, because there is no memory left")
        log.end("no_memory")
        os._exit(MEMORY_EXIT_CODE)
    log.end("ended")
    return reader.exit_code


def _health(log: HealthLog) -> HostHealth:
    """How this host is, and how those before it were."""
    kept, run = read(health_file()), log.run()
    return kept if run is None else with_run(kept, run)


class _Reader(threading.Thread):
    """Fill the inbox; after the end of the input, see to it that the process ends in time.

    Attributes:
        exit_code: 1 where the stream broke off.
    """

    def __init__(
        self, source: int, inbox: Inbox, send: Send, at_the_end: Callable[[], None]
    ) -> None:
        super().__init__(name="reader", daemon=True)
        self.exit_code = 0
        self._source = source
        self._inbox = inbox
        self._send = send
        self._at_the_end = at_the_end
        self._leaving: threading.Thread | None = None

    def run(self) -> None:
        """Read to the end, then give the sessions some time, but not long."""
        try:
            read_frames(self._source, self._inbox)
        except WlkError as error:
            self._leave_soon(1)
            self._tell(error)
        except OSError as error:
            self._leave_soon(1)
            _log.error("cannot read from the browser: %s", error)
        finally:
            # A thread that dies of anything else ends the process as well.
            self._leave_soon(0 if sys.exception() is None else 1)
            with suppress(queue.Full):
                self._inbox.put(None, timeout=GRACE_S)
            # The others may not come to it in time.
            self._at_the_end()

    def _tell(self, error: WlkError) -> None:
        _log.error("the stream from the browser broke off: %s", error)
        # It waits when nobody reads, or when another thread does.
        with suppress(BrowserGoneError):
            self._send(messages.Error.of(error))

    def _leave_soon(self, exit_code: int) -> None:
        """End the process in `GRACE_S`, whatever the others do; only the first call counts.

        Where everything ends before, the process does. Python itself waits for jobs on other
        threads, some work cannot be interrupted, and a pipe that nobody reads takes nothing more.
        So the thread that ends the process does nothing else: it neither logs nor tells.
        """
        if self._leaving is None:
            self.exit_code = exit_code
            self._leaving = threading.Thread(target=self._leave, name="leaving", daemon=True)
            self._leaving.start()

    def _leave(self) -> None:
        time.sleep(GRACE_S)
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
