"""When each token was spoken, from the attention of its decoder. Pure.

The rules of openai/whisper, `timing.py`: normalise over the tokens, smooth over time,
average over the heads, and find the cheapest monotonic path through tokens and frames.
"""

import numpy as np
from numpy.typing import NDArray

from wlk_host.core.live.attention import median_filter
from wlk_host.core.types import EncoderFrames


def token_frames(attention: NDArray[np.float32]) -> list[tuple[EncoderFrames, EncoderFrames]]:
    """The first and last frame of each token.

    Args:
        attention: of the alignment heads, shape (heads, tokens, frames); each row adds
            up to something near 1, the rest of it lying in padding that was cut off.
    """
    weights = attention / np.maximum(attention.sum(axis=2, keepdims=True), 1e-9)
    deviation = np.maximum(weights.std(axis=1, keepdims=True), 1e-9)
    normal = (weights - weights.mean(axis=1, keepdims=True)) / deviation
    heads, tokens, frames = normal.shape
    smooth = median_filter(normal.reshape(heads * tokens, frames)).reshape(normal.shape)
    path = monotonic_path(-smooth.mean(axis=0))
    first, last = np.zeros(tokens, int), np.zeros(tokens, int)
    for token, frame in reversed(path):
        first[token] = frame
    for token, frame in path:
        last[token] = frame
    return list(zip(first.tolist(), last.tolist(), strict=True))


def monotonic_path(cost: NDArray[np.floating]) -> list[tuple[int, int]]:
    """Dynamic time warping: the cheapest path from the first cell to the last.

    Each move goes on by one row, one column or both. Diagonal by diagonal, so that
    each is one numpy operation.
    """
    n, m = cost.shape
    # One more row and column in front; a diagonal is indexed by its row.
    before = np.full(n + 1, np.inf)
    last = np.full(n + 1, np.inf)
    before[0] = 0.0
    moves = np.zeros((n + m + 1, n + 1), np.int8)
    for diagonal in range(2, n + m + 1):
        rows = np.arange(max(1, diagonal - m), min(n, diagonal - 1) + 1)
        options = np.stack([before[rows - 1], last[rows - 1], last[rows]])
        move = options.argmin(axis=0)
        now = np.full(n + 1, np.inf)
        now[rows] = cost[rows - 1, diagonal - rows - 1] + np.take_along_axis(
            options, move[None], axis=0
        )
        moves[diagonal, rows] = move
        before, last = last, now
    row, column = n, m
    path = []
    while row and column:
        path.append((row - 1, column - 1))
        move = moves[row + column, row]
        row, column = row - (move != 2), column - (move != 1)
    return path[::-1]
