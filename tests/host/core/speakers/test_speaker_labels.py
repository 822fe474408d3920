"""What speakers are called, alone and together."""

import pytest

from wlk_host.core.speakers import names


@pytest.mark.parametrize(
    ("speaker", "label"),
    [("1", "Speaker 1"), ("1+2", "Speaker 1 and 2"), ("1+2+11", "Speaker 1, 2 and 11")],
)
def test_speakers_are_listed_as_people_do(speaker: str, label: str) -> None:
    assert names.label(speaker) == label


def test_a_turn_begins_with_another_first_voice_and_not_with_one_beside_it() -> None:
    said = ["1", "1+2", None, "2+1", "2", "1"]
    assert names.takeovers(said) == [False, False, False, True, False, True]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ([], None),
        ([None, None], None),
        (["1", None, "1", "2"], "1"),
        (["2+1", "1+2"], "1+2"),
        (["1", "1", "1+2"], "1"),
        (["1", "1+2"], "1+2"),
        (["1+2", "1+3", "1+2", "1+3"], "1+2+3"),
        (["11+2", "11+2"], "2+11"),
    ],
)
def test_a_line_is_of_who_has_the_turn_and_of_whoever_is_heard_in_half_of_it(
    words: list[str | None], line: str | None
) -> None:
    assert names.of_line(words) == line
