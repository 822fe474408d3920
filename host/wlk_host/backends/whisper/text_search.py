"""Beam search over the texts of an encoded window."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from wlk_host.backends.whisper.beam_search import Found, Successors, beam_search, lazy_beam_search
from wlk_host.backends.whisper.halves import Branches, Decoder, Memory
from wlk_host.backends.whisper.tokenizer import WhisperTokenizer
from wlk_host.core.live.attention import AttentionTracker
from wlk_host.core.ports import DecodeStep, Token
from wlk_host.core.types import EncoderFrames


class Searched(Protocol):
    """What a search needs of a model.

    Attributes:
        decoder: reads the texts.
        tokenizer: of the model.
        mask: added to the logits, shape (vocabulary,): -inf for what is never text.
        mask_at_start: the same for the first token of a text.
    """

    decoder: Decoder
    tokenizer: WhisperTokenizer
    mask: Tensor
    mask_at_start: Tensor


class TextSearch:
    """One beam search. All texts share one cache, in which each sees those it goes on from.

    So nothing is copied when one text takes another's place.
    """

    def __init__(
        self,
        whisper: Searched,
        memory: Memory,
        beams: int,
        given: Sequence[Token],
        most_tokens: int,
    ) -> None:
        self._whisper = whisper
        self._memory = memory
        self._beams = beams
        self._given = given
        self._most_tokens = most_tokens
        self._cache = whisper.decoder.cache(len(given) + beams * most_tokens)
        self._visible = torch.ones(1, len(given), dtype=torch.bool)
        self._attention: list[Tensor] = []
        self._start_logits = torch.empty(0)

    def run(self, at_start: bool) -> Found:
        """The best text; `at_start` tells that nothing of it is given."""
        first, end = self._begin(at_start), self._whisper.tokenizer.end_of_text
        return beam_search(first, self._extend, end, self._beams, self._most_tokens)

    def steps(self, at_start: bool, n_frames: EncoderFrames) -> Iterator[DecodeStep]:
        """The best text token by token, as soon as each is certain."""
        first, end = self._begin(at_start), self._whisper.tokenizer.end_of_text
        tracker = AttentionTracker(n_frames)
        found = lazy_beam_search(first, self._extend, end, self._beams, self._most_tokens)
        looks_from = slice(None)
        for call, (token, logprob, row) in enumerate(found):
            # A token is looked for from the one before it.
            attention = self._attention[call][:, looks_from]
            yield DecodeStep(token, tracker.read(attention.numpy()), logprob)
            looks_from = slice(row, row + 1)

    def no_speech(self) -> float:
        """How sure the decoder is, before anything else, that nobody speaks."""
        probabilities = torch.softmax(self._start_logits, dim=0)
        return float(probabilities[self._whisper.tokenizer.no_speech])

    def attention(self, found: Found) -> NDArray[np.float32]:
        """Where each token of the text looked, given ones included, (heads, tokens, frames)."""
        steps = zip(self._attention[1:], found.rows, strict=False)
        own = [attention[:, row : row + 1] for attention, row in steps]
        attention: NDArray[np.float32] = torch.cat([self._attention[0], *own], dim=1).numpy()
        return attention

    def _begin(self, at_start: bool) -> Successors:
        """Read what is given."""
        whisper = self._whisper
        start = self._given.index(whisper.tokenizer.start)
        with torch.inference_mode():
            logits, attention = whisper.decoder.forward(
                self._given, self._cache, self._memory, (start, -1)
            )
        self._start_logits = logits[0]
        self._attention.append(attention)
        return self._best(logits[1:], whisper.mask_at_start if at_start else whisper.mask)[0]

    def _extend(self, parents: Sequence[int], tokens: Sequence[Token]) -> list[Successors]:
        n = len(tokens)
        own = torch.eye(n, dtype=torch.bool)
        self._visible = torch.cat([self._visible[list(parents)], own], dim=1)
        branches = Branches(len(self._given) + len(self._attention) - 1, self._visible)
        with torch.inference_mode():
            logits, attention = self._whisper.decoder.forward(
                tokens, self._cache, self._memory, range(n), branches
            )
        self._attention.append(attention)
        return self._best(logits, self._whisper.mask)

    def _best(self, logits: Tensor, mask: Tensor) -> list[Successors]:
        """More of each than there are beams: one of them may be the end."""
        values, tokens = torch.log_softmax(logits + mask, dim=-1).topk(self._beams + 1)
        return [
            list(zip(*row, strict=True))
            for row in zip(tokens.tolist(), values.tolist(), strict=True)
        ]
