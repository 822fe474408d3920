"""Diarization error rate: how much of the speech is assigned to nobody or to the wrong speaker.

    python tests/bench/der.py TURNS.rttm REFERENCE.rttm [--collar 0.25]

It is counted as by NIST's `md-eval` (Rich Transcription 2009 evaluation plan, section 3):
overlapping speech counts for each speaker, and nothing counts near the reference's boundaries.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

Turn = tuple[float, float, str]
"""Start and end in seconds, and the speaker."""

_FRAMES_PER_S: Final = 100


@dataclass(frozen=True, slots=True)
class DerScore:
    """Seconds of speech, each counted once for every speaker.

    Attributes:
        miss: speech of speakers who were not named.
        false_alarm: speech of speakers who were named and did not speak.
        confusion: speech for which another speaker was named.
        total: all speech of the reference that counts.
    """

    miss: float
    false_alarm: float
    confusion: float
    total: float

    @property
    def rate(self) -> float:
        """The errors as a share of the speech; it can exceed 1.

        Raises:
            ZeroDivisionError: the reference has no speech that counts.
        """
        return (self.miss + self.false_alarm + self.confusion) / self.total


def der(turns: Sequence[Turn], reference: Sequence[Turn], collar: float = 0.25) -> DerScore:
    """Compare turns with those of a reference.

    Names can differ. Each is matched with at most one of the reference's, so that the errors are
    fewest.

    Args:
        turns: in any order; they can overlap.
        reference: in any order; they can overlap.
        collar: the seconds around each boundary of the reference that do not count.
    """
    end = max((end for _, end, _ in (*turns, *reference)), default=0.0)
    middles = (np.arange(np.ceil(end * _FRAMES_PER_S)) + 0.5) / _FRAMES_PER_S
    counts = np.ones(len(middles), bool)
    for boundary in {time for start, end, _ in reference for time in (start, end)}:
        counts &= np.abs(middles - boundary) >= collar
    said = _active(reference, middles[counts])
    found = _active(turns, middles[counts])
    n_said, n_found = said.sum(axis=0), found.sum(axis=0)
    correct = most_in_common(said.astype(np.int64) @ found.T.astype(np.int64))
    both = int(np.minimum(n_said, n_found).sum())
    return DerScore(
        miss=(int(n_said.sum()) - both) / _FRAMES_PER_S,
        false_alarm=(int(n_found.sum()) - both) / _FRAMES_PER_S,
        confusion=(both - correct) / _FRAMES_PER_S,
        total=int(n_said.sum()) / _FRAMES_PER_S,
    )


def read_rttm(path: Path) -> list[Turn]:
    """The turns of all recordings of a file in NIST's Rich Transcription Time Marked format.

    Raises:
        ValueError: a line cannot be read.
    """
    turns = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        fields = line.split()
        if not fields or fields[0] != "SPEAKER":
            continue
        try:
            start, duration, name = float(fields[3]), float(fields[4]), fields[7]
        except (IndexError, ValueError) as error:
            expected = "SPEAKER file channel start duration <NA> <NA> name"
            raise ValueError(f"{path}, line {number}: expected {expected}, got {line!r}") from error
        turns.append((start, start + duration, name))
    return turns


def _active(turns: Sequence[Turn], middles: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether each speaker speaks in the middle of each frame, shape (speakers, frames)."""
    names = sorted({name for _, _, name in turns})
    active = np.zeros((len(names), len(middles)), bool)
    for start, end, name in turns:
        active[names.index(name)] |= (start <= middles) & (middles < end)
    return active


def most_in_common(common: NDArray[np.int64]) -> int:
    """The largest sum of cells of which no two are in the same row or column.

    Exact: it keeps the best pairing so far for each set of the shorter side's speakers (Held and
    Karp, 1962). Each speaker of the longer side takes 2 ** len(shorter side) steps.
    """
    if common.shape[0] < common.shape[1]:
        common = common.T
    best = {0: 0}
    for row in common:
        further = dict(best)
        for taken, score in best.items():
            for column, cell in enumerate(row):
                pair = taken | 1 << column
                if pair != taken:
                    further[pair] = max(further.get(pair, 0), score + int(cell))
        best = further
    return max(best.values())


def main() -> None:
    """Print the error rate for the files on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("turns", type=Path)
    parser.add_argument("reference", type=Path)
    parser.add_argument("--collar", type=float, default=0.25, metavar="SECONDS")
    asked = parser.parse_args()
    score = der(read_rttm(asked.turns), read_rttm(asked.reference), asked.collar)
    print(
        f"{score.rate:.1%} of {score.total:.2f} s: missed {score.miss:.2f}, "
        f"false alarm {score.false_alarm:.2f}, confused {score.confusion:.2f}"
    )


if __name__ == "__main__":
    main()
