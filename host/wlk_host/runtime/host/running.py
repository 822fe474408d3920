"""What the host keeps of each session: while its model is loaded, and while it runs."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from wlk_host.core.errors import WlkError
from wlk_host.core.options import SessionOptions
from wlk_host.core.ports import Promise
from wlk_host.core.speakers.speakers import Speakers
from wlk_host.core.types import CaptionUpdate, Event, Sample, Work
from wlk_host.protocol import convert
from wlk_host.protocol.connection import FeedAudio
from wlk_host.protocol.messages import (
    Configure,
    Cut,
    Error,
    HostVoices,
    Recognised,
    Remember,
    Retranslate,
    Start,
    Status,
    Stop,
    ToExtension,
)
from wlk_host.runtime.host.arrears import Arrears
from wlk_host.runtime.host.lateness import Lateness
from wlk_host.runtime.host.status import StatusReporter
from wlk_host.runtime.ports import LoadedModel, Threads, TranslatedCaptionSession, Urgency
from wlk_host.runtime.workers import owner

_SAMPLE_BYTES: Final = 2

ToSession: TypeAlias = FeedAudio | Cut | Configure | Retranslate | Remember | Stop
"""What is asked of a session."""

Keep: TypeAlias = Callable[[Remember, Speakers], HostVoices]
"""Keeps how voices sound; see `KnownVoices.remember`."""


@dataclass(slots=True)
class Opening:
    """A session whose model is being loaded, and what is asked of it meanwhile."""

    start: Start
    options: SessionOptions
    reporter: StatusReporter
    loading: Promise[LoadedModel]
    visible: bool
    waiting: deque[ToSession] = field(default_factory=deque)

    def ask(self, command: ToSession) -> None:
        """Have it done when the model is there."""
        self.waiting.append(command)


@dataclass(slots=True)
class Running:
    """An open session, the model it works with, and the one that is to take over.

    The loop collects what is asked of it. What a session does, it does in turns, each on one of the
    threads: during a turn nobody else touches anything here but `waiting` and `visible`.

    Attributes:
        tells_words: whether its final lines tell their words.
        heard_until: the sample after the last one fed.
        place: where it takes its turns.
        speakers: whom it has heard.
        keep: keeps voices on the disk.
        turn: the one under way, or over and not yet looked at.
        waiting: what is asked of it, for the next turn.
        said: what came of the turn, to be sent.
        served: number of the last turn of any session that was its own.
        stopping: whether its end was asked for.
        is_over: whether it has ended.
        lateness: of its captions, with this model.
        wanted: the options whose model is to be loaded in place of its own, which is too slow.
        loading: another model that is to take over.
        stepping_down_from: the name of its model where a smaller one was tried.
        too_slow: says that a larger model was.
        halted: its own model cannot go on: everything waits for the other one.
        slowest_s: how long the slowest of its turns took.
        fed: sound that the session was given.
        arrears: sound that waits for a turn.
    """

    id: str
    session: TranslatedCaptionSession
    model: LoadedModel
    options: SessionOptions
    reporter: StatusReporter
    visible: bool
    tells_words: bool
    heard_until: Sample
    place: Threads
    speakers: Speakers
    keep: Keep
    turn: Promise[None] | None = None
    waiting: deque[ToSession] = field(default_factory=deque)
    said: list[ToExtension] = field(default_factory=list)
    served: int = 0
    stopping: bool = False
    is_over: bool = False
    lateness: Lateness = field(default_factory=Lateness)
    wanted: SessionOptions | None = None
    loading: Promise[LoadedModel] | None = None
    stepping_down_from: str | None = None
    too_slow: WlkError | None = None
    halted: bool = False
    slowest_s: float | None = None
    fed: Sample = 0
    arrears: Arrears = field(default_factory=Arrears)

    def __post_init__(self) -> None:
        self._report_model()
        for command in self.waiting:
            self._count(command)

    @property
    def is_idle(self) -> bool:
        """Whether no thread works on it."""
        return self.turn is None or self.turn.done()

    # -- on the loop's thread, between two turns ------------------------------------

    def urgency(self) -> Urgency | None:
        """Visible before hidden; None where nothing is to be done."""
        if self.turn is not None or self.halted:
            return None
        if self._due() is None:
            return None
        return Urgency.VISIBLE if self.visible else Urgency.HIDDEN

    @property
    def is_live_due(self) -> bool:
        """Whether a turn that began now would begin with a live step."""
        return self._due() is Work.LIVE

    def _due(self) -> Work | None:
        # Sound that was not looked at can make a live step due.
        return Work.LIVE if self.waiting else self.session.next_work()

    def begin_turn(self, urgency: Urgency) -> None:
        """Have what is due done on a thread."""
        before = owner.set(self.id)
        try:
            self.turn = self.place.take(self._take_turn, urgency)
        finally:
            owner.reset(before)

    def ask(self, command: ToSession) -> None:
        """Have it done in the next turn."""
        self.waiting.append(command)
        self._count(command)

    def _count(self, command: ToSession) -> None:
        if isinstance(command, FeedAudio):
            self.arrears.receive(len(command.pcm) // _SAMPLE_BYTES)

    def look_after_turn(self) -> None:
        """A turn is over. A delay that was told while it ran is no longer what it was."""
        self.arrears.turn_over(self.fed, self.session.lag)
        is_told = any(isinstance(message, Status) for message in self.said)
        if self.arrears.was_told and not is_told and not self.is_over:
            self.said.append(self.reporter.anew(self.session, self.heard_until))

    def go_on_with(self, model: LoadedModel, place: Threads) -> None:
        """Work with another model; what waits for it comes in the next turn."""
        model.take_over(self.session, self.options)
        slow, self.stepping_down_from = self.stepping_down_from, None
        self.model, self.place = model, place
        self.too_slow = self.too_slow or _too_slow(slow)
        self.lateness = Lateness()
        self.session.is_overloaded = False
        self.halted = False
        self._report_model()
        self.tell()

    # -- in a turn ------------------------------------------------------------------

    def _take_turn(self) -> None:
        """Have the session do all that is asked of it, and a piece of each work that is due.

        To begin a second pass, or to take over its words, costs next to nothing. In a turn of its
        own it would wait for as long as live steps are late.

        Raises:
            DeviceError: the model cannot go on; what it failed at is still to be done.
        """
        began = time.monotonic()
        self._do_what_is_due()
        self.slowest_s = max(self.slowest_s or 0.0, time.monotonic() - began)

    def _do_what_is_due(self) -> None:
        while self.waiting and not self.is_over:
            with self.model.guard():
                events = self._apply(self.waiting[0])
            self.waiting.popleft()
            self.tell(events)
        done = set[Work]()
        while not self.is_over:
            work = self.session.next_work()
            # Live steps are due again and again on a slow machine: others have their turn as well.
            if work is None or work in done:
                break
            done.add(work)
            with self.model.guard():
                events = self._work(work)
            self.wanted = self.wanted or self._smaller()
            self.tell(events)

    def tell(self, events: Sequence[Event] = ()) -> None:
        """Note for the extension what came of a step, and how the session is after it."""
        updates = (event for event in events if isinstance(event, CaptionUpdate))
        self.said += (
            convert.captions(self.id, update, words=self.tells_words) for update in updates
        )
        self.said += (Recognised(self.id, *found) for found in self.speakers.recognise())
        if self.stopping and self.session.finished():
            self.is_over = True
            self.said.append(self.reporter.ended(self.session))
            return
        status = self.reporter.change(self.session, self.heard_until)
        if status is not None:
            self.said.append(status)

    def _apply(self, command: ToSession) -> Sequence[Event]:
        """Have the session do it; returns what came of it."""
        match command:
            case FeedAudio():
                chunk = convert.audio_chunk(command)
                self.heard_until = chunk.end
                self.fed += len(chunk.pcm)
                return self.session.feed(chunk)
            case Cut():
                self.heard_until = command.at
                return self.session.cut(command.at)
            case Configure():
                self.options = convert.session_options(command.options)
                self.session.configure(self.options)
            case Retranslate():
                return self.session.retranslate(convert.lines(command.earlier))
            case Remember():
                self.said.append(self._remember(command))
            case Stop():
                self.stopping = True
                self.session.finish()
        return ()

    def _remember(self, wanted: Remember) -> ToExtension:
        try:
            return self.keep(wanted, self.speakers)
        except WlkError as error:  # It ends no session.
            return Error.of(error, None, "remember")

    def _work(self, work: Work) -> Sequence[Event]:
        """Have the session do a piece of work; returns what came of it."""
        # After the work nothing waits: what came meanwhile was not looked at.
        lag = self.session.lag
        events = self.session.run(work)
        self.lateness.hear(self.heard_until, lag)
        self.session.is_overloaded = self.lateness.is_lasting
        return events

    def _smaller(self) -> SessionOptions | None:
        """Offer a smaller model while captions stay late.

        Returns:
            What to load where that model may take over, and was not tried.
        """
        reporter, is_late = self.reporter, self.lateness.is_lasting
        if is_late != (reporter.smaller_model is not None):
            reporter.smaller_model = self.model.smaller(self.options) if is_late else None
        was_tried = self.loading is not None or self.stepping_down_from is not None
        if reporter.smaller_model is None or not self.options.step_down or was_tried:
            return None
        return replace(self.options, model=reporter.smaller_model, alignment_heads=None)

    def _report_model(self) -> None:
        reporter, model = self.reporter, self.model
        reporter.model, reporter.device, reporter.smaller_model = model.name, model.device, None
        reporter.model_problem = model.problem or self.too_slow


def _too_slow(model: str | None) -> WlkError | None:
    if model is None:
        return None
    return WlkError(
        code="model_too_slow",
        message=f"captions came late with model {model!r}",
        hint="choose a smaller model, or close other programs",
    )
