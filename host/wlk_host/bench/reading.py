"""What a reader reads: the share of spoken words that are right on the screen some seconds later.

The screen shows the transcript as it reads at that moment, final or not, and the draft behind it. A
word counts if the text on the screen at that moment, aligned with what was said up to the word, has
it right. So a late word counts against a system, a wrong word does too, and so does a right word
that was taken back.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wlk_host.bench.logs import TimedWord
from wlk_host.bench.scoring import align, normalise, word_ends
from wlk_host.runtime.files.caption_log import Shown

DELAYS_S: Final = (1.0, 2.0, 3.0, 5.0)
"""The delays in a table."""

CURVE_S: Final = (0.2, 0.35, 0.5, 0.75, *DELAYS_S, 1.5, 2.5, 4.0, 7.5, 10.0, 15.0, 20.0)
"""The delays in a chart, among them those in a table."""

_SAID_BEFORE: Final = 20
"""Words of the reference in front of the one that is looked for."""

_SEEN: Final = 60
"""Words at the end of the screen that are looked at."""

_SEEN_LETTERS: Final = 600
"""Letters at the end of the screen that hold them."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How many words of a recording were right on the screen, and when.

    Attributes:
        n_words: words of the reference whose time is known.
        n_right: by the seconds after they were said, how many of them were right on the screen.
        n_right_at_end: how many of them are right in the whole transcript at the end.
    """

    n_words: int
    n_right: Mapping[float, int]
    n_right_at_end: int


def read(log: Sequence[Shown], text: str, language: str, words: Sequence[TimedWord]) -> Reading:
    """Look at the screen some seconds after each word of the reference text."""
    said = normalise(text, language)
    ends = word_ends(said, words, language)
    screens = _Screens(log, language)
    n_right = dict.fromkeys(sorted(CURVE_S), 0)
    for i, end in ends.items():
        said_so_far = said[max(0, i - _SAID_BEFORE) : i + 1]
        # Between two updates the screen stays the same.
        verdicts: dict[int, bool] = {}
        for delay_s in n_right:
            number = screens.number_at(end + delay_s)
            if number not in verdicts:
                verdicts[number] = has_last_word(said_so_far, screens.words(number))
            n_right[delay_s] += verdicts[number]
    _, pairs = align(said, normalise(log[-1].final, language) if log else [])
    return Reading(len(ends), n_right, sum(i in ends for i, _ in pairs))


def missing(readings: Sequence[Reading], delay_s: float) -> float | None:
    """The share of words that were not right on the screen that long after they were said, in %."""
    return _share_missing(readings, [reading.n_right[delay_s] for reading in readings])


def missing_at_end(readings: Sequence[Reading]) -> float | None:
    """The share of words that are not right in the transcript at the end, in %."""
    return _share_missing(readings, [reading.n_right_at_end for reading in readings])


def _share_missing(readings: Sequence[Reading], n_right: Sequence[int]) -> float | None:
    n_words = sum(reading.n_words for reading in readings)
    return 100 * (n_words - sum(n_right)) / n_words if n_words else None


def has_last_word(said: Sequence[str], seen: Sequence[str]) -> bool:
    """Whether some best alignment of `said` with a part of `seen` matches its last word."""
    if said[-1] not in seen:
        return False
    before = row = [0] * (len(seen) + 1)
    for n, word in enumerate(said, 1):
        before, row = row, [n]
        for j, other in enumerate(seen, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (word != other)))
    best = min(row)
    return any(
        row[j] == before[j - 1] == best and seen[j - 1] == said[-1] for j in range(1, len(row))
    )


class _Screens:
    """What was on the screen after each entry of a log."""

    def __init__(self, log: Sequence[Shown], language: str) -> None:
        self._log = log
        self._language = language
        self._times = [shown.t for shown in log]
        self._words: dict[int, list[str]] = {0: []}

    def number_at(self, t: float) -> int:
        """The number of entries up to that time."""
        return bisect_right(self._times, t)

    def words(self, number: int) -> list[str]:
        """The words at the end of the screen after that many entries."""
        if number not in self._words:
            shown = self._log[number - 1]
            # Some systems have no transcript beside what they committed.
            text = f"{shown.final or shown.committed} {shown.draft}"
            self._words[number] = normalise(text[-_SEEN_LETTERS:], self._language)[-_SEEN:]
        return self._words[number]
