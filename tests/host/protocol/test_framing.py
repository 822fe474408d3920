import sys
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wlk_host.core.errors import WlkError
from wlk_host.protocol.constants import MAX_INBOUND, MAX_OUTBOUND
from wlk_host.protocol.framing import FrameDecoder, encode_frame


def length(size: int) -> bytes:
    return size.to_bytes(4, sys.byteorder)


@given(st.lists(st.binary(max_size=40), max_size=8), st.lists(st.integers(0, 400), max_size=8))
def test_how_the_stream_is_chunked_does_not_matter(payloads: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(encode_frame(payload) for payload in payloads)
    bounds = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    decoder = FrameDecoder()
    got = [
        payload for begin, end in pairwise(bounds) for payload in decoder.feed(stream[begin:end])
    ]
    decoder.finish()
    assert got == payloads


@given(st.binary(max_size=200))
def test_arbitrary_bytes_raise_nothing_but_the_coded_error(stream: bytes) -> None:
    decoder = FrameDecoder()
    with suppress(WlkError):
        list(decoder.feed(stream))
        decoder.finish()


def test_a_frame_above_the_limit_is_told_before_its_bytes_arrive() -> None:
    decoder = FrameDecoder()
    frames = decoder.feed(encode_frame(b"{}") + length(MAX_INBOUND + 1))
    assert next(frames) == b"{}"
    with pytest.raises(WlkError, match=rf"{MAX_INBOUND + 1} bytes, expected at most") as caught:
        next(frames)
    assert caught.value.code == "frame_too_large"


def test_a_frame_at_the_limit_passes() -> None:
    payload = bytes(MAX_INBOUND)
    assert list(FrameDecoder().feed(length(len(payload)) + payload)) == [payload]


@pytest.mark.parametrize(
    ("stream", "says"),
    [(b"\x05", "1 of 4 bytes of its length"), (length(5) + b"{", "1 of 5 bytes")],
)
def test_a_stream_that_ends_inside_a_frame_is_told(stream: bytes, says: str) -> None:
    decoder = FrameDecoder()
    assert list(decoder.feed(stream)) == []
    with pytest.raises(WlkError, match=says) as caught:
        decoder.finish()
    assert caught.value.code == "frame_truncated"


def test_a_message_the_browser_would_refuse_is_not_framed() -> None:
    assert len(encode_frame(bytes(MAX_OUTBOUND))) == MAX_OUTBOUND + 4
    with pytest.raises(WlkError) as caught:
        encode_frame(bytes(MAX_OUTBOUND + 1))
    assert caught.value.code == "frame_too_large"
