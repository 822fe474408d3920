"""The one thread that owns all sessions and models, and computes nothing itself."""

import logging
import queue
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Generic, TypeVar

from wlk_host.core.errors import DeviceError, WlkError, clear_frames, without_frames
from wlk_host.core.ports import Promise
from wlk_host.protocol import convert, messages
from wlk_host.protocol.connection import Command, FeedAudio, OfNoSession, Refuse, type_of
from wlk_host.protocol.export import Export
from wlk_host.protocol.health import Health
from wlk_host.protocol.messages import (
    Cancel,
    Configure,
    Cut,
    Download,
    Forget,
    Hello,
    Models,
    Probe,
    Remember,
    Remote,
    Remove,
    Retranslate,
    Speech,
    Start,
    Stop,
    Visibility,
    Voices,
)
from wlk_host.protocol.words import Translate
from wlk_host.runtime.host.exports import Exports
from wlk_host.runtime.host.failures import coded, lacks_memory
from wlk_host.runtime.host.hung_work import HungWork
from wlk_host.runtime.host.known_voices import KnownVoices
from wlk_host.runtime.host.look_ups import LookUps
from wlk_host.runtime.host.model_pool import RELEASE_AFTER_S, ModelPool
from wlk_host.runtime.host.port import Port
from wlk_host.runtime.host.running import Opening, Running, ToSession
from wlk_host.runtime.host.sessions import Sessions
from wlk_host.runtime.host.spoken_clip import spoken_clip
from wlk_host.runtime.host.status import StatusReporter
from wlk_host.runtime.host.voice_book import VoiceBook, voices_file
from wlk_host.runtime.host.watchdog import LOOK_EVERY_S
from wlk_host.runtime.loading import cores
from wlk_host.runtime.ports import LoadedModel, ModelLoader, Threads, Urgency
from wlk_host.runtime.stdio import BrowserGoneError, MemoryFullError, Signal
from wlk_host.runtime.workers import Workers

Send = Callable[[messages.ToExtension], None]
Wake = Callable[[], None]
P = TypeVar("P")

_log = logging.getLogger(__name__)


def threads_of_sessions(wake: Wake) -> Threads:
    """As many as passes of this machine's cores can run side by side."""
    return Workers(cores.n_passes(), wake, "session")


def wake(inbox: "queue.Queue[P | Signal | None]") -> None:
    """Have the loop look again what is due. Called from any thread."""
    # A full inbox wakes it as well.
    with suppress(queue.Full):
        inbox.put_nowait(Signal.WAKE)


class HostLoop(Generic[P]):
    """Serve every session from one inbox until the browser is gone.

    Sessions do their work in turns, side by side on `Threads`; each is in one turn at a time, which
    begins with all that has arrived for it. So a slow machine works on more audio at a time and
    never on an old queue. The loop itself only passes on, and sleeps in the inbox while nothing is
    due; the end of a turn wakes it.

    Args:
        inbox: payloads, until None ends the input.
        send: takes what the sessions say.
        connection: understands the payloads.
        make_loader: called when the first session starts.
        answer: takes requests that concern no session.
        release_after_s: when a model that no session uses is freed.
        make_threads: where sessions take their turns.
        now: the seconds of the watchdog.
    """

    def __init__(
        self,
        inbox: "queue.Queue[P | Signal | None]",
        send: Send,
        connection: Port[P],
        make_loader: Callable[[Threads], ModelLoader],
        answer: Callable[[messages.ToModels | Health], None],
        release_after_s: float = RELEASE_AFTER_S,
        make_threads: Callable[[Wake], Threads] = threads_of_sessions,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._inbox = inbox
        self._send = send
        self._connection = connection
        self._answer = answer
        self._threads = threads = make_threads(self._wake)
        self._models = ModelPool(
            lambda: make_loader(threads), threads.apart("loader"), release_after_s
        )
        self._sessions = Sessions(self._models)
        self._exports = Exports(threads.apart("exports"), send, now)
        self._look_ups = LookUps(threads.apart("look-ups"), send, now)
        self._voices = KnownVoices(VoiceBook(voices_file()))
        self._hung = HungWork(threads, self._models, self._sessions, self._fail, now)
        self._n_turns = 0
        self._input_ended = False

    def run(self) -> None:
        """Work until the input has ended and every session with it.

        Raises:
            BrowserGoneError: nobody reads the captions any more.
            HungError: too much work does not end.
            MemoryFullError: a step got no memory.
        """
        while True:
            self._take_messages(wait=False)
            self._take_models()
            self._end_requests()
            if self._end_turns() or self._begin_turns():
                continue
            # What is being loaded ends before the process does, which could crash otherwise.
            if self._input_ended and not self._models.is_loading and not self._sessions.running:
                return
            self._tell_arrears()
            self._take_messages(wait=True)

    # What arrives

    def _take_messages(self, *, wait: bool) -> None:
        """Carry out all that lies in the inbox; with `wait`, sleep until there is something."""
        self._sessions.tidy()
        self._models.note_use(self._sessions.used_models())
        is_busy = self._hung.look()
        if wait:
            try:
                payload = self._inbox.get(timeout=self._patience(is_busy))
            except queue.Empty:
                return  # A model is to be freed, or work to be watched, which is done next time.
            self._take(payload)
        # Only this thread takes anything out of it.
        while not self._inbox.empty():
            self._take(self._inbox.get_nowait())

    def _take(self, payload: P | Signal | None) -> None:
        match payload:
            case None:
                self._end()
            case Signal():
                self._obey_all(self._connection.woken())
            case _:
                self._receive(payload)

    def _receive(self, payload: P) -> None:
        self._obey_all(self._connection.commands(payload))

    def _obey_all(self, commands: Iterable[Command]) -> None:
        for command in commands:
            self._obey(command)

    def _patience(self, is_busy: bool) -> float | None:
        """Seconds to wait at the most; None for as long as it takes."""
        patience = self._models.patience()
        if not is_busy:
            return patience
        return LOOK_EVERY_S if patience is None else min(patience, LOOK_EVERY_S)

    def _wake(self) -> None:
        wake(self._inbox)

    def _obey(self, command: Command) -> None:
        match command:
            case Refuse(error, session, request):
                self._fail(session, error, request)
            case Start():
                with self._contained(command.session):
                    self._open(command)
            case FeedAudio() | Cut() | Configure() | Retranslate() | Remember() | Stop():
                self._ask(command)
            case Visibility():
                self._of(command.session).visible = command.visible
            case Hello() | Remote() | Probe():
                pass  # They are answered where they are read.
            case _:
                with self._contained(None, type_of(command)):
                    self._serve(command)

    def _serve(self, request: OfNoSession) -> None:
        match request:
            case Models() | Health():
                self._answer(request)
            case Download() | Cancel() | Remove():
                self._models.forget_failures()
                self._answer(request)
            case Forget() | Voices():
                self._send(self._voices.obey(request))
            case Speech():
                self._send(messages.HostSpeech(spoken_clip()))
            case Export():
                self._exports.take(request)
            case Translate():
                self._look_ups.take(request, self._sessions.find(request.session))

    def _end_requests(self) -> None:
        """Tell of those that failed on threads of their own."""
        for jobs, request in ((self._exports, "export"), (self._look_ups, "translate")):
            for job in jobs.ended():
                with self._contained(None, request):
                    job.result()

    def _ask(self, command: ToSession) -> None:
        """Have it done in the session's next turn, or once there is a model that can do it."""
        self._of(command.session).ask(command)

    def _of(self, session: str) -> Opening | Running:
        return self._sessions.of(session)

    def _open(self, start: Start) -> None:
        failure = self._hung.of(start.session)
        if failure is not None:
            raise failure
        options = convert.session_options(start.options)
        reporter = StatusReporter(start.session, options.model, options.language)
        self._send(reporter.loading())
        loading = self._models.load(options)
        self._sessions.opening[start.session] = Opening(
            start, options, reporter, loading, start.visible
        )
        self._take_models()

    def _end(self) -> None:
        """Nothing more will come: let every session finish what it has."""
        self._input_ended = True
        self._look_ups.leave()
        for stop in self._connection.end():
            self._ask(stop)

    # Whose model is there

    def _take_models(self) -> None:
        """Open the sessions, and mend those, whose models are there by now."""
        self._sessions.forget_left()
        for session, opening in list(self._sessions.opening.items()):
            # One that failed under the same id may not be out of its last turn.
            if opening.loading.done() and session not in self._sessions.leaving:
                with self._contained(session):
                    self._begin(opening)
        for running in list(self._sessions.running.values()):
            loading = running.loading
            if loading is not None and loading.done() and running.turn is None:
                with self._contained(running.id):
                    self._hand_over(running, loading)

    def _begin(self, opening: Opening) -> None:
        start = opening.start
        del self._sessions.opening[start.session]
        model = self._models.take(opening.loading)
        speakers = self._voices.of(start.session, recalls=start.known_voices)
        session = model.open(opening.options, start.start, start.context, speakers)
        self._sessions.running[start.session] = running = Running(
            start.session,
            session,
            model,
            opening.options,
            opening.reporter,
            opening.visible,
            start.words,
            start.start,
            model.place(self._threads),
            speakers,
            self._voices.remember,
            waiting=opening.waiting,
        )
        running.tell()
        self._send_said(running)

    def _hand_over(self, running: Running, loading: Promise[LoadedModel]) -> None:
        """Have the session go on with the model that was loaded for it."""
        running.loading = None
        try:
            model = self._models.take(loading)
        except WlkError as error:
            if running.halted:
                raise
            # The larger one is slow, but there.
            running.reporter.model_problem = without_frames(error)
            return
        running.go_on_with(model, model.place(self._threads))
        _log.info("going on with model %s on %s", model.name, model.device)
        self._send_said(running)

    # Turns

    def _begin_turns(self) -> bool:
        """Have done what is due, the most urgent first; returns whether there was anything."""
        due: list[tuple[bool, Urgency, Running]] = []
        for running in list(self._sessions.running.values()):
            with self._contained(running.id):
                urgency = running.urgency()
                if urgency is not None:
                    due.append((not running.is_live_due, urgency, running))
        for _, urgency, running in sorted(due, key=lambda turn: (*turn[:2], turn[2].served)):
            self._n_turns += 1
            running.served = self._n_turns
            running.begin_turn(urgency)
        return bool(due)

    def _end_turns(self) -> bool:
        """Send what came of the turns that are over; returns whether one was."""
        running_now = self._sessions.running.values()
        over = [one for one in running_now if one.turn is not None and one.is_idle]
        for running in sorted(over, key=lambda running: running.served):
            with self._contained(running.id, in_turn=True):
                self._end_turn(running)
        return bool(over)

    def _end_turn(self, running: Running) -> None:
        turn, running.turn = running.turn, None
        if running.wanted is not None:
            running.stepping_down_from = running.model.name
            running.loading = self._models.load(running.wanted)
            running.wanted = None
        running.look_after_turn()
        self._send_said(running)
        self._connection.turned(running.id, running.heard_until, running.session.lag)
        try:
            if turn is not None:
                turn.result()
        except DeviceError as error:
            self._halt(running, error)

    def _halt(self, running: Running, error: DeviceError) -> None:
        """The device cannot go on: begin to load the model elsewhere, and wait for it."""
        model = running.model
        _log.warning("model %s on %s: %s", model.name, model.device, str(error))
        running.halted = True
        if running.loading is None:
            running.loading = self._models.replace(model, running.options, without_frames(error))

    def _tell_arrears(self) -> None:
        """Tell delays that the sessions cannot tell, because turns are long or do not come."""
        for running in self._sessions.running.values():
            status = running.arrears.due()
            if status is not None:
                self._send(status)

    def _send_said(self, running: Running) -> None:
        said, running.said = running.said, []
        for message in said:
            self._send(message)
            if isinstance(message, messages.Status):
                running.arrears.told(message)
        if running.is_over:
            self._look_ups.leave(running.id)
            self._sessions.close(running.id)
            self._connection.ended(running.id)

    # What ends

    @contextmanager
    def _contained(
        self, session: str | None, request: str | None = None, *, in_turn: bool = False
    ) -> Iterator[None]:
        """Keep an error inside the session or the request it came from: the one broad except.

        Raises:
            MemoryFullError: there was no memory for a turn, where a new process has it.
        """
        try:
            yield
        except BrowserGoneError:
            raise
        except WlkError as error:
            _log.warning("%s ends: %s", request or "session", error.code)
            self._fail(session, error, request)
            clear_frames(error)
        except Exception as error:  # One session's bug must not end the others.
            if in_turn and lacks_memory(error):
                raise MemoryFullError from error
            _log.exception("%s ends with an unforeseen error", request or "session")
            self._fail(session, coded(error, request), request)
            clear_frames(error)

    def _fail(self, session: str | None, error: WlkError, request: str | None = None) -> None:
        if session is not None:
            self._look_ups.leave(session)
            self._sessions.close(session)
            self._connection.failed(session)
        self._send(messages.Error.of(error, session, request))
