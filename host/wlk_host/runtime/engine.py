"""The one thread that owns all sessions and models."""

import logging
import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from wlk_host.core.errors import WlkError
from wlk_host.core.types import CaptionUpdate, Event, Sample, Work
from wlk_host.protocol import convert, messages
from wlk_host.protocol.connection import Command, Connection, FeedAudio, Refuse
from wlk_host.protocol.constants import ErrorCode
from wlk_host.protocol.messages import (
    Cancel,
    Configure,
    Cut,
    Download,
    Models,
    Remove,
    Retranslate,
    Start,
    Stop,
    Visibility,
)
from wlk_host.runtime.logs import log_file
from wlk_host.runtime.sessions import SessionFactory, TranslatedCaptionSession
from wlk_host.runtime.status import StatusReporter
from wlk_host.runtime.stdio import BrowserGoneError, Inbox, Signal

RELEASE_AFTER_S: Final = 300.0
"""Models are freed that long after the last session, so that a pause costs no second load."""

Send = Callable[[messages.ToExtension], None]
Wake = Callable[[], None]

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Running:
    """A session and what the engine knows about it.

    Attributes:
        heard_until: the sample after the last one fed.
        served: number of the last turn in which it did a piece of work.
        stopping: whether its end was asked for.
    """

    id: str
    session: TranslatedCaptionSession
    reporter: StatusReporter
    visible: bool
    heard_until: Sample
    served: int = 0
    stopping: bool = False


class Engine:
    """Serve every session from one inbox until the browser is gone.

    Sleeps in the inbox while nothing is due. Between two pieces of work it takes all that has
    arrived, so a slow machine works on more audio at a time and never on an old queue.
    """

    def __init__(
        self,
        inbox: Inbox,
        send: Send,
        connection: Connection,
        make_factory: Callable[[Wake], SessionFactory],
        manage_models: Callable[[messages.ToModels], None],
        release_after_s: float = RELEASE_AFTER_S,
    ) -> None:
        self._inbox = inbox
        self._send = send
        self._connection = connection
        self._make_factory = make_factory
        self._manage_models = manage_models
        self._factory: SessionFactory | None = None
        self._release_after_s = release_after_s
        self._models_loaded = False
        self._running: dict[str, _Running] = {}
        self._turn = 0
        self._input_ended = False

    def run(self) -> None:
        """Work until the input has ended and every session with it.

        Raises:
            BrowserGoneError: nobody reads the captions any more.
        """
        while (due := self._next_due()) is not None:
            self._work(*due)

    def _next_due(self) -> tuple[_Running, Work] | None:
        """The next piece of work, as soon as there is one; None when all has come to its end."""
        while not self._input_ended:
            self._take_messages(wait=False)
            due = self._most_urgent()
            if due is not None:
                return due
            if not self._input_ended:
                self._take_messages(wait=True)
        return self._most_urgent()

    # What arrives

    def _take_messages(self, *, wait: bool) -> None:
        """Carry out all that lies in the inbox; with `wait`, sleep until there is something."""
        try:
            payload = self._inbox.get(block=wait, timeout=self._patience())
            while payload is not None:
                if not isinstance(payload, Signal):
                    self._receive(payload)
                payload = self._inbox.get_nowait()
        except queue.Empty:
            if wait and self._patience() is not None:
                self._release()
        else:
            self._end()

    def _receive(self, payload: bytes) -> None:
        command = self._connection.receive(payload)
        if command is not None:
            self._obey(command)

    def _wake(self) -> None:
        """Let the engine look again what is due. Called from any thread."""
        # A full inbox wakes it as well.
        with suppress(queue.Full):
            self._inbox.put_nowait(Signal.WAKE)

    def _patience(self) -> float | None:
        """How long the models may lie idle; None while they are needed or not there."""
        idle = self._models_loaded and not self._running
        return self._release_after_s if idle else None

    def _obey(self, command: Command) -> None:
        match command:
            case Refuse(error, session):
                self._fail(session, error)
            case Start():
                with self._contained(command.session):
                    self._open(command)
            case FeedAudio() | Cut() | Configure() | Retranslate() | Visibility() | Stop():
                with self._contained(command.session):
                    self._apply(command, self._running[command.session])
            case Models() | Download() | Cancel() | Remove():
                with self._contained(None):
                    self._manage_models(command)

    def _open(self, start: Start) -> None:
        options = convert.session_options(start.options)
        reporter = StatusReporter(start.session, options.model, options.language)
        self._send(reporter.loading())
        if self._factory is None:
            self._factory = self._make_factory(self._wake)
        self._models_loaded = True
        session = self._factory.open(options, start.start, start.context)
        running = _Running(start.session, session, reporter, start.visible, start.start)
        self._running[start.session] = running
        self._tell(running, [])

    def _apply(
        self,
        command: FeedAudio | Cut | Configure | Retranslate | Visibility | Stop,
        running: _Running,
    ) -> None:
        events: list[Event] = []
        match command:
            case FeedAudio():
                chunk = convert.audio_chunk(command)
                running.heard_until = chunk.end
                events = running.session.feed(chunk)
            case Cut():
                running.heard_until = command.at
                events = running.session.cut(command.at)
            case Configure():
                options = convert.session_options(command.options)
                running.session.configure(options)
                running.reporter.model = options.model
            case Retranslate():
                events = running.session.retranslate()
            case Visibility():
                running.visible = command.visible
            case Stop():
                running.stopping = True
                running.session.finish()
        self._tell(running, events)

    def _end(self) -> None:
        """Nothing more will come: let every session finish what it has."""
        self._input_ended = True
        for running in list(self._running.values()):
            if not running.stopping:
                with self._contained(running.id):
                    self._apply(Stop(running.id), running)

    # What is due

    def _most_urgent(self) -> tuple[_Running, Work] | None:
        """Live before refine, visible before hidden, then who waits longest."""
        due: list[tuple[_Running, Work]] = []
        for running in list(self._running.values()):
            with self._contained(running.id):
                work = running.session.next_work()
                if work is not None:
                    due.append((running, work))
        return min(due, key=_urgency, default=None)

    def _work(self, running: _Running, work: Work) -> None:
        self._turn += 1
        running.served = self._turn
        with self._contained(running.id):
            self._tell(running, running.session.run(work))

    def _tell(self, running: _Running, events: list[Event]) -> None:
        """Send what came of a step, and the session's end where that was the last one."""
        for event in events:
            if isinstance(event, CaptionUpdate):
                self._send(convert.captions(running.id, event))
        if running.stopping and running.session.finished():
            self._send(running.reporter.ended(running.session))
            self._close(running.id)
            self._connection.ended(running.id)
            return
        status = running.reporter.change(running.session, running.heard_until)
        if status is not None:
            self._send(status)

    # What ends

    @contextmanager
    def _contained(self, session: str | None) -> Iterator[None]:
        """Keep an error inside the session it came from: the one broad except."""
        try:
            yield
        except BrowserGoneError:
            raise
        except WlkError as error:
            _log.warning("session ends: %s", error.code)
            self._fail(session, error)
        except Exception as error:  # noqa: BLE001 - one session's bug must not end the others
            _log.exception("session ends with an error nobody foresaw")
            self._fail(session, _engine_failed(error))

    def _fail(self, session: str | None, error: WlkError) -> None:
        if session is not None:
            self._close(session)
            self._connection.failed(session)
        self._send(messages.Error.of(error, session))

    def _close(self, session: str) -> None:
        self._running.pop(session, None)

    def _release(self) -> None:
        self._models_loaded = False
        if self._factory is not None:
            _log.info("freeing the models")
            with self._contained(None):
                self._factory.release()


def _urgency(due: tuple[_Running, Work]) -> tuple[int, bool, int]:
    running, work = due
    return (work.value, not running.visible, running.served)


def _engine_failed(error: Exception) -> WlkError:
    return WlkError(
        code=ErrorCode.ENGINE_FAILED,
        message=f"the engine failed: {type(error).__name__}",
        hint=f"run: wlk-host doctor; the log is {log_file()}",
    )
