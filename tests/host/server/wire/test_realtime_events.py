"""What a client of a transcription session can say."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wlk_host.core.errors import WlkError
from wlk_host.server.wire import realtime_events as wire
from wlk_host.server.wire.realtime_settings import RATES, Settings, Transcription

CODES = (
    "format_unsupported",
    "message_invalid",
    "option_invalid",
    "option_not_served",
    "request_not_served",
)


SURROGATE = b'{"type": "input_audio_buffer.commit", "event_id": "\\ud800"}'


def refused(message: bytes) -> str:
    with pytest.raises(WlkError) as raised:
        wire.read(message)
    return raised.value.code


@pytest.mark.parametrize(
    "message", [b"", b"{", b"[]", b"{}", b'{"type": 1}', b"\xff", b"[" * 9999, SURROGATE]
)
def test_what_is_no_event(message: bytes) -> None:
    assert refused(message) == "message_invalid"
    assert wire.id_of(message) is None


def test_fields_that_are_not_known_are_refused_by_name() -> None:
    event = {"type": "input_audio_buffer.commit", "event_id": "mine", "now": True}
    message = json.dumps(event).encode()
    with pytest.raises(WlkError, match="now") as raised:
        wire.read(message)
    assert raised.value.code == "option_invalid"
    assert wire.id_of(message) == "mine"


def settings_after(event: wire.ClientEvent, before: Settings) -> Settings | None:
    match event:
        case wire.Update():
            return before.updated(event.session)
        case wire.BetaUpdate():
            return before.updated(event.session.as_wanted())
    return None


def updated(settings: Settings, session: dict[str, Any], kind: str = "session") -> Settings:
    message = json.dumps({"type": f"{kind}.update", "session": session}).encode()
    after = settings_after(wire.read(message), settings)
    assert after is not None
    return after


def test_what_an_update_leaves_out_stays() -> None:
    before = Settings("audio/pcmu", Transcription("base", "de"), finds_turns=False)
    assert updated(before, {"type": "transcription"}) == before
    assert updated(before, {"type": "transcription", "audio": {"input": {}}}) == before
    assert updated(before, {}, "transcription_session") == before
    audio = {"input": {"transcription": {"language": "fr"}}}
    after = updated(before, {"type": "transcription", "audio": audio})
    assert after.transcription == Transcription("base", "fr")


def test_both_forms_say_the_same() -> None:
    today = updated(
        Settings(),
        {
            "type": "transcription",
            "audio": {
                "input": {
                    "format": {"type": "audio/pcma"},
                    "transcription": {"model": "whisper-1", "languages": ["de"]},
                    "turn_detection": None,
                }
            },
        },
    )
    beta = updated(
        Settings(),
        {
            "input_audio_format": "g711_alaw",
            "input_audio_transcription": {"model": "whisper-1", "language": "de"},
            "turn_detection": None,
        },
        "transcription_session",
    )
    assert today == beta == Settings("audio/pcma", Transcription("whisper-1", "de"), False)


def test_a_format_of_the_beta_that_is_not_known_is_refused() -> None:
    with pytest.raises(WlkError, match="pcm16, g711_ulaw, g711_alaw"):
        updated(Settings(), {"input_audio_format": "opus"}, "transcription_session")


settings = st.builds(
    Settings,
    st.sampled_from([*RATES]),
    st.builds(
        Transcription,
        st.sampled_from([None, "base"]),
        st.sampled_from([None, "de"]),
        prompt=st.none() | st.text(max_size=5),
        keywords=st.none() | st.lists(st.text(min_size=1, max_size=5), min_size=1).map(tuple),
        delay=st.sampled_from([None, "low", "high"]),
    ),
    st.booleans(),
)


@given(settings)
def test_what_is_told_of_a_session_can_be_asked_for(chosen: Settings) -> None:
    """A client may send back what it was told, with its changes."""
    told = chosen.told("sess_1", is_beta=False)
    again = updated(Settings(), {name: told[name] for name in ("type", "audio")})
    model = chosen.transcription.model or "whisper-1"
    assert again.transcription.model == model
    assert again == updated(chosen, {"type": "transcription", "audio": told["audio"]})
    assert again.told("sess_1", is_beta=False) == told


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
NAMES = (
    "audio", "input", "format", "type", "rate", "transcription", "model", "language", "languages",
    "turn_detection", "threshold", "include", "input_audio_format", "input_audio_transcription",
)  # fmt: skip
shaped = st.recursive(
    anything | st.sampled_from(["transcription", "audio/pcm", "server_vad", "g711_ulaw"]),
    lambda inner: st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=10,
)
TYPES = (*wire._KINDS, "response.create", "")
events = st.fixed_dictionaries(
    {"type": st.sampled_from(TYPES)},
    optional={"session": shaped, "audio": anything, "event_id": anything},
).map(lambda event: json.dumps(event).encode())


@given(st.binary(max_size=200) | events)
def test_any_message_is_an_event_or_an_error(message: bytes) -> None:
    told = wire.id_of(message)
    assert told is None or len(told) <= 512
    raised, after = WlkError("", "", ""), None
    try:
        after = settings_after(wire.read(message), Settings())
    except WlkError as error:
        raised = error
    assert raised.code in ("", *CODES)
    assert json.loads(json.dumps(wire.failed(raised, told)))["error"]["event_id"] == told
    assert after is None or after.told("sess_1", is_beta=True)["input_audio_format"]
