"""Subtitles are read back by programs that know nothing of ours, and say the same."""

import html
import io
import re
from collections.abc import Sequence

import av
import pysubs2
import pytest
import webvtt
from av.subtitles.subtitle import AssSubtitle
from hypothesis import example, given

from host.core.subtitles.any_transcript import CONTENTS, any_transcript
from host.core.subtitles.rules import assert_rules
from host.core.subtitles.transcripts import TALK, clock, kept, written
from wlk_host.core.subtitles.format import Format
from wlk_host.core.subtitles.formats import subrip_row
from wlk_host.core.subtitles.timing import Cue
from wlk_host.core.subtitles.transcript import (
    Contents,
    LineTranslation,
    Milliseconds,
    TranscriptLine,
)
from wlk_host.core.subtitles.writer import Subtitles


def cues(lines: Sequence[TranscriptLine], contents: Contents, *, names: bool) -> list[Cue]:
    subtitles = Subtitles(names_speakers=names)
    return [
        *(cue for line in kept(lines, contents) for cue in subtitles.add(line)),
        *subtitles.rest(),
    ]


@given(any_transcript(), CONTENTS)
@example(TALK, "both")
def test_subtitles_of_any_transcript_keep_the_rules(
    lines: list[TranscriptLine], contents: Contents
) -> None:
    assert_rules(cues(lines, contents, names=True))
    assert_rules(cues(lines, contents, names=False))


def ffmpeg_reads(text: str, form: str) -> list[tuple[Milliseconds, Milliseconds, str]]:
    """Times and raw text of each cue."""
    with av.open(io.BytesIO(text.encode()), "r", format=form) as container:
        return [
            (packet.pts, packet.pts + packet.duration, bytes(packet).decode())
            for packet in container.demux(container.streams.subtitles[0])
            if packet.pts is not None and packet.duration is not None
        ]


def ffmpeg_shows(text: str, form: str) -> list[str]:
    """What is drawn of each cue: what is taken for a tag is not."""
    with av.open(io.BytesIO(text.encode()), "r", format=form) as container:
        return [
            one.dialogue.decode()
            for packet in container.demux(container.streams.subtitles[0])
            for one in packet.decode()
            if isinstance(one, AssSubtitle)
        ]


def without_tags(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", text))


@given(any_transcript(), CONTENTS)
@example(TALK, "both")
def test_webvtt(lines: list[TranscriptLine], contents: Contents) -> None:
    text = written("vtt", lines, contents)
    expected = cues(lines, contents, names=False)
    assert text.startswith("WEBVTT\n\n")
    if not expected:
        assert text == "WEBVTT\n\n"
        return
    read = webvtt.WebVTT.from_buffer(io.StringIO(text)).captions
    assert [(c.start, c.end, html.unescape(c.text), c.voice) for c in read] == [
        (clock(cue.start), clock(cue.end), "\n".join(cue.rows), voice(cue)) for cue in expected
    ]
    assert [(a, b, without_tags(raw)) for a, b, raw in ffmpeg_reads(text, "webvtt")] == [
        (cue.start, cue.end, "\n".join(cue.rows)) for cue in expected
    ]


def voice(cue: Cue) -> str | None:
    return None if cue.speaker is None else html.escape(cue.speaker, quote=False)


NUMBER_LAST = TranscriptLine(
    0, 2000, "in the year 12", "en", "山田" * 24, LineTranslation("12", "zh-TW")
)
"""Its last row is a number alone, which readers take for that of the next cue."""


@given(any_transcript(), CONTENTS)
@example(TALK, "both")
@example([NUMBER_LAST], "translation")
def test_subrip(lines: list[TranscriptLine], contents: Contents) -> None:
    text = written("srt", lines, contents)
    expected = [
        (cue.start, cue.end, "\n".join(map(subrip_row, cue.rows)))
        for cue in cues(lines, contents, names=True)
    ]
    if not expected:
        assert text == ""
        return
    read = pysubs2.SSAFile.from_string(text, format_="srt")
    assert [(e.start, e.end, e.plaintext) for e in read] == expected
    assert ffmpeg_reads(text, "srt") == expected
    assert ffmpeg_shows(text, "srt") == [rows for _, _, rows in expected]


@pytest.mark.parametrize(("form", "reader"), [("srt", "srt"), ("vtt", "webvtt")])
def test_a_player_shows_the_original_above_its_translation(form: Format, reader: str) -> None:
    decoded = ffmpeg_shows(written(form, TALK), reader)
    name, markup = ("Anna: ", "‹b>welcome‹/b>") if form == "srt" else ("", "<b>welcome</b>")  # noqa: RUF001
    assert decoded[0] == f"{name}Good morning & {markup}.\nGuten Morgen und willkommen."
