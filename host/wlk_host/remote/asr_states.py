"""WhisperLiveKit's states (`/asr`, full mode) as captions. No I/O.

A state has all lines. The last one can still change; what is before it is final.
"""

import re
from typing import Any, Final

from wlk_host.core.types import SAMPLE_RATE, Sample
from wlk_host.protocol.messages import LAST_POSITION, CaptionDraft, CaptionLine, Captions

_CLOCK: Final = re.compile(r"(\d{1,4}):([0-5]?\d):([0-5]?\d(?:\.\d{1,6})?)")

MOST_LINES: Final = 20_000
"""Of a state."""

_SILENCE: Final = -2
"""The speaker of a line that says nobody spoke (`timed_objects`)."""


class StateError(ValueError):
    """It is no state."""


class AsrCaptions:
    """Turns each state into what has changed since the one before.

    Lines get their ids from when they began, so those of a session that was resumed do not collide.

    Args:
        session: whose captions these are.
        start: the sample at which the server's clock is zero.
    """

    def __init__(self, session: str, start: Sample) -> None:
        self._session = session
        self._zero = start
        self._revision = 0
        self._told: list[CaptionLine] = []
        self._final_until = start
        self._drafted = ""

    def hear(self, state: dict[str, Any], *, is_over: bool = False) -> Captions | None:
        """The captions that follow from this state; None where nothing is new.

        Args:
            state: as it was sent.
            is_over: whether nothing more will come, so that all of it is final.

        Raises:
            StateError: it is no state.
        """
        lines = self._lines(state, is_over=is_over)
        draft = "" if is_over else _text(state.get("buffer_transcription", ""))
        changed = [line for at, line in enumerate(lines) if self._told[at : at + 1] != [line]]
        gone = self._told[len(lines) :]
        ids = {line.id for line in lines}
        removed = [_removed(line) for line in gone if line.id not in ids]
        if not changed and not removed and draft == self._drafted:
            return None
        self._told, self._drafted = lines, draft
        self._revision += 1
        finals = [line.end for line in lines if line.state == "final"]
        self._final_until = max([self._final_until, *finals])
        told = tuple(sorted([*removed, *changed], key=lambda line: line.id))
        shown = self._draft(lines, draft)
        return Captions(self._session, self._revision, told, shown, self._final_until)

    def _lines(self, state: dict[str, Any], *, is_over: bool) -> list[CaptionLine]:
        sent = state.get("lines")
        if not isinstance(sent, list) or len(sent) > MOST_LINES:
            raise StateError("no lines")
        spoken = [one for one in sent if isinstance(one, dict) and _is_speech(one)]
        lines: list[CaptionLine] = []
        for number, one in enumerate(spoken):
            is_final = is_over or number < len(spoken) - 1
            start, end = self._at(one.get("start")), self._at(one.get("end"))
            # Those that are final keep their id, whatever the server makes of its clock later.
            name = start if not lines else max(start, lines[-1].id + 1)
            before = self._told[number] if number < len(self._told) else None
            if before is not None and before.text and (not lines or before.id > lines[-1].id):
                name = before.id
            lines.append(
                CaptionLine(
                    name,
                    start,
                    max(start, end),
                    _text(one["text"]).strip(),
                    "final" if is_final else "committed",
                    _language(one.get("detected_language")),
                    _speaker(one.get("speaker")),
                    None,
                )
            )
        return lines

    def _draft(self, lines: list[CaptionLine], text: str) -> CaptionDraft | None:
        if not text.strip():
            return None
        if lines:
            last = lines[-1]
            gap = "" if text.startswith(" ") else " "
            return CaptionDraft(last.id, gap + text, last.end, last.end)
        return CaptionDraft(self._final_until, text, self._final_until, self._final_until)

    def _at(self, clock: object) -> Sample:
        found = _CLOCK.fullmatch(clock) if isinstance(clock, str) else None
        if found is None:
            raise StateError("a line without a time")
        hours, minutes, seconds = int(found[1]), int(found[2]), float(found[3])
        at = self._zero + round((hours * 3600 + minutes * 60 + seconds) * SAMPLE_RATE)
        return min(at, LAST_POSITION - MOST_LINES)


def _is_speech(line: dict[str, Any]) -> bool:
    return line.get("speaker") != _SILENCE and bool(_text(line.get("text") or "").strip())


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise StateError("a text that is none")
    return value


def _language(value: object) -> str | None:
    return value if isinstance(value, str) and re.fullmatch(r"[a-z]{2,3}", value) else None


def _speaker(value: object) -> str | None:
    return str(value) if isinstance(value, int) and 0 < value < 100 else None


def _removed(line: CaptionLine) -> CaptionLine:
    return CaptionLine(line.id, line.start, line.end, "", "final", None, None, None)
