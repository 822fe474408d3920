"""Exported files, read by programs that know nothing of ours."""

import csv
import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import pysubs2
import webvtt
from markdown_it import MarkdownIt


@dataclass(frozen=True)
class ReadCue:
    """A subtitle as a player gets it; times in milliseconds."""

    start: int
    end: int
    rows: tuple[str, ...]
    voice: str | None = None

    @property
    def text(self) -> str:
        """Its rows as one."""
        return " ".join(self.rows)


def subrip(path: Path) -> list[ReadCue]:
    """The cues that pysubs2 finds; fails unless ffmpeg's reader finds the same."""
    events = pysubs2.load(str(path), encoding="utf-8", format_="srt")
    cues = [ReadCue(e.start, e.end, tuple(e.plaintext.split("\n"))) for e in events]
    assert [(cue.start, cue.end, cue.rows) for cue in cues] == list(_demuxed(path, "srt"))
    return cues


def web_vtt(path: Path) -> list[ReadCue]:
    """The cues that webvtt-py finds; fails unless ffmpeg's reader finds the same."""
    cues = [
        ReadCue(
            _ms(caption.start),
            _ms(caption.end),
            tuple(html.unescape(caption.text).split("\n")),
            html.unescape(caption.voice) if caption.voice else None,
        )
        for caption in webvtt.read(str(path)).captions
    ]
    found = [
        (start, end, tuple(html.unescape(re.sub(r"<[^>]*>", "", row)) for row in rows))
        for start, end, rows in _demuxed(path, "webvtt")
    ]
    assert [(cue.start, cue.end, cue.rows) for cue in cues] == found
    return cues


def structured(path: Path) -> dict[str, Any]:
    """The one object of a JSON file."""
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, by the names of its columns."""
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def markdown(path: Path) -> list[str]:
    """What a reader of the page sees, a text for each heading or paragraph."""
    blocks = [token for token in MarkdownIt().parse(path.read_text("utf-8")) if token.children]
    kinds = {"text": None, "text_special": None, "hardbreak": "\n", "softbreak": "\n"}
    return [
        "".join(
            kinds[child.type] or child.content
            for child in block.children or ()
            if child.type in kinds
        )
        for block in blocks
    ]


def rows(path: Path) -> list[str]:
    """The rows of a text that are not empty, without what they are indented by."""
    return [row.strip() for row in path.read_text(encoding="utf-8").splitlines() if row.strip()]


def _demuxed(path: Path, form: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    with av.open(str(path), "r", format=form) as container:
        for packet in container.demux(container.streams.subtitles[0]):
            if packet.pts is not None and packet.duration is not None:
                text = bytes(packet).decode("utf-8")
                yield packet.pts, packet.pts + packet.duration, tuple(text.split("\n"))


def _ms(clock: str) -> int:
    hours, minutes, seconds = clock.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000 + round(float(seconds) * 1000)
