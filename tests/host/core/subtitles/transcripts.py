"""A transcript with all that is hard to write, and files of transcripts."""

from collections.abc import Sequence

from wlk_host.core.subtitles.files import TranscriptFile
from wlk_host.core.subtitles.format import Format
from wlk_host.core.subtitles.transcript import (
    Contents,
    LineTranslation,
    TimedWord,
    TranscriptLine,
    shown,
)

TALK = [
    TranscriptLine(
        1000, 2500, "Good morning & <b>welcome</b>.", "en", "Anna",
        LineTranslation("Guten Morgen und willkommen.", "de"),
        (TimedWord("Good", 1000, 1400, 0.98), TimedWord(" morning", 1400, 1800, 0.75),
         TimedWord(" &", 1800, 2000, 0.5), TimedWord(" <b>welcome</b>.", 2000, 2500, 1.0)),
        bookmarked=True, note="the greeting\nof the host",
    ),
    TranscriptLine(3000, 5250, "- It costs 1. more than --> that.", "en", "Anna"),
    TranscriptLine(
        3_700_000, 3_702_000, "=שלום, 42*2", "he", "B|b",
        LineTranslation("+Hello", "en"), gap_before=True,
    ),
    TranscriptLine(
        3_703_000, 3_704_000, "*So* _it_ is `a` [link](b) ![c](d) <a@b> &amp; ~~no~~ |", "en",
        "**Bob** #2", LineTranslation("1. One", "en"), note="- a\n# b\n> c\n===\n2) d\n+ e\n```",
    ),
]  # fmt: skip


def written(
    form: Format,
    lines: Sequence[TranscriptLine],
    contents: Contents = "both",
    title: str = "A *talk*",
) -> str:
    file = TranscriptFile(form, contents, title, "en")
    parts = [*file.add(lines[:1]), *file.add(lines[1:]), *file.rest()]
    text = "".join(parts)
    assert text.encode("utf-8").decode("utf-8") == text
    assert "\x00" not in text
    return text


def kept(lines: Sequence[TranscriptLine], contents: Contents) -> list[TranscriptLine]:
    """What is to be found in a file."""
    return [one for one in (shown(line, contents) for line in lines) if one.text or one.note]


def clock(ms: int) -> str:
    return f"{ms // 3600000:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"
