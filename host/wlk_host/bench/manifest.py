"""The recordings to measure with their texts, one JSON object a line."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from msgspec import Struct

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


class _Utterance(Struct):
    end: float


class _Row(Struct):
    """A line of a manifest; other fields are ignored."""

    audio: str
    text: str | None
    lang: str | None = None
    id: str | None = None
    duration_s: float | None = None
    translation_en: str | None = None
    words: tuple[tuple[str, float, float], ...] | None = None
    utterances: tuple[_Utterance, ...] | None = None


def _recording(path: Path, number: int, line: str) -> Recording:
    try:
        row = msgspec.json.decode(line, type=_Row)
    except (ValueError, RecursionError) as error:
        raise _unreadable(f"{path}, line {number}: {error}") from error
    reference = Reference(
        id=row.id or Path(row.audio).stem,
        text=row.text,
        language=row.lang or "en",
        spoken=row.lang,
        words=row.words or (),
        utterance_ends_s=tuple(utterance.end for utterance in row.utterances or ()),
    )
    return Recording(path.parent / row.audio, reference, row.translation_en, row.duration_s)


def _unreadable(message: str) -> WlkError:
    hint = 'write one object a line, such as {"audio": "a.wav", "text": "hello", "lang": "en"}'
    return WlkError("manifest_unreadable", message, hint)
