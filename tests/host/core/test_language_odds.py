"""What several sounds say about the language together."""

import pytest

from wlk_host.core.language_odds import added, best_of, evidence_of, faded, most_probable

GERMAN, DUTCH = {"de": 0.6, "nl": 0.3, "en": 0.1}, {"de": 0.2, "nl": 0.5, "en": 0.3}


def test_one_sound_says_what_its_odds_say() -> None:
    language, probability = most_probable(evidence_of(GERMAN))
    assert language == "de"
    assert probability == pytest.approx(0.6)


def test_two_sounds_that_agree_are_surer_than_one() -> None:
    language, probability = most_probable(added(evidence_of(GERMAN), evidence_of(GERMAN)))
    assert language == "de"
    assert probability == pytest.approx(0.36 / (0.36 + 0.09 + 0.01))


def test_of_two_that_differ_the_surer_one_is_heard() -> None:
    sure = {"de": 0.01, "nl": 0.98, "en": 0.01}
    assert most_probable(added(evidence_of(GERMAN), evidence_of(sure)))[0] == "nl"
    assert most_probable(added(evidence_of(GERMAN), evidence_of(DUTCH)))[0] == "nl"


def test_what_is_faded_counts_less() -> None:
    before = faded(evidence_of(GERMAN), 0.25)
    assert most_probable(before)[1] < 0.6
    assert most_probable(added(before, evidence_of(DUTCH)))[0] == "nl"


def test_a_sound_that_says_nothing_changes_nothing() -> None:
    assert added({}, evidence_of(GERMAN)) == added(evidence_of(GERMAN), {}) == evidence_of(GERMAN)
    assert best_of({}) is None


def test_no_single_sound_excludes_a_language() -> None:
    never = added(evidence_of({"de": 1.0, "nl": 0.0}), evidence_of({"de": 1e-9, "nl": 1.0}))
    assert most_probable(never)[1] == pytest.approx(0.5)
