"""Word error rate, latency and erasure of a caption log against a timed reference."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from wlk_host.bench.logs import TimedWord
from wlk_host.runtime.files.caption_log import Shown

BY_CHARACTER: Final = frozenset({"zh", "ja", "yue", "th"})
"""Languages scored by character, as Radford et al. (2022) do."""

Delay = tuple[float, float]
"""Where a word ends in the recording, and how much later something was done with it; seconds."""


@dataclass(frozen=True, slots=True)
class Score:
    """How good and how quick captions were: counts and times, which can be added up.

    Attributes:
        n_words: words (or characters) of the reference.
        live_errors: wrong, missing and added words among those committed live.
        final_errors: the same in the transcript as it read at the end.
        n_live: words committed live.
        n_final: words of the transcript as it read at the end.
        n_erased: words shown and taken back.
        commits: of each right word whose time is known, its being settled.
        shows: the same for its being shown for good, draft or settled.
    """

    n_words: int
    live_errors: int
    final_errors: int
    n_live: int
    n_final: int
    n_erased: int
    commits: tuple[Delay, ...] = ()
    shows: tuple[Delay, ...] = ()

    @property
    def wer(self) -> float:
        """Word (or character) error rate of what was committed live, in percent."""
        return 100 * self.live_errors / max(1, self.n_words)

    @property
    def final_wer(self) -> float:
        """The same of the transcript as it read at the end."""
        return 100 * self.final_errors / max(1, self.n_words)

    @property
    def erasure(self) -> float:
        """Words shown and taken back, per word."""
        return self.n_erased / max(1, self.n_live)

    @property
    def commit_s(self) -> list[float]:
        """Seconds from a word's end to its being settled, sorted."""
        return sorted(delay for _, delay in self.commits)

    @property
    def shown_s(self) -> list[float]:
        """Seconds from a word's end to its being shown for good, sorted."""
        return sorted(delay for _, delay in self.shows)


def normalise(text: str, language: str) -> list[str]:
    """The words that count: case, punctuation and spelling variants removed."""
    if language in BY_CHARACTER:
        return [character for character in _normaliser("")(text) if not character.isspace()]
    return _normaliser(language)(text).split()


def error_rate(reference: str, hypothesis: str, language: str) -> float:
    """Word (or character) error rate in percent."""
    expected = normalise(reference, language)
    errors, _ = align(expected, normalise(hypothesis, language))
    return 100 * errors / max(1, len(expected))


def align(reference: Sequence[str], hypothesis: Sequence[str]) -> tuple[int, list[tuple[int, int]]]:
    """Levenshtein distance and the index pairs of equal words on its path."""
    n, m = len(reference), len(hypothesis)
    cost = [list(range(m + 1))]
    for i in range(1, n + 1):
        row, above, word = [i], cost[-1], reference[i - 1]
        for j in range(1, m + 1):
            replaced = above[j - 1] + (word != hypothesis[j - 1])
            row.append(min(above[j] + 1, row[j - 1] + 1, replaced))
        cost.append(row)
    pairs = []
    i, j = n, m
    while i and j:
        equal = reference[i - 1] == hypothesis[j - 1]
        if cost[i][j] == cost[i - 1][j - 1] + (not equal):
            i, j = i - 1, j - 1
            if equal:
                pairs.append((i, j))
        elif cost[i][j] == cost[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
    return cost[n][m], pairs[::-1]


def score(log: Sequence[Shown], text: str, language: str, words: Sequence[TimedWord] = ()) -> Score:
    """Score what was shown against the reference text and, for the latencies, its word times."""
    committed = [(shown.t, normalise(shown.committed, language)) for shown in log]
    visible = [(shown.t, normalise(f"{shown.committed} {shown.draft}", language)) for shown in log]
    reference = normalise(text, language)
    live = committed[-1][1] if committed else []
    final = normalise(log[-1].final, language) if log else []
    live_errors, pairs = align(reference, live)
    ends = word_ends(reference, words, language)
    return Score(
        n_words=len(reference),
        live_errors=live_errors,
        final_errors=align(reference, final)[0],
        n_live=len(live),
        n_final=len(final),
        n_erased=_erased(words for _, words in visible),
        commits=_delays(_settled_at(committed, live), ends, pairs),
        shows=_delays(_settled_at(visible, live), ends, pairs),
    )


def word_ends(
    reference: Sequence[str], words: Sequence[TimedWord], language: str
) -> dict[int, float]:
    """Where the words of a normalised text end in the recording, in seconds, by their index.

    Word by word the text may normalise differently ("forty", "two" and "42"): such words have
    no time.
    """
    timed = [(part, end) for word, _, end in words for part in normalise(word, language)]
    _, pairs = align(reference, [part for part, _ in timed])
    return {i: timed[j][1] for i, j in pairs}


def word_time_errors(
    reference: Sequence[TimedWord], captioned: Sequence[TimedWord], language: str
) -> list[float]:
    """How far the starts and ends of rightly captioned words are off, in seconds."""
    expected, found = _by_form(reference, language), _by_form(captioned, language)
    _, pairs = align([form for form, _, _ in expected], [form for form, _, _ in found])
    errors = []
    for i, j in pairs:
        (_, start, end), (_, found_start, found_end) = expected[i], found[j]
        errors += [abs(found_start - start), abs(found_end - end)]
    return errors


def percentile(sorted_values: Sequence[float], share: float) -> float | None:
    """The value below which that share lies; None of nothing."""
    if not sorted_values:
        return None
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]


def _by_form(words: Sequence[TimedWord], language: str) -> list[TimedWord]:
    """The words in the form in which they are compared; of one that has none, nothing."""
    formed = ((" ".join(normalise(word, language)), start, end) for word, start, end in words)
    return [word for word in formed if word[0]]


def _delays(
    settled: Sequence[float | None], ends: Mapping[int, float], pairs: Iterable[tuple[int, int]]
) -> tuple[Delay, ...]:
    found = ((settled[j], ends[i]) for i, j in pairs if i in ends)
    return tuple((end, at - end) for at, end in found if at is not None)


def _settled_at(
    snapshots: Sequence[tuple[float, list[str]]], final: Sequence[str]
) -> list[float | None]:
    """When the words up to each of the final ones stopped changing."""
    last_wrong = [-1] * len(final)
    for index, (_, words) in enumerate(snapshots):
        right = _n_common(words, final)
        last_wrong[right:] = [index] * (len(final) - right)
    return [snapshots[i + 1][0] if i + 1 < len(snapshots) else None for i in last_wrong]


def _erased(snapshots: Iterable[list[str]]) -> int:
    erased, before = 0, list[str]()
    for words in snapshots:
        erased += len(before) - _n_common(before, words)
        before = words
    return erased


def _n_common(a: Sequence[str], b: Sequence[str]) -> int:
    n = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        n += 1
    return n


class _Normaliser:
    def __init__(self, english: bool) -> None:
        from whisper_normalizer.basic import BasicTextNormalizer
        from whisper_normalizer.english import EnglishTextNormalizer

        self._normalise = EnglishTextNormalizer() if english else BasicTextNormalizer()

    def __call__(self, text: str) -> str:
        return str(self._normalise(text))


@cache
def _normaliser(language: str) -> _Normaliser:
    return _Normaliser(language == "en")
