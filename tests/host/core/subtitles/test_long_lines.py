"""Nobody says 10,000 letters without a pause, but a host can hear it so."""

import sys
from collections.abc import Callable, Sequence
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.core.subtitles.rules import assert_rules
from wlk_host.core.subtitles.timing import Cue
from wlk_host.core.subtitles.transcript import (
    Contents,
    LineTranslation,
    TranscriptLine,
    shown,
)
from wlk_host.core.subtitles.writer import Subtitles

TEXTS = {
    "en": "When it was over, they went home. ",
    "ja": "活版印刷の発明は、十五世紀の半ばに行われた。",
    "th": "ภาษาไทยไม่มีช่องว่าง ",
}


def line_of(text: str, language: str, told: str | None = None, ms: int = 0) -> TranscriptLine:
    translation = None if told is None else LineTranslation(told, "de")
    return TranscriptLine(0, ms or 60 * len(text), text, language, translation=translation)


def cues_of(line: TranscriptLine, contents: Contents) -> list[Cue]:
    subtitles = Subtitles(names_speakers=False)
    return [*subtitles.add(shown(line, contents)), *subtitles.rest()]


def calls_in(work: Callable[[], object]) -> int:
    """How many functions are called, which is the same on every machine."""
    count = 0

    def see(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(see)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("contents", ["original", "both"])
@pytest.mark.parametrize("language", TEXTS)
def test_work_grows_with_the_length_of_a_line_and_not_faster(
    language: str, contents: Contents
) -> None:
    def calls(n_letters: int) -> int:
        text = (TEXTS[language] * n_letters)[:n_letters]
        line = line_of(text, language, told=text)
        return calls_in(lambda: cues_of(line, contents))

    assert calls(3200) < 6 * calls(800)


def said(cues: Sequence[Cue]) -> str:
    return "".join("".join(row for cue in cues for row in cue.rows).split())


@given(
    st.sampled_from(sorted(TEXTS)),
    st.integers(1, 1500),
    st.integers(1, 1500),
    st.integers(0, 400_000),
)
def test_both_languages_are_whole_however_different_their_lengths(
    language: str, n_letters: int, n_told: int, ms: int
) -> None:
    text, told = (
        (TEXTS[one] * 1500)[:n].strip() for one, n in ((language, n_letters), ("en", n_told))
    )
    cues = cues_of(line_of(text, language, told.upper(), ms), "both")
    assert_rules(cues)
    rows = [row for cue in cues for row in cue.rows]
    if language != "en":
        originals = [row for row in rows if not row.isascii()]
        assert "".join("".join(originals).split()) == "".join(text.split())
    assert sorted(said(cues)) == sorted("".join((text + told.upper()).split()))


def test_each_row_has_its_translation_below_it_also_far_into_a_long_line() -> None:
    sentences = [f"This is the sentence with number {number}, they say." for number in range(60)]
    text = " ".join(sentences)
    cues = cues_of(line_of(text, "en", told=text.upper(), ms=240_000), "both")
    assert len(cues) > 60
    for cue in cues:
        original, told = cue.rows
        assert original.upper() == told
