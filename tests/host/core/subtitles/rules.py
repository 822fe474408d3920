"""The rules of the trade for subtitles (BBC, Netflix)."""

from collections.abc import Sequence
from itertools import pairwise

from wlk_host.core.subtitles.clean_text import clean
from wlk_host.core.subtitles.timing import Cue
from wlk_host.core.words import width_of


def assert_rules(cues: Sequence[Cue]) -> None:
    """Two rows of 42 columns, 1 to 7 s, one after the other, long enough to be read."""
    ends = [0, *(cue.end for cue in cues)]
    for cue, earlier in zip(cues, ends, strict=False):
        assert earlier <= cue.start
        assert 1000 <= cue.end - cue.start <= 7000
        assert 1 <= len(cue.rows) <= 2
        for row in cue.rows:
            assert row == clean(row) != ""
            assert width_of(row) <= 42
    for cue, following in pairwise(cues):
        assert can_be_read(cue) or cue.end == following.start
    assert all(can_be_read(cue) for cue in cues[-1:])


def can_be_read(cue: Cue) -> bool:
    """Whether it is shown for as long as 20 characters a second take, or as long as any cue is."""
    columns = sum(map(width_of, cue.rows))
    return (cue.end - cue.start) * 20 >= min(1000 * columns, 7000 * 20)
