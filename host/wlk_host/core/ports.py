"""What `core` needs from the models and their threads. Small Protocols, no base classes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from wlk_host.core.languages import UNSPACED
from wlk_host.core.tab_options import TaskName
from wlk_host.core.types import EncoderFrames, Pcm, Sample, Word

Token = int

LanguageOdds: TypeAlias = Mapping[str, float]
"""Probability by Whisper code such as "en". Languages that are left out have none."""

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DecodeStep:
    """One decoded token and where in the sound the decoder looked for it.

    Attributes:
        token: vocabulary index.
        frame: encoder frame (20 ms) attended most, counted from the window's start.
        logprob: natural log of its probability.
    """

    token: Token
    frame: EncoderFrames
    logprob: float


@dataclass(frozen=True, slots=True)
class Task:
    """What the decoder is asked for. `language` is a Whisper code such as "en"."""

    language: str
    kind: TaskName = "transcribe"

    @property
    def is_spaced(self) -> bool:
        """Whether the text has spaces between words: a translation is English."""
        return self.kind == "translate" or self.language not in UNSPACED


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to a recogniser about a sound; see `Recognizer.transcribe`."""

    task: Task
    prompt: Sequence[Token]
    prefix: Sequence[Token]


class SpeechDetector(Protocol):
    """Tells speech from everything else, one session's sound after the other."""

    def probabilities(self, pcm: Pcm) -> NDArray[np.float32]:
        """Speech probability of each block of 512 samples (32 ms), shape (len(pcm) / 512,)."""
        ...


class VoiceEncoder(Protocol):
    """Turns a voice into a vector. Shared by sessions."""

    def embed(self, pcm: Pcm) -> NDArray[np.float32]:
        """The voice in that sound, shape (d,), length 1; at least 0.4 s of sound."""
        ...


class SpeechSegmenter(Protocol):
    """Tells who speaks when in a short piece of sound. Shared by sessions.

    Attributes:
        frame: what it tells of at once.
        first: the sample in the middle of the first frame.
    """

    @property
    def frame(self) -> Sample:
        """What it tells of at once."""
        ...

    @property
    def first(self) -> Sample:
        """The sample in the middle of the first frame."""
        ...

    def segment(self, pcm: Pcm) -> NDArray[np.float32]:
        """How probably each voice speaks, shape (frames, voices); at least a second of sound.

        The voices are those of this piece: their order means nothing beyond it.
        """
        ...


class Tokenizer(Protocol):
    """Text to tokens and back."""

    def encode(self, text: str) -> list[Token]:
        """The tokens of ordinary text; specials are not recognised in it."""
        ...

    def decode(self, tokens: Sequence[Token]) -> str:
        """The text; incomplete UTF-8 at its end shows as U+FFFD."""
        ...


class Sound(Protocol):
    """An encoded window, ready to be decoded.

    Attributes:
        n_frames: encoder frames (20 ms) of real sound, without padding.
    """

    n_frames: EncoderFrames

    @property
    def encoded(self) -> NDArray[np.float32]:
        """The encoder's output for the real sound, shape (n_frames, width)."""
        ...

    def steps(
        self,
        task: Task,
        prompt: Sequence[Token],
        prefix: Sequence[Token],
        beams: int = 1,
        *,
        goes_on: bool = False,
    ) -> Iterator[DecodeStep]:
        """Decode lazily: each pull is one forward pass, or with beams a few.

        Args:
            task: language and kind.
            prompt: earlier text, not part of the window (after <|startofprev|>).
            prefix: text of the window's beginning, taken as given.
            beams: texts followed at the same time; the best one is returned. 1 is greedy.
            goes_on: somebody speaks after the prefix, so the text cannot end with it. Without a
                prefix no text is empty.

        The iterator ends where the decoder says end-of-text.
        """
        ...

    def languages(self) -> LanguageOdds:
        """How probable each language is."""
        ...

    def no_speech(self) -> float:
        """Probability that nobody speaks, as the decoder sees it before any text or task."""
        ...


class SoundStream(Protocol):
    """One session's sound on its way to the encoder."""

    def feed(self, pcm: Pcm) -> None:
        """Add sound that follows what was fed before."""
        ...

    def forget(self, before: Sample) -> None:
        """Drop what lies before that sample."""
        ...

    def encode(self, start: Sample, end: Sample, *, padded: bool = False) -> Sound:
        """Encode [start, end). `start` is a multiple of 320.

        `padded` puts more silence behind it, towards the length that the model was trained on. That
        costs more, and what it then says about the language is worth more.
        """
        ...


class AttentiveDecoder(Protocol):
    """A streaming decoder that says where it looks. Shared by sessions."""

    @property
    def tokenizer(self) -> Tokenizer:
        """Text to tokens and back."""
        ...

    @property
    def multilingual(self) -> bool:
        """Whether it knows more than English."""
        ...

    def listen(self, start: Sample) -> SoundStream:
        """A stream for the sound of a new session."""
        ...


class Recognizer(Protocol):
    """Decodes finished sound with all the effort it can."""

    def transcribe(
        self, pcm: Pcm, task: Task, prompt: Sequence[Token], prefix: Sequence[Token]
    ) -> "Hypothesis":
        """The words that follow `prefix`, times counted from the start of `pcm`."""
        ...

    def transcribe_all(self, pcm: Pcm, asks: Sequence[Ask]) -> "list[Hypothesis]":
        """`transcribe` for each of the asks; the sound is encoded once."""
        ...

    def languages(self, pcm: Pcm, *, padded: bool = True) -> LanguageOdds:
        """How probable each language is in that sound; `padded` as in `SoundStream.encode`."""
        ...


class LiveRecognizer(Recognizer, Protocol):
    """One that is quick enough to be asked again and again while somebody speaks."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a recogniser heard.

    Attributes:
        words: in order, times from the start of the sound given.
        logprob: mean log probability of its tokens.
        no_speech: probability that the sound holds no speech at all.
        languages: tells how probable each language is, by the sound as it was encoded for this.
            That is cheap, and worth less than what `Recognizer.languages` tells. Empty where the
            recogniser does not know.
    """

    words: tuple[Word, ...]
    logprob: float
    no_speech: float
    languages: Callable[[], LanguageOdds] = field(default=dict, compare=False)


class Promise(Protocol[T_co]):
    """The outcome of a job, sooner or later. `concurrent.futures.Future` is one."""

    def done(self) -> bool:
        """Whether `result` returns at once."""
        ...

    def result(self) -> T_co:
        """The outcome; waits for it, and raises what the job raised."""
        ...


class Background(Protocol):
    """Runs jobs on another thread, one by one. `concurrent.futures.Executor` is one."""

    def submit(self, job: Callable[[], T], /) -> Promise[T]:
        """Run the job when its turn comes."""
        ...
