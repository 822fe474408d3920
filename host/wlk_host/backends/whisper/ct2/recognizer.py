"""Sound decoded by CTranslate2 alone: beam search, word times."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import ctranslate2
import numpy as np

from wlk_host.backends.whisper.layout import FULL_WINDOW, LANGUAGE_WINDOW
from wlk_host.backends.whisper.mel import log_mel
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer
from wlk_host.core.live.trust import goes_round
from wlk_host.core.ports import Ask, DecodeStep, Hypothesis, LanguageOdds, Task, Token
from wlk_host.core.types import (
    ENCODER_FRAME,
    MEL_FRAME,
    MOST_TOKENS_PER_SECOND,
    SAMPLE_RATE,
    MelFrames,
    Pcm,
    Word,
)
from wlk_host.core.words import group_words, word_text

_LEAST_WINDOW: Final[MelFrames] = 10 * SAMPLE_RATE // MEL_FRAME

_PAD: Final[MelFrames] = 4 * SAMPLE_RATE // 5 // MEL_FRAME
"""Silence behind the sound in a shorter window than the full one (0.8 s): without it the decoder
often finds no end."""

_MOST_TOKENS: Final = 224
"""Of one text, its prefix included: half of the decoder's positions."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A text of one search.

    Attributes:
        n_prefix: tokens at its beginning that were given.
        is_whole: it came to its end, and did not go round in circles before.
    """

    tokens: list[Token]
    n_prefix: int
    score: float
    no_speech: float
    is_whole: bool


class CTranslate2Recognizer:
    """`core.ports.LiveRecognizer` on a loaded CTranslate2 Whisper model.

    Args:
        whisper: the model.
        tokenizer: of its folder.
        beams: of the search; 1 is greedy. Where more find no end in a short window, or go round
            in circles, they search once more in the full one; greedy is for who cannot wait.
        least_window: encoded at the least. The encoder's cost grows faster than its window.
    """

    def __init__(
        self,
        whisper: Any,
        tokenizer: WhisperTokenizer,
        beams: int = 5,
        least_window: MelFrames = _LEAST_WINDOW,
    ) -> None:
        self._whisper = whisper
        self._tokenizer = tokenizer
        self._beams = beams
        self._least_window = least_window

    def transcribe(
        self, pcm: Pcm, task: Task, prompt: Sequence[Token], prefix: Sequence[Token]
    ) -> Hypothesis:
        """The words that follow `prefix`; see `core.ports.Recognizer`."""
        return self.transcribe_all(pcm, [Ask(task, prompt, prefix)])[0]

    def transcribe_all(self, pcm: Pcm, asks: Sequence[Ask]) -> list[Hypothesis]:
        """`transcribe` for each of the asks; the sound is encoded once."""
        n_heard = min(len(pcm) // MEL_FRAME, FULL_WINDOW)
        n_window = self._window(pcm)
        encoded = self._encode(pcm, n_window)
        found = [self._search(encoded, n_heard, ask) for ask in asks]
        looks_again = self._beams > 1 and n_window < FULL_WINDOW
        if looks_again and not all(text.is_whole for text in found):
            encoded = self._encode(pcm, FULL_WINDOW)
            found = [self._search(encoded, n_heard, ask) for ask in asks]
        return [
            Hypothesis(
                tuple(self._align(encoded, text, n_heard, ask.task)),
                text.score,
                text.no_speech,
                partial(self._languages, encoded),
            )
            for ask, text in zip(asks, found, strict=True)
        ]

    def _search(self, encoded: Any, n_heard: MelFrames, ask: Ask) -> _Found:
        begin = self._tokenizer.task_tokens(ask.task)
        history = [self._tokenizer.start_of_previous, *ask.prompt] if ask.prompt else []
        # In a short window the decoder loops now and then, and somebody waits for it.
        n_new = 16 + n_heard * MOST_TOKENS_PER_SECOND * MEL_FRAME // SAMPLE_RATE
        limit = min(_MOST_TOKENS, len(ask.prefix) + n_new)
        result = self._whisper.generate(
            encoded,
            [[*history, *begin, *ask.prefix]],
            beam_size=self._beams,
            # It is halved inside, and what comes before the text must fit into it as well.
            max_length=max(2 * limit, limit + len(history) + len(begin)),
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        tokens = [t for t in result.sequences_ids[0] if self._tokenizer.is_text(t)]
        n_prefix = len(ask.prefix) if tokens[: len(ask.prefix)] == list(ask.prefix) else 0
        is_ended = len(result.sequences_ids[0]) < limit
        is_whole = is_ended and not goes_round(tokens[n_prefix:])
        return _Found(tokens, n_prefix, float(result.scores[0]), result.no_speech_prob, is_whole)

    def languages(self, pcm: Pcm, *, padded: bool = True) -> LanguageOdds:
        """How probable each language is; see `core.ports.Recognizer`."""
        least = LANGUAGE_WINDOW if padded else 0
        return self._languages(self._encode(pcm, max(self._window(pcm), least)))

    def _languages(self, encoded: Any) -> LanguageOdds:
        found = self._whisper.detect_language(encoded)[0]
        return {str(token).strip("<|>"): float(probability) for token, probability in found}

    def _window(self, pcm: Pcm) -> MelFrames:
        return min(max(self._least_window, len(pcm) // MEL_FRAME + _PAD), FULL_WINDOW)

    def _encode(self, pcm: Pcm, n_window: MelFrames) -> Any:
        features = log_mel(pcm, int(self._whisper.n_mels), n_window)
        view = ctranslate2.StorageView.from_array(np.ascontiguousarray(features[None]))
        return self._whisper.encode(view)

    def _align(self, encoded: Any, found: _Found, n_heard: MelFrames, task: Task) -> list[Word]:
        """The words that were found, timed by dynamic time warping."""
        if len(found.tokens) == found.n_prefix:
            return []
        begin = list(self._tokenizer.task_tokens(task))
        aligned = self._whisper.align(encoded, begin, [found.tokens], [n_heard])[0]
        first: dict[int, int] = {}
        last: dict[int, int] = {}
        for token_index, frame in aligned.alignments:
            first.setdefault(token_index, frame)
            last[token_index] = frame
        probabilities = aligned.text_token_probs
        steps = [
            DecodeStep(token, index, float(np.log(max(probabilities[index], 1e-10))))
            for index, token in enumerate(found.tokens)
        ][found.n_prefix :]
        decode = self._tokenizer.decode
        words = []
        for group in group_words(steps, decode, task.is_spaced):
            start, end = (
                first[group[0].frame] * ENCODER_FRAME,
                (last[group[-1].frame] + 1) * ENCODER_FRAME,
            )
            probability = float(np.exp(np.mean([s.logprob for s in group])))
            words.append(Word(word_text(group, decode), start, end, probability))
        return words
