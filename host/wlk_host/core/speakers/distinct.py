"""Vectors of people who are known to be different ones become voices.

Those who speak in one piece of sound are different people, however alike they sound: so two on a
telephone line are told apart, whose vectors alone would be one voice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wlk_host.core.speakers.limit import VoiceLimit
from wlk_host.core.speakers.voices import Voice, VoicePrint
from wlk_host.core.types import SAMPLE_RATE, Sample


@dataclass(frozen=True, slots=True)
class Heard:
    """Somebody who speaks in a piece of sound.

    Attributes:
        voice: how that sounds, shape (d,), length 1.
        length: of what the vector is made of, nobody else speaking.
        is_narrow: whether voices are alike in such sound (`narrow.is_narrow`).
    """

    voice: Voice
    length: Sample
    is_narrow: bool


@dataclass(frozen=True, slots=True)
class DistinctOptions:
    """When somebody is a voice that is known. Found on `tests/bench/speakers.py`'s recordings.

    Attributes:
        same: cosine from which it is that voice, and tells how it sounds.
        other: cosine under which it is none that is known.
        new: cosine under which it can begin a new voice; above, it may be that voice after all.
        telling: speech that tells how a voice sounds.
        beginning: speech that can begin a new voice.
        confirm: pieces in a row, like one another, that make a new voice.
        most: voices told apart; further ones are taken for the most similar.
    """

    same: float = 0.7
    other: float = 0.6
    new: float = 0.69
    telling: Sample = SAMPLE_RATE * 8 // 10
    beginning: Sample = SAMPLE_RATE * 7 // 10
    confirm: int = 2
    most: int = 12


class DistinctVoices:
    """The voices heard so far.

    Args:
        options: when somebody is one of them.
    """

    def __init__(self, options: DistinctOptions) -> None:
        self._options = options
        self._limit = VoiceLimit()
        self._sums: list[Voice] = []
        self._counts: list[int] = []
        self._narrow: list[int] = []
        self._unknown: list[list[Heard]] = []

    def __len__(self) -> int:
        return len(self._sums)

    @property
    def _most(self) -> int:
        return min(self._limit.most or self._options.most, self._options.most)

    def limit(self, limit: VoiceLimit) -> None:
        """Take no more voices than that for those that there are: the ones heard most."""
        self._limit = limit

    def hear(self, people: Sequence[Heard]) -> None:
        """Learn from those who speak in one more piece of sound."""
        options = self._options
        likeness = self._likeness(people)
        given = self._given(likeness, options.same)
        # Who is taken for somebody else in this piece is nobody of those.
        free = [voice for voice in range(len(self)) if voice not in given]
        unknown = []
        for number, (one, voice) in enumerate(zip(people, given, strict=True)):
            if voice is None:
                if (likeness[number, free] < options.new).all():
                    unknown.append(one)
            elif one.length >= options.telling and likeness[number, voice] >= options.same:
                self._learn(voice, one)
        self._begin([one for one in unknown if one.length >= options.beginning])

    def tell(self, people: Sequence[Heard]) -> list[int | None]:
        """Which voice each of them is who speak in one piece of sound; None: none that is known."""
        return self._given(self._likeness(people), self._options.other)

    def prints(self) -> list[VoicePrint]:
        """What was heard of each, in the order in which they came."""
        return [
            VoicePrint(total / np.linalg.norm(total), count, n_narrow)
            for total, count, n_narrow in zip(self._sums, self._counts, self._narrow, strict=True)
        ]

    def _likeness(self, people: Sequence[Heard]) -> NDArray[np.float32]:
        """Cosines with each voice, shape (people, voices). -1 for voices beyond the limit."""
        if not self._sums or not people:
            return np.empty((len(people), len(self._sums)), np.float32)
        sums = np.stack(self._sums)
        lengths = np.linalg.norm(sums, axis=1)
        vectors = np.stack([one.voice for one in people])
        cosines: NDArray[np.float32] = (vectors @ (sums / lengths[:, None]).T).astype(np.float32)
        cosines[:, np.argsort(-lengths, kind="stable")[self._most :]] = -1
        return cosines

    def _given(self, likeness: NDArray[np.float32], least: float) -> list[int | None]:
        """A voice for each, another for each, the most similar pairs first.

        Args:
            likeness: shape (people, voices).
            least: cosine under which nobody is given a voice, while there may be new ones.
        """
        given: list[int | None] = [None] * len(likeness)
        lowest = -1.0 if len(self) >= self._most else least
        for place in np.argsort(-likeness, axis=None, kind="stable"):
            number, voice = (int(i) for i in np.unravel_index(place, likeness.shape))
            if likeness[number, voice] <= -1 or likeness[number, voice] < lowest:
                break
            if given[number] is None and voice not in given:
                given[number] = voice
        return given

    def _learn(self, voice: int, one: Heard) -> None:
        self._sums[voice] = self._sums[voice] + one.voice
        self._counts[voice] += 1
        self._narrow[voice] += one.is_narrow

    def _begin(self, people: Iterable[Heard]) -> None:
        """Make voices of those who were heard often enough, and remember the others."""
        waiting = list[list[Heard]]()
        for one in people:
            alike = next((w for w in self._unknown if self._is_one(w[-1], one)), [])
            if len(alike) + 1 < self._options.confirm:
                waiting.append([*alike, one])
            elif len(self) < self._most:
                self._sums.append(np.zeros_like(one.voice))
                self._counts.append(0)
                self._narrow.append(0)
                for each in (*alike, one):
                    self._learn(len(self) - 1, each)
        self._unknown = waiting

    def _is_one(self, one: Heard, other: Heard) -> bool:
        return float(one.voice @ other.voice) >= self._options.same
