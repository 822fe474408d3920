"""Engines that take all sound as it comes, and find turns in it by themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np

from wlk_host.core.sound.voicing import Span
from wlk_host.core.sound.window import AudioBuffer
from wlk_host.core.speakers.diarizer import Evidence
from wlk_host.core.speakers.limit import VoiceLimit
from wlk_host.core.speakers.turns import Turn, evidence_of
from wlk_host.core.speakers.voices import VoicePrint
from wlk_host.core.types import Pcm, Sample


class TurnStream(Protocol):
    """One session's sound on its way through such an engine.

    Attributes:
        latency: sound that it wants behind what it tells of.
    """

    @property
    def latency(self) -> Sample:
        """Sound that it wants behind what it tells of."""
        ...

    def limit(self, most: int | None) -> None:
        """Tell no more voices apart than that from now on, if it can; None: there is no limit."""
        ...

    def hear(self, pcm: Pcm) -> Sequence[Turn]:
        """What turns out of sound that follows what was heard before.

        Positions count from the first sample that it was given. Nothing is told twice; what goes on
        is told in pieces. Turns of one voice do not overlap.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Piece:
    """Sound of the session that the stream was given in one go.

    Attributes:
        heard_at: where it begins in the stream.
        start: where it begins in the session.
    """

    heard_at: Sample
    start: Sample
    length: Sample


class StreamedDiarizer:
    """`Diarizer` on a `TurnStream`. Where speech is over, the stream is given silence to end with.

    Args:
        stream: of this session.
    """

    def __init__(self, stream: TurnStream) -> None:
        self._stream = stream
        self._most: int | None = None
        self._numbers: dict[int, int] = {}
        self._turns: list[Turn] = []
        self._pieces: list[_Piece] = []
        self._n_given: Sample = 0
        self._heard_until: Sample = 0
        self._is_told = True

    def limit(self, limit: VoiceLimit) -> None:
        """Tell apart no more voices than that from now on: those that came first."""
        self._most = limit.most
        self._stream.limit(limit.most)

    def begin(self, at: Sample) -> None:
        """Sound begins anew there. The voices stay known."""
        self._turns, self._pieces, self._heard_until = [], [], at

    def listen(self, sound: AudioBuffer, speech: Sequence[Span], *, closing: bool) -> None:
        """Take the sound that came since, speech or not."""
        start = max(self._heard_until, sound.start, speech[0][0])
        if start < sound.end:
            self._give(sound.slice(start, sound.end), start)
            self._heard_until, self._is_told = sound.end, False
        if closing and not self._is_told:
            self._give(np.zeros(self._stream.latency, np.float32))
            self._is_told = True

    def evidence(self, stretches: Sequence[Span]) -> Evidence:
        """How much of each stretch each voice speaks."""
        return evidence_of(self._turns, stretches, len(self._numbers))

    def prints(self) -> tuple[VoicePrint, ...]:
        """None: the stream tells turns only."""
        return ()

    def forget(self, before: Sample) -> None:
        """Nothing before that sample will be asked for."""
        self._turns = [turn for turn in self._turns if turn.end > before]
        self._pieces = [piece for piece in self._pieces if piece.start + piece.length > before]

    def _give(self, pcm: Pcm, start: Sample | None = None) -> None:
        """Let the stream hear that; None: it is no sound of the session."""
        if start is not None:
            self._pieces.append(_Piece(self._n_given, start, len(pcm)))
        self._n_given += len(pcm)
        for turn in self._stream.hear(pcm):
            if (voice := self._numbered(turn.voice)) is not None:
                self._turns += self._placed(turn, voice)
        self._turns = _merged(self._turns)

    def _numbered(self, voice: int) -> int | None:
        """The number of a voice of the stream; None for one beyond the limit."""
        if voice not in self._numbers:
            if self._most is not None and len(self._numbers) >= self._most:
                return None
            self._numbers[voice] = len(self._numbers)
        return self._numbers[voice]

    def _placed(self, turn: Turn, voice: int) -> list[Turn]:
        """A turn of the stream where it is in the session, in parts where that has holes."""
        found = []
        for piece in self._pieces:
            start = max(turn.start - piece.heard_at, 0)
            end = min(turn.end - piece.heard_at, piece.length)
            if start < end:
                found.append(Turn(piece.start + start, piece.start + end, voice))
        return found


def _merged(turns: Sequence[Turn]) -> list[Turn]:
    """The same turns, those of a voice that touch as one."""
    ordered = sorted(turns, key=lambda turn: (turn.voice, turn.start))
    merged = ordered[:1]
    for before, turn in pairwise(ordered):
        if before.voice == turn.voice and turn.start <= merged[-1].end:
            merged[-1] = Turn(merged[-1].start, max(merged[-1].end, turn.end), turn.voice)
        else:
            merged.append(turn)
    return merged
