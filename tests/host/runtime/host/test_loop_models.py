"""How the host loop treats models: slow to load, failing, or too slow."""

import gc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from host.runtime.port import Journal, OneByOne, Port, Scenes, pieces
from host.runtime.scripted import Held, Inline, ScriptedLoader, ScriptedModel, ScriptedSession
from wlk_host.core.errors import DeviceError, WlkError
from wlk_host.core.options import SessionOptions
from wlk_host.core.types import AudioChunk, Event
from wlk_host.protocol.messages import Status
from wlk_host.runtime.stdio import Signal


def test_what_is_asked_of_a_session_waits_for_its_model_and_others_go_on(port: Port) -> None:
    journal: Journal = []
    ready, late = ScriptedSession("ready", journal), ScriptedSession("late", journal)
    port.loading = loading = Held()

    def load() -> None:
        loading.do()
        port.inbox.put(Signal.WAKE)

    def speak() -> None:
        port.start("late")
        port.audio("late")
        port.audio("ready")

    port.inbox = Scenes(
        lambda: port.start("ready"), load, speak, load, lambda: port.inbox.put(None)
    )
    loader = ScriptedLoader(ready, late)
    port.serve_on(port.inbox, lambda _threads: loader, port.heard.append, 300)
    assert pieces(journal)[:2] == [("ready", "LIVE"), ("late", "LIVE")]
    assert late.fed == [(0, 1600)]
    assert (port.states("ready")[-1], port.states("late")[-1]) == ("ended", "ended")


class Failing(ScriptedModel):
    """Its device has no memory left, as often as it is told."""

    failures = 1

    @contextmanager
    def guard(self) -> Iterator[None]:
        yield
        if self.failures:
            self.failures -= 1
            raise DeviceError("device_out_of_memory", "cuda is full", "close other programs")


def test_a_device_without_memory_hands_the_session_over_and_nothing_is_left_out(port: Port) -> None:
    session = ScriptedSession()
    loader = ScriptedLoader(session)
    loader.models[None] = Failing(loader.open, "base", "cuda")
    port.start("a")
    port.audio("a")
    port.audio("a", 1, 1600)
    port.serve(lambda _threads: loader)
    assert loader.calls == [("load", None), ("load elsewhere", "base"), ("release", "base")]
    assert loader.elsewhere.taken_over == [session]
    # The failure came while the first sound was fed: it is fed again, where it can be read.
    assert session.fed == [(0, 1600), (0, 1600), (1600, 3200)]
    assert port.errors() == []
    assert port.states("a")[-1] == "ended"


def test_a_session_without_a_device_waits_for_another_and_others_go_on(port: Port) -> None:
    journal: Journal = []
    session, other = ScriptedSession("a", journal), ScriptedSession("b", journal)
    loader = ScriptedLoader(session, other)
    failing = Failing(loader.open, "large-v3", "cuda")
    failing.failures = 0
    loader.models["large-v3"] = failing
    port.loading = loading = Held()

    def start() -> None:
        port.start("a", options={"model": "large-v3"})
        port.start("b")

    def load() -> None:
        loading.do()
        port.inbox.put(Signal.WAKE)

    def fail() -> None:
        failing.failures = 1
        port.audio("a")
        port.audio("a", 1, 1600)
        port.audio("b")

    port.inbox = Scenes(start, load, load, fail, load, lambda: port.inbox.put(None))
    port.serve_on(port.inbox, lambda _threads: loader, port.heard.append, 300)
    assert loader.elsewhere.taken_over == [session]
    assert pieces(journal)[:2] == [("b", "LIVE"), ("a", "LIVE")]
    assert session.fed[-2:] == [(0, 1600), (1600, 3200)]
    assert (port.states("a")[-1], port.states("b")[-1]) == ("ended", "ended")


def late(port: Port, session: ScriptedSession, seconds: int = 30) -> None:
    """Speak for so long, and be captioned three seconds late."""
    session.lag = 3 * 16000
    for seq in range(seconds):
        port.audio(session.name, seq, 16000 * seq, 16000)


def offers(port: Port) -> list[tuple[str | None, str | None, str | None]]:
    """The model in use, the one offered, and what is wrong, as they change."""
    told = [
        (m.model, m.smaller_model, None if m.model_problem is None else m.model_problem.code)
        for m in port.heard
        if isinstance(m, Status)
    ]
    return [now for before, now in zip([None, *told], told, strict=False) if now != before]


def with_smaller(loader: ScriptedLoader) -> ScriptedLoader:
    """The loader, its first model being one below which there is another."""
    loader.models[None] = ScriptedModel(loader.open)
    loader.models[None].smaller_model = "tiny"
    return loader


def test_late_for_good_the_next_smaller_model_is_offered_and_not_taken(port: Port) -> None:
    session = ScriptedSession()
    loader = with_smaller(ScriptedLoader(session))
    port.inbox = OneByOne()
    port.start("a")
    late(port, session)
    port.serve(lambda _threads: loader)
    assert offers(port) == [(None, None, None), ("base", None, None), ("base", "tiny", None)]
    assert loader.calls == [("load", None)]


def test_a_step_that_reads_all_that_waited_was_late_all_the_same(port: Port) -> None:
    class Slow(ScriptedSession):
        """Three seconds wait for each step, and none after it."""

        def feed(self, chunk: AudioChunk) -> list[Event]:
            self.lag = 3 * 16000
            return super().feed(chunk)

    session = Slow()

    def read_all() -> None:
        session.lag = 0

    session.on_run = read_all
    loader = with_smaller(ScriptedLoader(session))
    port.inbox = OneByOne()
    port.start("a")
    late(port, session)
    port.serve(lambda _threads: loader)
    assert offers(port)[-1] == ("base", "tiny", None)


def test_where_none_is_smaller_nothing_is_offered(port: Port) -> None:
    session = ScriptedSession()
    port.inbox = OneByOne()
    port.start("a")
    late(port, session)
    port.serve(lambda _threads: ScriptedLoader(session))
    assert offers(port) == [(None, None, None), ("base", None, None)]


def test_late_for_good_the_next_smaller_model_is_taken_where_that_is_allowed(port: Port) -> None:
    session = ScriptedSession()
    loader = with_smaller(ScriptedLoader(session))
    port.inbox = OneByOne()
    port.start("a", options={"step_down": True})
    late(port, session)
    port.serve(lambda _threads: loader)
    assert loader.calls == [("load", None), ("load", "tiny")]
    assert loader.models["tiny"].taken_over == [session]
    assert offers(port)[-1] == ("tiny", None, "model_too_slow")
    assert session.fed == [(16000 * n, 16000 * (n + 1)) for n in range(30)], "nothing left out"


def test_a_smaller_model_that_cannot_be_loaded_leaves_the_slow_one(port: Port) -> None:
    session = ScriptedSession()

    class Broken(ScriptedLoader):
        def load(self, options: SessionOptions) -> ScriptedModel:
            model = super().load(options)
            if options.model == "tiny":
                raise WlkError("model_corrupt", "broken", "download it again")
            return model

    loader = with_smaller(Broken(session))
    port.inbox = OneByOne()
    port.start("a", options={"step_down": True})
    late(port, session, 60)
    port.serve(lambda _threads: loader)
    assert loader.calls == [("load", None), ("load", "tiny")]
    assert offers(port)[-1] == ("base", "tiny", "model_corrupt")
    assert port.states("a")[-1] == "ended"


class Weights:
    """What a load has in memory when it fails."""


@pytest.mark.parametrize("error", [WlkError("model_corrupt", "cut", "again"), MemoryError()])
def test_of_a_load_that_fails_nothing_stays_even_without_the_collector(
    port: Port, error: Exception
) -> None:
    kept: list[weakref.ref[Weights]] = []

    class Loader(ScriptedLoader):
        def load(self, options: SessionOptions) -> ScriptedModel:
            weights = Weights()
            kept.append(weakref.ref(weights))
            raise error

    port.loading = Inline()
    for name in ("a", "b"):
        port.start(name, options={"model": name})
    gc.collect()
    gc.disable()
    try:
        port.serve(lambda _threads: Loader())
    finally:
        gc.enable()
    assert len(kept) == 2
    assert [ref() for ref in kept] == [None, None]
    assert [session for _, session in port.errors()] == ["a", "b"]


def test_the_same_model_asked_for_right_after_it_failed_is_not_loaded_again(port: Port) -> None:
    class Loader(ScriptedLoader):
        def load(self, options: SessionOptions) -> ScriptedModel:
            super().load(options)
            raise WlkError("model_corrupt", "cut", "again")

    for name in ("a", "b", "c"):
        port.start(name, options={"model": "broken"})
    loader = Loader()
    port.serve(lambda _threads: loader)
    assert port.errors() == [("model_corrupt", name) for name in ("a", "b", "c")]
    assert loader.calls == [("load", "broken")]


def test_a_model_whose_session_failed_while_it_was_loaded_is_freed_and_the_host_leaves(
    port: Port,
) -> None:
    port.loading = loading = Held()

    def fail() -> None:
        port.start("a")
        port.audio("a")
        port.audio("a")  # With the same number.

    def load() -> None:
        loading.do()
        port.inbox.put(Signal.WAKE)

    port.inbox = Scenes(fail, load, lambda: port.inbox.put(None))
    loader = ScriptedLoader(ScriptedSession())
    port.serve_on(port.inbox, lambda _threads: loader, port.heard.append, 300)
    assert port.errors() == [("audio_out_of_order", "a")]
    assert loader.calls == [("load", None)]
