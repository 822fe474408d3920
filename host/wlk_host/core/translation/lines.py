"""Translations tied to their lines: what is to be translated next, and what came of it.

Pure. A growing line is translated clause by clause, as a draft; when it is final it is
translated once more, and keeps that. There is no queue that could grow: what waits is read off
the lines, so a slow translator finds more final lines at once and never sees most drafts.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from wlk_host.core.languages import same_language
from wlk_host.core.translation.batches import Batch, grouped
from wlk_host.core.translation.clauses import whole_clauses
from wlk_host.core.types import CaptionUpdate, Draft, Line, Sample, Translation

LINES_KEPT: Final = 1000
"""About an hour of speech that can be translated again; memory stays flat."""

_MOST_LINES: Final = 100
"""Of an update: so many lines fit into one message, also where they tell their words."""

_MOST: Final = 8
"""Final lines translated by one call."""

_MANY: Final = 2 * _MOST
"""Final lines that wait, from which the newest come first: those are looked at."""


@dataclass(slots=True)
class _Entry:
    """A line and how far its translation has come.

    Attributes:
        since: when its present text was there, in sound heard.
        settled: nothing more is to be done for it.
        translated: the text that `line.translation` was made from.
        asked: the text that a draft was asked for last.
        failed_after: how many calls had succeeded when one for this line alone failed.
        requested: the user asked for it after it was final: the recogniser adds no more to it.
        alone: its sentence was translated as one, and could not be divided.
    """

    line: Line
    since: Sample
    settled: bool = False
    translated: str = ""
    asked: str = ""
    failed_after: int | None = None
    requested: bool = False
    alone: bool = False


class LineTranslations:
    """The lines of a session with their translations.

    Args:
        target: language code; None translates nothing.
        drafts: whether growing lines are translated as well.
        comes_with: whether lines in that language come with their translation.
    """

    def __init__(
        self,
        target: str | None,
        drafts: bool = True,
        comes_with: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._target = target
        self._comes_with = comes_with
        self._drafts = drafts
        self._entries: dict[Sample, _Entry] = {}
        self._revision = 0
        self._draft: Draft | None = None
        self._final_until: Sample = 0
        self._breaks: list[Sample] = []
        self._most = _MOST
        self._n_succeeded = 0

    # -- what the session says ------------------------------------------------------

    def take(self, update: CaptionUpdate, now: Sample) -> CaptionUpdate:
        """The update with what is translated of its lines. It gets revisions of its own."""
        self._draft, self._final_until = update.draft, update.final_until
        shown = [
            self._keep(line, now) if line.text else self._remove(line) for line in update.lines
        ]
        self._forget_oldest()
        return self._update(shown)

    def begin_anew(self, at: Sample) -> None:
        """What is said from there on has nothing to do with what was said before."""
        self._breaks.append(at)

    def retarget(self, target: str | None) -> None:
        """Translate what is not translated yet, and what comes, into another language."""
        if target == self._target:
            return
        self._target = target
        self._most = _MOST
        for entry in self._entries.values():
            entry.asked, entry.requested = "", False
            entry.settled = entry.settled or (target is None and entry.line.state == "final")

    def retranslate(self, now: Sample, earlier: Iterable[Line] = ()) -> list[CaptionUpdate]:
        """Translate every line once more that is not in the present target language.

        What is shown stays until then, except where there is nothing to translate: those lines are
        in the updates.

        Args:
            now: sound heard.
            earlier: lines of before, that are not known here; they get no more words.
        """
        for line in earlier:
            if line.id not in self._entries and line.text:
                self._entries[line.id] = _Entry(replace(line, state="final"), now, settled=True)
        self._forget_oldest()
        cleared = []
        for entry in self._entries.values():
            translation = entry.line.translation
            if self._target is None or (translation and translation.language == self._target):
                continue
            entry.settled, entry.since = False, now
            entry.requested = entry.line.state == "final"
            if translation and not self._is_foreign(entry.line):
                entry.line = replace(entry.line, translation=None)
                cleared.append(entry.line)
        parts = range(0, len(cleared), _MOST_LINES)
        return [self._update(cleared[at : at + _MOST_LINES]) for at in parts]

    # -- what the translator is asked --------------------------------------------------

    def next_batch(self) -> Batch | None:
        """What is to be translated next: final lines in their order, otherwise the newest draft.

        Where many final lines wait, because a translator was missing or is slow, the newest of them
        come first.
        """
        final = [e for e in self._waiting() if e.line.state == "final"]
        if final:
            return self._final_batch(self._run_of(final, self._first_of(final)))
        if self._drafts:
            for entry in reversed(list(self._waiting())):
                if (text := self._draft_text(entry)) and text != entry.asked:
                    return self._batch([entry], [1], "draft")
        return None

    def nothing(self, source: str | None) -> Batch:
        """A batch without lines: what a translator needs to make itself ready."""
        return Batch((), (), (), source, self._target or "", "", 0, "final")

    @property
    def has_final_waiting(self) -> bool:
        """Whether a final line has no translation yet."""
        return any(e.line.state == "final" for e in self._waiting())

    def deliver(self, batch: Batch, texts: Sequence[str]) -> CaptionUpdate | None:
        """The lines with their translations; None where nothing came of it any more."""
        if batch.lines:
            self._most, self._n_succeeded = _MOST, self._n_succeeded + 1
        if batch.target != self._target:
            return None
        changed = []
        told = batch.by_line(texts)
        for line_id, source, text in zip(batch.lines, batch.sources, told, strict=True):
            entry = self._entries.get(line_id)
            # The line may have been removed, mended or made final meanwhile.
            if entry is None or (entry.line.state == "final" and entry.line.text != source):
                continue
            if text is None:
                entry.alone = True
                continue
            entry.settled = entry.line.state == "final"
            entry.translated = entry.asked = source
            state: Literal["draft", "final"] = "final" if entry.settled else "draft"
            translation = Translation(text, batch.target, state)
            entry.line = replace(entry.line, translation=translation)
            changed.append(entry.line)
        return self._update(changed) if changed else None

    def fail(self, batch: Batch) -> None:
        """Nothing came of it. The lines wait, and are tried one by one.

        A line that fails alone while others succeed is given up: it is the text's fault.
        """
        self._most = 1
        if len(batch.lines) != 1 or (entry := self._entries.get(batch.lines[0])) is None:
            return
        if batch.state == "draft":
            entry.asked = batch.sources[0]
            return
        given_up = entry.failed_after is not None and self._n_succeeded > entry.failed_after
        entry.settled = entry.settled or given_up
        entry.failed_after = self._n_succeeded

    def forget_failures(self) -> None:
        """Another translator is there: what one failed at says nothing of it."""
        self._most = _MOST
        for entry in self._entries.values():
            entry.failed_after = None
            entry.asked = entry.translated

    # -- inside --------------------------------------------------------------------------

    def _keep(self, line: Line, now: Sample) -> Line:
        entry = self._entries.get(line.id)
        if entry is None:
            entry = self._entries[line.id] = _Entry(line, now)
        elif line.text != entry.line.text or line.state != entry.line.state:
            entry.since = now
        shown = entry.line.translation
        if line.translation is not None:  # The recogniser's own.
            entry.line, entry.settled = line, line.state == "final"
            return line
        if shown and line.state == "final":
            is_whole = entry.translated == line.text and shown.language == self._target
            shown = replace(shown, state="final" if is_whole else "draft")
            entry.settled = is_whole or self._target is None
        elif line.state == "final":
            entry.settled = self._target is None
        entry.line = replace(line, translation=shown)
        return entry.line

    def _remove(self, line: Line) -> Line:
        self._entries.pop(line.id, None)
        return line

    def _forget_oldest(self) -> None:
        while len(self._entries) > LINES_KEPT:
            del self._entries[min(self._entries)]
            del self._breaks[: bisect_right(self._breaks, min(self._entries))]

    def _is_foreign(self, line: Line) -> bool:
        return self._target is not None and not same_language(source_of(line), self._target)

    def _waiting(self) -> Iterable[_Entry]:
        """Lines in their order that are not settled."""
        for line_id in sorted(self._entries):
            entry = self._entries[line_id]
            if entry.settled or not self._is_foreign(entry.line):
                continue
            if entry.requested or not self._comes_with(source_of(entry.line)):
                yield entry

    def _draft_text(self, entry: _Entry) -> str:
        grows = entry.line.id == max(self._entries)
        return whole_clauses(entry.line.text) if grows else entry.line.text

    def _final_batch(self, run: Sequence[_Entry]) -> Batch:
        """The first sentences of the run, as many as one call takes."""
        lines = [entry.line for entry in run]
        whole = self._most > 1 and not any(entry.alone for entry in run)
        groups = grouped(lines, source_of(lines[0])) if whole else [1] * len(lines)
        taken: list[int] = []
        n = 0
        for size in groups:
            if taken and n + size > self._most:
                break
            taken.append(size)
            n += size
        return self._batch(run[:n], taken, "final")

    def _batch(
        self, entries: Sequence[_Entry], groups: Sequence[int], state: Literal["draft", "final"]
    ) -> Batch:
        assert self._target is not None  # noqa: S101 - nothing waits without a target
        texts = [self._draft_text(e) if state == "draft" else e.line.text for e in entries]
        return Batch(
            lines=tuple(e.line.id for e in entries),
            sources=tuple(texts),
            groups=tuple(groups),
            source=source_of(entries[0].line),
            target=self._target,
            context=self._context_of(entries[0].line),
            since=min(e.since for e in entries),
            state=state,
        )

    def _context_of(self, line: Line) -> str:
        before = [i for i in self._entries if i < line.id]
        if not before:
            return ""
        previous = self._entries[max(before)].line
        return previous.text if self._follows(line, previous) else ""

    def _follows(self, line: Line, previous: Line) -> bool:
        """Whether a line goes on in the language, and from the sound, of one before it."""
        is_same_sound = bisect_right(self._breaks, line.id) == bisect_right(
            self._breaks, previous.id
        )
        return is_same_sound and source_of(line) == source_of(previous)

    def _first_of(self, final: Sequence[_Entry]) -> _Entry:
        # A line that the translator failed at does not hold up the others.
        untried = [entry for entry in final if entry.failed_after is None] or final
        return untried[-self._most] if len(untried) > _MANY else untried[0]

    def _run_of(self, entries: Sequence[_Entry], first: _Entry) -> list[_Entry]:
        """The lines from `first` on that follow one another and did not fail before."""
        run = [first]
        for entry in entries[entries.index(first) + 1 :]:
            if entry.failed_after is not None or not self._follows(entry.line, run[-1].line):
                break
            run.append(entry)
        return run

    def _update(self, lines: Sequence[Line]) -> CaptionUpdate:
        self._revision += 1
        return CaptionUpdate(self._revision, tuple(lines), self._draft, self._final_until)


def source_of(line: Line) -> str:
    """The language a line is written in; what is unknown was recognised as English."""
    return line.language or "en"
