"""Two runs that say the same in different languages, cut into as many rows."""

from itertools import pairwise
from typing import Final

from wlk_host.core.subtitles.cues import LONGEST, Cost, Run, cue_break_cost, row_break_cost
from wlk_host.core.subtitles.pieces import COLUMNS

_MOST_COLUMNS: Final = 600
"""The time that rows take to cut grows with the square of what is cut at once."""

_PER_COLUMN: Final[Cost] = 0.25
"""Of a chunk that ends a column from where it would be as long as the others."""

_SENTENCE_COLUMNS: Final = 24
"""A shorter sentence is shown together with the next one."""


def paired(original: Run, translation: Run) -> list[tuple[Run, Run]]:
    """Parts of both that belong together, small enough to be cut into rows at once.

    A sentence belongs to its translation where both have as many.
    """
    parts: list[tuple[Run, Run]] = []
    for said, told in _sentences(original, translation):
        widest = max(run.width(0, len(run.pieces)) for run in (said, told))
        count = 1 + widest // _MOST_COLUMNS
        parts += zip(_chunks(said, count), _chunks(told, count), strict=True)
    return parts


def _sentences(original: Run, translation: Run) -> list[tuple[Run, Run]]:
    ends, told_ends = _sentence_ends(original), _sentence_ends(translation)
    if len(ends) != len(told_ends):
        return [(original, translation)]
    pairs, begin, told_begin = [], 0, 0
    for end, told_end in zip(ends, told_ends, strict=True):
        is_last = end == ends[-1]
        if is_last or original.width(begin, end) >= _SENTENCE_COLUMNS:
            pairs.append((_part(original, begin, end), _part(translation, told_begin, told_end)))
            begin, told_begin = end, told_end
    return pairs


def _sentence_ends(run: Run) -> list[int]:
    n = len(run.pieces)
    return [*(at for at in range(1, n) if run.ends[at - 1]), n]


def _part(run: Run, begin: int, end: int) -> Run:
    return Run(run.pieces[begin:end], run.ends[begin:end])


def fewest_rows(run: Run) -> int:
    """Into how many rows it can be cut, none of them shown for longer than `LONGEST`."""
    count = at = 0
    while at < len(run.pieces):
        begin, at, count = at, at + 1, count + 1
        while at < len(run.pieces) and _is_row(run, begin, at + 1):
            at += 1
    return count


def cut_into(count: int, run: Run) -> list[tuple[int, int]]:
    """Where so many rows of about the same width begin and end.

    Args:
        count: `fewest_rows` of the run, or more. If there are fewer pieces, some rows are empty.
        run: to cut.
    """
    n = len(run.pieces)
    mean = run.width(0, n) / count
    layers: list[dict[int, tuple[Cost, int]]] = [{0: (0.0, 0)}]
    for _ in range(count):
        layer: dict[int, tuple[Cost, int]] = {}
        for begin, (so_far, _) in layers[-1].items():
            for end in range(begin, n + 1):
                if not _is_row(run, begin, end):
                    break
                cost = so_far + (run.width(begin, end) - mean) ** 2
                if begin < end < n:
                    cost += row_break_cost(run.pieces, end)
                if end not in layer or cost < layer[end][0]:
                    layer[end] = (cost, begin)
        layers.append(layer)
    parts: list[tuple[int, int]] = []
    end = n
    for layer in layers[:0:-1]:
        begin = layer[end][1]
        parts.append((begin, end))
        end = begin
    return parts[::-1]


def _chunks(run: Run, count: int) -> list[Run]:
    """The run in parts of about the same width, cut where a sentence or a clause ends.

    There are so many; some are empty if there are too few pieces.
    """
    whole = run.width(0, len(run.pieces))
    ends = [0]
    for number in range(1, count):
        ends.append(max(ends[-1], _best_end(run, whole * number // count)))
    return [_part(run, begin, end) for begin, end in pairwise([*ends, len(run.pieces)])]


def _best_end(run: Run, columns: int) -> int:
    """The piece near that column before which it is best to cut."""

    def cost(at: int) -> Cost:
        amid = cue_break_cost(run, at) if at > 0 else 0.0
        return amid + _PER_COLUMN * run.distance(at, columns)

    return min(run.near(columns), key=cost)


def _is_row(run: Run, begin: int, end: int) -> bool:
    if end - begin < 2:
        return True
    return run.width(begin, end) <= COLUMNS and run.length(begin, end) <= LONGEST
