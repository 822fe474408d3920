"""Sentences of several lines: translated as one, and divided again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wlk_host.core.translation.batches import Batch, divided, grouped
from wlk_host.core.types import SAMPLE_RATE, Line, Sample

S = SAMPLE_RATE


def line(start: Sample, text: str, speaker: str | None = None) -> Line:
    return Line(start, start, start + 4 * S, text, "final", "en", speaker=speaker)


def groups(*texts: str, gap: Sample = 0) -> list[int]:
    lines = [line(i * (4 * S + gap), text) for i, text in enumerate(texts)]
    return grouped(lines, "en")


def batch(*parts: tuple[str, ...], target: str = "pt", source: str = "en") -> Batch:
    sources = tuple(text for part in parts for text in part)
    lines = tuple(range(len(sources)))
    return Batch(lines, sources, tuple(map(len, parts)), source, target, "", 0, "final")


def test_a_sentence_goes_on_until_it_ends() -> None:
    assert groups("When it rains,", "we stay at home.", "Yes.") == [2, 1]
    assert groups("One.", "Two.", "Three.") == [1, 1, 1]
    assert groups("He met Dr.", "Smith there.") == [2]
    assert groups("a", "b", "c", "d", "e", "f.") == [3, 3]


def test_after_a_pause_only_a_small_letter_goes_on() -> None:
    assert groups("I was thinking", "We should go.", gap=2 * S) == [1, 1]
    assert groups("I was thinking", "that we should go.", gap=2 * S) == [2]
    assert groups("I met", "Maria there.") == [2]


def test_two_people_say_two_sentences() -> None:
    assert grouped([line(0, "I think", "1"), line(4 * S, "me too.", "2")], "en") == [1, 1]


def test_texts_are_joined_as_their_language_writes() -> None:
    assert batch(("When it rains,", "we stay."), ("Yes.",)).texts == (
        "When it rains, we stay.",
        "Yes.",
    )
    assert batch(("今日は", "いい天気です。"), source="ja").texts == ("今日はいい天気です。",)


def test_a_translation_is_divided_where_the_sentence_is() -> None:
    parts = ("When it rains in the mountains,", "we stay at home and read.")
    assert divided("Quando chove nas montanhas, ficamos em casa a ler.", parts, "pt") == [
        "Quando chove nas montanhas,",
        "ficamos em casa a ler.",
    ]
    found = divided("山里下雨的时候、我们待在家里看书。", parts, "zh")
    assert found == ["山里下雨的时候、", "我们待在家里看书。"]


@pytest.mark.parametrize("translation", ["", "Sim", "  "])
def test_one_that_is_too_short_is_not(translation: str) -> None:
    assert divided(translation, ("one", "two"), "pt") is None
    assert batch(("one", "two"), ("three",)).by_line([translation, "três"]) == [None, None, "três"]


@given(
    words=st.lists(
        st.sampled_from(["a", "longer", "word,", "the", "end."]), min_size=1, max_size=30
    ),
    widths=st.lists(st.integers(1, 60), min_size=2, max_size=3),
    target=st.sampled_from(["pt", "ja", "th"]),
)
def test_nothing_is_lost_or_said_twice(words: list[str], widths: list[int], target: str) -> None:
    space = " " if target == "pt" else ""
    text = space.join(words)
    found = divided(text, ["x" * width for width in widths], target)
    if found is None:
        assert len(words) < len(widths)
        return
    assert len(found) == len(widths)
    assert all(found)
    assert space.join(found) == text
