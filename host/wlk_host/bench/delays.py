"""How long after its words a line's translation came."""

from dataclasses import dataclass, field

from wlk_host.core.translation.clauses import whole_clauses
from wlk_host.core.types import CaptionUpdate, Line, Sample, seconds


@dataclass(frozen=True, slots=True)
class Delays:
    """Delays in seconds, in the order in which they ended.

    Attributes:
        commits: for each word committed live, from the end of its sound, as the recogniser reports
            it, until it was committed. For translations, whose words cannot be found in the sound.
        drafts: from the commit of a clause to a draft translation of its line.
        finals: from a line becoming final to its translation becoming final; 0 if both are one.
    """

    commits: tuple[float, ...] = ()
    drafts: tuple[float, ...] = ()
    finals: tuple[float, ...] = ()


@dataclass(slots=True)
class _Line:
    """What was seen of a line so far.

    Attributes:
        n_committed: the number of words already counted.
        clauses: the part of its text that was complete enough for a draft.
        clause_at: when a clause began to wait for a draft.
        final_at: when the line became final.
        draft: its newest draft translation.
        is_done: whether its final translation came.
    """

    n_committed: int = 0
    clauses: str = ""
    clause_at: float | None = None
    final_at: float | None = None
    draft: str = ""
    is_done: bool = False


@dataclass(slots=True)
class DelayWatch:
    """Follows the updates of a session."""

    _lines: dict[Sample, _Line] = field(default_factory=dict)
    _commits: list[float] = field(default_factory=list)
    _drafts: list[float] = field(default_factory=list)
    _finals: list[float] = field(default_factory=list)

    def add(self, t: float, update: CaptionUpdate) -> None:
        """Add an update that was shown at `t` seconds."""
        for line in update.lines:
            seen = self._lines.setdefault(line.id, _Line())
            if line.state == "committed":
                self._committed(t, line, seen)
            elif seen.final_at is None:
                seen.final_at, seen.clause_at = t, None
            if line.translation is not None:
                self._translated(t, line, seen)

    def delays(self) -> Delays:
        """The delays of all lines so far."""
        return Delays(tuple(self._commits), tuple(self._drafts), tuple(self._finals))

    def _committed(self, t: float, line: Line, seen: _Line) -> None:
        new = line.words[seen.n_committed :]
        seen.n_committed += len(new)
        self._commits += [round(t - seconds(word.end), 3) for word in new]
        clauses = whole_clauses(line.text)
        if clauses != seen.clauses:
            seen.clauses = clauses
            seen.clause_at = t if seen.clause_at is None else seen.clause_at

    def _translated(self, t: float, line: Line, seen: _Line) -> None:
        assert line.translation is not None  # noqa: S101 - the caller looked
        if line.translation.state == "final":
            if seen.final_at is not None and not seen.is_done:
                self._finals.append(round(t - seen.final_at, 3))
                seen.is_done = True
        elif line.translation.text != seen.draft:
            seen.draft = line.translation.text
            if seen.clause_at is not None:
                self._drafts.append(round(t - seen.clause_at, 3))
                seen.clause_at = None
