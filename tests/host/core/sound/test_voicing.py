"""Words and the pauses between them."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wlk_host.core.sound.voicing import ended, placed
from wlk_host.core.types import SAMPLE_RATE, Word

S = SAMPLE_RATE
SPANS = [(0, 4 * S), (7 * S, 9 * S)]
"""Speech, a pause of 3 s, speech."""


def word(start_s: float, end_s: float) -> Word:
    return Word(" a", round(start_s * S), round(end_s * S), 0.9)


def times(*words: Word) -> list[tuple[float, float]]:
    return [(w.start / S, w.end / S) for w in placed(words, SPANS)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((3.8, 7.4), (6.9, 7.4)),
        ((3.2, 7.1), (3.2, 4.1)),
        ((3.75, 7.1), (6.9, 7.1)),
        ((3.5, 6.0), (3.5, 4.1)),
        ((4.05, 7.4), (6.9, 7.4)),
        ((1.0, 1.5), (1.0, 1.5)),
        ((4.0, 4.05), (4.0, 4.05)),
        ((5.0, 6.0), (5.0, 6.0)),
    ],
)
def test_a_word_lies_in_the_voice_that_it_has_most_of(
    before: tuple[float, float], after: tuple[float, float]
) -> None:
    assert times(word(*before)) == [after]


def test_a_word_of_no_time_goes_to_where_the_voice_sets_in_again() -> None:
    assert times(word(3, 3.5), word(4.4, 4.4), word(7.5, 8)) == [(3, 3.5), (7, 7.08), (7.5, 8)]


@pytest.mark.parametrize(("start_s", "end_s"), [(4.4, 4.4), (3.9, 7.5), (5.0, 7.2)])
def test_punctuation_stays_with_the_word_before_it(start_s: float, end_s: float) -> None:
    stop = replace(word(start_s, end_s), text=".")
    assert times(word(3, 3.5), stop, word(7.5, 8))[1][1] == 4.1
    assert times(word(3, 6.0), stop, word(7.5, 8))[1][1] == 4.1


def test_a_word_of_no_time_stays_where_no_voice_comes_before_the_next_word() -> None:
    assert times(word(4.4, 4.4), word(5, 5.5)) == [(4.4, 4.4), (5, 5.5)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((3.2, 4.1), (3.2, 3.8)),  # Before the pause: a detector notices its beginning late.
        ((3.2, 3.9), (3.2, 3.8)),
        ((3.2, 3.7), (3.2, 3.7)),
        ((3.78, 4.1), (3.78, 3.86)),
        ((8.0, 8.5), (8.0, 8.5)),
        ((4.5, 5.0), (4.5, 5.0)),  # Nobody was heard there.
    ],
)
def test_a_word_ends_where_the_voice_does(
    before: tuple[float, float], after: tuple[float, float]
) -> None:
    (found,) = ended([word(*before)], SPANS)
    assert (found.start / S, found.end / S) == after


@given(st.lists(st.integers(0, 200), min_size=2, max_size=20))
def test_words_stay_in_their_order(cuts: list[int]) -> None:
    at = sorted(cuts)
    words = [word(start / 20, end / 20) for start, end in pairwise(at)]
    found = placed(words, SPANS)
    assert all(w.start <= w.end for w in found)
    assert all(first.start <= second.start for first, second in pairwise(found))
