"""Whatever is asked of a session, and when: its words come once, in order."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from host.core.scripted import ScriptedWord, sound_of
from host.core.stage import CHUNK, S, Stage, assert_sound
from wlk_host.core.options import SessionOptions
from wlk_host.core.tab_options import PolicyName
from wlk_host.core.types import ENCODER_FRAME, AudioChunk, CaptionUpdate, Discontinuity, Pcm, Sample

POLICIES: list[PolicyName] = ["alignatt", "local_agreement"]

Action = tuple[str, int]


class AnyOrder:
    """A session and a speaker whose words it is fed whole, wherever the sound breaks between."""

    def __init__(self, policy: PolicyName, script: list[ScriptedWord]) -> None:
        self.script = script
        self.stage = Stage(script, SessionOptions(policy=policy))
        self.policy = policy
        self.pcm = sound_of(script, script[-1].end)
        self.at: Sample = 0
        self.n_said = 0

    def speak(self, n: int) -> None:
        """Some more words, and the pauses before them."""
        begin = self.script[self.n_said - 1].end if self.n_said else 0
        self.n_said = min(self.n_said + n, len(self.script))
        end = self.script[self.n_said - 1].end if self.n_said else 0
        for at in range(begin, end, CHUNK):
            part = self.pcm[at : min(at + CHUNK, end)]
            self._feed(part)

    def pause(self, n: int) -> None:
        self._feed(np.zeros(n * 20 * ENCODER_FRAME, np.float32))

    def hole(self, n: int) -> None:
        """Missing sound, short or long."""
        self.at += n * 30 * ENCODER_FRAME
        self._feed(np.zeros(ENCODER_FRAME, np.float32))

    def cut(self, n: int) -> None:
        self.at += n * 10 * ENCODER_FRAME
        self.stage.events += self.stage.session.cut(self.at)

    def run(self, n: int) -> None:
        for _ in range(n):
            if (work := self.stage.session.next_work()) is not None:
                self.stage.events += self.stage.session.run(work)

    def adopt(self, n: int) -> None:
        self.stage.session.adopt(self.stage.recognitions[POLICIES[n % 2]])

    def configure(self, n: int) -> None:
        options = SessionOptions(policy=self.policy)
        if n % 3:
            options = replace(options, vocabulary=("Łódź",), language="en" if n % 2 else None)
        self.stage.session.configure(options)

    def busy(self, n: int) -> None:
        self.stage.background.busy = n % 2 == 1

    def finish(self) -> None:
        self.stage.background.busy = False
        self.stage.finish()

    def _feed(self, pcm: Pcm) -> None:
        self.stage.events += self.stage.session.feed(AudioChunk(self.at, pcm))
        self.at += len(pcm)


ACTIONS: dict[str, Callable[[AnyOrder, int], None]] = {
    "speak": AnyOrder.speak,
    "pause": AnyOrder.pause,
    "hole": AnyOrder.hole,
    "cut": AnyOrder.cut,
    "run": AnyOrder.run,
    "adopt": AnyOrder.adopt,
    "configure": AnyOrder.configure,
    "busy": AnyOrder.busy,
}


@st.composite
def scripts(draw: st.DrawFn) -> list[ScriptedWord]:
    """Words long enough that none is taken for a part of another, with short pauses between."""
    words, at = [], 0
    for i in range(draw(st.integers(1, 25))):
        at += draw(st.sampled_from([0, 0, 0, 320, 4 * 320, 35 * 320]))
        end = at + draw(st.integers(10, 25)) * 320
        words.append(ScriptedWord(f" w{i}{draw(st.sampled_from(['', '', ',', '.']))}", at, end))
        at = end
    return words


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=60, deadline=None, phases=set(Phase) - {Phase.shrink})
@given(
    scripts(),
    st.lists(
        st.tuples(st.sampled_from(["speak", "speak", "run", "run", *ACTIONS]), st.integers(1, 6)),
        max_size=40,
    ),
)
# Two breaks while a second pass takes its time.
@example(
    [ScriptedWord(f" w{i}", i * 6400, (i + 1) * 6400) for i in range(12)],
    [("busy", 1), *[("speak", 4), ("run", 6), ("cut", 1)] * 2, ("speak", 4), ("run", 6)],
)
def test_every_word_comes_once_and_in_order(
    policy: PolicyName, script: list[ScriptedWord], actions: list[Action]
) -> None:
    """The positions of each passage check their order with every move."""
    session = AnyOrder(policy, script)
    for name, amount in [*actions, ("speak", len(script)), ("pause", 2)]:
        ACTIONS[name](session, amount)
    session.finish()
    stage = session.stage
    spoken = "".join(word.text for word in script).strip()
    assert "".join(word.text for word in stage.live_words).strip() == spoken
    assert stage.shown[-1].final.upper() == spoken.upper()
    assert stage.shown[-1].draft == ""
    assert_sound(stage)
    assert_breaks(stage)


def assert_breaks(stage: Stage) -> None:
    """No line reaches over a break, and ids grow in the order in which lines begin."""
    breaks = [event.at for event in stage.events if isinstance(event, Discontinuity)]
    assert breaks == sorted(breaks)
    lines = {
        line.id: line
        for event in stage.events
        if isinstance(event, CaptionUpdate)
        for line in event.lines
    }
    shown = [lines[line_id] for line_id in sorted(lines) if lines[line_id].text]
    for line in shown:
        assert not any(line.start < at < line.end for at in breaks)
        assert sum(at <= line.id for at in breaks) == sum(at <= line.start for at in breaks)
    starts = [line.start for line in shown]
    assert starts == sorted(starts)


def test_a_cut_does_no_recognition() -> None:
    stage = Stage([ScriptedWord(f" w{i}", i * 6400, (i + 1) * 6400) for i in range(20)])
    stage.play(sound_of(stage.script, 6 * S))
    before = (stage.decoder.n_encoded, stage.recognizer.n_heard)
    for at in (20 * S, 40 * S, 60 * S):
        assert stage.session.cut(at) == [Discontinuity(at)]
    assert (stage.decoder.n_encoded, stage.recognizer.n_heard) == before
