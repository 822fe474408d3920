"""A transcript as JSON: everything that is known of it, for programs."""

import json
from collections.abc import Iterator
from typing import Any

from wlk_host.core.subtitles.clean_text import clean
from wlk_host.core.subtitles.transcript import Milliseconds, TimedWord, TranscriptLine


class Json:
    """One object, with one row for each line. Times are in seconds.

    Args:
        title: of the transcript.
        language: of the whole; None if it is not known.
    """

    def __init__(self, title: str, language: str | None) -> None:
        self._title, self._language = clean(title), language
        self._is_first = True

    def begin(self) -> str:
        """The object up to its lines."""
        return f'{{"title": {_json(self._title)}, "language": {_json(self._language)}, "lines": ['

    def add(self, line: TranscriptLine) -> Iterator[str]:
        """The object of this line."""
        told = line.translation
        fields: dict[str, Any] = {
            "start": _seconds(line.start),
            "end": _seconds(line.end),
            "text": line.text,
            "language": line.language,
            "speaker": line.speaker,
            "translation": told and {"text": told.text, "language": told.language},
            "words": [_word(word) for word in line.words],
            "bookmarked": line.bookmarked,
            "note": line.note,
            "gap_before": line.gap_before,
        }
        yield ("\n" if self._is_first else ",\n") + _json(fields)
        self._is_first = False

    def rest(self) -> Iterator[str]:
        """The end of the object."""
        yield "\n]}\n"


def _word(word: TimedWord) -> dict[str, Any]:
    return {
        "text": word.text,
        "start": _seconds(word.start),
        "end": _seconds(word.end),
        "probability": word.probability,
    }


def _seconds(at: Milliseconds) -> float:
    return at / 1000


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
