"""The lag and the stability of a simultaneous translation, as SimulEval defines them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from wlk_host.runtime.files.caption_log import Shown

_LETTERS: Final = 0.5
"""A text with a larger share of characters of unspaced scripts counts as written without spaces."""


@dataclass(frozen=True, slots=True)
class Simultaneity:
    """The timing of one recording's translation.

    Attributes:
        average_lagging_s: seconds behind an ideal translator; None if nothing was translated.
        n_words: words of the translation at the end.
        n_erased: words shown and taken back.
    """

    average_lagging_s: float | None
    n_words: int
    n_erased: int


def measure_simultaneity(log: Sequence[Shown], duration_s: float) -> Simultaneity:
    """The average lagging of the translation, and how many words were taken back.

    The n-th word has come when n words are shown for the first time, including drafts. If it is
    replaced later, that counts as erasure (Arivazhagan et al., 2020). A corrected line takes back
    nothing of the lines around it. Times include the computation.
    """
    shown = [(entry.t, entry.translation.split("\n")) for entry in log]
    texts = [rows for _, rows in shown]
    n_final = len(_tokens_of(texts[-1])) if texts else 0
    delays: list[float] = []
    for t, rows in shown:
        delays += [t] * (min(len(_tokens_of(rows)), n_final) - len(delays))
    return Simultaneity(
        average_lagging(delays, duration_s, n_final) if delays else None,
        n_final,
        sum(_taken_back(before, after) for before, after in pairwise(texts)),
    )


def _taken_back(before: Sequence[str], after: Sequence[str]) -> int:
    """How many words follow the first changed word, in all lines that changed."""
    before, after = list(before), list(after)
    for last in (0, -1):
        while before and after and before[last] == after[last]:
            del before[last], after[last]
    old, new = _tokens_of(before), _tokens_of(after)
    n_kept = next(
        (n for n, pair in enumerate(zip(old, new, strict=False)) if len({*pair}) > 1), None
    )
    return len(old) - (min(len(old), len(new)) if n_kept is None else n_kept)


def _tokens_of(rows: Sequence[str]) -> list[str]:
    return [token for row in rows for token in tokens(row)]


def average_lagging(delays_s: Sequence[float], duration_s: float, n_reference: int) -> float:
    """Average lagging in seconds (Ma et al., 2019, in SimulEval's form for speech).

    Args:
        delays_s: how much of the source had been heard at each word, in order.
        duration_s: the length of the source.
        n_reference: words of the reference translation, which an ideal translator spreads evenly.
    """
    total = 0.0
    for n, delay in enumerate(delays_s):
        total += delay - n * duration_s / n_reference
        if delay >= duration_s:  # Words count only up to the first one after the end.
            return total / (n + 1)
    return total / len(delays_s)


def tokens(text: str) -> list[str]:
    """The words, or the characters in scripts without spaces."""
    words = text.split()
    return [c for word in words for c in word] if _is_unspaced(text) else words


def _is_unspaced(text: str) -> bool:
    wide = sum(c >= "\u2e80" and not "\uac00" <= c <= "\ud7a3" for c in text)
    return wide > _LETTERS * len(text)
