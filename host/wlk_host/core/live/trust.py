"""Which words to believe: what the live policies have in common."""

from collections.abc import Sequence
from typing import Final

from wlk_host.core.types import SAMPLE_RATE, Sample, Word

SILENT_END: Final = SAMPLE_RATE // 5
"""At the end of an utterance, sound in which nobody speaks any more."""

_LONGEST_PHRASE: Final = 16
"""Words of the longest phrase that is recognised as said again."""

_LONG_PHRASE: Final = 4
"""Words of a phrase that nobody says twice in a row for a reason."""

_SHORTEST_COPY: Final = 3
"""Words of the shortest phrase that is taken for a copy where words have their places."""

_MOST_REPEATS: Final = 4
"""Times a phrase may follow itself, however long it takes."""

_HOPELESS: Final = 60
_HOPELESS_KINDS: Final = 10
"""So many words or tokens of so few kinds are no speech: nobody says a phrase of ten tokens six
times, or one of five a dozen times."""

_LEAST_WORD: Final = SAMPLE_RATE * 8 // 100
"""Time that a word takes at the least when it is said again (80 ms)."""

_SQUEEZED: Final = SAMPLE_RATE // 5
"""Time that three words take at the least."""


def mean_probability(words: Sequence[Word]) -> float:
    """Of one word at least."""
    return sum(word.probability for word in words) / len(words)


def n_equal(before: Sequence[str], now: Sequence[str]) -> int:
    """How many words from the first on two decodes have in common."""
    n = 0
    for old, new in zip(before, now, strict=False):
        if bare(old) != bare(new):
            break
        n += 1
    return n


def bare(word: str) -> str:
    """The word without what a second look changes most: case and punctuation."""
    return "".join(c for c in word.casefold() if c.isalnum())


def n_guessed(words: Sequence[Word], end: Sample, sure: float) -> int:
    """Improbable words at the end, heard in the silence after the speech."""
    n = 0
    for word in reversed(words):
        if word.start < end - SILENT_END or word.probability >= sure:
            break
        n += 1
    return n


def shown(draft: Sequence[Word], n_said_before: int, sure: float) -> Sequence[Word]:
    """The draft up to the first word that is new and improbable."""
    for i, word in enumerate(draft):
        if i >= n_said_before and word.probability < sure:
            return draft[:i]
    return draft


def goes_round(said: Sequence[object]) -> bool:
    """Whether a phrase of these words or tokens follows itself more often than people say one."""
    return any(
        said[i : i + _MOST_REPEATS * n] == said[i + n : i + (_MOST_REPEATS + 1) * n]
        for n in range(1, min(_LONGEST_PHRASE, len(said) // (_MOST_REPEATS + 1)) + 1)
        for i in range(len(said) - (_MOST_REPEATS + 1) * n + 1)
    )


def goes_on_for_ever(said: Sequence[object]) -> bool:
    """Whether these words or tokens end in so few different ones that no end will come.

    A decoder that goes round in circles varies its phrase a little now and then.
    """
    last = said[-_HOPELESS:]
    return len(last) == _HOPELESS and len(set(last)) <= _HOPELESS_KINDS


def n_unspoken(before: Sequence[Word], words: Sequence[Word], *, translated: bool = False) -> int:
    """Words at the end that a decoder repeated, or made up, in no time to say them.

    What a speaker really repeats takes about as long as the first time. `before` are the
    words in front of `words`. The times of translated words say little: of these a long phrase
    that follows itself is enough.
    """
    said = [*before, *words]
    keys = [bare(word.text) for word in said]
    for n in range(1, min(_LONGEST_PHRASE, len(said) // 2) + 1):
        if keys[-n:] != keys[-2 * n : -n]:
            continue
        too_often = keys[-(_MOST_REPEATS + 1) * n :] == (_MOST_REPEATS + 1) * keys[-n:]
        in_no_time = n >= _LONG_PHRASE if translated else _took_no_time(said, n)
        if in_no_time or too_often:
            return n
    if translated:
        return 0
    is_squeezed = len(words) >= 3 and words[-1].end - words[-3].start < _SQUEEZED
    return 3 if is_squeezed else 0


def n_copied(words: Sequence[Word]) -> int:
    """Words at the end that are a copy of the phrase before them, in no time to say it.

    For finished sound, whose words a decoder has placed: it can give a short word no time at
    all although it was said, but rarely a phrase.
    """
    keys = [bare(word.text) for word in words]
    return next(
        (
            n
            for n in range(_SHORTEST_COPY, len(words) // 2 + 1)
            if keys[-n:] == keys[-2 * n : -n] and _took_no_time(words, n)
        ),
        0,
    )


def _took_no_time(words: Sequence[Word], n: int) -> bool:
    """Whether the last `n` words, a copy of those before, took less than can be said."""
    took = words[-1].end - words[-n].start
    first_took = words[-n - 1].end - words[-2 * n].start
    # A single word's first time may hold the pause before it.
    return took < max(n * _LEAST_WORD, first_took // 2 if n > 2 else 0)
