"""Models that hear what a script says, for tests of what is made of it.

A script is turned into sound whose samples are the number of the word they belong to, so that
detector, decoder and recogniser hear in it what was really handed to them, and nothing else.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, repeat
from typing import Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from wlk_host.core.ports import Ask, DecodeStep, Hypothesis, LanguageOdds, Task, Token
from wlk_host.core.types import ENCODER_FRAME, SAMPLE_RATE, Pcm, Sample, Word

GUESS: Final = " um"
"""What the decoder takes a word for that it has not heard to its end."""

LANGUAGES: Final = ("en", "de", "es", "fr", "it", "pt", "ru", "pl", "ja", "zh")
"""Those that scripted models know."""

_LEVEL: Final = 1 / 1024

T = TypeVar("T")


def odds(language: tuple[str, float]) -> LanguageOdds:
    """That language as probable as that, and the others for the rest."""
    code, probability = language
    others = [other for other in LANGUAGES if other != code]
    return {code: probability, **dict.fromkeys(others, (1 - probability) / len(others))}


class ScriptedTokenizer:
    """Every piece of text is a token; a piece may be a part of a word or of a character."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._spellings: dict[str, tuple[Token, ...]] = {}

    def tokens(self, *pieces: str | bytes) -> tuple[Token, ...]:
        """The token of each piece. Together they are a word from now on."""
        raw = [piece.encode() if isinstance(piece, str) else piece for piece in pieces]
        self._pieces += [piece for piece in dict.fromkeys(raw) if piece not in self._pieces]
        tokens = tuple(self._pieces.index(piece) for piece in raw)
        self._spellings[self.decode(tokens)] = tokens
        return tokens

    def encode(self, text: str) -> list[Token]:
        words = re.findall(r"\s*\S+", text)
        return [t for w in words for t in self._spellings.get(w) or self.tokens(w)]

    def decode(self, tokens: Sequence[Token]) -> str:
        return b"".join(self._pieces[token] for token in tokens).decode(errors="replace")


@dataclass(frozen=True)
class ScriptedWord:
    """A word of a script; `start` and `end` are multiples of 320."""

    text: str
    start: Sample
    end: Sample


def spoken(text: str, start_s: float = 0.0, word_s: float = 0.3) -> list[ScriptedWord]:
    """The words of `text` one after the other; a number in it is a pause in seconds."""
    words, at = [], round(start_s * 50) * ENCODER_FRAME
    for part in text.split():
        if re.fullmatch(r"\d+\.\d+", part):
            at += round(float(part) * 50) * ENCODER_FRAME
            continue
        end = at + round(word_s * 50) * ENCODER_FRAME
        words.append(ScriptedWord(f" {part}", at, end))
        at = end
    return words


def sound_of(script: Sequence[ScriptedWord], length: Sample | None = None) -> Pcm:
    """The script's sound, with 2 s of silence behind it unless a length is given."""
    pcm = np.zeros(length or script[-1].end + 2 * SAMPLE_RATE, np.float32)
    for number, word in enumerate(script, start=1):
        pcm[word.start : word.end] = number * _LEVEL
    return pcm


class ScriptedDetector:
    """Hears speech where the sound is not silent."""

    def __init__(self) -> None:
        self.n_blocks = 0

    def probabilities(self, pcm: Pcm) -> NDArray[np.float32]:
        blocks = pcm.reshape(-1, 512)
        self.n_blocks += len(blocks)
        return np.asarray(blocks.any(axis=1), np.float32)


class ProbabilityDetector:
    """Hears speech as probable as the samples are large."""

    def probabilities(self, pcm: Pcm) -> NDArray[np.float32]:
        blocks = pcm.reshape(-1, 512)
        return np.asarray(blocks.mean(axis=1), np.float32)


@dataclass
class ScriptedDecoder:
    """An attentive decoder that knows the script, and guesses at words that go on.

    Attributes:
        language: what it detects, and how surely.
        no_speech: how surely it hears nobody.
        loops_after: tokens after which its next decode repeats the last of them for ever.
        is_silenced: whether it says nothing after words that it was given.
        shy_s: after a full stop and so much speech it says nothing unless it is told that the text
            goes on.
        tasks: of every decode.
        prompts: of every decode.
        windows: what is said in the window of every decode.
        n_tokens: how many were pulled from it in all.
        n_encoded: windows it encoded.
        n_padded: of these, padded ones.
        n_asked: how often it was asked for the language.
    """

    script: Sequence[ScriptedWord]
    multilingual: bool = False
    language: tuple[str, float] = ("en", 0.9)
    no_speech: float = 0.0
    tokenizer: ScriptedTokenizer = field(default_factory=ScriptedTokenizer)
    loops_after: int | None = None
    is_silenced: bool = False
    shy_s: float = 0.0
    tasks: list[Task] = field(default_factory=list)
    prompts: list[tuple[Token, ...]] = field(default_factory=list)
    windows: list[str] = field(default_factory=list)
    n_tokens: int = 0
    n_encoded: int = 0
    n_padded: int = 0
    n_asked: int = 0

    def listen(self, start: Sample) -> "ScriptedStream":
        return ScriptedStream(self, start)


class ScriptedStream:
    """Keeps all sound, and minds what was to be forgotten."""

    def __init__(self, decoder: ScriptedDecoder, start: Sample) -> None:
        self._decoder = decoder
        self._first = start
        self._forgotten = start
        self._pcm = np.empty(0, np.float32)

    def feed(self, pcm: Pcm) -> None:
        self._pcm = np.concatenate([self._pcm, pcm])

    def forget(self, before: Sample) -> None:
        self._forgotten = max(self._forgotten, before)

    def encode(self, start: Sample, end: Sample, *, padded: bool = False) -> "ScriptedSound":
        assert start % ENCODER_FRAME == 0
        assert self._forgotten <= start < end <= self._first + len(self._pcm)
        self._decoder.n_encoded += 1
        self._decoder.n_padded += padded
        return ScriptedSound(self._decoder, self._pcm[start - self._first : end - self._first])


class ScriptedSound:
    """A window: its whole words at their beginnings, then a guess at the newest sound."""

    def __init__(self, decoder: ScriptedDecoder, pcm: Pcm) -> None:
        self._decoder = decoder
        self._pcm = pcm
        self.n_frames = -(-len(pcm) // ENCODER_FRAME)
        self.encoded = np.zeros((self.n_frames, 1), np.float32)

    def steps(
        self,
        task: Task,
        prompt: Sequence[Token],
        prefix: Sequence[Token],
        beams: int = 1,
        *,
        goes_on: bool = False,
    ) -> Iterator[DecodeStep]:
        self._decoder.tasks.append(task)
        self._decoder.prompts.append(tuple(prompt))
        steps = list(self._all_steps())
        decode = self._decoder.tokenizer.decode
        self._decoder.windows.append(decode([step.token for step in steps]))
        # A prefix is what is said at the window's beginning, all of it.
        heard = decode([step.token for step in steps[: len(prefix)]])
        assert heard.upper() == decode(prefix).upper()
        if self._decoder.is_silenced and prefix:
            return
        if prefix and not goes_on and self._is_shy(steps[len(prefix) - 1]):
            return
        for step in self._looping(steps[len(prefix) :]):
            self._decoder.n_tokens += 1
            yield step

    def languages(self) -> LanguageOdds:
        self._decoder.n_asked += 1
        return odds(self._decoder.language)

    def no_speech(self) -> float:
        return self._decoder.no_speech

    def _looping(self, steps: Sequence[DecodeStep]) -> Iterable[DecodeStep]:
        n, self._decoder.loops_after = self._decoder.loops_after, None
        return steps if n is None else chain(steps[:n], repeat(steps[n - 1]))

    def _is_shy(self, last: DecodeStep) -> bool:
        spoken_s = (self.n_frames - last.frame) * ENCODER_FRAME / SAMPLE_RATE
        is_over = self._decoder.tokenizer.decode([last.token]).endswith(".")
        return is_over and spoken_s < self._decoder.shy_s

    def _all_steps(self) -> Iterator[DecodeStep]:
        tokenizer = self._decoder.tokenizer
        for number, start, whole in words_in(self._pcm, self._decoder.script):
            text = self._decoder.script[number].text if whole else GUESS
            frame = start // ENCODER_FRAME if whole else self.n_frames - 1
            for token in tokenizer.encode(text):
                yield DecodeStep(token, frame, -0.1)


@dataclass
class Job(Generic[T]):
    """A promise that is kept when the test wants it."""

    result: Callable[[], T]
    waits: Callable[[], bool]

    def done(self) -> bool:
        return not self.waits()


@dataclass
class ScriptedBackground:
    """Does jobs at once, or only when they are waited for while it is `busy`."""

    busy: bool = False

    def submit(self, job: Callable[[], T]) -> Job[T]:
        return Job(job, lambda: self.busy)


class OneByOne(ABC):
    """Answers several asks like so many single ones."""

    @abstractmethod
    def transcribe(
        self, pcm: Pcm, task: Task, prompt: Sequence[Token], prefix: Sequence[Token]
    ) -> Hypothesis: ...

    def transcribe_all(self, pcm: Pcm, asks: Sequence[Ask]) -> list[Hypothesis]:
        return [self.transcribe(pcm, ask.task, ask.prompt, ask.prefix) for ask in asks]


@dataclass
class ScriptedRecognizer(OneByOne):
    """Hears whole words and writes them in capitals. Prefixes have to be what it said before.

    Attributes:
        language: what it detects in finished speech, and how surely.
        tasks: of every decode.
        prompts: of every decode.
        n_padded: how often it was asked for the language of padded sound.
        cheap: what it detects in sound as it was encoded for a decode, where that differs.
    """

    script: Sequence[ScriptedWord]
    tokenizer: ScriptedTokenizer
    language: tuple[str, float] = ("en", 0.9)
    tasks: list[Task] = field(default_factory=list)
    prompts: list[tuple[Token, ...]] = field(default_factory=list)
    n_heard: int = 0
    n_padded: int = 0
    cheap: tuple[str, float] | None = None

    def transcribe(
        self, pcm: Pcm, task: Task, prompt: Sequence[Token], prefix: Sequence[Token]
    ) -> Hypothesis:
        self.n_heard += 1
        self.tasks.append(task)
        self.prompts.append(tuple(prompt))
        found = [(n, start) for n, start, whole in words_in(pcm, self.script) if whole]
        said = self.tokenizer.decode(prefix).upper().split()
        heard = [self.script[n].text.strip().upper() for n, _ in found]
        if said:
            at = heard.index(said[0])
            assert heard[at : at + len(said)] == said
            found = found[at + len(said) :]
        words = tuple(
            Word(
                self.script[n].text.upper(),
                start,
                start + self.script[n].end - self.script[n].start,
                0.9,
            )
            for n, start in found
        )
        return Hypothesis(words, -0.1, 0.0, partial(odds, self.cheap or self.language))

    def languages(self, pcm: Pcm, *, padded: bool = True) -> LanguageOdds:
        self.n_padded += padded
        return odds(self.language)


@dataclass
class ScriptedListener(OneByOne):
    """A live recogniser that knows the script, and guesses anew at each word that goes on.

    Attributes:
        language: what it detects, and how surely.
        tasks: of every decode.
        prompts: of every decode.
        lengths: of the sound of every decode, in samples.
    """

    script: Sequence[ScriptedWord]
    tokenizer: ScriptedTokenizer
    language: tuple[str, float] = ("en", 0.9)
    tasks: list[Task] = field(default_factory=list)
    prompts: list[tuple[Token, ...]] = field(default_factory=list)
    lengths: list[Sample] = field(default_factory=list)

    def transcribe(
        self, pcm: Pcm, task: Task, prompt: Sequence[Token], prefix: Sequence[Token]
    ) -> Hypothesis:
        self.tasks.append(task)
        self.prompts.append(tuple(prompt))
        self.lengths.append(len(pcm))
        words = []
        for number, start, whole in words_in(pcm, self.script):
            word = self.script[number]
            end = min(start + word.end - word.start, len(pcm))
            text = word.text if whole else f"{GUESS}{end - start}"
            words.append(Word(text, start, end, 0.9 if whole else 0.5))
        # A prefix is what is said at the window's beginning, all of it.
        said = self.tokenizer.decode(prefix)
        n_said = len(said.split())
        assert "".join(word.text for word in words[:n_said]).upper() == said.upper()
        return Hypothesis(tuple(words[n_said:]), -0.1, 0.0)

    def languages(self, pcm: Pcm, *, padded: bool = True) -> LanguageOdds:
        return odds(self.language)


@dataclass
class ScriptedVoices:
    """Hears whose words are in the sound: `voices` are those of the script's words."""

    script: Sequence[ScriptedWord]
    voices: Sequence[int]

    def embed(self, pcm: Pcm) -> NDArray[np.float32]:
        numbers = np.rint(pcm / _LEVEL).astype(int)
        voices = np.array([-1, *self.voices])[numbers]
        shares = np.bincount(voices[voices >= 0], minlength=max(self.voices) + 1)
        voice: NDArray[np.float32] = (shares / np.linalg.norm(shares)).astype(np.float32)
        return voice


@dataclass
class ScriptedSegmenter:
    """Hears when each voice speaks whose words are in the sound, numbered as they come."""

    script: Sequence[ScriptedWord]
    voices: Sequence[int]
    frame: Sample = 270
    first: Sample = 495

    def segment(self, pcm: Pcm) -> NDArray[np.float32]:
        numbers = np.rint(pcm[self.first :: self.frame] / _LEVEL).astype(int)
        voices = np.array([-1, *self.voices])[numbers]
        told = np.zeros((len(voices), 3), np.float32)
        for place, voice in enumerate(list(dict.fromkeys(voices[voices >= 0]))[:3]):
            told[voices == voice, place] = 1
        return told


def words_in(pcm: Pcm, script: Sequence[ScriptedWord]) -> Iterable[tuple[int, Sample, bool]]:
    """Number, beginning and wholeness of each word that begins in the sound.

    So does one of which the greater part is at the sound's beginning, as people hear it, too.
    """
    numbers = np.rint(pcm / _LEVEL).astype(int)
    starts = np.flatnonzero(np.diff(numbers, prepend=0))
    for start in starts:
        number = int(numbers[start]) - 1
        if number < 0:
            continue
        length = int((numbers == number + 1).sum())
        expected = script[number].end - script[number].start
        if start > 0 or length == expected:
            yield number, int(start), length == expected
        elif length < len(pcm) and 2 * length >= expected:
            yield number, 0, True
