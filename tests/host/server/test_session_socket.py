"""Our own protocol over a WebSocket: the same sessions as the browser has."""

import base64

import pytest
from websockets.exceptions import ConnectionClosed

from host.server.conftest import StartServer
from host.server.wire_client import talk
from wlk_host.server.limits import Limits
from wlk_host.server.offer import Offer


def test_a_session_is_started_fed_captioned_and_ended(start_server: StartServer) -> None:
    server = start_server()
    with talk(server.address) as client:
        assert client.greet()["protocol"] == 1
        client.start("tab", words=True)
        client.sound("tab", 0, 0)
        assert client.hear("captions", session="tab")["lines"][0]["text"] == "word1"
        client.sound("tab", 1, 16_000)
        client.say(type="stop", session="tab")
        client.hear("captions", final_until=32_000)
        assert client.hear("status", state="ended")["session"] == "tab"


def test_sound_may_come_as_base64_too(start_server: StartServer) -> None:
    with talk(start_server().address) as client:
        client.greet()
        client.start("a")
        pcm = base64.b64encode(bytes(3200)).decode()
        client.say(type="audio", session="a", seq=0, start=0, pcm=pcm)
        assert client.hear("captions")["lines"][0]["end"] == 1600


def test_a_resumed_session_goes_on_where_it_was(start_server: StartServer) -> None:
    with talk(start_server().address) as client:
        client.greet()
        client.start("a", **{"from": 48_000})
        client.sound("a", 3, 48_000)
        assert client.hear("captions")["lines"][0]["id"] == 48_000


def test_clients_may_give_their_sessions_the_same_names(start_server: StartServer) -> None:
    server = start_server()
    with talk(server.address) as one, talk(server.address) as other:
        for client in (one, other):
            client.greet()
            client.start("a")
        one.sound("a", 0, 0)
        other.sound("a", 0, 16_000)
        assert one.hear("captions")["lines"][0]["id"] == 0
        assert other.hear("captions")["lines"][0]["id"] == 16_000


def test_a_failing_session_ends_alone_and_only_its_client_hears_of_it(
    start_server: StartServer,
) -> None:
    server = start_server()
    with talk(server.address) as one, talk(server.address) as other:
        one.greet()
        other.greet()
        one.start("a", context="fails")
        other.start("a")
        one.sound("a", 0, 0)
        assert one.hear("error")["code"] == "recognition_failed"
        other.sound("a", 0, 0)
        other.say(type="stop", session="a")
        assert other.hear("status", state="ended")


def test_without_a_greeting_nothing_begins(start_server: StartServer) -> None:
    with talk(start_server().address) as client:
        client.start("a")
        assert client.next()["code"] == "hello_expected"
        client.sound("a", 0, 0)
        assert client.next()["code"] == "hello_expected"


@pytest.mark.parametrize(
    "request_",
    [
        {"type": "models"},
        {"type": "remove", "model": "base"},
        {"type": "health"},
        {
            "type": "translate",
            "session": "a",
            "request": "1",
            "text": "perro",
            "source": None,
            "target": "en",
            "translator": "opus-es-en",
        },
    ],
    ids=lambda message: message["type"],
)
def test_only_sessions_are_served(request_: dict[str, object], start_server: StartServer) -> None:
    with talk(start_server().address) as client:
        client.greet()
        client.say(**request_)
        error = client.next()
        assert (error["code"], error["request"]) == ("request_not_served", request_["type"])


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"model": "/etc"}, "model_not_served"),
        ({"translator": "/etc"}, "translator_not_served"),
        ({"backend": "torch"}, "option_not_served"),
        ({"diarizer": "sortformer"}, "option_not_served"),
    ],
)
def test_clients_choose_only_what_is_offered(
    options: dict[str, object], code: str, start_server: StartServer
) -> None:
    server = start_server(offer=Offer(models=("tiny.en", "base")))
    with talk(server.address) as client:
        client.greet()
        client.start("a", options=options)
        assert client.hear("error")["code"] == code
        client.start("b", options={"model": "base"})
        client.start("c")
        client.hear("status", session="b", state="listening")
        client.hear("status", session="c", state="listening")
    assert [options.model for options, _ in server.loader.opened] == ["base", "tiny.en"]


def test_no_more_sessions_than_a_user_may_have(start_server: StartServer) -> None:
    server = start_server(limits=Limits(sessions_each=1))
    with talk(server.address) as one, talk(server.address) as other:
        one.greet()
        other.greet()
        one.start("a")
        one.hear("status", state="listening")
        other.start("a")
        assert other.hear("error")["code"] == "sessions_too_many"
        one.say(type="stop", session="a")
        one.hear("status", state="ended")
        other.start("b")
        other.hear("status", state="listening")


def test_a_session_that_was_left_makes_room(start_server: StartServer) -> None:
    server = start_server(limits=Limits(sessions=1))
    with talk(server.address) as one:
        one.greet()
        one.start("a")
        one.hear("status", state="listening")
    with talk(server.address) as other:
        other.greet()
        # The engine hears of the one that left before it hears of this.
        other.start("a")
        other.hear("status", state="listening")


def test_no_more_sound_than_a_user_may_have(start_server: StartServer) -> None:
    server = start_server(limits=Limits(hours_a_day=1 / 3600))
    with talk(server.address) as client:
        client.greet()
        client.start("a")
        client.sound("a", 0, 0)
        client.sound("a", 1, 16_000)
        error = client.hear("error")
        assert (error["code"], error["session"]) == ("quota_used_up", "a")


def test_a_frame_that_is_no_sound_is_refused(start_server: StartServer) -> None:
    with talk(start_server().address) as client:
        client.greet()
        client.socket.send(b"\xffnonsense")
        assert client.next()["code"] == "message_invalid"
        client.start("a")
        client.hear("status", state="listening")


def test_a_message_above_the_limit_closes_the_socket(start_server: StartServer) -> None:
    server = start_server(limits=Limits(message_bytes=1000))
    with talk(server.address) as client:
        client.socket.send(bytes(1001))
        with pytest.raises(ConnectionClosed):
            client.next()
