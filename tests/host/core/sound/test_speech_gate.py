"""When the gate opens and closes, on probabilities written by hand."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from host.core.scripted import ProbabilityDetector
from wlk_host.core.sound.speech_gate import BLOCK, GateOptions, SpeechGate
from wlk_host.core.types import AudioChunk, Pcm

OPTIONS = GateOptions(open_at=0.5, close_below=0.35, patience=4 * BLOCK)


def judged(probabilities: Sequence[float]) -> Pcm:
    """Sound of which the detector thinks so, one value a block."""
    return np.repeat(np.array(probabilities, np.float32), BLOCK)


def gate(start: int = 0) -> SpeechGate:
    return SpeechGate(ProbabilityDetector(), start, OPTIONS)


def states(probabilities: Sequence[float]) -> list[bool]:
    """Whether the gate is open after each block."""
    tested, found = gate(), []
    for i, probability in enumerate(probabilities):
        tested.feed(AudioChunk(i * BLOCK, judged([probability])))
        found.append(tested.is_open)
    return found


def test_it_opens_at_the_upper_threshold_only() -> None:
    assert states([0.1, 0.4, 0.49, 0.5]) == [False, False, False, True]


def test_once_open_the_lower_threshold_keeps_it_open() -> None:
    assert states([0.9, *[0.36] * 10]) == [True] * 11


def test_it_closes_when_patience_ends() -> None:
    assert states([0.9, 0.0, 0.0, 0.0, 0.0, 0.0]) == [True, True, True, True, False, False]


def test_a_word_within_its_patience_starts_the_patience_anew() -> None:
    assert all(states([0.9, 0.0, 0.0, 0.0, 0.9, 0.0, 0.0, 0.0]))


def test_it_says_from_where_to_where_somebody_spoke() -> None:
    tested = gate(start=1000)
    tested.feed(AudioChunk(1000, judged([0, 0, 0.9, 0.9, 0, 0, 0, 0, 0])))
    assert not tested.is_open
    assert tested.opened_at == 1000 + 2 * BLOCK
    assert tested.voiced_until == 1000 + 4 * BLOCK
    assert tested.heard_until == 1000 + 9 * BLOCK


def test_silence_leaves_nothing_voiced() -> None:
    tested = gate(start=320)
    tested.feed(AudioChunk(320, judged([0.1] * 20)))
    assert tested.voiced_until == 320


def test_less_than_a_block_is_not_judged_yet() -> None:
    tested = gate()
    tested.feed(AudioChunk(0, judged([0.9])[:-1]))
    assert tested.heard_until == 0
    tested.feed(AudioChunk(BLOCK - 1, judged([0.9])[:1]))
    assert tested.heard_until == BLOCK
    assert tested.is_open


def test_after_a_skip_it_begins_anew_there() -> None:
    tested = gate()
    tested.feed(AudioChunk(0, judged([0.9, 0.9])[:-100]))
    tested.skip_to(50_000)
    assert not tested.is_open
    tested.feed(AudioChunk(50_000, judged([0.0, 0.9])))
    assert tested.opened_at == 50_000 + BLOCK


@given(
    st.lists(st.sampled_from([0.0, 0.4, 0.9]), max_size=30),
    st.lists(st.integers(0, 3000), max_size=30),
)
def test_chunks_of_any_size_give_the_same_spans(
    probabilities: list[float], sizes: list[int]
) -> None:
    pcm = judged(probabilities)
    whole, pieces = gate(), gate()
    whole.feed(AudioChunk(0, pcm))
    at = 0
    for size in [*sizes, len(pcm)]:
        chunk = AudioChunk(at, pcm[at : at + size])
        pieces.feed(chunk)
        at = chunk.end
    assert (pieces.is_open, pieces.opened_at, pieces.voiced_until, pieces.heard_until) == (
        whole.is_open,
        whole.opened_at,
        whole.voiced_until,
        whole.heard_until,
    )
