"""Find the cross-attention heads that follow the sound, on speech whose words are known.

A head follows the sound when, token after token, it looks where the words are spoken. Where that
is, the heads agree on themselves: the monotonic path through their mean attention. What a head
is worth is the share of its attention that lies beside this path; the best ones then draw it anew.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from wlk_host.core.types import EncoderFrames

_BESIDE: Final[EncoderFrames] = 10
"""To either side of the path (0.2 s): half a syllable."""

_JURY: Final = 8
"""Heads that draw the path, about as many as OpenAI's models have."""

_ROUNDS: Final = 3

_WORTH: Final = 0.6
"""Of the best head's share; what has less is left out."""

Attention = NDArray[np.float32]
"""Probabilities of shape (heads, tokens, frames)."""


def following(attention: Attention) -> NDArray[np.float32]:
    """For each head the share of its attention that follows the sound, in [0, 1].

    Args:
        attention: over the frames of real sound, with the text's tokens alone.
    """
    shares = _shares(attention, best_path(_mean(attention)))
    for _ in range(_ROUNDS):
        jury = np.argsort(shares)[-_JURY:]
        shares = _shares(attention, best_path(_mean(attention[jury])))
    return shares


def chosen(shares: NDArray[np.float32]) -> list[int]:
    """The heads worth listening to, at least one."""
    return [int(head) for head in np.flatnonzero(shares >= _WORTH * shares.max())]


def best_path(scores: NDArray[np.float32]) -> NDArray[np.intp]:
    """The frame of each token, never going back, with the greatest sum of scores.

    Args:
        scores: of shape (tokens, frames).
    """
    best = scores[0]
    came_from = np.zeros(scores.shape, np.intp)
    for token, row in enumerate(scores[1:], start=1):
        reached = np.maximum.accumulate(best)
        # The frame where the running maximum was last raised.
        raised = np.where(best >= reached, np.arange(len(best)), 0)
        came_from[token] = np.maximum.accumulate(raised)
        best = reached + row
    path = np.empty(len(scores), np.intp)
    path[-1] = int(best.argmax())
    for token in range(len(scores) - 1, 0, -1):
        path[token - 1] = came_from[token, path[token]]
    return path


def _mean(attention: Attention) -> NDArray[np.float32]:
    """Over the heads, each frame standardised over the tokens.

    So what all tokens look at, whatever is said, counts for nothing.
    """
    spread = attention.std(axis=1, keepdims=True) + np.float32(1e-8)
    standard = (attention - attention.mean(axis=1, keepdims=True)) / spread
    return np.asarray(standard.mean(axis=0), np.float32)


def _shares(attention: Attention, path: NDArray[np.intp]) -> NDArray[np.float32]:
    frames = np.arange(attention.shape[2])
    beside = np.abs(frames[None] - path[:, None]) <= _BESIDE
    return np.asarray((attention * beside[None]).sum(axis=2).mean(axis=1), np.float32)
