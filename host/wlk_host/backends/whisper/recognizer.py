"""Finished sound decoded with attention: wide window, beam search, word times."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from wlk_host.backends.whisper.beam_search import Found
from wlk_host.backends.whisper.halves import N_CONTEXT, Memory
from wlk_host.backends.whisper.layout import FULL_WINDOW, LANGUAGE_WINDOW
from wlk_host.backends.whisper.mel import log_mel
from wlk_host.backends.whisper.model import EncodedSound, Whisper
from wlk_host.backends.whisper.text_search import TextSearch
from wlk_host.backends.whisper.word_timing import token_frames
from wlk_host.core.live.trust import goes_on_for_ever, goes_round
from wlk_host.core.ports import Ask, DecodeStep, Hypothesis, LanguageOdds, Task, Token
from wlk_host.core.types import (
    ENCODER_FRAME,
    MEL_FRAME,
    MOST_TOKENS_PER_SECOND,
    SAMPLE_RATE,
    EncoderFrames,
    MelFrames,
    Pcm,
    Word,
)
from wlk_host.core.words import group_words, word_text

_LEAST_WINDOW: Final[MelFrames] = 10 * SAMPLE_RATE // MEL_FRAME

_PAD: Final[MelFrames] = 4 * SAMPLE_RATE // 5 // MEL_FRAME
"""Silence behind the sound in a shorter window than the full one (0.8 s): without it the decoder
often finds no end."""


class AttentiveRecognizer:
    """`core.ports.LiveRecognizer` on the model of the live pass.

    Args:
        whisper: the shared model.
        beams: texts followed at the same time; 1 is greedy. Where more find no end in a short
            window, or go round in circles, they search once more in the full one; greedy is for
            who cannot wait.
        least_window: encoded at the least, padding included.
    """

    def __init__(
        self, whisper: Whisper, beams: int = 5, least_window: MelFrames = _LEAST_WINDOW
    ) -> None:
        self._whisper = whisper
        self._beams = beams
        self._least_window = least_window

    def transcribe(
        self, pcm: Pcm, task: Task, prompt: Sequence[Token], prefix: Sequence[Token]
    ) -> Hypothesis:
        """The words that follow `prefix`; see `core.ports.Recognizer`."""
        return self.transcribe_all(pcm, [Ask(task, prompt, prefix)])[0]

    def transcribe_all(self, pcm: Pcm, asks: Sequence[Ask]) -> list[Hypothesis]:
        """`transcribe` for each of the asks; the sound is encoded once."""
        n_window = self._window(pcm)
        heard = self._decode_all(pcm, n_window, asks)
        looks_again = self._beams > 1 and n_window < FULL_WINDOW
        if looks_again and not all(is_whole for _, is_whole in heard):
            heard = self._decode_all(pcm, FULL_WINDOW, asks)
        return [hypothesis for hypothesis, _ in heard]

    def _decode_all(
        self, pcm: Pcm, n_window: MelFrames, asks: Sequence[Ask]
    ) -> list[tuple[Hypothesis, bool]]:
        memory = self._encode(pcm, n_window)
        return [self._decode(memory, pcm, ask) for ask in asks]

    def _decode(self, memory: Memory, pcm: Pcm, ask: Ask) -> tuple[Hypothesis, bool]:
        """What is heard, and whether it came to its end and did not go round in circles before."""
        tokenizer, prefix = self._whisper.tokenizer, ask.prefix
        # More would leave no room for the text (openai/whisper, `decoding.py`).
        prompt = ask.prompt[-(N_CONTEXT // 2 - 1) :]
        history = [tokenizer.start_of_previous, *prompt] if prompt else []
        given = [*history, *tokenizer.task_tokens(ask.task), *prefix]
        most_tokens = 16 + len(pcm) * MOST_TOKENS_PER_SECOND // SAMPLE_RATE
        most_tokens = min(most_tokens, N_CONTEXT - len(given))
        search = TextSearch(self._whisper, memory, self._beams, given, most_tokens)
        found = search.run(at_start=not prefix)
        # Each row looks for the token that comes next: from the first of the text to its end.
        n_text = len(prefix) + len(found.tokens) + 1
        n_frames = max(1, min(len(pcm), FULL_WINDOW * MEL_FRAME) // ENCODER_FRAME)
        frames = token_frames(search.attention(found)[:, -n_text:, :n_frames])[len(prefix) :]
        words = self._words(found, frames, ask.task.is_spaced)
        circles = goes_round(found.tokens) or goes_on_for_ever(found.tokens)
        is_whole = len(found.tokens) < most_tokens and not circles
        sound = EncodedSound(self._whisper, memory, n_frames)
        heard = Hypothesis(tuple(words), found.score, search.no_speech(), sound.languages)
        return heard, is_whole

    def languages(self, pcm: Pcm, *, padded: bool = True) -> LanguageOdds:
        """How probable each language is; see `core.ports.Recognizer`."""
        n_window = self._window(pcm)
        memory = self._encode(pcm, max(n_window, LANGUAGE_WINDOW) if padded else n_window)
        return EncodedSound(self._whisper, memory, len(pcm) // ENCODER_FRAME).languages()

    def _window(self, pcm: Pcm) -> MelFrames:
        return min(max(self._least_window, len(pcm) // MEL_FRAME + _PAD), FULL_WINDOW)

    def _encode(self, pcm: Pcm, n_window: MelFrames) -> Memory:
        return self._whisper.encode(log_mel(pcm, self._whisper.n_mels, n_window))

    def _words(
        self, found: Found, frames: list[tuple[EncoderFrames, EncoderFrames]], spaced: bool
    ) -> list[Word]:
        decode = self._whisper.tokenizer.decode
        said = zip(found.tokens, found.logprobs, strict=True)
        steps = [DecodeStep(token, i, logprob) for i, (token, logprob) in enumerate(said)]
        words = []
        for group in group_words(steps, decode, spaced):
            (start, _), (_, last) = frames[group[0].frame], frames[group[-1].frame]
            probability = float(np.exp(np.mean([step.logprob for step in group])))
            text = word_text(group, decode)
            words.append(Word(text, start * ENCODER_FRAME, (last + 1) * ENCODER_FRAME, probability))
        return words
