"""Words put where somebody speaks: a decoder gives the pause to the word behind or before it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from wlk_host.core.types import SAMPLE_RATE, Sample, Word
from wlk_host.core.words import is_closing

Span: TypeAlias = tuple[Sample, Sample]
"""Sound with a voice: where it begins and ends."""

_PAD: Final[Sample] = SAMPLE_RATE // 10
"""What a word may reach into the silence: a speech detector notices soft sounds late."""

_HANGOVER: Final[Sample] = SAMPLE_RATE // 5
"""How long a voice seems to go on after it has stopped (median of 116 pauses: 0.21 s). The pause is
mostly given to the word behind it, so a word in two spans rather belongs to the later one."""

_LEAST_WORD: Final[Sample] = SAMPLE_RATE * 8 // 100
"""Time of a word below which its place says little (80 ms)."""


def placed(words: Sequence[Word], spans: Sequence[Span]) -> tuple[Word, ...]:
    """The words in their order, each within the voice that it has most of.

    Punctuation stays with the word before it. Another word of no time that lies in silence goes
    to where the voice sets in again before the next word. Where nobody was heard near a word, it
    stays.

    Args:
        words: that follow one another.
        spans: in order, with pauses between them.
    """
    found = list[Word]()
    following = [*(word.start for word in words[1:]), None]
    for word, limit in zip(words, following, strict=False):
        if found and is_closing(word.text):
            found.append(_behind(found[-1], word, spans))
        else:
            found.append(_clipped(word, spans) or _moved(word, spans, limit) or word)
    return tuple(found)


def ended(words: Sequence[Word], spans: Sequence[Span]) -> tuple[Word, ...]:
    """The words, none of which ends later than the voice before a pause has stopped.

    Args:
        words: placed in the spans.
        spans: as of `placed`.
    """
    return tuple(_ended(word, spans) for word in words)


def _ended(word: Word, spans: Sequence[Span]) -> Word:
    stopped = next((b - _HANGOVER for a, b in spans if a < word.end <= b + _PAD), word.end)
    return replace(word, end=min(word.end, max(stopped, word.start + _LEAST_WORD)))


def _behind(before: Word, word: Word, spans: Sequence[Span]) -> Word:
    """Punctuation no later than the voice of the word before it ends."""
    ends = (b + _PAD for _, b in spans if b + _PAD >= before.end)
    latest = max(before.end, next(ends, word.end))
    return replace(word, start=min(word.start, latest), end=min(word.end, latest))


def _clipped(word: Word, spans: Sequence[Span]) -> Word | None:
    """Its greatest part with a voice; None where there is none."""
    parts = [(a, b) for a, b in spans if max(word.start, a) < min(word.end, b)]
    if not parts:
        return None
    a, b = max(parts, key=lambda span: _weight(word, span))
    return replace(word, start=max(word.start, a - _PAD), end=min(word.end, b + _PAD))


def _weight(word: Word, span: Span) -> Sample:
    """How much of the word is in there, less what is heard after a voice has stopped."""
    shared = min(word.end, span[1]) - max(word.start, span[0])
    return shared if word.end <= span[1] else shared - _HANGOVER


def _moved(word: Word, spans: Sequence[Span], limit: Sample | None) -> Word | None:
    if limit is None or word.end - word.start >= _LEAST_WORD:
        return None
    begin = next((a for a, _ in spans if a >= word.end), None)
    if begin is None or begin >= limit:
        return None
    return replace(word, start=begin, end=min(limit, begin + _LEAST_WORD))
