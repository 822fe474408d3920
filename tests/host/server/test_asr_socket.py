"""WhisperLiveKit's `/asr`, as its web page and its test client use it."""

import json
from typing import Any

import pytest

from host.server.conftest import StartServer
from host.server.sound_files import encoded
from host.server.wire_client import WITHIN_S, all_of, asr, talk
from wlk_host.core.types import SAMPLE_RATE
from wlk_host.server.limits import Limits

SECOND = bytes(2 * SAMPLE_RATE)


def texts(state: dict[str, Any]) -> list[str]:
    return [line["text"] for line in state["lines"]]


def test_the_configuration_comes_first(start_server: StartServer) -> None:
    with asr(start_server().address) as socket:
        first = json.loads(socket.recv(WITHIN_S))
    assert first == {"type": "config", "useAudioWorklet": True, "mode": "full"}


def test_samples_are_captioned_and_the_end_is_told(start_server: StartServer) -> None:
    server = start_server()
    with asr(server.address, "?language=de") as socket:
        socket.send(SECOND)
        socket.send(SECOND)
        socket.send(b"")
        heard = all_of(socket)
    assert heard[-1] == {"type": "ready_to_stop"}
    assert heard[-2] == {
        "status": "active_transcription",
        "lines": [
            {
                "speaker": 1,
                "text": f"word{number}",
                "start": f"0:00:0{number - 1}.00",
                "end": f"0:00:0{number}.00",
                "detected_language": "en",
            }
            for number in (1, 2)
        ],
        "buffer_transcription": "",
        "buffer_diarization": "",
        "buffer_translation": "",
        "remaining_time_transcription": 0.0,
        "remaining_time_transcription_processing": 0.0,
        "remaining_time_transcription_policy": 0.0,
        "remaining_time_diarization": 0,
    }
    assert [options.language for options, _ in server.loader.opened] == ["de"]
    assert any(state.get("buffer_transcription") == " and" for state in heard)


def test_sound_that_comes_at_once_is_fed_as_it_is_captioned(start_server: StartServer) -> None:
    server = start_server()
    with asr(server.address) as socket:
        socket.send(20 * SECOND)
        socket.send(b"")
        all_of(socket)
    waiting = 0
    for _, what in server.loader.sessions[0].journal:
        waiting += (what == "feed") - (what == "LIVE")
        assert waiting <= 2
    assert len(server.loader.sessions[0].fed) == 20


def test_a_sample_may_be_cut_in_two(start_server: StartServer) -> None:
    with asr(start_server().address) as socket:
        for at in range(0, len(SECOND), 777):
            socket.send(SECOND[at : at + 777])
        socket.send(b"")
        assert all_of(socket)[-2]["lines"][-1]["end"] == "0:00:01.00"


def test_nothing_said_is_told_as_such(start_server: StartServer) -> None:
    with asr(start_server().address) as socket:
        socket.send(b"")
        assert all_of(socket)[-2]["status"] == "no_audio_detected"


def test_a_client_that_only_appends_has_all_lines_in_diff_mode(start_server: StartServer) -> None:
    with asr(start_server().address, "?mode=diff") as socket:
        for _ in range(5):
            socket.send(SECOND)
        socket.send(b"")
        heard = all_of(socket)
    assert heard[0]["mode"] == "diff"
    states = heard[1:-1]
    assert [state["type"] for state in states] == ["snapshot", *["diff"] * (len(states) - 1)]
    assert [state["seq"] for state in states] == list(range(1, len(states) + 1))
    lines = list(states[0]["lines"])
    for state in states[1:]:
        del lines[: state.get("lines_pruned", 0)]
        lines += state.get("new_lines", [])
        assert len(lines) == state["n_lines"]
    assert [line["text"] for line in lines] == [f"word{number}" for number in range(1, 6)]


@pytest.mark.parametrize("takes_pcm", [True, False])
@pytest.mark.parametrize("form", ["webm", "ogg"])
def test_a_recorders_stream_is_decoded(
    form: str, takes_pcm: bool, start_server: StartServer
) -> None:
    recorded = encoded(form, 3)
    with asr(start_server(takes_pcm=takes_pcm).address) as socket:
        for at in range(0, len(recorded), 500):
            socket.send(recorded[at : at + 500])
        socket.send(b"")
        heard = all_of(socket)
    assert heard[0]["useAudioWorklet"] is takes_pcm
    assert heard[-1] == {"type": "ready_to_stop"}
    assert heard[-2]["lines"][-1]["end"].startswith(("0:00:02.9", "0:00:03.0"))


def test_what_cannot_be_decoded_ends_the_session_at_once(start_server: StartServer) -> None:
    with asr(start_server().address) as socket:
        socket.send(b"\x1aE\xdf\xa3" + b"nonsense" * 10_000)
        error = all_of(socket)[-1]
    assert (error["type"], error["code"]) == ("error", "file_unreadable")


def test_a_playlist_is_not_read(start_server: StartServer) -> None:
    with asr(start_server(takes_pcm=False).address) as socket:
        socket.send(b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n")
        assert all_of(socket)[-1]["code"] == "file_unreadable"


@pytest.mark.parametrize("query", ["?language=not%20a%20language&", "?target_language=%00"])
def test_parameters_that_are_not_allowed_are_told(query: str, start_server: StartServer) -> None:
    with asr(start_server().address, query) as socket:
        assert all_of(socket)[-1]["code"] in ("option_invalid", "language_unknown")


def test_who_leaves_makes_room(start_server: StartServer) -> None:
    server = start_server(limits=Limits(sessions=1))
    with asr(server.address) as socket:
        socket.send(SECOND)
        socket.recv(WITHIN_S)
        socket.recv(WITHIN_S)
    with talk(server.address) as client:
        client.greet()
        while True:
            client.start("a")
            message = client.next()
            if message["type"] == "status":
                break
            assert message["code"] == "sessions_too_many"


def test_too_many_sessions_are_told(start_server: StartServer) -> None:
    server = start_server(limits=Limits(sessions=0))
    with asr(server.address) as socket:
        assert all_of(socket)[-1]["code"] == "sessions_too_many"
