"""Sessions take turns on threads: side by side, and each in one turn at a time."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import pairwise

import pytest

from host.core.scripted import sound_of
from host.core.stage import PACE, S
from host.runtime.clockwork import LIVE_S, ClockworkModel, Lanes, Tab, Timeline
from host.runtime.host.test_stalls import speech
from host.runtime.port import OneByOne, Port, Scenes
from host.runtime.scripted import Held, Inline, ScriptedLoader, ScriptedModel, ScriptedSession
from wlk_host.core.errors import DeviceError
from wlk_host.core.options import SessionOptions
from wlk_host.core.types import AudioChunk, Event, Work
from wlk_host.protocol.messages import Captions, Error, Status
from wlk_host.runtime.stdio import MemoryFullError, Signal
from wlk_host.runtime.workers import Workers


@pytest.fixture
def held(port: Port) -> Held:
    """The turns of the port's sessions, which end when the test says so."""
    turns = Held(apart=Inline())
    port.threads = turns
    return turns


def take_turn(port: Port, held: Held) -> None:
    held.do()
    port.inbox.put(Signal.WAKE)


def serve(port: Port, loader: ScriptedLoader, *scenes: Callable[[], None]) -> None:
    """Let the loop play these, one whenever it has nothing to do, and end."""
    port.inbox = Scenes(*scenes)
    port.serve_on(port.inbox, lambda _: loader, port.heard.append, 300)


def test_the_loop_does_nothing_of_a_session_itself(port: Port, held: Held) -> None:
    session = ScriptedSession()

    def ask() -> None:
        port.start("a")
        port.audio("a")
        port.say(type="cut", session="a", at=1600)
        port.say(type="configure", session="a", options={"language": "de"})
        port.say(type="retranslate", session="a", earlier=[])
        port.say(type="stop", session="a")

    def look() -> None:
        assert session.journal == []
        take_turn(port, held)
        done = [what for _, what in session.journal]
        asked = ["feed", "cut 1600", "configure de", "retranslate", "finish"]
        assert done == [*asked, "LIVE", "REFINE"]

    serve(port, ScriptedLoader(session), ask, look, port.hang_up)
    assert port.states("a")[-1] == "ended"


def test_what_is_asked_during_a_turn_waits_for_the_next(port: Port, held: Held) -> None:
    session = ScriptedSession()

    def begin() -> None:
        port.start("a")
        port.audio("a")

    def ask_more() -> None:
        for seq in (1, 2):
            port.audio("a", seq, 1600 * seq)

    def end_turns() -> None:
        assert held.n_jobs == 1, "one turn at a time"
        take_turn(port, held)

    serve(
        port,
        ScriptedLoader(session),
        begin,
        ask_more,
        end_turns,
        end_turns,
        port.hang_up,
        *[end_turns] * 3,
    )
    # The first turn began before the rest came, and takes it along all the same.
    assert session.fed == [(0, 1600), (1600, 3200), (3200, 4800)]
    assert port.states("a")[-1] == "ended"


def test_a_delay_is_told_during_a_long_turn_and_taken_back_after_it(port: Port, held: Held) -> None:
    def begin() -> None:
        port.start("a")
        port.audio("a")

    def go_on() -> None:
        for seq in range(1, 31):
            port.audio("a", seq, 1600 * seq)

    # Each chunk makes a piece of work.
    ends = [lambda: take_turn(port, held)] * 40
    serve(port, ScriptedLoader(ScriptedSession()), begin, go_on, ends[0], port.hang_up, *ends)
    told = [(m.state, m.lag_ms) for m in port.heard if isinstance(m, Status)]
    assert told[1:4] == [("listening", 0), ("lagging", 3100), ("listening", 0)]
    assert told[-1] == ("ended", 0)


def test_a_session_is_told_that_captions_stay_late_and_that_they_do_not(port: Port) -> None:
    seen: list[bool] = []

    class Late(ScriptedSession):
        def run(self, work: Work) -> list[Event]:
            seen.append(self.is_overloaded)
            return super().run(work)

    session = Late()
    session.lag = 3 * S
    port.inbox = OneByOne()
    port.start("a")
    for seq in range(900):
        port.audio("a", seq, 1600 * seq)

    def catch_up() -> None:
        if len(seen) == 300:
            session.lag = 0

    session.on_run = catch_up
    port.serve(lambda _threads: ScriptedLoader(session))
    assert seen[:200] == [False] * 200
    assert all(seen[203:300])
    assert not any(seen[-100:])


def test_others_go_on_while_one_is_in_its_turn(port: Port, held: Held) -> None:
    slow, quick = ScriptedSession("slow"), ScriptedSession("quick")

    def begin() -> None:
        port.start("slow")
        port.audio("slow")

    def begin_other() -> None:
        port.start("quick")
        port.audio("quick")

    def end_later_turn() -> None:
        held.do(-1)
        port.inbox.put(Signal.WAKE)

    def look() -> None:
        assert [m.session for m in port.heard if isinstance(m, Captions)] == ["quick"]
        take_turn(port, held)

    ends = [lambda: take_turn(port, held)] * 2
    loader = ScriptedLoader(slow, quick)
    serve(port, loader, begin, begin_other, end_later_turn, look, port.hang_up, *ends)
    assert (port.states("slow")[-1], port.states("quick")[-1]) == ("ended", "ended")


def test_one_that_begins_anew_waits_for_the_last_turn_of_the_one_before(
    port: Port, held: Held
) -> None:
    """They share what is known of voices."""
    before, after = ScriptedSession("a"), ScriptedSession("again")

    def fail_during_a_turn() -> None:
        port.audio("a", seq=0)

    def begin() -> None:
        port.start("a")
        port.audio("a")

    def begin_anew() -> None:
        port.start("a", context="again")

    def look() -> None:
        assert loader.opened == [(SessionOptions(), 0)]
        take_turn(port, held)

    loader = ScriptedLoader(before, after)
    serve(
        port,
        loader,
        begin,
        fail_during_a_turn,
        begin_anew,
        look,
        port.hang_up,
        *[lambda: take_turn(port, held)] * 2,
    )
    assert port.errors() == [("audio_out_of_order", "a")]
    assert len(loader.opened) == 2
    assert port.states("a") == ["loading", "listening", "loading", "listening", "ended"]
    assert not [m for m in port.heard if isinstance(m, Captions) and "1600" in m.lines[0].text]


def test_a_turn_does_a_piece_of_each_kind_of_work(port: Port, held: Held) -> None:
    """What is due once more is for the next turn, in which other sessions may be first."""
    session = ScriptedSession()
    session.due = [Work.TRANSLATE, Work.LIVE, Work.REFINE]

    def again() -> None:
        session.due = [Work.LIVE, Work.LIVE, Work.REFINE]
        take_turn(port, held)

    serve(
        port,
        ScriptedLoader(session),
        lambda: port.start("a"),
        lambda: take_turn(port, held),
        lambda: port.audio("a"),
        again,
        port.hang_up,
        *[lambda: take_turn(port, held)] * 3,
    )
    done = [what for _, what in session.journal]
    assert done[:3] == ["LIVE", "REFINE", "TRANSLATE"]
    assert done[3:6] == ["feed", "LIVE", "finish"]


def test_what_was_said_before_a_failure_in_the_same_turn_is_told(port: Port) -> None:
    class Failing(ScriptedSession):
        def cut(self, at: int) -> list[Event]:
            raise ZeroDivisionError

        def feed(self, chunk: AudioChunk) -> list[Event]:
            super().feed(chunk)
            return super().run(Work.LIVE)

    port.start("a")
    port.audio("a")
    port.say(type="cut", session="a", at=1600)
    port.serve(lambda _: ScriptedLoader(Failing()))
    told = [type(m) for m in port.heard if isinstance(m, Captions | Error)]
    assert told == [Captions, Error]


@pytest.mark.parametrize(
    "error",
    [MemoryError(), RuntimeError("std::bad_alloc"), ValueError("Failed to allocate memory for 9")],
)
def test_a_turn_that_gets_no_memory_ends_the_host_and_not_its_session(
    port: Port, error: Exception
) -> None:
    class Failing(ScriptedSession):
        def run(self, work: Work) -> list[Event]:
            raise error

    port.start("a")
    port.audio("a")
    with pytest.raises(MemoryFullError):
        port.serve(lambda _: ScriptedLoader(Failing()))
    assert port.errors() == []


def test_a_device_that_fails_amid_a_turn_keeps_what_was_done_before(port: Port) -> None:
    class Fails(ScriptedSession):
        failures = 1

        def cut(self, at: int) -> list[Event]:
            self.failures -= 1
            if self.failures >= 0:
                raise DeviceError("device_out_of_memory", "cuda is full", "close other programs")
            return super().cut(at)

    session = Fails()
    loader = ScriptedLoader(session)
    loader.models[None] = ScriptedModel(loader.open, "base", "cuda")
    port.start("a")
    port.audio("a")
    port.say(type="cut", session="a", at=1600)
    port.audio("a", 1, 1600)
    port.serve(lambda _: loader)
    assert loader.elsewhere.taken_over == [session]
    assert [what for _, what in session.journal][:3] == ["feed", "cut 1600", "feed"]
    assert port.errors() == []
    assert port.states("a")[-1] == "ended"


def test_another_model_takes_over_between_two_turns(port: Port) -> None:
    loading = Held()
    held = Held(loading)
    port.threads = held
    session = ScriptedSession()
    session.lag = 3 * S
    loader = ScriptedLoader(session)
    loader.models[None] = ScriptedModel(loader.open)
    loader.models[None].smaller_model = "tiny"
    seqs = iter(range(100))

    def start() -> None:
        port.start("a", options={"step_down": True})

    def load() -> None:
        loading.do()
        port.inbox.put(Signal.WAKE)

    def speak() -> None:
        seq = next(seqs)
        port.audio("a", seq, 6 * S * seq, 6 * S)

    def load_during_a_turn() -> None:
        assert held.n_jobs == 1
        load()

    def look() -> None:
        assert loader.models["tiny"].taken_over == []
        take_turn(port, held)

    end = partial(take_turn, port, held)
    late: list[Callable[[], None]] = [speak, end] * 5
    serve(port, loader, start, load, *late, speak, load_during_a_turn, look, port.hang_up, end, end)
    assert loader.models["tiny"].taken_over == [session]
    assert port.states("a")[-1] == "ended"


# On a scripted clock

SCRIPTS = {name: speech(seed, 64) for seed, name in enumerate(("one", "two", "three"))}
SPEAKS_S = SCRIPTS["one"][-1].end / S
STEP_S = PACE.step / S


def played(n_threads: int, hidden: str | None = None) -> ClockworkModel:
    """Three tabs that speak at the same time."""
    timeline = Timeline()
    lanes = Lanes(timeline, n_threads)
    model = ClockworkModel(timeline, lanes, SCRIPTS)
    for name, script in SCRIPTS.items():
        tab = Tab(timeline, name)
        tab.start(0)
        if name == hidden:
            tab.say(0, "visibility", visible=False)
        tab.play(0, sound_of(script))
    timeline.at(60, None)
    port = Port(threads=lanes)
    port.serve_on(timeline, lambda _: model, port.heard.append, 300)
    assert [port.states(name)[-1] for name in SCRIPTS] == ["ended"] * 3
    return model


def steps_of(model: ClockworkModel, name: str) -> list[float]:
    return [t for t in model.steps[name].live_at if t <= SPEAKS_S]


def test_steps_of_several_tabs_take_the_time_of_one() -> None:
    model = played(3)
    assert steps_of(model, "one") == steps_of(model, "two") == steps_of(model, "three")


def test_where_threads_are_lacking_the_visible_tab_is_first() -> None:
    model = played(2, hidden="one")
    shown, hidden = steps_of(model, "two"), steps_of(model, "one")
    assert shown == steps_of(model, "three")
    assert all(any(t - LIVE_S <= at < t for at in shown) for t in hidden), "each after one of them"


@pytest.mark.parametrize("n_threads", [2, 3])
def test_no_tab_waits_longer_than_for_the_steps_of_others(n_threads: int) -> None:
    """Though a second pass takes five seconds, and all three have some."""
    model = played(n_threads)
    for name in SCRIPTS:
        waits = [b - a for a, b in pairwise([0.0, *steps_of(model, name)])]
        assert max(waits) <= STEP_S + 4 * LIVE_S


# On real threads


class Exclusive(ScriptedSession):
    """Fails where two threads are at work on it."""

    def __init__(self, name: str, seed: int) -> None:
        super().__init__(name)
        self._lock = threading.Lock()
        self._random = random.Random(seed)

    def feed(self, chunk: AudioChunk) -> list[Event]:
        with self._alone():
            return super().feed(chunk)

    def run(self, work: Work) -> list[Event]:
        with self._alone():
            # Other threads get a chance now and then.
            for _ in range(self._random.randrange(3)):
                threading.Event().wait(0.0001)
            return super().run(work)

    def next_work(self) -> Work | None:
        with self._alone():
            return super().next_work()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        assert self._lock.acquire(blocking=False), "two threads in one session"
        yield
        self._lock.release()


@pytest.mark.parametrize("seed", range(20))
def test_a_session_is_in_one_turn_at_a_time_and_nothing_is_lost_or_mixed(seed: int) -> None:
    sessions = [Exclusive(f"tab {n}", seed * 10 + n) for n in range(5)]
    port = Port()
    chance = random.Random(seed)
    n_chunks = 40
    for session in sessions:
        port.start(session.name)
    sent = dict.fromkeys((session.name for session in sessions), 0)
    while left := [name for name, n in sent.items() if n < n_chunks]:
        name = chance.choice(left)
        port.audio(name, sent[name], 1600 * sent[name])
        sent[name] += 1
        if chance.random() < 0.05:
            port.say(type="visibility", session=name, visible=chance.random() < 0.5)
    loader = ScriptedLoader(*sessions)
    port.serve(lambda _: loader, make_threads=lambda wake: Workers(3, wake))
    assert port.errors() == []
    for session in sessions:
        assert session.fed == [(1600 * n, 1600 * (n + 1)) for n in range(n_chunks)]
        assert port.states(session.name)[-1] == "ended"
        heard = [m for m in port.heard if isinstance(m, Captions) and m.session == session.name]
        assert [m.revision for m in heard] == list(range(1, n_chunks + 2))
        assert heard[-1].lines[0].text == f" {session.fed}"
