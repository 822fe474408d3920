"""Lines whose translator comes later, and sentences that stand on several lines."""

from host.core.translation.translated_stage import BROKEN, Stage
from wlk_host.core.translation.translators import TranslationRequest


def test_lines_are_translated_as_soon_as_a_translator_is_installed_the_newest_first() -> None:
    stage = Stage()
    stage.service.failures = [BROKEN] * 100
    for number in range(1, 41):
        stage.say((number, f"Line {number}.", "final"))
        stage.work()
        stage.hear(20)
    stage.work()
    assert stage.session.translation_problem == BROKEN
    assert stage.session.next_work() is None
    stage.service.failures.clear()
    assert stage.work() == []
    # Nothing more is said. A translator is installed.
    stage.service.changes += 1
    told = stage.work()
    assert sorted(told) == sorted((f"Line {n}.", f"LINE {n}.") for n in range(1, 41))
    assert [text for text, _ in told[:8]] == [f"Line {n}." for n in range(33, 41)]
    assert stage.session.translation_problem is None
    assert stage.work() == []


def test_a_translator_that_is_installed_is_made_ready_before_the_next_line() -> None:
    stage = Stage()
    stage.service.failures = [BROKEN]
    stage.work()
    assert stage.service.asked == []
    stage.service.changes += 1
    stage.work()
    assert stage.service.asked == [TranslationRequest(None, "en", "pt", (), "", ("Rhea",))]


def test_a_sentence_of_two_lines_is_translated_as_one_and_divided() -> None:
    stage = Stage()
    stage.work()
    stage.say((0, "When it rains,", "final"), (9, "we stay at home.", "final"))
    assert stage.work()[-2:] == [
        ("When it rains,", "WHEN IT RAINS,"),
        ("we stay at home.", "WE STAY AT HOME."),
    ]
    assert stage.service.asked[-1].texts == ("When it rains, we stay at home.",)
