"""OpenAI's client secrets: made with a token, for a page that should not have the token."""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from typing import Any

import openai
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from host.server.conftest import Running, StartServer
from host.server.realtime_client import COMPLETED, SECOND, Realtime, talking
from host.server.wire_client import WITHIN_S
from wlk_host.core.errors import WlkError
from wlk_host.server.client_secrets import ClientSecrets
from wlk_host.server.limits import Limits, User
from wlk_host.server.offer import Offer
from wlk_host.server.tokens import Tokens, new_token, stored
from wlk_host.server.wire.realtime_settings import Settings, Transcription

NOW = 1_800_000_000.0
KEY = b"the key of one server"
SESSION: Any = {
    "type": "transcription",
    "audio": {
        "input": {
            "format": {"type": "audio/pcmu"},
            "transcription": {"model": "base", "language": "de", "prompt": "said before"},
            "turn_detection": None,
        }
    },
}


@pytest.fixture
def token(tokens: Tokens) -> str:
    """Ana's."""
    made = new_token()
    tokens.add(stored(made, "ana", NOW, None))
    return made


def asking(address: str, key: str, ask: Callable[[openai.OpenAI], Any]) -> Any:
    with openai.OpenAI(api_key=key, base_url=f"http://{address}/v1", max_retries=0) as client:
        return ask(client)


def made(server: Running, key: str, **given: Any) -> Any:
    return asking(server.address, key, lambda c: c.realtime.client_secrets.create(**given))


def refused(server: Running, key: str, **given: Any) -> tuple[int, str]:
    with pytest.raises(openai.APIStatusError) as error:
        made(server, key, **given)
    return error.value.status_code, str(error.value.code)


def posted(server: Running, body: bytes, name: str = "client_secrets") -> tuple[int, Any]:
    """The answer to a body that OpenAI's client would not send."""

    def ask(client: openai.OpenAI) -> Any:
        return client.post(f"/realtime/{name}", cast_to=object, content=body)

    try:
        return 200, asking(server.address, "-", ask)
    except openai.APIStatusError as error:
        return error.status_code, error.code


def as_a_page(secret: str) -> list[Subprotocol]:
    return [Subprotocol("realtime"), Subprotocol(f"openai-insecure-api-key.{secret}")]


def opened(server: Running, secret: str, **more: Any) -> dict[str, Any]:
    """The session that a page gets."""
    where = f"ws://{server.address}/v1/realtime"
    with connect(where, subprotocols=as_a_page(secret), **more) as socket:
        assert socket.subprotocol == "realtime"
        session: dict[str, Any] = json.loads(socket.recv(WITHIN_S))["session"]
        return session


def status(server: Running, secret: str) -> tuple[int, str]:
    with pytest.raises(InvalidStatus) as error:
        opened(server, secret)
    response = error.value.response
    return response.status_code, json.loads(response.body or b"")["error"]["code"]


def test_a_session_begins_as_its_secret_says(
    start_server: StartServer, tokens: Tokens, token: str
) -> None:
    server = start_server(tokens=tokens, offer=Offer(("tiny", "base")))
    secret = made(server, token, session=SESSION, expires_after={"seconds": 30})
    assert secret.value.startswith("ek_")
    assert abs(secret.expires_at - time.time() - 30) < WITHIN_S
    assert secret.session.type == "transcription"

    async def scene(client: Realtime) -> None:
        told = (await client.hear("session.created")).session
        assert told.audio.model_dump() == secret.session.audio.model_dump()
        await client.sound(8000 * b"\xff")
        await client.commit()
        await client.hear(COMPLETED)

    talking(server.address, scene, key=secret.value)
    ((options, context),) = server.loader.opened
    assert (options.model, options.language, context) == ("base", "de", "said before")
    assert opened(server, secret.value)["audio"]["input"]["format"] == {"type": "audio/pcmu"}


def test_a_connection_may_choose_otherwise(start_server: StartServer) -> None:
    server = start_server(offer=Offer(("tiny", "base")))
    secret = made(server, "-", session=SESSION).value

    async def scene(client: Realtime) -> None:
        told = (await client.hear("session.created")).session.audio.input
        assert (told.transcription.model, told.transcription.language) == ("tiny", "de")
        await client.update(transcription={"language": "fr"})
        told = (await client.hear("session.updated")).session.audio.input
        assert (told.transcription.model, told.transcription.language) == ("tiny", "fr")
        assert told.format.type == "audio/pcmu"

    talking(server.address, scene, key=secret, model="tiny")


def test_without_wishes_it_lasts_ten_minutes(start_server: StartServer) -> None:
    server = start_server(now=lambda: NOW)
    assert made(server, "-").expires_at == NOW + 600
    assert posted(server, b"")[1]["session"]["audio"]["input"]["turn_detection"]
    assert made(server, "-", expires_after={"anchor": "created_at"}).expires_at == NOW + 600
    assert made(server, "-", expires_after={"seconds": 10}).expires_at == NOW + 10
    assert made(server, "-", expires_after={"seconds": 7200}).expires_at == NOW + 7200


def test_the_beta_has_another_form(start_server: StartServer) -> None:
    server = start_server(now=lambda: NOW)
    told = asking(
        server.address,
        "-",
        lambda client: client.beta.realtime.transcription_sessions.create(
            input_audio_format="g711_alaw",
            input_audio_transcription={"model": "whisper-1", "language": "de"},
        ),
    )
    assert told.client_secret.expires_at == NOW + 60
    assert (told.input_audio_format, told.input_audio_transcription.language) == ("g711_alaw", "de")
    assert opened(server, told.client_secret.value)["audio"]["input"]["format"] == {
        "type": "audio/pcma"
    }
    body = b'{"client_secret": {"expires_at": {"anchor": "created_at", "seconds": 20}}}'
    answer = posted(server, body, "transcription_sessions")[1]
    assert answer["client_secret"]["expires_at"] == NOW + 20


def test_it_opens_sessions_until_it_expires_and_they_go_on(
    start_server: StartServer, tokens: Tokens, token: str
) -> None:
    clock = [NOW]
    server = start_server(tokens=tokens, now=lambda: clock[0])
    secret = made(server, token, expires_after={"seconds": 10}).value

    async def scene(client: Realtime) -> None:
        await client.hear("session.created")
        opened(server, secret)
        clock[0] = NOW + 9
        opened(server, secret)
        clock[0] = NOW + 10
        assert await asyncio.to_thread(status, server, secret) == (401, "token_refused")
        await client.sound(SECOND)
        await client.commit()
        await client.hear(COMPLETED)

    talking(server.address, scene, key=secret)


@pytest.mark.parametrize(
    ("user", "limits", "code"),
    [
        ({"sessions": 0}, Limits(), "sessions_too_many"),
        ({"hours_a_day": 0.0}, Limits(), "quota_used_up"),
    ],
)
def test_the_limits_are_those_of_the_token(
    user: dict[str, Any], limits: Limits, code: str, start_server: StartServer, tokens: Tokens
) -> None:
    ben = new_token()
    tokens.add(stored(ben, "ben", NOW, None, **user))
    server = start_server(tokens=tokens, limits=limits)

    async def scene(client: Realtime) -> None:
        await client.hear("session.created")
        await client.sound(SECOND)
        event: Any = await client.connection.recv()
        assert event.error.code == code

    talking(server.address, scene, key=made(server, ben).value)


def test_its_sessions_end_with_the_token(
    start_server: StartServer, tokens: Tokens, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wlk_host.server.clients.LOOK_EVERY_S", 0.0)
    server = start_server(tokens=tokens)
    secret = made(server, token).value

    async def scene(client: Realtime) -> None:
        await client.sound(SECOND)
        await client.hear("input_audio_buffer.speech_started")
        tokens.revoke("ana")
        await client.sound(SECOND)
        while (event := await client.connection.recv()).type != "error":
            pass
        assert event.error.code == "token_refused"

    talking(server.address, scene, key=secret)
    assert status(server, secret) == (401, "token_refused")
    tokens.add(stored(new_token(), "ana", NOW, None))
    assert status(server, secret) == (401, "token_refused")


def test_nothing_else_takes_it(start_server: StartServer, tokens: Tokens, token: str) -> None:
    server = start_server(tokens=tokens)
    secret = made(server, token).value
    with pytest.raises(openai.AuthenticationError):
        asking(server.address, secret, lambda client: client.models.list())
    assert refused(server, secret) == (401, "token_refused")
    bearer = {"Authorization": f"Bearer {secret}"}
    for path in ("/session", "/asr", f"/asr?token={secret}"):
        with pytest.raises(InvalidStatus, match="401"):
            connect(f"ws://{server.address}{path}", additional_headers=bearer)


def test_it_is_made_with_a_token_only(start_server: StartServer, tokens: Tokens) -> None:
    server = start_server(tokens=tokens)
    assert refused(server, "eve") == (401, "token_refused")
    assert 'requests_total{interface="client_secrets",outcome="refused"} 1' in server.metrics.text()


def test_where_no_tokens_are_needed_a_page_needs_a_secret(start_server: StartServer) -> None:
    server = start_server()
    page = Origin("http://localhost:3000")
    assert opened(server, made(server, "-").value, origin=page)
    with pytest.raises(InvalidStatus, match="403"):
        opened(server, "none", origin=page)
    with pytest.raises(InvalidStatus, match="401"):
        opened(server, "ek_none", origin=page)


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({"expires_after": {"seconds": 9}}, (400, "option_invalid")),
        ({"expires_after": {"seconds": 7201}}, (400, "option_invalid")),
        ({"expires_after": {"anchor": "used_at"}}, (400, "option_invalid")),
        ({"extra_body": {"other": 1}}, (400, "option_invalid")),
        ({"session": {"type": "realtime", "instructions": "x"}}, (400, "option_not_served")),
        ({"session": {"type": "transcription", "other": 1}}, (400, "option_invalid")),
    ],
)
def test_what_is_not_served_is_refused_at_once(
    given: dict[str, Any], answer: tuple[int, str], start_server: StartServer
) -> None:
    assert refused(start_server(), "-", **given) == answer


@pytest.mark.parametrize(
    ("transcription", "answer"),
    [
        ({"model": "large-v3"}, (404, "model_not_served")),
        ({"language": "klingon"}, (400, "language_unknown")),
        ({"languages": ["de", "en"]}, (400, "option_not_served")),
        ({"prompt": 7000 * "a"}, (400, "option_invalid")),
        ({"prompt": 70_000 * "a"}, (413, "upload_too_large")),
    ],
)
def test_settings_are_looked_at_when_it_is_made(
    transcription: dict[str, Any], answer: tuple[int, str], start_server: StartServer
) -> None:
    session = {"type": "transcription", "audio": {"input": {"transcription": transcription}}}
    assert refused(start_server(offer=Offer(("base",))), "-", session=session) == answer


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"session": ' + 40_000 * b"["])
def test_what_is_no_json_is_refused(body: bytes, start_server: StartServer) -> None:
    assert posted(start_server(), body) == (400, "message_invalid")


def test_only_this_servers_are_good(tokens: Tokens, token: str) -> None:
    user, settings = User("ana"), Settings(transcription=Transcription(language="de"))
    ours = ClientSecrets(KEY, tokens)
    good = ours.make(user, settings, 600).value
    assert ours.granted(good).settings == settings
    # Any process with the key knows it, whoever made it.
    assert ClientSecrets(KEY, tokens).granted(good).user == user
    others = ClientSecrets(b"another key", tokens).make(user, settings, 600).value
    changed = [f"{good[:i]}{'A' if good[i] != 'A' else 'B'}{good[i + 1 :]}" for i in (5, 60, 90)]
    cut = [good[:n] for n in (3, 10, 50, len(good) - 4)]
    for bad in (others, *changed, *cut, "ek_\u00e9", f"{good}AAAA"):
        with pytest.raises(WlkError, match="token_refused"):
            ours.granted(bad)


def test_it_is_not_logged(
    start_server: StartServer, tokens: Tokens, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    server = start_server(tokens=tokens)
    secret = made(server, token).value
    opened(server, secret)
    status(server, f"{secret}AAAA")
    assert "ek_" not in caplog.text
