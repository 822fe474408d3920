"""What to measure on: recordings with their text, one JSON object a line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from wlk_host.bench.logs import Reference
from wlk_host.core.errors import WlkError
from wlk_host.core.languages import same_language
from wlk_host.core.tab_options import TaskName


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording and what is said in it.

    Attributes:
        audio: the file.
        reference: what is said; its id names the log and the row in the report.
        translation: the same in English, where that is known.
        duration_s: its length, where the manifest tells.
    """

    audio: Path
    reference: Reference
    translation: str | None = None
    duration_s: float | None = None

    def expected(self, task: TaskName, translate_to: str | None = None) -> Reference:
        """What its captions are compared with. The words of a translation have no times.

        Args:
            task: of the recogniser.
            translate_to: language of the translations beside its lines.
        """
        if task == "transcribe":
            in_english = translate_to is not None and same_language(translate_to, "en")
            is_foreign = not same_language(self.reference.spoken or "en", "en")
            translation = self.translation if in_english and is_foreign else None
            return replace(self.reference, translation=translation)
        return replace(
            self.reference, text=self.translation, language="en", task="translate", words=()
        )


def read_manifest(path: Path) -> Iterator[Recording]:
    """The recordings of a manifest: `audio` (relative to it), `text` (null where it is not
    known), `lang`, and at will `id`, `duration_s`, `translation_en`, `words` as
    [word, start s, end s], `utterances` with their `end` in seconds.

    Raises:
        WlkError: `manifest_unreadable`.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(f"{path} cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _recording(path, number, line)


def _recording(path: Path, number: int, line: str) -> Recording:
    try:
        row: dict[str, Any] = json.loads(line)
        reference = Reference(
            id=row.get("id") or Path(row["audio"]).stem,
            text=row["text"],
            language=row.get("lang") or "en",
            spoken=row.get("lang"),
            words=tuple((word, start, end) for word, start, end in row.get("words") or ()),
            utterance_ends_s=tuple(u["end"] for u in row.get("utterances") or ()),
        )
        audio = path.parent / row["audio"]
        return Recording(audio, reference, row.get("translation_en"), row.get("duration_s"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable(f"{path}, line {number}: {error!r}") from error


def _unreadable(message: str) -> WlkError:
    hint = 'one object a line, for example {"audio": "a.wav", "text": "hello", "lang": "en"}'
    return WlkError("manifest_unreadable", message, hint)
