"""Threads that do jobs. Each job here waits for its gate, so the test says when it ends."""

import threading
from collections.abc import Callable
from functools import partial

import pytest

from wlk_host.core.pauses import give_way
from wlk_host.core.ports import Promise
from wlk_host.runtime.ports import Urgency
from wlk_host.runtime.workers import AsTurns, Workers

WITHIN_S = 20.0
LIVE, HIDDEN = Urgency


class Gated:
    """Makes jobs that note that they have begun, and end when they are let through."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self._gates: dict[str, threading.Event] = {}
        self._noted = threading.Condition()

    def job(self, name: str) -> Callable[[], str]:
        self._gates[name] = threading.Event()

        def do() -> str:
            with self._noted:
                self.begun.append(name)
                self._noted.notify_all()
            assert self._gates[name].wait(WITHIN_S)
            return name

        return do

    def let_through(self, *names: str) -> None:
        for name in names:
            self._gates[name].set()

    def await_begun(self, n: int) -> None:
        with self._noted:
            assert self._noted.wait_for(lambda: len(self.begun) >= n, WITHIN_S)


@pytest.fixture
def gated() -> Gated:
    return Gated()


def test_as_many_jobs_run_side_by_side_as_there_are_threads(gated: Gated) -> None:
    workers = Workers(2)
    promises = [workers.take(gated.job(name), LIVE) for name in "abc"]
    gated.await_begun(2)
    assert set(gated.begun) == {"a", "b"}
    assert [promise.done() for promise in promises] == [False, False, False]
    gated.let_through("b")
    gated.await_begun(3)
    gated.let_through("a", "c")
    assert [promise.result() for promise in promises] == ["a", "b", "c"]


def test_a_free_thread_takes_the_most_urgent_job(gated: Gated) -> None:
    workers = Workers(1)
    first = workers.take(gated.job("first"), LIVE)
    gated.await_begun(1)
    others: list[Promise[str]] = [
        workers.submit(gated.job("second pass")),
        workers.take(gated.job("hidden"), HIDDEN),
        workers.take(gated.job("shown"), LIVE),
    ]
    gated.let_through("first", "second pass", "hidden", "shown")
    for promise in [first, *others]:
        promise.result()
    assert gated.begun == ["first", "shown", "hidden", "second pass"]


def test_a_turn_does_not_wait_for_second_passes(gated: Gated) -> None:
    workers = Workers(2)
    passes = [workers.submit(gated.job(f"second pass {n}")) for n in range(2)]
    gated.await_begun(1)
    turn = workers.take(gated.job("turn"), LIVE)
    gated.let_through("turn")
    assert turn.result() == "turn"
    assert [promise.done() for promise in passes] == [False, False]
    gated.let_through("second pass 0", "second pass 1")
    assert [promise.result() for promise in passes] == ["second pass 0", "second pass 1"]


@pytest.mark.parametrize("n_threads", [1, 2])
def test_a_second_pass_gives_way_to_a_turn_and_goes_on_after_it(
    gated: Gated, n_threads: int
) -> None:
    workers = Workers(n_threads)
    pieces = [gated.job(f"piece {n}") for n in range(2)]

    def second_pass() -> str:
        pieces[0]()
        give_way()
        return pieces[1]()

    done = workers.submit(second_pass)
    gated.await_begun(1)
    turns = [workers.take(gated.job(f"turn {n}"), LIVE) for n in range(n_threads)]
    gated.let_through("piece 0")
    gated.await_begun(n_threads + 1)
    assert set(gated.begun) == {"piece 0", *(f"turn {n}" for n in range(n_threads))}
    assert {job.urgency for job in workers.under_way()} == {LIVE}
    assert not done.done()
    gated.let_through("turn 0")
    gated.await_begun(n_threads + 2)
    gated.let_through("piece 1", *(f"turn {n}" for n in range(1, n_threads)))
    assert done.result() == "piece 1"
    assert [turn.result() for turn in turns] == [f"turn {n}" for n in range(n_threads)]


def test_a_turn_gives_way_to_nobody(gated: Gated) -> None:
    workers = Workers(1)

    def turn() -> str:
        give_way()
        return "turn"

    waiting = workers.take(gated.job("first"), LIVE)
    gated.await_begun(1)
    promises = [workers.take(turn, HIDDEN), workers.take(gated.job("other"), HIDDEN)]
    gated.let_through("first", "other")
    assert [p.result() for p in (waiting, *promises)] == ["first", "turn", "other"]


def test_whoever_waits_is_woken_when_the_outcome_is_there() -> None:
    woken = threading.Event()
    workers = Workers(1, woken.set)
    for n in range(100):
        woken.clear()
        promise = workers.submit(partial(abs, n))
        assert woken.wait(WITHIN_S)
        assert promise.done()
        assert promise.result() == n


def test_what_a_job_raises_its_promise_raises_and_the_thread_goes_on() -> None:
    workers = Workers(1)

    def fail() -> int:
        raise ZeroDivisionError

    failed, good = workers.take(fail, LIVE), workers.take(lambda: 1, LIVE)
    with pytest.raises(ZeroDivisionError):
        failed.result()
    assert good.result() == 1


def test_jobs_apart_have_a_thread_of_their_own_and_wake_the_same(gated: Gated) -> None:
    woken = threading.Event()
    workers = Workers(1, woken.set)
    busy = workers.submit(gated.job("busy"))
    gated.await_begun(1)
    assert workers.apart("other").submit(lambda: 1).result() == 1
    assert woken.wait(WITHIN_S)
    assert not busy.done()
    gated.let_through("busy")
    busy.result()


def test_jobs_from_many_threads_are_all_done_and_never_too_many_at_a_time() -> None:
    workers, lock = Workers(3), threading.Lock()
    at_a_time, most, n_done = 0, 0, 0

    def job() -> None:
        nonlocal at_a_time, most, n_done
        with lock:
            at_a_time += 1
            most = max(most, at_a_time)
        with lock:
            at_a_time -= 1
            n_done += 1

    def ask(number: int) -> None:
        promises: list[Promise[None]] = []
        for n in range(200):
            urgent = (number + n) % 3
            promises.append(
                workers.take(job, list(Urgency)[urgent - 1]) if urgent else workers.submit(job)
            )
        for promise in promises:
            promise.result()

    askers = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(WITHIN_S)
    assert n_done == 800
    assert most <= 3


def test_an_abandoned_job_gives_its_place_to_another_and_ends_for_itself(gated: Gated) -> None:
    workers = Workers(1)
    stuck = workers.take(gated.job("stuck"), LIVE)
    waiting = workers.take(gated.job("waiting"), LIVE)
    gated.await_begun(1)
    (job,) = workers.under_way()
    workers.abandon(job)
    workers.abandon(job)
    gated.await_begun(2)
    third = workers.take(gated.job("third"), LIVE)
    gated.let_through("stuck")
    assert stuck.result() == "stuck"
    assert gated.begun == ["stuck", "waiting"], "its end frees no second place"
    gated.let_through("waiting", "third")
    assert (waiting.result(), third.result()) == ("waiting", "third")


def test_what_is_taken_as_turns_goes_before_what_was_submitted(gated: Gated) -> None:
    workers = Workers()
    lines = AsTurns(workers)
    promises = [lines.submit(gated.job("line 1"))]
    gated.await_begun(1)
    promises.append(workers.submit(gated.job("word")))
    promises += [lines.submit(gated.job(name)) for name in ("line 2", "line 3")]
    gated.let_through("line 1", "line 2", "line 3", "word")
    assert [promise.result() for promise in promises] == ["line 1", "word", "line 2", "line 3"]
    assert gated.begun == ["line 1", "line 2", "line 3", "word"]
