"""The words of one text over the window of LocalAgreement: which hold, and which may change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from wlk_host.core.live.policy import Heard
from wlk_host.core.live.trust import (
    SILENT_END,
    mean_probability,
    n_equal,
    n_guessed,
    n_unspoken,
    shown,
)
from wlk_host.core.ports import Ask, Hypothesis, Task, Token, Tokenizer
from wlk_host.core.sentences import ends_sentence
from wlk_host.core.types import SAMPLE_RATE, Sample, Word
from wlk_host.core.words import heard_from, is_whole, opening

Trim: TypeAlias = Literal["sentence", "segment"]

_PAUSE: Final = SAMPLE_RATE * 3 // 10
"""Silence between two words that divides segments."""

_UNREAD: Final = SAMPLE_RATE
"""Sound after the last word that can hold more words."""

_REMEMBERED: Final = 32
"""Settled words before the new ones among which a repetition is looked for."""


@dataclass(frozen=True, slots=True)
class AgreementOptions:
    """How LocalAgreement trades cost against latency and errors.

    Attributes:
        trim: where the window can begin when it slides: at a sentence, or after a pause.
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


class AgreedWords:
    """What two decodes in a row begin with is settled; the next decode gets it as its prefix.

    Args:
        tokenizer: of the recogniser.
        options: how it trades latency against errors.
        start: of the first window.
        translated: whether the words are a translation, whose times are guesses.

    Attributes:
        start: of the next window to be decoded.
        until: where the words still to be settled begin.
        is_stuck: whether the decoder is caught in what it said, and needs a window without it.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        options: AgreementOptions,
        start: Sample,
        *,
        translated: bool = False,
    ) -> None:
        self._tokenizer = tokenizer
        self._translated = translated
        self._options = options
        self._settled: list[Word] = []
        self._said_before: list[str] = []
        self._read_until = start
        self._language: str | None = None
        self.start = self.until = start
        self.is_stuck = False

    def has_read(self, end: Sample) -> bool:
        """Whether all sound up to there was read, and nothing is open.

        Asked once more, decoders repeat themselves.
        """
        return not self._said_before and self._read_until >= end - SILENT_END

    def ask(self, task: Task, prompt: Sequence[Token]) -> Ask:
        """What the recogniser is to be asked next."""
        self._language = "en" if task.kind == "translate" else task.language
        said = "".join(word.text for word in self._settled)
        return Ask(task, prompt, self._tokenizer.encode(said))

    def close(self, end: Sample) -> Heard:
        """The utterance ends there, and `has_read` it."""
        self.until = end
        return Heard((), (), complete=True)

    def take(self, heard: Hypothesis, end: Sample, closing: bool) -> Heard:
        """Settle what can be settled; everything when the utterance is over (`closing`)."""
        self._read_until = end
        n_given = len(self._settled)
        words, looped = self._new_words(heard, end)
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
            self.until = words[n - 1].end
        is_unread = end - self.until > _UNREAD
        # A decoder that was told a sentence often says nothing when it is said once more.
        is_silenced = closing and not n and n_given > 0 and is_unread
        stopped_amid = is_silenced or (looped and n > 0 and is_unread)
        if closing and not stopped_amid:
            self.until = end
        self._said_before = [] if closing else [word.text for word in words[n:]]
        if is_silenced or (looped and (not n or (closing and stopped_amid))):
            self.is_stuck = True
        draft = [] if closing else shown(words[n:], n_agreed - n, self._options.draft_sure)
        return Heard(tuple(words[:n]), tuple(draft), complete=not stopped_amid)

    def replace(self, since: Sample, until: Sample, words: Sequence[Word]) -> None:
        """Go on from better words for the sound between `since` and `until`."""
        before = [word for word in self._settled if word.start < since]
        better = heard_from(self.start, words)
        after = (word for word in self._settled if word.start >= until)
        self._settled = [*before, *better, *opening(after)]

    def go_on(self, words: Sequence[Word], at: Sample) -> None:
        """Take these as the settled words up to `at`."""
        self.replace(self.start, at, words)
        self._read_until = self.until = at

    def restart(self, at: Sample) -> None:
        """Go on in windows from `at`, without what was said before."""
        self._settled = []
        self.start = max(self.start, at)
        self.until = max(self.until, at)
        self._read_until = self.until
        self.is_stuck = False

    def skip_to(self, at: Sample) -> None:
        """Give up what was not settled before `at`."""
        self.until = at
        self._said_before = []
        self.restart(at)

    def slide(self, start: Sample) -> None:
        """Go on in windows from there."""
        self.start = start
        self._settled = [word for word in self._settled if word.start >= start]

    def opening(self, earliest: Sample, latest: Sample) -> Sample:
        """The best place between the two for a window to begin."""
        near = (at for at in self._openings() if earliest <= at <= latest)
        words = (word.start for word in self._settled if word.start >= latest)
        return max(near, default=next(words, latest))

    def _openings(self) -> Iterator[Sample]:
        """Where settled sentences or segments begin."""
        for word, following in pairwise(self._settled):
            is_sentence = ends_sentence(word.text, following.text, self._language)
            is_segment = following.start - word.end >= _PAUSE
            if is_sentence if self._options.trim == "sentence" else is_segment:
                yield following.start

    def _new_words(self, heard: Hypothesis, end: Sample) -> tuple[list[Word], bool]:
        """The words after the settled ones, and whether the decoder then began to loop."""
        words = list[Word]()
        at = self.until
        for word in heard.words:
            if not is_whole(word.text):
                break
            start = min(max(at, self.start + word.start), end)
            at = min(max(start, self.start + word.end), end)
            words.append(Word(word.text, start, at, word.probability))
            before = self._settled[-_REMEMBERED:]
            if n := n_unspoken(before, words, translated=self._translated):
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
