import base64
import json
import tracemalloc

import pytest

from wlk_host.core.errors import WlkError
from wlk_host.protocol import codec
from wlk_host.protocol.connection import (
    MOST_REMEMBERED,
    MOST_SESSIONS,
    Command,
    Connection,
    FeedAudio,
    Refuse,
)
from wlk_host.protocol.messages import Cut, Hello, Start, Stop, Visibility
from wlk_host.protocol.options import Options
from wlk_host.version import __version__


def tell(connection: Connection, **message: object) -> Command | None:
    return connection.receive(json.dumps(message).encode())


def audio(connection: Connection, seq: int, start: int, pcm: bytes) -> Command | None:
    encoded = base64.b64encode(pcm).decode()
    return tell(connection, type="audio", session="a", seq=seq, start=start, pcm=encoded)


def code(command: Command | None) -> tuple[str, str | None]:
    """Code of a refusal and the session that ends with it."""
    assert isinstance(command, Refuse), command
    assert command.error.hint
    return command.error.code, command.session


@pytest.fixture
def greeted() -> Connection:
    connection = Connection()
    assert isinstance(tell(connection, type="hello", protocol=1, extension=__version__), Hello)
    return connection


@pytest.fixture
def started(greeted: Connection) -> Connection:
    """Session "a" is open and starts at sample 100."""
    start = {"type": "start", "session": "a", "options": {}, "from": 100}
    assert greeted.receive(json.dumps(start).encode()) == Start("a", Options(), start=100)
    return greeted


def test_hello_comes_first() -> None:
    connection = Connection()
    assert code(tell(connection, type="stop", session="a")) == ("hello_expected", None)
    assert isinstance(tell(connection, type="hello", protocol=1, extension=__version__), Hello)


def test_hello_comes_once(greeted: Connection) -> None:
    refusal = tell(greeted, type="hello", protocol=1, extension=__version__)
    assert code(refusal) == ("hello_repeated", None)


@pytest.mark.parametrize(("protocol", "remedy"), [(2, "update wlk-host"), (0, "the extension")])
def test_another_version_is_told_with_its_remedy(protocol: int, remedy: str) -> None:
    connection = Connection()
    refusal = tell(connection, type="hello", protocol=protocol, extension="1", capabilities=[])
    assert code(refusal) == ("protocol_mismatch", None)
    assert isinstance(refusal, Refuse)
    assert remedy in refusal.error.hint
    assert code(tell(connection, type="stop", session="a")) == ("hello_expected", None)


def test_an_invalid_message_leaves_the_sessions_alone(started: Connection) -> None:
    assert code(started.receive(b"{")) == ("message_invalid", None)
    assert code(tell(started, type="sing", session="a")) == ("message_invalid", None)
    assert audio(started, 0, 100, b"\1\0") == FeedAudio("a", 100, b"\1\0")


def test_sound_goes_on_where_it_ended(started: Connection) -> None:
    assert audio(started, 0, 100, b"\1\0\2\0") == FeedAudio("a", 100, b"\1\0\2\0")
    assert audio(started, 1, 102, b"\3\0") == FeedAudio("a", 102, b"\3\0")


def test_sound_heard_before_is_trimmed(started: Connection) -> None:
    assert audio(started, 0, 98, b"\1\0\2\0\3\0") == FeedAudio("a", 100, b"\3\0")
    assert audio(started, 1, 99, b"\2\0\3\0") is None
    assert audio(started, 2, 100, b"\3\0\4\0") == FeedAudio("a", 101, b"\4\0")


def test_a_gap_is_passed_on(started: Connection) -> None:
    assert audio(started, 0, 500, b"\1\0") == FeedAudio("a", 500, b"\1\0")
    assert audio(started, 1, 400, b"\1\0") is None


@pytest.mark.parametrize("seq", [3, 2])
def test_sound_out_of_order_ends_its_session(started: Connection, seq: int) -> None:
    audio(started, 3, 100, b"\1\0")
    assert code(audio(started, seq, 101, b"\1\0")) == ("audio_out_of_order", "a")
    assert audio(started, 9, 101, b"\1\0") is None


@pytest.mark.parametrize("pcm", ["AAA", "A A=", "äAAA", "AAAA"])
def test_sound_that_is_none_ends_its_session(started: Connection, pcm: str) -> None:
    refusal = tell(started, type="audio", session="a", seq=0, start=100, pcm=pcm)
    assert code(refusal) == ("audio_invalid", "a")


def test_a_cut_moves_the_beginning_of_what_follows(started: Connection) -> None:
    assert tell(started, type="cut", session="a", at=300) == Cut("a", 300)
    assert audio(started, 0, 299, b"\1\0\2\0") == FeedAudio("a", 300, b"\2\0")


def test_a_cut_in_front_of_sound_that_is_here_comes_after_it(started: Connection) -> None:
    audio(started, 0, 100, b"\1\0\2\0")
    assert tell(started, type="cut", session="a", at=101) == Cut("a", 102)


def test_an_unknown_session_is_told_once(started: Connection) -> None:
    message = {"type": "visibility", "session": "b", "visible": True}
    assert code(tell(started, **message)) == ("session_unknown", "b")
    assert tell(started, **message) is None
    assert isinstance(tell(started, type="start", session="b", options={}), Start)
    assert tell(started, **message) == Visibility("b", visible=True)


def test_an_open_session_cannot_be_started_again(started: Connection) -> None:
    again = {"type": "start", "session": "a", "options": {}}
    assert code(tell(started, **again)) == ("session_exists", None)
    assert audio(started, 0, 100, b"\1\0") == FeedAudio("a", 100, b"\1\0")
    assert tell(started, type="stop", session="a") == Stop("a")
    assert code(tell(started, **again)) == ("session_exists", None)
    started.ended("a")
    assert isinstance(tell(started, **again), Start)


def test_what_follows_stop_is_dropped(started: Connection) -> None:
    tell(started, type="stop", session="a")
    assert audio(started, 0, 100, b"\1\0") is None
    assert tell(started, type="stop", session="a") is None


def test_what_is_under_way_for_a_failed_session_is_dropped(started: Connection) -> None:
    started.failed("a")
    assert audio(started, 0, 100, b"\1\0") is None
    assert tell(started, type="stop", session="a") is None
    assert code(audio(started, 1, 101, b"\1\0")) == ("session_unknown", "a")


def test_a_failed_session_may_start_again(started: Connection) -> None:
    started.failed("a")
    assert isinstance(tell(started, type="start", session="a", options={}), Start)
    assert audio(started, 0, 0, b"\1\0") == FeedAudio("a", 0, b"\1\0")


@pytest.mark.parametrize(
    "request_",
    ["models", "download", "cancel", "remove", "speech", "export", "configure", "visibility"],
)
def test_what_cannot_be_decoded_is_told_to_who_asked(started: Connection, request_: str) -> None:
    refusal = tell(started, type=request_, session="a", model=[], options=3, visible=3)
    assert code(refusal) == ("message_invalid", None)
    assert isinstance(refusal, Refuse)
    assert refusal.request == request_
    assert audio(started, 0, 100, b"\1\0") == FeedAudio("a", 100, b"\1\0")


def test_a_start_that_cannot_be_decoded_ends_that_session_alone(started: Connection) -> None:
    refusal = tell(started, type="start", session="b", options={"task": "sing"})
    assert code(refusal) == ("message_invalid", "b")
    assert tell(started, type="visibility", session="b", visible=True) is None
    again = tell(started, type="start", session="a", options={"task": "sing"})
    assert code(again) == ("message_invalid", None), "the open one goes on"
    assert audio(started, 0, 100, b"\1\0") == FeedAudio("a", 100, b"\1\0")


def test_sound_that_cannot_be_decoded_ends_its_session_alone(started: Connection) -> None:
    refusal = tell(started, type="audio", session="a", seq=0, start=100, pcm=5)
    assert code(refusal) == ("message_invalid", "a")
    assert audio(started, 0, 100, b"\1\0") is None


def test_a_start_of_an_open_session_is_told_as_one(started: Connection) -> None:
    refusal = tell(started, type="start", session="a", options={})
    assert isinstance(refusal, Refuse)
    assert (refusal.session, refusal.request) == (None, "start")


def test_sessions_that_are_over_are_forgotten_at_last(greeted: Connection) -> None:
    names = [f"s{n}" for n in range(MOST_REMEMBERED + 1)]
    for name in names:
        assert code(tell(greeted, type="stop", session=name)) == ("session_unknown", name)
    tracemalloc.start()
    for n in range(20_000):
        tell(greeted, type="visibility", session=f"{n:064}", visible=True)
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 500_000
    assert code(tell(greeted, type="stop", session=names[-1])) == ("session_unknown", names[-1])


def test_there_is_a_most_of_open_sessions(greeted: Connection) -> None:
    for n in range(MOST_SESSIONS):
        assert isinstance(tell(greeted, type="start", session=f"s{n}", options={}), Start)
    one_more = tell(greeted, type="start", session="x", options={})
    assert code(one_more) == ("sessions_too_many", "x")
    tell(greeted, type="stop", session="s0")
    greeted.ended("s0")
    assert isinstance(tell(greeted, type="start", session="x", options={}), Start)


def test_sound_behind_the_last_position_is_left_out(greeted: Connection) -> None:
    last = 2**53 - 1
    tell(greeted, type="start", session="a", options={}, **{"from": last - 1})
    assert audio(greeted, 0, last - 1, b"\1\0\2\0\3\0") == FeedAudio("a", last - 1, b"\1\0")
    assert audio(greeted, 1, last, b"\1\0") is None


OLDER, SAME, NEWER = "0.0.9", __version__, "9.0.0"


@pytest.mark.parametrize(
    ("version", "message", "understood"),
    [
        (NEWER, {"type": "start", "session": "b", "options": {}, "from": 0, "mood": "glad"}, True),
        (NEWER, {"type": "start", "session": "b", "options": {"mood": 1}, "from": 0}, True),
        (NEWER, {"type": "sing", "session": "b", "song": "la"}, None),
        (NEWER, {"type": "start", "session": "b", "options": {}, "from": "soon"}, False),
        (NEWER, {"type": "start", "options": {}, "from": 0}, False),
        (SAME, {"type": "start", "session": "b", "options": {}, "from": 0, "mood": "glad"}, False),
        (SAME, {"type": "sing", "session": "b", "song": "la"}, False),
        (OLDER, {"type": "start", "session": "b", "options": {}, "from": 0, "mood": "glad"}, False),
        (OLDER, {"type": "start", "session": "b", "options": {}, "from": 0}, True),
    ],
)
def test_a_newer_extension_is_understood_as_far_as_this_host_knows_its_words(
    version: str, message: dict[str, object], understood: bool | None
) -> None:
    connection = Connection()
    assert isinstance(tell(connection, type="hello", protocol=1, extension=version), Hello)
    answer = tell(connection, **message)
    if understood is None:
        assert answer is None
    elif understood:
        assert answer == Start("b", Options(), start=0)
    else:
        assert code(answer)[0] == "message_invalid"


def test_a_newer_extension_may_say_more_of_itself_in_its_hello() -> None:
    hello = {"type": "hello", "protocol": 1, "mood": "glad"}
    assert isinstance(tell(Connection(), **hello, extension=NEWER), Hello)
    assert code(tell(Connection(), **hello, extension=SAME)) == ("message_invalid", None)


def test_unknown_fields_inside_lists_are_left_out() -> None:
    line = {
        "id": 1, "text": "Hi.", "start": 0, "end": 1, "speaker": None, "language": "en",
        "translations": [], "mood": "glad",
    }  # fmt: skip
    payload = json.dumps({"type": "hello", "protocol": 1, "extension": "9", "a": [line, line]})
    assert codec.decode_of_newer(payload.encode()) == Hello(1, "9")
    many = {f"field{n}": n for n in range(100)}
    wild = json.dumps({"type": "stop", "session": "a", **many}).encode()
    with pytest.raises(WlkError, match="unknown field"):
        codec.decode_of_newer(wild)
