"""Many clients on one host loop, whatever they say in whatever order: the loop goes on."""

import queue
from collections import Counter
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.runtime.scripted import Inline
from host.server.conftest import Loader
from wlk_host.protocol.connection import Refuse, Sound, type_of
from wlk_host.protocol.messages import (
    Captions,
    Configure,
    Cut,
    Error,
    Forget,
    Hello,
    Models,
    Remember,
    Retranslate,
    Start,
    Status,
    Stop,
    ToHost,
    Visibility,
    Voices,
)
from wlk_host.protocol.options import Options
from wlk_host.runtime.host.loop import HostLoop
from wlk_host.server.clients import Client, Heard, Letter
from wlk_host.server.limits import Limits, User
from wlk_host.server.metrics import Metrics
from wlk_host.server.offer import Offer
from wlk_host.server.switchboard import Switchboard

LIMITS = Limits(sessions=3, sessions_each=2, hours_a_day=4 / 3600)


class Hearer:
    """A client without a network."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.user = User(f"user{number % 2}")
        self.messages: list[Heard] = []
        self.n_taken = 0

    def taken(self) -> None:
        self.n_taken += 1

    def hear(self, message: Heard) -> None:
        self.messages.append(message)


names = st.sampled_from(["a", "b"])
options = st.sampled_from([Options(), Options(model="/etc"), Options(language="xx-nowhere")])
payloads = st.one_of(
    st.just(Hello(1, "0.1.0")),
    st.builds(Start, names, options, context=st.sampled_from(["", "fails"])),
    st.builds(Configure, names, options),
    st.builds(
        Sound, names, st.integers(0, 9), st.integers(0, 3).map(lambda n: n * 16_000),
        st.sampled_from([bytes(32_000), bytes(3)]),
    ),
    st.builds(Cut, names, st.integers(0, 50_000)),
    st.builds(Stop, names),
    st.builds(Visibility, names, st.booleans()),
    st.builds(Retranslate, names),
    st.just(Models()),
    st.sampled_from([b"{", b'{"type": "stop", "session": "a"}', None]),
)  # fmt: skip
letters = st.lists(st.tuples(st.integers(0, 2), payloads), max_size=40)


def served(said: list[tuple[int, "bytes | ToHost | Sound | None"]]) -> list[Hearer]:
    """All clients after the loop has come to its end."""
    clients = [Hearer(number) for number in range(3)]
    inbox: queue.Queue[Letter | None] = queue.Queue()
    for client in clients:
        inbox.put(Letter(cast("Client", client), Hello(1, "0.1.0")))
    for number, payload in said:
        inbox.put(Letter(cast("Client", clients[number]), payload))
    inbox.put(None)
    switchboard = Switchboard(Offer(("base",)), LIMITS, Metrics())
    loader = Loader()
    HostLoop(
        inbox,  # type: ignore[arg-type]
        switchboard.send,
        switchboard,
        lambda _threads: loader,
        lambda request: None,
        make_threads=lambda _wake: Inline(),
    ).run()
    assert switchboard._sessions == {}
    taken = Counter(number for number, _ in said)
    assert [client.n_taken for client in clients] == [taken[n] + 1 for n in range(3)]
    return clients


@given(letters)
def test_the_loop_goes_on_and_everybody_hears_of_their_own_only(
    said: list[tuple[int, "bytes | ToHost | Sound | None"]],
) -> None:
    for client in served(said):
        for message in client.messages:
            if isinstance(message, Captions | Status | Error) and message.session is not None:
                assert message.session in ("a", "b")
            if isinstance(message, Error):
                assert message.code not in ("recognition_failed", "request_failed") or any(
                    isinstance(one, Start) and one.context == "fails" for _, one in said
                )


def test_no_user_has_more_sessions_than_allowed_and_no_more_in_all() -> None:
    said = [(number, Start(name, Options())) for number in range(3) for name in ("a", "b")]
    clients = served(list(said))
    opened = [
        sum(isinstance(m, Status) and m.state == "listening" for m in client.messages)
        for client in clients
    ]
    # The first and the third client are the same user.
    assert opened == [2, 1, 0]
    refused = [m.code for client in clients for m in client.messages if isinstance(m, Error)]
    assert refused == ["sessions_too_many"] * 3


def test_one_that_leaves_takes_its_sessions_along() -> None:
    first, other, _ = served(
        [(0, Start("a", Options())), (0, None), (1, Start("a", Options())), (1, Stop("a"))]
    )
    states = [m.state for m in other.messages if isinstance(m, Status)]
    assert states[-1] == "ended"
    assert "ended" not in [m.state for m in first.messages if isinstance(m, Status)]


@pytest.mark.parametrize(
    "request_", [Remember("a", ("1",), "Ana"), Forget(None), Voices()], ids=type_of
)
def test_voices_that_the_servers_machine_remembers_are_its_own(request_: ToHost) -> None:
    switchboard = Switchboard(Offer(("base",)), LIMITS, Metrics())
    client = cast("Client", Hearer(0))
    said: list[ToHost] = [Hello(1, "0.1.0"), Start("a", Options(), known_voices=True), request_]
    start, answer = [c for one in said for c in switchboard.commands(Letter(client, one))]
    assert isinstance(start, Start)
    assert not start.known_voices
    assert isinstance(answer, Refuse)
    assert answer.error.code == "request_not_served"
