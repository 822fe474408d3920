"""From logits to probabilities."""

import numpy as np
from numpy.typing import NDArray

from wlk_host.backends.whisper.halves import Best

Scores = NDArray[np.float32]


def log_softmax(logits: Scores) -> Scores:
    """Natural logs of the probabilities, over the last dimension; -inf is allowed."""
    centred = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(centred - np.log(np.exp(centred).sum(axis=-1, keepdims=True)), np.float32)


def softmax(logits: Scores) -> Scores:
    """Probabilities, over the last dimension."""
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True), np.float32)


def most_probable(logits: Scores, mask: Scores, n: int) -> Best:
    """The best tokens of each row.

    Args:
        logits: shape (rows, vocabulary).
        mask: added to them, shape (vocabulary,).
        n: how many.
    """
    logprobs = log_softmax(logits + mask)
    tokens = np.argpartition(logprobs, -n, axis=-1)[:, -n:]
    values = np.take_along_axis(logprobs, tokens, axis=-1)
    order = np.argsort(-values, axis=-1, kind="stable")
    return Best(
        np.take_along_axis(tokens, order, axis=-1).astype(np.int64),
        np.take_along_axis(values, order, axis=-1),
    )
