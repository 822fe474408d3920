"""Error rates, latencies and erasure of logs written by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wlk_host.bench.scoring import (
    align,
    error_rate,
    normalise,
    percentile,
    score,
    word_ends,
    word_time_errors,
)
from wlk_host.runtime.files.caption_log import Shown

TEXT = "red green blue"
WORDS = [("red", 0.0, 1.0), ("green", 1.0, 2.0), ("blue", 2.0, 3.0)]

LOG = [
    Shown(1.5, "red", "grin", "red"),
    Shown(2.5, "red green", "", "red green"),
    Shown(4.0, "red green blue", "", "red green blue"),
]


def test_a_perfect_log_has_no_errors() -> None:
    scored = score(LOG, TEXT, "en", WORDS)
    assert (scored.wer, scored.final_wer, scored.n_words) == (0, 0, 3)


def test_latency_counts_from_the_end_of_each_word_to_its_last_change() -> None:
    scored = score(LOG, TEXT, "en", WORDS)
    assert scored.commit_s == pytest.approx([0.5, 0.5, 1.0])


def test_a_right_draft_counts_as_shown() -> None:
    log = [Shown(0.7, "", "red", ""), *LOG]
    scored = score(log, TEXT, "en", WORDS)
    assert scored.shown_s == pytest.approx([-0.3, 0.5, 1.0])
    assert scored.commit_s == pytest.approx([0.5, 0.5, 1.0])


def test_a_word_that_changed_counts_from_its_last_change() -> None:
    log = [Shown(1.0, "", "red", ""), Shown(2.0, "", "read", ""), Shown(3.0, "red", "", "red")]
    scored = score(log, "red", "en", [("red", 0.0, 1.0)])
    assert scored.shown_s == pytest.approx([2.0])


def test_erasure_counts_words_taken_back_per_word() -> None:
    assert score(LOG, TEXT, "en").erasure == pytest.approx(1 / 3)
    assert score(LOG[1:], TEXT, "en").erasure == 0


def test_live_and_final_words_are_scored_apart() -> None:
    log = [Shown(1.0, "red grin blue", "", "red green blue")]
    scored = score(log, TEXT, "en", WORDS)
    assert scored.wer == pytest.approx(100 / 3)
    assert scored.final_wer == 0
    assert len(scored.commit_s) == 2


def test_nothing_shown_is_all_wrong_and_no_latency() -> None:
    scored = score([], TEXT, "en", WORDS)
    assert (scored.wer, scored.final_wer, scored.commit_s, scored.erasure) == (100, 100, [], 0)


def test_silence_that_was_captioned_counts_every_word() -> None:
    assert score([Shown(1.0, "thank you", "", "thank you")], "", "en").wer == 200


def test_delays_stand_at_the_end_of_their_word() -> None:
    assert score(LOG, TEXT, "en", WORDS).commits == ((1.0, 0.5), (2.0, 0.5), (3.0, 1.0))


def test_words_without_a_time_have_no_latency() -> None:
    assert score(LOG, TEXT, "en", WORDS[:2]).commit_s == pytest.approx([0.5, 0.5])
    assert score(LOG, TEXT, "en").commit_s == []


def test_words_that_normalise_otherwise_alone_leave_the_others_their_times() -> None:
    """ "forty two" is 42 in the text, and 40 and 2 word by word."""
    words = [("about", 0, 1), ("forty", 1, 2), ("two", 2, 3), ("Bibles", 3, 4)]
    assert word_ends(normalise("about forty two Bibles", "en"), words, "en") == {0: 1, 2: 4}


def test_a_contraction_ends_where_its_word_does() -> None:
    assert word_ends(["it", "is", "so"], [("it's", 0, 1), ("so", 1, 2)], "en") == {0: 1, 1: 1, 2: 2}


def test_word_times_are_compared_where_the_words_are_right() -> None:
    captioned = [("Red,", 0.1, 1.0), ("grin", 1.0, 2.0), ("-", 2.0, 2.1), ("blue.", 2.0, 3.5)]
    errors = word_time_errors(WORDS, captioned, "en")
    assert errors == pytest.approx([0.1, 0.0, 0.0, 0.5])


@pytest.mark.parametrize(
    ("reference", "hypothesis"),
    [
        ("It's twenty-one.", "it is 21"),
        ("The colour", "the color"),
        ("Mr. Smith", "mister smith"),
    ],
)
def test_spelling_variants_are_no_errors(reference: str, hypothesis: str) -> None:
    assert error_rate(reference, hypothesis, "en") == 0


def test_languages_without_spaces_are_scored_by_character() -> None:
    assert normalise("今日は。", "ja") == ["今", "日", "は"]
    assert error_rate("今日は雨", "今日は雪", "ja") == 25


def test_other_languages_keep_their_letters() -> None:
    assert normalise("¿Qué tal, señor?", "es") == ["qué", "tal", "señor"]


LETTERS = st.lists(st.sampled_from("abc"), max_size=8)


def distance(a: list[str], b: list[str]) -> int:
    """Levenshtein by its definition."""
    if not a or not b:
        return len(a) + len(b)
    return min(
        distance(a[1:], b) + 1, distance(a, b[1:]) + 1, distance(a[1:], b[1:]) + (a[0] != b[0])
    )


@given(LETTERS.map(lambda x: x[:5]), LETTERS.map(lambda x: x[:5]))
def test_the_distance_is_levenshteins(a: list[str], b: list[str]) -> None:
    assert align(a, b)[0] == distance(a, b)


@given(LETTERS, LETTERS)
def test_pairs_are_equal_words_in_order(a: list[str], b: list[str]) -> None:
    errors, pairs = align(a, b)
    assert all(a[i] == b[j] for i, j in pairs)
    assert pairs == sorted(pairs)
    assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
    assert errors >= max(len(a), len(b)) - len(pairs)


@pytest.mark.parametrize(("share", "value"), [(0, 1), (0.5, 3), (0.95, 4), (1, 4)])
def test_percentiles(share: float, value: float) -> None:
    assert percentile([1, 2, 3, 4], share) == value
    assert percentile([], share) is None
