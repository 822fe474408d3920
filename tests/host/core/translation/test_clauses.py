import pytest
from hypothesis import given
from hypothesis import strategies as st

from wlk_host.core.translation.clauses import by_sentence, sentences_of, whole_clauses


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("", ""),
        ("When a", ""),
        ("When a sentence is finished, it is", "When a sentence is finished,"),
        ("Hello, and welcome. The words", "Hello, and welcome."),
        ("That is all.", "That is all."),
        ("It costs 3.50 and ends at 10:30 or", ""),
        ("今日は、いい天気", "今日は、"),
        ("One, two three four five six seven eight nine ten eleven twelve", None),
    ],
)
def test_a_growing_line_is_translated_up_to_its_last_clause(text: str, whole: str | None) -> None:
    assert whole_clauses(text) == (text if whole is None else whole)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Hello. The words.", ["Hello. ", "The words."]),
        ("Dr. Smith met J. Doe at 3.5 p.m. yesterday. Yes!", None),
        ("¿Qué? ¡No! Él vino.", ["¿Qué? ", "¡No! ", "Él vino."]),
        ('He said "No." Then he left', ['He said "No." ', "Then he left"]),
        ("你好。我是。", ["你好。", "我是。"]),
        ("well... maybe", ["well... maybe"]),
    ],
)
def test_text_falls_into_its_sentences(text: str, sentences: list[str] | None) -> None:
    expected = sentences or ["Dr. Smith met J. Doe at 3.5 p.m. yesterday. ", "Yes!"]
    assert sentences_of(text) == expected


@given(st.text(alphabet="ab Z.?!。 \n\"'1é", max_size=40).filter(str.strip))
def test_no_letter_is_lost_between_sentences(text: str) -> None:
    assert "".join(sentences_of(text)).rstrip() == text.rstrip()


def test_sentences_are_translated_by_one_call_and_joined_again() -> None:
    calls: list[list[str]] = []

    def translate(texts: list[str]) -> list[str]:
        calls.append(texts)
        return [text.upper() for text in texts]

    assert by_sentence(["One. Two?", "你好。我", "three"], translate) == [
        "ONE. TWO?",
        "你好。我",
        "THREE",
    ]
    assert calls == [["One.", "Two?", "你好。", "我", "three"]]
