"""Tables, structures and texts are read back by programs that know nothing of ours."""

import csv
import io
import re
from collections.abc import Iterator, Sequence

import msgspec
import pytest
from hypothesis import example, given
from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec.structs import astuple

from host.core.subtitles.any_transcript import CONTENTS, any_transcript
from host.core.subtitles.transcripts import TALK, clock, kept, written
from wlk_host.core.subtitles.clean_text import clean
from wlk_host.core.subtitles.markdown import escaped
from wlk_host.core.subtitles.transcript import (
    Contents,
    LineTranslation,
    TimedWord,
    TranscriptLine,
    shown,
)


@given(any_transcript(), CONTENTS)
@example(TALK, "both")
def test_csv(lines: list[TranscriptLine], contents: Contents) -> None:
    text = written("csv", lines, contents)
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text[1:], newline=""), strict=True))
    assert rows == list(rfc4180(text[1:]))
    header, *found = rows
    expected = kept(lines, contents)
    assert [dict(zip(header, row, strict=True)) for row in found] == [
        cells(line, contents) for line in expected
    ]
    for row in found:
        assert not any(cell.startswith(tuple("=+-@\t\r")) for cell in row)


def cells(line: TranscriptLine, contents: Contents) -> dict[str, str]:
    told = line.translation
    row = {
        "start": clock(line.start), "end": clock(line.end), "speaker": line.speaker or "",
        "language": line.language or "", "text": line.text,
        "bookmarked": "yes" if line.bookmarked else "", "note": line.note,
        "gap_before": "yes" if line.gap_before else "",
    }  # fmt: skip
    if contents == "both":
        row |= {"translation": told.text if told else ""}
        row |= {"translation_language": told.language if told else ""}
    return {name: f"'{cell}" if FORMULA.match(cell) else cell for name, cell in row.items()}


FORMULA = re.compile("[-=+@＝＋－＠]")  # noqa: RUF001 - spreadsheets take both widths


def rfc4180(text: str) -> Iterator[list[str]]:
    """The records of section 2 of the RFC, and nothing else."""
    field = r'(?:"(?:[^"]|"")*"|[^",\r\n]*)'
    assert re.fullmatch(rf"(?:{field}(?:,{field})*\r\n)+", text)
    for record in re.finditer(rf"({field}(?:,{field})*)\r\n", text):
        found = re.findall(rf"(?:^|,)({field})", record[1])
        yield [one[1:-1].replace('""', '"') if one.startswith('"') else one for one in found]


class ReadWord(msgspec.Struct, forbid_unknown_fields=True):
    text: str
    start: float
    end: float
    probability: float


class ReadTranslation(msgspec.Struct, forbid_unknown_fields=True):
    text: str
    language: str


class ReadLine(msgspec.Struct, forbid_unknown_fields=True):
    start: float
    end: float
    text: str
    language: str | None
    speaker: str | None
    translation: ReadTranslation | None
    words: list[ReadWord]
    bookmarked: bool
    note: str
    gap_before: bool


class ReadTranscript(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    language: str | None
    lines: list[ReadLine]


@given(any_transcript(), CONTENTS)
@example(TALK, "both")
def test_json(lines: list[TranscriptLine], contents: Contents) -> None:
    read = msgspec.json.decode(written("json", lines, contents), type=ReadTranscript)
    assert (read.title, read.language) == ("A *talk*", "en")
    found = [
        TranscriptLine(
            round(line.start * 1000),
            round(line.end * 1000),
            line.text,
            line.language,
            line.speaker,
            None if line.translation is None else LineTranslation(*astuple(line.translation)),
            tuple(
                TimedWord(w.text, round(w.start * 1000), round(w.end * 1000), w.probability)
                for w in line.words
            ),
            line.bookmarked,
            line.note,
            line.gap_before,
        )
        for line in read.lines
    ]
    assert found == kept(lines, contents)


READERS: list[MarkdownIt] = [MarkdownIt("commonmark"), MarkdownIt("js-default")]


@given(any_transcript(), CONTENTS)
@example(TALK, "both")
def test_markdown(lines: list[TranscriptLine], contents: Contents) -> None:
    text = written("md", lines, contents)
    expected = ["A *talk*"]
    for line in kept(lines, contents):
        name = f" {line.speaker}:" if line.speaker else ""
        star = " ★" if line.bookmarked else ""
        expected += ["[…]"] if line.gap_before else []
        expected += [f"{minutes(line.start)}{star}{name} {line.text}".rstrip()]
        expected += [line.translation.text] if line.translation else []
        expected += [f"Note: {line.note}"] if line.note else []
    for markdown in READERS:
        assert [text_of(token) for token in blocks(markdown.parse(text))] == expected


def minutes(ms: int) -> str:
    return f"{ms // 3600000}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02}"


BLOCKS = {
    "heading_open", "heading_close", "paragraph_open", "paragraph_close", "blockquote_open",
    "blockquote_close", "inline",
}  # fmt: skip


def blocks(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        assert token.type in BLOCKS, token
        if token.type == "inline":
            yield token


def text_of(block: Token) -> str:
    """What a reader of the page sees; nothing but bold type and breaks of rows is in it."""
    found = ""
    for token in block.children or ():
        if token.type in ("text", "text_special"):
            found += token.content
        elif token.type == "hardbreak":
            found += "\n"
        else:
            assert token.type in ("strong_open", "strong_close"), token
    return found


@given(any_transcript(), CONTENTS)
@example(TALK, "both")
def test_plain_text(lines: list[TranscriptLine], contents: Contents) -> None:
    rows = written("txt", lines, contents).split("\n")
    assert rows[:2] == ["A *talk*", ""]
    expected, before = [], None
    for line in kept(lines, contents):
        name = f"{line.speaker}: " if line.speaker and line.speaker != before else ""
        before = line.speaker
        expected += ["[…]"] if line.gap_before else []
        expected += [("★ " if line.bookmarked else "") + name + line.text]
        expected += [line.translation.text] if line.translation else []
        expected += f"Note: {line.note}".splitlines() if line.note else []
    assert [row.strip() for row in rows[2:]] == [*(row.strip() for row in expected), ""]


@given(any_transcript())
def test_cleaned_text_is_what_was_said(lines: list[TranscriptLine]) -> None:
    for line in lines:
        one = shown(line, "original")
        assert one.text == clean(line.text)
        assert one.text.isprintable() or all(c not in one.text for c in "\n\r\t\0\x1b\u2028\ud800")


@pytest.mark.parametrize(
    ("row", "markdown"),
    [
        ("It costs 5 - 3 = 2.", "It costs 5 - 3 = 2."),
        ("a_b*c", "a\\_b\\*c"),
        ("$x^2$ {{ y }}", "\\$x\\^2\\$ \\{\\{ y \\}\\}"),
        ("1. One 2. two", "1\\. One 2. two"),
        ("- No.", "\\- No."),
        ("https://a.de", "https\\:\\/\\/a.de"),
        ("see www.a.de", "see www\\.a.de"),
        ("a@b.de", "a\\@b.de"),
    ],
)
def test_markdown_escapes_what_means_something_and_little_else(row: str, markdown: str) -> None:
    assert escaped(row) == markdown


def test_a_corrected_text_is_shown_in_place_of_its_words() -> None:
    line = TranscriptLine(
        0, 4000, "Good evening, Macháček.", "en", words=(TimedWord("Good morning.", 0, 900, 0.4),)
    )
    assert "Good evening, Macháček." in written("srt", [line])
    read = msgspec.json.decode(written("json", [line]), type=ReadTranscript)
    assert read.lines[0].words[0].text == "Good morning."


@pytest.mark.parametrize(
    ("contents", "texts"),
    [
        ("original", ["Hello.", "Only this."]),
        ("translation", ["Hallo.", "Only this."]),
        ("both", ["Hello.", "Hallo.", "Only this."]),
    ],
)
def test_the_original_replaces_a_missing_translation(contents: Contents, texts: list[str]) -> None:
    lines = [
        TranscriptLine(0, 2000, "Hello.", "en", translation=LineTranslation("Hallo.", "de")),
        TranscriptLine(9000, 11000, "Only this.", "en"),
    ]
    rows = [row.strip() for row in written("txt", lines, contents, title="").splitlines()]
    assert rows == texts


def test_a_translation_without_an_original_is_shown() -> None:
    line = TranscriptLine(0, 2000, " ", "en", translation=LineTranslation("Hallo.", "de"))
    assert written("txt", [line], title="") == "Hallo.\n"


def test_a_note_on_an_empty_line_is_kept() -> None:
    line = TranscriptLine(0, 2000, "", bookmarked=True, note="applause")
    assert written("txt", [line], title="") == "★\n    Note: applause\n"
    assert written("srt", [line]) == ""


def test_every_row_of_a_table_can_be_opened_without_computing_anything() -> None:
    texts = ['=HYPERLINK("http://a")', "+1", "-1", "@SUM(A1)", "＝1", "\t=1", " =1"]  # noqa: RUF001
    lines = [TranscriptLine(0, 1, text, "=x", text, note=text) for text in texts]
    rows = list(csv.DictReader(io.StringIO(written("csv", lines, "original")[1:], newline="")))
    for row, text in zip(rows, texts, strict=True):
        assert row["text"] == row["speaker"] == row["note"] == f"'{text.strip()}"
        assert row["language"] == "'=x"
