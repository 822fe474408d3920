"""The state that WhisperLiveKit's `/asr` sends (0.2.26, `timed_objects.FrontData`)."""

from typing import Any, Final, TypeAlias

from wlk_host.core.types import SAMPLE_RATE, Sample
from wlk_host.protocol.messages import CaptionLine, Captions, Status
from wlk_host.server.wire.lines import Lines

JsonObject: TypeAlias = dict[str, Any]

_UNKNOWN_SPEAKER: Final = 1
"""As its clients show a line whose speaker is not known."""


def clock(at: Sample) -> str:
    """H:MM:SS.cc, rounded (`timed_objects.format_time`)."""
    hundredths = round(at * 100 / SAMPLE_RATE)
    minutes, rest = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest // 100:02d}.{rest % 100:02d}"


class AsrState:
    """All lines of a session, and what else its clients show."""

    def __init__(self) -> None:
        self._lines = Lines()
        self._lag_ms = 0

    def hear(self, message: Captions | Status) -> bool:
        """Take what the session says; returns whether it changes what is shown."""
        if isinstance(message, Captions):
            self._lines.hear(message)
            return True
        before, self._lag_ms = self._lag_ms, message.lag_ms
        return before != self._lag_ms

    def full(self) -> JsonObject:
        """Everything: finished lines and those that grow."""
        return self._told(self._lines.in_order(), "")

    def settled(self, *, is_over: bool) -> JsonObject:
        """The same with the words of unfinished lines in the buffer: lines are only added.

        A client of diff mode appends what is new and cannot replace a line. With `is_over` nothing
        will change any more, and all lines are finished.
        """
        lines = self._lines.in_order()
        n_final = len(lines) if is_over else self._lines.n_final()
        return self._told(lines[:n_final], " ".join(line.text for line in lines[n_final:]))

    def _told(self, lines: list[CaptionLine], unfinished: str) -> JsonObject:
        drafted = "" if self._lines.draft is None else self._lines.draft.text
        # Clients put the buffer right behind the last line.
        gap = " " if unfinished and lines else ""
        buffer = f"{gap}{unfinished}{drafted}"
        lag_s = self._lag_ms / 1000
        return {
            "status": "active_transcription" if lines or buffer else "no_audio_detected",
            "lines": [_line(line) for line in lines],
            "buffer_transcription": buffer,
            "buffer_diarization": "",
            "buffer_translation": "",
            "remaining_time_transcription": lag_s,
            "remaining_time_transcription_processing": lag_s,
            "remaining_time_transcription_policy": 0.0,
            "remaining_time_diarization": 0,
        }


def _line(line: CaptionLine) -> JsonObject:
    told: JsonObject = {
        "speaker": _speaker(line.speaker),
        "text": line.text,
        "start": clock(line.start),
        "end": clock(line.end),
    }
    if line.translation is not None:
        told["translation"] = line.translation.text
    if line.language is not None:
        told["detected_language"] = line.language
    return told


def _speaker(name: str | None) -> int:
    """A number, as its clients want it; the first where several speak at the same time."""
    first = (name or "").split("+")[0]
    return int(first) if first.isdecimal() else _UNKNOWN_SPEAKER
