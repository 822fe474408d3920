"""Sound as binary frames."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wlk_host.core.errors import WlkError
from wlk_host.protocol.connection import Sound
from wlk_host.protocol.messages import LAST_POSITION
from wlk_host.protocol.sound_frames import decode_sound, encode_sound

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
sounds = st.builds(
    Sound,
    names,
    st.integers(0, 2**32 - 1),
    st.integers(0, LAST_POSITION),
    st.binary(max_size=100),
)


@given(sounds)
def test_what_is_encoded_is_decoded(sound: Sound) -> None:
    assert decode_sound(encode_sound(sound)) == sound


@given(st.binary(max_size=300))
def test_other_bytes_are_sound_or_an_error(frame: bytes) -> None:
    try:
        sound = decode_sound(frame)
    except WlkError as error:
        raised = error.code
    else:
        raised = ""
        assert encode_sound(sound) == frame
    assert raised in ("", "message_invalid")


def test_the_layout_is_what_the_manual_says() -> None:
    frame = bytes([2]) + b"ab" + b"\x05\0\0\0" + b"\x01\0\0\0\0\0\0\0" + b"\x01\x00"
    assert decode_sound(frame) == Sound("ab", 5, 1, b"\x01\x00")


@pytest.mark.parametrize("name", ["", "ü" * 128])
def test_an_id_has_to_fit(name: str) -> None:
    with pytest.raises(ValueError, match="expected 1 to 255"):
        encode_sound(Sound(name, 0, 0, b""))
