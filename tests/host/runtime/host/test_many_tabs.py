"""More tabs than there is time for: every one has its turns."""

from collections.abc import Callable
from concurrent.futures import Future

from host.runtime.port import Port, Scenes
from host.runtime.scripted import Inline, ScriptedLoader, ScriptedSession, T
from wlk_host.core.types import Work
from wlk_host.runtime.agenda import Agenda
from wlk_host.runtime.ports import UnderWay, Urgency
from wlk_host.runtime.stdio import Signal


class Job:
    """One that waits for the only thread."""

    def __init__(self, do: Callable[[], None], urgency: Urgency | None) -> None:
        self.do, self.urgency = do, urgency


class OneThread:
    """A thread that does the next job of its agenda when the test says so."""

    def __init__(self) -> None:
        self._agenda = Agenda[Job](1)
        self._now = 0.0

    def take(self, turn: Callable[[], T], urgency: Urgency) -> Future[T]:
        future = Future[T]()
        self._agenda.add(Job(lambda: future.set_result(turn()), urgency), self._now)
        return future

    def submit(self, job: Callable[[], T]) -> Future[T]:
        return Inline().submit(job)

    def do_next(self) -> None:
        """If there is one."""
        self._now += 1
        job = self._agenda.begin(self._now)
        if job is not None:
            job.do()
            self._agenda.end(job)

    def under_way(self) -> list[UnderWay]:
        return []

    def abandon(self, job: UnderWay) -> None:
        raise AssertionError("nothing is under way")

    def apart(self, name: str) -> Inline:
        return Inline()


def test_a_turn_for_a_second_pass_is_not_overtaken_by_the_live_steps_of_others(port: Port) -> None:
    """While it waits, sound comes, which would wait with it for as long as others have any."""
    thread = OneThread()
    port.threads = thread
    journal: list[tuple[str, str]] = []
    quiet = ScriptedSession("quiet", journal)
    others = [ScriptedSession(name, journal) for name in ("one", "two")]
    quiet.due = [Work.REFINE]
    for other in others:
        other.due = [Work.LIVE] * 8

    def begin() -> None:
        for session in (quiet, *others):
            port.start(session.name, visible=False)

    def say_more() -> None:
        port.audio("quiet")

    def go_on() -> None:
        thread.do_next()
        port.inbox.put(Signal.WAKE)

    port.inbox = Scenes(begin, say_more, *[go_on] * 20, lambda: port.inbox.put(None), *[go_on] * 9)
    port.serve_on(port.inbox, lambda _: ScriptedLoader(quiet, *others), port.heard.append, 300)
    first = journal.index(("quiet", "feed"))
    assert sum(what == "LIVE" for _, what in journal[:first]) <= len(others)
