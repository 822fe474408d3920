"""The values that pass between the parts. All frozen, all on one clock."""

from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Sample: TypeAlias = int
"""An absolute position in a session: samples at 16 kHz since its start."""

Pcm: TypeAlias = NDArray[np.float32]
"""Mono audio, shape (n,), 16 kHz, -1 to 1."""

SAMPLE_RATE: Final = 16_000

EncoderFrames: TypeAlias = int
"""A number of encoder frames, or a position counted in them: 20 ms each."""

MelFrames: TypeAlias = int
"""A number of mel feature frames, or a position counted in them: 10 ms each."""

ENCODER_FRAME: Final[Sample] = 320
"""Samples that an encoder frame covers (20 ms)."""

MEL_FRAME: Final[Sample] = 160
"""Samples from one mel feature frame to the next (10 ms)."""

TOKENS_PER_SECOND: Final = 4
"""Of text, in a second of ordinary speech."""

MOST_TOKENS_PER_SECOND: Final = 12
"""More than the fastest speakers need."""


def seconds(samples: Sample) -> float:
    """The length of `samples` in seconds."""
    return samples / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """Some audio and where it belongs."""

    start: Sample
    pcm: Pcm

    @property
    def end(self) -> Sample:
        """The sample after the last one."""
        return self.start + len(self.pcm)


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is to be shown, with its leading space where its script writes one."""

    text: str
    start: Sample
    end: Sample
    probability: float


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said in some sound, and the same in English where the recogniser tells it.

    Both have times of their own: a translation's words come in another order.

    Attributes:
        detected: the language it turned out to be in; None for the one that was asked for.
    """

    words: tuple[Word, ...] = ()
    english: tuple[Word, ...] = ()
    detected: "LanguageDetected | None" = None

    def since(self, at: Sample) -> "Spoken":
        """What begins there or later."""
        return Spoken(
            tuple(word for word in self.words if word.start >= at),
            tuple(word for word in self.english if word.start >= at),
        )

    def followed_by(self, later: "Spoken") -> "Spoken":
        """Both, one after the other."""
        return Spoken((*self.words, *later.words), (*self.english, *later.english))


@dataclass(frozen=True, slots=True)
class Translation:
    """A line in another language.

    Attributes:
        text: as it is to be shown.
        language: the code that was asked for, e.g. "pt" or "zh-TW".
        state: a draft is replaced when its line is final.
    """

    text: str
    language: str
    state: Literal["draft", "final"]


LineState: TypeAlias = Literal["committed", "final"]


@dataclass(frozen=True, slots=True)
class Line:
    """One caption line.

    `id` is the sample at which the line was opened: unique in a session and
    increasing. A later `Line` of the same id replaces the earlier one; empty
    text removes it.
    """

    id: Sample
    start: Sample
    end: Sample
    text: str
    state: LineState
    language: str | None
    words: tuple[Word, ...] = ()
    speaker: str | None = None
    translation: Translation | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """Words that may still vanish. `text` follows line `line` verbatim, or opens it."""

    line: Sample
    text: str
    start: Sample
    end: Sample


@dataclass(frozen=True, slots=True)
class CaptionUpdate:
    """Everything that changed since the revision before.

    Attributes:
        revision: 1, 2, 3 ... in a session.
        lines: only those that are new or changed.
        draft: the whole draft as it stands now; None where there is none.
        final_until: no line before this sample changes any more, so the
            sender of the audio may forget what lies before it.
    """

    revision: int
    lines: tuple[Line, ...]
    draft: Draft | None
    final_until: Sample


@dataclass(frozen=True, slots=True)
class AudioSkipped:
    """Audio that was left out because the machine could not keep up."""

    start: Sample
    end: Sample


@dataclass(frozen=True, slots=True)
class LanguageDetected:
    """The language the session goes on with, e.g. "en"."""

    language: str
    probability: float


@dataclass(frozen=True, slots=True)
class Discontinuity:
    """The sound breaks there: what follows has nothing to do with what came before.

    Lines from before may still change after it.
    """

    at: Sample


Event: TypeAlias = CaptionUpdate | AudioSkipped | LanguageDetected | Discontinuity


class Work(Enum):
    """What a session would like to do next, the most urgent first."""

    LIVE = 1
    REFINE = 2
    TRANSLATE = 3
