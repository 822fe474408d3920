"""What words of the captions mean, told by the translators that translate their lines."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from wlk_host.core.errors import WlkError
from wlk_host.core.ports import Promise
from wlk_host.core.translation import choice
from wlk_host.core.translation.translators import TranslationRequest, TranslationService
from wlk_host.protocol.messages import ToExtension
from wlk_host.protocol.words import Translate, Translated
from wlk_host.runtime.host.running import Opening, Running
from wlk_host.runtime.ports import LoadedModel, Threads

MOST_WAITING: Final = 4
"""Words that are looked up, or wait for that, in all tabs."""

WITHIN_S: Final = 8.0
"""A word that has not been translated by then is given up."""

TRY_AGAIN_S: Final = 0.25
"""While the translator is being loaded, it is asked again after so long."""

_MARKS: Final = ".!?。！？ "  # noqa: RUF001 - full-width ones
"""What translators put behind a single word as if it were a sentence."""


@dataclass(slots=True, eq=False)
class _LookUp:
    """A word that waits for its translation.

    Attributes:
        model: of the session; knows the translator.
        ends_at: when it is given up.
        news: set when the translator has answered, or nobody waits any more.
        is_left: whether nobody does, because the session is over.
    """

    asked: Translate
    request: TranslationRequest
    model: LoadedModel
    ends_at: float
    news: threading.Event = field(default_factory=threading.Event)
    is_left: bool = False

    def take_news(self) -> None:
        """Only what comes from now on is news, but that nobody waits stays."""
        self.news.clear()
        if self.is_left:
            self.news.set()

    def leave(self) -> None:
        """Nobody waits any more."""
        self.is_left = True
        self.news.set()


class LookUps:
    """Waits for translators on a thread of its own; `take` returns at once.

    Every word is answered in `WITHIN_S`, with its translation or with what kept it from being
    translated, unless its session ends first.

    Args:
        threads: one thread, which does its jobs in order.
        send: sends a message; called by that thread as well.
        now: seconds that pass.
    """

    def __init__(
        self,
        threads: Threads,
        send: Callable[[ToExtension], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._threads = threads
        self._send = send
        self._now = now
        self._waiting: list[_LookUp] = []
        self._jobs: deque[Promise[None]] = deque()

    def take(self, asked: Translate, session: Opening | Running | None) -> None:
        """Begin to look a word up.

        Args:
            asked: the word.
            session: that it was said in; None where that is not open.
        """
        try:
            look_up = self._begun(asked, session)
        except WlkError as error:
            self._send(Translated.of(asked, error))
            return
        self._waiting.append(look_up)
        self._jobs.append(self._threads.submit(partial(self._answer, look_up)))

    def leave(self, session: str | None = None) -> None:
        """Nobody waits any longer for the words of a session that is over; None: for any."""
        for look_up in list(self._waiting):
            if session in (None, look_up.asked.session):
                look_up.leave()

    def ended(self) -> Iterator[Promise[None]]:
        """The jobs that are over. One that failed by a bug raises its error."""
        while self._jobs and self._jobs[0].done():
            yield self._jobs.popleft()

    def _begun(self, asked: Translate, session: Opening | Running | None) -> _LookUp:
        if not isinstance(session, Running):
            raise _not_running()
        if len(self._waiting) >= MOST_WAITING:
            raise _too_many()
        if (refusal := choice.refusal_of_word(asked.translator)) is not None:
            raise refusal
        request = TranslationRequest(
            translator=asked.translator,
            source=asked.source or session.reporter.language or "en",
            target=asked.target,
            texts=(asked.text,),
            beside=True,
        )
        return _LookUp(asked, request, session.model, self._now() + WITHIN_S)

    # On the thread

    def _answer(self, look_up: _LookUp) -> None:
        try:
            answer: str | WlkError = self._translated(look_up)
        except WlkError as error:
            answer = choice.why_no_word(error, look_up.asked.target)
        finally:
            self._waiting.remove(look_up)
        if not look_up.is_left:
            self._send(Translated.of(look_up.asked, answer))

    def _translated(self, look_up: _LookUp) -> str:
        while not look_up.is_left:
            try:
                [text] = self._asked(look_up)
            except WlkError as error:
                is_loading = error.code == choice.LOADING
                if not is_loading or self._left_s(look_up) <= TRY_AGAIN_S:
                    raise
                look_up.news.wait(TRY_AGAIN_S)
            else:
                return _as_a_word(text, look_up.asked.text)
        raise _late()

    def _asked(self, look_up: _LookUp) -> list[str]:
        """What the translator says to it. It comes to it after the lines that wait."""
        given_up = threading.Event()
        answered = threading.Event()

        def ask(service: TranslationService) -> list[str]:
            if given_up.is_set():
                return []
            try:
                return service.translate(look_up.request)
            finally:
                answered.set()
                look_up.news.set()

        outcome = look_up.model.after_lines(ask)
        if not answered.is_set():
            look_up.news.wait(self._left_s(look_up))
        look_up.take_news()
        if not answered.is_set():
            given_up.set()
            raise _late()
        return outcome.result()

    def _left_s(self, look_up: _LookUp) -> float:
        return max(0.0, look_up.ends_at - self._now())


def _as_a_word(text: str, asked: str) -> str:
    """A translation without what translators add to a single word: a full stop, the word again.

    Raises:
        WlkError: `word_unknown`, where nothing is left.
    """
    text = text.strip()
    if not text:
        raise _unknown()
    if len(asked.split()) == 1 and len({word.casefold() for word in text.split()}) == 1:
        text = text.split()[0]
    bare = text.rstrip(_MARKS)
    return bare if bare and asked[-1] not in _MARKS else text


def _unknown() -> WlkError:
    return WlkError(
        code="word_unknown",
        message="the translator has no translation of the word",
        hint="look up a longer phrase, or choose another translator",
    )


def _not_running() -> WlkError:
    return WlkError(
        code="captions_not_running",
        message="words are looked up only while captions run",
        hint="wait until captions run, then look the word up again",
    )


def _too_many() -> WlkError:
    return WlkError(
        code="look_ups_too_many",
        message=f"{MOST_WAITING} words are being looked up, which is the most",
        hint="wait a moment, then look the word up again",
    )


def _late() -> WlkError:
    return WlkError(
        code="look_up_late",
        message=f"the translator did not come to the word within {WITHIN_S:g} s",
        hint="look the word up again; if this happens again, choose a smaller translator",
    )
