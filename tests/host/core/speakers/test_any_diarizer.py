"""A session's speakers, whichever engine tells their voices apart."""

import tracemalloc
from collections.abc import Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray

from wlk_host.core.sound.voicing import Span
from wlk_host.core.sound.window import AudioBuffer
from wlk_host.core.speakers.diarizer import Evidence
from wlk_host.core.speakers.embedded import Embedded
from wlk_host.core.speakers.limit import VoiceLimit
from wlk_host.core.speakers.speakers import Speakers
from wlk_host.core.speakers.turns import Turn, evidence_of
from wlk_host.core.speakers.voices import VoicePrint
from wlk_host.core.types import SAMPLE_RATE, AudioChunk, Pcm, Sample, Word

S = SAMPLE_RATE


class TurnsModel:
    """An engine that knows who speaks when; sessions of it share what they are asked for."""

    prints_by: str | None = None

    def __init__(self, name: str, turns: Sequence[Turn]) -> None:
        self.name = name
        self.turns = turns
        self.limits: list[VoiceLimit] = []
        self.heard: list[tuple[list[Span], bool]] = []
        self.n_open = 0

    def open(self) -> "TurnsModel":
        self.n_open += 1
        return self

    def limit(self, limit: VoiceLimit) -> None:
        self.limits.append(limit)

    def begin(self, at: Sample) -> None:
        pass

    def listen(self, sound: AudioBuffer, speech: Sequence[Span], *, closing: bool) -> None:
        self.heard.append((list(speech), closing))

    def evidence(self, stretches: Sequence[Span]) -> Evidence:
        return evidence_of(self.turns, stretches, 3)

    def prints(self) -> Sequence[VoicePrint]:
        return ()

    def forget(self, before: Sample) -> None:
        pass


def seconds_of_words(n: int) -> list[Word]:
    return [Word(" word", at * S, (at + 1) * S, 0.9) for at in range(n)]


def silence(end: Sample) -> AudioBuffer:
    sound = AudioBuffer(0)
    sound.append(AudioChunk(0, np.zeros(end, np.float32)))
    return sound


def test_two_voices_at_the_same_time_are_named_together() -> None:
    speakers = Speakers()
    speakers.use(TurnsModel("a", [Turn(0, 4 * S, 0), Turn(2 * S, 6 * S, 1)]))
    assert speakers.who(seconds_of_words(6)) == ["1", "1", "1+2", "1+2", "2", "2"]


def test_another_engine_numbers_its_voices_after_those_that_were_named() -> None:
    speakers = Speakers()
    speakers.use(TurnsModel("a", [Turn(0, 3 * S, 0), Turn(3 * S, 6 * S, 1)]))
    assert set(speakers.who(seconds_of_words(6))) == {"1", "2"}
    speakers.use(TurnsModel("b", [Turn(0, 6 * S, 0)]))
    assert set(speakers.who(seconds_of_words(6))) == {"3"}


def test_the_same_engine_goes_on_with_its_voices_and_with_another_limit() -> None:
    model = TurnsModel("a", [Turn(0, 6 * S, 1)])
    speakers = Speakers()
    speakers.use(model, VoiceLimit(2))
    speakers.use(None)
    speakers.use(model, VoiceLimit(3, is_exact=True))
    assert model.n_open == 1
    assert model.limits == [VoiceLimit(2), VoiceLimit(3, is_exact=True)]
    assert set(speakers.who(seconds_of_words(6))) == {"2"}


def test_an_engine_hears_each_speech_until_it_is_over() -> None:
    model = TurnsModel("a", [])
    speakers = Speakers()
    speakers.use(model)
    speakers.note(S, 2 * S)
    speakers.listen(silence(4 * S), closing=False)
    speakers.note(S, 3 * S)
    speakers.listen(silence(4 * S), closing=True)
    speakers.note(4 * S, 5 * S)
    speakers.listen(silence(4 * S), closing=True)
    assert model.heard == [([(S, 2 * S)], False), ([(S, 3 * S)], True)]


def test_speech_from_before_it_was_asked_for_is_not_heard() -> None:
    """All of it at once would keep captions waiting."""
    model = TurnsModel("a", [])
    speakers = Speakers()
    speakers.note(S, 2 * S)
    speakers.use(model)
    speakers.note(S, 3 * S)
    speakers.listen(silence(4 * S), closing=False)
    assert model.heard == [([(2 * S, 3 * S)], False)]


class Alternating:
    """Two voices in turn, each vector a little different: the sound holds their numbers."""

    frame: Sample = 270
    first: Sample = 495

    def __init__(self) -> None:
        self._random = np.random.default_rng(17)

    def segment(self, pcm: Pcm) -> NDArray[np.float32]:
        numbers = pcm[self.first :: self.frame]
        return np.asarray(numbers[:, None] == np.array([1, 2]), np.float32)

    def embed(self, pcm: Pcm) -> NDArray[np.float32]:
        share = float(pcm.mean()) - 1
        voice = np.array([1 - share, share, 0, 0], np.float32)
        voice += self._random.normal(0, 0.05, 4).astype(np.float32)
        return np.asarray(voice / np.linalg.norm(voice), np.float32)


def test_after_an_hour_of_two_voices_in_turn_labels_are_the_same_and_no_memory_is_kept() -> None:
    speakers = Speakers()
    voices = Alternating()
    speakers.use(Embedded(voices, voices))
    sound, memory = AudioBuffer(0), list[int]()
    tracemalloc.start()
    for number in count():
        start = number * 6 * S
        if start >= 3600 * S:
            break
        pcm = np.full(5 * S, number % 2 + 1, np.float32)
        sound.append(AudioChunk(start, pcm))
        speakers.note(start, start + 5 * S)
        speakers.listen(sound, closing=True)
        words = [Word(" word", at, at + S // 2, 0.9) for at in range(start, start + 5 * S, S // 2)]
        told = speakers.who(words)
        assert told == [str(number % 2 + 1)] * 10, number
        speakers.forget(start + 5 * S)
        sound.forget(start + 5 * S)
        memory.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert max(memory[-50:]) - max(memory[50:100]) < 50_000
