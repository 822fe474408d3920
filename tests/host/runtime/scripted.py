"""Sessions that do what a test tells them to, in place of recognition."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

from wlk_host.core.errors import DeviceError, WlkError
from wlk_host.core.options import SessionOptions
from wlk_host.core.recognition import Recognition
from wlk_host.core.speakers.speakers import Speakers
from wlk_host.core.translation.translators import TranslationRequest, TranslationService
from wlk_host.core.types import AudioChunk, CaptionUpdate, Event, Line, Sample, Work
from wlk_host.runtime.ports import LoadedModel, Threads, TranslatedCaptionSession, UnderWay, Urgency

T = TypeVar("T")


class ScriptedSession:
    """Each chunk makes a live piece due, the end one refinement. Its caption is what it was fed.

    Every call is noted in the journal, as (name, what).
    """

    def __init__(self, name: str = "a", journal: list[tuple[str, str]] | None = None) -> None:
        self.name = name
        self.journal: list[tuple[str, str]] = [] if journal is None else journal
        self.lag: Sample = 0
        self.skipped: Sample = 0
        self.language: str | None = None
        self.refining = True
        self.is_overloaded = False
        self.translation_delay: Sample | None = None
        self.translation_problem: WlkError | None = None
        self.due: list[Work] = []
        self.fed: list[tuple[Sample, Sample]] = []
        self.on_run: Callable[[], None] = lambda: None
        self.on_take_over: Callable[[LoadedModel], None] = lambda _: None
        self._revision = 0

    def feed(self, chunk: AudioChunk) -> list[Event]:
        self._note("feed")
        self.fed.append((chunk.start, chunk.end))
        self.due.append(Work.LIVE)
        return []

    def cut(self, at: Sample) -> list[Event]:
        self._note(f"cut {at}")
        return []

    def finish(self) -> None:
        self._note("finish")
        self.due.append(Work.REFINE)

    def configure(self, options: SessionOptions) -> None:
        self._note(f"configure {options.language}")

    def adopt(self, recognition: Recognition) -> None:
        self._note("adopt")

    def retranslate(self, earlier: Sequence[Line] = ()) -> list[Event]:
        self._note(" ".join(["retranslate", *(line.text for line in earlier)]))
        return []

    def next_work(self) -> Work | None:
        return min(self.due, key=lambda work: work.value, default=None)

    def run(self, work: Work) -> list[Event]:
        self._note(work.name)
        self.due.remove(work)
        self.on_run()
        self._revision += 1
        line = Line(0, 0, 1, f" {self.fed}", "committed", self.language)
        return [CaptionUpdate(self._revision, (line,), None, 0)]

    def finished(self) -> bool:
        return not self.due

    def _note(self, what: str) -> None:
        self.journal.append((self.name, what))


class ScriptedTranslator:
    """`TranslationService` that tells capitals, once nothing of `refusals` is left."""

    def __init__(self, *refusals: WlkError) -> None:
        self.changes = 0
        self.refusals = list(refusals)
        self.asked: list[TranslationRequest] = []

    def translate(self, request: TranslationRequest) -> list[str]:
        self.asked.append(request)
        if self.refusals:
            raise self.refusals.pop(0)
        return [f"{text.upper()}." for text in request.texts]

    def release(self) -> None:
        raise AssertionError("nobody frees it")


class ScriptedModel:
    """Opens what `open_session` lays out."""

    def __init__(
        self,
        open_session: Callable[[SessionOptions, Sample, str], ScriptedSession],
        name: str = "base",
        device: str = "cpu",
        problem: WlkError | None = None,
    ) -> None:
        self._open_session = open_session
        self.name = name
        self.device = device
        self.problem = problem
        self.taken_over: list[ScriptedSession] = []
        self.smaller_model: str | None = None
        self.translator = ScriptedTranslator()
        self.translating: Inline | Held = Inline()

    def open(
        self, options: SessionOptions, start: Sample, context: str, speakers: Speakers
    ) -> ScriptedSession:
        return self._open_session(options, start, context)

    def take_over(self, session: TranslatedCaptionSession, options: SessionOptions) -> None:
        assert isinstance(session, ScriptedSession)
        session.on_take_over(self)
        self.taken_over.append(session)

    def place(self, threads: Threads) -> Threads:
        return threads

    def after_lines(self, job: Callable[[TranslationService], T]) -> Future[T]:
        return self.translating.submit(lambda: job(self.translator))

    def smaller(self, options: SessionOptions) -> str | None:
        return self.smaller_model

    def guard(self) -> AbstractContextManager[None]:
        return nullcontext()


class ScriptedLoader:
    """Opens what the test laid out, by the `context` of the start message.

    Each call but `open` is noted in `calls`.
    """

    def __init__(self, *sessions: ScriptedSession) -> None:
        self.sessions = {session.name: session for session in sessions}
        self.opened: list[tuple[SessionOptions, Sample]] = []
        self.calls: list[tuple[str, str | None]] = []
        self.on_release: Callable[[], None] = lambda: None
        self.models: dict[str | None, ScriptedModel] = {}
        self.elsewhere = ScriptedModel(self.open)

    def open(self, options: SessionOptions, start: Sample, context: str) -> ScriptedSession:
        self.opened.append((options, start))
        return self.sessions[context]

    def load(self, options: SessionOptions) -> ScriptedModel:
        self.calls.append(("load", options.model))
        name = options.model
        return self.models.setdefault(name, ScriptedModel(self.open, name or "base"))

    def load_elsewhere(
        self, model: LoadedModel, options: SessionOptions, error: DeviceError
    ) -> ScriptedModel:
        self.calls.append(("load elsewhere", model.name))
        return self.elsewhere

    def release(self, model: LoadedModel) -> None:
        self.calls.append(("release", model.name))
        self.models = {name: other for name, other in self.models.items() if other is not model}
        self.on_release()


class Inline:
    """Threads that do their jobs at once, but for those that are apart.

    Args:
        others: where what is apart is done; None is at once, too.
    """

    def __init__(self, others: "Inline | Held | None" = None) -> None:
        self._others = others

    def take(self, turn: Callable[[], T], urgency: Urgency) -> Future[T]:
        return self.submit(turn)

    def apart(self, name: str) -> "Inline | Held":
        return self._others or self

    def under_way(self) -> list[UnderWay]:
        return []

    def abandon(self, job: UnderWay) -> None:
        raise AssertionError("nothing is under way")

    def submit(self, job: Callable[[], T]) -> Future[T]:
        future = Future[T]()
        try:
            future.set_result(job())
        except Exception as error:  # noqa: BLE001 - as an executor does
            future.set_exception(error)
        return future


class Held:
    """Threads that do their jobs when the test says so.

    Args:
        apart: where what is apart is done; None is here as well.
    """

    def __init__(self, apart: "Inline | Held | None" = None) -> None:
        self._apart = apart
        self._jobs: list[Callable[[], None]] = []

    def submit(self, job: Callable[[], T]) -> Future[T]:
        future = Future[T]()

        def do() -> None:
            done = Inline().submit(job)
            error = done.exception()
            if error is None:
                future.set_result(done.result())
            else:
                future.set_exception(error)

        self._jobs.append(do)
        return future

    def take(self, turn: Callable[[], T], urgency: Urgency) -> Future[T]:
        return self.submit(turn)

    def apart(self, name: str) -> "Inline | Held":
        return self._apart or self

    def under_way(self) -> list[UnderWay]:
        return []

    def abandon(self, job: UnderWay) -> None:
        raise AssertionError("nothing is under way")

    @property
    def n_jobs(self) -> int:
        return len(self._jobs)

    def do(self, number: int = 0) -> None:
        """One of the jobs that wait, the first if nothing is said."""
        self._jobs.pop(number)()
