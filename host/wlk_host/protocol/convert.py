"""Convert between the messages on the port and the types of `core`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec
import numpy as np

from wlk_host.core.errors import WlkError
from wlk_host.core.language_choice import spoken_language, target_language
from wlk_host.core.options import SessionOptions
from wlk_host.core.subtitles.transcript import LineTranslation, TimedWord, TranscriptLine
from wlk_host.core.types import (
    SAMPLE_RATE,
    AudioChunk,
    CaptionUpdate,
    Draft,
    Line,
    Sample,
    Translation,
    Word,
)
from wlk_host.protocol import messages
from wlk_host.protocol.connection import FeedAudio
from wlk_host.protocol.export import ExportLine
from wlk_host.protocol.options import Options

_MOST_DIGITS = 4
"""Of a probability. More say nothing, and take room in each message."""

_FULL_SCALE = np.float32(32768)


def session_options(options: Options) -> SessionOptions:
    """The same options as a type of `core`, the language as Whisper's code.

    Raises:
        WlkError: `language_unknown`.
    """
    chosen = SessionOptions(**msgspec.structs.asdict(options))
    return replace(chosen, language=spoken_language(chosen.language))


def chosen_options(choices: Mapping[str, object]) -> SessionOptions:
    """The options of a command line, checked against the limits of the protocol.

    Args:
        choices: values by name; names that are no option are ignored.

    Raises:
        WlkError: `option_invalid`, `language_unknown`.
    """
    known = {name: choices[name] for name in Options.__struct_fields__ if name in choices}
    if isinstance(target := known.get("translate_to"), str):
        known["translate_to"] = target_language(target)
    try:
        return session_options(msgspec.convert(known, Options))
    except (msgspec.ValidationError, UnicodeEncodeError) as error:  # A word can be no UTF-8.
        raise WlkError(
            code="option_invalid",
            message=f"got an invalid option: {error}",
            hint="see --help of this command",
        ) from error


def audio_chunk(audio: FeedAudio) -> AudioChunk:
    """The sound as float32 in [-1, 1)."""
    pcm = np.frombuffer(audio.pcm, "<i2").astype(np.float32) / _FULL_SCALE
    return AudioChunk(audio.start, pcm)


def captions(session: str, update: CaptionUpdate, *, words: bool = False) -> messages.Captions:
    """The message for this update.

    Args:
        session: whose it is.
        update: to tell.
        words: whether final lines tell their words.
    """
    return messages.Captions(
        session=session,
        revision=update.revision,
        lines=tuple(_line(line, words=words) for line in update.lines),
        draft=None if update.draft is None else _draft(update.draft),
        final_until=_told(update.final_until),
    )


def lines(sent: Sequence[messages.CaptionLine]) -> tuple[Line, ...]:
    """Lines that the extension kept, as types of `core`."""
    return tuple(
        Line(
            line.id,
            line.start,
            line.end,
            line.text,
            line.state,
            line.language,
            tuple(Word(*msgspec.structs.astuple(word)) for word in line.words or ()),
            speaker=line.speaker,
            translation=_kept(line.translation),
        )
        for line in sent
    )


def transcript_line(line: ExportLine) -> TranscriptLine:
    """A line that the extension kept, as files show it."""
    told = line.translation
    return TranscriptLine(
        line.start,
        line.end,
        line.text,
        line.language,
        line.speaker,
        None if told is None else LineTranslation(told.text, told.language),
        tuple(TimedWord(w.text, w.start, w.end, w.probability) for w in line.words),
        line.bookmarked,
        line.note,
        line.gap_before,
    )


def milliseconds(length: Sample) -> int:
    """A number of samples in whole milliseconds, rounded down."""
    return length * 1000 // SAMPLE_RATE


def _line(line: Line, *, words: bool) -> messages.CaptionLine:
    return messages.CaptionLine(
        id=line.id,
        start=_told(line.start),
        end=_told(line.end),
        text=line.text,
        state=line.state,
        language=line.language,
        speaker=line.speaker,
        translation=None if line.translation is None else _translation(line.translation),
        words=_words(line) if words and line.state == "final" else msgspec.UNSET,
    )


def _words(line: Line) -> tuple[messages.CaptionWord, ...]:
    """The words of a line. Joined, their texts are its text: without the space in front of it."""
    texts = [word.text for word in line.words]
    if texts:
        texts[0] = texts[0].lstrip()
        texts[-1] = texts[-1].rstrip()
    return tuple(
        messages.CaptionWord(
            text, _told(word.start), _told(word.end), _told_probability(word.probability)
        )
        for text, word in zip(texts, line.words, strict=True)
    )


def _told_probability(probability: float) -> float:
    """In [0, 1], also if rounding, or a model that computes in halves, left that."""
    return round(min(1.0, max(0.0, probability)), _MOST_DIGITS)


def _translation(translation: Translation) -> messages.CaptionTranslation:
    return messages.CaptionTranslation(translation.text, translation.language, translation.state)


def _kept(translation: messages.CaptionTranslation | None) -> Translation | None:
    if translation is None:
        return None
    return Translation(translation.text, translation.language, translation.state)


def _draft(draft: Draft) -> messages.CaptionDraft:
    return messages.CaptionDraft(draft.line, draft.text, _told(draft.start), _told(draft.end))


def _told(at: Sample) -> Sample:
    """The position, or the last one that can be told: silence behind the sound counts as sound."""
    return min(at, messages.LAST_POSITION)
