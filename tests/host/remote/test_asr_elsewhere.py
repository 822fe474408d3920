"""Servers that speak WhisperLiveKit's `/asr` only."""

import json
from typing import Any

import pytest
from websockets.sync.server import ServerConnection

from host.remote.bad_servers import Behave, behaving
from host.remote.test_links import linked, lost
from host.server.conftest import StartServer
from wlk_host.protocol.connection import Sound
from wlk_host.protocol.messages import Captions, Error, Start, Status, Stop
from wlk_host.protocol.options import Options
from wlk_host.remote.asr_states import AsrCaptions, StateError
from wlk_host.remote.news import Opened, Said

SECOND = 16_000


def state(*lines: tuple[str, str, str], buffer: str = "", **more: Any) -> dict[str, Any]:
    told = [{"speaker": 1, "start": start, "end": end, "text": text} for start, end, text in lines]
    return {"lines": told, "buffer_transcription": buffer, **more}


ONE = ("0:00:00", "0:00:02.50", "One two.")
TWO = ("0:00:03", "0:00:05", "Three.")


def test_the_last_line_can_change_and_those_before_are_final() -> None:
    heard = AsrCaptions("a", 0)
    first = heard.hear(state(ONE, buffer="thr"))
    assert first is not None
    assert first.draft is not None
    assert [(one.text, one.state) for one in first.lines] == [("One two.", "committed")]
    assert (first.draft.line, first.draft.text, first.final_until) == (0, " thr", 0)
    second = heard.hear(state(ONE, TWO))
    assert second is not None
    assert [(one.id, one.text, one.state) for one in second.lines] == [
        (0, "One two.", "final"),
        (3 * SECOND, "Three.", "committed"),
    ]
    assert (second.draft, second.final_until, second.revision) == (None, 2.5 * SECOND, 2)
    last = heard.hear(state(ONE, TWO), is_over=True)
    assert last is not None
    assert [(one.id, one.state) for one in last.lines] == [(3 * SECOND, "final")]


def test_a_state_that_says_the_same_is_no_news() -> None:
    heard = AsrCaptions("a", 0)
    assert heard.hear(state()) is None
    assert heard.hear(state(ONE)) is not None
    assert heard.hear(state(ONE, remaining_time_transcription=1.5)) is None


def test_a_line_keeps_its_id_and_one_that_goes_is_removed() -> None:
    heard = AsrCaptions("a", 0)
    heard.hear(state(ONE, TWO))
    moved = heard.hear(state(ONE, ("0:00:02.75", "0:00:06", "Three four.")))
    assert moved is not None
    assert [(one.id, one.text) for one in moved.lines] == [(3 * SECOND, "Three four.")]
    gone = heard.hear(state(ONE))
    assert gone is not None
    assert (3 * SECOND, "") in [(one.id, one.text) for one in gone.lines]


def test_the_servers_clock_begins_where_the_session_was_resumed() -> None:
    captions = AsrCaptions("a", 100 * SECOND).hear(state(ONE))
    assert captions is not None
    assert (captions.lines[0].id, captions.lines[0].end) == (100 * SECOND, 102.5 * SECOND)


def test_silence_is_no_line() -> None:
    silent = {"speaker": -2, "start": "0:00:00", "end": "0:00:09", "text": None}
    assert AsrCaptions("a", 0).hear({"lines": [silent]}) is None


@pytest.mark.parametrize(
    "junk",
    [
        {},
        {"lines": 7},
        {"lines": [], "buffer_transcription": 7},
        {"lines": [{"text": "a", "start": "noon", "end": "0:00:01"}]},
        {"lines": [{"text": "a", "start": None, "end": None}]},
        {"lines": [{"text": 5, "start": "0:00:01", "end": "0:00:01"}]},
        {"lines": [{}] * 20_001},
    ],
)
def test_what_is_no_state_is_told(junk: dict[str, Any]) -> None:
    with pytest.raises(StateError):
        AsrCaptions("a", 0).hear(junk)


def test_a_session_on_our_own_asr(start_server: StartServer) -> None:
    server = start_server()
    with linked(f"ws://{server.address}/asr") as (link, heard):
        opened = heard.next(Opened)
        assert (opened.version, opened.models) == (None, frozenset())
        link.say(1, Start("a", Options(language="de"), 16_000, "before"))
        for second in range(3):
            link.say(1, Sound("a", second, (1 + second) * SECOND, bytes(2 * SECOND)))
        link.say(1, Stop("a"))
        said: list[Captions | Status | Error] = []
        while not said or getattr(said[-1], "state", None) != "ended":
            said.append(heard.next(Said).message)
    lines = {
        line.id: (line.text, line.state)
        for one in said
        if isinstance(one, Captions)
        for line in one.lines
    }
    assert lines == {(1 + second) * SECOND: (f"word{1 + second}", "final") for second in range(3)}
    assert server.loader.opened[-1][0].language == "de"


def test_sound_that_is_missing_is_silence_there() -> None:
    sizes: list[int] = []

    def behave(client: ServerConnection) -> None:
        client.send(json.dumps({"type": "config", "useAudioWorklet": True}))
        for message in client:
            sizes.append(len(message))
            if not message:
                client.send(json.dumps({"type": "ready_to_stop"}))

    with behaving(behave) as address, linked(f"{address}/asr") as (link, heard):
        heard.next(Opened)
        link.say(1, Start("a", Options()))
        link.say(1, Sound("a", 0, 0, bytes(2 * SECOND)))
        link.say(1, Sound("a", 1, 3 * SECOND, bytes(2 * SECOND)))
        link.say(1, Stop("a"))
        while getattr(heard.next(Said).message, "state", None) != "ended":
            pass
    assert sizes == [2 * SECOND, 6 * SECOND, 0]


def says(*messages: object) -> Behave:
    def behave(client: ServerConnection) -> None:
        for message in messages:
            client.send(message if isinstance(message, str) else json.dumps(message))
        for _ in client:
            pass

    return behave


CONFIG = {"type": "config", "useAudioWorklet": True}


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (("{",), "remote_unintelligible"),
        (("7",), "remote_unintelligible"),
        (({"type": "hello"},), "remote_unintelligible"),
        (({"type": "error", "error": "too many"},), "remote_refused"),
    ],
)
def test_what_is_no_asr_is_told(messages: tuple[object, ...], code: str) -> None:
    with behaving(says(*messages)) as address:
        assert lost(f"{address}/asr").error.code == code


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (({"type": "config", "useAudioWorklet": False},), "remote_refused"),
        ((CONFIG, {"type": "error", "error": "no"}), "remote_refused"),
    ],
)
def test_a_session_that_is_refused_is_told_alone(messages: tuple[object, ...], code: str) -> None:
    with behaving(says(*messages)) as address, linked(f"{address}/asr") as (link, heard):
        heard.next(Opened)
        link.say(1, Start("a", Options()))
        while not isinstance(error := heard.next(Said).message, Error):
            pass
        assert (error.code, error.session) == (code, "a")
