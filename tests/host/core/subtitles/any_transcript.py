"""Transcripts of any kind, for property tests."""

from itertools import accumulate
from typing import Final

from hypothesis import strategies as st

from wlk_host.core.subtitles.transcript import (
    Contents,
    LineTranslation,
    Milliseconds,
    TimedWord,
    TranscriptLine,
)

SCRIPTS = st.sampled_from(
    ["abc XYZ,.", "0123 456", "äöü ßñ?", "漢字かな。、「」", "ไทยสระอี่ ", "עברית ", "العربية ،",
     "한국어 .",
     "👩‍👩‍👧 🇩🇪", "&<>-{}\\/", "=+-@'\";,|\t", "#*_`[]()!~$^:.1)",
     "\x00\x07\x1b\x85\u2028\n\r\t ", "\ud800", "e\u0301\u200b\u202e"]
)  # fmt: skip

WORDS = SCRIPTS.flatmap(lambda letters: st.text(st.sampled_from(letters), max_size=12))

TEXTS = st.one_of(
    st.lists(WORDS, max_size=16).map(" ".join),
    st.just("n" * 90),
    st.sampled_from(["<i>", "</v>", "a --> b", "&amp;", "<b", "{\\an8}", "WEBVTT", "NOTE x", "12"]),
    st.sampled_from(
        ["=1+1", "- No.", "1. One", "---", "===", "> so", "www.a.de", "a@b.de", "<a@b>"]
    ),
    st.text(max_size=60),
)

CONTENTS: Final[st.SearchStrategy[Contents]] = st.sampled_from(("original", "translation", "both"))

NAMES = st.one_of(st.none(), st.sampled_from(["Anna", "<2>", "山田" * 30, "b" * 90, " "]), WORDS)

LANGUAGES = st.sampled_from(["en", "ja", "th", "ar", None])


@st.composite
def words_of(draw: st.DrawFn, text: str, start: Milliseconds, end: Milliseconds) -> list[TimedWord]:
    """Words that make up the text, at any times near those, or none."""
    if not draw(st.booleans()):
        return []
    words = []
    for at, word in enumerate(text.split(" ")):
        begin = max(0, start + draw(st.integers(-1000, end - start)))
        length = draw(st.integers(0, 2000))
        words.append(TimedWord(" " * (at > 0) + word, begin, begin + length, 0.5))
    return words


@st.composite
def any_transcript(draw: st.DrawFn) -> list[TranscriptLine]:
    """Lines in order, which may overlap, have no length, or be without words."""
    lines: list[TranscriptLine] = []
    for start in accumulate(draw(st.lists(st.integers(0, 12_000), max_size=5))):
        text, end = draw(TEXTS), start + draw(st.integers(0, 20_000))
        translated = draw(st.one_of(st.none(), TEXTS))
        lines.append(
            TranscriptLine(
                start,
                end,
                text,
                draw(LANGUAGES),
                draw(NAMES),
                None if translated is None else LineTranslation(translated, "zh-TW"),
                tuple(draw(words_of(text, start, end))),
                draw(st.booleans()),
                draw(st.one_of(st.just(""), TEXTS)),
                draw(st.booleans()),
            )
        )
    return lines
