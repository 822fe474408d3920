"""Subtitles keep the rules of the trade, whatever the lines are, and other programs read them."""

import html
import io
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

import pysubs2
import pytest
import webvtt
from hypothesis import assume, example, given
from hypothesis import strategies as st

from host.core.subtitles.any_transcript import CONTENTS, TEXTS
from host.core.subtitles.rules import assert_rules
from wlk_host.core.subtitles.clean_text import clean
from wlk_host.core.subtitles.formats import WEBVTT_HEADER, subrip, subrip_row
from wlk_host.core.subtitles.formats import webvtt as as_webvtt
from wlk_host.core.subtitles.timing import Cue
from wlk_host.core.subtitles.transcript import Contents, of_line, shown
from wlk_host.core.subtitles.writer import Subtitles
from wlk_host.core.types import SAMPLE_RATE, Line, Translation, Word

S = SAMPLE_RATE


def line_of(text: str, start_s: float, end_s: float, **changes: object) -> Line:
    """A final line whose words share its time."""
    start, end = round(start_s * S), round(end_s * S)
    texts = [f" {word}" for word in text.split(" ")]
    step = (end - start) // max(1, len(texts))
    words = tuple(
        Word(word, start + n * step, start + (n + 1) * step, 0.9) for n, word in enumerate(texts)
    )
    values: dict[str, object] = {
        "id": start, "start": start, "end": end, "text": text, "state": "final",
        "language": "en", "words": words,
    }  # fmt: skip
    return Line(**(values | changes))  # type: ignore[arg-type]


def cues_of(lines: Sequence[Line], contents: Contents = "original", **how: bool) -> list[Cue]:
    subtitles = Subtitles(**how)
    written = [shown(of_line(line), contents) for line in lines]
    return [*(cue for line in written for cue in subtitles.add(line)), *subtitles.rest()]


def texts(cues: Sequence[Cue]) -> list[str]:
    return [" ".join(cue.rows) for cue in cues]


def test_lines_that_came_over_a_port_have_a_space_between_them() -> None:
    """The first word of a line comes without its space there."""
    lines = [line_of("It goes", 0, 1), line_of("on and", 1.1, 2), line_of("on.", 2.1, 3)]
    sent = [
        replace(line, words=(replace(line.words[0], text=line.text.split()[0]), *line.words[1:]))
        for line in lines
    ]
    assert texts(cues_of(sent)) == texts(cues_of(lines)) == ["It goes on and on."]


# -- the layout ---------------------------------------------------------------------------


READING = [
    line_of(
        "Printing, in the only sense with which we are at present concerned, differs from most if "
        "not from all the arts and crafts",
        0.27,
        8.03,
    ),
    line_of("represented in the exhibition in being comparatively modern.", 8.01, 12.61),
    line_of(
        "The invention of movable metal letters in the middle of the 15th century may justly be "
        "considered as the invention of the art",
        29.49,
        36.95,
    ),
    line_of("of printing.", 36.93, 37.95),
]


def test_continuous_reading_is_cut_at_clauses_and_leaves_no_orphan() -> None:
    cues = cues_of(READING)
    assert_rules(cues)
    shown = texts(cues)
    assert shown[0] == "Printing, in the only sense with which we are at present concerned,"
    assert "of printing." not in shown
    assert all(len(text.split()) > 2 for text in shown)
    assert " ".join(shown) == " ".join(line.text for line in READING)


def test_rows_break_at_a_clause_rather_than_in_the_middle() -> None:
    [cue] = cues_of([line_of("When it was all over, they went home by the river.", 0, 4)])
    assert cue.rows == ("When it was all over,", "they went home by the river.")


def test_a_row_is_half_as_long_in_wide_characters() -> None:
    text = "活版印刷の発明は十五世紀の半ばに行われ、" * 4
    words = tuple(Word(c, n * 4000, (n + 1) * 4000, 0.9) for n, c in enumerate(text))
    cues = cues_of([line_of(text, 0, len(text) / 4, words=words, language="ja")])
    assert_rules(cues)
    rows = [row for cue in cues for row in cue.rows]
    assert max(map(len, rows)) <= 21
    assert "".join(rows) == text
    assert not any(row.startswith(("、", "。")) for row in rows)


def test_a_short_sentence_stays_alone_behind_a_pause_and_is_shown_for_a_second() -> None:
    lines = [line_of("He said nothing about it to anybody.", 0, 3), line_of("Yes.", 5, 5.2)]
    assert texts(cues_of(lines)) == [line.text for line in lines]
    assert cues_of(lines)[1].end == 6000


def test_two_short_sentences_share_a_cue() -> None:
    lines = [line_of("Yes.", 0, 0.4), line_of("I know.", 0.5, 1.2)]
    assert texts(cues_of(lines)) == ["Yes. I know."]


@pytest.mark.parametrize(
    ("language", "one", "other", "both"),
    [
        ("en", "Yes.", "I know.", "Yes. I know."),
        ("ko", "네.", "알아요.", "네. 알아요."),
        ("ja", "はい。", "知っています。", "はい。知っています。"),
        (None, "はい。", "知っています。", "はい。知っています。"),
        (None, "Yes.", "I know.", "Yes. I know."),
    ],
)
def test_lines_without_words_are_parted_as_their_script_does(
    language: str | None, one: str, other: str, both: str
) -> None:
    lines = [
        line_of(text, start, start + 1, words=(), language=language)
        for start, text in enumerate((one, other))
    ]
    assert texts(cues_of(lines)) == [both]
    told = [
        line_of("Hm.", start, start + 1, translation=Translation(text, language or "", "final"))
        for start, text in enumerate((one, other))
    ]
    if language is not None:
        assert texts(cues_of(told, "translation")) == [both]


def test_a_cue_without_length_gets_one() -> None:
    [cue] = cues_of([line_of("1-2-3", 2, 2)])
    assert (cue.start, cue.end) == (2000, 3000)


def test_a_long_held_word_is_shown_for_seven_seconds() -> None:
    [cue] = cues_of([line_of("Gooooal!", 1, 30)])
    assert (cue.start, cue.end) == (1000, 8000)


def test_a_new_speaker_is_named_once() -> None:
    lines = [
        line_of("How do you do, my dear friend?", 0, 2, speaker="1"),
        line_of("I am doing very well, thank you.", 2.2, 4, speaker="2"),
        line_of("And yourself, how are you these days?", 4.1, 6, speaker="2"),
    ]
    assert texts(cues_of(lines)) == [
        f"Speaker 1: {lines[0].text}",
        f"Speaker 2: {lines[1].text}",
        lines[2].text,
    ]
    cues = cues_of(lines, names_speakers=False)
    assert [cue.speaker for cue in cues] == ["Speaker 1", "Speaker 2", "Speaker 2"]
    assert texts(cues) == [line.text for line in lines]


def translated(text: str, translation: str, start_s: float, end_s: float) -> Line:
    told = Translation(translation, "de", "final")
    return line_of(text, start_s, end_s, translation=told)


def test_both_languages_have_a_row_each() -> None:
    line = translated(
        "The quick brown fox jumps over the lazy dog, and nobody knows why.",
        "Der schnelle braune Fuchs springt über den faulen Hund, und niemand weiß, warum.",
        0,
        6,
    )
    cues = cues_of([line], "both")
    assert_rules(cues)
    assert {len(cue.rows) for cue in cues} == {2}
    assert line.translation is not None
    originals, translations = zip(*(cue.rows for cue in cues), strict=True)
    assert (" ".join(originals), " ".join(translations)) == (line.text, line.translation.text)


def test_a_sentence_stands_above_its_own_translation() -> None:
    line = translated(
        "Hello, and welcome to all of you. The words you are reading were recognized here.",
        "Hallo. Die Wörter, die Sie gerade lesen, wurden hier, auf diesem Gerät, erkannt.",
        0,
        8,
    )
    cues = cues_of([line], "both")
    assert_rules(cues)
    assert cues[0].rows == ("Hello, and welcome to all of you.", "Hallo.")
    assert cues[1].rows[0].startswith("The words")
    assert cues[1].rows[1].startswith("Die Wörter")


def test_a_translation_alone_takes_the_original_s_time() -> None:
    line = translated("It is late.", "Es ist schon recht spät geworden.", 2, 4)
    [cue] = cues_of([line], "translation")
    assert (cue.start, cue.end, cue.rows) == (2000, 4000, ("Es ist schon recht spät geworden.",))


# -- any lines at all -----------------------------------------------------------------------


@st.composite
def any_lines(draw: st.DrawFn) -> list[Line]:
    """Lines in order, which may overlap, have no length, or be without words."""
    lines: list[Line] = []
    steps = draw(st.lists(st.integers(0, 12 * S), max_size=5))
    for start in accumulate(steps):
        text, length = draw(TEXTS), draw(st.integers(0, 20 * S))
        words: list[Word] = []
        if draw(st.booleans()):
            for word in text.split(" "):
                at = start + draw(st.integers(-S, length))
                words.append(Word(f" {word}", at, at + draw(st.integers(-5, 2 * S)), 0.5))
        told = draw(st.one_of(st.none(), TEXTS))
        translation = None if told is None else Translation(told, "zh-TW", "final")
        language = draw(st.sampled_from(["en", "ja", "th", "ar", None]))
        speaker = draw(st.sampled_from([None, "1", "<2>"]))
        lines.append(
            Line(start, start, start + length, text, "final", language, tuple(words), speaker,
                 translation)
        )  # fmt: skip
    return lines


@given(any_lines(), CONTENTS)
@example([line_of("n" * 90, 0, 1)], "original")
def test_the_rules_hold_for_any_lines(lines: list[Line], contents: Contents) -> None:
    assert_rules(cues_of(lines, contents))
    assert_rules(cues_of(lines, contents, names_speakers=False))


@given(any_lines())
def test_no_letter_is_lost(lines: list[Line]) -> None:
    """Rows break between words, or inside one only where it is wider than a row."""
    said = "".join(
        "".join(word.text for word in line.words) if line.words else line.text for line in lines
    )
    shown = "".join(row for cue in cues_of(lines, names_speakers=False) for row in cue.rows)
    assert "".join(shown.split()) == "".join(clean(said).split())


@given(any_lines(), CONTENTS)
@example([line_of("a & b < c --> d <i>e</i> 42", 0, 3, speaker="a>b")], "original")
def test_another_program_reads_the_same_from_webvtt(lines: list[Line], contents: Contents) -> None:
    cues = cues_of(lines, contents, names_speakers=False)
    file = WEBVTT_HEADER + "".join(map(as_webvtt, cues))
    file.encode("utf-8")
    read = webvtt.WebVTT.from_buffer(io.StringIO(file)).captions if cues else []
    assert [(c.start, c.end, html.unescape(c.text)) for c in read] == [
        (clock(cue.start), clock(cue.end), "\n".join(cue.rows)) for cue in cues
    ]


def clock(ms: int) -> str:
    return f"{ms // 3600000:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


@given(any_lines(), CONTENTS)
@example([line_of("a & b < c --> d <i>e</i> {\\an8} 42", 0, 3)], "original")
def test_another_program_reads_the_same_from_subrip(lines: list[Line], contents: Contents) -> None:
    cues = cues_of(lines, contents)
    file = "".join(subrip(number, cue) for number, cue in enumerate(cues, 1))
    file.encode("utf-8")
    read = pysubs2.SSAFile.from_string(file, format_="srt") if cues else []
    assert [(e.start, e.end, e.plaintext.split("\n")) for e in read] == [
        (cue.start, cue.end, [subrip_row(row) for row in cue.rows]) for cue in cues
    ]


@pytest.mark.parametrize(
    ("row", "written"),
    [
        ("a & b", "a & b"),
        ("1 < 2", "1 < 2"),
        ("Ada <1> & 1 <2, < b> 1<", "Ada ‹1> & 1 ‹2, ‹ b> 1‹"),  # noqa: RUF001
        ("<i>no</i>", "‹i>no‹/i>"),  # noqa: RUF001
        ("up --> down", "up --› down"),  # noqa: RUF001
        ("{\\an8}", "(∖an8)"),  # noqa: RUF001
        ("שלום.", "\u202bשלום.\u202c"),  # noqa: RUF001
        ("Dana: שלום, עולם.", "\u202bDana: שלום, עולם.\u202c"),
        ("He said שלום.", "He said שלום."),
    ],
)
def test_subrip_holds_no_markup(row: str, written: str) -> None:
    cue = Cue(3_723_004, 3_725_000, (row,))
    assert subrip(7, cue) == f"7\n01:02:03,004 --> 01:02:05,000\n{written}\n\n"


def test_webvtt_has_escapes_and_voices() -> None:
    cue = Cue(0, 1500, ("a & b", "<i> --> "), speaker="Speaker 1")
    assert as_webvtt(cue) == (
        "00:00:00.000 --> 00:00:01.500\n<v Speaker 1>a &amp; b\n&lt;i&gt; --&gt; \n\n"
    )


CLAUSES = st.lists(st.text("abcdefg", min_size=5, max_size=8), min_size=4, max_size=5).map(" ".join)


@given(CLAUSES, CLAUSES)
def test_a_row_ends_with_the_clause_where_both_rows_are_about_as_long(a: str, b: str) -> None:
    assume(len(a) + len(b) > 42 and abs(len(a) - len(b)) < 8 and max(len(a), len(b)) < 41)
    [cue] = cues_of([line_of(f"{a}, {b}.", 0, 5)])
    assert cue.rows == (f"{a},", f"{b}.")


@given(st.lists(CLAUSES, min_size=1, max_size=6))
def test_what_pauses_part_is_not_shown_together(sentences: list[str]) -> None:
    lines = [line_of(f"{text}.", 8 * n, 8 * n + 4) for n, text in enumerate(sentences)]
    assert texts(cues_of(lines)) == [f"{text}." for text in sentences]
