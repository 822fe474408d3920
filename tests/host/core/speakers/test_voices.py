"""Vectors become voices, as many as there may be."""

import numpy as np
import pytest

from wlk_host.core.speakers.limit import VoiceLimit
from wlk_host.core.speakers.voices import Voice, VoiceOptions, VoicePrint, Voices, joint

OPTIONS = VoiceOptions(same=0.75, other=0.65, confirm=2, most=3)


def voice(number: int) -> Voice:
    unit: Voice = np.eye(8, dtype=np.float32)[number]
    return unit


def heard(*numbers: int, limit: VoiceLimit | None = None) -> Voices:
    voices = Voices(OPTIONS)
    voices.limit(limit or VoiceLimit())
    for number in numbers:
        voices.hear(voice(number))
    return voices


@pytest.mark.parametrize(("limit", "n"), [(None, 3), (1, 1), (2, 2), (3, 3), (9, 3)])
def test_no_more_voices_are_told_apart_than_there_may_be(limit: int | None, n: int) -> None:
    assert len(heard(0, 0, 1, 1, 2, 2, 3, 3, limit=VoiceLimit(limit))) == n


def test_of_more_voices_than_there_may_be_those_heard_most_stay() -> None:
    voices = heard(0, 0, 0, 1, 1, 2, 2, 2)
    voices.limit(VoiceLimit(2))
    likeness = voices.likeness(np.stack([voice(0), voice(1), voice(2)]))
    assert likeness.argmax(axis=1).tolist() == [0, 0, 2]
    assert (likeness[:, 1] == -1).all()
    voices.limit(VoiceLimit())
    assert voices.likeness(voice(1)[None]).argmax() == 1


def test_the_print_of_a_voice_is_the_mean_of_its_windows() -> None:
    first, second = heard(0, 0, 1, 1, 0).prints()
    assert (first.n_windows, second.n_windows) == (3, 2)
    assert np.allclose([first.vector, second.vector], [voice(0), voice(1)])


def test_parts_of_one_voice_count_by_how_much_of_them_was_heard() -> None:
    both = joint([VoicePrint(voice(0), 3), VoicePrint(voice(1), 4)])
    assert both.n_windows == 7
    assert np.allclose(both.vector, 0.6 * voice(0) + 0.8 * voice(1))
    with pytest.raises(ValueError, match="got none"):
        joint([])


def test_a_print_says_how_much_of_it_was_heard_through_a_narrow_line() -> None:
    voices = Voices(OPTIONS)
    for is_narrow in (True, True, False, True):
        voices.hear(voice(0), is_narrow=is_narrow)
    (narrow,) = voices.prints()
    assert (narrow.n_windows, narrow.n_narrow) == (4, 3)
    assert narrow.is_narrow
    assert not joint([narrow, VoicePrint(voice(0), 2)]).is_narrow


def alike(number: int) -> Voice:
    """Voices with a cosine of 0.7 to each other, as on a telephone line."""
    together: Voice = np.sqrt(0.7) * voice(7) + np.sqrt(0.3) * voice(number)
    return together.astype(np.float32)


@pytest.mark.parametrize(
    ("limit", "by_telephone", "n"),
    [
        (VoiceLimit(2, is_exact=True), True, 2),
        (VoiceLimit(3, is_exact=True), True, 2),
        (VoiceLimit(1, is_exact=True), True, 1),
        (VoiceLimit(2), True, 1),
        (VoiceLimit(), True, 1),
        (VoiceLimit(2, is_exact=True), False, 1),
    ],
)
def test_voices_on_a_telephone_line_are_told_apart_where_their_number_is_known(
    limit: VoiceLimit, by_telephone: bool, n: int
) -> None:
    voices = Voices(OPTIONS)
    voices.limit(limit)
    for number in [0] * 8 + [1] * 8 + [0] * 8:
        voices.hear(alike(number), by_telephone=by_telephone)
    assert len(voices) == n
    told = voices.likeness(np.stack([alike(0), alike(1)])).argmax(axis=1).tolist()
    assert told == [0, n - 1]
