"""What the host keeps of each session: while its model is loaded, and while it runs."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from wlk_host.core.errors import WlkError
from wlk_host.core.options import SessionOptions
from wlk_host.core.ports import Promise
from wlk_host.core.types import Event, Sample, Work
from wlk_host.protocol import convert
from wlk_host.protocol.connection import FeedAudio
from wlk_host.protocol.messages import Configure, Cut, Retranslate, Start, Stop, Visibility
from wlk_host.runtime.host.lateness import Lateness
from wlk_host.runtime.host.status import StatusReporter
from wlk_host.runtime.ports import LoadedModel, TranslatedCaptionSession

ToSession: TypeAlias = FeedAudio | Cut | Configure | Retranslate | Visibility | Stop
"""What is asked of a session."""


@dataclass(slots=True)
class Opening:
    """A session whose model is being loaded, and what is asked of it meanwhile."""

    start: Start
    options: SessionOptions
    reporter: StatusReporter
    loading: Promise[LoadedModel]
    waiting: list[ToSession] = field(default_factory=list)


@dataclass(slots=True)
class Running:
    """An open session, the model it works with, and the one that is to take over.

    Attributes:
        heard_until: the sample after the last one fed.
        served: number of the last turn in which it did a piece of work.
        stopping: whether its end was asked for.
        lateness: of its captions, with this model.
        loading: another model that is to take over.
        stepping_down_from: the name of its model where a smaller one was tried.
        too_slow: says that a larger model was.
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
    waiting: list[ToSession] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._report_model()

    def apply(self, command: ToSession) -> Sequence[Event]:
        """Have the session do it; returns what came of it."""
        match command:
            case FeedAudio():
                chunk = convert.audio_chunk(command)
                self.heard_until = chunk.end
                return self.session.feed(chunk)
            case Cut():
                self.heard_until = command.at
                return self.session.cut(command.at)
            case Configure():
                self.options = convert.session_options(command.options)
                self.session.configure(self.options)
            case Retranslate():
                return self.session.retranslate(convert.lines(command.earlier))
            case Visibility():
                self.visible = command.visible
            case Stop():
                self.stopping = True
                self.session.finish()
        return ()

    def work(self, work: Work) -> Sequence[Event]:
        """Have the session do a piece of work; returns what came of it."""
        # After the work nothing waits: what came meanwhile lies in the inbox.
        lag = self.session.lag
        events = self.session.run(work)
        self.lateness.hear(self.heard_until, lag)
        return events

    def offer_smaller(self) -> SessionOptions | None:
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

    def go_on_with(self, model: LoadedModel) -> None:
        """Work with another model; what waits for it is still to be asked."""
        model.take_over(self.session, self.options)
        slow, self.stepping_down_from = self.stepping_down_from, None
        self.model = model
        self.too_slow = self.too_slow or _too_slow(slow)
        self.lateness = Lateness()
        self.halted = False
        self._report_model()

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
