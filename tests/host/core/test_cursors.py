"""The positions of a passage keep their order, whatever moves them."""

from dataclasses import astuple, dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.core.scripted import ProbabilityDetector
from wlk_host.core.cursors import Cursors
from wlk_host.core.sound.speech_gate import BLOCK, SpeechGate
from wlk_host.core.types import Sample

PAD = 4800
START = 12_345


@dataclass
class GateAt:
    """A gate that the test moves."""

    opened_at: Sample
    voiced_until: Sample
    heard_until: Sample

    def gate(self) -> SpeechGate:
        gate = SpeechGate(ProbabilityDetector())
        gate.opened_at, gate.voiced_until = self.opened_at, self.voiced_until
        gate.heard_until = self.heard_until
        return gate


class Walk:
    """Moves as a session makes them, by amounts that are drawn."""

    def __init__(self) -> None:
        self.at = Cursors.starting(START)
        self.gate = GateAt(START, START, START)
        self.is_open = False

    def feed(self, n: int) -> None:
        self.at = self.at.fed_to(self.at.end + 64 * n)

    def hear_speech(self, n: int) -> None:
        blocks = (self.at.end - self.gate.heard_until) // BLOCK
        if not self.is_open:
            self.gate.opened_at, self.is_open = self.gate.heard_until, True
        self.gate.heard_until += BLOCK * min(n, blocks)
        self.gate.voiced_until = self.gate.heard_until
        self.at = self.at.judged_by(self.gate.gate(), PAD)

    def hear_silence(self, n: int) -> None:
        blocks = (self.at.end - self.gate.heard_until) // BLOCK
        self.gate.heard_until += BLOCK * min(n, blocks)
        self.is_open = False
        self.at = self.at.judged_by(self.gate.gate(), PAD)

    def read(self, n: int) -> None:
        self.at = self.at.read_to(min(self.at.end, self.at.unread_from + 64 * n))

    def close(self, n: int) -> None:
        if self.at.has_unread:
            end = min(self.at.end, self.at.voiced + n)
            self.at = self.at.read_to(end).closed_at(end)

    def finalise(self, n: int) -> None:
        self.at = self.at.finalised(min(self.at.end, self.at.final + 64 * n))

    def resume(self, n: int) -> None:
        self.at = self.at.resumed(self.at.read - 64 * n)

    def skip(self, n: int) -> None:
        if self.at.end - n > self.at.unread_from:
            self.at = self.at.skipped_to(self.at.end - n)


MOVES = st.lists(
    st.tuples(
        st.sampled_from(
            [
                Walk.feed,
                Walk.feed,
                Walk.hear_speech,
                Walk.hear_speech,
                Walk.hear_silence,
                Walk.read,
                Walk.close,
                Walk.finalise,
                Walk.resume,
                Walk.skip,
            ]
        ),
        st.integers(0, 300),
    ),
    max_size=60,
)


@given(MOVES)
def test_any_walk_keeps_the_order(moves: list[tuple[object, int]]) -> None:
    walk = Walk()
    for move, amount in moves:
        move(walk, amount)  # type: ignore[operator]
        at = walk.at
        assert START <= at.unfinal_from <= at.utterance_from <= at.opened <= at.voiced
        assert at.voiced <= at.heard <= at.end
        assert START <= at.closed <= at.read <= at.end
        assert START <= at.final <= at.read
        assert 0 <= at.lag <= at.voiced - START
        assert at.refine_from >= at.final
        assert at.silence >= 0


@given(MOVES)
def test_nothing_is_unread_after_an_utterance_was_closed_at_its_end(
    moves: list[tuple[object, int]],
) -> None:
    walk = Walk()
    for move, amount in [*moves, (Walk.close, PAD)]:
        move(walk, amount)  # type: ignore[operator]
    assert not walk.at.has_unread
    assert walk.at.lag == 0


def test_an_utterance_begins_some_sound_before_the_gate_opened_but_not_before_the_passage() -> None:
    at = Cursors.starting(START).fed_to(START + 40_000)
    early = GateAt(START + 1024, START + 2048, START + 2048)
    assert at.judged_by(early.gate(), PAD).utterance_from == START
    late = GateAt(START + 20_480, START + 30_720, START + 30_720)
    assert at.judged_by(late.gate(), PAD).utterance_from == START + 20_480 - PAD


def test_silence_before_speech_is_no_lag() -> None:
    at = Cursors.starting(0).fed_to(160_000)
    spoken = at.judged_by(GateAt(102_400, 153_600, 153_600).gate(), PAD)
    assert spoken.lag == 153_600 - (102_400 - PAD)


def test_what_is_not_final_begins_with_the_first_utterance_that_is_not() -> None:
    at = Cursors.starting(0).fed_to(400_000)
    first = at.judged_by(GateAt(10_240, 51_200, 60_000).gate(), PAD).read_to(56_000)
    first = first.closed_at(56_000)
    second = first.judged_by(GateAt(102_400, 153_600, 153_600).gate(), PAD)
    assert (second.unfinal_from, second.utterance_from) == (10_240 - PAD, 102_400 - PAD)
    final = first.finalised(56_000).judged_by(GateAt(102_400, 153_600, 153_600).gate(), PAD)
    assert final.unfinal_from == final.utterance_from == 102_400 - PAD


def test_a_second_pass_that_ends_past_a_shorter_window_is_read_up_to_there() -> None:
    """The window that closes an utterance ends soon after its speech, before an earlier one."""
    at = Cursors.starting(0).fed_to(60_000).judged_by(GateAt(0, 40_960, 51_200).gate(), PAD)
    at = at.read_to(60_000).read_to(45_760).closed_at(45_760).finalised(48_000)
    assert (at.final, at.read, at.closed) == (48_000, 48_000, 45_760)


@pytest.mark.parametrize(
    ("name", "position"),
    [("closed", 5), ("read", -1), ("voiced", 9), ("heard", 11), ("final", 7), ("opened", -1)],
)
def test_positions_out_of_order_are_refused(name: str, position: Sample) -> None:
    at = Cursors.starting(0).fed_to(10)
    changed: dict[str, Sample] = {name: position}
    with pytest.raises(ValueError, match="out of order"):
        replace(at, **changed)
    assert astuple(at)[-1] == 10
