"""A script in place of a model: it says a sentence for each chunk."""

from collections.abc import Callable

from host.runtime.scripted import ScriptedSession
from wlk_host.core.errors import WlkError
from wlk_host.core.options import SessionOptions
from wlk_host.core.types import CaptionUpdate, Event, Line, Sample, Work


class Saying(ScriptedSession):
    """Says a sentence for each chunk that it hears."""

    n_said = 0

    def asks_translator(self, language: str) -> bool:
        return False

    def run(self, work: Work) -> list[Event]:
        self.due.remove(work)
        if work is not Work.LIVE:
            return []
        self.on_run()
        at = self.fed[self.n_said][0]
        self.n_said += 1
        line = Line(at, at, at + 1600, f"Sentence {at}.", "final", "en")
        return [CaptionUpdate(1, (line,), None, at)]


class Loader:
    """Gives out a model, which opens one session after the other.

    Attributes:
        on_open: is told the number of the session, from 0, and the session.
        n_loads: how often a model was asked for.
    """

    name = "scripted"

    def __init__(self) -> None:
        self.on_open: Callable[[int, Saying], None] = lambda _number, _session: None
        self.problem: WlkError | None = None
        self.n_loads = self.n_opened = 0

    def load(self, options: SessionOptions) -> "Loader":
        self.n_loads += 1
        if self.problem is not None:
            raise self.problem
        return self

    def open(self, options: SessionOptions, start: Sample, context: str) -> Saying:
        session = Saying()
        self.on_open(self.n_opened, session)
        self.n_opened += 1
        return session

    def release_all(self) -> None:
        """Nothing is held."""


def at_step(step: int, error: BaseException) -> Callable[[], None]:
    """Fails when it is called for that time, from 1."""
    calls = iter(range(1, 10_000))

    def fail() -> None:
        if next(calls) == step:
            raise error

    return fail
