"""Pieces of text cut into cues of at most two rows: at sentences, clauses and pauses.

The cut is the cheapest one there is (a shortest path over all of them), so a sentence of three rows
becomes two cues of equal worth instead of a full one and an orphan.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Final, TypeAlias

from wlk_host.core.sentences import ends_sentence
from wlk_host.core.subtitles.pieces import COLUMNS, Piece, text_of
from wlk_host.core.subtitles.transcript import Milliseconds
from wlk_host.core.words import CLAUSE_ENDS

LONGEST: Final[Milliseconds] = 7000
"""A cue is never shown longer (BBC, Netflix)."""

SHORTEST: Final[Milliseconds] = 1000
"""Nor shorter: nobody could read it."""

PAUSE: Final[Milliseconds] = 1000
"""Silence that parts cues like the end of a sentence."""

_ORPHAN_WORDS: Final = 2
_ORPHAN_COLUMNS: Final = 8
"""So much text that is left alone, in words where there are spaces between them."""

Cost: TypeAlias = float
"""How bad a cut is. 20 is one cue more."""

_CUE: Final = 20.0
_EMPTY: Final = 10.0
"""Of a cue without text. It grows with the square, so two cues of equal length are best."""
_ORPHAN: Final = 90.0
_TOO_SHORT: Final = 60.0
_AMID_CLAUSE: Final = 40.0
_BEHIND_SHORT_WORD: Final = 8.0
_BEHIND_CLAUSE: Final = 6.0
_OVER_PAUSE: Final = 45.0
_OVER_SENTENCE: Final = 30.0
_OVER_SHORT_SENTENCE: Final = 5.0
_WORTH_A_CUE: Final = 24
"""Columns from which a sentence is not joined with the next one."""


class Run:
    """Pieces that follow each other, cut together.

    Attributes:
        pieces: in order.
        ends: for each piece, whether a sentence ends with it.
    """

    def __init__(self, pieces: Sequence[Piece], ends: Sequence[bool]) -> None:
        self.pieces = pieces
        self.ends = ends
        self._columns = [0, *accumulate(piece.width + piece.spaced for piece in pieces)]
        self._row_ends = [self._row_end(at) for at in range(len(pieces))]
        self._breaks = [at for at in range(1, len(pieces)) if ends[at - 1] or self.is_pause(at)]

    @classmethod
    def of(cls, pieces: Sequence[Piece], language: str | None) -> "Run":
        """The run of these pieces, which are in that language."""
        texts = [piece.text for piece in pieces]
        followed = zip(texts, [*texts[1:], ""], strict=True)
        return cls(pieces, [ends_sentence(text, next_, language) for text, next_ in followed])

    def followed_by(self, later: "Run") -> "Run":
        """Both, one after the other."""
        return Run([*self.pieces, *later.pieces], [*self.ends, *later.ends])

    def last(self, count: int) -> "Run":
        """Its last pieces."""
        return Run(self.pieces[-count:], self.ends[-count:])

    def width(self, begin: int, end: int) -> int:
        """The columns of a row of these pieces."""
        if begin == end:
            return 0
        return self._columns[end] - self._columns[begin] - self.pieces[begin].spaced

    def length(self, begin: int, end: int) -> Milliseconds:
        """The time in which these pieces are said."""
        return self.pieces[end - 1].end - self.pieces[begin].start if begin < end else 0

    def breaks(self, begin: int, end: int) -> Sequence[int]:
        """Where sentences end and pauses are between these pieces."""
        return self._breaks[bisect_right(self._breaks, begin) : bisect_left(self._breaks, end)]

    def is_pause(self, at: int) -> bool:
        """Whether nothing is said in front of that piece for long."""
        return self.pieces[at].start - self.pieces[at - 1].end >= PAUSE

    def row_end(self, begin: int) -> int:
        """The index after the last piece of the longest row that begins there."""
        return self._row_ends[begin]

    def _row_end(self, begin: int) -> int:
        most = self._columns[begin] + self.pieces[begin].spaced + COLUMNS
        return max(begin + 1, bisect_right(self._columns, most) - 1)

    def near(self, columns: int) -> range:
        """The pieces that begin within a row's width of that column; the nearest one at least."""
        first = bisect_left(self._columns, columns - COLUMNS)
        last = bisect_right(self._columns, columns + COLUMNS)
        return range(min(first, len(self.pieces)), max(first + 1, last))

    def distance(self, at: int, columns: int) -> int:
        """How many columns that piece begins from that column."""
        return abs(self._columns[at] - columns)

    def fits(self, begin: int, end: int) -> bool:
        """Whether these pieces can be one cue."""
        if self.length(begin, end) > LONGEST:
            return False
        second = self.row_end(begin)
        return second >= end or self.row_end(second) >= end


def cut(run: Run) -> list[tuple[int, int]]:
    """Where each cue begins and ends: two rows, and `LONGEST` at most unless it is one piece."""
    best: list[tuple[Cost, int]] = [(0.0, 0)]
    for end in range(1, len(run.pieces) + 1):
        end_cost = cue_break_cost(run, end)
        cheapest = (best[end - 1][0] + end_cost + _cost(run, end - 1, end), end - 1)
        for begin in range(end - 2, -1, -1):
            if not run.fits(begin, end):
                break
            cheapest = min(cheapest, (best[begin][0] + end_cost + _cost(run, begin, end), begin))
        best.append(cheapest)
    return _back([at for _, at in best], len(run.pieces))


def rows_of(run: Run, begin: int, end: int) -> list[str]:
    """Its one or two rows. The second begins with a clause if that leaves no row much shorter."""
    pieces = run.pieces
    if run.width(begin, end) <= COLUMNS:
        return [text_of(pieces[begin:end])]
    fitting = (
        at
        for at in range(begin + 1, run.row_end(begin) + 1)
        if at < end and run.width(at, end) <= COLUMNS
    )
    at = min(fitting, key=lambda at: _row_cost(run, begin, at, end))
    return [text_of(pieces[begin:at]), text_of(pieces[at:end])]


def _back(begins: Sequence[int], end: int) -> list[tuple[int, int]]:
    parts = []
    while end:
        parts.append((begins[end], end))
        end = begins[end]
    return parts[::-1]


def _row_cost(run: Run, begin: int, at: int, end: int) -> Cost:
    return abs(run.width(begin, at) - run.width(at, end)) + row_break_cost(run.pieces, at)


def row_break_cost(pieces: Sequence[Piece], at: int) -> Cost:
    """How bad it is to break in front of that piece."""
    before, after = pieces[at - 1], pieces[at]
    if before.text.endswith(CLAUSE_ENDS):
        return 0.0
    return 10.0 + (_BEHIND_SHORT_WORD if _is_short_word(before, after) else 0.0)


def _is_short_word(before: Piece, after: Piece) -> bool:
    """Whether it probably belongs to what follows: "of", "the", "from"."""
    return after.spaced and len(before.text) <= 4 and before.text.islower()


def _cost(run: Run, begin: int, end: int) -> Cost:
    """How bad such a cue is, but for where it ends."""
    width, length = run.width(begin, end), run.length(begin, end)
    cost = _CUE + _inner_cost(run, begin, end) + _EMPTY * (1 - width / (2 * COLUMNS)) ** 2
    is_small = width <= _ORPHAN_COLUMNS or end - begin <= _ORPHAN_WORDS
    if is_small and _is_orphan(run, begin, end):
        cost += _ORPHAN
    if length < SHORTEST:
        cost += _TOO_SHORT * (1 - length / SHORTEST)
    return cost


def cue_break_cost(run: Run, end: int) -> Cost:
    """How bad it is that a cue ends before that piece."""
    if _ends_well(run, end):
        return 0.0
    before, after = run.pieces[end - 1], run.pieces[end]
    if before.text.endswith(CLAUSE_ENDS):
        return _BEHIND_CLAUSE
    silence = min(max(0, after.start - before.end), PAUSE) / PAUSE
    short = _BEHIND_SHORT_WORD if _is_short_word(before, after) else 0.0
    return _AMID_CLAUSE * (1 - silence / 2) + short


def _inner_cost(run: Run, begin: int, end: int) -> Cost:
    """How bad it is that no cue ends between these pieces."""
    cost, since = 0.0, begin
    for at in run.breaks(begin, end):
        if run.is_pause(at):
            cost += _OVER_PAUSE
        else:
            is_short = min(run.width(since, at), run.width(at, end)) < _WORTH_A_CUE
            cost += _OVER_SHORT_SENTENCE if is_short else _OVER_SENTENCE
        since = at
    return cost


def _is_whole(run: Run, at: int) -> bool:
    """Whether no sentence goes on over that place."""
    return at in (0, len(run.pieces)) or run.ends[at - 1]


def _ends_well(run: Run, at: int) -> bool:
    """Whether a cue that ends there cuts nothing that is said at once."""
    return _is_whole(run, at) or run.is_pause(at)


def _is_orphan(run: Run, begin: int, end: int) -> bool:
    """Whether so little is left alone that is no sentence of its own."""
    if _is_whole(run, begin) and _is_whole(run, end):
        return False
    if all(piece.spaced for piece in run.pieces[begin + 1 : begin + _ORPHAN_WORDS + 1]):
        return end - begin <= _ORPHAN_WORDS
    return run.width(begin, end) <= _ORPHAN_COLUMNS
