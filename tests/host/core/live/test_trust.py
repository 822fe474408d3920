"""Which words to believe."""

import pytest

from wlk_host.core.live.trust import (
    goes_on_for_ever,
    goes_round,
    n_copied,
    n_equal,
    n_guessed,
    n_unspoken,
    shown,
)
from wlk_host.core.types import SAMPLE_RATE, Word

S = SAMPLE_RATE


def words(text: str, word_s: float = 0.4, start_s: float = 0.0) -> list[Word]:
    length = round(word_s * S)
    begin = round(start_s * S)
    return [
        Word(f" {part}", begin + i * length, begin + (i + 1) * length, 0.9)
        for i, part in enumerate(text.split())
    ]


def test_case_and_punctuation_do_not_divide_two_decodes() -> None:
    assert n_equal([" Well,", " then"], [" well", " Then.", " So"]) == 2
    assert n_equal([" well"], [" will"]) == 0


def test_improbable_words_in_the_silence_at_the_end_are_guesses() -> None:
    said = Word(" said", 0, S, 0.1)
    guess, sure = Word(" you", 2 * S, 2 * S, 0.3), Word(" you", 2 * S, 2 * S, 0.7)
    assert n_guessed([said, guess, guess], 2 * S, 0.5) == 2
    assert n_guessed([said, guess, sure], 2 * S, 0.5) == 0


def test_a_draft_is_shown_up_to_its_first_doubtful_word() -> None:
    draft = [Word(" a", 0, 1, 0.9), Word(" b", 1, 2, 0.2), Word(" c", 2, 3, 0.9)]
    assert shown(draft, 0, 0.4) == draft[:1]
    assert shown(draft, 2, 0.4) == draft


@pytest.mark.parametrize(
    ("before", "said", "n"),
    [
        pytest.param("so he went", "home", 0, id="nothing again"),
        pytest.param("it was very", "very", 0, id="a word that a speaker repeats"),
        pytest.param("no no no no", "no", 1, id="the same for ever"),
    ],
)
def test_repetitions_at_the_pace_of_speech_are_believed_for_a_while(
    before: str, said: str, n: int
) -> None:
    first = words(before)
    assert n_unspoken(first, words(said, start_s=0.4 * len(first))) == n


@pytest.mark.parametrize(
    ("said", "round_and_round"),
    [
        ("so he said no no no no", False),
        ("so he said no no no no no and went", True),
        (4 * "over and over ", False),
        (5 * "over and over " + "again", True),
        ("", False),
    ],
)
def test_a_phrase_five_times_in_a_row_goes_round_in_circles(
    said: str, round_and_round: bool
) -> None:
    assert goes_round(said.split()) == round_and_round


def test_a_phrase_said_again_in_half_the_time_was_not_spoken() -> None:
    first = words("he went home again")
    again = words("He went home, again", word_s=0.15, start_s=1.6)
    assert n_unspoken(first, again) == 4
    assert n_unspoken(first, again[:3]) == 0
    assert n_unspoken(first, words("he went home again", start_s=1.6)) == 0


def test_words_without_time_to_say_them_were_not_spoken() -> None:
    first = words("a story")
    assert n_unspoken(first, words("made up quickly", word_s=0.02, start_s=0.8)) == 3
    assert n_unspoken(first, words("made up", word_s=0.02, start_s=0.8)) == 0


def test_of_a_translation_whose_times_say_little_only_a_long_phrase_said_again_is_a_loop() -> None:
    first = words("on the tip of")
    assert n_unspoken(first, words("the tip of it", word_s=0.0, start_s=1.6), translated=True) == 0
    again = words("on the tip of", start_s=1.6)
    assert n_unspoken(first, again, translated=True) == 4
    assert n_unspoken(first, again[:3], translated=True) == 0


COUNT = "one two three four five six seven eight nine ten"


@pytest.mark.parametrize(
    ("again", "word_s", "n"),
    [
        pytest.param(COUNT, 0.05, 10, id="a whole sentence in half a second"),
        pytest.param(COUNT, 0.3, 0, id="said twice"),
        pytest.param("ten", 0.02, 0, id="a word that the decoder could not place"),
        pytest.param("eleven twelve thirteen", 0.02, 0, id="other words in no time"),
        pytest.param("eight nine ten", 0.02, 3, id="the end of it in no time"),
    ],
)
def test_a_copy_of_finished_words_takes_the_time_to_say_it(
    again: str, word_s: float, n: int
) -> None:
    said = words(COUNT, 0.25)
    assert n_copied([*said, *words(again, word_s, start_s=2.5)]) == n


def test_a_circle_that_varies_a_little_is_one_for_ever() -> None:
    turn = ["nd", "what"] * 7 + ["What"]
    assert goes_on_for_ever(turn * 5)
    assert not goes_on_for_ever(turn * 3)


def test_a_sentence_that_is_said_six_times_is_none() -> None:
    sentence = ["I", "really", "do", "not", "know", "at", "all", "what", "you", "want", "."]
    assert not goes_on_for_ever(sentence * 6)
    assert not goes_on_for_ever(sentence[:5] * 11)
