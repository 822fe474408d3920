"""The recogniser's own translation, beside the words that were spoken.

Both are decoded from the same sound, each with its own times; a line's English is that of
the same stretch.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from wlk_host.core.types import SAMPLE_RATE, Sample, Word
from wlk_host.core.words import CLAUSE_ENDS, SENTENCE_ENDS, is_closing

_AMID: Final = 3 * SAMPLE_RATE // 2
"""A cut inside a sentence is as bad as one this far off: word order differs."""

_NOTHING: Final = 3 * SAMPLE_RATE
"""The same of a line without a translation, or with one that begins with a comma."""


def share(english: Sequence[Word], lines: Sequence[Sequence[Word]]) -> list[list[Word]]:
    """The English of each line, in order; all of it is given away where there are lines.

    It is cut near the times at which lines change: behind a sentence where a sentence ends
    there, or behind a clause.

    Args:
        english: words with the times of their sound, which never go back.
        lines: the words that were spoken, of each line.
    """
    parts: list[list[Word]] = []
    begin = 0
    for line, following in pairwise(lines):
        boundary = (line[-1].end + following[0].start) // 2
        cuts = range(begin, len(english) + 1)
        end = min(cuts, key=lambda at: _cost(english, begin, at, line[-1], boundary))
        parts.append(list(english[begin:end]))
        begin = end
    return [*parts, list(english[begin:])] if lines else []


def _cost(english: Sequence[Word], begin: int, at: int, last: Word, boundary: Sample) -> Sample:
    """How bad it is to cut in front of the word at that index; `last` ends the line."""
    if not english:
        return 0
    time = english[at].start if at < len(english) else english[-1].end
    if at == begin or at == len(english) or is_closing(english[at].text):
        return abs(time - boundary) + _NOTHING
    ends = next((e for e in (SENTENCE_ENDS, CLAUSE_ENDS) if last.text.endswith(e)), None)
    is_amid = ends is not None and not english[at - 1].text.endswith(ends)
    return abs(time - boundary) + (_AMID if is_amid else 0)
