"""Turns: who speaks from when to when. They may overlap."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wlk_host.core.sound.voicing import Span
from wlk_host.core.speakers.diarizer import Evidence
from wlk_host.core.types import SAMPLE_RATE, Sample

_HEARD: Final = 2 / 3
"""Share of a stretch from which a voice is heard in it. Two that reach it speak at the same time,
rather than one after the other."""

_REACH: Final = SAMPLE_RATE // 2
"""How far a stretch without a turn may be from the nearest one to be of its voice: recognisers
place words inexactly."""

_NEAR: Final = 0.25
"""What a turn that is only near counts, against 1 for one that covers the stretch."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One voice speaks in [start, end)."""

    start: Sample
    end: Sample
    voice: int


def turns_in(speaks: NDArray[np.bool_], at: Sample, frame: Sample) -> list[Turn]:
    """The turns in frames of equal length, without what lies before 0.

    Args:
        speaks: shape (frames, voices).
        at: where the first frame begins; negative where silence was put before the sound.
        frame: samples of each.
    """
    edges = np.diff(speaks.astype(np.int8).T, axis=1, prepend=0, append=0)
    # By voice, then by time, beginnings and ends both: each beginning has the end at its place.
    voices, begins = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    starts, stops = np.maximum(0, at + begins * frame), at + ends * frame
    found = zip(starts.tolist(), stops.tolist(), voices.tolist(), strict=True)
    return [Turn(start, stop, voice) for start, stop, voice in found if stop > start]


def evidence_of(turns: Sequence[Turn], stretches: Sequence[Span], n_voices: int) -> Evidence:
    """How much of each stretch each voice speaks.

    Args:
        turns: in any order. Turns of one voice do not overlap each other.
        stretches: with at least a sample each, otherwise only what surrounds them counts.
        n_voices: more than the highest number among the turns.
    """
    shape = (len(stretches), n_voices)
    if not turns or not stretches:
        nothing = np.zeros(shape, np.bool_)
        return Evidence(nothing.astype(np.float32), np.zeros(len(stretches), np.bool_), nothing)
    starts, ends = np.array(stretches, np.int64).T[:, :, None]
    begins = np.array([turn.start for turn in turns])
    finishes = np.array([turn.end for turn in turns])
    voices = np.array([turn.voice for turn in turns])
    common = np.clip(np.minimum(ends, finishes) - np.maximum(starts, begins), 0, None)
    covered = np.zeros(shape, np.float32)
    np.add.at(covered.T, voices, (common / np.maximum(1, ends - starts)).T.astype(np.float32))
    distances = np.maximum(np.maximum(begins - ends, starts - finishes), 0)
    nearest = distances.argmin(axis=1)
    is_covered = covered.any(axis=1)
    is_near = ~is_covered & (distances.min(axis=1) <= _REACH)
    covered[is_near, voices[nearest[is_near]]] = _NEAR
    return Evidence(covered, is_covered | is_near, covered >= _HEARD)
