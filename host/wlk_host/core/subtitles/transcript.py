"""The lines of a finished transcript, as files show them."""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from wlk_host.core.speakers.names import label
from wlk_host.core.subtitles.clean_text import clean, clean_rows
from wlk_host.core.types import SAMPLE_RATE, Line, Sample

Contents: TypeAlias = Literal["original", "translation", "both"]
"""Which texts of a line are shown. The original replaces a missing translation."""

Milliseconds: TypeAlias = int


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word, with its leading space where its script writes one."""

    text: str
    start: Milliseconds
    end: Milliseconds
    probability: float


@dataclass(frozen=True, slots=True)
class LineTranslation:
    """A line in another language."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """A line that does not change any more.

    Attributes:
        start: when it begins, in milliseconds of the medium.
        end: when it ends.
        text: may be a correction, which the words do not follow.
        speaker: the name to print; None if it is not known who speaks.
        words: what was recognised; empty where it has no times.
        note: what the reader wrote about it, in one or more rows.
        gap_before: whether something in front of it was not captioned.
    """

    start: Milliseconds
    end: Milliseconds
    text: str
    language: str | None = None
    speaker: str | None = None
    translation: LineTranslation | None = None
    words: tuple[TimedWord, ...] = ()
    bookmarked: bool = False
    note: str = ""
    gap_before: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.text and not self.note


def of_line(line: Line) -> TranscriptLine:
    """A caption line with its times in milliseconds, its speaker by number."""
    translation = line.translation
    return TranscriptLine(
        _ms(line.start),
        _ms(line.end),
        line.text,
        line.language,
        None if line.speaker is None else label(line.speaker),
        None if translation is None else LineTranslation(translation.text, translation.language),
        tuple(TimedWord(w.text, _ms(w.start), _ms(w.end), w.probability) for w in line.words),
    )


def shown(line: TranscriptLine, contents: Contents) -> TranscriptLine:
    """The line with what is to be shown of it, without what no file can hold.

    Where the translation replaces the original, there are no words: their times are unknown.
    """
    translation = line.translation if contents != "original" else None
    told = clean(translation.text) if translation is not None else ""
    line = replace(
        line,
        end=max(line.start, line.end),
        language=clean(line.language or "") or None,
        text=clean(line.text),
        speaker=clean(line.speaker or "") or None,
        translation=LineTranslation(told, clean(translation.language))
        if translation and told
        else None,
        words=tuple(replace(word, text=_clean_word(word.text)) for word in line.words),
        note="\n".join(clean_rows(line.note)),
    )
    if line.translation is None or (contents == "both" and line.text):
        return line
    only = line.translation
    return replace(line, text=only.text, language=only.language, translation=None, words=())


def _clean_word(text: str) -> str:
    return " " * text[:1].isspace() + clean(text)


def _ms(at: Sample) -> Milliseconds:
    return max(0, round(1000 * at / SAMPLE_RATE))
