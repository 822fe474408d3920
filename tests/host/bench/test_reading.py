"""What a reader reads, from logs written by hand."""

import pytest

from wlk_host.bench.reading import CURVE_S, DELAYS_S, has_last_word, missing, missing_at_end, read
from wlk_host.runtime.files.caption_log import Shown

TEXT = "red green blue"
WORDS = [("red", 0.0, 1.0), ("green", 1.0, 2.0), ("blue", 2.0, 3.0)]


def shown(t: float, final: str, draft: str = "", committed: str = "") -> Shown:
    return Shown(t, committed, draft, final)


def unread(log: list[Shown], delay_s: float, text: str = TEXT) -> float | None:
    return missing([read(log, text, "en", WORDS)], delay_s)


def test_a_word_counts_from_when_it_is_on_the_screen() -> None:
    log = [shown(1.5, "red"), shown(3.5, "red green"), shown(7.5, "red green blue")]
    # One second later: red. Two seconds later: green too. Five seconds later: all three.
    assert unread(log, 1.0) == pytest.approx(200 / 3)
    assert unread(log, 2.0) == pytest.approx(100 / 3)
    assert unread(log, 5.0) == 0


def test_a_draft_is_on_the_screen() -> None:
    assert unread([shown(1.0, "", "red green blue")], 1.0) == 0
    assert unread([shown(1.0, "red", "green blue")], 1.0) == 0


def test_a_wrong_word_does_not_count_until_it_is_corrected() -> None:
    log = [shown(3.0, "red grin blue"), shown(6.0, "red green blue")]
    assert unread(log, 3.0) == pytest.approx(100 / 3)
    assert unread(log, 5.0) == 0


def test_a_right_word_that_is_taken_back_no_longer_counts() -> None:
    log = [shown(1.0, "red green blue"), shown(5.5, "red grin blue")]
    assert unread(log, 3.0) == 0
    assert unread(log, 5.0) == pytest.approx(100 / 3)


def test_what_is_said_elsewhere_on_the_screen_is_not_the_word() -> None:
    """The screen says "red" where another word belongs, and the last word is missing."""
    assert not has_last_word(["red", "green", "blue", "red"], ["red", "green", "blue"])
    assert has_last_word(["red", "green", "blue", "red"], ["red", "green", "blue", "red"])
    assert has_last_word(["green", "blue"], ["red", "green", "blue", "white", "black"])


def test_nothing_was_on_the_screen_before_the_first_update() -> None:
    assert unread([], 5.0) == unread([shown(60.0, TEXT)], 5.0) == 100


def test_a_system_without_a_transcript_is_read_as_it_commits() -> None:
    assert unread([shown(1.0, "", "blue", committed="red green")], 1.0) == 0


def test_words_without_a_time_do_not_count() -> None:
    found = read([shown(1.0, "red blue")], TEXT, "en", [WORDS[0], WORDS[2]])
    assert found.n_words == 2
    assert missing([found], 1.0) == 0
    assert missing([read([], TEXT, "en", [])], 1.0) is None


def test_the_end_counts_the_whole_transcript() -> None:
    late = read([shown(60.0, "red blue")], TEXT, "en", WORDS)
    assert missing_at_end([late]) == pytest.approx(100 / 3)
    assert missing_at_end([read([], TEXT, "en", WORDS)]) == 100


def test_many_recordings_count_by_words() -> None:
    one = read([shown(1.0, TEXT)], TEXT, "en", WORDS)
    other = read([], "red", "en", WORDS[:1])
    assert missing([one, other], 1.0) == 25
    assert missing_at_end([one, other]) == 25


def test_the_curve_holds_the_delays_of_the_table() -> None:
    assert set(DELAYS_S) <= set(CURVE_S)
