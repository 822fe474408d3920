"""Words that are settled over one window after the other, by a decoder that is told its words."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from host.core.scripted import ScriptedTokenizer
from wlk_host.core.live.alignatt_words import LiveOptions, SettledWords
from wlk_host.core.live.policy import Heard
from wlk_host.core.ports import DecodeStep, LanguageOdds, Task, Token
from wlk_host.core.types import ENCODER_FRAME, SAMPLE_RATE, EncoderFrames

S = SAMPLE_RATE
TASK = Task("en")
OPTIONS = LiveOptions(margin=10, sure=0.5, draft_sure=0.4, patience=2 * S, unheard=S)


@dataclass
class Telling:
    """A window in which the decoder says one word, at a frame and as probable as given."""

    tokenizer: ScriptedTokenizer
    n_frames: EncoderFrames
    text: str
    frame: EncoderFrames
    probability: float
    goes_on: list[bool] = field(default_factory=list)

    @property
    def encoded(self) -> NDArray[np.float32]:
        return np.zeros((self.n_frames, 1), np.float32)

    def steps(
        self,
        task: Task,
        prompt: Sequence[Token],
        prefix: Sequence[Token],
        beams: int = 1,
        *,
        goes_on: bool = False,
    ) -> Iterator[DecodeStep]:
        self.goes_on.append(goes_on)
        for token in self.tokenizer.encode(self.text):
            yield DecodeStep(token, self.frame, math.log(self.probability))

    def languages(self) -> LanguageOdds:
        return {"en": 1.0}

    def no_speech(self) -> float:
        return 0.0


@dataclass
class Words:
    """Settled words that begin with " Hello." of the first second."""

    tokenizer: ScriptedTokenizer = field(default_factory=ScriptedTokenizer)

    def __post_init__(self) -> None:
        self.settled = SettledWords(self.tokenizer, OPTIONS, 0)
        first = Telling(self.tokenizer, 50, " Hello.", 10, 0.9)
        self.settled.decode(first, TASK, (), closing=True)

    def hear(
        self, text: str, at_s: float, until_s: float, speech_from_s: float, probability: float = 0.9
    ) -> tuple[Heard, bool]:
        """What was heard, and whether the decoder had to say something."""
        frames = (round(t * S) // ENCODER_FRAME for t in (until_s, at_s))
        sound = Telling(self.tokenizer, next(frames), text, next(frames), probability)
        heard = self.settled.decode(sound, TASK, (), False, round(speech_from_s * S))
        return heard, sound.goes_on[0]


def test_with_unheard_speech_the_decoder_has_to_say_something() -> None:
    words = Words()
    assert not words.hear(" um", 2.7, 2.8, speech_from_s=2)[1]
    assert words.hear(" um", 2.9, 3, speech_from_s=2)[1]


def test_silence_is_no_unheard_speech() -> None:
    assert not Words().hear(" um", 5.8, 5.9, speech_from_s=5)[1]


def test_when_the_utterance_is_over_the_decoder_can_say_nothing() -> None:
    words = Words()
    sound = Telling(words.tokenizer, 200, "", 0, 0.9)
    words.settled.decode(sound, TASK, (), True, 2 * S)
    assert sound.goes_on == [False]


def test_what_it_had_to_say_is_not_settled_by_time_alone() -> None:
    """An improbable first word that is another one each time may be made up."""
    words = Words()
    for number in range(5):
        heard, _ = words.hear(f" guess{number}", 2.1, 3.5 + number, 2, probability=0.3)
        assert not heard.committed
    heard, _ = words.hear(" guess4", 2.1, 8, 2, probability=0.3)
    assert [word.text for word in heard.committed] == [" guess4"]


def test_a_probable_word_is_settled_at_once() -> None:
    heard, _ = Words().hear(" more", 2.1, 3.5, 2)
    assert [word.text for word in heard.committed] == [" more"]


def test_amid_an_utterance_an_improbable_word_waits_for_some_time_only() -> None:
    words = Words()
    words.hear(" more", 2.1, 3.5, 2)
    assert not words.hear(" guess1", 3.6, 5, 2, probability=0.3)[0].committed
    assert words.hear(" guess2", 3.6, 6.2, 2, probability=0.3)[0].committed
