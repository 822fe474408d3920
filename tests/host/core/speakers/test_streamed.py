"""Engines that find turns by themselves, in a session's sound with its holes."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wlk_host.core.sound.window import AudioBuffer
from wlk_host.core.speakers.limit import VoiceLimit
from wlk_host.core.speakers.streamed import StreamedDiarizer
from wlk_host.core.speakers.turns import Turn
from wlk_host.core.types import SAMPLE_RATE, AudioChunk, Pcm, Sample

S = SAMPLE_RATE
FRAME = S // 10


class Frames:
    """Hears in each 0.1 s whose voice it holds, once `latency` has followed; 0 is silence."""

    latency = 3 * FRAME

    def __init__(self) -> None:
        self._sound = np.empty(0, np.float32)
        self._told: Sample = 0

    def limit(self, most: int | None) -> None:
        self.most = most

    def hear(self, pcm: Pcm) -> Sequence[Turn]:
        self._sound = np.append(self._sound, pcm)
        turns = []
        while self._told + FRAME + self.latency <= len(self._sound):
            voice = round(float(self._sound[self._told : self._told + FRAME].mean()))
            if voice:
                turns.append(Turn(self._told, self._told + FRAME, voice))
            self._told += FRAME
        return turns


def sound_of(voices: Sequence[int], start: Sample = 0) -> AudioBuffer:
    """A second of each voice, from `start` on."""
    sound = AudioBuffer(start)
    sound.append(AudioChunk(start, np.repeat(np.array(voices, np.float32), S)))
    return sound


def told(diarizer: StreamedDiarizer, *seconds: int) -> list[int | None]:
    """Whose voice is heard in each of these seconds."""
    evidence = diarizer.evidence([(at * S, (at + 1) * S) for at in seconds])
    return [
        int(scores.argmax()) if scores.any() else None
        for scores in np.where(evidence.speaks, evidence.scores, 0)
    ]


def test_voices_are_numbered_as_they_come_and_speech_is_told_to_its_end() -> None:
    diarizer = StreamedDiarizer(Frames())
    diarizer.listen(sound_of([3, 1, 1, 3]), [(0, 4 * S)], closing=True)
    assert told(diarizer, 0, 1, 2, 3) == [0, 1, 1, 0]


def test_what_goes_on_is_told_later_and_heard_once() -> None:
    diarizer = StreamedDiarizer(Frames())
    sound = sound_of([1, 2])
    diarizer.listen(sound, [(0, 2 * S)], closing=False)
    end = diarizer.evidence([(2 * S - FRAME, 2 * S)])
    assert not end.speaks.any()
    diarizer.listen(sound, [(0, 2 * S)], closing=False)
    sound.append(AudioChunk(2 * S, np.full(S, 2, np.float32)))
    diarizer.listen(sound, [(0, 3 * S)], closing=True)
    assert told(diarizer, 0, 1, 2) == [0, 1, 1]


def test_sound_behind_a_hole_is_told_where_it_is() -> None:
    diarizer = StreamedDiarizer(Frames())
    diarizer.listen(sound_of([1, 2]), [(0, 2 * S)], closing=True)
    diarizer.listen(sound_of([2, 1], 10 * S), [(10 * S, 12 * S)], closing=True)
    assert told(diarizer, 0, 1, 5, 10, 11) == [0, 1, None, 1, 0]


def test_voices_stay_known_where_sound_begins_anew() -> None:
    diarizer = StreamedDiarizer(Frames())
    diarizer.listen(sound_of([1, 2]), [(0, 2 * S)], closing=True)
    diarizer.begin(S)
    diarizer.listen(sound_of([2, 1], S), [(S, 3 * S)], closing=True)
    assert told(diarizer, 1, 2) == [1, 0]


def test_voices_beyond_the_limit_are_not_told() -> None:
    diarizer = StreamedDiarizer(Frames())
    diarizer.limit(VoiceLimit(2))
    diarizer.listen(sound_of([1, 2, 3, 1]), [(0, 4 * S)], closing=True)
    assert told(diarizer, 0, 1, 2, 3) == [0, 1, None, 0]


def test_what_is_forgotten_is_not_kept() -> None:
    diarizer = StreamedDiarizer(Frames())
    diarizer.listen(sound_of([1, 2, 1, 2]), [(0, 4 * S)], closing=False)
    diarizer.forget(2 * S)
    assert told(diarizer, 0, 2) == [None, 0]
    diarizer.listen(sound_of([1], 4 * S), [(0, 5 * S)], closing=True)
    assert told(diarizer, 3, 4) == [1, 0]


@given(
    voices=st.lists(st.integers(0, 3), min_size=1, max_size=8),
    cuts=st.lists(st.integers(1, 8 * S), max_size=6),
)
def test_in_whichever_steps_it_is_heard_the_turns_are_the_same(
    voices: list[int], cuts: list[Sample]
) -> None:
    whole, stepped = StreamedDiarizer(Frames()), StreamedDiarizer(Frames())
    sound, end = sound_of(voices), len(voices) * S
    whole.listen(sound, [(0, end)], closing=True)
    for cut in sorted(cut for cut in cuts if cut < end):
        part = AudioBuffer(0)
        part.append(AudioChunk(0, sound.slice(0, cut)))
        stepped.listen(part, [(0, end)], closing=False)
    stepped.listen(sound, [(0, end)], closing=False)
    stepped.listen(sound, [(0, end)], closing=True)
    spans = [(at * FRAME, (at + 1) * FRAME) for at in range(len(voices) * 10)]
    assert (whole.evidence(spans).scores == stepped.evidence(spans).scores).all()
