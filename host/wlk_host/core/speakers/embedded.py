"""The engine `embedded`: who speaks when in pieces of five seconds, and which voice that is.

A segmenter tells how many speak in a piece, from when to when, also at the same time. A vector of
what each says alone tells which voice it is. Pieces overlap, so each moment is told several times,
and the mean counts (Bredin and Laurent, 2021, arXiv:2104.04045; Coria et al., 2021,
arXiv:2109.06483).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wlk_host.core.ports import SpeechSegmenter, VoiceEncoder
from wlk_host.core.sound.voicing import Span
from wlk_host.core.sound.window import AudioBuffer
from wlk_host.core.speakers.diarizer import Evidence
from wlk_host.core.speakers.distinct import DistinctOptions, DistinctVoices, Heard
from wlk_host.core.speakers.limit import VoiceLimit
from wlk_host.core.speakers.narrow import is_narrow
from wlk_host.core.speakers.turns import Turn, evidence_of, turns_in
from wlk_host.core.speakers.voices import VoicePrint
from wlk_host.core.types import SAMPLE_RATE, AudioChunk, Pcm, Sample

NAME: Final = "embedded"

_SPEAKS: Final = 0.5
"""Probability from which somebody is heard."""


@dataclass(frozen=True, slots=True)
class EmbeddedOptions:
    """How sound is heard. Found on `tests/bench/speakers.py`'s recordings.

    Attributes:
        piece: of sound, of which the segmenter tells at once; what it was trained on.
        shortest: piece that it tells of.
        hop: from the end of a piece to that of the next.
        vector: speech that a vector is made of, the latest of the piece.
        least: speech shorter than that says nothing about a voice.
        voices: when somebody is a voice that is known.
    """

    piece: Sample = SAMPLE_RATE * 5
    shortest: Sample = SAMPLE_RATE
    hop: Sample = SAMPLE_RATE
    vector: Sample = SAMPLE_RATE * 32 // 10
    least: Sample = SAMPLE_RATE * 5 // 10
    voices: DistinctOptions = field(default_factory=DistinctOptions)


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Embedded:
    """`DiarizerModel`: a segmenter and a voice encoder, and how they are used.

    Attributes:
        prints_by: identity of the encoder's weights; None where its vectors are not to be kept.
    """

    segmenter: SpeechSegmenter
    encoder: VoiceEncoder
    options: EmbeddedOptions = field(default_factory=EmbeddedOptions)
    name: str = NAME
    prints_by: str | None = None

    def open(self) -> "EmbeddedDiarizer":
        """A session's own."""
        return EmbeddedDiarizer(self.segmenter, self.encoder, self.options)


@dataclass(frozen=True, slots=True)
class _Piece:
    """What was told of a piece of sound.

    Attributes:
        first: number of its first frame, counted from the session's start.
        speaks: how probably each person speaks, shape (frames, people).
        is_told: shape (frames,). False where somebody speaks of whom no vector tells.
        people: those of whom vectors tell.
    """

    first: int
    speaks: NDArray[np.float32]
    is_told: NDArray[np.bool_]
    people: tuple[Heard, ...]

    @property
    def end(self) -> int:
        """Number of the frame after its last one."""
        return self.first + len(self.speaks)


class EmbeddedDiarizer:
    """`Diarizer` by segmentation and vectors.

    Args:
        segmenter: tells who speaks when in a piece.
        encoder: makes the vectors.
        options: of which sound.
    """

    def __init__(
        self, segmenter: SpeechSegmenter, encoder: VoiceEncoder, options: EmbeddedOptions
    ) -> None:
        self._segmenter = segmenter
        self._encoder = encoder
        self._options = options
        self._voices = DistinctVoices(options.voices)
        self._recent = AudioBuffer()
        self._pieces: list[_Piece] = []
        self._heard_until: Sample = 0

    def limit(self, limit: VoiceLimit) -> None:
        """Tell apart no more voices than that from now on."""
        self._voices.limit(limit)

    def begin(self, at: Sample) -> None:
        """Sound begins anew there. The voices stay known."""
        self._recent, self._pieces, self._heard_until = AudioBuffer(at), [], at

    def listen(self, sound: AudioBuffer, speech: Sequence[Span], *, closing: bool) -> None:
        """Learn from the pieces of sound that came since. See `Diarizer.listen`."""
        self._take(sound, speech[0][0])
        options = self._options
        while self._heard_until + options.hop <= self._recent.end:
            self._hear(self._heard_until + options.hop, speech)
        if closing and self._heard_until < speech[-1][1]:
            self._hear(self._recent.end, speech)

    def evidence(self, stretches: Sequence[Span]) -> Evidence:
        """How much of each stretch each voice speaks."""
        return evidence_of(self._turns(), stretches, len(self._voices))

    def prints(self) -> list[VoicePrint]:
        """The means of what was heard of each."""
        return self._voices.prints()

    def forget(self, before: Sample) -> None:
        """No word before that sample will be asked for."""
        frame = self._frame_at(before)
        self._pieces = [piece for piece in self._pieces if piece.end > frame]

    def _take(self, sound: AudioBuffer, speech_from: Sample) -> None:
        """Keep the sound that came since, speech or not."""
        start = max(self._recent.end, sound.start)
        is_first = self._recent.start == self._recent.end
        if is_first or start > self._recent.end + self._options.piece:
            start = min(max(start, speech_from), sound.end)
            self._recent, self._heard_until = AudioBuffer(start), start
        # What lies between speech tells nothing new.
        self._heard_until = max(self._heard_until, min(speech_from, sound.end))
        if start < sound.end:
            # A hole is silence.
            self._recent.append(AudioChunk(start, sound.slice(start, sound.end)))

    def _hear(self, end: Sample, speech: Sequence[Span]) -> None:
        """Hear the piece that ends there, if there is speech in what is new in it."""
        options = self._options
        start = max(self._recent.start, end - options.piece)
        is_speech = any(a < end and b > self._heard_until for a, b in speech)
        self._heard_until = end
        if is_speech and end - start >= options.shortest:
            piece = self._heard(start, self._recent.slice(start, end))
            self._voices.hear(piece.people)
            self._pieces.append(piece)
        self._recent.forget(end - options.piece)

    def _heard(self, start: Sample, pcm: Pcm) -> _Piece:
        told = self._segmenter.segment(pcm)
        is_heard = told > _SPEAKS
        alone = is_heard & (is_heard.sum(axis=1, keepdims=True) == 1)
        # The frame that is nearest to each sample.
        frames = (np.arange(len(pcm)) - self._segmenter.first) / self._segmenter.frame
        frames = np.clip(np.rint(frames), 0, len(told) - 1).astype(np.intp)
        is_told = np.ones(len(told), np.bool_)
        numbers, people = [], []
        for number in np.flatnonzero(is_heard.any(axis=0)):
            all_said = np.flatnonzero(alone[frames, number])
            if len(all_said) < self._options.least:
                is_told &= ~is_heard[:, number]
                continue
            said = all_said[-self._options.vector :]
            if len(said) < len(all_said):
                # Before that it may have been somebody else: the segmenter misses changes between
                # voices that are alike.
                is_told[: frames[said[0]]] &= ~is_heard[: frames[said[0]], number]
            numbers.append(number)
            people.append(Heard(self._encoder.embed(pcm[said]), len(said), is_narrow(pcm[said])))
        return _Piece(self._frame_at(start), told[:, numbers], is_told, tuple(people))

    def _frame_at(self, sample: Sample) -> int:
        return round(sample / self._segmenter.frame)

    def _turns(self) -> list[Turn]:
        """Who speaks from when to when in the pieces that are kept, by what is known now."""
        if not self._pieces or not len(self._voices):
            return []
        first = self._pieces[0].first
        shape = (max(piece.end for piece in self._pieces) - first, len(self._voices))
        speaks, n_told = np.zeros(shape, np.float32), np.zeros((shape[0], 1), np.float32)
        for piece in self._pieces:
            frames = slice(piece.first - first, piece.end - first)
            given = self._voices.tell(piece.people)
            is_unknown = np.array([voice is None for voice in given], np.bool_)
            is_told = piece.is_told & ~(piece.speaks[:, is_unknown] > _SPEAKS).any(axis=1)
            n_told[frames, 0] += is_told
            for number, voice in enumerate(given):
                if voice is not None:
                    speaks[frames, voice] += piece.speaks[:, number] * is_told
        is_heard = speaks > _SPEAKS * np.maximum(n_told, 1)
        begin = self._segmenter.first - self._segmenter.frame // 2
        return turns_in(is_heard, begin + first * self._segmenter.frame, self._segmenter.frame)
