"""Who speaks: voices are told apart while they are heard, and words are given to them.

Each window of speech becomes a vector, near to those of the same voice (Wan et al. 2018). Windows
like no voice that is known begin a new one. Words are given to voices all at once, so that a
speaker changes where a sentence or a pause ends rather than inside a clause (Viterbi).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from wlk_host.core.ports import VoiceEncoder
from wlk_host.core.sentences import ends_sentence
from wlk_host.core.sound.window import AudioBuffer
from wlk_host.core.types import SAMPLE_RATE, Sample, Word

Voice: TypeAlias = NDArray[np.float32]
"""How a voice sounds, shape (d,), length 1."""

WhoSpeaks: TypeAlias = Callable[[Sequence[Word]], Sequence[str | None]]
"""The speaker of each word; None where that is not known."""


def takeovers(speakers: Sequence[str | None]) -> list[bool]:
    """For each word, whether another speaker begins there; unknown ones do not count."""
    found, before = [], None
    for speaker in speakers:
        found.append(speaker is not None and before not in (None, speaker))
        before = speaker or before
    return found


def nobody(words: Sequence[Word]) -> list[str | None]:
    """For sessions that do not tell voices apart."""
    return [None] * len(words)


@dataclass(frozen=True, slots=True)
class SpeakerOptions:
    """How voices are told apart. Found on `tests/bench/speakers.py`'s recordings.

    Attributes:
        window: speech that one vector is made of; what the encoder was trained on.
        hop: between two windows.
        least: speech shorter than that says nothing about a voice.
        same: cosine from which a window is of a voice for sure, and tells how it sounds.
        other: cosine under which it is of none that is known.
        confirm: windows in a row, like one another, that make a new voice.
        most: voices told apart; further ones are taken for the most similar.
        change: what a new speaker inside a clause must bring in similarity, summed over words.
        change_at_pause: the same after a sentence or a pause.
        pause: a gap between words that may part speakers.
    """

    window: Sample = SAMPLE_RATE * 16 // 10
    hop: Sample = SAMPLE_RATE * 4 // 10
    least: Sample = SAMPLE_RATE * 8 // 10
    same: float = 0.75
    other: float = 0.65
    confirm: int = 2
    most: int = 12
    change: float = 0.5
    change_at_pause: float = 0.2
    pause: Sample = SAMPLE_RATE * 3 // 10


class Voices:
    """The voices heard so far."""

    def __init__(self, options: SpeakerOptions) -> None:
        self._options = options
        self._sums: list[Voice] = []
        self._unknown: list[Voice] = []

    def __len__(self) -> int:
        return len(self._sums)

    def hear(self, voice: Voice) -> None:
        """Learn from one more window."""
        options = self._options
        likeness = self.likeness(voice[None])[0]
        nearest = int(likeness.argmax()) if len(self) else None
        if nearest is not None and likeness[nearest] >= options.other:
            self._unknown = []
            if likeness[nearest] >= options.same:
                self._sums[nearest] = self._sums[nearest] + voice
            return
        if len(self) == options.most:
            return
        self._unknown = [v for v in self._unknown if float(v @ voice) >= options.other]
        self._unknown.append(voice)
        if len(self._unknown) >= options.confirm:
            self._sums.append(np.sum(self._unknown, axis=0))
            self._unknown = []

    def likeness(self, voices: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosines of vectors, shape (n, d), with each voice, shape (n, number of voices)."""
        if not self._sums:
            return np.empty((len(voices), 0), np.float32)
        known = np.stack([total / np.linalg.norm(total) for total in self._sums])
        cosines: NDArray[np.float32] = (voices @ known.T).astype(np.float32)
        return cosines


@dataclass(frozen=True, slots=True)
class _Window:
    """A vector and the sample in the middle of its sound."""

    middle: Sample
    voice: Voice


class Speakers:
    """Who speaks in one session. Names are "1", "2", ... in the order in which voices came.

    Args:
        encoder: makes vectors; None tells nobody apart.
        options: how.
    """

    def __init__(
        self, encoder: VoiceEncoder | None = None, options: SpeakerOptions | None = None
    ) -> None:
        self.encoder = encoder
        self._options = options or SpeakerOptions()
        self._voices = Voices(self._options)
        self._windows: list[_Window] = []
        self._spans: list[tuple[Sample, Sample]] = []
        self._noted_until: Sample = 0
        self._heard_until: Sample = 0

    def begin(self, at: Sample) -> None:
        """Another session begins there; the voices stay known."""
        self._windows, self._spans = [], []
        self._noted_until = self._heard_until = at

    def note(self, start: Sample, end: Sample) -> None:
        """There is speech in [start, end), which may grow."""
        if end <= self._noted_until:
            return
        self._noted_until = end
        if self._spans and self._spans[-1][0] == start:
            self._spans.pop()
        self._spans.append((start, end))

    def listen(self, sound: AudioBuffer, *, closing: bool) -> None:
        """Learn from the speech that was noted.

        Args:
            sound: where it is, as far as it was not heard before. Speech after it waits.
            closing: whether the last span in it is over.
        """
        options = self._options
        spans = [span for span in self._spans if span[0] < sound.end]
        later = self._spans[len(spans) :]
        for number, (opened_at, end) in enumerate(spans, start=1):
            opened = max(opened_at, sound.start)
            start = max(opened, self._heard_until - options.window + options.hop)
            while start + options.window <= end:
                self._hear(sound, start, start + options.window)
                start += options.hop
            is_over = closing or number < len(spans)
            if is_over and self._heard_until < end and end - opened >= options.least:
                self._hear(sound, max(opened, end - options.window), end)
        self._spans = [*([] if closing else spans[-1:]), *later]

    def who(self, words: Sequence[Word]) -> list[str | None]:
        """The speaker of each of these words, which follow one another.

        None where nothing was heard near a word: speech too short to tell.
        """
        if self.encoder is None or not words or not self._windows or not len(self._voices):
            return nobody(words)
        middles = np.array([window.middle for window in self._windows])
        at = np.array([(word.start + word.end) // 2 for word in words])
        distances = np.abs(at[:, None] - middles)
        is_near = distances.min(axis=1) <= self._options.window
        likeness = self._voices.likeness(np.stack([window.voice for window in self._windows]))
        told = likeness[distances.argmin(axis=1)] * is_near[:, None]
        path = _best_path(told, self._costs(words))
        return [str(v + 1) if near else None for v, near in zip(path, is_near, strict=True)]

    def forget(self, before: Sample) -> None:
        """No word before that sample will be asked for."""
        self._windows = [w for w in self._windows if w.middle >= before - self._options.window]

    def _hear(self, sound: AudioBuffer, start: Sample, end: Sample) -> None:
        self._heard_until = end
        if self.encoder is None:
            return
        voice = self.encoder.embed(sound.slice(start, end))
        self._windows.append(_Window((start + end) // 2, voice))
        self._voices.hear(voice)

    def _costs(self, words: Sequence[Word]) -> list[float]:
        """What a change of speaker before each word costs."""
        options = self._options
        may_part = [
            after.start - before.end >= options.pause or ends_sentence(before.text, after.text)
            for before, after in pairwise(words)
        ]
        return [0.0, *(options.change_at_pause if m else options.change for m in may_part)]


def _best_path(told: NDArray[np.float32], costs: Sequence[float]) -> list[int]:
    """The sequence of columns with the highest sum, less the costs of changes (Viterbi)."""
    best = np.zeros(told.shape[1])
    origins: list[NDArray[np.intp]] = []
    for row, cost in zip(told, costs, strict=True):
        top = int(best.argmax())
        stays = best >= best[top] - cost
        origins.append(np.where(stays, np.arange(len(best)), top))
        best = np.where(stays, best, best[top] - cost) + row
    path = [int(best.argmax())]
    for origin in reversed(origins[1:]):
        path.append(int(origin[path[-1]]))
    return path[::-1]
