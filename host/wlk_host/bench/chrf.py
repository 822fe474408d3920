"""chrF, the character n-gram F-score of translations (Popovic, 2015)."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

_ORDER: Final = 6
_RECALL_WEIGHT: Final = 4.0
"""Beta squared, with beta 2: recall counts twice as much as precision."""


def chrf(pairs: Iterable[tuple[str, str]]) -> float | None:
    """The score of all (translation, reference) pairs together, 0 to 100; None without pairs.

    It equals sacrebleu's `chrF2`: case and punctuation count, spaces do not, and orders for which
    either side is too short are left out.
    """
    matched, found, wanted = Counter[int](), Counter[int](), Counter[int]()
    for translation, reference in pairs:
        for order in range(1, _ORDER + 1):
            ours, theirs = _ngrams(translation, order), _ngrams(reference, order)
            matched[order] += (ours & theirs).total()
            found[order] += ours.total()
            wanted[order] += theirs.total()
    if not wanted.total():
        return None
    orders = [n for n in range(1, _ORDER + 1) if found[n] and wanted[n]]
    if not orders:
        return 0.0
    precision = sum(matched[n] / found[n] for n in orders) / len(orders)
    recall = sum(matched[n] / wanted[n] for n in orders) / len(orders)
    weighted = _RECALL_WEIGHT * precision + recall
    return 100 * (1 + _RECALL_WEIGHT) * precision * recall / weighted if weighted else 0.0


def _ngrams(text: str, order: int) -> Counter[str]:
    letters = "".join(text.split())
    return Counter(letters[i : i + order] for i in range(len(letters) - order + 1))
