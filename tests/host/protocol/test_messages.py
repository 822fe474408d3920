import json
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wlk_host.core.errors import MOST_TEXT, WlkError
from wlk_host.protocol import codec, messages
from wlk_host.protocol.connection import Connection
from wlk_host.protocol.framing import encode_frame
from wlk_host.protocol.options import Options
from wlk_host.protocol.problem import Problem

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
TYPES = ("hello", "start", "audio", "configure", "visibility", "cut", "stop", "captions")
FIELDS = ("session", "options", "seq", "start", "pcm", "from", "at", "protocol", "extension")
ALMOST = st.builds(
    lambda kind, fields: {"type": kind, **fields},
    st.sampled_from(TYPES),
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=5),
)


@given(st.binary(max_size=60) | (JSON | ALMOST).map(lambda value: json.dumps(value).encode()))
def test_whatever_comes_raises_nothing_but_the_coded_error(payload: bytes) -> None:
    with suppress(WlkError):
        codec.decode(payload)
    Connection().receive(payload)


@pytest.mark.parametrize(
    "payload",
    [b"", b"{", b'{"type": "stop", "session": "\xff"}', b'{"a": ' + b"[" * 200_000],
    ids=["empty", "cut_off", "broken_utf8", "nested_beyond_measure"],
)
def test_what_is_not_json_is_a_coded_error(payload: bytes) -> None:
    with pytest.raises(WlkError, match="not JSON") as caught:
        codec.decode(payload)
    assert caught.value.code == "message_invalid"


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (b'{"type": "sing"}', r"'sing' - at `\$\.type`, expected one of hello, start"),
        (b'{"type": "cut", "session": "a", "at": "1"}', r"Expected `int`, got `str` - at `\$\.at`"),
        (b'{"type": "stop", "session": "a", "at": 1}', "unknown field `at`"),
    ],
)
def test_errors_say_what_was_got_and_expected(payload: bytes, says: str) -> None:
    with pytest.raises(WlkError, match=says):
        codec.decode(payload)


def test_what_is_sent_can_be_read_as_the_schema_says() -> None:
    status = messages.Status(
        "tab-1",
        "lagging",
        None,
        "en",
        2400,
        0,
        refining=False,
        translation_delay_ms=None,
        translation_problem=None,
        device="cpu",
        smaller_model="tiny",
        model_problem=None,
    )
    assert json.loads(codec.encode(status)) == {
        "type": "status",
        "session": "tab-1",
        "state": "lagging",
        "model": None,
        "language": "en",
        "lag_ms": 2400,
        "skipped_ms": 0,
        "refining": False,
        "translation_delay_ms": None,
        "translation_problem": None,
        "device": "cpu",
        "smaller_model": "tiny",
        "model_problem": None,
    }


def test_start_has_its_sample_under_the_name_from() -> None:
    start = codec.decode(b'{"type": "start", "session": "a", "options": {}, "from": 7}')
    assert start == messages.Start("a", Options(), start=7)
    assert b'"from":7' in msgspec.json.encode(start)


@pytest.mark.parametrize(
    "payload",
    [
        b'{"type": "%s"}',
        b'{"type": "models", "%s": 1}',
        b'{"type": "start", "session": "a", "options": {"task": "%s"}}',
        b'{"type": "start", "session": "a", "options": {"language": "%s"}}',
        b'{"type": "audio", "session": "a", "seq": 0, "start": 0, "pcm": "%s"}',
        b'{"type": "stop", "session": "%s"}',
    ],
)
def test_an_error_quotes_little_of_what_was_got(payload: bytes) -> None:
    with pytest.raises(WlkError) as caught:
        codec.decode(payload % (b"long " * 400_000))
    assert len(caught.value.message) < 1000


@pytest.mark.parametrize(
    "text", ["x" * 5_000_000, "\udcff" * 5_000, '"\0' * 900_000, "é😀" * 900_000]
)
def test_every_error_fits_into_a_frame(text: str) -> None:
    error = WlkError("model_corrupt", text, text)
    assert encode_frame(codec.encode(messages.Error.of(error, "a", "start")))
    assert encode_frame(codec.encode(messages.Error.of(error)))
    assert len(Problem.of(error).message) <= MOST_TEXT


def test_an_error_of_the_port_answers_no_request() -> None:
    error = WlkError("frame_truncated", "cut off", "start again")
    assert "request" not in json.loads(codec.encode(messages.Error.of(error)))
    told = json.loads(codec.encode(messages.Error.of(error, None, "speech")))
    assert (told["request"], told["session"]) == ("speech", None)
