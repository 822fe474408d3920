"""Answers of OpenAI's `/v1/audio/transcriptions` and `/v1/audio/translations` (API of 2026)."""

import math
import zlib
from collections.abc import Sequence
from typing import Any, Final, Literal, TypeAlias

import msgspec

from wlk_host.core.errors import WlkError
from wlk_host.core.language_names import NAMES
from wlk_host.core.subtitles.files import TranscriptFile
from wlk_host.core.subtitles.transcript import of_line
from wlk_host.core.types import Sample, seconds
from wlk_host.protocol import convert
from wlk_host.protocol.messages import CaptionLine, CaptionWord

JsonObject: TypeAlias = dict[str, Any]
Task: TypeAlias = Literal["transcribe", "translate"]
Form: TypeAlias = Literal["json", "text", "srt", "verbose_json", "vtt"]

FORMS: Final[dict[str, Form]] = {
    "json": "json",
    "text": "text",
    "srt": "srt",
    "verbose_json": "verbose_json",
    "vtt": "vtt",
}
MEDIA_TYPES: Final[dict[Form, str]] = {
    "json": "application/json",
    "verbose_json": "application/json",
    "text": "text/plain; charset=utf-8",
    "srt": "text/plain; charset=utf-8",
    "vtt": "text/plain; charset=utf-8",
}

_LEAST_PROBABILITY: Final = 1e-6


def answer(
    form: Form, lines: Sequence[CaptionLine], length: Sample, task: Task, parts: frozenset[str]
) -> str:
    """The body of the answer.

    Args:
        form: asked for.
        lines: final, with their words, in order.
        length: of the sound.
        task: what was done.
        parts: of verbose_json: "word", "segment".
    """
    match form:
        case "json":
            return _json({"text": text_of(lines), "usage": _usage(length)})
        case "verbose_json":
            return _json(verbose(lines, length, task, parts))
        case "text":
            return text_of(lines) + "\n"
        case "srt" | "vtt":
            file = TranscriptFile(form, "original")
            told = [*file.add(map(of_line, convert.lines(lines))), *file.rest()]
            return "".join(told)


def verbose(
    lines: Sequence[CaptionLine], length: Sample, task: Task, parts: frozenset[str]
) -> JsonObject:
    """The object of verbose_json."""
    told: JsonObject = {
        "task": task,
        "language": "english" if task == "translate" else language_of(lines),
        "duration": _seconds(length),
        "text": text_of(lines),
        "usage": _usage(length),
    }
    if "segment" in parts:
        told["segments"] = [_segment(number, line) for number, line in enumerate(lines)]
    if "word" in parts:
        told["words"] = [_word(word) for line in lines for word in line.words or ()]
    return told


def delta(text: str) -> bytes:
    """A server-sent event: this text comes next."""
    return _event({"type": "transcript.text.delta", "delta": text})


def done(lines: Sequence[CaptionLine]) -> bytes:
    """The last event: the whole text."""
    return _event({"type": "transcript.text.done", "text": text_of(lines)})


def failed(error: WlkError) -> bytes:
    """The event of an error, which ends the stream."""
    return _event({"type": "error", **problem(error)})


def problem(error: WlkError, kind: str = "invalid_request_error") -> JsonObject:
    """The body of an error: its remedy stands behind the message."""
    message = f"{error.message} ({error.hint})"
    return {"error": {"message": message, "type": kind, "param": None, "code": error.code}}


def text_of(lines: Sequence[CaptionLine]) -> str:
    """All that was said."""
    return " ".join(line.text for line in lines)


def language_of(lines: Sequence[CaptionLine]) -> str:
    """The English name of the language that most of it is in; "unknown" if nobody spoke."""
    lengths: dict[str, int] = {}
    for line in lines:
        if line.language is not None:
            lengths[line.language] = lengths.get(line.language, 0) + line.end - line.start
    if not lengths:
        return "unknown"
    code = max(lengths, key=lambda one: lengths[one])
    names = [name for name in NAMES.get(code, ()) if name[:1].isupper()]
    return (names[0] if names else code).lower()


def _segment(number: int, line: CaptionLine) -> JsonObject:
    """A line. What only Whisper's own decoder has (tokens, seek) is left neutral."""
    return {
        "id": number,
        "seek": 0,
        "start": _seconds(line.start),
        "end": _seconds(line.end),
        "text": line.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": round(_mean_logprob(line.words or ()), 4),
        "compression_ratio": round(_compression(line.text), 4),
        "no_speech_prob": 0.0,
    }


def _mean_logprob(words: Sequence[CaptionWord]) -> float:
    logs = [math.log(max(word.probability, _LEAST_PROBABILITY)) for word in words]
    return sum(logs) / len(logs) if logs else 0.0


def _compression(text: str) -> float:
    """Bytes of the text by those of its compressed form (openai/whisper, `compression_ratio`)."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw))


def _word(word: CaptionWord) -> JsonObject:
    return {"word": word.text.strip(), "start": _seconds(word.start), "end": _seconds(word.end)}


def _usage(length: Sample) -> JsonObject:
    return {"type": "duration", "seconds": math.ceil(seconds(length))}


def _seconds(at: Sample) -> float:
    return round(seconds(at), 2)


def _json(value: JsonObject) -> str:
    return msgspec.json.encode(value).decode()


def _event(value: JsonObject) -> bytes:
    return b"data: " + msgspec.json.encode(value) + b"\n\n"
