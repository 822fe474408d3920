"""Vectors of voices become voices, one after the other as they are heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wlk_host.core.speakers.limit import VoiceLimit

Voice: TypeAlias = NDArray[np.float32]
"""How a voice sounds, shape (d,), length 1."""


@dataclass(frozen=True, slots=True)
class VoicePrint:
    """What was heard of a voice: the mean of its windows.

    Attributes:
        vector: how it sounds, shape (d,), length 1.
        n_windows: that it is the mean of.
        n_narrow: of these, the windows in which voices are alike (`embedded.is_narrow`).
    """

    vector: Voice
    n_windows: int
    n_narrow: int = 0

    @property
    def is_narrow(self) -> bool:
        """Whether most of it was heard through a line on which voices are alike."""
        return 2 * self.n_narrow > self.n_windows


def joint(prints: Sequence[VoicePrint]) -> VoicePrint:
    """That of the voice whose parts these are.

    Raises:
        ValueError: there are none.
    """
    if not prints:
        raise ValueError("expected a print at least, got none")
    total = np.sum([one.vector * one.n_windows for one in prints], axis=0)
    vector = np.asarray(total / np.linalg.norm(total), np.float32)
    n_narrow = sum(one.n_narrow for one in prints)
    return VoicePrint(vector, sum(one.n_windows for one in prints), n_narrow)


@dataclass(frozen=True, slots=True)
class VoiceOptions:
    """When a voice is one that is known. Found on `tests/bench/speakers.py`'s recordings.

    Attributes:
        same: cosine from which a window is of a voice for sure, and tells how it sounds.
        other: cosine under which it is of none that is known.
        confirm: windows in a row, like one another, that make a new voice.
        most: voices told apart; further ones are taken for the most similar.
    """

    same: float = 0.75
    other: float = 0.65
    confirm: int = 2
    most: int = 12


TELEPHONE: Final = VoiceOptions(same=0.8, other=0.8, confirm=4)
"""On a telephone line all voices are alike: with a cosine of 0.68 (median of pairs of windows), and
0.76 within a voice. These find the two of a call, and would find two in one voice as well, so they
hold only where the number of voices is known."""


class Voices:
    """The voices heard so far.

    Args:
        options: when a voice is one that is known.
        telephone: the same on a telephone line, where the number of voices is known.
    """

    def __init__(self, options: VoiceOptions, telephone: VoiceOptions = TELEPHONE) -> None:
        self._options = options
        self._telephone = telephone
        self._limit = VoiceLimit()
        self._sums: list[Voice] = []
        self._counts: list[int] = []
        self._narrow: list[int] = []
        self._unknown: list[tuple[Voice, bool]] = []

    def __len__(self) -> int:
        return len(self._sums)

    @property
    def _most(self) -> int:
        return min(self._limit.most or self._options.most, self._options.most)

    def limit(self, limit: VoiceLimit) -> None:
        """Take no more voices than that for those that there are: the ones heard most."""
        self._limit = limit

    def hear(self, voice: Voice, *, by_telephone: bool = False, is_narrow: bool = False) -> None:
        """Learn from one more window.

        Args:
            voice: of that window.
            by_telephone: whether it has come through a telephone line.
            is_narrow: whether voices are alike in such sound.
        """
        is_like_others = by_telephone and self._limit.is_exact
        options = self._telephone if is_like_others else self._options
        likeness = self.likeness(voice[None])[0]
        nearest = int(likeness.argmax()) if len(self) else None
        is_full = len(self) >= self._most
        if nearest is not None and (is_full or likeness[nearest] >= options.other):
            self._unknown = []
            if likeness[nearest] >= options.same:
                self._sums[nearest] = self._sums[nearest] + voice
                self._counts[nearest] += 1
                self._narrow[nearest] += is_narrow
            return
        self._unknown = [v for v in self._unknown if float(v[0] @ voice) >= self._options.other]
        self._unknown.append((voice, is_narrow))
        if len(self._unknown) >= options.confirm:
            self._sums.append(np.sum([each for each, _ in self._unknown], axis=0))
            self._counts.append(len(self._unknown))
            self._narrow.append(sum(narrow for _, narrow in self._unknown))
            self._unknown = []

    def prints(self) -> list[VoicePrint]:
        """What was heard of each, in the order in which they came."""
        return [
            VoicePrint(total / np.linalg.norm(total), count, n_narrow)
            for total, count, n_narrow in zip(self._sums, self._counts, self._narrow, strict=True)
        ]

    def likeness(self, voices: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosines of vectors, shape (n, d), with each voice, shape (n, number of voices).

        -1 for voices beyond the limit.
        """
        if not self._sums:
            return np.empty((len(voices), 0), np.float32)
        sums = np.stack(self._sums)
        lengths = np.linalg.norm(sums, axis=1)
        cosines: NDArray[np.float32] = (voices @ (sums / lengths[:, None]).T).astype(np.float32)
        cosines[:, np.argsort(-lengths, kind="stable")[self._most :]] = -1
        return cosines
