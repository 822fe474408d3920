"""chrF against figures of sacrebleu 2.6.0 (`sacrebleu.metrics.CHRF()`)."""

import pytest

from wlk_host.bench.chrf import chrf

HONG_KONG = (
    "For the best view of Hong Kong you should leave the island",
    "For the best views of Hong Kong, you should leave the island and go to the opposite shore "
    "of Kowloon.",
)


@pytest.mark.parametrize(
    ("translation", "reference", "expected"),
    [
        ("the cat sat on the mat", "the cat sat on the mat", 100.0),
        ("The cat sits on a mat.", "The cat sat on the mat.", 43.2078300439784),
        ("a", "abc def", 20.0),
        ("", "abc", 0.0),
        ("xyz", "abc", 0.0),
        ("Completely different!", "nothing alike here at all", 11.384133462310052),
        (*HONG_KONG, 54.348040153689716),
    ],
)
def test_a_sentence_scores_as_sacrebleu_says(
    translation: str, reference: str, expected: float
) -> None:
    assert chrf([(translation, reference)]) == pytest.approx(expected)


def test_sentences_are_counted_together_not_averaged() -> None:
    pairs = [HONG_KONG, ("The cat sits on a mat.", "The cat sat on the mat.")]
    assert chrf(pairs) == pytest.approx(52.62775345065586)


def test_spaces_do_not_count() -> None:
    assert chrf([("the cat", "thecat")]) == 100


def test_nothing_to_translate_has_no_score() -> None:
    assert chrf([]) is None
    assert chrf([("words", "")]) is None
