import pytest

from wlk_host.bench.simultaneous import average_lagging, measure_simultaneity, tokens
from wlk_host.runtime.files.caption_log import Shown


def shown(*entries: tuple[float, str]) -> list[Shown]:
    return [Shown(t, "", "", "", text) for t, text in entries]


def test_average_lagging_is_that_of_the_paper() -> None:
    # wait-1 over four words of a second each: always one second behind the ideal.
    assert average_lagging([1, 2, 3, 4], 4, 4) == 1
    # All at the end: only the first word counts, it is behind by everything.
    assert average_lagging([4, 4, 4, 4], 4, 4) == 4
    # A longer reference is spoken faster by the ideal translator.
    assert average_lagging([1, 2, 3, 4], 4, 8) == pytest.approx((1 + 1.5 + 2 + 2.5) / 4)


def test_words_count_from_their_first_draft_and_those_taken_back_as_erased() -> None:
    log = shown((1, "a"), (2, "a x"), (3, "a b"), (4, "a b c"))
    found = measure_simultaneity(log, 4)
    assert found.average_lagging_s == pytest.approx((1 + 2 - 4 / 3 + 4 - 8 / 3) / 3)
    assert (found.n_words, found.n_erased) == (3, 1)


def test_a_mended_line_takes_back_nothing_of_its_neighbours() -> None:
    log = shown((1, "one two\na b c"), (2, "one two\na x c\nd"), (3, "one two\na x c\nd e"))
    assert measure_simultaneity(log, 4).n_erased == 2
    log = shown((1, "one two\na b c\nlast"), (2, "One two\na b c\nlast"))
    assert measure_simultaneity(log, 4).n_erased == 2


def test_nothing_translated_has_no_lag() -> None:
    found = measure_simultaneity(shown((1, ""), (2, "")), 4)
    assert (found.average_lagging_s, found.n_words, found.n_erased) == (None, 0, 0)
    assert measure_simultaneity([], 4).average_lagging_s is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("two words", ["two", "words"]),
        ("你好 吗", ["你", "好", "吗"]),
        ("안녕 하세요", ["안녕", "하세요"]),
        ("", []),
    ],
)
def test_scripts_without_spaces_are_counted_by_character(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected
