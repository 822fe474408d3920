"""A log of what was shown when, from which captions are scored."""

from dataclasses import dataclass

from wlk_host.core.types import CaptionUpdate, Sample


@dataclass(frozen=True, slots=True)
class Shown:
    """The captions at one moment.

    Attributes:
        t: seconds since the first sample.
        committed: all words as they were committed live; it only grows.
        draft: words that could still vanish.
        final: the transcript at this moment, as far as possible with final lines.
        translation: its translation, drafts included, one row for each translated line.
    """

    t: float
    committed: str
    draft: str
    final: str
    translation: str = ""


class CaptionLog:
    """Applies updates like a client, and also keeps the words of the live pass."""

    def __init__(self) -> None:
        self._live: dict[Sample, str] = {}
        self._current: dict[Sample, str] = {}
        self._translated: dict[Sample, str] = {}

    def add(self, t: float, update: CaptionUpdate) -> Shown:
        """The captions after this update."""
        for line in update.lines:
            if line.state == "committed":
                self._live[line.id] = line.text
            self._current[line.id] = line.text
            self._translated[line.id] = line.translation.text if line.translation else ""
        draft = update.draft.text.strip() if update.draft else ""
        return Shown(
            round(t, 3),
            _joined(self._live),
            draft,
            _joined(self._current),
            _joined(self._translated, "\n"),
        )


def _joined(lines: dict[Sample, str], between: str = " ") -> str:
    return between.join(lines[line_id] for line_id in sorted(lines) if lines[line_id])
