"""The one thread that owns all sessions and models."""

import logging
import queue
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain

from wlk_host.core.errors import DeviceError, WlkError
from wlk_host.core.ports import Background, Promise
from wlk_host.core.types import CaptionUpdate, Event, Work
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
    Speech,
    Start,
    Stop,
    Visibility,
)
from wlk_host.runtime.host.known_voices import KnownVoices
from wlk_host.runtime.host.model_pool import RELEASE_AFTER_S, ModelPool
from wlk_host.runtime.host.running import Opening, Running, ToSession
from wlk_host.runtime.host.spoken_clip import spoken_clip
from wlk_host.runtime.host.status import StatusReporter
from wlk_host.runtime.logs import log_file
from wlk_host.runtime.ports import LoadedModel, ModelLoader
from wlk_host.runtime.stdio import BrowserGoneError, Inbox, Signal
from wlk_host.runtime.worker import Worker

Send = Callable[[messages.ToExtension], None]
Wake = Callable[[], None]

_log = logging.getLogger(__name__)


class HostLoop:
    """Serve every session from one inbox until the browser is gone.

    Sleeps in the inbox while nothing is due. Between two pieces of work it takes all that has
    arrived, so a slow machine works on more audio at a time and never on an old queue.
    """

    def __init__(
        self,
        inbox: Inbox,
        send: Send,
        connection: Connection,
        make_loader: Callable[[Wake], ModelLoader],
        manage_models: Callable[[messages.ToModels], None],
        release_after_s: float = RELEASE_AFTER_S,
        make_loading_thread: Callable[[Wake], Background] = lambda wake: Worker(wake, "loader"),
    ) -> None:
        self._inbox = inbox
        self._send = send
        self._connection = connection
        self._manage_models = manage_models
        self._models = ModelPool(
            lambda: make_loader(self._wake), make_loading_thread(self._wake), release_after_s
        )
        self._opening: dict[str, Opening] = {}
        self._running: dict[str, Running] = {}
        self._voices = KnownVoices()
        self._turn = 0
        self._input_ended = False

    def run(self) -> None:
        """Work until the input has ended and every session with it.

        Raises:
            BrowserGoneError: nobody reads the captions any more.
        """
        while (due := self._next_due()) is not None:
            self._work(*due)

    def _next_due(self) -> tuple[Running, Work] | None:
        """The next piece of work, as soon as there is one; None when all has come to its end."""
        while True:
            self._take_messages(wait=False)
            self._take_models()
            due = self._most_urgent()
            if due is not None:
                return due
            # What is being loaded ends before the process does, which could crash otherwise.
            if self._input_ended and not self._models.is_loading and not self._is_awaited():
                return None
            self._take_messages(wait=True)

    def _is_awaited(self) -> bool:
        """Whether a session that is to end waits for work that is done in the background."""
        return any(not running.session.finished() for running in self._running.values())

    # What arrives

    def _take_messages(self, *, wait: bool) -> None:
        """Carry out all that lies in the inbox; with `wait`, sleep until there is something."""
        self._models.note_use({running.model for running in self._running.values()})
        if wait:
            try:
                payload = self._inbox.get(timeout=self._models.patience())
            except queue.Empty:
                return  # A model is to be freed, which is done next time.
            self._take(payload)
        # Only this thread takes anything out of it.
        while not self._inbox.empty():
            self._take(self._inbox.get_nowait())

    def _take(self, payload: bytes | Signal | None) -> None:
        match payload:
            case None:
                self._end()
            case Signal():
                pass  # It woke the loop.
            case _:
                self._receive(payload)

    def _receive(self, payload: bytes) -> None:
        command = self._connection.receive(payload)
        if command is not None:
            self._obey(command)

    def _wake(self) -> None:
        """Have the loop look again what is due. Called from any thread."""
        # A full inbox wakes it as well.
        with suppress(queue.Full):
            self._inbox.put_nowait(Signal.WAKE)

    def _obey(self, command: Command) -> None:
        match command:
            case Refuse(error, session):
                self._fail(session, error)
            case Start():
                with self._contained(command.session):
                    self._open(command)
            case FeedAudio() | Cut() | Configure() | Retranslate() | Visibility() | Stop():
                self._ask(command)
            case Models() | Download() | Cancel() | Remove():
                with self._contained(None):
                    self._manage_models(command)
            case Speech():
                with self._contained(None):
                    self._send(messages.HostSpeech(spoken_clip()))

    def _ask(self, command: ToSession) -> None:
        """Ask it of its session, or have it wait until there is a model that can do it."""
        opening = self._opening.get(command.session)
        if opening is not None:
            opening.waiting.append(command)
            return
        running = self._running[command.session]
        if running.halted:
            running.waiting.append(command)
            return
        with self._contained(command.session), self._halting(running, command):
            self._tell(running, running.apply(command))

    def _open(self, start: Start) -> None:
        options = convert.session_options(start.options)
        reporter = StatusReporter(start.session, options.model, options.language)
        self._send(reporter.loading())
        loading = self._models.load(options)
        self._opening[start.session] = Opening(start, options, reporter, loading)
        self._take_models()

    def _take_models(self) -> None:
        """Open the sessions, and mend those, whose models are there by now."""
        for session, opening in list(self._opening.items()):
            if opening.loading.done():
                with self._contained(session):
                    self._begin(opening)
        for running in list(self._running.values()):
            if running.loading is not None and running.loading.done():
                with self._contained(running.id):
                    self._hand_over(running, running.loading)

    def _begin(self, opening: Opening) -> None:
        start = opening.start
        del self._opening[start.session]
        model = self._models.take(opening.loading)
        session = model.open(
            opening.options, start.start, start.context, self._voices.of(start.session)
        )
        running = Running(
            start.session,
            session,
            model,
            opening.options,
            opening.reporter,
            start.visible,
            start.start,
        )
        self._running[start.session] = running
        self._tell(running, [])
        for command in opening.waiting:
            self._ask_if_open(command)

    def _hand_over(self, running: Running, loading: Promise[LoadedModel]) -> None:
        """Have the session go on with the model that was loaded for it."""
        running.loading = None
        try:
            model = self._models.take(loading)
        except WlkError as error:
            if running.halted:
                raise
            # The larger one is slow, but there.
            running.reporter.model_problem = error
            return
        running.go_on_with(model)
        _log.info("going on with model %s on %s", model.name, model.device)
        waiting, running.waiting = running.waiting, []
        self._tell(running, [])
        for command in waiting:
            self._ask_if_open(command)

    def _ask_if_open(self, command: ToSession) -> None:
        """What waited: its session may have failed at something before it."""
        if command.session in self._running:
            self._ask(command)

    @contextmanager
    def _halting(self, running: Running, command: ToSession | None = None) -> Iterator[None]:
        """Where the device cannot go on: begin to load the model elsewhere, and wait for it.

        Args:
            running: whose work it is.
            command: what it was asked, to be asked again then.
        """
        try:
            with running.model.guard():
                yield
        except DeviceError as error:
            model = running.model
            _log.warning("model %s on %s: %s", model.name, model.device, str(error))
            running.halted = True
            if command is not None:
                running.waiting.append(command)
            if running.loading is None:
                running.loading = self._models.replace(running.model, running.options, error)

    def _end(self) -> None:
        """Nothing more will come: let every session finish what it has."""
        self._input_ended = True
        for session in list(chain(self._opening, self._running)):
            self._ask_to_stop(session)

    def _ask_to_stop(self, session: str) -> None:
        opening, running = self._opening.get(session), self._running.get(session)
        waiting = opening.waiting if opening else running.waiting if running else []
        if any(isinstance(command, Stop) for command in waiting):
            return
        if running is None or not running.stopping:
            self._ask(Stop(session))

    # What is due

    def _most_urgent(self) -> tuple[Running, Work] | None:
        """Live before second pass, visible before hidden, then the one that waits longest."""
        due: list[tuple[Running, Work]] = []
        for running in list(self._running.values()):
            if running.halted:
                continue
            with self._contained(running.id):
                work = running.session.next_work()
                if work is not None:
                    due.append((running, work))
        return min(due, key=_urgency, default=None)

    def _work(self, running: Running, work: Work) -> None:
        self._turn += 1
        running.served = self._turn
        with self._contained(running.id), self._halting(running):
            events = running.work(work)
            smaller = running.offer_smaller()
            if smaller is not None:
                running.stepping_down_from = running.model.name
                running.loading = self._models.load(smaller)
            self._tell(running, events)

    def _tell(self, running: Running, events: Sequence[Event]) -> None:
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
            _log.exception("session ends with an unforeseen error")
            self._fail(session, _recognition_failed(error))

    def _fail(self, session: str | None, error: WlkError) -> None:
        if session is not None:
            self._close(session)
            self._connection.failed(session)
        self._send(messages.Error.of(error, session))

    def _close(self, session: str) -> None:
        self._opening.pop(session, None)
        running = self._running.pop(session, None)
        if running is not None and running.loading is not None:
            self._models.abandon(running.loading)


def _urgency(due: tuple[Running, Work]) -> tuple[int, bool, int]:
    running, work = due
    return (work.value, not running.visible, running.served)


def _recognition_failed(error: Exception) -> WlkError:
    return WlkError(
        code=ErrorCode.RECOGNITION_FAILED,
        message=f"recognition failed: {type(error).__name__}",
        hint=f"run: wlk-host doctor; the log is {log_file()}",
    )
