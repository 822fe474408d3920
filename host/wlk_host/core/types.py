"""The values that pass between the parts. All frozen, all on one clock."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wlk_host.core.languages import same_language
from wlk_host.core.translators import WHISPER

Sample: TypeAlias = int
"""An absolute position in a session: samples at 16 kHz since its start."""

Pcm: TypeAlias = NDArray[np.float32]
"""Mono audio, shape (n,), 16 kHz, -1 to 1."""

SAMPLE_RATE: Final = 16_000


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


Event: TypeAlias = CaptionUpdate | AudioSkipped | LanguageDetected


class Work(Enum):
    """What a session would like the engine to do next, the most urgent first."""

    LIVE = 1
    REFINE = 2
    TRANSLATE = 3


PolicyName: TypeAlias = Literal["alignatt", "local_agreement"]

BackendName: TypeAlias = Literal["faster-whisper", "torch", "mlx"]


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """What the user chose for one tab.

    Attributes:
        language: Whisper language code, or None to detect it.
        task: "translate" is Whisper's direct translation into English.
        model: a name of the catalogue or a folder; None takes the default.
        policy: how the live pass settles words; holds for the whole session.
        vocabulary: names and jargon the recogniser should prefer.
        prompt: text it should take as said just before, all the time.
        translate_to: language code (BCP 47) of the translation; None translates nothing.
        translator: an engine's name or a model folder; None takes the best there is. With
            `WHISPER` the recogniser tells each line in English as well.
        step_down: whether a smaller model may take over when captions come late for good.
        backend: the engine; None takes the default one.
        alignment_heads: which ones of the model follow the sound, as "LAYER.HEAD,LAYER.HEAD",
            where it is named; None takes the model's own.
        speakers: whether lines are to tell who speaks, where what tells voices apart is installed.
    """

    language: str | None = None
    task: Literal["transcribe", "translate"] = "transcribe"
    model: str | None = None
    policy: PolicyName = "alignatt"
    vocabulary: Sequence[str] = field(default=())
    prompt: str = ""
    translate_to: str | None = None
    translator: str | None = None
    step_down: bool = False
    backend: BackendName | None = None
    alignment_heads: str | None = None
    speakers: bool = False

    @property
    def whisper_translates(self) -> bool:
        """Whether the user chose that the recogniser tells both: what is spoken and its English.

        Whether it does so unasked, where no translator serves: `english.whisper_tells`.
        """
        return self.wants_english_beside and self.translator == WHISPER

    @property
    def wants_english_beside(self) -> bool:
        """Whether what is spoken is to be shown, and its English, whoever translates."""
        into_english = self.translate_to is not None and same_language(self.translate_to, "en")
        return self.task == "transcribe" and into_english
