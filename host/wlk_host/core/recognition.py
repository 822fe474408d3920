"""What a session recognises speech with, and when its work falls due."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from wlk_host.core.live.policy import OpenPolicy
from wlk_host.core.options import SessionOptions, TellsEnglish, only_if_chosen
from wlk_host.core.ports import Background, Recognizer, Tokenizer
from wlk_host.core.refine import RefineOptions
from wlk_host.core.speakers.diarizer import DiarizerModel
from wlk_host.core.types import SAMPLE_RATE, Sample


@dataclass(frozen=True, slots=True)
class Pace:
    """When work falls due.

    Attributes:
        step: new sound before the next live step.
        hush: silence from which a step waits for the end of the utterance, or for more speech.
        detect: speech wanted before the language is decided.
        most: sound read in one step while catching up.
        overload: lag from which the second pass is left out.
        backlog: lag from which the oldest sound is left out.
        speech_pad: sound taken along before the gate opened and after it closed.
    """

    step: Sample = SAMPLE_RATE * 6 // 10
    hush: Sample = SAMPLE_RATE * 4 // 10
    detect: Sample = 3 * SAMPLE_RATE
    most: Sample = 12 * SAMPLE_RATE
    overload: Sample = 3 * SAMPLE_RATE
    backlog: Sample = 60 * SAMPLE_RATE
    speech_pad: Sample = SAMPLE_RATE * 3 // 10


FindDiarizer: TypeAlias = Callable[[SessionOptions], DiarizerModel | None]


def no_diarizer(options: SessionOptions) -> None:
    """For models that tell nobody apart."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """The loaded models, shared by sessions, and how they are used.

    Attributes:
        listen: begins a session's live pass.
        recognizer: of the second pass.
        tokenizer: of both.
        multilingual: whether they know more than English.
        background: where the second pass runs.
        tells_english: when they give the English of what is spoken as well.
        diarizer: what tells speakers apart for a session with these options, loaded when it is
            first asked for; None where nothing is installed that does.
    """

    listen: OpenPolicy
    recognizer: Recognizer
    tokenizer: Tokenizer
    multilingual: bool
    background: Background
    refine: RefineOptions = field(default_factory=RefineOptions)
    pace: Pace = field(default_factory=Pace)
    tells_english: TellsEnglish = only_if_chosen
    diarizer: FindDiarizer = no_diarizer
