"""Words get their speakers from what was heard of voices.

All words of a passage are assigned together (Viterbi): a change of speaker costs more inside a
clause than after a sentence or a pause. So it moves to the nearest place where people do change,
unless the evidence against that is strong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from wlk_host.core.sentences import ends_sentence
from wlk_host.core.speakers.diarizer import Evidence
from wlk_host.core.types import SAMPLE_RATE, Sample, Word

VoicesOfWord: TypeAlias = tuple[int, ...]
"""Who says a word: first the voice whose turn it is, then those heard at the same time. Empty where
that is not known."""


@dataclass(frozen=True, slots=True)
class AlignOptions:
    """Where a speaker may change. Found on `tests/bench/speakers.py`'s recordings.

    Attributes:
        change: what a new speaker inside a clause must bring in score, summed over words.
        change_at_pause: the same after a sentence or a pause.
        pause: a gap between words that may part speakers.
    """

    change: float = 0.5
    change_at_pause: float = 0.2
    pause: Sample = SAMPLE_RATE * 3 // 10


def align(
    words: Sequence[Word], evidence: Evidence, options: AlignOptions | None = None
) -> list[VoicesOfWord]:
    """The voices of each word.

    Args:
        words: in order, without a hole that matters.
        evidence: for each of them.
        options: where speakers change.
    """
    if not words or not evidence.scores.shape[1]:
        return [()] * len(words)
    told = evidence.scores * evidence.is_known[:, None]
    path = _best_path(told, _costs(words, options or AlignOptions()))
    return [
        _with_others(voice, speaks) if is_known else ()
        for voice, is_known, speaks in zip(path, evidence.is_known, evidence.speaks, strict=True)
    ]


def _with_others(voice: int, speaks: NDArray[np.bool_]) -> VoicesOfWord:
    """That voice, and those heard at the same time. Voices heard instead of it do not count."""
    others = np.flatnonzero(speaks) if speaks[voice] else ()
    return (voice, *(int(other) for other in others if other != voice))


def _costs(words: Sequence[Word], options: AlignOptions) -> list[float]:
    """What a change of speaker before each word costs."""
    may_part = [
        after.start - before.end >= options.pause or ends_sentence(before.text, after.text)
        for before, after in pairwise(words)
    ]
    return [0.0, *(options.change_at_pause if m else options.change for m in may_part)]


def _best_path(told: NDArray[np.float32], costs: Sequence[float]) -> list[int]:
    """The sequence of columns with the highest sum, less the costs of changes (Viterbi)."""
    best = np.zeros(told.shape[1])
    origins: list[NDArray[np.intp]] = []
    for row, cost in zip(told, costs, strict=True):
        top = int(best.argmax())
        stays = best > best[top] - cost  # Of equal ways, the later change.
        origins.append(np.where(stays, np.arange(len(best)), top))
        best = np.where(stays, best, best[top] - cost) + row
    path = [int(best.argmax())]
    for origin in reversed(origins[1:]):
        path.append(int(origin[path[-1]]))
    return path[::-1]
