"""The words of one text over the live window: which of them hold, and which may change."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np

from wlk_host.core.live.alignatt import decide
from wlk_host.core.live.end_of_word import EndOfWord, by_next_token
from wlk_host.core.live.policy import Heard
from wlk_host.core.live.trust import mean_probability, n_equal, n_guessed, shown
from wlk_host.core.ports import DecodeStep, Sound, Task, Token, Tokenizer
from wlk_host.core.types import (
    ENCODER_FRAME,
    MOST_TOKENS_PER_SECOND,
    SAMPLE_RATE,
    EncoderFrames,
    Sample,
    Word,
)
from wlk_host.core.words import heard_from, opening, word_text

_UNREAD: Final = SAMPLE_RATE
"""Sound after the last word that can hold more words."""


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """How the first pass trades cost against latency and errors.

    Attributes:
        margin: sound left unread at the end (AlignAtt's threshold).
        translation_margin: the same for a translation. Its words come in another order, so that
            what follows changes more of them.
        window: sound encoded at the most while words are being settled.
        left: settled sound kept in front when the window slides.
        longest: sound encoded at the most when nothing could be settled.
        beams: texts of what was spoken that are followed at the same time; 1 is greedy.
        rolling: tokens of what was said before the window that are given as a prompt.
        end_of_word: judges whether the last word is whole while somebody speaks.
        sure: a settled word less probable than this waits until the next step says
            the same (LocalAgreement, where it is worth its delay) ...
        patience: ... or until this much sound has followed it.
        unheard: speech after the settled words from which the decoder is made to say more. After
            a full stop and a pause it often takes the next words for silence for some seconds.
        draft_sure: a draft word less probable than this is not shown until it is
            said twice, and neither is what follows it.
        speech: probability under which the first words after a silence are taken for
            noise: that somebody speaks, and says these words. Music and clatter make the
            decoder guess (0.07 at the most on the clips without speech), people in noise
            reach 0.14 soon.
    """

    margin: EncoderFrames = 25
    translation_margin: EncoderFrames = 75
    sure: float = 0.5
    patience: Sample = 2 * SAMPLE_RATE
    unheard: Sample = SAMPLE_RATE * 9 // 10
    draft_sure: float = 0.3
    speech: float = 0.1
    window: Sample = 7 * SAMPLE_RATE
    left: Sample = SAMPLE_RATE * 9 // 2
    longest: Sample = 25 * SAMPLE_RATE
    beams: int = 3
    rolling: int = 0
    end_of_word: EndOfWord = by_next_token


@dataclass(frozen=True, slots=True)
class _Settled:
    word: Word
    tokens: tuple[Token, ...]
    at: tuple[Sample, ...]


class SettledWords:
    """AlignAtt over windows that begin at `start`, with what is settled as forced prefix.

    Args:
        tokenizer: of the decoder.
        options: how it trades latency against errors.
        start: of the first window.

    Attributes:
        start: of the next window to be decoded.
        until: where the words still to be settled begin.
        is_stuck: whether the decoder is caught in what it said, and needs a window without it.
    """

    def __init__(self, tokenizer: Tokenizer, options: LiveOptions, start: Sample) -> None:
        self._tokenizer = tokenizer
        self._options = options
        self._settled: list[_Settled] = []
        self._past: list[Token] = []
        self._said_before: list[str] = []
        self.start = -(-start // ENCODER_FRAME) * ENCODER_FRAME
        self.until = start
        self.is_stuck = False

    def decode(
        self,
        sound: Sound,
        task: Task,
        prompt: Sequence[Token],
        closing: bool,
        speech_from: Sample | None = None,
    ) -> Heard:
        """Settle what can be settled; everything when the utterance is over (`closing`).

        Where `speech_from` is given, somebody has been speaking since then.
        """
        prefix = [token for settled in self._settled for token in settled.tokens]
        unread = sound.n_frames * ENCODER_FRAME - max(0, self.until - self.start)
        beams, margin = self._options.beams, self._options.margin
        if task.kind == "translate":
            # It has more than one good wording: before its sentence is over, beams tell the
            # better one no better (`tests/bench/RESULTS.md`).
            beams, margin = 1, self._options.translation_margin
        begins = speech_from is not None and self.until <= speech_from
        goes_on = not closing and self._is_unheard(sound, speech_from)
        decision = decide(
            sound.steps(task, (*prompt, *self._past), prefix, beams, goes_on=goes_on),
            self._history(),
            n_frames=sound.n_frames,
            margin=0 if closing else margin,
            # A decoder that says more is looping.
            budget=6 + unread * MOST_TOKENS_PER_SECOND // SAMPLE_RATE,
            decode=self._tokenizer.decode,
            task=task,
            hold_last=not closing and not self._options.end_of_word(sound.encoded),
        )
        end = self.start + sound.n_frames * ENCODER_FRAME
        groups = [*decision.committed, *decision.draft]
        words = self._words(groups, end)
        n_agreed = n_equal(self._said_before, [word.text for word in words])
        n = len(decision.committed)
        n = (
            n - n_guessed(words[:n], end, self._options.sure)
            if closing
            else self._n_sure(words[:n], n_agreed, end, waits=goes_on and begins)
        )
        if not self._settled and n and not self._is_speech(sound, words[:n]):
            words, n = [], 0
        for word, steps in zip(words[:n], groups[:n], strict=True):
            tokens = tuple(step.token for step in steps)
            at = tuple(self.start + step.frame * ENCODER_FRAME for step in steps)
            self._settled.append(_Settled(word, tokens, at))
        if n:
            self.until = words[n - 1].end
        is_unread = end - self.until > _UNREAD
        # A decoder that was told a sentence often says nothing when it is said once more.
        is_silenced = closing and not n and bool(prefix) and is_unread
        stopped_amid = is_silenced or (decision.looped and n > 0 and is_unread)
        if closing and not stopped_amid:
            self.until = end
        if is_silenced or (decision.looped and (not n or (closing and stopped_amid))):
            self.is_stuck = True
        self._said_before = [word.text for word in words[n:]]
        draft = [] if closing else shown(words[n:], n_agreed - n, self._options.draft_sure)
        return Heard(tuple(words[:n]), tuple(draft), complete=not stopped_amid)

    def _is_speech(self, sound: Sound, words: Sequence[Word]) -> bool:
        return mean_probability(words) * (1 - sound.no_speech()) >= self._options.speech

    def _is_unheard(self, sound: Sound, speech_from: Sample | None) -> bool:
        """Whether more was spoken after the settled words than a decoder may pass over."""
        if speech_from is None:
            return False
        end = self.start + sound.n_frames * ENCODER_FRAME
        return end - max(self.until, speech_from) >= self._options.unheard

    def _n_sure(self, words: Sequence[Word], n_agreed: int, end: Sample, waits: bool) -> int:
        for i, word in enumerate(words):
            # A decoder that had to say something may have made it up: then time tells nothing.
            waited = not waits and end - word.end >= self._options.patience
            if i >= n_agreed and not waited and word.probability < self._options.sure:
                return i
        return len(words)

    def replace(self, since: Sample, until: Sample, words: Sequence[Word]) -> None:
        """Go on from better words for the sound between `since` and `until`."""
        encode = self._tokenizer.encode
        better = []
        for word in heard_from(self.start, words):
            tokens = tuple(encode(word.text))
            better.append(_Settled(word, tokens, (word.start,) * len(tokens)))
        before = [s for s in self._settled if s.word.start < since]
        after = [s for s in self._settled if s.word.start >= until]
        n_endings = len(after) - len(opening(s.word for s in after))
        self._settled = [*before, *better, *after[n_endings:]]

    def restart(self, at: Sample) -> None:
        """Go on in windows from `at`, without what was said before."""
        self._settled, self._past = [], []
        self.start, self.until, self.is_stuck = at, max(self.until, at), False

    def first_from(self, earliest: Sample) -> Sample | None:
        """Where the first settled word at `earliest` or later begins.

        Without one, the last word that reaches there: where it ends is a guess, and the next one
        may have begun by then.
        """
        words = [settled.word for settled in self._settled]
        later = (word.start for word in words if word.start >= earliest)
        reaching = (word.start for word in words[-1:] if word.end >= earliest)
        return next(chain(later, reaching), None)

    def slide(self, start: Sample) -> None:
        """Go on in windows from there; the words before are past."""
        gone = [t for s in self._settled if s.word.start < start for t in s.tokens]
        past = [*self._past, *gone]
        self._past = past[max(0, len(past) - self._options.rolling) :]
        self._settled = [s for s in self._settled if s.word.start >= start]
        self.start = start // ENCODER_FRAME * ENCODER_FRAME

    def _history(self) -> list[DecodeStep]:
        """The settled tokens of the window as steps, for recognising repetitions."""
        return [
            DecodeStep(token, (at - self.start) // ENCODER_FRAME, 0.0)
            for settled in self._settled
            for token, at in zip(settled.tokens, settled.at, strict=True)
        ]

    def _words(self, groups: Sequence[Sequence[DecodeStep]], end: Sample) -> list[Word]:
        """Words with times: from the frame its first token attends to the next word's."""
        starts = [self.start + steps[0].frame * ENCODER_FRAME for steps in groups]
        floor = self.until
        words: list[Word] = []
        for i, steps in enumerate(groups):
            start = max(starts[i], floor)
            last = self.start + steps[-1].frame * ENCODER_FRAME + ENCODER_FRAME * 15
            until = max(start, min(last, starts[i + 1] if i + 1 < len(groups) else end))
            text = word_text(steps, self._tokenizer.decode)
            probability = float(np.exp(np.mean([step.logprob for step in steps])))
            words.append(Word(text, start, until, probability))
            floor = until
        return words
