"""Word error rate, latency and erasure of a caption log against a timed reference."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from wlk_host.bench.logs import TimedWord
from wlk_host.runtime.files.caption_log import Shown

BY_CHARACTER: Final = frozenset({"zh", "ja", "yue", "th"})
"""Languages that are scored by character, as in Radford et al. (2022)."""

Delay = tuple[float, float]
"""The end of a word in the recording, and how much later something happened to it, in seconds."""


@dataclass(frozen=True, slots=True)
class Score:
    """The accuracy and latency of captions, as counts and times that can be summed.

    Attributes:
        n_words: words (or characters) of the reference.
        live_errors: wrong, missing and added words among those committed live.
        final_errors: the same in the final transcript.
        n_live: words committed live.
        n_final: words of the final transcript.
        n_erased: words shown and taken back.
        commits: for each correct word whose time is known, when it was committed.
        shows: the same for when it was shown permanently, draft or committed.
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
        """The same of the final transcript."""
        return 100 * self.final_errors / max(1, self.n_words)

    @property
    def erasure(self) -> float:
        """Words shown and taken back, per word committed live."""
        return self.n_erased / max(1, self.n_live)

    @property
    def commit_s(self) -> list[float]:
        """Seconds from the end of a word until it was committed, sorted."""
        return sorted(delay for _, delay in self.commits)

    @property
    def shown_s(self) -> list[float]:
        """Seconds from the end of a word until it was shown permanently, sorted."""
        return sorted(delay for _, delay in self.shows)


def normalise(text: str, language: str) -> list[str]:
    """The words as they are compared, without case, punctuation and spelling variants."""
    if language in BY_CHARACTER:
        return [character for character in _normaliser("")(text) if not character.isspace()]
    return _normaliser(language)(text).split()


def error_rate(reference: str, hypothesis: str, language: str) -> float:
    """Word (or character) error rate in percent."""
    expected = normalise(reference, language)
    errors, _ = align(expected, normalise(hypothesis, language))
    return 100 * errors / max(1, len(expected))


def align(reference: Sequence[str], hypothesis: Sequence[str]) -> tuple[int, list[tuple[int, int]]]:
    """The Levenshtein distance, and the index pairs of equal words on its path."""
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
    """Score what was shown against the reference text and its word times, which give latencies."""
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
    """The ends of a normalised text's words in the recording, in seconds by index.

    Single words can normalise differently from the whole text ("forty", "two" and "42"). Such words
    have no time.
    """
    timed = [(part, end) for word, _, end in words for part in normalise(word, language)]
    _, pairs = align(reference, [part for part, _ in timed])
    return {i: timed[j][1] for i, j in pairs}


def word_time_errors(
    reference: Sequence[TimedWord], captioned: Sequence[TimedWord], language: str
) -> list[float]:
    """The errors of the starts and ends of correctly captioned words, in seconds."""
    expected, found = _by_form(reference, language), _by_form(captioned, language)
    _, pairs = align([form for form, _, _ in expected], [form for form, _, _ in found])
    errors = []
    for i, j in pairs:
        (_, start, end), (_, found_start, found_end) = expected[i], found[j]
        errors += [abs(found_start - start), abs(found_end - end)]
    return errors


def percentile(sorted_values: Sequence[float], share: float) -> float | None:
    """The value below which that share of the values is; None without values."""
    if not sorted_values:
        return None
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]


def _by_form(words: Sequence[TimedWord], language: str) -> list[TimedWord]:
    """The words as they are compared. Words of which nothing remains are left out."""
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
