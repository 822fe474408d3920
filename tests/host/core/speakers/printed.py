"""An engine of which only the prints of voices matter."""

from collections.abc import Sequence
from itertools import count

import numpy as np

from wlk_host.core.sound.voicing import Span
from wlk_host.core.sound.window import AudioBuffer
from wlk_host.core.speakers.diarizer import Evidence
from wlk_host.core.speakers.limit import VoiceLimit
from wlk_host.core.speakers.remembered import RememberedVoice
from wlk_host.core.speakers.speakers import Speakers
from wlk_host.core.speakers.turns import evidence_of
from wlk_host.core.speakers.voices import Voice, VoicePrint
from wlk_host.core.types import SAMPLE_RATE, AudioChunk, Sample

_starts = count(0, SAMPLE_RATE)

MODEL = "the model of the tests"


def direction(number: int) -> Voice:
    """One of eight voices that are nothing alike."""
    unit: Voice = np.eye(8, dtype=np.float32)[number]
    return unit


def remembered(name: str, number: int) -> RememberedVoice:
    return RememberedVoice(name, MODEL, direction(number))


class PrintsModel:
    """The engine and its only session: `heard` is what it has heard of voices."""

    def __init__(
        self,
        heard: Sequence[VoicePrint],
        name: str = "printing",
        prints_by: str | None = MODEL,
    ) -> None:
        self.heard = heard
        self.name = name
        self.prints_by = prints_by

    def open(self) -> "PrintsModel":
        return self

    def limit(self, limit: VoiceLimit) -> None:
        pass

    def begin(self, at: Sample) -> None:
        pass

    def listen(self, sound: AudioBuffer, speech: Sequence[Span], *, closing: bool) -> None:
        pass

    def evidence(self, stretches: Sequence[Span]) -> Evidence:
        return evidence_of([], stretches, len(self.heard))

    def prints(self) -> Sequence[VoicePrint]:
        return self.heard

    def forget(self, before: Sample) -> None:
        pass


def heard_by(speakers: Speakers) -> None:
    """Let the speakers of a session hear a second of speech, the first or the next."""
    start = next(_starts)
    sound = AudioBuffer(start)
    sound.append(AudioChunk(start, np.zeros(SAMPLE_RATE, np.float32)))
    speakers.note(start, start + SAMPLE_RATE)
    speakers.listen(sound, closing=True)
