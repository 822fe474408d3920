"""Words get their speakers, from turns and from scores."""

from itertools import pairwise, product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from wlk_host.core.sentences import ends_sentence
from wlk_host.core.speakers.aligner import AlignOptions, VoicesOfWord, align
from wlk_host.core.speakers.diarizer import Evidence
from wlk_host.core.speakers.turns import Turn, evidence_of
from wlk_host.core.types import SAMPLE_RATE, Sample, Word

S = SAMPLE_RATE
WORD = S * 3 // 10
OPTIONS = AlignOptions(change=0.5, change_at_pause=0.2, pause=WORD)
FREE = AlignOptions(change=0.0, change_at_pause=0.0, pause=WORD)


def words_of(text: str) -> list[Word]:
    """One after the other, each of the same length."""
    return [Word(f" {w}", n * WORD, (n + 1) * WORD, 0.9) for n, w in enumerate(text.split())]


def told(words: list[Word], turns: list[Turn], n_voices: int = 2) -> list[VoicesOfWord]:
    spans = [(word.start, word.end) for word in words]
    return align(words, evidence_of(turns, spans, n_voices), OPTIONS)


def scored(scores: NDArray[np.float32], speaks: NDArray[np.bool_] | None = None) -> Evidence:
    known = np.ones(len(scores), np.bool_)
    return Evidence(scores, known, np.zeros(scores.shape, np.bool_) if speaks is None else speaks)


def worth(words: list[Word], scores: NDArray[np.float32], path: list[int]) -> float:
    """What the aligner is to make as large as it can, written out."""
    total = sum(float(scores[n, voice]) for n, voice in enumerate(path))
    for n, (before, after) in enumerate(pairwise(path)):
        a, b = words[n], words[n + 1]
        parts = b.start - a.end >= OPTIONS.pause or ends_sentence(a.text, b.text)
        total -= (OPTIONS.change_at_pause if parts else OPTIONS.change) * (before != after)
    return total


def matrices(n_voices: int) -> st.SearchStrategy[NDArray[np.float32]]:
    row = st.lists(st.floats(0, 1, width=16), min_size=n_voices, max_size=n_voices)
    rows = st.lists(row, min_size=1, max_size=6)
    return rows.map(lambda values: np.array(values, np.float32))


SENTENCES = words_of("We go. Do you? No we stay")


@given(matrices(3))
def test_no_other_assignment_is_worth_more(scores: NDArray[np.float32]) -> None:
    words = SENTENCES[: len(scores)]
    path = [voices[0] for voices in align(words, scored(scores), OPTIONS)]
    best = max(worth(words, scores, list(p)) for p in product(range(3), repeat=len(words)))
    assert worth(words, scores, path) >= best - 1e-4


@given(matrices(3))
def test_where_a_change_costs_nothing_each_word_is_of_its_likeliest_voice(
    scores: NDArray[np.float32],
) -> None:
    for n, voices in enumerate(align(SENTENCES[: len(scores)], scored(scores), FREE)):
        assert scores[n, voices[0]] == scores[n].max()


@given(matrices(2), st.integers(0, 100 * S))
def test_only_what_lies_between_words_counts_and_not_when_they_are_said(
    scores: NDArray[np.float32], shift: Sample
) -> None:
    words = SENTENCES[: len(scores)]
    later = [Word(w.text, w.start + shift, w.end + shift, w.probability) for w in words]
    assert align(words, scored(scores), OPTIONS) == align(later, scored(scores), OPTIONS)


@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(2, 5)), min_size=1, max_size=6),
)
def test_turns_of_two_words_and_more_are_told_exactly(turns: list[tuple[int, int]]) -> None:
    voices = [voice for voice, n in turns for _ in range(n)]
    words = words_of(" ".join(["word"] * len(voices)))
    spoken = [Turn(w.start, w.end, voice) for w, voice in zip(words, voices, strict=True)]
    assert told(words, spoken) == [(voice,) for voice in voices]


@given(st.floats(-0.6, 0.6))
def test_a_change_near_the_end_of_a_sentence_moves_there(off: float) -> None:
    words = words_of("Are you there now? Yes I am here.")
    at = words[4].start + round(off * WORD)
    assert told(words, [Turn(0, at, 0), Turn(at, words[-1].end, 1)]) == [(0,)] * 4 + [(1,)] * 4


def test_a_change_far_from_the_end_of_a_sentence_stays_where_it_is_heard() -> None:
    words = words_of("Are you there now? Yes I am here.")
    at = words[6].start
    assert told(words, [Turn(0, at, 0), Turn(at, words[-1].end, 1)]) == [(0,)] * 6 + [(1,)] * 2


def test_one_word_amid_a_clause_is_nobodys_turn() -> None:
    words = words_of("so we all went home then")
    start, end = words[3].start + WORD // 10, words[3].end
    turns = [Turn(0, start, 0), Turn(start, end, 1), Turn(end, words[-1].end, 0)]
    assert told(words, turns) == [(0,)] * 6


def test_words_said_at_the_same_time_are_of_both_with_the_turn_first() -> None:
    words = words_of("one two three four five six")
    turns = [Turn(0, words[3].end, 0), Turn(words[2].start, words[-1].end, 1)]
    assert told(words, turns) == [(0,)] * 2 + [(0, 1)] * 2 + [(1,)] * 2


def test_a_voice_that_is_heard_beside_others_only_has_no_turn_of_its_own() -> None:
    words = words_of("one two three four")
    turns = [Turn(0, words[-1].end, 0), Turn(words[1].start, words[2].end, 1)]
    assert told(words, turns) == [(0,), (0, 1), (0, 1), (0,)]


def test_words_a_little_beside_a_turn_are_of_it_and_those_far_away_of_nobody() -> None:
    words = words_of("one two three four five six")
    assert told(words, [Turn(0, words[1].end, 0)]) == [(0,)] * 4 + [()] * 2


def test_nobody_is_told_where_nothing_was_heard() -> None:
    words = words_of("one two")
    assert told(words, []) == [(), ()]
    assert told(words, [], n_voices=0) == [(), ()]
    assert align([], scored(np.zeros((0, 2), np.float32)), OPTIONS) == []


@given(
    st.lists(st.tuples(st.integers(0, 10 * S), st.integers(1, S), st.integers(0, 2)), max_size=8),
    st.lists(st.tuples(st.integers(0, 10 * S), st.integers(0, S)), max_size=8),
)
def test_evidence_is_a_share_of_the_word_and_known_where_a_voice_is_near(
    heard: list[tuple[Sample, Sample, int]], spans: list[tuple[Sample, Sample]]
) -> None:
    turns = [Turn(start, start + n, voice) for start, n, voice in heard]
    # Turns of one voice do not overlap.
    turns = [
        a
        for n, a in enumerate(turns)
        if not any(a.voice == b.voice and a.start < b.end and b.start < a.end for b in turns[:n])
    ]
    stretches = [(start, start + n) for start, n in spans]
    evidence = evidence_of(turns, stretches, 3)
    assert evidence.scores.shape == evidence.speaks.shape == (len(stretches), 3)
    assert ((evidence.scores >= 0) & (evidence.scores <= 1.0001)).all()
    assert (evidence.scores.any(axis=1) == evidence.is_known).all()
    assert (evidence.scores[evidence.speaks] >= 0.5).all()
    for (start, end), is_known in zip(stretches, evidence.is_known, strict=True):
        gaps = [max(turn.start - end, start - turn.end, 0) for turn in turns]
        assert is_known == any(gap <= S // 2 for gap in gaps)
