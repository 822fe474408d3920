"""Frames of tokens from the attention over them."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from wlk_host.backends.whisper.word_timing import monotonic_path, token_frames

COSTS = st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(0, 2**32 - 1)).map(
    lambda drawn: np.random.default_rng(drawn[2]).normal(size=drawn[:2])
)


def cheapest(cost: NDArray[np.float64]) -> float:
    """The cost of the best path, by the recurrence as it is written down."""
    n, m = cost.shape
    total = np.full((n + 1, m + 1), np.inf)
    total[0, 0] = 0
    for i, j in product(range(1, n + 1), range(1, m + 1)):
        before = min(total[i - 1, j - 1], total[i - 1, j], total[i, j - 1])
        total[i, j] = cost[i - 1, j - 1] + before
    return float(total[n, m])


@given(COSTS)
def test_the_path_is_the_cheapest_there_is(cost: NDArray[np.float64]) -> None:
    path = monotonic_path(cost)
    assert sum(cost[cell] for cell in path) == pytest.approx(cheapest(cost))


@given(COSTS)
def test_the_path_goes_from_corner_to_corner_in_single_steps(cost: NDArray[np.float64]) -> None:
    path = monotonic_path(cost)
    assert path[0] == (0, 0)
    assert path[-1] == (cost.shape[0] - 1, cost.shape[1] - 1)
    moves = {(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(path)}
    assert moves <= {(0, 1), (1, 0), (1, 1)}


def looking_at(spans: list[tuple[int, int]], n_frames: int, heads: int = 3) -> NDArray[np.float32]:
    """Attention of tokens that look at these frames, and a little at all others."""
    attention = np.random.default_rng(0).uniform(0, 0.01, (heads, len(spans), n_frames))
    for token, (first, last) in enumerate(spans):
        attention[:, token, first : last + 1] = 1.0
    attention /= attention.sum(axis=2, keepdims=True)
    return attention.astype(np.float32)


def test_tokens_lie_where_they_look() -> None:
    spans = [(0, 19), (20, 49), (50, 69), (70, 99)]
    found = token_frames(looking_at(spans, 100))
    assert np.abs(np.array(found) - np.array(spans)).max() <= 4


def test_a_frame_that_draws_every_token_tells_nothing() -> None:
    spans = [(0, 19), (20, 49), (50, 69), (70, 99)]
    attention = looking_at(spans, 100)
    attention[:, :, 97:] += 0.5
    found = token_frames(attention)
    assert np.abs(np.array(found)[:3] - np.array(spans)[:3]).max() <= 4


def test_what_was_cut_off_with_the_padding_is_made_up_for() -> None:
    attention = looking_at([(0, 19), (20, 39), (40, 59)], 60)
    assert token_frames(attention * 0.25) == token_frames(attention)


def test_one_token_spans_everything() -> None:
    assert token_frames(looking_at([(2, 5)], 30)) == [(0, 29)]
