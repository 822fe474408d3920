"""What ended sessions held does not stay."""

import gc
import weakref
from collections.abc import Iterator
from functools import partial

import pytest

from host.runtime.port import Port, Scenes
from host.runtime.scripted import ScriptedLoader, ScriptedSession
from wlk_host.core.options import SessionOptions
from wlk_host.core.types import Sample


class Forgetting(ScriptedLoader):
    """Opens sessions in circles, and keeps none of them."""

    def __init__(self) -> None:
        super().__init__()
        self.refs: list[weakref.ref[ScriptedSession]] = []

    def open(self, options: SessionOptions, start: Sample, context: str) -> ScriptedSession:
        session = ScriptedSession()
        session.on_run = partial(setattr, session, "was_run", True)
        self.refs.append(weakref.ref(session))
        return session


@pytest.fixture
def uncollected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_a_circle_of_an_ended_session_is_freed_before_the_loop_sleeps(
    port: Port, uncollected: None
) -> None:
    loader = Forgetting()

    def begin() -> None:
        port.start("a")
        port.audio("a")
        port.start("b")

    def stop() -> None:
        assert [ref() is None for ref in loader.refs] == [False, False]
        port.say(type="stop", session="a")

    def look() -> None:
        assert port.states("a")[-1] == "ended"
        assert [ref() is None for ref in loader.refs] == [True, False]
        port.inbox.put(None)

    port.inbox = Scenes(begin, stop, look)
    port.serve_on(port.inbox, lambda _: loader, port.heard.append, 300)
