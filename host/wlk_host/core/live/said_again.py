"""What a second pass leaves out, or makes up, where a phrase is said several times."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from wlk_host.core.live.trust import bare
from wlk_host.core.types import SAMPLE_RATE, Sample, Word

_LEAST: Final = 2
"""Words of the shortest phrase; a single word said twice is mostly a slip of the tongue."""

_SHORTEST_COPY: Final = 3
"""Words of the shortest phrase that is taken for made up: a short word can be given no time at all
although it was said, but rarely a phrase."""

_LEAST_WORD: Final[Sample] = SAMPLE_RATE * 8 // 100
"""Time that each word takes at the least (80 ms)."""

_APART: Final[Sample] = SAMPLE_RATE
"""Words of the two passes this far apart are not the same."""

_PER_SECOND: Final = 0.1
"""How much worse a pair of words is for each second between their beginnings."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Live words that the second pass has not: they belong before its word of that index."""

    before: int
    words: Sequence[Word]


def with_repeats(words: Sequence[Word], live: Sequence[Word]) -> tuple[Word, ...]:
    """The words of a second pass, and of the first one what they leave out as a repetition.

    A decoder that hears a sentence several times in one window writes some of them only. What was
    heard live, in sound of its own, is a copy of the words beside it then.

    Args:
        words: of the second pass.
        live: of the first one, for the same sound.
    """
    result = list(words)
    for run in reversed(list(_left_out(words, live))):
        copy = _copied(words, run)
        if copy is None:
            continue
        begin, end = run.words[0].start, run.words[-1].end
        before = [replace(w, end=max(w.start, min(w.end, begin))) for w in result[: run.before]]
        after = [
            replace(w, start=min(max(w.start, end), max(w.end, end)), end=max(w.end, end))
            for w in result[run.before :]
        ]
        result = [*before, *copy, *after]
    return tuple(result)


def without_copies(words: Sequence[Word]) -> list[Word]:
    """The words without phrases that are copies of one beside them, said in no time."""
    result = list(words)
    keys = _keys(words)
    at = 0
    while at < len(result):
        n = next((n for n in _lengths(keys, at) if _took_no_time(result[at : at + n])), 0)
        if n:
            del result[at : at + n], keys[at : at + n]
        else:
            at += 1
    return result


def _lengths(keys: Sequence[str], at: int) -> Iterator[int]:
    """Of the phrases that begin there and stand once more before or behind themselves."""
    for n in range(_SHORTEST_COPY, len(keys) - at + 1):
        phrase = keys[at : at + n]
        if phrase in (keys[at + n : at + 2 * n], keys[max(0, at - n) : at]):
            yield n


def _took_no_time(phrase: Sequence[Word]) -> bool:
    """Whether most of its words took less than any word does."""
    return 2 * sum(word.end - word.start < _LEAST_WORD for word in phrase) > len(phrase)


def _copied(words: Sequence[Word], run: _Run) -> list[Word] | None:
    """The run as the phrase beside it is written; None where it is no copy of one."""
    took = run.words[-1].end - run.words[0].start
    if took < _LEAST_WORD * len(run.words):
        return None
    keys = _keys(run.words)
    for n in range(_LEAST, len(keys) + 1):
        if len(keys) % n or keys != keys[:n] * (len(keys) // n):
            continue
        for phrase in (words[max(0, run.before - n) : run.before], words[run.before :][:n]):
            if _keys(phrase) == keys[:n]:
                written = [*phrase] * (len(keys) // n)
                return [
                    replace(heard, text=word.text)
                    for heard, word in zip(run.words, written, strict=True)
                ]
    return None


def _keys(words: Sequence[Word]) -> list[str]:
    return [bare(word.text) for word in words]


def _left_out(words: Sequence[Word], live: Sequence[Word]) -> Iterator[_Run]:
    """The live words that have no counterpart, those that follow one another together."""
    spoken = [word for word in live if bare(word.text)]  # Without full stops.
    at, run = 0, list[Word]()
    for word, index in zip(spoken, _aligned(words, spoken), strict=True):
        if index is None:
            run.append(word)
            continue
        if run:
            yield _Run(at, run)
        at, run = index + 1, []
    if run:
        yield _Run(at, run)


def _aligned(words: Sequence[Word], live: Sequence[Word]) -> list[int | None]:
    """For each live word the index of its counterpart: the cheapest alignment (Levenshtein)."""
    costs = [[float(i + j) for j in range(len(words) + 1)] for i in range(len(live) + 1)]
    for i, heard in enumerate(live, 1):
        for j, word in enumerate(words, 1):
            costs[i][j] = min(
                costs[i - 1][j] + 1,
                costs[i][j - 1] + 1,
                costs[i - 1][j - 1] + _difference(heard, word),
            )
    partner: list[int | None] = [None] * len(live)
    i, j = len(live), len(words)
    while i and j:
        if costs[i][j] == costs[i - 1][j - 1] + _difference(live[i - 1], words[j - 1]):
            i, j = i - 1, j - 1
            partner[i] = j
        elif costs[i][j] == costs[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
    return partner


def _difference(heard: Word, word: Word) -> float:
    """What it costs to take both for one word: more than leaving out both where they are apart."""
    if max(heard.start, word.start) - min(heard.end, word.end) > _APART:
        return 3.0
    apart = abs(heard.start - word.start) / SAMPLE_RATE
    return (bare(heard.text) != bare(word.text)) + _PER_SECOND * apart
