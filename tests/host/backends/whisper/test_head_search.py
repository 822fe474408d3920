import numpy as np
from numpy.typing import NDArray

from wlk_host.backends.whisper.head_search import best_path, chosen, following

N_TOKENS, N_FRAMES = 20, 300
SPOKEN_AT = np.arange(N_TOKENS) * 14 + 10


def looking_at(frames: NDArray[np.intp], width: float = 2.0) -> NDArray[np.float32]:
    """Attention of one head whose tokens look at these frames."""
    distance = np.arange(N_FRAMES)[None] - frames[:, None]
    weights = np.exp(-0.5 * (distance / width) ** 2)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


def test_the_best_path_is_the_greatest_sum_that_never_goes_back() -> None:
    scores = np.array([[0, 3, 0, 2], [9, 0, 1, 0], [0, 0, 5, 0]], np.float32)
    # Back to frame 0 would be worth 9; from there on 5, which is more than 3 + 1 + 5.
    assert best_path(scores).tolist() == [0, 0, 2]
    scores[1, 0] = 3
    assert best_path(scores).tolist() == [1, 2, 2]


def test_heads_that_follow_are_told_from_those_that_stare_and_wander() -> None:
    random = np.random.default_rng(0)
    staring = looking_at(np.full(N_TOKENS, N_FRAMES - 1))
    wandering = looking_at(random.integers(0, N_FRAMES, N_TOKENS))
    spread = np.full((N_TOKENS, N_FRAMES), 1 / N_FRAMES, np.float32)
    behind = looking_at(SPOKEN_AT + 2)
    attention = np.stack([staring, looking_at(SPOKEN_AT), spread, wandering, behind, staring])
    shares = following(attention)
    assert chosen(shares) == [1, 4]
    assert shares[1] > 0.95
    assert max(shares[[0, 2, 3, 5]]) < 0.3
