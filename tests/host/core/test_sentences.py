"""Where sentences end, and where a full stop shortens a word."""

import pytest

from wlk_host.core.captions import split_lines, text_of
from wlk_host.core.sentences import ends_sentence
from wlk_host.core.types import SAMPLE_RATE, Word


@pytest.mark.parametrize(
    ("text", "following", "language"),
    [
        ("when Mr.", "Thornton", "en"),
        ("(Dr.", "Watson", "en"),
        ("J.", "Doe", "en"),
        ("No.", "5", "en"),
        ("at 5 p.m.", "he left", "en"),
        ("apples, etc.", "and", "en"),
        ("mit Hr.", "Müller", "de"),
        ("z.B.", "Hunde", "de"),
        ("am 3.", "Mai", "de"),
        ("la Sra.", "López", "es"),
        ("M.", "Dupont", "fr"),
        ("Mme.", "Dupont", "fr-FR"),
        ("il sig.", "Rossi", "it"),
        ("o Sr.", "Silva", "pt-BR"),
        ("de dhr.", "Jansen", "nl"),
        ("ul.", "Długa", "pl"),
        ("г-н.", "Петров", "ru"),  # noqa: RUF001 - Cyrillic
        ("when Mrs.", "Hale", None),
        ("la Srta.", "López", None),
        ("it was", "Mr.", "en"),
    ],
)
def test_no_sentence_ends_there(text: str, following: str, language: str | None) -> None:
    assert not ends_sentence(text, following, language)


@pytest.mark.parametrize(
    ("text", "following", "language"),
    [
        ("He said no.", "I", "en"),
        ("No.", "I", "en"),
        ("at 5 p.m.", "He left", "en"),
        ("in 3.", "Then", "en"),
        ("voy a ir.", "Luego", "es"),
        ("im Jahr 1990.", "Dann", "de"),
        ("the gene.", "It", "en"),
        ("Is it Mr?", "Yes", "en"),
        ("你好。", "我", "zh"),
        ("So do I.", "We", "en"),
    ],
)
def test_a_sentence_ends_there(text: str, following: str, language: str) -> None:
    assert ends_sentence(text, following, language)


@pytest.mark.parametrize("title", ["Mr.", "Mr|."])
def test_no_line_ends_at_a_title(title: str) -> None:
    """The full stop can be a word of its own."""
    text = "I could not help watching your face when T Thornton made his confession."
    parts = [f" {part}" for part in text.split()]
    at = parts.index(" T")
    parts[at : at + 1] = [
        f" {piece}" if i == 0 else piece for i, piece in enumerate(title.split("|"))
    ]
    step = SAMPLE_RATE // 4
    words = [Word(part, i * step, (i + 1) * step, 0.9) for i, part in enumerate(parts)]
    assert [text_of(line) for line in split_lines(words, language="en")] == [
        text.replace(" T ", " Mr. ")
    ]
