"""LocalAgreement: a word is settled once two decodes in a row say it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from wlk_host.core.policy import Heard
from wlk_host.core.ports import LiveRecognizer, Task, Token, Tokenizer
from wlk_host.core.trust import (
    SILENT_END,
    mean_probability,
    n_equal,
    n_guessed,
    n_unspoken,
    shown,
)
from wlk_host.core.types import SAMPLE_RATE, AudioChunk, Pcm, Sample, Word
from wlk_host.core.window import AudioBuffer
from wlk_host.core.words import SENTENCE_ENDS, heard_from, is_whole

Trim: TypeAlias = Literal["sentence", "segment"]

_PAUSE: Final = SAMPLE_RATE * 3 // 10
"""Silence between two words that divides segments."""

_UNREAD: Final = SAMPLE_RATE
"""Sound after the last word in which there may be more of them."""

_REMEMBERED: Final = 32
"""Settled words before the new ones among which a repetition is looked for."""


@dataclass(frozen=True, slots=True)
class AgreementOptions:
    """How LocalAgreement trades cost against latency and errors.

    Attributes:
        trim: where the window may begin when it slides: at a sentence, or after a pause.
            Where there is none in reach, at a word.
        window: sound decoded at the most while words are being settled.
        left: settled sound kept in front when the window slides.
        longest: sound decoded at the most when nothing could be settled.
        sure: a word less probable than this waits though two decodes agree on it.
        confident: a word more probable than this does not wait for the second decode,
            unless it ends the window ("confidence validation"). None: every word waits.
        fresh: sound at the window's end in which a word may not be over yet.
        patience: sound that has followed a word after which it waits no longer.
        draft_sure: a draft word less probable than this is not shown until it is
            said twice, and neither is what follows it.
        guess: words in the silence after an utterance less probable than this are left out.
        speech: mean probability under which the first words after a silence are taken
            for noise.
    """

    trim: Trim = "sentence"
    window: Sample = 10 * SAMPLE_RATE
    left: Sample = 5 * SAMPLE_RATE
    longest: Sample = 25 * SAMPLE_RATE
    sure: float = 0.3
    confident: float | None = 0.95
    fresh: Sample = SAMPLE_RATE * 3 // 10
    patience: Sample = 3 * SAMPLE_RATE
    draft_sure: float = 0.4
    guess: float = 0.5
    speech: float = 0.2


class LocalAgreement:
    """LocalAgreement-2 (Liu et al., 2020; Macháček et al., 2023) over any recogniser.

    Settled sound stays in front of the window, and its words are given to the decoder as
    what it has said already. So each decode tells only what is new.

    Args:
        recognizer: asked once a step.
        tokenizer: of the recogniser.
        start: position of the first sample.
        prompt: as in `core.policy.LivePolicy`.
        options: see there.
    """

    def __init__(
        self,
        recognizer: LiveRecognizer,
        tokenizer: Tokenizer,
        start: Sample,
        prompt: Sequence[Token],
        options: AgreementOptions,
    ) -> None:
        self._recognizer = recognizer
        self._tokenizer = tokenizer
        self._options = options
        self._audio = AudioBuffer(start)
        self._start = start
        self._read_until = start
        self._settled: list[Word] = []
        self._said_before: list[str] = []
        self.prompt = tuple(prompt)
        self.settled_until = start

    def feed(self, pcm: Pcm) -> None:
        """Add sound that follows what was fed before."""
        self._audio.append(AudioChunk(self._audio.end, pcm))

    def listen(self, end: Sample, speech_from: Sample) -> "_Window":
        """The window that ends there; see `core.policy.LivePolicy`."""
        self._slide(end, speech_from)
        return _Window(self, self._start, end)

    def detect_language(self, start: Sample, end: Sample) -> tuple[str, float]:
        """The language of that stretch, without the settled sound before it."""
        return self._recognizer.detect_language(self._audio.slice(max(start, self._start), end))

    def decode(self, end: Sample, task: Task, closing: bool) -> Heard:
        """Settle what can be settled; everything when the utterance is over (`closing`)."""
        if closing and not self._said_before and self._read_until >= end - SILENT_END:
            # All was read, and nothing is open. Asked once more, decoders repeat themselves.
            self.settled_until = end
            return Heard((), (), complete=True)
        self._read_until = end
        words, looped = self._transcribe(end, task)
        n_agreed = n_equal(self._said_before, [word.text for word in words])
        n = (
            len(words) - n_guessed(words, end, self._options.guess)
            if closing
            else self._n_stable(words, n_agreed, end)
        )
        if not self._settled and n and mean_probability(words[:n]) < self._options.speech:
            words, n = [], 0
        self._settled += words[:n]
        if n:
            self.settled_until = words[n - 1].end
        stopped_amid = looped and n > 0 and end - self.settled_until > _UNREAD
        if closing and not stopped_amid:
            self.settled_until = end
        self._said_before = [] if closing else [word.text for word in words[n:]]
        if looped and (not n or (closing and stopped_amid)):
            self._start_afresh()
        draft = [] if closing else shown(words[n:], n_agreed - n, self._options.draft_sure)
        return Heard(tuple(words[:n]), tuple(draft), complete=not stopped_amid)

    def replace(
        self,
        since: Sample,
        until: Sample,
        words: Sequence[Word],
        english: Sequence[Word] = (),  # noqa: ARG002 - only the second pass translates
    ) -> None:
        """Go on from better words for the sound between `since` and `until`."""
        before = [word for word in self._settled if word.start < since]
        better = heard_from(self._start, words)
        after = [word for word in self._settled if word.start >= until]
        self._settled = [*before, *better, *after]

    def go_on(
        self,
        words: Sequence[Word],
        at: Sample,
        english: Sequence[Word] = (),  # noqa: ARG002 - see `replace`
    ) -> None:
        """Take over where another pass was; see `core.policy.LivePolicy`."""
        self.replace(self._start, at, words)
        self._read_until = self.settled_until = at

    def skip_to(self, at: Sample) -> None:
        """Go on there; what was not settled before is given up."""
        self.settled_until = at
        self._said_before = []
        self._start_afresh()

    def _transcribe(self, end: Sample, task: Task) -> tuple[list[Word], bool]:
        """The words after the settled ones, and whether the decoder then began to loop."""
        prefix = self._tokenizer.encode("".join(word.text for word in self._settled))
        pcm = self._audio.slice(self._start, end)
        heard = self._recognizer.transcribe(pcm, task, self.prompt, prefix)
        words = list[Word]()
        at = self.settled_until
        for word in heard.words:
            if not is_whole(word.text):
                break
            start = min(max(at, self._start + word.start), end)
            at = min(max(start, self._start + word.end), end)
            words.append(Word(word.text, start, at, word.probability))
            if n := n_unspoken(self._settled[-_REMEMBERED:], words):
                return words[:-n], True
        return words, False

    def _n_stable(self, words: Sequence[Word], n_agreed: int, end: Sample) -> int:
        for i, word in enumerate(words):
            if not self._is_stable(word, i < n_agreed, end - word.end):
                return i
        return len(words)

    def _is_stable(self, word: Word, agreed: bool, age: Sample) -> bool:
        options = self._options
        if agreed and word.probability >= options.sure:
            return True
        sure = options.confident is not None and word.probability >= options.confident
        return (sure and age >= options.fresh) or age >= options.patience

    def _start_afresh(self) -> None:
        """Drop the context: a decoder that is stuck in it repeats itself until it is gone."""
        self._settled = []
        self._read_until = self.settled_until
        self._start = max(self._start, self.settled_until)
        self._audio.forget(self._start)

    def _slide(self, end: Sample, speech_from: Sample) -> None:
        options = self._options
        if end - self._start <= options.window:
            return
        unsettled = max(self.settled_until, min(speech_from, end))
        latest = min(end - options.left, unsettled)
        near = (at for at in self._openings() if end - options.window <= at <= latest)
        words = (word.start for word in self._settled if word.start >= latest)
        at = max(near, default=next(words, latest))
        self._start = max(at, end - options.longest, self._start)
        self._settled = [word for word in self._settled if word.start >= self._start]
        self._audio.forget(self._start)

    def _openings(self) -> Iterator[Sample]:
        """Where settled sentences or segments begin."""
        for word, following in pairwise(self._settled):
            is_sentence = word.text.endswith(SENTENCE_ENDS)
            is_segment = following.start - word.end >= _PAUSE
            if is_sentence if self._options.trim == "sentence" else is_segment:
                yield following.start


@dataclass(frozen=True, slots=True)
class _Window:
    live: LocalAgreement
    start: Sample
    end: Sample

    def detect_language(self) -> tuple[str, float]:
        return self.live.detect_language(self.start, self.end)

    def read(self, task: Task, closing: bool) -> Heard:
        return self.live.decode(self.end, task, closing)

    def translate(self, language: str, closing: bool) -> Heard:  # noqa: ARG002 - see `replace`
        return Heard((), (), complete=True)
