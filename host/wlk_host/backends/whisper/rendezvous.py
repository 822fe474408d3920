"""Where the calls of several sessions meet, so that one pass answers all of them.

Nothing here knows what is computed.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Protocol, TypeVar

PATIENCE: Final = 0.5
"""How long a pass waits for those who were answered by the one before, as a share of its time."""

C = TypeVar("C")
A = TypeVar("A")
C_contra = TypeVar("C_contra", contravariant=True)
A_co = TypeVar("A_co", covariant=True)

_log = logging.getLogger(__name__)


class Kind(Protocol[C_contra, A_co]):
    """What can be asked for, and is computed for several at once. Hashed by identity."""

    def fits(self, calls: Sequence[C_contra], /) -> bool:
        """Whether these can be one pass. A single call always is one."""
        ...

    def compute(self, calls: Sequence[C_contra], /) -> Sequence[A_co]:
        """The answer to each call. What fails has changed nothing, and can be tried again.

        Raises:
            RuntimeError: for want of memory, for instance.
        """
        ...


@dataclass(eq=False, slots=True)
class _Asked(Generic[C, A]):
    """A call that waits.

    Attributes:
        answers: one, once it is there.
    """

    kind: Kind[C, A]
    call: C
    answers: list[A] = field(default_factory=list)


class Rendezvous:
    """Answers calls of any threads on a thread of its own, as many of a kind at once as wait.

    A call that comes while nothing is computed is computed at once, so one session alone loses
    nothing. Those that come during a pass are the next one. Sessions that have just been answered
    ask again a moment later; without waiting for them, two groups of sessions would take turns
    for ever where one pass could answer both. So a pass waits for as many calls as the one before
    it has answered or left, but not long.

    Calls are served in the order in which they come. A pass that fails is tried once more with the
    first of its calls alone; the others are tried next. So whoever fails is told its own error, and
    what was too much at once is not tried again in that size.

    Args:
        most: calls of one pass.
        now: seconds that pass.
    """

    def __init__(self, most: int, now: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._now = now
        # Its thread ends with this object. Libraries for a card keep memory for each thread that
        # has computed, so it is one, not that of whoever comes first.
        self._thread = ThreadPoolExecutor(1, "card")
        self._came = threading.Condition()
        self._waiting: list[_Asked[Any, Any]] = []
        self._expected: dict[Kind[Any, Any], int] = {}
        self._patient_until = now()

    @property
    def most(self) -> int:
        """Calls that a pass may have now."""
        return self._most

    def ask(self, kind: Kind[C, A], call: C) -> A:
        """The answer to this call, whoever else is answered with it.

        Raises:
            RuntimeError: what computing it alone raises.
        """
        asked = _Asked(kind, call)
        with self._came:
            self._waiting.append(asked)
            served = self._thread.submit(self._serve, asked)
            self._came.notify()
        try:
            return served.result()
        finally:
            del served  # What it raises keeps this frame, which would keep it in turn.

    def _serve(self, asked: _Asked[C, A]) -> A:
        """Answer it, and with it those that wait for the same; it may have been answered so."""
        if not asked.answers:
            batch = self._gathered(asked)
            began = self._now()
            try:
                self._answer(batch)
            finally:
                self._end(asked, len(batch), self._now() - began)
        return asked.answers[0]

    def _gathered(self, asked: _Asked[C, A]) -> list[_Asked[C, A]]:
        """The calls of the next pass, that one first."""
        with self._came:
            expected = min(self._expected.get(asked.kind, 1), self._most)
            while len(self._alike(asked)) < expected:
                left = self._patient_until - self._now()
                if left <= 0:
                    break
                self._came.wait(left)
            batch = [asked]
            for one in self._alike(asked):
                if len(batch) == self._most:
                    break
                if one is not asked and asked.kind.fits([*(x.call for x in batch), one.call]):
                    batch.append(one)
            return batch

    def _alike(self, asked: _Asked[C, A]) -> list[_Asked[C, A]]:
        return [one for one in self._waiting if one.kind is asked.kind]

    def _answer(self, batch: list[_Asked[C, A]]) -> None:
        if len(batch) > 1 and self._answer_all(batch):
            return
        alone = batch[0]
        alone.answers += alone.kind.compute([alone.call])

    def _answer_all(self, batch: Sequence[_Asked[C, A]]) -> bool:
        """Answer them in one pass; whether that went well."""
        try:
            answers = batch[0].kind.compute([one.call for one in batch])
        except RuntimeError as error:
            self._most = max(1, len(batch) // 2)
            _log.warning("%d calls in one pass failed: %s", len(batch), type(error).__name__)
            return False
        for one, answer in zip(batch, answers, strict=True):
            one.answers.append(answer)
        return True

    def _end(self, asked: _Asked[C, A], n_calls: int, took_s: float) -> None:
        """A pass is over: what it has answered waits no more, nor does what has failed alone."""
        with self._came:
            self._waiting = [one for one in self._waiting if one is not asked and not one.answers]
            self._expected[asked.kind] = n_calls + len(self._alike(asked))
            self._patient_until = self._now() + PATIENCE * took_s
