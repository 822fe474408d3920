"""What an engine tells of sound that comes a second at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

import turns
from wlk_host.core.sound.voicing import Span
from wlk_host.core.sound.window import AudioBuffer
from wlk_host.core.speakers.diarizer import Evidence
from wlk_host.core.speakers.limit import VoiceLimit
from wlk_host.core.speakers.turns import Turn, evidence_of
from wlk_host.core.types import SAMPLE_RATE, Sample

S = SAMPLE_RATE


@dataclass
class Knowing:
    """An engine that knows all turns.

    Attributes:
        asked: each moment that it was asked about, and how much sound it had then.
    """

    told: Sequence[Turn]
    name: str = "knowing"
    prints_by: None = None
    heard_until: Sample = 0
    asked: list[tuple[Sample, Sample]] = field(default_factory=list)

    def open(self) -> "Knowing":
        return self

    def limit(self, limit: VoiceLimit) -> None: ...

    def begin(self, at: Sample) -> None: ...

    def forget(self, before: Sample) -> None: ...

    def prints(self) -> tuple[()]:
        return ()

    def listen(self, sound: AudioBuffer, speech: Sequence[Span], *, closing: bool) -> None:
        self.heard_until = sound.end

    def evidence(self, stretches: Sequence[Span]) -> Evidence:
        self.asked += [(start, self.heard_until) for start, _ in stretches]
        return evidence_of(self.told, stretches, 2)


@pytest.mark.parametrize("told_after", [0.5, 2.0])
def test_each_moment_is_told_once_after_that_time(told_after: float) -> None:
    engine = Knowing([Turn(0, 2 * S, 0), Turn(S, 3 * S + S // 2, 1)])
    found = turns.turns_of(engine, np.zeros(4 * S, np.float32), told_after)
    assert [at for at, _ in engine.asked] == list(range(0, 4 * S, S // 50))
    assert all(heard - at >= told_after * S or heard == 4 * S for at, heard in engine.asked), (
        engine.asked
    )
    spoken = {name: sum(b - a for a, b, n in found if n == name) for *_, name in found}
    assert spoken == pytest.approx({"0": 2.0, "1": 2.5})
    assert turns.n_voices(found) == 2
    assert turns.n_voices([(0.0, 0.3, "0"), (2.0, 2.1, "0")]) == 0
