"""Windows that slide over sound, and what they agree on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wlk_host.core.speakers.sliding import CELL, DelayedMean, Sliding, SlidingWindows
from wlk_host.core.types import SAMPLE_RATE, Pcm

S = SAMPLE_RATE
STEP = S // 2
SLIDING = Sliding(5 * S, STEP, S)
CELLS = STEP // CELL


def sound(seconds: float) -> Pcm:
    """Each sample is its own position, from 1 on."""
    return np.arange(1, round(seconds * S) + 1, dtype=np.float32)


@given(st.lists(st.integers(1, 3 * S), min_size=1, max_size=12))
def test_windows_are_the_same_in_pieces_of_any_length(lengths: list[int]) -> None:
    pcm, windows = sound(sum(lengths) / S), SlidingWindows(SLIDING)
    ends = np.cumsum(lengths)
    found = [
        window.copy()
        for start, end in zip([0, *ends], ends, strict=False)
        for window in windows.add(pcm[start:end])
    ]
    assert len(found) == len(pcm) // STEP
    for number, window in enumerate(found, start=1):
        n_heard = min(number * STEP, 5 * S)
        assert not window[:-n_heard].any()
        np.testing.assert_array_equal(window[-n_heard:], pcm[number * STEP - n_heard :][:n_heard])


@pytest.mark.parametrize("n_frames", [1, 250, 293, 589])
@pytest.mark.parametrize("latency", [STEP, S, 5 * S])
def test_what_all_windows_say_is_said_where_it_is(latency: int, n_frames: int) -> None:
    """A voice speaks in the second second, and the windows see it wherever they are."""
    sliding = Sliding(5 * S, STEP, latency)
    mean, told = DelayedMean(sliding), []
    for number in range(1, 21):
        middles = number * STEP - 5 * S + (np.arange(n_frames) + 0.5) * 5 * S / n_frames
        speaks = (middles >= S) & (middles < 2 * S)
        told.append(mean.add(np.stack([speaks, ~speaks], 1).astype(float)))
    assert all(part.shape == (CELLS, 2) for part in told)
    np.testing.assert_allclose(np.concatenate(told).sum(1), 1)
    heard = np.concatenate(told)[(latency - STEP) // CELL :, 0] > 0.5
    expected = np.zeros(len(heard), bool)
    expected[S // CELL : 2 * S // CELL] = n_frames > 1
    assert (heard != expected).sum() <= 2 * (5 * S / n_frames // CELL + 1)


def test_a_window_counts_more_the_nearer_to_its_middle_a_stretch_is() -> None:
    mean = DelayedMean(Sliding(5 * S, STEP, S))
    mean.add(np.ones((100, 1)))
    both = mean.add(np.zeros((100, 1)))
    # The older window has these cells farther from its end: 4.5 to 5 s against 4 to 4.5 s.
    middle = 4 * S + STEP / 2
    newer, older = 0.54 - 0.46 * np.cos(2 * np.pi * (middle + np.array([0, STEP])) / (5 * S))
    assert both[CELLS // 2, 0] == pytest.approx(older / (older + newer), abs=0.03)
    assert older < newer
    assert mean.add(np.zeros((100, 1))).max() == 0


@pytest.mark.parametrize(
    ("window", "step", "latency"),
    [(5 * S, STEP, STEP // 2), (5 * S, STEP, 6 * S), (5 * S, 0, S), (5 * S, CELL + 1, CELL + 1),
     (5 * S, STEP, STEP + CELL)],
)  # fmt: skip
def test_windows_that_do_not_fit_are_refused(window: int, step: int, latency: int) -> None:
    with pytest.raises(ValueError, match="expected"):
        Sliding(window, step, latency)
