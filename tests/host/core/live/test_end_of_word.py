"""Integrate-and-fire against cases reckoned by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from wlk_host.core.live.end_of_word import (
    IntegrateAndFire,
    by_next_token,
    fires_at_end,
    never,
    to_whole_sum,
)

WEIGHTS = st.lists(st.floats(0.001, 0.999), min_size=1, max_size=300).map(np.array)


@pytest.mark.parametrize(
    ("weights", "fires"),
    [
        # The sums before the last frame are 0.5, 1: a word is full on the last but one.
        ([0.5, 0.5, 0.0], True),
        ([0.5, 0.5, 0.0, 0.0], False),
        # 0.5, 1, 1.5, 2: the second word is full there, wherever the first was.
        ([0.5, 0.5, 0.5, 0.5, 0.0], True),
        ([0.5, 0.5, 0.5, 0.5, 0.0, 0.0], False),
        # 0.5, 1, 1.5, and the rest of the second word on the frame that does not count.
        ([0.5, 0.5, 0.5, 0.5], False),
        # They sum to 1.2, which is one word: 0.5, 1 after scaling.
        ([0.6, 0.6, 0.0], True),
        # 0.4 rounds to no word at all.
        ([0.2, 0.2, 0.0], False),
        ([0.9], False),
        ([0.0, 0.0, 0.0], False),
        ([], False),
    ],
)
def test_a_word_has_to_end_on_the_last_two_frames(weights: list[float], fires: bool) -> None:
    assert fires_at_end(np.array(weights)) is fires


def test_what_a_word_lacks_by_rounding_is_not_made_up_by_silence() -> None:
    """These numbers are exact: the last bit of the sum comes with the last frame but one."""
    word, silence = [0.5, 0.25, 0.25 - 2.0**-20], [2.0**-23] * 8
    assert not fires_at_end(np.array([*word, *silence, 0.0]))


def test_weights_are_scaled_to_the_nearest_whole_number_of_words() -> None:
    np.testing.assert_allclose(to_whole_sum(np.array([0.3, 0.6, 0.3])), [0.25, 0.5, 0.25])


def test_a_weight_that_makes_a_word_by_itself_is_spread_over_the_others() -> None:
    # Scaled by 10 / 9 they are 2/3, 1/3, 1; halfway to their mean of 2/3 is what stays.
    np.testing.assert_allclose(to_whole_sum(np.array([0.6, 0.3, 0.9])), [2 / 3, 1 / 2, 5 / 6])


@given(WEIGHTS)
def test_the_sum_is_a_whole_number_and_smoothing_keeps_it(weights: NDArray[np.float64]) -> None:
    assert to_whole_sum(weights).sum() == pytest.approx(round(float(weights.sum())), abs=1e-9)


@given(WEIGHTS)
def test_larger_weights_stay_larger(weights: NDArray[np.float64]) -> None:
    order = np.argsort(weights)
    assert (np.diff(to_whole_sum(weights)[order]) >= -1e-12).all()


@given(WEIGHTS)
def test_no_frame_makes_more_than_a_word(weights: NDArray[np.float64]) -> None:
    assert to_whole_sum(weights).min() >= 0
    assert to_whole_sum(weights).max() <= 1.001


@given(WEIGHTS, st.integers(2, 50))
def test_a_word_followed_by_frames_that_add_nothing_is_over(
    weights: NDArray[np.float64], n: int
) -> None:
    assert not fires_at_end(np.concatenate([weights, np.zeros(n + 1)]))


def test_a_model_weighs_the_features_of_each_frame() -> None:
    model = IntegrateAndFire(np.array([2.0, -1.0], np.float32), bias=-200.0)
    half, nothing = [100, 0], [0, 100]
    assert model.width == 2
    assert model(np.array([half, half, nothing], np.float32))
    assert not model(np.array([half, half, nothing, nothing], np.float32))
    assert not model(np.array([nothing] * 3, np.float32))


def test_without_a_model_the_last_word_counts_always_or_never() -> None:
    nothing = np.zeros((0, 1), np.float32)
    assert by_next_token(nothing)
    assert not never(nothing)
