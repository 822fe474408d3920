"""The attended frame, found in attention that was drawn by hand."""

import numpy as np
from numpy.typing import NDArray

from wlk_host.core.live.attention import AttentionTracker

Attention = NDArray[np.float32]
HEADS, FRAMES = 6, 200


def attention(*peaks: int, n_frames: int = FRAMES, heads: int = HEADS) -> Attention:
    """Softmax weights of tokens that look at their peaks, shape (heads, tokens, frames).

    Each head has noise of its own, as real ones do.
    """
    noise = np.random.default_rng(peaks).exponential(0.01, (heads, len(peaks), n_frames))
    distance = np.abs(np.arange(n_frames) - np.array(peaks)[:, None])
    weights = noise + np.maximum(0, 1 - distance / 8)
    return np.asarray(weights / weights.sum(axis=2, keepdims=True), np.float32)


def with_sink(weights: Attention, frame: int) -> Attention:
    """The same tokens, three quarters of whose attention always goes to one place."""
    sunk = np.asarray(weights / 4, np.float32)
    sunk[:, :, frame : frame + 8] += 0.75 / 8
    return sunk


def follow(tracker: AttentionTracker, weights: Attention) -> list[int]:
    return [tracker.read(weights[:, i : i + 1]) for i in range(weights.shape[1])]


def test_the_peak_is_found_from_token_to_token() -> None:
    peaks = [20, 35, 60, 64, 90, 140]
    tracker = AttentionTracker(FRAMES)
    tracker.read(attention(5, 5, 8, 8))
    assert np.abs(np.subtract(follow(tracker, attention(*peaks)), peaks)).max() <= 7


def test_a_frame_that_attracts_every_token_does_not_count() -> None:
    peaks = [30, 45, 60, 75, 90, 105, 120]
    tracker = AttentionTracker(FRAMES)
    tracker.read(with_sink(attention(5, 5, 10, 15), 180))
    found = follow(tracker, with_sink(attention(*peaks), 180))
    assert np.abs(np.subtract(found, peaks)).max() <= 7


def test_padding_is_never_the_answer() -> None:
    tracker = AttentionTracker(n_frames=80)
    tracker.read(attention(5, 5))
    found = follow(tracker, attention(30, 60, 150, 190, 199))
    assert max(found) < 80


def test_single_heads_that_jump_back_do_not_rewind() -> None:
    tracker = AttentionTracker(FRAMES)
    tracker.read(attention(5, 5, 10))
    assert follow(tracker, attention(60, 100, 140))[-1] > 130
    astray = attention(10)
    astray[:2] = attention(150)[:2]
    assert tracker.read(astray) > 80


def test_the_search_begins_where_new_text_is_expected() -> None:
    tracker = AttentionTracker(FRAMES, start_frame=100)
    assert follow(tracker, attention(20, 20))[0] >= 100


def test_one_frame_of_sound_has_one_answer() -> None:
    assert AttentionTracker(n_frames=1).read(attention(50, 60)) == 0


def test_attention_without_any_contrast_gives_a_frame_all_the_same() -> None:
    even = np.full((HEADS, 3, FRAMES), 1 / FRAMES, np.float32)
    assert 0 <= AttentionTracker(FRAMES).read(even) < FRAMES
