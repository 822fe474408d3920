"""Voices are told apart, and words are given to them where a speaker changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from host.core.scripted import ScriptedSegmenter, ScriptedVoices, ScriptedWord, sound_of, spoken
from wlk_host.core.sound.voicing import Span
from wlk_host.core.sound.window import AudioBuffer
from wlk_host.core.speakers.aligner import AlignOptions
from wlk_host.core.speakers.distinct import DistinctOptions
from wlk_host.core.speakers.embedded import Embedded, EmbeddedOptions
from wlk_host.core.speakers.limit import VoiceLimit
from wlk_host.core.speakers.speakers import Speakers
from wlk_host.core.types import SAMPLE_RATE, AudioChunk, Pcm, Sample, Word

S = SAMPLE_RATE

# Written out, so that tuning the defaults changes no test.
OPTIONS = EmbeddedOptions(
    piece=5 * S,
    shortest=S,
    hop=S,
    vector=S * 32 // 10,
    least=S * 5 // 10,
    voices=DistinctOptions(
        same=0.7, other=0.6, telling=S * 8 // 10, beginning=S * 7 // 10, confirm=2, most=3
    ),
)
ALIGN = AlignOptions(change=0.5, change_at_pause=0.2, pause=S * 3 // 10)


def words_of(script: Sequence[ScriptedWord]) -> list[Word]:
    return [Word(word.text, word.start, word.end, 0.9) for word in script]


def scripted(script: Sequence[ScriptedWord], voices: Sequence[int]) -> Embedded:
    return Embedded(ScriptedSegmenter(script, voices), ScriptedVoices(script, voices), OPTIONS)


def heard(script: Sequence[ScriptedWord], voices: Sequence[int]) -> Speakers:
    """All of the script heard, as one span of speech; `voices` are those of its words."""
    speakers = Speakers(ALIGN)
    speakers.use(scripted(script, voices))
    sound = AudioBuffer(0)
    sound.append(AudioChunk(0, sound_of(script)))
    speakers.note(script[0].start, script[-1].end)
    speakers.listen(sound, closing=True)
    return speakers


def who(script: Sequence[ScriptedWord], voices: Sequence[int]) -> list[str | None]:
    return heard(script, voices).who(words_of(script))


def test_two_voices_get_a_number_each_in_the_order_in_which_they_came() -> None:
    script = spoken("Is that so my friend? Yes it is quite so. Then let us go there now.")
    voices = [2] * 5 + [1] * 5 + [2] * 6
    assert who(script, voices) == ["1"] * 5 + ["2"] * 5 + ["1"] * 6


def test_a_speaker_changes_at_the_word_where_another_is_heard() -> None:
    for n_before in range(5, 12):
        script = spoken(" ".join(["word"] * (n_before + 8)))
        voices = [0] * n_before + [1] * 8
        assert who(script, voices) == ["1"] * n_before + ["2"] * 8


def test_a_laugh_or_a_door_makes_no_voice() -> None:
    script = spoken(" ".join(["word"] * 30), word_s=0.2)
    voices = [0] * 14 + [1] * 3 + [0] * 13
    assert set(who(script, voices)) == {"1"}


def test_nobody_is_told_apart_without_an_engine_or_before_enough_was_heard() -> None:
    script = spoken("Is that so my friend?")
    assert Speakers().who(words_of(script)) == [None] * 5
    speakers = Speakers(ALIGN)
    speakers.use(scripted(script, [0] * 5))
    assert speakers.who(words_of(script)) == [None] * 5


def test_switching_it_off_leaves_words_without_a_name_and_on_again_knows_the_voices() -> None:
    script = spoken("Is that so my friend? Yes it is quite so, and will be so.")
    speakers = heard(script, [0] * 5 + [1] * 9)
    speakers.use(None)
    assert speakers.who(words_of(script)) == [None] * 14
    speakers.use(scripted(script, [0] * 14))
    assert speakers.who(words_of(script)) == ["1"] * 5 + ["2"] * 9


def test_further_voices_than_the_most_are_taken_for_known_ones() -> None:
    script = spoken(" ".join(["Now this one says six words."] * 5))
    told = who(script, [number // 6 for number in range(30)])
    assert set(told) == {"1", "2", "3"}


@dataclass
class Room:
    """People who speak from when to when, also at the same time: each sample is its own position.

    It segments, and its vectors say whose sound they are made of, as shares.
    """

    speech: Sequence[tuple[Sample, Sample, int]]
    frame: Sample = 270
    first: Sample = 495
    pieces: list[Span] = field(default_factory=list)
    vectors: list[tuple[int, Sample, Sample]] = field(default_factory=list)

    def segment(self, pcm: Pcm) -> NDArray[np.float32]:
        heard = np.flatnonzero(pcm)
        start = int(pcm[heard[0]] - heard[0]) if len(heard) else 0
        self.pieces.append((start, start + len(pcm)))
        frames = start + np.arange(self.first, len(pcm) - 495, self.frame)
        told = np.zeros((len(frames), 3), np.float32)
        people = dict.fromkeys(who for *_, who in self.speech)
        is_heard = {who: self._speaks(who, frames) for who in people}
        present = [who for who in people if is_heard[who].any()]
        for place, person in enumerate(present):
            told[:, place] = is_heard[person]
        return told

    def embed(self, pcm: Pcm) -> NDArray[np.float32]:
        shares = np.array([self._speaks(person, pcm).mean() for person in range(8)])
        self.vectors.append((int(shares.argmax()), int(pcm.min()), int(pcm.max()) + 1))
        return np.asarray(shares / np.linalg.norm(shares), np.float32)

    def _speaks(
        self, person: int, at: NDArray[np.floating[Any] | np.integer[Any]]
    ) -> NDArray[np.bool_]:
        said = [(at >= start) & (at < end) for start, end, who in self.speech if who == person]
        return np.any(said, axis=0) if said else np.zeros(len(at), np.bool_)


def counting(start: Sample, end: Sample) -> AudioChunk:
    """Each sample is its own position, as far as float32 holds it: 2**24."""
    return AudioChunk(start, np.arange(start, end, dtype=np.float32))


def listening(room: Room, spans: Sequence[Span], until: Sample) -> Speakers:
    """That speech heard, as it comes: in steps of 0.6 s, each span closed when it is over."""
    speakers = Speakers(ALIGN)
    speakers.use(Embedded(room, room, OPTIONS))
    sound = AudioBuffer(0)
    for end in range(S * 6 // 10, until + S, S * 6 // 10):
        sound.append(counting(sound.end, end))
        for a, b in spans:
            if a < end:
                speakers.note(a, min(b, end))
        is_over = all(b <= end or a >= end for a, b in spans)
        speakers.listen(sound, closing=is_over)
    return speakers


def asked(speakers: Speakers, *at_s: float) -> list[str | None]:
    """Who says a word of a fifth of a second in the middle of which that moment is."""
    words = [Word(" word", round((s - 0.1) * S), round((s + 0.1) * S), 0.9) for s in at_s]
    return speakers.who(words)


def test_two_who_speak_at_once_are_named_together() -> None:
    room = Room([(0, 6 * S, 0), (4 * S, 10 * S, 1)])
    speakers = listening(room, [(0, 10 * S)], 10 * S)
    assert asked(speakers, 3, 5, 8) == ["1", "1+2", "2"]
    assert all(end <= 4 * S + room.frame for who, _, end in room.vectors if who == 0)
    assert all(start >= 6 * S - room.frame for who, start, _ in room.vectors if who == 1)


def test_a_vector_is_made_of_the_latest_that_somebody_says_alone() -> None:
    room = Room([(0, 5 * S, 0)])
    listening(room, [(0, 5 * S)], 5 * S)
    who, start, end = room.vectors[-1]
    assert who == 0
    assert abs(end - 5 * S) <= room.frame
    assert end - start == OPTIONS.vector


def test_two_alike_whom_the_segmenter_takes_for_one_are_told_apart_later() -> None:
    """It misses some changes between voices; vectors show them."""
    room = Room([(0, 8 * S, 0), (8 * S, 18 * S, 1)])
    deaf = Room([(0, 18 * S, 0)])
    speakers = Speakers(ALIGN)
    speakers.use(Embedded(deaf, room, OPTIONS))
    sound = AudioBuffer(0)
    sound.append(counting(0, 18 * S))
    speakers.note(0, 18 * S)
    speakers.listen(sound, closing=True)
    assert asked(speakers, 2, 5, 14, 17) == ["1", "1", "2", "2"]


def test_sound_is_heard_in_pieces_that_grow_to_five_seconds_and_end_a_second_apart() -> None:
    room = Room([(0, 20 * S, 0)])
    listening(room, [(0, 20 * S)], 20 * S)
    assert [end for _, end in room.pieces][:20] == [S * n for n in range(1, 21)]
    assert [end - start for start, end in room.pieces][:7] == [S * min(n, 5) for n in range(1, 8)]


def test_a_pause_is_part_of_a_piece_and_silence_is_not_listened_to() -> None:
    room = Room([(0, 3 * S, 0), (5 * S, 7 * S, 1), (60 * S, 63 * S, 0)])
    speakers = listening(room, [(0, 3 * S), (5 * S, 7 * S), (60 * S, 63 * S)], 64 * S)
    assert not [piece for piece in room.pieces if 13 * S < piece[1] < 60 * S]
    assert any(start < 3 * S and end > 5 * S for start, end in room.pieces)
    assert all(end - start <= 5 * S for start, end in room.pieces)
    assert asked(speakers, 2, 6, 62) == ["1", "2", "1"]


def test_sound_that_begins_anew_is_heard_anew_and_the_voices_stay() -> None:
    room = Room([(0, 4 * S, 0), (4 * S, 8 * S, 1), (100 * S, 104 * S, 1)])
    speakers = listening(room, [(0, 8 * S)], 8 * S)
    speakers.begin(100 * S)
    sound = AudioBuffer(100 * S)
    sound.append(counting(100 * S, 104 * S))
    speakers.note(100 * S, 104 * S)
    speakers.listen(sound, closing=True)
    assert min(start for start, end in room.pieces if end > 100 * S) == 100 * S
    assert asked(speakers, 102) == ["2"]
    assert asked(speakers, 2) == [None]


def test_with_a_limit_further_people_are_taken_for_those_that_are_known() -> None:
    room = Room([(number * 4 * S, (number + 1) * 4 * S, number) for number in range(3)])
    speakers = Speakers(ALIGN)
    speakers.use(Embedded(room, room, OPTIONS), VoiceLimit(2, is_exact=True))
    sound = AudioBuffer(0)
    sound.append(counting(0, 12 * S))
    speakers.note(0, 12 * S)
    speakers.listen(sound, closing=True)
    assert set(asked(speakers, 2, 6, 11)) == {"1", "2"}


@given(
    spans=st.lists(st.tuples(st.integers(S, 8 * S), st.integers(1, 4 * S)), min_size=1, max_size=6)
)
def test_the_end_of_all_speech_is_heard_and_no_piece_twice(
    spans: list[tuple[Sample, Sample]],
) -> None:
    ends = np.cumsum([pause + length for pause, length in spans])
    speech = [(int(e) - length, int(e)) for e, (_, length) in zip(ends, spans, strict=True)]
    room = Room([(start, end, 0) for start, end in speech])
    listening(room, speech, int(ends[-1]) + S)
    assert len(room.pieces) == len(set(room.pieces))
    assert all(S <= end - start <= 5 * S for start, end in room.pieces)
    for start, end in speech:
        if end - speech[0][0] < OPTIONS.shortest:
            continue
        assert any(a < end <= b or (a <= start and b >= end) for a, b in room.pieces)
