"""Calls of several threads that meet. What is computed waits for its gate or for a scripted clock,
so the test says when a pass ends."""

import gc
import threading
import weakref
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wlk_host.backends.whisper.rendezvous import PATIENCE, Rendezvous

WITHIN_S = 20.0
MOST = 4


class Clock:
    """Stands still unless it is told to go on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Doubling:
    """`rendezvous.Kind`: doubles numbers. It fails where one of them is bad, or where they are more
    than there is memory for."""

    def __init__(self, clock: Clock | None = None, *, opened: bool = True) -> None:
        self.passes: list[list[int]] = []
        self.threads: set[int] = set()
        self.bad: set[int] = set()
        self.memory = 100
        self.most_in_one = 100
        self._clock = clock
        self._noted = threading.Condition()
        self._opened = 10**9 if opened else 0

    def fits(self, calls: Sequence[int]) -> bool:
        return sum(calls) <= self.most_in_one

    def compute(self, calls: Sequence[int]) -> list[int]:
        with self._noted:
            self.passes.append(list(calls))
            self.threads.add(threading.get_ident())
            self._noted.notify_all()
            assert self._noted.wait_for(lambda: self._opened >= len(self.passes), WITHIN_S)
        if self._clock is not None:
            self._clock.now += 0.001
        if len(calls) > self.memory:
            raise RuntimeError("out of memory")
        if bad := self.bad & set(calls):
            raise RuntimeError(f"bad: {bad}")
        return [2 * call for call in calls]

    def open(self, n: int = 1) -> None:
        """Let that many more passes through."""
        with self._noted:
            self._opened += n
            self._noted.notify_all()

    def await_passes(self, n: int) -> None:
        with self._noted:
            assert self._noted.wait_for(lambda: len(self.passes) >= n, WITHIN_S)


class Callers:
    """Ask, each on a thread of its own, one after the other."""

    def __init__(self, rendezvous: Rendezvous) -> None:
        self._rendezvous = rendezvous
        self._threads = ThreadPoolExecutor(32)

    def ask_during_first(self, kind: Doubling, *calls: int) -> list[Future[int]]:
        """Ask for the first one, and for the others while it is computed."""
        first = self.ask(kind, calls[0])
        kind.await_passes(1)
        return [*first, *self.ask(kind, *calls[1:])]

    def ask(self, kind: Doubling, *calls: int) -> list[Future[int]]:
        """Ask for one after the other. They wait when this returns."""
        asked = []
        for call in calls:
            n = len(self._rendezvous._waiting)
            asked.append(self._threads.submit(self._rendezvous.ask, kind, call))
            self._await_waiting(n + 1, asked[-1])
        return asked

    def _await_waiting(self, n: int, asked: Future[int]) -> None:
        came = self._rendezvous._came
        with came:
            while len(self._rendezvous._waiting) < n and not asked.done():
                came.wait(0.01)


@pytest.fixture
def rendezvous() -> Rendezvous:
    # With a clock that stands still no pass has taken any time, so none is waited for.
    return Rendezvous(MOST, Clock())


@pytest.fixture
def callers(rendezvous: Rendezvous) -> Callers:
    return Callers(rendezvous)


def test_one_alone_never_waits() -> None:
    kind = Doubling(clock := Clock())
    rendezvous = Rendezvous(MOST, clock)
    assert [rendezvous.ask(kind, call) for call in (1, 2, 3)] == [2, 4, 6]
    assert kind.passes == [[1], [2], [3]]
    assert len(kind.threads) == 1
    assert threading.get_ident() not in kind.threads


def test_what_comes_during_a_pass_is_the_next_one(callers: Callers) -> None:
    kind = Doubling(opened=False)
    asked = callers.ask_during_first(kind, 1, 2, 3)
    kind.open(2)
    assert [one.result(WITHIN_S) for one in asked] == [2, 4, 6]
    assert kind.passes == [[1], [2, 3]]


def test_no_more_are_computed_at_once_than_fit_and_nobody_is_passed_over(callers: Callers) -> None:
    kind = Doubling(opened=False)
    kind.most_in_one = 12
    asked = callers.ask_during_first(kind, 1, 2, 3, 90, 4, 5, 6, 7)
    kind.open(9)
    assert [one.result(WITHIN_S) for one in asked] == [2, 4, 6, 180, 8, 10, 12, 14]
    assert kind.passes == [[1], [2, 3, 4], [90], [5, 6], [7]]


def test_so_many_sessions_are_the_most(callers: Callers) -> None:
    kind = Doubling(opened=False)
    asked = callers.ask_during_first(kind, *range(7))
    kind.open(7)
    assert [one.result(WITHIN_S) for one in asked] == [2 * n for n in range(7)]
    assert kind.passes == [[0], [1, 2, 3, 4], [5, 6]]


def test_what_is_of_another_kind_is_computed_in_its_turn(callers: Callers) -> None:
    one, other = Doubling(opened=False), Doubling()
    asked = callers.ask_during_first(one, 1)
    asked += callers.ask(other, 10)
    asked += callers.ask(one, 2, 3)
    asked += callers.ask(other, 11)
    one.open(2)
    assert [promise.result(WITHIN_S) for promise in asked] == [2, 20, 4, 6, 22]
    assert (one.passes, other.passes) == ([[1], [2, 3]], [[10, 11]])


@pytest.mark.parametrize("bad", [2, 3, 4])
def test_only_who_fails_alone_is_told(bad: int, callers: Callers) -> None:
    kind = Doubling(opened=False)
    kind.bad = {bad}
    asked = dict(zip((1, 2, 3, 4), callers.ask_during_first(kind, 1, 2, 3, 4), strict=True))
    kind.open(10)
    assert str(asked.pop(bad).exception(WITHIN_S)) == f"bad: {{{bad}}}"
    assert {call: one.result(WITHIN_S) for call, one in asked.items()} == {
        call: 2 * call for call in asked
    }
    assert [one.result(WITHIN_S) for one in callers.ask(kind, 5)] == [10]


def test_each_that_fails_is_told_an_error_of_its_own(callers: Callers) -> None:
    kind = Doubling(opened=False)
    kind.bad = {2, 3}
    _, *asked = callers.ask_during_first(kind, 1, 2, 3)
    kind.open(10)
    errors = [one.exception(WITHIN_S) for one in asked]
    assert [str(error) for error in errors] == ["bad: {2}", "bad: {3}"]


def test_what_was_too_much_is_not_tried_again(rendezvous: Rendezvous, callers: Callers) -> None:
    kind = Doubling(opened=False)
    kind.memory = 2
    asked = callers.ask_during_first(kind, 1, 2, 3, 4, 5)
    kind.open(20)
    assert [one.result(WITHIN_S) for one in asked] == [2, 4, 6, 8, 10]
    assert kind.passes == [[1], [2, 3, 4, 5], [2], [3, 4], [5]]
    assert rendezvous.most == 2


def test_a_pass_waits_for_those_who_were_answered_before() -> None:
    kind = Doubling(clock := Clock(), opened=False)
    callers = Callers(Rendezvous(MOST, clock))
    asked = callers.ask_during_first(kind, 1, 2)
    kind.open(1)
    asked[0].result(WITHIN_S)
    # The second one is on its way to be computed alone; the first one comes back in time.
    again = callers.ask(kind, 3)
    kind.open(10)
    assert [one.result(WITHIN_S) for one in (asked[1], *again)] == [4, 6]
    assert kind.passes == [[1], [2, 3]]


def test_it_does_not_wait_long() -> None:
    kind = Doubling(clock := Clock(), opened=False)
    callers = Callers(Rendezvous(MOST, clock))
    first, second = callers.ask_during_first(kind, 1, 2)
    kind.open(10)
    # Whoever was answered first does not come back.
    assert first.result(WITHIN_S) == 2
    while not second.done():
        clock.now += PATIENCE * 0.001
    assert second.result() == 4
    assert kind.passes == [[1], [2]]


def test_its_thread_ends_with_it() -> None:
    rendezvous = Rendezvous(MOST)
    kind = Doubling()
    assert rendezvous.ask(kind, 1) == 2
    (ident,) = kind.threads
    thread = next(one for one in threading.enumerate() if one.ident == ident)
    gone = weakref.ref(kind)
    del rendezvous, kind
    gc.collect()
    thread.join(WITHIN_S)
    assert not thread.is_alive()
    assert gone() is None


@settings(deadline=None, max_examples=30)
@given(
    sessions=st.lists(st.lists(st.integers(0, 40), max_size=6), min_size=1, max_size=6),
    bad=st.sets(st.integers(0, 40), max_size=3),
    memory=st.integers(1, MOST),
)
def test_each_session_is_told_its_own_in_its_order(
    sessions: list[list[int]], bad: set[int], memory: int
) -> None:
    rendezvous, kind = Rendezvous(MOST), Doubling()
    kind.bad, kind.memory, kind.most_in_one = bad, memory, 60
    begin = threading.Barrier(len(sessions))

    def told(calls: Sequence[int]) -> list[int | None]:
        begin.wait(WITHIN_S)
        answers: list[int | None] = []
        for call in calls:
            try:
                answers.append(rendezvous.ask(kind, call))
            except RuntimeError:
                answers.append(None)
        return answers

    with ThreadPoolExecutor(len(sessions)) as threads:
        heard = list(threads.map(told, sessions))
    assert heard == [[None if call in bad else 2 * call for call in calls] for calls in sessions]
    assert all(len(one) <= MOST and (len(one) == 1 or sum(one) <= 60) for one in kind.passes)
    assert rendezvous._waiting == []
