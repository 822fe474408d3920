"""Tokens become the words that people read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.core.scripted import ScriptedTokenizer
from wlk_host.core.languages import UNSPACED
from wlk_host.core.ports import DecodeStep
from wlk_host.core.types import Word
from wlk_host.core.words import (
    begins_word,
    group_words,
    heard_from,
    is_closing,
    is_whole,
    opening,
    word_text,
)

TOKENIZER = ScriptedTokenizer()


def grouped(*pieces: str | bytes, spaced: bool = True) -> list[str]:
    steps = [DecodeStep(token, 0, 0.0) for token in TOKENIZER.tokens(*pieces)]
    groups = group_words(steps, TOKENIZER.decode, spaced)
    assert [step for group in groups for step in group] == steps
    return [TOKENIZER.decode([step.token for step in group]) for group in groups]


def test_a_word_begins_at_its_space() -> None:
    assert grouped(" live", " cap", "tions", " work") == [" live", " captions", " work"]


def test_closing_punctuation_goes_with_the_word_before() -> None:
    assert grouped(" Well", ",", " yes", " .", "”") == [" Well,", " yes .”"]


def test_an_opening_quote_goes_with_the_word_behind() -> None:
    assert grouped(" he", " said", " “", "no", "”") == [" he", " said", " “no”"]


def test_hyphens_apostrophes_and_decimals_stay_in_their_word() -> None:
    said = (" well", "-", "known", " don", "'t", " 3", ".", "14")
    assert grouped(*said) == [" well-known", " don't", " 3.14"]


def test_unspaced_scripts_are_split_by_character() -> None:
    assert grouped("今", "日", "は", "。", "雨", spaced=False) == ["今", "日", "は。", "雨"]


def test_a_character_of_several_tokens_stays_whole() -> None:
    raw = "龍".encode()
    assert grouped("青", raw[:1], raw[1:2], raw[2:], "龍", spaced=False) == ["青", "龍", "龍"]


def test_an_emoji_in_a_spaced_script_goes_with_the_word_it_touches() -> None:
    raw = "🙂".encode()
    assert grouped(" hi", b" " + raw[:2], raw[2:], "!") == [" hi", " 🙂!"]


def test_an_incomplete_character_at_the_end_is_a_group_of_its_own() -> None:
    assert grouped(" a", "é".encode()[:1]) == [" a", "\ufffd"]


def test_a_space_alone_goes_with_the_word_behind() -> None:
    assert grouped(" the", " ", " light", " ", "2", "0") == [" the", "  light", " 20"]
    assert grouped(" ", " the") == ["  the"]
    assert grouped(" the", " ") == [" the "]
    assert grouped(" ") == [" "]


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ((" ", " light"), " light"),
        ((" light", " "), " light"),
        (("龍", "。"), "龍。"),
        ((" ",), " "),
    ],
)
def test_a_word_has_one_space_in_front_at_the_most(pieces: tuple[str, ...], text: str) -> None:
    steps = [DecodeStep(token, 0, 0.0) for token in TOKENIZER.tokens(*pieces)]
    assert word_text(steps, TOKENIZER.decode) == text


@given(st.text(), st.lists(st.integers(1, 4)), st.booleans())
def test_however_text_falls_into_tokens_none_of_it_is_lost(
    text: str, sizes: list[int], spaced: bool
) -> None:
    raw, pieces = text.encode(), []
    for size in sizes:
        pieces.append(raw[:size])
        raw = raw[size:]
    pieces = [piece for piece in [*pieces, raw] if piece]
    tokenizer = ScriptedTokenizer()
    steps = [DecodeStep(token, 0, 0.0) for token in tokenizer.tokens(*pieces)]
    groups = group_words(steps, tokenizer.decode, spaced)
    assert [step for group in groups for step in group] == steps
    if "\ufffd" not in text:
        words = [tokenizer.decode([step.token for step in group]) for group in groups]
        assert "".join(words) == text


@pytest.mark.parametrize(
    ("text", "spaced", "begins"),
    [
        (" a", True, True),
        ("a", True, False),
        ("a", False, True),
        (".", False, False),
        (" ?", True, False),
        ("", True, False),
    ],
)
def test_what_begins_a_word(text: str, spaced: bool, begins: bool) -> None:
    assert begins_word(text, spaced) is begins


def test_what_closes_a_word() -> None:
    assert is_closing("?!")
    assert is_closing("。")
    assert not is_closing("a.")
    assert not is_closing(" ")


def test_whether_the_last_character_is_there() -> None:
    assert is_whole("é")
    assert not is_whole("a\ufffd")


def test_languages_without_spaces_are_known() -> None:
    assert {"zh", "ja", "th", "yue"} <= UNSPACED
    assert not {"en", "ko", "hi", "ar"} & UNSPACED


def test_a_word_said_to_begin_just_before_is_heard() -> None:
    said = [
        Word(" one", 0, 1000, 0.9),
        Word(" two", 1400, 3000, 0.9),
        Word(" three", 3000, 4000, 1.0),
    ]
    assert heard_from(1600, said) == [Word(" two", 1600, 3000, 0.9), said[2]]


@pytest.mark.parametrize(
    ("texts", "left"),
    [
        ([".", " When", " a"], [" When", " a"]),
        ([" .", '"', " When"], [" When"]),
        ([" When", "."], [" When", "."]),
        (["."], []),
        ([], []),
    ],
)
def test_punctuation_of_a_word_that_is_gone_goes_as_well(texts: list[str], left: list[str]) -> None:
    words = [Word(text, i, i + 1, 1.0) for i, text in enumerate(texts)]
    assert [word.text for word in opening(words)] == left
