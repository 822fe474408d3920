"""Who may speak to the server, over every interface."""

import http.client
import json
import socket
import ssl
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from host.server.conftest import StartServer
from host.server.wire_client import WITHIN_S, asr, talk
from wlk_host.core.errors import WlkError
from wlk_host.server.limits import Limits
from wlk_host.server.listener import Certificate, listening
from wlk_host.server.serving import Settings
from wlk_host.server.tokens import Tokens, new_token, stored

TLS = Path(__file__).parents[2] / "fixtures" / "tls"
CERTIFICATE = Certificate(TLS / "certificate.pem", TLS / "key.pem")
NOW = 1_800_000_000.0


def ask(address: str, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection(address, timeout=WITHIN_S)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    return answer.status, json.loads(body) if body.startswith(b"{") else {"text": body.decode()}


def code(answer: tuple[int, dict[str, Any]]) -> tuple[int, str]:
    return answer[0], answer[1]["error"]["code"]


PLACES = [("POST", "/v1/audio/transcriptions"), ("GET", "/v1/models"), ("GET", "/metrics")]


@pytest.mark.parametrize(("method", "path"), PLACES)
def test_without_a_token_nothing_is_answered(
    method: str, path: str, start_server: StartServer, tokens: Tokens
) -> None:
    server = start_server(tokens=tokens)
    assert code(ask(server.address, path, method)) == (401, "token_missing")
    wrong = {"Authorization": f"Bearer {new_token()}"}
    assert code(ask(server.address, path, method, **wrong)) == (401, "token_refused")


@pytest.mark.parametrize("path", ["/session", "/asr", "/v1/realtime"])
def test_without_a_token_no_socket_opens(
    path: str, start_server: StartServer, tokens: Tokens
) -> None:
    server = start_server(tokens=tokens)
    for headers in ({}, {"Authorization": f"Bearer {new_token()}"}):
        with pytest.raises(InvalidStatus) as refused:
            connect(f"ws://{server.address}{path}", additional_headers=headers)
        assert refused.value.response.status_code == 401
    assert 'requests_total{interface="' in server.metrics.text()


def test_a_token_opens_everything(start_server: StartServer, tokens: Tokens) -> None:
    token = new_token()
    tokens.add(stored(token, "ana", NOW, None))
    server = start_server(tokens=tokens)
    bearer = {"Authorization": f"Bearer {token}"}
    assert ask(server.address, "/v1/models", **bearer)[0] == 200
    with talk(server.address, additional_headers=bearer) as client:
        client.greet()
    # Pages cannot set headers of a WebSocket; WhisperLiveKit takes it from the address.
    with asr(server.address, f"?token={token}") as client_of_asr:
        assert json.loads(client_of_asr.recv(WITHIN_S))["type"] == "config"


def test_a_tokens_own_limits_hold(start_server: StartServer, tokens: Tokens) -> None:
    token = new_token()
    tokens.add(stored(token, "ana", NOW, None, sessions=0))
    server = start_server(tokens=tokens)
    with talk(server.address, additional_headers={"Authorization": f"Bearer {token}"}) as client:
        client.greet()
        client.start("a")
        assert client.hear("error")["code"] == "sessions_too_many"


@pytest.mark.parametrize("path", ["session", "asr"])
def test_a_revoked_token_ends_what_it_began(
    path: str, start_server: StartServer, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wlk_host.server.clients.LOOK_EVERY_S", 0.0)
    token = new_token()
    tokens.add(stored(token, "ana", NOW, None))
    server = start_server(tokens=tokens)
    bearer = {"Authorization": f"Bearer {token}"}
    with connect(f"ws://{server.address}/{path}", additional_headers=bearer) as client:
        hello = '{"type": "hello", "protocol": 1, "extension": "0.1.0"}'
        client.send(hello if path == "session" else bytes(32_000))
        client.recv(WITHIN_S)
        tokens.revoke("ana")
        with suppress(ConnectionClosed):  # Of `/asr`, if the second before is looked at only now.
            client.send(hello if path == "session" else bytes(32_000))
        heard = list[str]()
        with suppress(ConnectionClosed):
            heard.extend(str(message) for message in client)
    assert "token_refused" in heard[-1]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.com"},
        {"Origin": "null"},
        {"Host": "example.com"},
        {"Host": "example.com", "Origin": "http://example.com"},
        {"Host": "[", "Origin": "http://["},
    ],
    ids=str,
)
def test_pages_of_the_web_cannot_use_a_local_server(
    headers: dict[str, str], start_server: StartServer
) -> None:
    server = start_server()
    for method, path in PLACES:
        assert code(ask(server.address, path, method, **headers)) == (403, "origin_refused")


def test_a_page_of_the_web_opens_no_socket(start_server: StartServer) -> None:
    server = start_server()
    for path in ("/session", "/asr", "/v1/realtime"):
        with pytest.raises(InvalidStatus) as refused:
            connect(f"ws://{server.address}{path}", origin=Origin("https://example.com"))
        assert refused.value.response.status_code == 403


def test_a_page_of_the_server_itself_is_let_in(start_server: StartServer) -> None:
    server = start_server()
    assert ask(server.address, "/v1/models", Origin=f"http://{server.address}")[0] == 200


def test_anybody_may_ask_whether_it_is_well(start_server: StartServer, tokens: Tokens) -> None:
    server = start_server(tokens=tokens)
    assert ask(server.address, "/healthz") == (200, {"status": "ok"})


def test_what_is_counted_can_be_read(start_server: StartServer) -> None:
    server = start_server()
    with talk(server.address) as client:
        client.greet()
        client.start("a")
        client.sound("a", 0, 0)
        client.hear("captions")
        text = ask(server.address, "/metrics")[1]["text"]
    assert "\nwlk_sessions 1\n" in text
    assert "\nwlk_sound_seconds_total 1\n" in text
    assert '\nwlk_requests_total{interface="session",outcome="accepted"} 1\n' in text


def test_whoever_connects_too_often_is_told_to_wait(start_server: StartServer) -> None:
    server = start_server(limits=Limits(connects_a_minute=2))
    answers = [ask(server.address, "/healthz") for _ in range(3)]
    assert [status for status, _ in answers[:2]] == [200, 200]
    assert code(answers[2]) == (429, "connections_too_many")


def test_too_many_connections_are_refused_and_the_others_go_on(start_server: StartServer) -> None:
    server = start_server(limits=Limits(connections=2))
    host, port = server.address.split(":")
    with talk(server.address) as client:
        client.greet()
        silent = [socket.create_connection((host, int(port)), WITHIN_S) for _ in range(5)]
        refused = 0
        for one in silent:
            one.settimeout(1)
            with suppress(TimeoutError):
                refused += one.recv(12) == b"HTTP/1.1 429"
            one.close()
        assert refused >= 3
        client.start("a")
        client.hear("status", state="listening")


def test_whoever_connects_and_says_nothing_is_given_up(start_server: StartServer) -> None:
    server = start_server(head_s=0.2)
    host, port = server.address.split(":")
    for half in (b"", b"GET /healthz HTTP/1.1\r\nHo"):
        with socket.create_connection((host, int(port)), WITHIN_S) as silent:
            silent.sendall(half)
            with suppress(ConnectionResetError):
                assert silent.recv(1) == b""
    assert 'wlk_requests_total{interface="connection",outcome="silent"} 2' in server.metrics.text()
    with talk(server.address) as client:
        client.greet()
        # Much later than any head may come.
        with pytest.raises(TimeoutError):
            client.socket.recv(0.5)
        client.start("a")
        client.hear("status", state="listening")


def test_an_engine_that_has_stopped_is_told(start_server: StartServer) -> None:
    server = start_server()
    server.engine.close()
    assert ask(server.address, "/healthz") == (503, {"status": "gone"})
    assert ask(server.address, "/health")[1]["ready"] is False
    assert code(ask(server.address, "/v1/models")) == (503, "engine_gone")


def test_an_address_that_is_taken_is_told() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        pytest.raises(WlkError, match="address_unusable"),
    ):
        listening("127.0.0.1", other.getsockname()[1])


def test_with_a_certificate_all_is_encrypted(start_server: StartServer) -> None:
    server = start_server(certificate=CERTIFICATE)
    trusting = ssl.create_default_context(cafile=CERTIFICATE.chain)
    with connect(f"wss://{server.address}/session", ssl=trusting) as client:
        client.send('{"type": "hello", "protocol": 1, "extension": "0.1.0"}')
        assert json.loads(client.recv(WITHIN_S))["type"] == "hello"
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(f"wss://{server.address}/session", ssl=ssl.create_default_context())


def test_what_strangers_send_is_counted_and_fills_no_log(
    start_server: StartServer, tokens: Tokens, caplog: pytest.LogCaptureFixture
) -> None:
    server = start_server(tokens=tokens)
    host, port = server.address.split(":")
    for junk in (b"\x16\x03\x01\r\n\r\n", b"POST nowhere\r\n\r\n"):
        with socket.create_connection((host, int(port)), WITHIN_S) as stranger:
            stranger.sendall(junk)
            assert stranger.recv(12) == b"HTTP/1.1 400"
    for path in ("/session", "/asr?token=guessed"):
        with pytest.raises(InvalidStatus):
            connect(f"ws://{server.address}{path}")
    assert 'wlk_requests_total{interface="connection",outcome="invalid"} 2' in server.metrics.text()
    assert [record.getMessage() for record in caplog.records if record.name[:7] == "uvicorn"] == []


# -- before anything listens ---------------------------------------------------------


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.2", "example.com"])
def test_no_other_machine_is_served_without_tls_and_tokens(address: str, tokens: Tokens) -> None:
    for settings in (
        Settings(address),
        Settings(address, needs_tokens=True),
        Settings(address, certificate=CERTIFICATE),
        Settings(address, needs_tokens=True, certificate=CERTIFICATE),
    ):
        with pytest.raises(WlkError, match="serving_unsafe"):
            settings.check(tokens)
    tokens.add(stored(new_token(), "ana", NOW, None))
    Settings(address, needs_tokens=True, certificate=CERTIFICATE).check(tokens)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_this_machine_is_served_without(address: str, tokens: Tokens) -> None:
    Settings(address).check(tokens)


def test_a_certificate_that_does_not_fit_is_told(tokens: Tokens) -> None:
    for wrong in (
        Certificate(TLS / "key.pem", TLS / "key.pem"),
        Certificate(TLS / "none.pem", TLS / "none.pem"),
    ):
        with pytest.raises(WlkError, match="certificate_unreadable"):
            Settings(certificate=wrong).check(tokens)
