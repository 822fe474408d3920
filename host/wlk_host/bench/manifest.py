"""The recordings to measure with their texts, one JSON object a line."""

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
        reference: what is said. Its id names the log and the row in the report.
        translation: what is said, in English, if known.
        duration_s: its length, if the manifest has it.
    """

    audio: Path
    reference: Reference
    translation: str | None = None
    duration_s: float | None = None

    def expected(self, task: TaskName, translate_to: str | None = None) -> Reference:
        """The reference for its captions. The words of a translation have no times.

        Args:
            task: the task of the recogniser.
            translate_to: the language of the translations beside the lines.
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
    """The recordings of a manifest.

    Required fields are `audio` (relative to the manifest), `text` (null if unknown) and `lang`.
    Optional ones are `id`, `duration_s`, `translation_en`, `words` as [word, start s, end s], and
    `utterances` with their `end` in seconds.

    Raises:
        WlkError: `manifest_unreadable`.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(f"cannot read {path}: {error}") from error
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
    hint = 'write one object a line, such as {"audio": "a.wav", "text": "hello", "lang": "en"}'
    return WlkError("manifest_unreadable", message, hint)
