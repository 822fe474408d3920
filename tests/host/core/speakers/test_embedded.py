"""Voices are told apart, and words are given to them where a speaker can change."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from host.core.scripted import ScriptedVoices, ScriptedWord, sound_of, spoken
from wlk_host.core.ports import VoiceEncoder
from wlk_host.core.sound.window import AudioBuffer
from wlk_host.core.speakers.aligner import AlignOptions
from wlk_host.core.speakers.embedded import Embedded, EmbeddedOptions, is_by_telephone, is_narrow
from wlk_host.core.speakers.speakers import Speakers
from wlk_host.core.speakers.voices import VoiceOptions
from wlk_host.core.types import SAMPLE_RATE, AudioChunk, Pcm, Sample, Word

S = SAMPLE_RATE

# Written out, so that tuning the defaults changes no test.
OPTIONS = EmbeddedOptions(
    window=S * 16 // 10,
    hop=S * 4 // 10,
    least=S * 8 // 10,
    voices=VoiceOptions(same=0.75, other=0.65, confirm=2, most=3),
)
ALIGN = AlignOptions(change=0.5, change_at_pause=0.2, pause=S * 3 // 10)


def words_of(script: Sequence[ScriptedWord]) -> list[Word]:
    return [Word(word.text, word.start, word.end, 0.9) for word in script]


def telling_apart(encoder: VoiceEncoder) -> Speakers:
    speakers = Speakers(ALIGN)
    speakers.use(Embedded(encoder, OPTIONS))
    return speakers


def heard(script: Sequence[ScriptedWord], voices: Sequence[int]) -> Speakers:
    """All of the script heard, as one span of speech; `voices` are those of its words."""
    speakers = telling_apart(ScriptedVoices(script, voices))
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


def test_a_speaker_changes_where_a_sentence_ends_although_the_windows_do_not_show_it() -> None:
    """The windows' middles lie up to a window's half beside the change."""
    for n_before in range(5, 12):
        first = " ".join(["word"] * (n_before - 1)) + " end. "
        script = spoken(first + " ".join(["other"] * 8))
        voices = [0] * n_before + [1] * 8
        assert who(script, voices) == ["1"] * n_before + ["2"] * 8


def test_one_window_unlike_all_others_makes_no_voice() -> None:
    """A laugh, a door, two voices at once."""
    script = spoken(" ".join(["word"] * 30), word_s=0.2)
    voices = [0] * 14 + [1] * 3 + [0] * 13
    assert set(who(script, voices)) == {"1"}


def test_nobody_is_told_apart_without_an_encoder_or_before_enough_was_heard() -> None:
    script = spoken("Is that so my friend?")
    assert Speakers().who(words_of(script)) == [None] * 5
    assert telling_apart(ScriptedVoices(script, [0] * 5)).who(words_of(script)) == [None] * 5


def test_switching_it_off_leaves_words_without_a_name_and_on_again_knows_the_voices() -> None:
    script = spoken("Is that so my friend? Yes it is quite so.")
    speakers = heard(script, [0] * 5 + [1] * 5)
    speakers.use(None)
    assert speakers.who(words_of(script)) == [None] * 10
    speakers.use(Embedded(ScriptedVoices(script, [0] * 10), OPTIONS))
    assert speakers.who(words_of(script)) == ["1"] * 5 + ["2"] * 5


def test_further_voices_than_the_most_are_taken_for_known_ones() -> None:
    text = " ".join(["Now this one says six words."] * 5)
    script = spoken(text)
    told = who(script, [number // 6 for number in range(30)])
    assert set(told) == {"1", "2", "3"}


def noise(up_to_hertz: int, from_hertz: int = 0) -> Pcm:
    """A second of noise, nothing of it above or below that."""
    spectrum = np.fft.rfft(np.random.default_rng(17).normal(size=S))
    hertz = np.fft.rfftfreq(S, 1 / S)
    spectrum[(hertz > up_to_hertz) | (hertz < from_hertz)] = 0
    return np.asarray(np.fft.irfft(spectrum, S), np.float32)


@pytest.mark.parametrize(("up_to", "is_one"), [(3400, True), (4000, True), (5000, False)])
def test_a_telephone_line_is_known_by_what_it_leaves_out(up_to: int, is_one: bool) -> None:
    assert is_by_telephone(noise(up_to)) is is_one
    assert is_by_telephone(noise(up_to) * np.float32(0.001)) is is_one


def test_silence_has_not_come_through_a_telephone_line() -> None:
    assert not is_by_telephone(np.zeros(S, np.float32))


@pytest.mark.parametrize(
    ("low", "high", "hiss", "is_one"),
    [
        (0, 3400, 0.0, True),
        (300, 3400, 0.0, True),
        (300, 3400, 0.01, True),
        (0, 3400, 0.01, False),
        (300, 7000, 0.0, False),
        (0, 8000, 0.0, False),
    ],
)
def test_a_line_is_narrow_where_lows_and_highs_are_missing_even_with_hiss(
    low: int, high: int, hiss: float, is_one: bool
) -> None:
    assert is_narrow(noise(high, low) + noise(8000)[::-1] * np.float32(hiss)) is is_one


class Listener:
    """Notes which sound it is given."""

    def __init__(self) -> None:
        self.windows: list[tuple[Sample, Sample]] = []

    def embed(self, pcm: Pcm) -> NDArray[np.float32]:
        self.windows.append((int(pcm[0]), int(pcm[-1]) + 1))
        return np.ones(1, np.float32)


def counting(length: Sample) -> AudioBuffer:
    """Each sample is its own position, as far as float32 holds it: 2**24."""
    sound = AudioBuffer(0)
    sound.append(AudioChunk(0, np.arange(length, dtype=np.float32)))
    return sound


def test_speech_is_heard_in_windows_and_its_end_in_one_that_ends_there() -> None:
    listener = Listener()
    speakers = telling_apart(listener)
    speakers.note(S, 3 * S + 100)
    speakers.listen(counting(4 * S), closing=True)
    begin, hop, window = S, OPTIONS.hop, OPTIONS.window
    assert listener.windows == [
        (begin, begin + window),
        (begin + hop, begin + hop + window),
        (3 * S + 100 - window, 3 * S + 100),
    ]


def test_speech_that_goes_on_is_heard_once() -> None:
    listener = Listener()
    speakers = telling_apart(listener)
    sound = counting(20 * S)
    for end in range(2 * S, 10 * S, S // 2):
        speakers.note(S, end)
        speakers.listen(sound, closing=False)
    starts = [start for start, _ in listener.windows]
    assert starts == list(range(S, starts[-1] + 1, OPTIONS.hop))
    assert starts[-1] + OPTIONS.window + OPTIONS.hop > 9 * S


@pytest.mark.parametrize("length", [OPTIONS.least - 1, OPTIONS.least])
def test_short_speech_is_heard_only_where_it_tells_something(length: Sample) -> None:
    listener = Listener()
    speakers = telling_apart(listener)
    speakers.note(S, S + length)
    speakers.listen(counting(4 * S), closing=True)
    assert listener.windows == ([(S, S + length)] if length == OPTIONS.least else [])


@given(
    spans=st.lists(st.tuples(st.integers(0, S), st.integers(1, 4 * S)), min_size=1, max_size=6),
    every=st.integers(S // 4, 2 * S),
)
def test_no_window_reaches_beyond_speech_and_none_is_heard_twice(
    spans: list[tuple[Sample, Sample]], every: Sample
) -> None:
    listener = Listener()
    speakers = telling_apart(listener)
    ends = np.cumsum([pause + length for pause, length in spans])
    speech = [(int(e) - length, int(e)) for e, (_, length) in zip(ends, spans, strict=True)]
    sound = counting(int(ends[-1]) + S)
    for start, end in speech:
        for until in [*range(start + 1, end, every), end]:
            speakers.note(start, until)
            speakers.listen(sound, closing=False)
    speakers.listen(sound, closing=True)
    assert len(listener.windows) == len(set(listener.windows))
    for start, end in listener.windows:
        assert any(begin <= start < end <= finish for begin, finish in speech)
        assert OPTIONS.least <= end - start <= OPTIONS.window
    for start, end in speech:
        if end - start >= OPTIONS.least:
            assert any(end == finish for _, finish in listener.windows)
