"""One thread for jobs in the background."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Worker:
    """Runs jobs on one thread of its own and says when one is done.

    Args:
        wake: called on that thread after each job.
        name: the name of the thread.
    """

    def __init__(self, wake: Callable[[], None] = lambda: None, name: str = "second-pass") -> None:
        self._pool = ThreadPoolExecutor(1, name)
        self._wake = wake

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Run the job when its turn comes."""
        future = self._pool.submit(job)
        future.add_done_callback(lambda _: self._wake())
        return future

    def another(self, name: str) -> "Worker":
        """Another worker with its own thread and the same `wake`."""
        return Worker(self._wake, name)
