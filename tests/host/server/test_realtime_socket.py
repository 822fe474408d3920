"""OpenAI's transcription sessions, as OpenAI's own client uses them."""

import json
from typing import Any

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from host.server.conftest import Running, StartServer
from host.server.realtime_client import (
    COMPLETED,
    DELTA,
    FAILED,
    SECOND,
    Realtime,
    talking,
)
from host.server.wire_client import WITHIN_S
from wlk_host.server.limits import Limits
from wlk_host.server.offer import Offer
from wlk_host.server.tokens import Tokens, new_token, stored

G711 = {"audio/pcmu": b"\xff", "audio/pcma": b"\xd5"}
"""Silence."""

LATE = 40
"""Samples that wait in the filter."""


def samples_fed(server: Running, session: int = 0) -> list[tuple[int, int]]:
    return server.loader.sessions[session].fed


def test_the_session_is_told_first(start_server: StartServer) -> None:
    async def scene(client: Realtime) -> None:
        await client.hear("session.created")

    told = talking(start_server().address, scene).heard[0].session
    assert told.type == "transcription"
    assert told.audio.input.format.rate == 24_000
    assert told.audio.input.turn_detection.type == "server_vad"
    assert told.audio.input.transcription.model == "whisper-1"


def test_a_line_is_an_item_told_when_it_is_final(start_server: StartServer) -> None:
    async def scene(client: Realtime) -> None:
        await client.sound(2 * SECOND)
        await client.commit()
        for _ in range(2):
            await client.hear(COMPLETED)

    server = start_server()
    client = talking(server.address, scene)
    assert client.kinds == [
        "session.created",
        "speech_started",
        *["speech_stopped", "committed", "added", "done", "delta", "completed"],
        "speech_started",
        *["speech_stopped", "committed", "added", "done", "delta", "completed"],
    ]
    (first, second), texts = client.transcripts(), [*client.transcripts().values()]
    assert texts == ["word1", "word2"]
    assert [client.deltas(item) for item in (first, second)] == texts
    committed = [e for e in client.heard if e.type == "input_audio_buffer.committed"]
    assert [(e.item_id, e.previous_item_id) for e in committed] == [(first, None), (second, first)]
    started = [e for e in client.heard if e.type == "input_audio_buffer.speech_started"]
    assert [(e.item_id, e.audio_start_ms) for e in started] == [(first, 0), (second, 1000)]
    stopped = [e for e in client.heard if e.type == "input_audio_buffer.speech_stopped"]
    assert [(e.item_id, e.audio_end_ms) for e in stopped] == [(first, 1000), (second, 1999)]
    usage = [e.usage.seconds for e in client.heard if e.type == COMPLETED]
    assert usage == [1.0, 1.0]
    ids = [e.event_id for e in client.heard]
    assert len(set(ids)) == len(ids)


def test_words_come_at_once_where_little_delay_is_wanted(start_server: StartServer) -> None:
    async def scene(client: Realtime) -> None:
        await client.update(transcription={"model": "whisper-1", "delay": "low"})
        await client.hear("session.updated")
        await client.sound(SECOND)
        assert (await client.hear(DELTA)).delta == "word1"
        assert COMPLETED not in [event.type for event in client.heard]
        await client.commit()
        await client.hear(COMPLETED)

    client = talking(start_server().address, scene)
    assert client.kinds[2:] == [
        *["speech_started", "committed", "added", "done", "delta"],
        *["speech_stopped", "completed"],
    ]


@pytest.mark.parametrize("delay", [None, "minimal"])
def test_without_turn_detection_an_item_is_what_is_committed(
    delay: str | None, start_server: StartServer
) -> None:
    async def scene(client: Realtime) -> None:
        chosen = {"model": "whisper-1", "delay": delay} if delay else {"model": "whisper-1"}
        await client.update(turn_detection=None, transcription=chosen)
        told = await client.hear("session.updated")
        assert told.session.audio.input.turn_detection is None
        for n_seconds in (2, 1):
            for _ in range(n_seconds):
                await client.sound(SECOND)
            await client.commit()
            await client.hear(COMPLETED)

    server = start_server()
    client = talking(server.address, scene)
    assert [*client.transcripts().values()] == ["word1 word2", "word1"]
    for item, text in client.transcripts().items():
        assert client.deltas(item) == text
    assert not [kind for kind in client.kinds if kind.startswith("speech")]
    usage = [e.usage.seconds for e in client.heard if e.type == COMPLETED]
    assert usage == [2.0, 1.0]
    (end, *_), (start, last) = (samples_fed(server)[-1][1:], samples_fed(server, 1)[-1])
    assert start == end
    assert 48_000 - LATE <= last <= 48_000


@pytest.mark.parametrize("coding", [*G711, "audio/pcm"])
def test_the_sound_is_resampled(coding: str, start_server: StartServer) -> None:
    async def scene(client: Realtime) -> None:
        await client.update(format={"type": coding}, turn_detection=None)
        await client.hear("session.updated")
        second = 8000 * G711[coding] if coding in G711 else SECOND
        for at in range(0, len(second), 777):
            await client.sound(second[at : at + 777])
        await client.commit()
        await client.hear(COMPLETED)

    server = start_server()
    talking(server.address, scene)
    assert 16_000 - LATE <= samples_fed(server)[-1][1] <= 16_000


def test_what_is_cleared_is_forgotten(start_server: StartServer) -> None:
    async def scene(client: Realtime) -> None:
        await client.update(turn_detection=None)
        await client.hear("session.updated")
        await client.sound(SECOND)
        await client.connection.input_audio_buffer.clear()
        await client.hear("input_audio_buffer.cleared")
        await client.sound(SECOND)
        await client.commit()
        await client.hear(COMPLETED)

    server = start_server(limits=Limits(sessions_each=1))
    client = talking(server.address, scene)
    assert [*client.transcripts().values()] == ["word1"]
    assert samples_fed(server, 1)[0][0] >= 15_900


def test_what_the_client_chose_is_what_the_session_gets(start_server: StartServer) -> None:
    async def scene(client: Realtime) -> None:
        await client.update(
            transcription={
                "model": "small",
                "language": "de",
                "prompt": "What was said before.",
                "keywords": ["Zeppelin"],
            },
            noise_reduction={"type": "near_field"},
            turn_detection={"type": "server_vad", "threshold": 0.5, "silence_duration_ms": 200},
        )
        told = (await client.hear("session.updated")).session.audio.input
        assert (told.transcription.model, told.transcription.language) == ("small", "de")
        assert told.noise_reduction is None
        await client.update(format={"type": "audio/pcm", "rate": 24_000})
        told = (await client.hear("session.updated")).session.audio.input
        assert told.transcription.language == "de"
        await client.sound(SECOND)
        await client.commit()
        await client.hear(COMPLETED)

    server = start_server(offer=Offer(("base", "small")))
    talking(server.address, scene)
    options, context = server.loader.opened[0]
    assert (options.model, options.language, options.vocabulary, context) == (
        "small",
        "de",
        ("Zeppelin",),
        "What was said before.",
    )


def test_a_model_in_the_address_is_the_one_to_begin_with(start_server: StartServer) -> None:
    async def scene(client: Realtime) -> None:
        await client.sound(SECOND)
        await client.commit()
        await client.hear(COMPLETED)

    server = start_server(offer=Offer(("base", "small")))
    talking(server.address, scene, model="small")
    assert server.loader.opened[0][0].model == "small"


def test_other_settings_concern_what_is_said_from_then_on(start_server: StartServer) -> None:
    async def scene(client: Realtime) -> None:
        await client.sound(SECOND)
        await client.update(transcription={"model": "whisper-1", "language": "fr"})
        await client.hear("session.updated")
        assert [*client.transcripts().values()] == ["word1"]
        await client.sound(SECOND)
        await client.commit()
        await client.hear(COMPLETED)

    server = start_server()
    talking(server.address, scene)
    assert [options.language for options, _ in server.loader.opened] == [None, "fr"]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"format": {"type": "audio/pcm", "rate": 48_000}}, "format_unsupported"),
    ({"format": {"type": "audio/opus"}}, "format_unsupported"),
    ({"turn_detection": {"type": "semantic_vad"}}, "option_not_served"),
    ({"turn_detection": {"type": "server_vad", "idle_timeout_ms": 6000}}, "option_not_served"),
    ({"transcription": None}, "option_not_served"),
    ({"transcription": {"languages": ["de", "fr"]}}, "option_not_served"),
    ({"transcription": {"language": "Klingon"}}, "language_unknown"),
    ({"transcription": {"model": "large-v3"}}, "model_not_served"),
    ({"transcription": {"keywords": ["a" * 200]}}, "option_invalid"),
]


@pytest.mark.parametrize(("given", "code"), REFUSED)
def test_settings_that_are_not_served_are_refused_and_the_connection_goes_on(
    given: dict[str, Any], code: str, start_server: StartServer
) -> None:
    async def scene(client: Realtime) -> None:
        session: Any = {"type": "transcription", "audio": {"input": given}}
        await client.hear("session.created")
        await client.connection.session.update(session=session, event_id="mine")
        event: Any = await client.connection.recv()
        assert (event.type, event.error.code, event.error.event_id) == ("error", code, "mine")
        assert event.error.type == "invalid_request_error"
        assert "(" in event.error.message
        await client.sound(SECOND)
        await client.commit()
        await client.hear(COMPLETED)

    talking(start_server().address, scene)


EVENTS: list[tuple[dict[str, Any], str]] = [
    ({"type": "response.create"}, "request_not_served"),
    ({"type": "session.update", "session": {"type": "realtime"}}, "option_not_served"),
    ({"type": "input_audio_buffer.commit"}, "nothing_sent"),
    ({"type": "input_audio_buffer.append", "audio": "%"}, "message_invalid"),
    (
        {
            "type": "session.update",
            "session": {
                "type": "transcription",
                "include": ["item.input_audio_transcription.logprobs"],
            },
        },
        "option_not_served",
    ),
]


@pytest.mark.parametrize(("given", "code"), EVENTS)
def test_events_that_cannot_be_served_are_refused(
    given: dict[str, Any], code: str, start_server: StartServer
) -> None:
    async def scene(client: Realtime) -> None:
        await client.hear("session.created")
        await client.say(given)
        event: Any = await client.connection.recv()
        assert (event.type, event.error.code) == ("error", code)

    server = start_server()
    talking(server.address, scene)
    assert f'wlk_errors_total{{code="{code}"}} 1' in server.metrics.text()


def test_settings_do_not_change_in_the_midst_of_an_item(start_server: StartServer) -> None:
    async def scene(client: Realtime) -> None:
        await client.update(turn_detection=None)
        await client.hear("session.updated")
        await client.sound(SECOND)
        await client.update(turn_detection={"type": "server_vad"})
        event: Any = await client.connection.recv()
        assert event.error.code == "option_invalid"

    talking(start_server().address, scene)


def test_the_beta_is_understood(start_server: StartServer) -> None:
    async def scene(client: Realtime) -> None:
        assert client.heard == []
        await client.hear("transcription_session.created")
        update: Any = {
            "type": "transcription_session.update",
            "session": {
                "input_audio_format": "g711_ulaw",
                "input_audio_transcription": {"model": "gpt-4o-transcribe", "language": "de"},
                "turn_detection": {"type": "server_vad", "threshold": 0.5},
                "input_audio_noise_reduction": {"type": "near_field"},
            },
        }
        await client.connection.send_raw(json.dumps(update))
        told = await client.hear("transcription_session.updated")
        assert told.session["input_audio_format"] == "g711_ulaw"
        await client.sound(8000 * b"\xff")
        await client.commit()
        await client.hear(COMPLETED)

    headers = {"OpenAI-Beta": "realtime=v1"}
    client = talking(start_server().address, scene, extra_headers=headers)
    assert client.kinds[-4:] == ["committed", "created", "delta", "completed"]


def test_a_session_that_fails_fails_its_item(start_server: StartServer) -> None:
    async def scene(client: Realtime) -> None:
        await client.update(turn_detection=None, transcription={"prompt": "fails"})
        await client.hear("session.updated")
        await client.sound(np.zeros(300, "<i2").tobytes())
        await client.commit()
        failed = await client.hear(FAILED)
        assert failed.error.type == "server_error"
        error: Any = await client.connection.recv()
        assert error.error.code == failed.error.code
        with pytest.raises(ConnectionClosed):
            await client.connection.recv()

    talking(start_server().address, scene)


def test_a_server_that_stops_says_so(start_server: StartServer) -> None:
    server = start_server()

    async def scene(client: Realtime) -> None:
        await client.sound(SECOND)
        await client.hear("input_audio_buffer.speech_started")
        server.engine.close()
        while (event := await client.connection.recv()).type != "error":
            pass
        assert event.error.code == "client_gone"

    talking(server.address, scene)


@pytest.mark.parametrize(
    ("limits", "code"),
    [(Limits(sessions=0), "sessions_too_many"), (Limits(hours_a_day=0), "quota_used_up")],
)
def test_limits_are_those_of_the_other_interfaces(
    limits: Limits, code: str, start_server: StartServer
) -> None:
    async def scene(client: Realtime) -> None:
        await client.hear("session.created")
        await client.sound(SECOND)
        event: Any = await client.connection.recv()
        assert (event.type, event.error.code) == ("error", code)
        with pytest.raises(ConnectionClosed) as closed:
            await client.connection.recv()
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, code)

    talking(start_server(limits=limits).address, scene)


@pytest.mark.parametrize("query", ["intent=conversation", "call_id=1", "model=large-v3"])
def test_other_sessions_are_refused(query: str, start_server: StartServer) -> None:
    server = start_server(offer=Offer(("base",)))
    with connect(f"ws://{server.address}/v1/realtime?{query}") as socket:
        assert '"type":"error"' in str(socket.recv(WITHIN_S))
        with pytest.raises(ConnectionClosed):
            socket.recv(WITHIN_S)


def test_a_page_gives_its_token_as_a_subprotocol(start_server: StartServer, tokens: Tokens) -> None:
    token = new_token()
    tokens.add(stored(token, "ana", 0.0, None, None, None))
    server = start_server(tokens=tokens)
    offered = [Subprotocol("realtime"), Subprotocol(f"openai-insecure-api-key.{token}")]
    with connect(f"ws://{server.address}/v1/realtime", subprotocols=offered) as socket:
        assert socket.subprotocol == "realtime"
        assert "session.created" in str(socket.recv(WITHIN_S))


def test_a_token_that_was_revoked_begins_nothing(start_server: StartServer, tokens: Tokens) -> None:
    token = new_token()
    tokens.add(stored(token, "ana", 0.0, None, None, None))

    async def scene(client: Realtime) -> None:
        await client.sound(SECOND)
        await client.commit()
        await client.hear(COMPLETED)
        tokens.revoke("ana")
        await client.sound(SECOND)
        while (event := await client.connection.recv()).type != "error":
            pass
        assert event.error.code == "token_refused"

    talking(start_server(tokens=tokens).address, scene, key=token)


def test_who_leaves_makes_room(start_server: StartServer) -> None:
    async def scene(client: Realtime) -> None:
        await client.sound(SECOND)
        await client.hear("input_audio_buffer.speech_started")

    server = start_server(limits=Limits(sessions=1))
    talking(server.address, scene)

    async def again(client: Realtime) -> None:
        await client.sound(SECOND)
        await client.commit()
        await client.hear(COMPLETED)

    talking(server.address, again)
