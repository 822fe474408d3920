"""No tab keeps the captions of another one waiting: two sessions on a scripted clock."""

import random
from collections.abc import Sequence
from itertools import pairwise

import pytest

from host.core.scripted import ScriptedWord, sound_of, spoken
from host.core.stage import PACE, S
from host.runtime.clockwork import LIVE_S, ClockworkModel, Lanes, Tab, Timeline
from host.runtime.port import Port
from wlk_host.protocol.messages import Captions


def speech(seed: int, n_words: int) -> list[ScriptedWord]:
    letters = random.Random(seed)
    words = ["".join(letters.choices("abcdefghijklmnopqrstuvwxyz", k=5)) for _ in range(n_words)]
    return spoken(" ".join(f"{word}{'.' if i % 8 == 7 else ''}" for i, word in enumerate(words)))


FIRST, OTHER = speech(1, 16), speech(2, 96)
STEP_S = PACE.step / S


class Two:
    """Two tabs: one does something after its first speech, the other speaks all the time."""

    def __init__(self) -> None:
        self.timeline = Timeline()
        self.lanes = Lanes(self.timeline, 2)
        self.port = Port(threads=self.lanes)
        self.model = ClockworkModel(self.timeline, self.lanes, {"first": FIRST, "other": OTHER})
        self.first, self.other = Tab(self.timeline, "first"), Tab(self.timeline, "other")
        for tab in (self.first, self.other):
            tab.start(0)
        self.other.play(0, sound_of(OTHER))
        self.first.play(0, sound_of(FIRST)[: FIRST[-1].end])
        self.spoken_s = FIRST[-1].end / S

    def serve(self) -> None:
        self.timeline.at(60, None)
        self.port.serve_on(self.timeline, lambda _: self.model, self.port.heard.append, 300)

    def worst_wait_s(self) -> float:
        """The longest time between two live steps of the other one, while it speaks."""
        speaks_until = OTHER[-1].end / S
        steps = [t for t in self.model.steps["other"].live_at if t <= speaks_until]
        return max(b - a for a, b in pairwise([0.0, *steps]))

    def final_text(self, session: str) -> str:
        lines = {
            line.id: line
            for message in self.port.heard
            if isinstance(message, Captions) and message.session == session
            for line in message.lines
        }
        assert all(line.state == "final" for line in lines.values())
        return " ".join(lines[i].text for i in sorted(lines) if lines[i].text)


def upper(*scripts: Sequence[ScriptedWord]) -> str:
    return " ".join(word.text.strip().upper() for script in scripts for word in script)


@pytest.fixture
def two() -> Two:
    return Two()


AT_ONCE_S = STEP_S + 4 * LIVE_S
"""A step of new sound, and the work of both tabs before it."""


def test_a_tab_that_stops_does_not_stall_another(two: Two) -> None:
    two.first.say(two.spoken_s + 0.05, "stop")
    two.serve()
    assert two.worst_wait_s() <= AT_ONCE_S
    assert max(two.model.steps["other"].lag_s) <= AT_ONCE_S
    assert two.port.states("first")[-1] == "ended"
    assert two.final_text("first") == upper(FIRST)
    assert two.final_text("other") == upper(OTHER)


def test_sound_that_is_missing_in_one_tab_does_not_stall_another(two: Two) -> None:
    two.first.play(two.spoken_s + 2, sound_of(FIRST), at=FIRST[-1].end + 2 * S)
    two.serve()
    assert two.worst_wait_s() <= AT_ONCE_S
    assert max(two.model.steps["other"].lag_s) <= AT_ONCE_S
    assert two.final_text("first") == upper(FIRST, FIRST)
    assert two.final_text("other") == upper(OTHER)


def test_a_cut_in_one_tab_does_not_stall_another(two: Two) -> None:
    two.first.say(two.spoken_s + 0.05, "cut", at=60 * S)
    two.first.play(two.spoken_s + 0.1, sound_of(FIRST), at=60 * S)
    two.serve()
    assert two.worst_wait_s() <= AT_ONCE_S
    assert max(two.model.steps["other"].lag_s) <= AT_ONCE_S
    assert two.final_text("first") == upper(FIRST, FIRST)


def test_nobody_looks_again_and_again_while_a_stopped_tab_has_its_second_pass(two: Two) -> None:
    """The loop sleeps until the job's end wakes it."""
    two.first.say(two.spoken_s + 0.05, "stop")
    two.serve()
    n_messages = two.first.seq + two.other.seq
    assert set(two.timeline.waits) <= {None}
    assert len(two.timeline.waits) <= n_messages + 20
