"""The one thread that owns all sessions and models."""

import logging
import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TypeAlias

from wlk_host.core.errors import DeviceError, WlkError
from wlk_host.core.options import SessionOptions
from wlk_host.core.ports import Background, Promise
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
    Speech,
    Start,
    Stop,
    Visibility,
)
from wlk_host.runtime.host.known_voices import KnownVoices
from wlk_host.runtime.host.lateness import Lateness
from wlk_host.runtime.host.model_pool import RELEASE_AFTER_S, ModelPool
from wlk_host.runtime.host.spoken_clip import spoken_clip
from wlk_host.runtime.host.status import StatusReporter
from wlk_host.runtime.logs import log_file
from wlk_host.runtime.ports import LoadedModel, ModelLoader, TranslatedCaptionSession
from wlk_host.runtime.stdio import BrowserGoneError, Inbox, Signal
from wlk_host.runtime.worker import Worker

Send = Callable[[messages.ToExtension], None]
Wake = Callable[[], None]

ToRunning: TypeAlias = FeedAudio | Cut | Configure | Retranslate | Visibility | Stop
"""What is asked of a session that is open."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Opening:
    """A session whose model is being loaded, and what is asked of it meanwhile."""

    start: Start
    options: SessionOptions
    reporter: StatusReporter
    loading: Promise[LoadedModel]
    waiting: list[ToRunning] = field(default_factory=list)


@dataclass(slots=True)
class _Running:
    """A session and what the engine knows about it.

    Attributes:
        heard_until: the sample after the last one fed.
        served: number of the last turn in which it did a piece of work.
        stopping: whether its end was asked for.
        lateness: of its captions, with this model.
        loading: another model that is to take over.
        stepping_down_from: the name of its model where a smaller one was tried to be loaded.
        too_slow: tells that a larger model was.
        halted: its own model cannot go on: everything waits for the other one.
        waiting: what is asked of it meanwhile.
    """

    id: str
    session: TranslatedCaptionSession
    model: LoadedModel
    options: SessionOptions
    reporter: StatusReporter
    visible: bool
    heard_until: Sample
    served: int = 0
    stopping: bool = False
    lateness: Lateness = field(default_factory=Lateness)
    loading: Promise[LoadedModel] | None = None
    stepping_down_from: str | None = None
    too_slow: WlkError | None = None
    halted: bool = False
    waiting: list[ToRunning] = field(default_factory=list)


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
        self._opening: dict[str, _Opening] = {}
        self._running: dict[str, _Running] = {}
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

    def _next_due(self) -> tuple[_Running, Work] | None:
        """The next piece of work, as soon as there is one; None when all has come to its end."""
        while True:
            self._take_messages(wait=False)
            self._take_models()
            due = self._most_urgent()
            if due is not None:
                return due
            # What is being loaded ends before the process does, which else could crash.
            if self._input_ended and not self._models.is_loading and not self._is_awaited():
                return None
            self._take_messages(wait=True)

    def _is_awaited(self) -> bool:
        """Whether a session that is to end has work that is done beside the engine."""
        return any(not running.session.finished() for running in self._running.values())

    # What arrives

    def _take_messages(self, *, wait: bool) -> None:
        """Carry out all that lies in the inbox; with `wait`, sleep until there is something."""
        self._models.note_use({running.model for running in self._running.values()})
        # A timeout is for models to be freed, which is done when the engine next comes here.
        with suppress(queue.Empty):
            payload = self._inbox.get(block=wait, timeout=self._models.patience())
            while payload is not None:
                if not isinstance(payload, Signal):
                    self._receive(payload)
                payload = self._inbox.get_nowait()
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

    def _ask(self, command: ToRunning) -> None:
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
            self._apply(command, running)

    def _open(self, start: Start) -> None:
        options = convert.session_options(start.options)
        reporter = StatusReporter(start.session, options.model, options.language)
        self._send(reporter.loading())
        loading = self._models.load(options)
        self._opening[start.session] = _Opening(start, options, reporter, loading)
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

    def _begin(self, opening: _Opening) -> None:
        start = opening.start
        del self._opening[start.session]
        model = self._models.take(opening.loading)
        session = model.open(
            opening.options, start.start, start.context, self._voices.of(start.session)
        )
        running = _Running(
            start.session,
            session,
            model,
            opening.options,
            opening.reporter,
            start.visible,
            start.start,
        )
        self._running[start.session] = running
        _name(running)
        self._tell(running, [])
        for command in opening.waiting:
            self._ask_if_open(command)

    def _hand_over(self, running: _Running, loading: Promise[LoadedModel]) -> None:
        """Have the session go on with the model that was loaded for it."""
        running.loading = None
        try:
            running.model = self._models.take(loading)
        except WlkError as error:
            if running.halted:
                raise
            # The larger one is slow, but there.
            running.reporter.model_problem = error
            return
        running.model.take_over(running.session, running.options)
        _log.info("going on with model %s on %s", running.model.name, running.model.device)
        slow, running.stepping_down_from = running.stepping_down_from, None
        running.too_slow = running.too_slow or _too_slow(slow)
        running.lateness = Lateness()
        _name(running)
        running.halted = False
        waiting, running.waiting = running.waiting, []
        self._tell(running, [])
        for command in waiting:
            self._ask_if_open(command)

    def _ask_if_open(self, command: ToRunning) -> None:
        """What waited: its session may have failed at something before it."""
        if command.session in self._running:
            self._ask(command)

    @contextmanager
    def _halting(self, running: _Running, command: ToRunning | None = None) -> Iterator[None]:
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

    def _apply(
        self,
        command: ToRunning,
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
                running.options = convert.session_options(command.options)
                running.session.configure(running.options)
            case Retranslate():
                events = running.session.retranslate(convert.lines(command.earlier))
            case Visibility():
                running.visible = command.visible
            case Stop():
                running.stopping = True
                running.session.finish()
        self._tell(running, events)

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

    def _most_urgent(self) -> tuple[_Running, Work] | None:
        """Live before refine, visible before hidden, then who waits longest."""
        due: list[tuple[_Running, Work]] = []
        for running in list(self._running.values()):
            if running.halted:
                continue
            with self._contained(running.id):
                work = running.session.next_work()
                if work is not None:
                    due.append((running, work))
        return min(due, key=_urgency, default=None)

    def _work(self, running: _Running, work: Work) -> None:
        self._turn += 1
        running.served = self._turn
        with self._contained(running.id), self._halting(running):
            # After the work nothing waits: what came meanwhile lies in the inbox.
            lag = running.session.lag
            events = running.session.run(work)
            running.lateness.hear(running.heard_until, lag)
            self._judge(running)
            self._tell(running, events)

    def _judge(self, running: _Running) -> None:
        """Offer a smaller model while captions come late for good; take it where it may."""
        late = running.lateness.for_good
        if late != (running.reporter.smaller_model is not None):
            smaller = running.model.smaller(running.options) if late else None
            running.reporter.smaller_model = smaller
        smaller = running.reporter.smaller_model
        tried = running.loading is not None or running.stepping_down_from is not None
        if smaller is not None and running.options.step_down and not tried:
            running.stepping_down_from = running.model.name
            options = replace(running.options, model=smaller, alignment_heads=None)
            running.loading = self._models.load(options)

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


def _urgency(due: tuple[_Running, Work]) -> tuple[int, bool, int]:
    running, work = due
    return (work.value, not running.visible, running.served)


def _recognition_failed(error: Exception) -> WlkError:
    return WlkError(
        code=ErrorCode.RECOGNITION_FAILED,
        message=f"recognition failed: {type(error).__name__}",
        hint=f"run: wlk-host doctor; the log is {log_file()}",
    )


def _name(running: _Running) -> None:
    """Have the status tell what the session works with now."""
    reporter, model = running.reporter, running.model
    reporter.model, reporter.device, reporter.smaller_model = model.name, model.device, None
    reporter.model_problem = model.problem or running.too_slow


def _too_slow(model: str | None) -> WlkError | None:
    if model is None:
        return None
    return WlkError(
        code="model_too_slow",
        message=f"captions came late with model {model!r}",
        hint="choose a smaller model, or close other programs",
    )
