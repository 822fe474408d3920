"""Whisper's real tokenizers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.models import model
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer
from wlk_host.core.errors import WlkError
from wlk_host.core.ports import Task

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def multilingual() -> WhisperTokenizer:
    return WhisperTokenizer(model("base"))


@pytest.fixture(scope="module")
def english() -> WhisperTokenizer:
    return WhisperTokenizer(model("tiny.en"))


def names(tokenizer: WhisperTokenizer, task: Task) -> list[str]:
    return [str(tokenizer._tokenizer.id_to_token(token)) for token in tokenizer.task_tokens(task)]


def test_a_prompt_names_language_and_task(multilingual: WhisperTokenizer) -> None:
    assert names(multilingual, Task("es", "translate")) == [
        "<|startoftranscript|>",
        "<|es|>",
        "<|translate|>",
        "<|notimestamps|>",
    ]


def test_an_english_model_needs_no_such_names(english: WhisperTokenizer) -> None:
    assert not english.multilingual
    assert english.languages == {}
    assert names(english, Task("en")) == ["<|startoftranscript|>", "<|notimestamps|>"]


@pytest.mark.parametrize("task", [Task("es"), Task("en", "translate")])
def test_an_english_model_refuses_other_tasks(english: WhisperTokenizer, task: Task) -> None:
    with pytest.raises(WlkError) as caught:
        english.task_tokens(task)
    assert caught.value.code == "model_english_only"
    assert "base" in caught.value.hint


def test_all_of_whispers_languages_are_known(multilingual: WhisperTokenizer) -> None:
    assert len(multilingual.languages) == 99
    assert {"en", "es", "zh", "ja", "hi", "jw", "su"} <= multilingual.languages.keys()


def test_an_unknown_language_is_refused(multilingual: WhisperTokenizer) -> None:
    with pytest.raises(WlkError) as caught:
        multilingual.task_tokens(Task("klingon"))
    assert caught.value.code == "language_unknown"
    assert "'klingon'" in caught.value.message


def test_the_vocabulary_has_the_size_of_the_decoders_output(
    multilingual: WhisperTokenizer, english: WhisperTokenizer
) -> None:
    assert multilingual.vocabulary_size == 51865
    assert english.vocabulary_size == 51864


@given(text=st.text(st.characters(codec="utf-8", exclude_characters="<")))
def test_text_survives(multilingual: WhisperTokenizer, text: str) -> None:
    assert multilingual.decode(multilingual.encode(text)) == text


def test_specials_are_ordinary_text_in_what_a_user_writes(multilingual: WhisperTokenizer) -> None:
    tokens = multilingual.encode("<|endoftext|> and <|es|>")
    assert all(multilingual.is_text(token) for token in tokens)


def test_half_a_character_shows_as_such(multilingual: WhisperTokenizer) -> None:
    tokens = multilingual.encode("龘")
    assert len(tokens) > 1
    assert multilingual.decode(tokens[:-1]).endswith("\ufffd")
