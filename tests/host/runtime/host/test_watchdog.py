"""Work that does not end: its session is told and closed, and the others go on.

The time of the watchdog is the test's. The hung work waits for a gate, which opens at the end.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from host.runtime.port import Port, WatchedInbox
from host.runtime.scripted import ScriptedLoader, ScriptedModel, ScriptedSession
from wlk_host.core.options import SessionOptions
from wlk_host.core.types import Event, Work
from wlk_host.protocol.messages import Error, Status, ToExtension
from wlk_host.runtime.host import watchdog
from wlk_host.runtime.host.loop import Wake
from wlk_host.runtime.ports import Urgency
from wlk_host.runtime.stdio import HungError, Signal
from wlk_host.runtime.workers import Workers, owner

WITHIN_S = 20.0


class Hanging(ScriptedSession):
    """Does not end its work while the gate is closed."""

    def __init__(self, name: str, gate: threading.Event) -> None:
        super().__init__(name)
        self.gate = gate
        self.hangs = threading.Event()

    def run(self, work: Work) -> list[Event]:
        self.hangs.set()
        assert self.gate.wait(WITHIN_S)
        return super().run(work)


class JoinedInbox(WatchedInbox):
    """`join` returns when the loop has taken everything and waits again."""

    def get(self, block: bool = True, timeout: float | None = None) -> bytes | Signal | None:
        if block:
            self.all_are_taken()
        return super().get(block, timeout)

    def all_are_taken(self, at_all: bool = False) -> None:
        with self.all_tasks_done:
            if at_all or not self._qsize():
                self.unfinished_tasks = 0
                self.all_tasks_done.notify_all()


@dataclass
class Scene:
    """A loop with real threads, and the watchdog's time."""

    inbox: JoinedInbox = field(default_factory=JoinedInbox)
    gate: threading.Event = field(default_factory=threading.Event)
    now_s: float = 0.0

    def __post_init__(self) -> None:
        self.port = Port(inbox=self.inbox)
        self.told = threading.Condition()

    def hear(self, message: ToExtension) -> None:
        with self.told:
            self.port.heard.append(message)
            self.told.notify_all()

    def await_told(self, kind: type[Error] | type[Status], **fields: object) -> None:
        def is_told() -> bool:
            return any(
                isinstance(m, kind) and all(getattr(m, k) == v for k, v in fields.items())
                for m in self.port.heard
            )

        with self.told:
            assert self.told.wait_for(is_told, WITHIN_S), self.port.heard

    def pass_time(self, seconds: float) -> None:
        """As the loop sees it that looks every few seconds."""
        for _ in range(round(seconds / watchdog.LOOK_EVERY_S)):
            self.now_s += watchdog.LOOK_EVERY_S
            self.inbox.put(Signal.WAKE)
            self.inbox.join()

    def serve(self, *sessions: ScriptedSession, loader: ScriptedLoader | None = None) -> "Serving":
        return Serving(self, loader or ScriptedLoader(*sessions))


class Serving:
    """A loop on a thread of its own, until the block ends."""

    def __init__(self, scene: Scene, loader: ScriptedLoader) -> None:
        self.ended_by: BaseException | None = None
        self._scene, self._loader = scene, loader
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        scene = self._scene

        def make_threads(wake: Wake) -> Workers:
            return Workers(2, wake)

        try:
            scene.port.serve_on(
                scene.port.inbox,
                lambda _: self._loader,
                scene.hear,
                300,
                make_threads,
                lambda: scene.now_s,
            )
        except HungError as error:
            self.ended_by = error
        finally:
            scene.inbox.all_are_taken(at_all=True)

    def __enter__(self) -> "Serving":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._scene.gate.set()
        self._scene.port.hang_up()
        self._thread.join(WITHIN_S)
        assert not self._thread.is_alive()

    def join(self) -> None:
        self._thread.join(WITHIN_S)


@pytest.fixture
def scene() -> Iterator[Scene]:
    scene = Scene()
    yield scene
    scene.gate.set()


def begin(scene: Scene, session: Hanging) -> None:
    scene.port.start(session.name)
    scene.port.audio(session.name)
    assert session.hangs.wait(WITHIN_S)


def test_a_step_that_does_not_end_ends_its_session_alone(scene: Scene) -> None:
    bad, good = Hanging("bad", scene.gate), ScriptedSession("good")
    with scene.serve(bad, good):
        begin(scene, bad)
        scene.pass_time(watchdog.MOST_STEP_S)
        assert scene.port.errors() == []
        scene.pass_time(2 * watchdog.LOOK_EVERY_S)
        scene.await_told(Error, code="step_hung", session="bad")
        scene.port.start("good")
        scene.port.audio("good")
        scene.port.say(type="stop", session="good")
        scene.await_told(Status, session="good", state="ended")
    assert scene.port.errors() == [("step_hung", "bad")]
    error = next(m for m in scene.port.heard if isinstance(m, Error))
    assert "smaller model" in error.hint


def test_all_threads_hung_still_leave_one_for_the_others(scene: Scene) -> None:
    bad = [Hanging(name, scene.gate) for name in ("a", "b")]
    good = ScriptedSession("good")
    with scene.serve(*bad, good):
        for session in bad:
            begin(scene, session)
        scene.port.start("good")
        scene.port.audio("good")
        scene.pass_time(watchdog.MOST_STEP_S + 2 * watchdog.LOOK_EVERY_S)
        scene.port.say(type="stop", session="good")
        scene.await_told(Status, session="good", state="ended")
    assert sorted(scene.port.errors()) == [("step_hung", "a"), ("step_hung", "b")]


def test_a_session_that_hung_does_not_start_again_at_once(scene: Scene) -> None:
    bad = Hanging("bad", scene.gate)
    with scene.serve(bad):
        begin(scene, bad)
        scene.pass_time(watchdog.MOST_STEP_S + watchdog.LOOK_EVERY_S)
        scene.await_told(Error, session="bad")
        scene.port.start("bad")
        scene.port.inbox.put(Signal.WAKE)
        scene.port.inbox.join()
        assert scene.port.errors() == [("step_hung", "bad")] * 2
        scene.now_s += 2
        scene.gate.set()
        scene.port.start("bad")
        scene.await_told(Status, session="bad", state="listening")


def test_a_machine_that_slept_has_not_worked_all_night(scene: Scene) -> None:
    slow = Hanging("slow", scene.gate)
    with scene.serve(slow):
        begin(scene, slow)
        scene.now_s += 8 * 3600
        scene.port.inbox.put(Signal.WAKE)
        scene.port.inbox.join()
        assert scene.port.errors() == []


def test_one_hung_thread_too_many_ends_the_process(scene: Scene) -> None:
    n_bad = watchdog.MOST_ABANDONED + 1
    bad = [Hanging(f"s{n}", scene.gate) for n in range(n_bad)]
    with scene.serve(*bad) as serving:
        for session in bad:
            begin(scene, session)
            scene.pass_time(watchdog.MOST_STEP_S + watchdog.LOOK_EVERY_S)
        serving.join()
        assert isinstance(serving.ended_by, HungError)
    assert scene.port.errors() == [("step_hung", f"s{n}") for n in range(n_bad)]


def test_a_model_that_does_not_load_is_told_and_others_load(scene: Scene) -> None:
    begun = threading.Event()

    class Loader(ScriptedLoader):
        def load(self, options: SessionOptions) -> ScriptedModel:
            if options.model == "stuck":
                begun.set()
                assert scene.gate.wait(WITHIN_S)
            return super().load(options)

    with scene.serve(loader=Loader(ScriptedSession("a"), ScriptedSession("b"))):
        scene.port.start("a", options={"model": "stuck"})
        assert begun.wait(WITHIN_S)
        scene.pass_time(watchdog.LOAD_S)
        assert scene.port.errors() == []
        scene.pass_time(2 * watchdog.LOOK_EVERY_S)
        scene.await_told(Error, code="load_hung", session="a")
        scene.port.start("b", options={"model": "base"})
        scene.await_told(Status, session="b", state="listening")
        scene.port.start("c", options={"model": "stuck"})
        scene.await_told(Error, code="load_hung", session="c")


def test_a_second_pass_that_does_not_end_is_noticed_for_its_session() -> None:
    gate, begun = threading.Event(), threading.Event()
    workers = Workers(2)

    def job() -> None:
        begun.set()
        assert gate.wait(WITHIN_S)

    before = owner.set("a")
    workers.take(lambda: workers.submit(job), Urgency.VISIBLE).result()
    owner.reset(before)
    assert begun.wait(WITHIN_S)
    now_s = 0.0
    dog = watchdog.Watchdog(lambda: now_s)
    for _ in range(4):
        now_s += watchdog.LOOK_EVERY_S
        overdue = dog.overdue([(workers, lambda _: 12.0)])
    assert [(place, late.owner, late.urgency) for place, late in overdue] == [(workers, "a", None)]
    dog.abandon(workers, overdue[0][1])
    assert workers.submit(lambda: 5).result() == 5
    gate.set()


@pytest.mark.parametrize(
    ("slowest_s", "bound_s"), [(None, 25.0), (0.1, 15.0), (1.0, 20.0), (9.0, 25.0)]
)
def test_the_bound_follows_the_measured_steps(slowest_s: float | None, bound_s: float) -> None:
    assert watchdog.step_bound(slowest_s) == bound_s
