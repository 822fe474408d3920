"""Links to real servers, good and bad, over real sockets."""

import hashlib
import json
import logging
import queue
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from websockets.sync.server import ServerConnection

from host.remote import bad_servers
from host.remote.bad_servers import HELLO, answering, behaving, free_port, mute
from host.server.conftest import StartServer
from wlk_host.protocol.connection import Sound
from wlk_host.protocol.messages import Captions, Error, Probed, RemoteServer, Start, Status, Stop
from wlk_host.protocol.options import Options
from wlk_host.remote import failures, sockets
from wlk_host.remote.network import MOST_UNSENT, NetworkLink
from wlk_host.remote.news import Lost, News, Opened, Pinged, Said
from wlk_host.remote.servers import connect, probe
from wlk_host.server.listener import Certificate
from wlk_host.server.offer import Offer
from wlk_host.server.tokens import Tokens, new_token, stored

TLS = Path(__file__).parents[2] / "fixtures" / "tls"
CERTIFICATE = Certificate(TLS / "certificate.pem", TLS / "key.pem")
SHOWN = hashlib.sha256(ssl.PEM_cert_to_DER_cert((TLS / "certificate.pem").read_text())).hexdigest()
SECRET = "wlk_verysecretverysecret"
WITHIN_S = 20.0
N = TypeVar("N", Opened, Said, Pinged, Lost)


def new(tokens: Tokens) -> str:
    """A token of Ana's."""
    token = new_token()
    tokens.add(stored(token, "ana", time.time(), None))
    return token


class Heard:
    """The news of a link."""

    def __init__(self) -> None:
        self.all: list[News] = []
        self._news: queue.Queue[News] = queue.Queue()

    def tell(self, news: News) -> None:
        self._news.put(news)

    def next(self, kind: type[N]) -> N:
        """The next of this kind; skips others."""
        while True:
            news = self._news.get(timeout=WITHIN_S)
            self.all.append(news)
            if isinstance(news, kind):
                return news


@contextmanager
def linked(
    address: str,
    token: str | None = None,
    fingerprint: str | None = None,
    pauses_s: tuple[float, ...] = (0.01,),
) -> Iterator[tuple[NetworkLink, Heard]]:
    heard = Heard()
    link = connect(RemoteServer(address, token, fingerprint), heard.tell, pauses_s)
    try:
        yield link, heard
    finally:
        link.close()
        assert link.join(WITHIN_S)


def lost(address: str, token: str | None = None, fingerprint: str | None = None) -> Lost:
    with linked(address, token, fingerprint) as (_, heard):
        return heard.next(Lost)


def test_a_session_on_a_real_server(start_server: StartServer) -> None:
    server = start_server(offer=Offer(models=("base",)))
    with linked(f"ws://{server.address}") as (link, heard):
        opened = heard.next(Opened)
        assert (opened.number, opened.version) == (1, "0.1.0")
        assert opened.round_trip_ms < 5000
        link.say(1, Start("a", Options(language="de"), 16_000, "before"))
        link.say(1, Sound("a", 0, 16_000, bytes(32_000)))
        link.say(1, Stop("a"))
        said: list[Captions | Status | Error] = []
        while not said or getattr(said[-1], "state", None) != "ended":
            said.append(heard.next(Said).message)
    assert {type(one) for one in said} == {Captions, Status}
    words = [line.text for one in said if isinstance(one, Captions) for line in one.lines]
    assert words == ["word1", "word1"]
    assert server.loader.opened[0][1] == "before"


def test_a_server_that_comes_back_is_there_again(start_server: StartServer) -> None:
    port = free_port()
    with linked(f"ws://127.0.0.1:{port}") as (_, heard):
        assert heard.next(Lost).error.code == "remote_unreachable"
        with bad_servers.behaving_at(port, greet_and_listen):
            opened = heard.next(Opened)
            assert opened.number > 1
        assert heard.next(Lost).error.code == "remote_lost"


def test_messages_for_a_connection_that_is_gone_go_nowhere(start_server: StartServer) -> None:
    server = start_server()
    with linked(f"ws://{server.address}") as (link, heard):
        heard.next(Opened)
        link.say(0, Start("a", Options()))
        link.say(1, Start("b", Options()))
        assert heard.next(Said).message.session == "b"


def test_a_token_is_wanted_and_taken(start_server: StartServer, tokens: Tokens) -> None:
    server = start_server(tokens=tokens)
    token = new(tokens)
    assert lost(f"ws://{server.address}").error.code == "token_missing"
    assert lost(f"ws://{server.address}", SECRET).error.code == "token_refused"
    with linked(f"ws://{server.address}", token) as (_, heard):
        heard.next(Opened)


def test_the_servers_certificate_must_be_trusted_or_named(start_server: StartServer) -> None:
    server = start_server(certificate=CERTIFICATE)
    address = f"wss://{server.address}"
    assert lost(address).error.code == "remote_certificate_untrusted"
    assert lost(address, None, "0" * 64).error.code == "remote_certificate_wrong"
    with linked(address, None, SHOWN) as (_, heard):
        heard.next(Opened)
    assert lost(f"wss://127.0.0.1:{free_port()}").error.code == "remote_unreachable"


def test_a_wrong_certificate_is_not_told_the_token(start_server: StartServer) -> None:
    server = start_server(certificate=CERTIFICATE)
    assert lost(f"wss://{server.address}", SECRET, "0" * 64).error.code.endswith("_wrong")
    assert "refused" not in server.metrics.text()
    assert 'interface="session"' not in server.metrics.text()


def test_a_server_without_tls_is_no_server_with_it(start_server: StartServer) -> None:
    server = start_server()
    assert lost(f"wss://{server.address}").error.code == "remote_not_encrypted"


def greet_and_listen(client: ServerConnection) -> None:
    client.recv()
    client.send(HELLO)
    for _ in client:
        pass


def says(*texts: str | bytes) -> bad_servers.Behave:
    def behave(client: ServerConnection) -> None:
        client.recv()
        for text in texts:
            client.send(text)
        for _ in client:
            pass

    return behave


OTHER_PROTOCOL = HELLO.replace('"protocol":1', '"protocol":2')
CAPTIONS = json.dumps(
    {
        "type": "captions",
        "session": "x",
        "revision": 1,
        "lines": [],
        "draft": None,
        "final_until": 0,
    }
)
ERROR = '{"type":"error","code":"engine_gone","message":"m","hint":"h","session":null}'


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (("{",), "remote_unintelligible"),
        ((b"\xff\x00",), "remote_unintelligible"),
        ((CAPTIONS,), "remote_unintelligible"),
        ((OTHER_PROTOCOL,), "remote_unintelligible"),
        ((ERROR,), "engine_gone"),
        ((HELLO, "[" * 50_000), "remote_unintelligible"),
        ((HELLO, '{"type":"status"}'), "remote_unintelligible"),
        ((HELLO, " " * (sockets.MOST_OF_A_MESSAGE + 1)), "remote_unintelligible"),
        ((HELLO, *[CAPTIONS] * 1500), "remote_excessive"),
        ((HELLO, ERROR), "engine_gone"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_junk_ends_the_connection(texts: tuple[str | bytes, ...], code: str) -> None:
    with behaving(says(*texts)) as address:
        assert lost(address).error.code == code


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"SSH-2.0-OpenSSH_9.9\r\n", "remote_unintelligible"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "remote_refused"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}", "remote_refused"),
        (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "token_refused"),
        (
            b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
            "remote_refused",
        ),
        (b"", "remote_unintelligible"),
    ],
)
def test_what_is_no_server_of_captions_is_told(answer: bytes, code: str) -> None:
    with answering(answer) as address:
        assert lost(address).error.code == code


def test_who_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "OPEN_S", 0.2)
    with mute() as address:
        assert lost(address).error.code == "remote_silent"


def test_what_a_newer_server_adds_is_left_out() -> None:
    newer = json.loads(HELLO) | {"host": "99.0.0", "added": 1}
    caption = json.loads(CAPTIONS) | {"added": 1}
    with (
        behaving(says(json.dumps(newer), '{"type":"added"}', json.dumps(caption))) as address,
        linked(address) as (_, heard),
    ):
        assert heard.next(Said).message.session == "x"
        opened = [one for one in heard.all if isinstance(one, Opened)] or [heard.next(Opened)]
        assert opened[0].version == "99.0.0"


def test_a_connection_that_is_dropped_ends_with_that_reason() -> None:
    with behaving(greet_and_listen) as address, linked(address) as (link, heard):
        opened = heard.next(Opened)
        link.drop(opened.number, failures.silent())
        assert heard.next(Lost).error.code == "remote_silent"
        heard.next(Opened)


def test_a_server_that_does_not_read_is_given_up() -> None:
    is_over = threading.Event()

    def behave(client: ServerConnection) -> None:
        client.recv()
        client.send(HELLO)
        is_over.wait(WITHIN_S)

    with behaving(behave) as address, linked(address) as (link, heard):
        number = heard.next(Opened).number
        for seq in range(MOST_UNSENT * 2):
            link.say(number, Sound("a", seq, 0, bytes(32_000)))
        assert heard.next(Lost).error.code == "remote_slow"
        is_over.set()


def probed(address: str, token: str | None = None) -> Probed:
    answers: queue.Queue[Probed] = queue.Queue()
    probe(RemoteServer(address, token, None), answers.put)
    return answers.get(timeout=WITHIN_S)


def test_a_probe_finds_out(start_server: StartServer, tokens: Tokens) -> None:
    server = start_server(tokens=tokens)
    good = probed(f"ws://{server.address}", new(tokens))
    assert (good.name, good.version, good.problem) == (server.address, "0.1.0", None)
    assert good.round_trip_ms is not None
    refused = probed(f"ws://{server.address}", SECRET)
    assert refused.problem is not None
    assert refused.problem.code == "token_refused"
    invalid = probed("ws://desk.example")
    assert (invalid.name, invalid.problem and invalid.problem.code) == ("", "remote_unencrypted")


def test_the_token_is_in_no_log_and_no_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = b"HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\n\r\n"
    body = json.dumps({"error": {"code": "token_refused", "message": f"got {SECRET}"}}).encode()
    with answering(echo % len(body) + body) as address:
        error = lost(address, SECRET).error
    assert error.code == "token_refused"
    echoed = json.loads(ERROR) | {"message": f"Bearer {SECRET}", "hint": SECRET}
    with behaving(says(json.dumps(echoed))) as address:
        also = lost(address, SECRET).error
    said = f"{error} {also} {RemoteServer('a', SECRET, None)!r} {caplog.text}"
    assert SECRET not in said
    assert "127.0.0.1" not in caplog.text
