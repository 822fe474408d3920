"""Sessions that do what a test tells them to, in place of recognition."""

from collections.abc import Callable

from wlk_host.core.errors import WlkError
from wlk_host.core.types import (
    AudioChunk,
    CaptionUpdate,
    Event,
    Line,
    Sample,
    SessionOptions,
    Work,
)


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
        self.translation_delay: Sample | None = None
        self.translation_problem: WlkError | None = None
        self.due: list[Work] = []
        self.fed: list[tuple[Sample, Sample]] = []
        self.on_run: Callable[[], None] = lambda: None
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

    def retranslate(self) -> list[Event]:
        self._note("retranslate")
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


class ScriptedFactory:
    """Opens what the test laid out, by the `context` of the start message."""

    def __init__(self, *sessions: ScriptedSession) -> None:
        self.sessions = {session.name: session for session in sessions}
        self.opened: list[tuple[SessionOptions, Sample]] = []
        self.on_release: Callable[[], None] = lambda: None

    def open(self, options: SessionOptions, start: Sample, context: str) -> ScriptedSession:
        self.opened.append((options, start))
        return self.sessions[context]

    def release(self) -> None:
        self.on_release()
