"""A session whose work is done on a thread of its own, for services that keep one waiting."""

from collections.abc import Callable
from dataclasses import dataclass

from wlk_host.core.options import SessionOptions
from wlk_host.core.ports import Background, Promise
from wlk_host.core.recognition import Recognition
from wlk_host.core.session import Session
from wlk_host.core.types import AudioChunk, Event, Sample, Spoken, Work


@dataclass(frozen=True, slots=True)
class _Landed:
    """What came of a turn, and how the session stood after it.

    Attributes:
        in_background: its second pass, which no turn waits for.
    """

    events: list[Event]
    lag: Sample
    skipped: Sample
    language: str | None
    refining: bool
    is_due: bool
    is_finished: bool
    in_background: Promise[Spoken] | None = None


class DetachedSession:
    """`core.caption_session.CaptionSession` around another one, which only the background touches.

    What is asked of it is collected and taken along in the next turn, so nobody waits: neither
    the thread that serves all sessions for a slow service, nor the other sessions.

    Args:
        captions: does the work. Its own background must be another one.
        background: where it does it, one turn after the other.
    """

    def __init__(self, captions: Session, background: Background) -> None:
        self._captions = captions
        self._background = background
        self._flight: Promise[_Landed] | None = None
        self._asked: list[Callable[[], list[Event]]] = []
        self._unseen: Sample = 0
        self._in_turn: Sample = 0
        self._stood = _Landed(
            [], 0, 0, captions.language, captions.refining, is_due=False, is_finished=False
        )

    @property
    def lag(self) -> Sample:
        """Audio received and not yet captioned."""
        return self._stood.lag + self._in_turn + self._unseen

    @property
    def skipped(self) -> Sample:
        """Audio left out so far because the service could not keep up."""
        return self._stood.skipped

    @property
    def language(self) -> str | None:
        """Chosen or detected."""
        return self._stood.language

    @property
    def refining(self) -> bool:
        """False while the second pass is left out to keep up."""
        return self._stood.refining

    def feed(self, chunk: AudioChunk) -> list[Event]:
        """Take audio that follows what was fed before."""
        self._unseen += len(chunk.pcm)
        return self._ask(lambda: self._captions.feed(chunk))

    def cut(self, at: Sample) -> list[Event]:
        """What comes next has nothing to do with what came before, whose events come later."""
        return self._ask(lambda: self._captions.cut(at))

    def finish(self) -> None:
        """No more audio; the remaining work becomes due."""
        self._ask(lambda: self._silently(self._captions.finish))

    def configure(self, options: SessionOptions) -> None:
        """Go on with other options."""
        self._ask(lambda: self._silently(lambda: self._captions.configure(options)))

    def adopt(self, recognition: Recognition) -> None:
        """Go on with other models."""
        self._ask(lambda: self._silently(lambda: self._captions.adopt(recognition)))

    def next_work(self) -> Work | None:
        """Due where a turn is over and its events wait, or where a turn is to begin."""
        is_due = self._is_due() if self._flight is None else self._flight.done()
        return Work.LIVE if is_due else None

    def run(self, work: Work) -> list[Event]:  # noqa: ARG002 - there is one kind
        """Return what came of the turn, and begin the next one where there is something to do.

        Raises:
            WlkError: what the session raised.
        """
        events: list[Event] = []
        if self._flight is not None:
            flight, self._flight = self._flight, None
            self._stood, self._in_turn = flight.result(), 0
            events = self._stood.events
        if self._asked or self._is_due():
            self._begin()
        return events

    def finished(self) -> bool:
        """After `finish`: whether nothing is left to do."""
        return self._flight is None and not self._asked and self._stood.is_finished

    def _is_due(self) -> bool:
        """Whether the session has work: some was left, or its second pass has ended since."""
        beside = self._stood.in_background
        return self._stood.is_due or (beside is not None and beside.done())

    def _ask(self, call: Callable[[], list[Event]]) -> list[Event]:
        self._asked.append(call)
        if self._flight is None:
            self._begin()
        return []

    def _begin(self) -> None:
        asked, self._asked = self._asked, []
        self._in_turn, self._unseen = self._unseen, 0
        self._flight = self._background.submit(lambda: self._turn(asked))

    def _turn(self, asked: list[Callable[[], list[Event]]]) -> _Landed:
        events = [event for call in asked for event in call()]
        captions = self._captions
        work = captions.next_work()
        if work is not None:
            events += captions.run(work)
        return _Landed(
            events,
            captions.lag,
            captions.skipped,
            captions.language,
            captions.refining,
            captions.next_work() is not None,
            captions.finished(),
            captions.in_background,
        )

    def _silently(self, call: Callable[[], None]) -> list[Event]:
        call()
        return []
