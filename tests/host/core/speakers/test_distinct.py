"""People who speak in one piece of sound become voices, as many as there may be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wlk_host.core.speakers.distinct import DistinctOptions, DistinctVoices, Heard
from wlk_host.core.speakers.limit import VoiceLimit
from wlk_host.core.speakers.voices import Voice
from wlk_host.core.types import SAMPLE_RATE, Sample

S = SAMPLE_RATE
# Written out, so that tuning the defaults changes no test.
OPTIONS = DistinctOptions(
    same=0.7, other=0.6, new=0.65, telling=S * 8 // 10, beginning=S * 7 // 10, confirm=2, most=3
)


def voice(number: int) -> Voice:
    unit: Voice = np.eye(8, dtype=np.float32)[number]
    return unit


def between(cosine: float, number: int = 1) -> Voice:
    """A voice with that cosine to voice 0, the rest of it like another one."""
    mixed: Voice = cosine * voice(0) + np.sqrt(1 - cosine**2) * voice(number)
    return mixed.astype(np.float32)


def said(sound: Voice | int, length: Sample = 2 * S, *, is_narrow: bool = False) -> Heard:
    return Heard(voice(sound) if isinstance(sound, int) else sound, length, is_narrow)


def heard(*pieces: tuple[int, ...], limit: VoiceLimit | None = None) -> DistinctVoices:
    voices = DistinctVoices(OPTIONS)
    voices.limit(limit or VoiceLimit())
    for piece in pieces:
        voices.hear([said(number) for number in piece])
    return voices


def twice(*numbers: int) -> list[tuple[int, ...]]:
    return [(number,) for number in numbers for _ in range(2)]


def test_somebody_is_a_new_voice_once_heard_twice_in_a_row() -> None:
    voices = heard((0,))
    assert voices.tell([said(0)]) == [None]
    voices.hear([said(0)])
    assert voices.tell([said(0), said(1)]) == [0, None]


def test_a_laugh_or_a_door_is_no_voice() -> None:
    assert len(heard(*twice(0), (1,), *twice(0), (2,), (3,), (0,))) == 1


def test_two_in_one_piece_are_two_however_alike_they_sound() -> None:
    """As on a telephone line."""
    voices = DistinctVoices(OPTIONS)
    for _ in range(2):
        voices.hear([said(0)])
    for _ in range(2):
        voices.hear([said(0), said(between(0.9))])
    assert voices.tell([said(0), said(between(0.9))]) == [0, 1]
    assert voices.tell([said(between(0.95))]) == [1]
    assert voices.tell([said(between(0.99))]) == [0]


@pytest.mark.parametrize(("cosine", "n_voices"), [(0.62, 2), (0.68, 1)])
def test_somebody_too_much_like_a_voice_to_be_another_begins_none(
    cosine: float, n_voices: int
) -> None:
    voices = heard(*twice(0))
    for _ in range(3):
        voices.hear([said(between(cosine))])
    assert len(voices) == n_voices
    # Beside that voice it is somebody else.
    for _ in range(2):
        voices.hear([said(0), said(between(0.68, 2))])
    assert len(voices) == n_voices + 1


def test_who_is_most_like_a_voice_is_that_one_and_the_other_is_another() -> None:
    voices = heard(*twice(0, 1))
    assert voices.tell([said(between(0.75)), said(0)]) == [1, 0]
    assert voices.tell([said(between(0.75))]) == [0]


@pytest.mark.parametrize(("cosine", "told"), [(0.75, 0), (0.65, 0), (0.55, None)])
def test_somebody_a_little_like_a_voice_is_told_and_does_not_change_it(
    cosine: float, told: int | None
) -> None:
    voices = heard(*twice(0))
    (before,) = voices.prints()
    one = said(between(cosine), OPTIONS.beginning - 1)
    voices.hear([one])
    (after,) = voices.prints()
    assert voices.tell([one]) == [told]
    assert np.allclose(before.vector, after.vector)


@pytest.mark.parametrize(("missing", "n"), [(0, 1), (1, 0)])
def test_a_word_begins_no_voice(missing: Sample, n: int) -> None:
    voices = DistinctVoices(OPTIONS)
    for _ in range(4):
        voices.hear([said(0, OPTIONS.beginning - missing)])
    assert len(voices) == n


@pytest.mark.parametrize(("limit", "n"), [(None, 3), (1, 1), (2, 2), (3, 3), (9, 3)])
def test_no_more_voices_are_told_apart_than_there_may_be(limit: int | None, n: int) -> None:
    assert len(heard(*twice(0, 1, 2, 3), limit=VoiceLimit(limit))) == n


def test_of_more_voices_than_there_may_be_those_heard_most_stay() -> None:
    voices = heard(*twice(0), (0,), *twice(1, 2), (2,))
    voices.limit(VoiceLimit(2))
    assert [voices.tell([said(number)]) for number in range(3)] == [[0], [0], [2]]
    voices.limit(VoiceLimit())
    assert voices.tell([said(1)]) == [1]


def test_further_people_than_there_may_be_are_taken_for_the_most_similar() -> None:
    voices = heard(*twice(0, 1), limit=VoiceLimit(2, is_exact=True))
    assert voices.tell([said(between(0.3, 5))]) == [0]
    assert voices.tell([said(0), said(1), said(4)]) == [0, 1, None]


def test_the_print_of_a_voice_is_the_mean_of_what_was_heard_of_it() -> None:
    first, second = heard(*twice(0, 1), (0,)).prints()
    assert (first.n_windows, second.n_windows) == (3, 2)
    assert np.allclose([first.vector, second.vector], [voice(0), voice(1)])


def test_a_print_says_how_much_of_it_was_heard_through_a_narrow_line() -> None:
    voices = DistinctVoices(OPTIONS)
    for is_narrow in (True, True, False, True):
        voices.hear([said(0, is_narrow=is_narrow)])
    (narrow,) = voices.prints()
    assert (narrow.n_windows, narrow.n_narrow) == (4, 3)
    assert narrow.is_narrow


PIECES = st.lists(st.lists(st.integers(0, 7), max_size=3, unique=True), max_size=40)


@given(PIECES, st.one_of(st.none(), st.integers(1, 5)))
def test_no_two_in_a_piece_are_ever_one_voice(pieces: list[list[int]], most: int | None) -> None:
    voices = DistinctVoices(OPTIONS)
    voices.limit(VoiceLimit(most))
    for piece in pieces:
        people = [said(number) for number in piece]
        voices.hear(people)
        told = [number for number in voices.tell(people) if number is not None]
        assert len(told) == len(set(told))
        assert len(voices) == len(voices.prints()) <= min(most or 3, 3)
