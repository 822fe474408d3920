"""What was heard of a voice."""

import numpy as np
import pytest

from wlk_host.core.speakers.voices import Voice, VoicePrint, joint


def voice(number: int) -> Voice:
    unit: Voice = np.eye(8, dtype=np.float32)[number]
    return unit


def test_parts_of_one_voice_count_by_how_much_of_them_was_heard() -> None:
    both = joint([VoicePrint(voice(0), 3), VoicePrint(voice(1), 4)])
    assert both.n_windows == 7
    assert np.allclose(both.vector, 0.6 * voice(0) + 0.8 * voice(1))
    with pytest.raises(ValueError, match="got none"):
        joint([])


def test_a_voice_is_narrow_where_most_of_it_was() -> None:
    assert VoicePrint(voice(0), 4, n_narrow=3).is_narrow
    assert not VoicePrint(voice(0), 4, n_narrow=2).is_narrow
    assert not joint([VoicePrint(voice(0), 4, 3), VoicePrint(voice(0), 2)]).is_narrow
