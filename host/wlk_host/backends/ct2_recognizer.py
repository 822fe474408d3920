"""Sound decoded by CTranslate2 alone: beam search, word times."""

from collections.abc import Sequence
from typing import Any, Final

import ctranslate2
import numpy as np

from wlk_host.backends.mel import HOP, log_mel
from wlk_host.backends.tokenizer import WhisperTokenizer
from wlk_host.core.ports import Ask, DecodeStep, Hypothesis, Task, Token
from wlk_host.core.types import SAMPLE_RATE, Pcm, Word
from wlk_host.core.words import group_words

_FULL_WINDOW: Final = 3000
"""Feature frames Whisper was trained on (30 s). Shorter ones make a beam repeat itself."""

_PAD: Final = 80
"""Feature frames of silence behind the sound in a shorter window (0.8 s): without them the
decoder often finds no end."""

_MOST_TOKENS: Final = 448
_TOKENS_PER_SECOND: Final = 12
"""More than the fastest speakers need."""


class CTranslate2Recognizer:
    """`core.ports.LiveRecognizer` on a loaded CTranslate2 Whisper model.

    Args:
        whisper: the model.
        tokenizer: of its folder.
        beams: of the search; 1 is greedy.
        least_window: feature frames (10 ms) encoded at the least. The encoder's cost grows
            faster than its window.
    """

    def __init__(
        self,
        whisper: Any,
        tokenizer: WhisperTokenizer,
        beams: int = 5,
        least_window: int = _FULL_WINDOW,
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
        n_heard = min(len(pcm) // HOP, _FULL_WINDOW)
        encoded = self._encode(pcm)
        return [self._decode(encoded, n_heard, ask) for ask in asks]

    def _decode(self, encoded: Any, n_heard: int, ask: Ask) -> Hypothesis:
        prefix = ask.prefix
        begin = self._tokenizer.task_tokens(ask.task)
        history = [self._tokenizer.start_of_previous, *ask.prompt] if ask.prompt else []
        result = self._whisper.generate(
            encoded,
            [[*history, *begin, *prefix]],
            beam_size=self._beams,
            max_length=self._most_tokens(len(history) + len(begin) + len(prefix), n_heard),
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        tokens = [t for t in result.sequences_ids[0] if self._tokenizer.is_text(t)]
        text = tokens[len(prefix) :] if tokens[: len(prefix)] == list(prefix) else tokens
        words = self._align(encoded, begin, tokens, len(tokens) - len(text), n_heard, ask.task)
        return Hypothesis(tuple(words), float(result.scores[0]), float(result.no_speech_prob))

    def detect_language(self, pcm: Pcm) -> tuple[str, float]:
        """The most probable language; see `core.ports.LiveRecognizer`."""
        token, probability = self._whisper.detect_language(self._encode(pcm))[0][0]
        return str(token).strip("<|>"), float(probability)

    def _most_tokens(self, n_given: int, n_heard: int) -> int:
        """What `generate` takes as `max_length`: it counts what is given, and is halved inside.

        In a short window the decoder loops now and then, and somebody waits for it.
        """
        if self._least_window == _FULL_WINDOW:
            return _MOST_TOKENS
        n_new = 16 + n_heard * _TOKENS_PER_SECOND * HOP // SAMPLE_RATE
        return min(_MOST_TOKENS, 2 * (n_given + n_new))

    def _encode(self, pcm: Pcm) -> Any:
        n_frames = min(max(self._least_window, len(pcm) // HOP + _PAD), _FULL_WINDOW)
        features = log_mel(pcm, int(self._whisper.n_mels), n_frames)
        view = ctranslate2.StorageView.from_array(np.ascontiguousarray(features[None]))
        return self._whisper.encode(view)

    def _align(
        self,
        encoded: Any,
        begin: Sequence[Token],
        tokens: Sequence[Token],
        n_prefix: int,
        n_heard: int,
        task: Task,
    ) -> list[Word]:
        """The words after the first `n_prefix` tokens, timed by dynamic time warping."""
        if len(tokens) == n_prefix:
            return []
        aligned = self._whisper.align(encoded, list(begin), [list(tokens)], [n_heard])[0]
        first: dict[int, int] = {}
        last: dict[int, int] = {}
        for token_index, frame in aligned.alignments:
            first.setdefault(token_index, frame)
            last[token_index] = frame
        probabilities = aligned.text_token_probs
        steps = [
            DecodeStep(token, index, float(np.log(max(probabilities[index], 1e-10))))
            for index, token in enumerate(tokens)
        ][n_prefix:]
        decode = self._tokenizer.decode
        words = []
        for group in group_words(steps, decode, task.is_spaced):
            start, end = first[group[0].frame] * 2 * HOP, (last[group[-1].frame] + 1) * 2 * HOP
            probability = float(np.exp(np.mean([s.logprob for s in group])))
            words.append(Word(decode([s.token for s in group]), start, end, probability))
        return words
